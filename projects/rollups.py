"""Reads that span models: totals that reconcile, counts. No request, no form, no template.

Money: announced, committed and disbursed are never added together; amounts of which nobody knows whether they
are part of another are listed apart; a programme's headline counts only where all its named projects are in the
set, and then only the part that its projects do not carry ("not allocated"). So, for any filter,
total = sum of the listed rows + not allocated.
"""

import functools
from bisect import bisect_right
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, ExtractYear, Round
from django.utils import timezone
from django.utils.functional import cached_property

from projects.memory import remembered
from projects.models import (
    Amount,
    ExchangeRate,
    Observation,
    Place,
    Programme,
    Project,
    ProjectMoney,
    ProjectParty,
    Sector,
    Stage,
)
from projects.models.choices import AmountKind, Bound, Inclusion, PartyRole, PlaceKind
from projects.models.functions import RateOn
from projects.paging import Joined

CENT = Decimal("0.01")
KINDS = [kind.value for kind in AmountKind]
CURRENCIES = ("KZT", "USD", "CNY")
RATES = ("statement", "today")
COUNTS = ("count", "lower_bounds", "upper_bounds", "approximate", "unconverted")
_MONEY = DecimalField(max_digits=30, decimal_places=10)
KEPT_CURRENCY, KEPT_RATE = "KZT", "statement"  # of the sums that the database keeps


@dataclass
class Total:
    """A computed sum of one kind of money, and what a reader must know to trust it.

    value: Decimal in `currency`, None where nothing is recorded (no data is not 0).
    missing: projects without such a figure. lower_bounds: amounts stated as "more than" or "at least".
    unconverted: amounts without a rate, left out of `value`. statements: how many statements stand behind it.
    """

    kind: str
    currency: str
    value: Decimal | None = None
    count: int = 0
    missing: int = 0
    lower_bounds: int = 0
    upper_bounds: int = 0
    approximate: int = 0
    unconverted: int = 0
    statements: int = 0

    @property
    def bound(self):
        if self.lower_bounds and not self.upper_bounds:
            return Bound.GT
        if self.upper_bounds and not self.lower_bounds:
            return Bound.LT
        if self.approximate or self.upper_bounds:
            return Bound.APPROX
        return Bound.EQ

    def add(self, row):
        if row["value"] is not None:
            self.value = (self.value or Decimal(0)) + row["value"]
        for name in (*COUNTS, "statements"):
            setattr(self, name, getattr(self, name) + row[name])


@dataclass
class Rollup:
    """One line of totals: a group of projects with its three totals."""

    key: str | None
    label: str
    projects: int = 0
    amounts: dict = field(default_factory=dict)
    url_value: str | None = None


@dataclass
class Quantity:
    """A computed sum of a measured quantity: of how many observations, lower bounds, and projects that have one."""

    value: Decimal
    count: int
    lower_bounds: int
    projects: int

    @property
    def bound(self):
        return Bound.GE if self.lower_bounds else Bound.EQ


@dataclass(frozen=True)
class RateUsed:
    """A rate that sums were converted at: tenge for one unit; `asked` is the statements' day, None for "today"."""

    currency: str
    asked: object
    tenge: Decimal
    day: object
    origin: str


def _empty(currency):
    return {kind: Total(kind, currency) for kind in KINDS}


def latest_rates(day=None):
    """The newest official rate of each currency up to a day (today): code -> (tenge for one unit, day of the rate)."""
    rates = ExchangeRate.objects.filter(day__lte=day or timezone.localdate())
    newest = rates.order_by("currency_id", "-day", "-origin").distinct("currency_id")
    return {"KZT": (Decimal(1), None)} | {rate.currency_id: (rate.rate, rate.day) for rate in newest}


def converted(currency, rate):
    """Expression: an amount's value in `currency`, at its statement's rate or at today's; NULL without a rate.

    Rounded to the cent amount by amount, so that a sum of rows and a sum of sums are the same.
    """
    return Round(_converted(currency, rate), 2, output_field=_MONEY)


def _converted(currency, rate):
    stated = When(currency=currency, then=F("value"))
    if rate == "today":
        rates = latest_rates()
        if currency not in rates:
            return Case(stated, output_field=_MONEY)
        whens = [
            When(currency=code, then=F("value") * Value(tenge, output_field=_MONEY) / Value(rates[currency][0], _MONEY))
            for code, (tenge, _day) in rates.items()
        ]
        return Case(stated, *whens, output_field=_MONEY)
    if currency == "KZT":
        return F("value_kzt")
    return Case(stated, default=F("value_kzt") / RateOn(Value(currency), F("as_of")), output_field=_MONEY)


def kept_columns(currency, rate, amounts):
    """What the columns of ProjectMoney with such sums begin with; None where sums are not kept, but added up.

    Args: amounts: those that are added up. Sums of all are kept, and of all but the confidential ones.
    """
    if (currency, rate) != (KEPT_CURRENCY, KEPT_RATE) or amounts.query.is_empty():
        return None
    return _columns_by_amounts().get(str(amounts.order_by().query))


@functools.cache
def _columns_by_amounts():
    every = Amount.objects.order_by()
    return {str(every.query): "", str(every.filter(is_confidential=False).query): "open_"}


def amount_total(kind, currency, rate, amounts):
    """What a list is sorted by: each project's sum of one kind over `amounts` (those the reader may see)."""
    columns = kept_columns(currency, rate, amounts)
    if columns is not None:
        return Joined(Q(money__kind=kind), F(f"money__{columns}value"))
    amounts = amounts.on_projects().filter(project=OuterRef("pk"), kind=kind).order_by()
    summed = amounts.values("project").annotate(total=Sum(converted(currency, rate)))
    return Subquery(summed.values("total"))


def with_listed_amounts(projects, *, currency="KZT", rate="statement", amounts=None):
    """Prefetch on each project `listed_amounts`: what a list shows of its money, each with `converted_value`."""
    amounts = (Amount.objects.all() if amounts is None else amounts).on_projects()
    amounts = amounts.annotate(converted_value=converted(currency, rate)).select_related("statement__source")
    return projects.prefetch_related(Prefetch("amounts", amounts, to_attr="listed_amounts"))


def sum_of(amounts, kind, currency):
    """The Total of amounts prefetched by `with_listed_amounts`, the same as SQL gives."""
    total = Total(kind, currency)
    for amount in amounts:
        total.add(
            {
                "value": amount.converted_value,
                "count": 1,
                "lower_bounds": amount.bound in (Bound.GT, Bound.GE),
                "upper_bounds": amount.bound in (Bound.LT, Bound.LE),
                "approximate": amount.bound == Bound.APPROX,
                "unconverted": amount.converted_value is None,
                "statements": 0,
            }
        )
    total.statements = len({amount.statement_id for amount in amounts})
    return total


def _summed(amounts, currency, rate, *groups, different=()):
    """Rows of {group…, kind, value, counts} over a queryset of amounts.

    different: "project", "statement": of these each row tells how many different ones there are, for one more reading.
    """
    amounts = amounts.annotate(converted_value=converted(currency, rate)).order_by()
    rows = amounts.values(*groups, "kind").annotate(
        value_sum=Sum("converted_value"),
        count=Count("pk"),
        lower_bounds=Count("pk", Q(bound__in=[Bound.GT, Bound.GE])),
        upper_bounds=Count("pk", Q(bound__in=[Bound.LT, Bound.LE])),
        approximate=Count("pk", Q(bound=Bound.APPROX)),
        unconverted=Count("pk", Q(converted_value__isnull=True)),
    )
    numbers = {f"{name}s": _different(amounts, name, *groups, "kind") for name in different}
    for row in rows:
        keys = tuple(row[name] for name in (*groups, "kind"))
        value = row.pop("value_sum")
        row["value"] = None if value is None else Decimal(value).quantize(CENT, ROUND_HALF_EVEN)
        yield {"statements": 0} | row | {name: found[keys] for name, found in numbers.items()}


def _kept(rows, columns, *groups):
    """Rows of {group…, kind, number, value, counts, projects} over a queryset of ProjectMoney, from kept sums.

    number: of the projects; projects: of those with a figure.
    """
    for row in _of_kept(rows, columns, groups):
        yield {name.removeprefix("sum_"): value for name, value in row.items()}


def _of_kept(rows, columns, groups):
    """The query of `_kept`."""
    rows = rows.order_by().values(*groups, "kind").annotate(number=Count("project"), sum_value=Sum(f"{columns}value"))
    return rows.annotate(
        **{f"sum_{name}": Sum(f"{columns}{name}") for name in COUNTS},
        projects=Count("project", Q(**{f"{columns}count__gt": 0})),
    )


def _kept_by_each(rows, columns, groups):
    """What `_kept` gives for each of several groups, from one reading: rows of (place of the group, its key, row).

    The rows are added up for all combinations of keys first, as these are few; the combinations for each group then.
    """
    try:
        sql, parameters = _of_kept(rows, columns, groups).query.sql_with_params()
    except EmptyResultSet:  # known to be empty without a look at the tables
        return
    figures = ("number", "value", *COUNTS, "projects")
    keys, sums = ", ".join(groups), ", ".join(f"sum({name})" for name in figures)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(f'GROUPING({key})' for key in groups)}, {keys}, kind, {sums} "
            f"FROM ({sql}) AS combined ({keys}, kind, {', '.join(figures)}) "
            f"GROUP BY GROUPING SETS ({', '.join(f'({key}, kind)' for key in groups)})",
            parameters,
        )
        for row in cursor:
            place = row.index(0)
            _is_other, values = row[: len(groups)], row[2 * len(groups) :]
            numbers = dict(zip(figures, values[1:], strict=True))
            whole = {name: int(number) for name, number in numbers.items() if name != "value"}
            yield place, row[len(groups) + place], numbers | whole | {"kind": values[0]}


def _different(rows, name, *groups):
    """How many different values of a column the rows of each group have: keys -> number.

    PostgreSQL sorts all rows for COUNT(DISTINCT …), but hashes those of SELECT DISTINCT.
    """
    try:
        sql, parameters = rows.values(*groups, name).distinct().query.sql_with_params()
    except EmptyResultSet:  # known to be empty without a look at the tables
        return {}
    keys = [f"key{number}" for number in range(len(groups))]
    grouped = ", ".join(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {grouped}, count(counted) FROM ({sql}) AS rows ({grouped}, counted) GROUP BY {grouped}", parameters
        )
        return {tuple(keys): number for *keys, number in cursor.fetchall()}


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


class Portfolio:
    """A set of projects with its money in one currency: totals, by dimension, what is not allocated, what is apart.

    Args:
        projects: a filtered queryset of Project. currency: KZT, USD or CNY.
        rate: "statement" (of each statement's day) or "today". amounts: those the reader may see (default all).
        statements: whether to count the statements behind each sum, which is one more reading.
        state: what tells these projects and amounts from all others (`ProjectFilterSet.state`), so that what is
            computed of them is remembered; None: it is not.
    """

    def __init__(self, projects, *, currency="KZT", rate="statement", amounts=None, statements=True, state=None):
        self.projects, self.currency, self.rate, self.statements = projects, currency, rate, statements
        self.amounts = Amount.objects.all() if amounts is None else amounts
        self.keys = projects.order_by().values("pk")
        self.kept = kept_columns(currency, rate, self.amounts)
        self.state = state and ("portfolio", state, currency, rate, statements)

    def _remembered(self, name, compute):
        return remembered((*self.state, name), compute) if self.state else compute()

    @cached_property
    def count(self):
        return self._everything.projects

    @cached_property
    def covered(self):
        """Programmes all of whose named projects are in the set (one at least): their headlines count with it."""
        inside = self.projects.filter(is_placeholder=False, programme=OuterRef("pk"))
        outside = Project.objects.filter(is_placeholder=False, programme=OuterRef("pk")).exclude(pk__in=self.keys)
        programmes = Programme.objects.filter(
            pk__in=Amount.objects.filter(programme__isnull=False).order_by().values("programme")
        )
        return {programme.pk: programme for programme in programmes.filter(Exists(inside), ~Exists(outside))}

    @cached_property
    def unallocated(self):
        """What covered programmes announced beyond what their projects carry: a list of Rollup, one each."""
        return self._remembered("unallocated", self._unallocated)

    def _unallocated(self):
        if not self.covered:
            return []
        carried = self._carried()
        found = {}
        wholes = self.amounts.headlines().filter(programme__in=self.covered)
        for row in self._summed(wholes, "programme", "pk", different=("statement",) if self.statements else ()):
            programme = self.covered[row["programme"]]
            line = Rollup("unallocated", str(programme), 0, _empty(self.currency), programme.code)
            line = found.setdefault(programme.pk, line)
            if row["value"] is not None:
                row["value"] = max(Decimal(0), row["value"] - carried[row["pk"], row["kind"]])
            line.amounts[row["kind"]].add(row)
        return list(found.values())

    def _carried(self):
        """What these projects carry of headlines, directly or as parts of their parts: (key, kind) -> sum."""
        carried = defaultdict(Decimal)
        parts = self.amounts.on_projects().filter(included_in__programme__isnull=False, project__in=self.keys)
        rows = list(self._summed(parts, "included_in"))
        if rows:
            above = _above()
            for row in rows:
                carried[_topmost(row["included_in"], above), row["kind"]] += row["value"] or 0
        return carried

    @cached_property
    def uncertain(self):
        """Amounts of unknown inclusion, of these projects or of covered programmes: shown apart, never added."""
        return self._remembered("uncertain", self._uncertain)

    def _uncertain(self):
        mine = Q(project__in=self.keys) | Q(programme__in=self.covered)
        related = ("statement__source", "payer", "phase", "programme", "project")
        return list(self.amounts.uncertain().filter(mine).select_related(*related))

    def rates_used(self):
        """The official rates behind the sums of the projects: a list of RateUsed, by currency and day."""
        origins = dict(ExchangeRate.ORIGINS)
        if self.rate == "today":
            newest = ExchangeRate.objects.filter(day__lte=timezone.localdate())
            newest = newest.order_by("currency_id", "-day", "-origin").distinct("currency_id")
            return [RateUsed(r.currency_id, None, r.rate, r.day, str(origins[r.origin])) for r in newest]
        rows = self.amounts.on_projects().filter(project__in=self.keys, as_of__isnull=False).order_by()
        asked = set(rows.exclude(currency="KZT").values_list("currency", "as_of").distinct())
        if self.currency != "KZT":
            asked |= {(self.currency, day) for (day,) in rows.values_list("as_of").distinct()}
        published = defaultdict(list)
        wanted = ExchangeRate.objects.filter(currency__in={code for code, _day in asked})
        for rate in wanted.order_by("day", "origin"):
            published[rate.currency_id].append(rate)
        found = []
        for code, day in sorted(asked):
            # As tracker_rate_row: of the day, or of at most ten days before; the National Bank's before a manual one.
            place = bisect_right(published[code], day, key=lambda rate: rate.day)
            rate = published[code][place - 1] if place else None
            if rate and (day - rate.day).days <= 10:
                found.append(RateUsed(code, day, rate.rate, rate.day, str(origins[rate.origin])))
        return found

    @cached_property
    def total(self):
        """One Rollup of everything: the listed rows and what is not allocated to them."""
        everything = deepcopy(self._everything)
        for rest in self.unallocated:
            for kind, total in rest.amounts.items():
                everything.amounts[kind].add(vars(total))
        return everything

    @cached_property
    def _everything(self):
        """One Rollup of the listed rows alone."""
        return self._remembered("everything", self._of_rows)

    def _of_rows(self):
        if self.kept is not None:
            return self._grouped().get((), Rollup(None, "", 0, _empty(self.currency)))
        everything = Rollup(None, "", self.projects.order_by().count(), _empty(self.currency))
        self._fill({(): everything}, ())
        return everything

    def by(self, dimension):
        """One Rollup for each value of a key of DIMENSIONS, the largest announced first, then what is not allocated.

        A project with several investors counts in the line of each.
        """
        return self._remembered(dimension, lambda: self._lines(dimension)) + self.unallocated

    def _lines(self, dimension):
        return self._labelled(dimension, {key: line for (key,), line in self._grouped(dimension).items()})

    def by_each(self, dimensions):
        """What `by` gives for each of several dimensions, none of parties, from one reading of the rows.

        Returns: dimension -> list of Rollup. A statement counts once for each combination of their values.
        """
        lines = self._remembered(tuple(dimensions), lambda: self._by_each(dimensions))
        return {dimension: lines[dimension] + self.unallocated for dimension in dimensions}

    def _by_each(self, dimensions):
        if self.kept is not None:
            lines = self._each_of_kept(dimensions)
            return {dimension: self._labelled(dimension, lines[dimension]) for dimension in dimensions}
        found = {dimension: {} for dimension in dimensions}
        for keys, cell in self._grouped(*dimensions).items():
            for dimension, key in zip(dimensions, keys, strict=True):
                line = found[dimension].setdefault(key, Rollup(key, "", 0, _empty(self.currency)))
                line.projects += cell.projects
                for kind, total in cell.amounts.items():
                    line.amounts[kind].add(vars(total))
                    line.amounts[kind].missing += total.missing
        return {dimension: self._labelled(dimension, lines) for dimension, lines in found.items()}

    def across(self, first, second):
        """One Rollup for each pair of values that a project has: (key of the first, key of the second) -> Rollup.

        Keys are text, or None. What is not allocated belongs to no pair; a project with several investors counts in
        the pair of each.
        """
        return {tuple(map(_text, keys)): line for keys, line in self._grouped(first, second).items()}

    def quantities(self, metric, status, *dimensions):
        """Sums of an additive metric, in its usual unit, by dimensions: keys (text or None) -> Quantity.

        Of each project and phase the latest observation counts.
        """
        rows = latest_of(Observation.objects.filter(project__in=self.keys, metric=metric, status=status))
        rows, groups = _keyed(rows, dimensions, "project__")
        rows = rows.annotate(**groups, everything=Value(1)).order_by().values("everything", *groups)
        summed = rows.annotate(
            value_sum=Sum(F("value") * F("unit__factor") / F("metric__unit__factor")),
            count=Count("pk"),
            lower_bounds=Count("pk", Q(bound__in=[Bound.GT, Bound.GE])),
            with_figure=Count("project", distinct=True),
        )
        return {
            tuple(_text(row[name]) for name in groups): Quantity(
                row["value_sum"], row["count"], row["lower_bounds"], row["with_figure"]
            )
            for row in summed
            if row["count"]  # without dimensions there is a row for no observations at all
        }

    def _grouped(self, *dimensions):
        """Keys of each dimension -> Rollup, without labels."""
        if self.kept is not None:
            return self._grouped_of_kept(dimensions)
        keyed, groups = _keyed(Project.objects.filter(pk__in=self.keys), dimensions, "")
        counted = keyed.annotate(**groups).order_by().values(*groups).annotate(n=Count("pk", distinct=True))
        lines = {
            tuple(row[name] for name in groups): Rollup(None, "", row["n"], _empty(self.currency)) for row in counted
        }
        self._fill(lines, dimensions)
        return lines

    def _labelled(self, dimension, lines):
        words = labels(dimension, [key for key in lines if key is not None])
        for key, line in lines.items():
            line.label = words.get(key, "")
            line.key = _text(key)
        ordered = sorted(
            lines.values(), key=lambda line: (-(line.amounts["announced"].value or 0), -line.projects, line.key or "~")
        )
        return ordered

    def _fill(self, lines, dimensions):
        amounts, groups = _keyed(self.amounts.on_projects().filter(project__in=self.keys), dimensions, "project__")
        for line in lines.values():
            for total in line.amounts.values():
                total.missing = line.projects
        different = ("project", "statement") if self.statements else ("project",)
        for row in self._summed(amounts.annotate(**groups), *groups, different=different):
            line = lines[tuple(row[name] for name in groups)]
            total = line.amounts[row["kind"]]
            total.add(row)
            total.missing = line.projects - row["projects"]

    def _grouped_of_kept(self, dimensions):
        """What `_grouped` gives, from the sums that the database keeps of each project."""
        rows, groups = _keyed(ProjectMoney.objects.filter(project__in=self.keys), dimensions, "project__")
        stated = self._statements(dimensions) if self.statements else {}
        lines = {}
        for row in _kept(rows.annotate(**groups), self.kept, *groups):
            key = tuple(row[name] for name in groups)
            self._add_kept(lines, key, row, stated.get((*key, row["kind"]), 0))
        return lines

    def _each_of_kept(self, dimensions):
        """Dimension -> key -> Rollup without label, from the kept sums, read once."""
        rows, groups = _keyed(ProjectMoney.objects.filter(project__in=self.keys), dimensions, "project__")
        stated = [self._statements((dimension,)) if self.statements else {} for dimension in dimensions]
        found = {dimension: {} for dimension in dimensions}
        for place, key, row in _kept_by_each(rows.annotate(**groups), self.kept, list(groups)):
            self._add_kept(found[dimensions[place]], key, row, stated[place].get((key, row["kind"]), 0))
        return found

    def _add_kept(self, lines, key, row, statements):
        line = lines.setdefault(key, Rollup(None, "", row["number"], _empty(self.currency)))
        total = line.amounts[row["kind"]]
        total.add(row | {"statements": statements})
        total.missing = line.projects - row["projects"]

    def _statements(self, dimensions):
        """How many different statements stand behind the listed amounts: (key of each dimension…, kind) -> number."""
        amounts, groups = _keyed(self.amounts.on_projects().filter(project__in=self.keys), dimensions, "project__")
        return _different(amounts.annotate(**groups).order_by(), "statement", *groups, "kind")

    def _summed(self, amounts, *groups, different=()):
        return _summed(amounts, self.currency, self.rate, *groups, different=different)


def totals(projects, *, by=None, **options):
    """The totals of a Portfolio as a list of Rollup: one line, or one for each value of a dimension."""
    portfolio = Portfolio(projects, **options)
    return portfolio.by(by) if by else [portfolio.total]


def _above():
    """Amounts of programmes that another one stands for: key -> key of the correction, or of its whole."""
    rows = Amount.objects.filter(Q(superseded_by__isnull=False) | Q(inclusion=Inclusion.YES), programme__isnull=False)
    return {pk: later or whole for pk, later, whole in rows.values_list("pk", "superseded_by", "included_in")}


def _topmost(key, above):
    seen = set()
    while key in above and key not in seen:
        seen.add(key)
        key = above[key]
    return key


def _with_investors(rows, dimensions, parties):
    """Each row once for every set of keys that its project's investors give, once with none where it has no investor.

    An investor without a key (of unknown country) gives none where another investor of the project has one: "not
    stated" are, as in the filters, the projects that have no investor with such a key.

    Args:
        rows: projects or amounts. dimensions: of OF_PARTIES. parties: the path from a row to those of its project.
    """
    rows = rows.annotate(investing=FilteredRelation(parties, condition=Q(**{f"{parties}__role": PartyRole.INVESTOR})))
    paths = {f"of_{name}": OF_PARTIES[name] for name in dimensions if name != "investor"}
    # As annotations: a condition that names the path would join the parties once more.
    rows = rows.alias(party=F("investing"), owner=F("investing__project"))
    rows = rows.alias(**{name: F(f"investing__{path}") for name, path in paths.items()})
    others = ProjectParty.objects.filter(role=PartyRole.INVESTOR, project=OuterRef("owner"))
    for name, path in paths.items():
        rows = rows.filter(Q(**{f"{name}__isnull": False}) | ~Exists(others.filter(**{f"{path}__isnull": False})))
    if "investor" in dimensions:
        return rows
    keys = {name: Coalesce(F(path), Value("")) for name, path in paths.items()}
    same = {name: Coalesce(OuterRef(name), Value("")) for name in paths}
    return rows.filter(~Exists(others.alias(**keys).filter(pk__lt=OuterRef("party"), **same)))


def _keyed(rows, dimensions, path):
    """Rows joined to their project's investors where a dimension asks for it, and name -> expression of each key."""
    of_parties = [dimension for dimension in dimensions if dimension in OF_PARTIES]
    if of_parties:
        rows = _with_investors(rows, of_parties, f"{path}parties")
    return rows, {f"key_{number}": DIMENSIONS[name](path) for number, name in enumerate(dimensions)}


def latest_of(observations):
    """Of observations of one metric and status the latest of each project and phase."""
    newest = observations.order_by("project_id", "phase_id", F("as_of").desc(nulls_last=True), "-pk")
    return Observation.objects.filter(pk__in=newest.distinct("project_id", "phase_id").values("pk"))


def _text(key):
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
        return {person.username: person.get_full_name() or person.username for person in people}
    if by in ("status", "stage_group"):
        choices = dict(Project._meta.get_field(by).flatchoices)
        return {key: str(choices.get(key, key)) for key in keys}
    return {key: str(key) for key in keys}


def measured(projects, metric, status):
    """Sum of an additive metric over projects, in its usual unit: (value or None, number of observations).

    Of each project and phase the latest observation counts.
    """
    rows = latest_of(Observation.objects.filter(project__in=projects, metric=metric, status=status))
    summed = rows.aggregate(value=Sum(F("value") * F("unit__factor") / F("metric__unit__factor")), count=Count("pk"))
    return summed["value"], summed["count"]
