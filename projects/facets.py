"""How many projects there are for each value of each filter: what facets show beside their values."""

from dataclasses import dataclass
from itertools import chain

from django.db.models import Count, Exists, F, OuterRef, TextField, Value
from django.db.models.functions import Coalesce

from projects.models import Place, ProjectParty, ProjectSector, Sector
from projects.models.choices import PartyRole, PlaceKind
from projects.rollups import labels


@dataclass
class FacetValue:
    value: str | None
    label: str
    count: int


def facets(rows_without, columns):
    """Counts for each value of each facet, each counted without its own filter, in one query.

    Args:
        rows_without: function of a facet's name -> queryset of projects under all other filters.
        columns: name -> (label, expression giving the value).
    Returns: name -> list of FacetValue, the most frequent first; value None stands for "not stated".
    """
    queries = []
    for name, (_label, expression) in columns.items():
        projects = rows_without(name).order_by()
        if name == "investor_country":
            queries += _by_country(projects)
            continue
        queries.append(_counted(projects.annotate(value=expression), name))
        if name == "sector":
            queries += _by_further_sector(projects)
    counts = {name: {} for name in [*columns, FURTHER]}
    for name, value, n in queries[0].union(*queries[1:], all=True):
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
        words = labels(name, [key for key in values if key is not None])
        rows = [FacetValue(key, words.get(key, "") if key is not None else "", n) for key, n in values.items()]
        found[name] = sorted(rows, key=lambda row: (row.value is None, -row.count, row.label))
    return found


FURTHER = "further sector"  # projects that a sector's filter finds although their main sector is outside it


def _counted(rows, name, owner=None):
    """Rows of (facet, value, number of rows, or of different owners where they have several)."""
    number = Count(owner, distinct=True) if owner else Count("pk")
    return rows.annotate(facet=Value(name)).values_list("facet", "value").annotate(n=number)


def _by_country(projects):
    """Projects by the countries of their investors, each once a country; None: with no investor of a known one."""
    stated = ProjectParty.objects.filter(role=PartyRole.INVESTOR, organisation__country__isnull=False)
    parties = stated.filter(project__in=projects.values("pk")).order_by()
    yield _counted(parties.annotate(value=F("organisation__country")), "investor_country", "project")
    nobody = projects.filter(~Exists(stated.filter(project=OuterRef("pk"))))
    yield _counted(nobody.annotate(value=Value(None, TextField())), "investor_country")


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
