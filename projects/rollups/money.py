"""Sums of amounts in one currency: converted, kept by the database or added up, with what must be known of them."""

import functools
from array import array
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Round
from django.utils import timezone

from projects.models import (
    Amount,
    ExchangeRate,
)
from projects.models.choices import AmountKind, Bound
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


@dataclass(frozen=True)
class RateUsed:
    """A rate that sums were converted at: tenge for one unit; `asked` is the statements' day, None for "today"."""

    currency: str
    asked: object
    tenge: Decimal
    day: object
    origin: str


def no_money(currency):
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


def sums_of(amounts, currency, rate, *groups, different=()):
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
    numbers = {f"{name}s": count_different(amounts, name, *groups, "kind") for name in different}
    for row in rows:
        keys = tuple(row[name] for name in (*groups, "kind"))
        value = row.pop("value_sum")
        row["value"] = None if value is None else Decimal(value).quantize(CENT, ROUND_HALF_EVEN)
        yield {"statements": 0} | row | {name: found[keys] for name, found in numbers.items()}


# What is added up of kept sums. number: of the projects; projects: of those with a figure.
KEPT_FIGURES = ("number", "value", *COUNTS, "projects")


def kept_sums(rows, columns, *groups, path=""):
    """Pairs of (group…, kind) and its KEPT_FIGURES, over ProjectMoney, or over projects, from kept sums.

    columns: what those with the sums begin with; path: from the rows to them ("money__" from projects).
    """
    for row in _of_kept(rows, columns, groups, path):
        found = {name.removeprefix("sum_"): value for name, value in row.items()}
        yield tuple(found[name] for name in (*groups, "kind")), tuple(found[name] for name in KEPT_FIGURES)


def _of_kept(rows, columns, groups, path):
    """The query of `kept_sums`."""
    rows = rows.annotate(kind=F(f"{path}kind")) if path else rows
    return (
        rows.order_by()
        .values(*groups, "kind")
        .annotate(
            number=Count(f"{path}project"),
            sum_value=Sum(f"{path}{columns}value"),
            **{f"sum_{name}": Sum(f"{path}{columns}{name}") for name in COUNTS},
            projects=Count(f"{path}project", Q(**{f"{path}{columns}count__gt": 0})),
        )
    )


def kept_sums_by_each(rows, columns, groups, path=""):
    """What `kept_sums` gives for each of several groups, from one reading: (place of the group, (key, kind), figures).

    The rows are added up for all combinations of keys first, as these are few; the combinations for each group then.
    """
    try:
        sql, parameters = _of_kept(rows, columns, groups, path).query.sql_with_params()
    except EmptyResultSet:  # known to be empty without a look at the tables
        return
    keys, sums = ", ".join(groups), ", ".join(f"sum({name})" for name in KEPT_FIGURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(f'GROUPING({key})' for key in groups)}, {keys}, kind, {sums} "
            f"FROM ({sql}) AS combined ({keys}, kind, {', '.join(KEPT_FIGURES)}) "
            f"GROUP BY GROUPING SETS ({', '.join(f'({key}, kind)' for key in groups)})",
            parameters,
        )
        for row in cursor:
            place = row.index(0)
            kind, number, value, *counts = row[2 * len(groups) :]
            yield place, (row[len(groups) + place], kind), (int(number), value, *map(int, counts))


class Different(array):
    """Keys of rows of which each counts once, however many sums it stands behind."""

    def __add__(self, other):
        return Different("q", {*self, *other})


def different(rows, name, *groups):
    """The different values of a column that the rows of each group have: keys -> Different."""
    return {keys: Different("q", values) for keys, values in _of_different("array_agg", rows, name, groups)}


def count_different(rows, name, *groups):
    """How many different values of a column the rows of each group have: keys -> number."""
    return dict(_of_different("count", rows, name, groups))


def _of_different(aggregate, rows, name, groups):
    """Pairs of the keys of each group and an aggregate of its different values.

    PostgreSQL sorts all rows for COUNT(DISTINCT …), but hashes those of SELECT DISTINCT.
    """
    try:
        sql, parameters = rows.values(*groups, name).distinct().query.sql_with_params()
    except EmptyResultSet:  # known to be empty without a look at the tables
        return
    keys = ", ".join(f"key{number}" for number in range(len(groups)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {aggregate}(counted) FROM ({sql}) AS rows ({keys}, counted) GROUP BY {keys}", parameters
        )
        for *found, value in cursor:
            yield tuple(found), value
