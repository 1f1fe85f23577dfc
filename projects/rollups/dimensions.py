"""What totals and facets are counted by: the keys of a project, those of its investors, and their words."""

from django.db.models import (
    Case,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear

from projects.history import person_name
from projects.memory import whole
from projects.models import (
    Place,
    Programme,
    Project,
    ProjectParty,
    Sector,
    Stage,
)
from projects.models.choices import PartyRole, PlaceKind


def _first(*names):
    """A dimension's key: the first of these columns that is not empty."""
    return lambda at: Coalesce(*(F(at + name) for name in names)) if names[1:] else F(at + names[0])


def _lying_in(*kinds):
    """A dimension's key: the outermost place of these kinds that a project lies in."""
    places = ("place__parent__parent", "place__parent", "place")
    return lambda at: Case(*(When(**{f"{at}{place}__kind__in": kinds}, then=F(at + place)) for place in places))


# The dimensions of totals: functions of a path (from an amount to its project, say) to the expression of the key.
DIMENSIONS = {
    "sector": _first("main_sector__parent", "main_sector"),
    "subsector": _first("main_sector"),
    "stage": _first("stage"),
    "stage_group": _first("stage_group"),
    "status": _first("status"),
    "place": _first("place"),
    "district": _lying_in(PlaceKind.DISTRICT, PlaceKind.CITY),
    "region": _lying_in(PlaceKind.REGION),
    "programme": _first("programme__code"),
    "curator": _first("curator__username"),
    "department": _first("department"),
    "investor": lambda at: F("investing__organisation"),
    "investor_country": lambda at: F("investing__organisation__country"),
    "investor_province": lambda at: F("investing__organisation__province"),
    "year": lambda at: ExtractYear(F(f"{at}announced_on")),
}
# Dimensions read through `_with_investors`, and the path from a party to the key.
OF_PARTIES = {
    "investor": "organisation",
    "investor_country": "organisation__country",
    "investor_province": "organisation__province",
}


def _with_investors(rows, dimensions, parties, part):
    """Each row once for every set of keys that its project's investors give, once with none where it has no investor.

    An investor without a key (of unknown country) gives none where another investor of the project has one: "not
    stated" are, as in the filters, the projects that have no investor with such a key.

    Args:
        rows: projects or amounts. dimensions: of OF_PARTIES. parties: the path from a row to those of its project.
        part: that these are of, as of `memory.added_up`.
    """
    rows = rows.annotate(investing=FilteredRelation(parties, condition=Q(**{f"{parties}__role": PartyRole.INVESTOR})))
    paths = {f"of_{name}": OF_PARTIES[name] for name in dimensions if name != "investor"}
    # As annotations: a condition that names the path would join the parties once more.
    rows = rows.alias(party=F("investing"), owner=F("investing__project"))
    rows = rows.alias(**{name: F(f"investing__{path}") for name, path in paths.items()})
    others = ProjectParty.objects.filter(part("project_id"), role=PartyRole.INVESTOR, project=OuterRef("owner"))
    for name, path in paths.items():
        rows = rows.filter(Q(**{f"{name}__isnull": False}) | ~Exists(others.filter(**{f"{path}__isnull": False})))
    if "investor" in dimensions:
        return rows
    keys = {name: Coalesce(F(path), Value("")) for name, path in paths.items()}
    same = {name: Coalesce(OuterRef(name), Value("")) for name in paths}
    return rows.filter(~Exists(others.alias(**keys).filter(pk__lt=OuterRef("party"), **same)))


def with_keys(rows, dimensions, path, part=whole):
    """Rows joined to their project's investors where a dimension asks for it, and name -> expression of each key."""
    of_parties = [dimension for dimension in dimensions if dimension in OF_PARTIES]
    if of_parties:
        rows = _with_investors(rows, of_parties, f"{path}parties", part)
    return rows, {f"key_{number}": DIMENSIONS[name](path) for number, name in enumerate(dimensions)}


def key_text(key):
    return None if key is None else str(key)


def labels(by, keys):
    """Key -> words in the reader's language, of the keys of a dimension or of a facet."""
    if not keys:
        return {}
    if by in ("sector", "subsector"):
        return {row.pk: str(row) for row in Sector.objects.filter(pk__in=keys)}
    if by == "stage":
        return {row.pk: str(row) for row in Stage.objects.filter(pk__in=keys)}
    if by in ("place", "district", "region", "investor_country", "investor_province"):
        return {row.pk: str(row) for row in Place.objects.filter(pk__in=keys)}
    if by == "programme":
        return {row.code: str(row) for row in Programme.objects.filter(code__in=keys)}
    if by in ("investor", "department"):
        organisations = ProjectParty._meta.get_field("organisation").related_model.objects.filter(pk__in=keys)
        return {row.pk: str(row) for row in organisations}
    if by == "curator":
        people = Project._meta.get_field("curator").related_model.objects.filter(username__in=keys)
        return {person.username: person_name(person) for person in people}
    if by in ("status", "stage_group"):
        choices = dict(Project._meta.get_field(by).flatchoices)
        return {key: str(choices.get(key, key)) for key in keys}
    return {key: str(key) for key in keys}
