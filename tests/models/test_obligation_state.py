"""What an obligation is on a day: SQL against the same rules in plain Python, over random histories."""

import datetime
from decimal import ROUND_FLOOR, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.models import Evidence, Obligation, Waiver
from projects.models.choices import EvidenceStatus, Frequency, ObligationState
from tests import factories

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
ONE_DAY = datetime.timedelta(days=1)

# ---- The rules once more, without SQL -----------------------------------------------------------------------


def months_after(first, months):
    index = first.year * 12 + first.month - 1 + months
    return datetime.date(index // 12, index % 12 + 1, 1)


def period_with(day, months):
    first = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, months_after(first, months) - ONE_DAY


def reached_in(evidence, day, first, last, is_share):
    counted = [
        e
        for e in evidence
        if e["status"] == "accepted" and e["decided_on"] <= day and e["period_end"] <= day and e["value"] is not None
    ]
    counted = [e for e in counted if first <= e["period_end"] <= last]
    if is_share:
        return max(counted, key=lambda e: (e["period_end"], e["number"]))["value"] if counted else Decimal(0)
    return sum((e["value"] for e in counted), Decimal(0))


def expected(obligation, evidence, waivers, day, is_share):
    """(state, share, deadline) of an obligation given as dictionaries."""
    target, start, end = obligation["target"], obligation["start_on"], obligation["end_on"]
    months = MONTHS.get(obligation["frequency"])
    if months is None:
        first, last = datetime.date(1990, 1, 1), day
        deadline = obligation["due_on"] or end
        reached = reached_in(evidence, day, first, last, is_share)
    else:
        judged_on = min(day, end) if end else day
        judged_on = max(judged_on, start) if start else judged_on
        first, last = period_with(judged_on, months)
        reached = reached_in(evidence, day, first, last, is_share)
        before = period_with(first - ONE_DAY, months)
        if start and before[1] >= start and target is not None:
            before_reached = reached_in(evidence, day, *before, is_share)
            if before_reached < target:
                (first, last), reached = before, before_reached
        deadline = min(last, end) if end else last
    share = None if target is None else (reached / target).quantize(Decimal("0.0001"), ROUND_FLOOR)
    if any(w["start_on"] <= day and (w["end_on"] is None or w["end_on"] >= day) for w in waivers):
        state = "waived"
    elif target is None:
        state = "no_target"
    elif reached >= target:
        state = "met"
    elif deadline and deadline < day:
        state = "overdue"
    elif (start is None or start <= day) and deadline and (deadline - day).days <= 30:
        state = "due"
    elif reached > 0:
        state = "partly"
    else:
        state = "not_due"
    return state, share, deadline


# ---- Random histories ---------------------------------------------------------------------------------------

days = st.dates(datetime.date(2024, 11, 1), datetime.date(2027, 2, 28))
maybe_days = st.none() | days
values = st.decimals("0", "120", places=2)


@st.composite
def obligations(draw):
    start, end = draw(maybe_days), draw(maybe_days)
    if start and end and start > end:
        start, end = end, start
    return {
        "frequency": draw(st.sampled_from(Frequency.values)),
        "target": draw(st.none() | st.decimals("0.01", "200", places=2)),
        "start_on": start,
        "due_on": draw(maybe_days),
        "end_on": end,
    }


evidence = st.fixed_dictionaries(
    {
        "status": st.sampled_from([*EvidenceStatus.values, "accepted", "accepted"]),
        "decided_on": days,
        "period_end": days,
        "value": st.none() | values,
    }
)
waivers = st.tuples(days, maybe_days).map(
    lambda pair: {"start_on": min(filter(None, pair)), "end_on": max(pair) if pair[1] else None}
)


@pytest.fixture
def ground(db):
    """What every example stands on, made once."""
    return {
        "project": factories.project(),
        "kind": factories.obligation_kind(),
        "statement": factories.statement(),
        "author": factories.editor(),
        "reviewer": factories.reviewer(),
        "document": factories.document(),
        "units": {True: factories.unit("%", dimension="share"), False: factories.unit("KZT", dimension="money")},
    }


def save(ground, histories):
    """The histories as rows; returns the obligations in the same order."""
    rows = Obligation.objects.bulk_create(
        Obligation(
            project=ground["project"],
            kind=ground["kind"],
            statement=ground["statement"],
            basis="oral",
            unit=ground["units"][is_share],
            **obligation,
        )
        for obligation, _evidence, _waivers, is_share in histories
    )
    decided, undecided = {"decided_by": ground["reviewer"]}, {"decided_on": None}
    common = {"statement": ground["statement"], "author": ground["author"]}
    Evidence.objects.bulk_create(
        Evidence(
            obligation=row,
            **common,
            **proof | (undecided if proof["status"] == "offered" else decided),
        )
        for row, (_obligation, proofs, _waivers, _is_share) in zip(rows, histories, strict=True)
        for proof in proofs
    )
    Waiver.objects.bulk_create(
        Waiver(obligation=row, reason="Synthetic reason", document=ground["document"], **waiver)
        for row, (_obligation, _evidence, releases, _is_share) in zip(rows, histories, strict=True)
        for waiver in releases
    )
    return rows


histories = st.tuples(obligations(), st.lists(evidence, max_size=4), st.lists(waivers, max_size=1), st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(histories, min_size=12, max_size=24), st.lists(days, min_size=3, max_size=3))
def test_state_equals_the_rules_in_plain_python(ground, drawn, asked):
    rows = save(ground, drawn)
    edges = [day for obligation, *_rest in drawn[:1] for day in (obligation["due_on"], obligation["end_on"]) if day]
    for day in [*asked, *edges, *(edge + ONE_DAY for edge in edges)]:
        found = Obligation.objects.with_state(day).in_bulk([row.pk for row in rows])
        for row, (obligation, proofs, releases, is_share) in zip(rows, drawn, strict=True):
            numbered = [proof | {"number": number} for number, proof in enumerate(proofs)]
            wanted = expected(obligation, numbered, releases, day, is_share)
            got = found[row.pk]
            assert (got.state, got.share, got.deadline) == wanted, (obligation, proofs, releases, day)


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
