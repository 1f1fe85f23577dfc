"""What an obligation is on a day: SQL against the same rules in plain Python, over random histories."""

import datetime
import random
from collections import Counter
from decimal import ROUND_FLOOR, Decimal

from projects.models import Evidence, Obligation, Waiver
from projects.models.choices import BudgetLevel, EvidenceStatus, Frequency, ObligationState, Side
from tests import factories

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
ONE_DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(2024, 11, 1), datetime.date(2027, 2, 28)
SEED, HISTORIES, AT_MOST = 20261122, 700, 5

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
    waiting = any(e["status"] == "offered" or e["decided_on"] > day for e in history["evidence"])
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
                "status": chance.choice([*EvidenceStatus.values, "accepted", "accepted"]),
                "decided_on": some_day(chance),
                "period_end": chance.choice([some_day(chance), *(e["period_end"] for e in evidence)]),
                "value": min(a_number(chance, 120), out_of) if out_of else maybe(chance, a_number(chance, 120)),
                "out_of": out_of,
                "budget_level": level,
                "tax_kind": "social" if level else "",
            }
        )
    releases = [sorted([some_day(chance), some_day(chance)]) for _number in range(chance.choice([0, 0, 1, 2]))]
    return {
        "dimension": dimension,
        "frequency": chance.choice(Frequency.values),
        "target": maybe(chance, a_number(chance, 100)),
        "budget_level": chance.choice(["", "", "local"]),
        "side": chance.choice(Side.values),
        "waits_for": chance.choice(["", "", *Side.values]),
        "start_on": start,
        "due_on": maybe(chance, some_day(chance)),
        "end_on": end,
        "evidence": evidence,
        "waivers": [{"start_on": first, "end_on": maybe(chance, last)} for first, last in releases],
    }


def save(histories):
    """The histories as rows; returns the obligations in the same order."""
    units = {
        "share": factories.unit("%", dimension="share"),
        "job": factories.unit("{job}", dimension="job"),
        "money": factories.unit("KZT", dimension="money"),
    }
    statement, reviewer, document = factories.statement(), factories.reviewer(), factories.document()
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
    author, early = factories.editor(), datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    pairs = list(zip(rows, histories, strict=True))
    Evidence.objects.bulk_create(
        Evidence(
            obligation=row,
            statement=statement,
            author=author,
            created_at=early,
            **proof,
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


def test_state_equals_the_rules_in_plain_python(db, capsys):
    chance = random.Random(SEED)
    histories = [a_history(chance) for _number in range(HISTORIES)]
    rows = save(histories)
    edges = [day for history in histories[:2] for day in (history["due_on"], history["end_on"]) if day]
    asked = [*(some_day(chance) for _number in range(6)), *edges, *(edge + ONE_DAY for edge in edges)]
    seen = Counter()
    for day in asked:
        found = Obligation.objects.with_state(day).with_periods(day, AT_MOST).in_bulk([row.pk for row in rows])
        for row, history in zip(rows, histories, strict=True):
            got = found[row.pk]
            in_periods = [(one.state, one.share, one.deadline) for one in got.in_periods]
            state = got.state, got.share, got.deadline
            assert (state, in_periods, got.turn) == expected(history, day), (history, day)
            seen[got.state.value] += 1
            seen["periods"] += len(in_periods)
    assert all(seen[state] > 20 for state in ObligationState.values), seen
    with capsys.disabled():
        print(f"\n{len(asked)} days, {HISTORIES} histories:", dict(sorted(seen.items())))


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
