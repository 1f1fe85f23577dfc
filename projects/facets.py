"""How many projects there are for each value of each filter: what facets show beside their values."""

from dataclasses import dataclass
from itertools import chain

from django.db.models import Count, Exists, F, OuterRef, TextField, Value
from django.db.models.functions import Cast, Coalesce

from projects.memory import remembered
from projects.models import Place, ProjectParty, ProjectSector, Sector
from projects.models.choices import PartyRole, PlaceKind
from projects.rollups import OF_PARTIES, labels


@dataclass
class FacetValue:
    value: str | None
    label: str
    count: int


def facets(filters, columns):
    """Counts for each value of each facet, each counted without its own filter, in one query.

    Args:
        filters: a ProjectFilterSet.
        columns: name -> (label, expression giving the value).
    Returns: name -> list of FacetValue, the most frequent first; value None stands for "not stated".
    """
    if not filters.state:
        return _facets(filters, columns)
    return remembered(("facets", filters.state, tuple(columns)), lambda: _facets(filters, columns))


def _facets(filters, columns):
    queries = []
    for name, (_label, expression) in columns.items():
        projects = filters.rows(without=[name]).order_by()
        if name in OF_PARTIES:
            queries += _by_investor(projects, name)
            continue
        if name in PERHAPS:
            queries += _by_candidate(projects, name)
            continue
        queries.append(_counted(projects.annotate(value=expression), name))
        if name == "sector":
            queries += _by_further_sector(projects)
    counts = {name: {} for name in [*columns, FURTHER]}
    for name, value, n in queries[0].union(*queries[1:], all=True):
        if n:
            counts[name][value] = n
    further = counts.pop(FURTHER)
    if "sector" in counts:
        counts["sector"] = _with_all_above(counts["sector"], Sector.objects.all(), 1)
        for value, n in further.items():
            counts["sector"][value] = counts["sector"].get(value, 0) + n
    if "place" in counts:
        below_regions = Place.objects.exclude(kind__in=[PlaceKind.COUNTRY, PlaceKind.REGION])
        counts["place"] = _with_all_above(counts["place"], below_regions, 3)
    found = {}
    for name, values in counts.items():
        words = labels(PERHAPS.get(name, name), [key for key in values if key is not None])
        words = {str(key): label for key, label in words.items()}
        rows = [FacetValue(key, words.get(key, ""), n) for key, n in values.items()]
        found[name] = sorted(rows, key=lambda row: (row.value is None, -row.count, row.label))
    return found


# Facets of investors that are perhaps meant: each counts as another one of investors does.
PERHAPS = {"perhaps_investor": "investor", "perhaps_country": "investor_country"}
FURTHER = "further sector"  # projects that a sector's filter finds although their main sector is outside it


def _counted(rows, name, owner=None):
    """Rows of (facet, value, number of rows, or of different owners where they have several)."""
    number = Count(owner, distinct=True) if owner else Count("pk")
    return rows.annotate(facet=Value(name)).values_list("facet", "value").annotate(n=number)


def _by_investor(projects, name):
    """Projects by a key of their investors (country, say), each once a key; None: with no investor of a known one."""
    path = OF_PARTIES[name]
    stated = ProjectParty.objects.filter(role=PartyRole.INVESTOR, **{f"{path}__isnull": False})
    parties = stated.filter(project__in=projects.values("pk")).order_by()
    yield _counted(parties.annotate(value=F(path)), name, "project")
    nobody = projects.filter(~Exists(stated.filter(project=OuterRef("pk"))))
    yield _counted(nobody.annotate(value=Value(None, TextField())), name)


def _by_candidate(projects, name):
    """Projects by a key of investors that the source names, but not of which project; each once a key."""
    path = OF_PARTIES[PERHAPS[name]]
    rows = ProjectParty.candidates.through.objects.filter(project__in=projects.values("pk")).order_by()
    rows = rows.filter(projectparty__role=PartyRole.INVESTOR, **{f"projectparty__{path}__isnull": False})
    yield _counted(rows.annotate(value=Cast(f"projectparty__{path}", TextField())), name, "project")


def _by_further_sector(projects):
    """Projects by further sectors that their main sector does not lie in, for both levels."""
    rows = ProjectSector.objects.filter(project__in=projects.values("pk")).order_by()
    top, main_top = (
        Coalesce("sector__parent", "sector"),
        Coalesce("project__main_sector__parent", "project__main_sector"),
    )
    lower = rows.filter(sector__parent__isnull=False).exclude(project__main_sector=F("sector"))
    yield _counted(lower.annotate(value=F("sector")), FURTHER, "project")
    upper = rows.alias(top=top, main_top=main_top).exclude(main_top=F("top"))
    yield _counted(upper.annotate(value=F("top")), FURTHER, "project")


def _with_all_above(counts, tree, levels):
    """Counts of a tree's rows, each with those of all below it, as their filter takes them.

    Args:
        tree: the rows that may be added where they have no count of their own. levels: how many are above a row.
    """
    paths = ["__".join(["parent"] * level) for level in range(1, levels + 1)]
    above = {key: parents for key, *parents in tree.model.objects.filter(pk__in=counts).values_list("pk", *paths)}
    found = {*chain(*above.values())} - {None}
    wanted = (counts.keys() & found) | set(tree.filter(pk__in=found).values_list("pk", flat=True))
    rolled = dict(counts)
    for key, count in counts.items():
        for parent in above.get(key, ()):
            if parent in wanted:
                rolled[parent] = rolled.get(parent, 0) + count
    return rolled
