"""What an obligation is on a day: SQL against the same rules in plain Python, over what people do in any order."""

import datetime
import random
from collections import Counter
from decimal import ROUND_FLOOR, Decimal

import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from projects import evidence
from projects.actions import Refused
from projects.models import Evidence, Obligation, Waiver
from projects.models.choices import BudgetLevel, EvidenceStatus, Frequency, ObligationState, Side
from tests import factories

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
ONE_DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(2024, 11, 1), datetime.date(2027, 2, 28)
MANY, AT_MOST = 40, 5  # obligations of a register, periods that are compared

# ---- The rules once more, without SQL -----------------------------------------------------------------------


def months_after(first, months):
    index = first.year * 12 + first.month - 1 + months
    return datetime.date(index // 12, index % 12 + 1, 1)


def period_with(day, months):
    first = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, months_after(first, months) - ONE_DAY


def cut(number, places):
    return number.quantize(Decimal(places), ROUND_FLOOR)


def reached_in(history, day, first, last):
    level, dimension = history["budget_level"], history["dimension"]
    counted = [
        e
        for e in history["evidence"]
        if e["status"] == "accepted" and e["value"] is not None and max(e["decided_on"], e["period_end"]) <= day
        if first <= e["period_end"] <= last and level in ("", e["budget_level"])
    ]
    if not counted:
        return Decimal(0)
    if dimension in ("share", "job"):
        latest = max(e["period_end"] for e in counted)
        counted = [e for e in counted if e["period_end"] == latest]
    if dimension == "share":
        wholes = [e for e in counted if e["out_of"]]
        if wholes:
            return cut(100 * sum(e["value"] for e in wholes) / sum(e["out_of"] for e in wholes), "0.000001")
        return counted[-1]["value"]
    return sum(e["value"] for e in counted)


def released(history, day):
    return any(w["start_on"] <= day and (w["end_on"] is None or w["end_on"] >= day) for w in history["waivers"])


def judged(history, day, period, deadline):
    """(state, share, deadline) of one period, or of an obligation that falls due once (period None)."""
    target, start = history["target"], history["start_on"]
    reached = reached_in(history, day, *(period or (datetime.date(1990, 1, 1), day)))
    share = None if target is None else cut(reached / target, "0.0001")
    if released(history, min(day, deadline) if period else day):
        state = "waived"
    elif target is None:
        state = "no_target"
    elif reached >= target:
        state = "met"
    elif deadline and deadline < day:
        state = "overdue"
    elif (start is None or start <= day) and deadline and (deadline - day).days <= 30:
        state = "due"
    else:
        state = "partly" if reached > 0 else "not_due"
    return state, share, deadline


def periods_of(history, day):
    """Every period in force up to a day, the newest first: (first, last) or None where it does not recur."""
    start, end, months = history["start_on"], history["end_on"], MONTHS.get(history["frequency"])
    if months is None:
        return [None]
    now = period_with(max(min(day, end or day), start or FIRST), months)
    found = [now]
    while start and found[-1][0] > start:
        found.append(period_with(found[-1][0] - ONE_DAY, months))
    return found


def rows_of(history, day):
    for period in periods_of(history, day):
        end = history["end_on"]
        deadline = min(period[1], end or period[1]) if period else history["due_on"] or end
        yield judged(history, day, period, deadline)


def expected(history, day):
    """((state, share, deadline) of the obligation, its periods, whose turn it is)."""
    rows = list(rows_of(history, day))
    row = rows[1] if len(rows) > 1 and rows[1][0] == "overdue" else rows[0]
    state = "waived" if released(history, day) else row[0]
    waiting = any(
        e["created_on"] <= day and (e["status"] == "offered" or e["decided_on"] > day) for e in history["evidence"]
    )
    turn = "region" if waiting else history["waits_for"] or history["side"]
    return (state, *row[1:]), rows[:AT_MOST], "" if state in ("met", "waived") else turn


# ---- Random histories ---------------------------------------------------------------------------------------


def some_day(chance):
    return FIRST + datetime.timedelta(days=chance.randrange((LAST - FIRST).days))


def maybe(chance, value):
    return value if chance.random() < 0.6 else None


def a_number(chance, most):
    return Decimal(chance.randrange(1, most * 100)) / 100


def a_history(chance):
    start, end = maybe(chance, some_day(chance)), maybe(chance, some_day(chance))
    if start and end and start > end:
        start, end = end, start
    dimension = chance.choice(["share", "job", "money", "money"])
    evidence = []
    for _number in range(chance.randrange(6)):
        out_of = maybe(chance, a_number(chance, 120)) if dimension == "share" else None
        level = chance.choice(["", *BudgetLevel.values])
        evidence.append(
            {
                "created_on": datetime.date(2020, 1, 1),
                "status": chance.choice([*EvidenceStatus.values, "accepted", "accepted"]),
                "decided_on": some_day(chance),
                "period_end": chance.choice([some_day(chance), *(e["period_end"] for e in evidence)]),
                "value": min(a_number(chance, 120), out_of) if out_of else maybe(chance, a_number(chance, 120)),
                "out_of": out_of,
                "budget_level": level,
                "tax_kind": "social" if level else "",
            }
        )
    releases = [sorted([some_day(chance), some_day(chance)]) for _number in range(chance.choice([0, 0, 0, 1]))]
    return {
        "dimension": dimension,
        "frequency": chance.choice([*Frequency.values, "once"]),
        "target": maybe(chance, a_number(chance, chance.choice([30, 300]))),
        "budget_level": chance.choice(["", "", "local"]),
        "side": chance.choice(Side.values),
        "waits_for": chance.choice(["", "", *Side.values]),
        "start_on": start,
        "due_on": maybe(chance, some_day(chance)),
        "end_on": end,
        "evidence": evidence,
        "waivers": [{"start_on": first, "end_on": maybe(chance, last)} for first, last in releases],
    }


def save(histories, author, reviewer):
    """The histories as rows; returns the obligations in the same order."""
    units = {
        "share": factories.unit("%", dimension="share"),
        "job": factories.unit("{job}", dimension="job"),
        "money": factories.unit("KZT", dimension="money"),
    }
    statement, document = factories.statement(), factories.document()
    common = {"project": factories.project(), "kind": factories.obligation_kind(), "statement": statement}
    apart = ("dimension", "evidence", "waivers")
    rows = Obligation.objects.bulk_create(
        Obligation(
            **common,
            basis="oral",
            unit=units[history["dimension"]],
            **{name: value for name, value in history.items() if name not in apart},
        )
        for history in histories
    )
    early = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    pairs = list(zip(rows, histories, strict=True))
    Evidence.objects.bulk_create(
        Evidence(
            obligation=row,
            statement=statement,
            author=author,
            created_at=early,
            **{name: value for name, value in proof.items() if name != "created_on"},
            decided_by=None if proof["status"] == "offered" else reviewer,
        )
        for row, history in pairs
        for proof in history["evidence"]
    )
    Waiver.objects.bulk_create(
        Waiver(obligation=row, reason="Synthetic reason", document=document, **waiver)
        for row, history in pairs
        for waiver in history["waivers"]
    )
    return rows


# ---- What people do, in any order ---------------------------------------------------------------------------

days = st.dates(FIRST, LAST)
numbers = st.decimals("0.01", 120, places=2)
perhaps = st.none() | numbers
FIELDS = ("frequency", "target", "budget_level", "side", "waits_for", "start_on", "due_on", "end_on")


YEARS = [FIRST + number * datetime.timedelta(days=120) for number in range(8)]


class Register(RuleBasedStateMachine):
    """A register in which ten of many obligations are changed, proved, decided on and waived while time goes by.

    Beside each row stands its history in plain Python; both must say the same on any day, past or to come.
    """

    seen = Counter()

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.clock = time_machine.travel(datetime.datetime(2025, 3, 1, 12, tzinfo=datetime.UTC), tick=False)
        self.time = self.clock.start()
        self.today = datetime.date(2025, 3, 1)

    def teardown(self):
        for day in YEARS:
            self.compare(day)
        self.clock.stop()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(seed=st.integers(0, 10**6))
    def begin(self, seed):
        chance = random.Random(seed)
        self.people = [factories.editor(), factories.reviewer("synthetic-one"), factories.reviewer("synthetic-two")]
        self.histories = [a_history(chance) for _number in range(MANY)]
        self.rows = save(self.histories, *self.people[:2])
        told = (proof for history in self.histories for proof in history["evidence"])
        # Each piece of evidence: its row, who is its author (a number of `people`), its history.
        self.proofs = [(row, 0, said) for row, said in zip(Evidence.objects.order_by("pk"), told, strict=True)]
        self.statement, self.document = factories.statement(), factories.document()

    def one(self, number):
        """One of the obligations: its row and its history."""
        self.seen["steps"] += 1
        return self.rows[number], self.histories[number]

    @rule(number=st.integers(0, 9), seed=st.integers(0, 10**6), names=st.sets(st.sampled_from(FIELDS[:5]), min_size=1))
    def change(self, number, seed, names):
        row, history = self.one(number)
        new = a_history(random.Random(seed))
        for name in names:
            history[name] = new[name]
            setattr(row, name, new[name])
        row.save()

    @rule(
        number=st.integers(0, 9),
        author=st.integers(0, 2),
        value=perhaps,
        whole=perhaps,
        end=days,
        again=st.booleans(),
        level=st.sampled_from(["", *BudgetLevel.values]),
    )
    def offer(self, number, author, value, whole, end, again, level):
        row, history = self.one(number)
        out_of = whole if history["dimension"] == "share" else None
        said = {
            "value": min(value or out_of, out_of) if out_of else value,
            "out_of": out_of,
            "period_end": history["evidence"][-1]["period_end"] if again and history["evidence"] else end,
            "budget_level": level,
        }
        proof = factories.evidence(
            obligation=row,
            statement=self.statement,
            author=self.people[author],
            tax_kind="social" if level else "",
            **said,
        )
        evidence.offer(by=self.people[author], evidence=proof)
        history["evidence"].append(said | {"status": "offered", "created_on": self.today, "decided_on": None})
        self.proofs.append((proof, author, history["evidence"][-1]))

    @rule(number=st.integers(0, 40), person=st.integers(0, 2), is_good=st.sampled_from([True, True, False]))
    def decide(self, number, person, is_good):
        """Accept or refuse: only a reviewer, nobody of their own, nothing twice, but what was accepted in error."""
        self.seen["steps"] += 1
        proof, author, said = self.proofs[number % len(self.proofs)]
        status = "accepted" if is_good else "rejected"
        may = person in (1, 2) and person != author
        may = may and (said["status"] == "offered" or (said["status"], status) == ("accepted", "rejected"))
        by = self.people[person]
        try:
            evidence.accept(by=by, evidence=proof) if is_good else evidence.refuse(by=by, evidence=proof, reason="No")
        except Refused:
            assert not may
            self.seen["refused"] += 1
        else:
            assert may
            self.seen["decided"] += 1
            said |= {"status": status, "decided_on": self.today}

    @rule(
        number=st.integers(0, 9),
        between=st.tuples(days, days).map(sorted),
        is_open=st.sampled_from([True, False, False, False]),
    )
    def waive(self, number, between, is_open):
        row, history = self.one(number)
        release = {"start_on": between[0], "end_on": None if is_open else between[1]}
        factories.waiver(obligation=row, document=self.document, **release)
        history["waivers"].append(release)

    @rule(number=st.integers(1, 90))
    def time_goes_by(self, number):
        self.seen["steps"] += 1
        self.today = min(self.today + number * ONE_DAY, LAST)
        self.time.move_to(datetime.datetime.combine(self.today, datetime.time(7), tzinfo=datetime.UTC))

    @rule(day=days, number=st.integers(0, 9))
    def ask(self, day, number):
        """What each obligation is on some day, today, and on a deadline of one of them and the day after."""
        _row, history = self.one(number)
        edge = history["due_on"] or history["end_on"] or self.today
        for one in {day, self.today, edge, edge + ONE_DAY}:
            self.compare(one)

    def compare(self, day):
        found = Obligation.objects.with_state(day).with_periods(day, AT_MOST).in_bulk([row.pk for row in self.rows])
        for row, history in zip(self.rows, self.histories, strict=True):
            got = found[row.pk]
            in_periods = [(one.state, one.share, one.deadline) for one in got.in_periods]
            state = got.state, got.share, got.deadline
            assert (state, in_periods, got.turn) == expected(history, day), (history, day)
            self.seen[got.state.value] += 1
            self.seen["compared"] += 1
            self.seen["periods"] += len(in_periods)


def test_the_state_is_what_the_rules_say_whatever_people_do(db, capsys):
    Register.seen.clear()
    run_state_machine_as_test(
        Register,
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    seen = Register.seen
    with capsys.disabled():
        print("\n", dict(sorted(seen.items())))
    assert all(seen[state] > 10 for state in ObligationState.values), seen
    assert seen["decided"] and seen["refused"]


# ---- A few histories that a person can read -----------------------------------------------------------------


def state(row, *day):
    found = Obligation.objects.with_state(datetime.date(*day)).get(pk=row.pk)
    return found.state, found.share


def proof(row, value, *period_end, status="accepted", decided_on=None):
    day = datetime.date(*period_end)
    decided = {} if status == "offered" else {"decided_by": factories.reviewer(), "decided_on": decided_on or day}
    return factories.evidence(obligation=row, value=value, period_end=day, status=status, **decided)


def test_an_obligation_that_falls_due_once(db):
    row = factories.obligation(target=100, unit=factories.unit("KZT"), due_on=datetime.date(2026, 6, 30))
    assert state(row, 2026, 5, 30) == ("not_due", 0)
    assert state(row, 2026, 5, 31) == ("due", 0)  # 30 days left
    assert state(row, 2026, 6, 30) == ("due", 0)
    assert state(row, 2026, 7, 1) == ("overdue", 0)
    proof(row, 40, 2026, 3, 31)
    assert state(row, 2026, 3, 30) == ("not_due", 0)
    assert state(row, 2026, 3, 31) == ("partly", Decimal("0.4"))
    assert state(row, 2026, 7, 1) == ("overdue", Decimal("0.4"))
    proof(row, 60, 2026, 7, 10)
    assert state(row, 2026, 7, 10) == ("met", 1)


def test_only_accepted_evidence_counts_from_the_day_it_was_accepted(db):
    row = factories.obligation(target=10, unit=factories.unit("KZT"))
    proof(row, 10, 2026, 1, 31, status="offered")
    proof(row, 10, 2026, 1, 31, status="rejected")
    assert state(row, 2026, 12, 1) == ("not_due", 0)
    proof(row, 10, 2026, 1, 31, decided_on=datetime.date(2026, 2, 20))
    assert state(row, 2026, 2, 19) == ("not_due", 0)
    assert state(row, 2026, 2, 20) == ("met", 1)


def test_a_recurring_obligation_starts_anew_each_period(db):
    row = factories.obligation(
        target=100, unit=factories.unit("KZT"), frequency="quarterly", start_on=datetime.date(2026, 1, 1)
    )
    assert state(row, 2026, 2, 1) == ("not_due", 0)
    assert state(row, 2026, 3, 15) == ("due", 0)
    assert state(row, 2026, 4, 1) == ("overdue", 0)  # the first quarter, until it is met
    proof(row, 100, 2026, 3, 31, decided_on=datetime.date(2026, 4, 20))
    assert state(row, 2026, 4, 20) == ("not_due", 0)  # the second quarter
    assert state(row, 2026, 7, 1) == ("overdue", 0)


def test_shares_are_never_added(db):
    row = factories.obligation(target=90, unit=factories.unit("%", dimension="share"))
    proof(row, 60, 2026, 3, 31)
    proof(row, 80, 2026, 6, 30)
    assert state(row, 2026, 7, 1) == ("partly", Decimal("0.8888"))


def test_a_target_almost_reached_is_not_met(db):
    row = factories.obligation(target=Decimal("99999999999999999"), unit=factories.unit("KZT"))
    proof(row, Decimal("99999999999999998.999999"), 2026, 3, 31)
    assert state(row, 2026, 7, 1) == ("partly", Decimal("0.9999"))


def test_waived_while_the_waiver_lasts_and_no_target_is_said_to_be_none(db):
    row = factories.obligation()
    assert state(row, 2026, 1, 1) == ("no_target", None)
    factories.waiver(obligation=row, start_on=datetime.date(2026, 1, 1), end_on=datetime.date(2026, 1, 31))
    assert state(row, 2026, 1, 31)[0] == ObligationState.WAIVED
    assert state(row, 2026, 2, 1)[0] == ObligationState.NO_TARGET
