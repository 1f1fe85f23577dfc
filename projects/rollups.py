"""Reads that span models: totals that reconcile, facets, counts. No request, no form, no template.

Money: announced, committed and disbursed are never added together; amounts of which nobody knows whether they
are part of another are listed apart; a programme's headline counts only where all its named projects are in the
set, and then only the part that its projects do not carry ("not allocated"). So, for any filter,
total = sum of the listed rows + not allocated.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import Case, Count, DecimalField, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone

from projects.models import Amount, ExchangeRate, Place, Programme, Project, ProjectParty, Sector, Stage
from projects.models.choices import AmountKind, Bound, PartyRole
from projects.models.functions import RateOn

CENT = Decimal("0.01")
KINDS = [kind.value for kind in AmountKind]
CURRENCIES = ("KZT", "USD", "CNY")
RATES = ("statement", "today")
_MONEY = DecimalField(max_digits=30, decimal_places=10)


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
        for name in ("count", "lower_bounds", "upper_bounds", "approximate", "unconverted", "statements"):
            setattr(self, name, getattr(self, name) + row[name])


@dataclass
class Rollup:
    """One line of totals: a group of projects with its three totals."""

    key: str | None
    label: str
    projects: int = 0
    amounts: dict = field(default_factory=dict)
    url_value: str | None = None


def _empty(currency):
    return {kind: Total(kind, currency) for kind in KINDS}


def latest_rates(day=None):
    """The newest official rate of each currency up to a day (today): code -> (tenge for one unit, day of the rate)."""
    rates = ExchangeRate.objects.filter(day__lte=day or timezone.localdate())
    newest = rates.order_by("currency_id", "-day", "-origin").distinct("currency_id")
    return {"KZT": (Decimal(1), None)} | {rate.currency_id: (rate.rate, rate.day) for rate in newest}


def converted(currency, rate):
    """Expression: an amount's value in `currency`, at its statement's rate or at today's; NULL without a rate."""
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


def _summed(amounts, currency, rate, *groups):
    """Rows of {group…, kind, value, count, bounds, unconverted, statements} over a queryset of amounts."""
    amounts = amounts.annotate(converted_value=converted(currency, rate)).order_by()
    rows = amounts.values(*groups, "kind").annotate(
        value_sum=Sum("converted_value"),
        count=Count("pk", distinct=True),
        lower_bounds=Count("pk", Q(bound__in=[Bound.GT, Bound.GE])),
        upper_bounds=Count("pk", Q(bound__in=[Bound.LT, Bound.LE])),
        approximate=Count("pk", Q(bound=Bound.APPROX)),
        unconverted=Count("pk", Q(converted_value__isnull=True)),
        statements=Count("statement", distinct=True),
        with_figure=Count("project", distinct=True),
    )
    for row in rows:
        value = row.pop("value_sum")
        row["value"] = None if value is None else Decimal(value).quantize(CENT, ROUND_HALF_EVEN)
        yield row


def covered_programmes(projects):
    """Programmes all of whose named projects are in the set: their headlines may be counted with it."""
    named = dict(
        Project.objects.filter(is_placeholder=False, programme__isnull=False)
        .order_by()
        .values_list("programme")
        .annotate(Count("pk"))
    )
    inside = dict(
        projects.filter(is_placeholder=False, programme__isnull=False)
        .order_by()
        .values_list("programme")
        .annotate(Count("pk"))
    )
    return [programme for programme, count in inside.items() if count == named[programme]]


def unallocated(projects, *, currency="KZT", rate="statement"):
    """What covered programmes announced beyond what their projects in the set carry: a list of Rollup, one each."""
    programmes = {
        programme.pk: programme
        for programme in Programme.objects.filter(pk__in=covered_programmes(projects), amounts__isnull=False).distinct()
    }
    if not programmes:
        return []
    wholes = Amount.objects.headlines().filter(programme__in=programmes)
    parts = Amount.objects.on_projects().filter(included_in__in=wholes, project__in=projects)
    carried = defaultdict(Decimal)
    for row in _summed(parts, currency, rate, "included_in__programme"):
        carried[row["included_in__programme"], row["kind"]] += row["value"] or 0
    found = {}
    for row in _summed(wholes, currency, rate, "programme"):
        programme = programmes[row["programme"]]
        rollup = found.setdefault(
            programme.pk, Rollup("unallocated", str(programme), 0, _empty(currency), programme.code)
        )
        if row["value"] is not None:
            row["value"] = max(Decimal(0), row["value"] - carried[programme.pk, row["kind"]])
        rollup.amounts[row["kind"]].add(row)
    return list(found.values())


def uncertain(projects):
    """Amounts apart: those of these projects, or of programmes covered by them, of unknown inclusion."""
    return (
        Amount.objects.uncertain()
        .filter(Q(project__in=projects) | Q(programme__in=covered_programmes(projects)))
        .select_related("statement", "payer", "phase", "programme", "project")
    )


# The dimensions of totals: how a project (or an amount) gives its key.
_INVESTOR = Q(parties__role=PartyRole.INVESTOR)
DIMENSIONS = {
    "sector": Coalesce(F("main_sector__parent"), F("main_sector")),
    "subsector": F("main_sector"),
    "stage": F("stage"),
    "stage_group": F("stage_group"),
    "status": F("status"),
    "place": F("place"),
    "programme": F("programme__code"),
    "investor": F("parties__organisation"),
    "investor_country": F("parties__organisation__country"),
    "year": ExtractYear("announced_on"),
}
OF_PARTIES = {"investor", "investor_country"}


def totals(projects, *, by=None, currency="KZT", rate="statement", amounts=None):
    """Totals of a set of projects, in one line or by a dimension.

    Args:
        projects: a filtered queryset of Project. by: a key of DIMENSIONS, or None.
        currency: KZT, USD or CNY. rate: "statement" (of each statement's day, default) or "today".
        amounts: the amounts that the reader may see (default all).
    Returns: list of Rollup, the largest announced first; what programmes did not allocate comes last, with
        the key "unallocated". A project with several investors counts in the line of each.
    """
    amounts = Amount.objects.all() if amounts is None else amounts
    if by is None:
        everything = Rollup(None, "", projects.count(), _empty(currency))
        _fill({None: everything}, amounts.on_projects().filter(project__in=projects), None, currency, rate)
        for rest in unallocated(projects, currency=currency, rate=rate):
            for kind, total in rest.amounts.items():
                everything.amounts[kind].add(vars(total))
        return [everything]
    keyed = Project.objects.filter(pk__in=projects.order_by().values("pk"))
    if by in OF_PARTIES:
        # A left join: projects without an investor keep a line of their own.
        keyed = keyed.filter(
            _INVESTOR | ~Exists(ProjectParty.objects.filter(project=OuterRef("pk"), role=PartyRole.INVESTOR))
        )
    counted = keyed.annotate(key=DIMENSIONS[by]).order_by().values("key").annotate(n=Count("pk", distinct=True))
    lines = {row["key"]: Rollup(row["key"], "", row["n"], _empty(currency)) for row in counted}
    inside = amounts.on_projects().filter(project__in=projects.order_by().values("pk"))
    _fill(lines, inside, by, currency, rate)
    labels = _labels(by, [key for key in lines if key is not None])
    for line in lines.values():
        line.label = labels.get(line.key, "") if line.key is not None else ""
        line.key = line.url_value = None if line.key is None else str(line.key)
    ordered = sorted(
        lines.values(), key=lambda line: (-(line.amounts["announced"].value or 0), -line.projects, line.key or "~")
    )
    return ordered + unallocated(projects, currency=currency, rate=rate)


def _prefixed(expression):
    """A dimension's expression over projects, rewritten to start from an amount."""
    if isinstance(expression, F):
        return F(f"project__{expression.name}")
    copy = expression.copy()
    copy.set_source_expressions([_prefixed(source) for source in expression.get_source_expressions()])
    return copy


def _fill(lines, amounts, by, currency, rate):
    if by in OF_PARTIES:
        amounts = amounts.filter(
            Q(project__parties__role=PartyRole.INVESTOR)
            | ~Exists(ProjectParty.objects.filter(project=OuterRef("project"), role=PartyRole.INVESTOR))
        )
    groups = {"key": _prefixed(DIMENSIONS[by])} if by else {}
    seen = set()
    for row in _summed(amounts.annotate(**groups), currency, rate, *groups):
        line = lines[row.get("key")]
        total = line.amounts[row["kind"]]
        total.add(row)
        total.missing = line.projects - row["with_figure"]
        seen.add((row.get("key"), row["kind"]))
    for key, line in lines.items():
        for kind in KINDS:
            if (key, kind) not in seen:
                line.amounts[kind].missing = line.projects


def _labels(by, keys):
    if by in ("sector", "subsector"):
        return {row.pk: str(row) for row in Sector.objects.filter(pk__in=keys)}
    if by == "stage":
        return {row.pk: str(row) for row in Stage.objects.filter(pk__in=keys)}
    if by in ("place", "investor_country"):
        return {row.pk: str(row) for row in Place.objects.filter(pk__in=keys)}
    if by == "programme":
        return {row.code: str(row) for row in Programme.objects.filter(code__in=keys)}
    if by == "investor":
        organisations = ProjectParty._meta.get_field("organisation").related_model.objects.filter(pk__in=keys)
        return {row.pk: str(row) for row in organisations}
    if by in ("status", "stage_group"):
        choices = dict(Project._meta.get_field(by).flatchoices)
        return {key: str(choices.get(key, key)) for key in keys}
    return {key: str(key) for key in keys}


@dataclass
class FacetValue:
    value: str | None
    label: str
    count: int


def facets(rows_without, columns):
    """Counts for each value of each facet, each counted without its own filter.

    Args:
        rows_without: function of a facet's name -> queryset of projects under all other filters.
        columns: name -> (label, expression giving the value).
    Returns: name -> list of FacetValue, the most frequent first; value None stands for "not stated".
    """
    found = {}
    for name, (_label, expression) in columns.items():
        projects = rows_without(name)
        if name in OF_PARTIES:
            rows = (
                ProjectParty.objects.filter(role=PartyRole.INVESTOR, project__in=projects.order_by().values("pk"))
                .order_by()
                .values_list(_prefixed_party(name))
                .annotate(n=Count("project", distinct=True))
            )
        else:
            rows = projects.order_by().annotate(facet=expression).values_list("facet").annotate(n=Count("pk"))
        counts = dict(rows)
        if name == "sector":
            counts = _with_parents(counts)
        labels = _labels(name, [key for key in counts if key is not None])
        values = [FacetValue(key, labels.get(key, str(key)) if key is not None else "", n) for key, n in counts.items()]
        found[name] = sorted(values, key=lambda value: (value.value is None, -value.count, value.label))
    return found


def _prefixed_party(name):
    return {"investor": "organisation", "investor_country": "organisation__country"}[name]


def _with_parents(counts):
    """A level-1 sector counts its children, as its filter takes them."""
    parents = dict(Sector.objects.filter(pk__in=[key for key in counts if key]).values_list("pk", "parent"))
    rolled = dict(counts)
    for key, count in counts.items():
        if parent := parents.get(key):
            rolled[parent] = rolled.get(parent, 0) + count
    return rolled
