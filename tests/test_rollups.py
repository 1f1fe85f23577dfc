"""Totals against an oracle in plain Python over random portfolios: exact to the tiyn, nothing twice, nothing left out.

The rules are those of the decision record on sums (tracker/decisions/0003-sum-rules.md).
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from django.db import transaction
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from projects import rollups
from projects.filters import ProjectFilterSet
from projects.models import Amount, ExchangeRate, Project
from tests import factories

DAY = factories.DAY
KINDS = ("announced", "committed", "disbursed")
CURRENCIES = ("KZT", "USD", "CNY", "EUR")
SECTORS = {"SYN-A": None, "SYN-A1": "SYN-A", "SYN-A2": "SYN-A", "SYN-B": None, "SYN-B1": "SYN-B"}
PLACES = {"273600000": "KZ-27", "273610000": "273600000", "276600000": "KZ-27"}
STAGES = {"identification": "pre_construction", "construction": "construction"}
PROGRAMMES = ("syn-p", "syn-q")
QUERIES = (
    "placeholders=include",
    "placeholders=only",
    "sector=SYN-A",
    "sector=SYN-A1&sector=SYN-B",
    "sector__not=SYN-A",
    "sector__empty=1&placeholders=include",
    "place=273600000",
    "place__empty=1",
    "stage_group=construction",
    "status__not=delayed",
    "programme=syn-p",
    "programme=syn-p&placeholders=include",
    "programme__empty=1",
    "missing=announced",
    "announced_min=500",
    "announced_max=500",
    "committed_min=1&placeholders=include",
)
ONE_KEY = ("sector", "subsector", "stage", "stage_group", "status", "place", "programme", "year")


# ---- Random portfolios ----------------------------------------------------------------------


@dataclass(frozen=True)
class Sum:
    """One amount of a random portfolio; `part_of` and `corrected_by` are positions in the list of sums."""

    owner: tuple  # ("project" | "programme", position)
    kind: str
    value: Decimal
    currency: str
    bound: str
    as_of: datetime.date | None
    part_of: int | None
    inclusion: str
    corrected_by: int | None


def random_portfolio(random):
    """(projects, sums, rates): headlines, parts, parts of parts, corrections and doubts, densely mixed."""
    projects = [
        {
            "main_sector": random.choice([None, *SECTORS]),
            "place": random.choice([None, *PLACES]),
            "stage": random.choice([None, *STAGES]),
            "status": random.choice([None, "ongoing", "delayed"]),
            "programme": random.choice([None, None, PROGRAMMES[0], *PROGRAMMES]),
            "is_placeholder": random.random() < 0.15,
            "announced_on": random.choice([None, DAY, datetime.date(2024, 2, 29)]),
        }
        for _n in range(random.randint(3, 7))
    ]
    sums = [random_sum(random, ("programme", n), []) for n in (0, 0, 1)]
    for _n in range(random.randint(6, 18)):
        owner = random.choice([("programme", 0), *(("project", n) for n in range(len(projects)))])
        sums.append(random_sum(random, owner, sums))
    published = {
        (code, DAY + datetime.timedelta(days=random.randint(-13, 1))): (
            Decimal(random.randint(1, 10**6)) / 1000,
            random.choice([1, 10, 100]),
        )
        for code in CURRENCIES[1:]
        for _n in range(random.randint(0, 3))
    }
    return projects, corrected(random, sums), published


def random_sum(random, owner, before):
    """One sum, perhaps a part of one of those before it."""
    inclusion = random.choices(["no", "yes", "unknown"], [5, 4, 1])[0] if before else "no"
    part_of = None if inclusion == "no" else random.randrange(len(before))
    currency, limit = random.choice(["KZT", "KZT", *CURRENCIES]), 10 ** random.uniform(2, 16)
    if part_of is not None and random.random() < 0.7:  # small enough to fit into the whole
        currency, limit = before[part_of].currency, before[part_of].value * 30
    kinds = before[part_of].kind if part_of is not None else random.choice(["announced", *KINDS])
    return Sum(
        owner=owner,
        kind=random.choice(KINDS) if random.random() < 0.1 else kinds,
        value=Decimal(random.randint(1, int(min(max(1, limit), 10**16)))) / 100,
        currency=currency,
        bound=random.choice(["eq", "eq", "gt", "ge", "lt", "le", "approx"]),
        as_of=None if random.random() < 0.1 else DAY - datetime.timedelta(days=random.randint(-2, 12)),
        part_of=part_of,
        inclusion=inclusion,
        corrected_by=None,
    )


def corrected(random, sums):
    """The sums, some of them corrected by a later one of the same owner and kind that is no part of them."""
    above = {position: row.part_of for position, row in enumerate(sums)}
    taken, done = set(), []

    def leads_to(position, end):
        return position is not None and (position == end or leads_to(above[position], end))

    for position, row in enumerate(sums):
        later = [
            other
            for other in range(position + 1, len(sums))
            if other not in taken
            and (sums[other].owner, sums[other].kind) == (row.owner, row.kind)
            and not leads_to(other, position)
        ]
        chosen = random.choice(later) if later and random.random() < 0.25 else None
        if chosen is not None:
            above[position] = chosen
            taken.add(chosen)
        done.append(Sum(**vars(row) | {"corrected_by": chosen}))
    return done


def store(portfolio):
    """The rows of a random portfolio in the database; returns the projects and amounts in its order."""
    projects, sums, published = portfolio
    ExchangeRate.objects.bulk_create(
        ExchangeRate(currency_id=code, day=day, source_rate=rate, quant=quant)
        for (code, day), (rate, quant) in published.items()
    )
    programmes = [factories.programme(code=code) for code in PROGRAMMES]
    by_code = dict(zip(PROGRAMMES, programmes, strict=True))
    rows = Project.objects.bulk_create(
        Project(
            reference=f"SYN-{number}",
            name_en=f"Synthetic project {number}",
            main_sector_id=row["main_sector"],
            place_id=row["place"],
            stage_id=row["stage"],
            stage_group=STAGES.get(row["stage"], "unknown"),
            status=row["status"],
            programme=by_code.get(row["programme"]),
            is_placeholder=row["is_placeholder"],
            announced_on=row["announced_on"],
        )
        for number, row in enumerate(projects)
    )
    statement = factories.statement()
    owners = {"project": rows, "programme": programmes}
    amounts = Amount.objects.bulk_create(
        Amount(
            **{row.owner[0]: owners[row.owner[0]][row.owner[1]]},
            kind=row.kind,
            value=row.value,
            currency_id=row.currency,
            bound=row.bound,
            as_of=row.as_of,
            date_precision="day" if row.as_of else "unknown",
            statement=statement,
        )
        for row in sums
    )
    for amount, row in zip(amounts, sums, strict=True):
        amount.inclusion = row.inclusion
        amount.included_in = None if row.part_of is None else amounts[row.part_of]
        amount.superseded_by = None if row.corrected_by is None else amounts[row.corrected_by]
    if amounts:
        Amount.objects.bulk_update(amounts, ["inclusion", "included_in", "superseded_by"])
    return rows, amounts


# ---- The oracle -----------------------------------------------------------------------------


class Oracle:
    """What the totals must be, by the rules, for some projects of a random portfolio.

    chosen: positions of the projects in the set.
    """

    def __init__(self, portfolio, chosen, currency, rate):
        self.projects, self.sums, self.published = portfolio
        self.chosen, self.currency, self.rate = set(chosen), currency, rate

    def rate_on(self, code, day):
        """Tenge for one unit on a day: that day's, or of at most ten days before."""
        if code == "KZT":
            return Fraction(1)
        known = [on for currency, on in self.published if currency == code and 0 <= (day - on).days <= 10]
        return self.tenge(code, max(known)) if known else None

    def newest(self, code):
        days = [day for currency, day in self.published if currency == code]
        return Fraction(1) if code == "KZT" else self.tenge(code, max(days)) if days else None

    def tenge(self, code, day):
        rate, quant = self.published[code, day]
        return Fraction(rate) / quant

    def converted(self, row):
        if row.currency == self.currency:
            return row.value
        if self.rate == "today":
            own, wanted = self.newest(row.currency), self.newest(self.currency)
            return rounded(Fraction(row.value) * own / wanted) if own and wanted else None
        own = self.rate_on(row.currency, row.as_of) if row.as_of else Fraction(row.currency == "KZT") or None
        if own is None:
            return None
        in_tenge = rounded(Fraction(row.value) * own)
        wanted = Fraction(1) if self.currency == "KZT" else row.as_of and self.rate_on(self.currency, row.as_of)
        return rounded(Fraction(in_tenge) / wanted) if wanted else None

    def listed(self, project):
        """What a list adds up for one project: standing, and no part of what is counted on a project or nowhere."""
        for row in self.sums:
            if row.owner != ("project", project) or row.corrected_by is not None or row.inclusion == "unknown":
                continue
            if row.inclusion == "yes":
                whole = self.sums[row.part_of]
                if whole.owner[0] == "project" or whole.inclusion == "unknown":
                    continue
            yield row

    def covered(self):
        for number, code in enumerate(PROGRAMMES):
            named = {n for n, p in enumerate(self.projects) if p["programme"] == code and not p["is_placeholder"]}
            if named and named <= self.chosen:
                yield number

    def headlines(self, programme):
        for position, row in enumerate(self.sums):
            if row.owner == ("programme", programme) and row.corrected_by is None and row.inclusion == "no":
                yield position, row

    def root(self, position):
        """The amount that stands for this one: its correction, or the whole that it is certainly part of."""
        row = self.sums[position]
        if row.corrected_by is not None:
            return self.root(row.corrected_by)
        return self.root(row.part_of) if row.inclusion == "yes" else position

    def rests(self, programme):
        """(headline, what the listed projects do not carry of it) of a covered programme."""
        carried = defaultdict(Decimal)
        for project in self.chosen:
            for row in self.listed(project):
                if row.part_of is not None:
                    carried[self.root(row.part_of), row.kind] += self.converted(row) or 0
        for position, row in self.headlines(programme):
            value = self.converted(row)
            yield row, None if value is None else max(Decimal(0), value - carried[position, row.kind])

    def total(self, kind):
        """value, count, missing, lower bounds, unconverted of everything."""
        listed = {project: [row for row in self.listed(project) if row.kind == kind] for project in self.chosen}
        rows = [(row, self.converted(row)) for rows in listed.values() for row in rows]
        rows += [(row, value) for n in self.covered() for row, value in self.rests(n) if row.kind == kind]
        known = [value for _row, value in rows if value is not None]
        return {
            "value": sum(known) if known else None,
            "count": len(rows),
            "missing": sum(not rows for rows in listed.values()),
            "lower_bounds": sum(row.bound in ("gt", "ge") for row, _value in rows),
            "upper_bounds": sum(row.bound in ("lt", "le") for row, _value in rows),
            "approximate": sum(row.bound == "approx" for row, _value in rows),
            "unconverted": len(rows) - len(known),
        }

    def uncertain(self):
        mine = {("project", n) for n in self.chosen} | {("programme", n) for n in self.covered()}
        return {
            position
            for position, row in enumerate(self.sums)
            if row.owner in mine and row.inclusion == "unknown" and row.corrected_by is None
        }


def rounded(value):
    """To the cent, halves upwards, as numeric rounds in the database."""
    cents = Fraction(value) * 100
    return Decimal((2 * cents.numerator + cents.denominator) // (2 * cents.denominator)) / 100


# ---- Properties -----------------------------------------------------------------------------


@pytest.fixture
def world(db):
    for code, parent in SECTORS.items():
        factories.sector(code, parent_id=parent)
    for code, parent in PLACES.items():
        factories.region()
        factories.place(code, parent_id=parent)
    for code, group in STAGES.items():
        factories.stage(code, group)
    for code in CURRENCIES:
        factories.currency(code)


bounded = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # a smaller seed is no simpler portfolio
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
seeds = st.integers(0, 10**9).map(Random)


@bounded
@given(random=seeds)
def test_totals_are_what_the_rules_say(world, random):
    portfolio = random_portfolio(random)
    with transaction.atomic():
        rows, amounts = store(portfolio)
        reader = factories.analyst()
        places = {row.pk: position for position, row in enumerate(rows)}
        for query in ["", *random.sample(QUERIES, 3)]:
            shown = {"currency": random.choice(rollups.CURRENCIES), "rate": random.choice(rollups.RATES)}
            chosen = ProjectFilterSet(QueryDict(query), Project.objects.all(), user=reader).rows()
            listed = list(rollups.with_listed_amounts(chosen, **shown))
            whole = rollups.Portfolio(chosen, **shown)
            oracle = Oracle(portfolio, [places[row.pk] for row in listed], **shown)

            assert whole.count == len(listed)
            assert {amount.pk for amount in whole.uncertain} == {amounts[n].pk for n in oracle.uncertain()}
            check_totals(whole, listed, oracle)
            check_lines(whole, whole.by(random.choice(ONE_KEY)))
        transaction.set_rollback(True)


def check_totals(whole, listed, oracle):
    """The totals are the oracle's, and the listed rows with what is not allocated."""
    for kind in KINDS:
        total, expected = whole.total.amounts[kind], oracle.total(kind)
        assert {name: getattr(total, name) for name in expected} == expected
        in_rows = [amount for row in listed for amount in row.listed_amounts if amount.kind == kind]
        parts = [rollups.sum_of(in_rows, kind, whole.currency), *(line.amounts[kind] for line in whole.unallocated)]
        assert together(parts) == total.value
        assert sum(part.count for part in parts) == total.count


def check_lines(whole, lines):
    """The lines of a dimension add up to the totals."""
    assert sum(line.projects for line in lines) == whole.count
    for kind in KINDS:
        total = whole.total.amounts[kind]
        assert together(line.amounts[kind] for line in lines) == total.value
        for name in ("count", "missing", "lower_bounds", "unconverted"):
            assert sum(getattr(line.amounts[kind], name) for line in lines) == getattr(total, name)


def together(totals):
    """The sum of those that have a value; None where none has."""
    known = [total.value for total in totals if total.value is not None]
    return sum(known) if known else None


@settings(bounded, max_examples=10)
@given(random=seeds)
def test_other_rates_never_change_what_is_stored(world, random):
    with transaction.atomic():
        store(random_portfolio(random))
        columns = ("value", "currency", "rate", "rate_on", "value_kzt", "version")
        stored = list(Amount.objects.order_by("pk").values(*columns))
        before = rollups.Portfolio(Project.objects.all()).total

        for rate in ExchangeRate.objects.all():
            rate.source_rate = Decimal(random.randint(1, 10**6)) / 1000
            rate.save()
        for code in CURRENCIES[1:]:
            factories.exchange_rate(currency=code, day=DAY - datetime.timedelta(days=14), source_rate=3)

        assert list(Amount.objects.order_by("pk").values(*columns)) == stored
        assert rollups.Portfolio(Project.objects.all()).total == before
        transaction.set_rollback(True)


# ---- One rule each --------------------------------------------------------------------------


@pytest.fixture
def package(world):
    """A programme of two named projects with a headline of 1000 tenge."""
    programme = factories.programme()
    one, two = factories.project(programme=programme), factories.project(programme=programme)
    headline = factories.amount(programme=programme, value=1000, bound="gt")
    return programme, one, two, headline


def announced(projects=None, **shown):
    return rollups.Portfolio(Project.objects.all() if projects is None else projects, **shown).total.amounts[
        "announced"
    ]


def only(*projects):
    return Project.objects.filter(pk__in=[project.pk for project in projects])


def test_a_part_leaves_the_headline_as_it_is(package):
    programme, one, two, headline = package
    assert announced().value == 1000

    factories.amount(project=one, value=300, included_in=headline, inclusion="yes")
    factories.amount(project=two, value=100, included_in=headline, inclusion="yes")

    assert announced().value == 1000
    (rest,) = rollups.Portfolio(Project.objects.all()).unallocated
    assert (rest.url_value, rest.amounts["announced"].value, rest.amounts["announced"].bound) == (
        programme.code,
        600,
        "gt",
    )


def test_a_programme_partly_in_the_set_gives_no_headline(package):
    _programme, one, two, headline = package
    factories.amount(project=one, value=300, included_in=headline, inclusion="yes")
    assert announced(only(one)).value == 300
    assert announced(only(two)).value is None
    assert announced(only(one, two)).value == 1000


def test_a_placeholder_is_not_needed_for_the_headline(package):
    programme, one, two, _headline = package
    hidden = factories.project(programme=programme, is_placeholder=True)
    assert announced(only(one, two)).value == 1000
    assert announced(only(hidden)).value is None


def test_parts_of_a_corrected_headline_are_parts_of_the_correction(package):
    programme, one, _two, headline = package
    factories.amount(project=one, value=300, included_in=headline, inclusion="yes")
    later = factories.amount(programme=programme, value=1200)
    Amount.objects.filter(pk=headline.pk).update(superseded_by=later)
    assert announced().value == 1200


def test_parts_of_a_part_are_not_counted_beside_the_headline(package):
    programme, one, _two, headline = package
    first_phase = factories.amount(programme=programme, value=400, included_in=headline, inclusion="yes")
    factories.amount(project=one, value=300, included_in=first_phase, inclusion="yes")
    assert announced().value == 1000


def test_parts_that_exceed_their_headline_leave_another_one_whole(package):
    programme, one, _two, headline = package
    factories.amount(programme=programme, value=50)
    factories.amount(project=one, value=1300, included_in=headline, inclusion="yes")
    assert announced().value == 1350


def test_a_committed_part_does_not_lessen_what_was_announced(package):
    programme, one, _two, headline = package
    factories.amount(programme=programme, kind="committed", value=90)
    factories.amount(project=one, kind="committed", value=80, included_in=headline, inclusion="yes")
    totals = rollups.Portfolio(Project.objects.all()).total.amounts
    assert (totals["announced"].value, totals["committed"].value) == (1000, 170)


def test_what_may_be_included_is_apart(package):
    programme, one, _two, headline = package
    perhaps = factories.amount(programme=programme, value=40, included_in=headline, inclusion="unknown")
    also = factories.amount(project=one, value=7, included_in=headline, inclusion="unknown")
    part_of_perhaps = factories.amount(project=one, value=30, included_in=perhaps, inclusion="yes")

    portfolio = rollups.Portfolio(Project.objects.all())

    assert portfolio.total.amounts["announced"].value == 1000
    assert {amount.pk for amount in portfolio.uncertain} == {perhaps.pk, also.pk}
    assert part_of_perhaps.pk not in Amount.objects.on_projects().values_list("pk", flat=True)


def test_an_amount_without_a_rate_is_counted_and_not_added(world):
    project = factories.project()
    factories.amount(project=project, value=5)
    factories.amount(project=project, value=7, currency="USD")
    total = announced()
    assert (total.value, total.count, total.unconverted, total.missing) == (5, 2, 1, 0)


def test_no_figure_is_no_zero(world):
    factories.project()
    total = announced()
    assert (total.value, total.count, total.missing) == (None, 0, 1)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (["eq", "eq"], "eq"),
        (["eq", "gt"], "gt"),
        (["ge", "approx"], "gt"),
        (["eq", "lt"], "lt"),
        (["gt", "lt"], "approx"),
        (["eq", "approx"], "approx"),
    ],
)
def test_a_sum_is_as_exact_as_its_parts(world, bounds, expected):
    project = factories.project()
    for bound in bounds:
        factories.amount(project=project, bound=bound)
    assert announced().bound == expected


@pytest.mark.parametrize("rate", rollups.RATES)
def test_sums_in_three_currencies(world, rate):
    later = DAY + datetime.timedelta(days=30)
    factories.exchange_rate(currency="USD", source_rate=500)
    factories.exchange_rate(currency="CNY", source_rate=70)
    factories.exchange_rate(currency="USD", source_rate=480, day=later)
    factories.exchange_rate(currency="CNY", source_rate=600, quant=10, day=later)
    project = factories.project()
    factories.amount(project=project, value=7000)
    factories.amount(project=project, value="10.01", currency="USD")
    found = [announced(currency=currency, rate=rate).value for currency in rollups.CURRENCIES]
    statement = ["12005.00", "24.01", "171.50"]  # 7000 + 10.01 x 500; 14 + 10.01; 100 + 71.50
    today = ["11804.80", "24.59", "196.75"]  # 7000 + 10.01 x 480; 14.58 + 10.01; 116.67 + 80.08
    assert found == [Decimal(text) for text in (statement if rate == "statement" else today)]


# ---- Several keys for one project -----------------------------------------------------------


def keyed(dimension):
    lines = rollups.Portfolio(Project.objects.all()).by(dimension)
    return {
        line.key: (line.projects, line.amounts["announced"].value, line.amounts["announced"].missing) for line in lines
    }


def test_two_investors_of_one_country_count_once_in_its_line(world):
    china, kazakhstan = factories.country("CN"), factories.country("KZ")
    project = factories.project()
    factories.amount(project=project, value=100)
    investors = [factories.investor(country=china), factories.investor(country=china)]
    investors += [factories.investor(country=kazakhstan), factories.investor(), factories.investor()]
    for investor in investors:
        factories.party(project=project, organisation=investor)

    # "Not stated" are, as in the filters, the projects of which no investor's country is known.
    assert keyed("investor_country") == {"CN": (1, 100, 0), "KZ": (1, 100, 0)}
    assert keyed("investor") == {str(investor.pk): (1, 100, 0) for investor in investors}


def test_who_is_no_investor_has_no_line(world):
    project = factories.project()
    factories.amount(project=project, value=100)
    for role in ("implementer", "supplier"):
        factories.party(
            project=project, role=role, organisation=factories.organisation(country=factories.country("CN"))
        )

    assert keyed("investor") == {None: (1, 100, 0)}
    assert keyed("investor_country") == {None: (1, 100, 0)}


def test_a_measure_is_summed_in_its_usual_unit(world):
    megawatt, kilowatt = factories.unit("MW", factor=1_000_000), factories.unit("kW", factor=1000)
    metric = factories.metric(unit=megawatt)
    factories.observation(metric=metric, unit=megawatt, value=34)
    factories.observation(metric=metric, unit=kilowatt, value=500)
    factories.observation(metric=metric, unit=megawatt, value=9, status="actual")
    assert rollups.measured(Project.objects.all(), "capacity_electric", "planned") == (Decimal("34.5"), 2)
    assert rollups.measured(Project.objects.none(), "capacity_electric", "planned") == (None, 0)
