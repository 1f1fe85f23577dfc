"""How many projects there are for each value of each filter: what facets show beside their values."""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import chain

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from projects.memory import added_up, remembered, whole
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
    counts = {name: defaultdict(int) for name in [*columns, FURTHER]}
    if filters.state and filters.state.is_in_parts:
        found = added_up(("facets", filters.state, tuple(columns)), partial(_counts, filters, columns))
    else:
        found = _counts(filters, columns, whole)
    for (name, value), (n,) in found.items():
        counts[name][value] = n
    further = counts.pop(FURTHER)
    if "sector" in counts:
        counts["sector"] = with_all_above(counts["sector"], Sector.objects.all(), 1)
        for value, n in further.items():
            counts["sector"][value] = counts["sector"].get(value, 0) + n
    if "place" in counts:
        below_regions = Place.objects.exclude(kind__in=[PlaceKind.COUNTRY, PlaceKind.REGION])
        counts["place"] = with_all_above(counts["place"], below_regions, 3)
    found = {}
    for name, values in counts.items():
        words = labels(PERHAPS.get(name, name), [key for key in values if key is not None])
        words = {str(key): label for key, label in words.items()}
        rows = [FacetValue(key, words.get(key, ""), n) for key, n in values.items()]
        found[name] = sorted(rows, key=lambda row: (row.value is None, -row.count, row.label))
    return found


def _counts(filters, columns, part):
    """(facet, value) -> (number of projects,) of the filtered projects, or of a part of them."""
    # Facets that leave out no filter of their own count the same projects: these are looked for once.
    names_of = defaultdict(list)
    for name in columns:
        names_of[name if _is_filtered(filters, name) else None].append(name)
    bases, parts = [], []
    for number, (left_out, names) in enumerate(names_of.items()):
        base, own = f"base{number}", [name for name in names if columns[name][1] is not None]
        rows = filters.rows(without=[left_out] if left_out else ()).filter(part("pk")).order_by()
        keys = {f"key{place}": columns[name][1] for place, name in enumerate(own)}
        try:
            sql, parameters = rows.annotate(**keys).values_list("pk", *keys).query.sql_with_params()
        except EmptyResultSet:  # known to be empty without a look at the tables
            continue
        bases.append((f"{base} (pk{''.join(f', {key}' for key in keys)}) AS MATERIALIZED ({sql})", parameters))
        if own:
            parts.append((_counted_at_once(base, own), own))
        found = RawSQL(f"SELECT pk FROM {base}", ())
        for name in names:
            if name in OF_PARTIES:
                parts += _by_investor(found, base, name, part)
            elif name in PERHAPS:
                parts += _by_candidate(found, name, part)
            if name == "sector":
                parts += _by_further_sector(found, part)
    found = defaultdict(int)
    for name, value, n in _rows(bases, parts) if parts else ():
        found[name, value] += n
    return {key: (n,) for key, n in found.items() if n}


# Facets of investors that are perhaps meant: each counts as another one of investors does.
PERHAPS = {"perhaps_investor": "investor", "perhaps_country": "investor_country"}
FURTHER = "further sector"  # projects that a sector's filter finds although their main sector is outside it


def _rows(bases, parts):
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {', '.join(sql for sql, _p in bases)} {' UNION ALL '.join(sql for sql, _p in parts)}",
            [parameter for _sql, parameters in (*bases, *parts) for parameter in parameters],
        )
        return cursor.fetchall()


def _is_filtered(filters, name):
    return any(f"{name}{suffix}" in filters.active for suffix in ("", "__not", "__empty"))


def _counted_at_once(base, names):
    """SQL: rows of (facet, value, number of projects) for several columns of a base, from one reading of it."""
    keys = [f"key{place}" for place in range(len(names))]
    which = " ".join(f"WHEN GROUPING({key}) = 0 THEN %s" for key in keys)
    value = " ".join(f"WHEN GROUPING({key}) = 0 THEN {key}::text" for key in keys)
    sets = ", ".join(f"({key})" for key in keys)
    return f"SELECT CASE {which} END, CASE {value} END, count(*) FROM {base} GROUP BY GROUPING SETS ({sets})"


def _counted(pairs, name):
    """SQL: rows of (facet, value, number of projects) over pairs of a value and a project, each counted once."""
    sql, parameters = pairs.order_by().distinct().query.sql_with_params()
    counted = f"SELECT %s, value::text, count(*) FROM ({sql}) AS pairs (value, project) GROUP BY value"
    return counted, (name, *parameters)


def _by_investor(found, base, name, part):
    """Projects by a key of their investors (country, say), each once a key; None: with no investor of a known one."""
    path = OF_PARTIES[name]
    parties = ProjectParty.objects.filter(
        part("project_id"), role=PartyRole.INVESTOR, project__in=found, **{f"{path}__isnull": False}
    )
    yield _counted(parties.values_list(path, "project"), name)
    sql, parameters = parties.order_by().values("project").query.sql_with_params()
    yield f"SELECT %s, NULL, count(*) FROM {base} WHERE pk NOT IN ({sql})", (name, *parameters)


def _by_candidate(found, name, part):
    """Projects by a key of investors that the source names, but not of which project; each once a key."""
    path = f"projectparty__{OF_PARTIES[PERHAPS[name]]}"
    rows = ProjectParty.candidates.through.objects.filter(
        part("project_id"), project__in=found, projectparty__role=PartyRole.INVESTOR
    )
    yield _counted(rows.filter(**{f"{path}__isnull": False}).values_list(path, "project"), name)


def _by_further_sector(found, part):
    """Projects by further sectors that their main sector does not lie in, for both levels."""
    rows = ProjectSector.objects.filter(part("project_id"), project__in=found)
    top, main_top = (
        Coalesce("sector__parent", "sector"),
        Coalesce("project__main_sector__parent", "project__main_sector"),
    )
    lower = rows.filter(sector__parent__isnull=False).exclude(project__main_sector=F("sector"))
    yield _counted(lower.values_list("sector", "project"), FURTHER)
    upper = rows.alias(top=top, main_top=main_top).exclude(main_top=F("top"))
    yield _counted(upper.annotate(value=F("top")).values_list("value", "project"), FURTHER)


def with_all_above(counts, tree, levels):
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
