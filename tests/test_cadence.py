"""Periods, deadlines and the state of each report: against the same rules in plain Python, at any clock."""

import calendar
import datetime
import itertools

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from projects import cadence
from projects.filters.projects import is_overdue
from projects.management.commands.load_reference import LISTS, load
from projects.models import DueReport, Holiday, Project, ReportingCycle, ReportingPeriod, Update
from tests import factories

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
ONE_DAY = datetime.timedelta(days=1)
FIRST = datetime.date(2026, 1, 1)
# What a project that is suspended or cancelled must tell.
STOPPED = {"status_reason": "Synthetic", "status_on": FIRST, "review_on": FIRST}


def at(day, hour=12):
    """A moment of the day in the time zone of the installation."""
    return timezone.make_aware(datetime.datetime(day.year, day.month, day.day, hour))


# ---- The rules once more, without SQL -----------------------------------------------------------------------


def due_day(cycle, end, holidays):
    year, month = end.year, end.month
    for _n in range(cycle.due_month_offset):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = calendar.monthrange(year, month)[1]
    day = datetime.date(year, month, cycle.due_day if cycle.due_day < last else last)
    while cycle.working_day_rule != "none":
        is_off = not holidays[day] if day in holidays else day.isoweekday() > 5
        if not is_off:
            break
        day = day + ONE_DAY if cycle.working_day_rule == "next" else day - ONE_DAY
    return day


def state_of(project, period, update, day):
    """The state's value, or None where no report is owed."""
    is_sent = update is not None and update.status in ("submitted", "approved")
    if project.is_placeholder or not period.cycle.is_active:
        return None
    if project.status in ("cancelled", "suspended") and not is_sent:
        return None
    if timezone.localtime(project.created_at).date() > period.end_on:
        return None
    if is_sent and timezone.localtime(update.submitted_at).date() <= day:
        return "reported"
    if period.closed_at and timezone.localtime(period.closed_at).date() <= day:
        return "missed"
    left = (period.due_on - day).days
    return "overdue" if left < 0 else "due" if left <= 7 else "not_due"


days = st.integers(0, 420).map(lambda n: FIRST + datetime.timedelta(days=n))
cycles = st.fixed_dictionaries(
    {
        "frequency": st.sampled_from(list(MONTHS)),
        "due_day": st.integers(1, 31),
        "due_month_offset": st.integers(0, 2),
        "working_day_rule": st.sampled_from(["none", "next", "previous"]),
        "is_active": st.sampled_from([True, True, False]),
    }
)
projects = st.fixed_dictionaries(
    {
        "status": st.sampled_from([None, "on_track", "cancelled", "suspended"]),
        "is_placeholder": st.sampled_from([False, False, False, True]),
        "created_at": days.map(lambda day: at(day, 23)),
    }
)
updates = st.tuples(
    st.integers(0, 2), st.integers(0, 30), st.sampled_from(["draft", "submitted", "returned", "approved"]), days
)


@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    drawn_cycles=st.lists(cycles, min_size=1, max_size=2),
    drawn_projects=st.lists(projects, min_size=1, max_size=3),
    holidays=st.dictionaries(days, st.booleans(), max_size=25),
    drawn_updates=st.lists(updates, max_size=6),
    closed=st.one_of(st.none(), st.tuples(st.integers(0, 30), days)),
    clocks=st.lists(days, min_size=2, max_size=3).map(sorted),
)
def test_every_report_is_what_the_rules_say(db, drawn_cycles, drawn_projects, holidays, drawn_updates, closed, clocks):
    with transaction.atomic():
        Holiday.objects.bulk_create(Holiday(day=day, is_working=worked) for day, worked in holidays.items())
        used = [factories.reporting_cycle(**values) for values in drawn_cycles]
        made = [factories.project(**STOPPED, **values) for values in drawn_projects]
        author, reviewer = factories.editor(), factories.reviewer()
        for clock in clocks:
            with time_machine.travel(at(clock), tick=False):
                cadence.keep_periods()
                check_periods(used, holidays, clock)
        periods = list(ReportingPeriod.objects.select_related("cycle").order_by("pk"))
        sent = {}
        for project, period, status, day in drawn_updates if periods else []:
            key = made[project % len(made)], periods[period % len(periods)]
            if key not in sent:
                reviewed = {"reviewer": reviewer, "reviewed_at": at(day), "review_comment": "Synthetic"}
                sent[key] = factories.update(
                    project=key[0],
                    period=key[1],
                    author=author,
                    status=status,
                    submitted_at=at(day, 23),
                    **(reviewed if status in ("approved", "returned") else {}),
                )
        if closed and periods:
            period = periods[closed[0] % len(periods)]
            period.closed_at = at(closed[1])
            period.save()
        for clock in clocks:
            with time_machine.travel(at(clock, 1), tick=False):
                expected = {
                    (project.pk, period.pk): state
                    for project in made
                    for period in periods
                    if (state := state_of(project, period, sent.get((project, period)), clock))
                }
                assert {report.pk: report.state for report in cadence.reports()} == expected
                late = {key for key, state in expected.items() if state == "overdue"}
                assert {report.pk for report in cadence.overdue()} == late
                found = set(Project.objects.filter(cadence.report_overdue()).values_list("pk", flat=True))
                assert found == {project for project, _period in late}
                assert set(Project.objects.filter(is_overdue()).values_list("pk", flat=True)) == found
        transaction.set_rollback(True)


def check_periods(used, holidays, clock):
    """Each cycle in use has calendar periods without a gap, the last one begun or about to, all due by the rules."""
    for cycle in used:
        periods = list(cycle.periods.order_by("start_on"))
        assert bool(periods) == cycle.is_active
        for before, after in itertools.pairwise(periods):
            assert after.start_on == before.end_on + ONE_DAY
        for period in periods:
            assert period.start_on.day == 1 and (period.end_on + ONE_DAY).day == 1
            assert (period.start_on.month - 1) % MONTHS[cycle.frequency] == 0
            assert (period.end_on.month - period.start_on.month) + 1 == MONTHS[cycle.frequency]
            assert period.due_on == due_day(cycle, period.end_on, holidays)
        if periods:
            assert periods[0].start_on <= clock
            assert periods[-1].start_on <= clock + datetime.timedelta(days=14) < periods[-1].end_on + ONE_DAY * 15


# ---- Single rules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "due"), [("none", "2026-10-25"), ("next", "2026-10-27"), ("previous", "2026-10-23")])
def test_a_deadline_on_days_off_of_the_calendar(db, rule, due):
    """25 October 2026 is a Sunday and Republic Day; the day off moves to Monday, by the list that is loaded."""
    load("holidays", *LISTS["holidays"])
    cycle = factories.reporting_cycle(due_day=25, due_month_offset=1, working_day_rule=rule)
    moved = cadence.moved_days()
    assert cadence.deadline(cycle, datetime.date(2026, 9, 30), moved) == datetime.date.fromisoformat(due)


@time_machine.travel(at(datetime.date(2026, 11, 22)), tick=False)
def test_deadlines_follow_the_calendar_unless_they_are_set_by_hand(db):
    cycle = factories.reporting_cycle(due_day=7)
    cadence.keep_periods()
    november = cycle.periods.get(start_on="2026-11-01")
    december = cycle.periods.get(start_on="2026-12-01")
    assert november.due_on == datetime.date(2026, 12, 7)
    december.follows_calendar, december.due_on = False, datetime.date(2027, 1, 20)
    december.save()
    factories.holiday(day=datetime.date(2026, 12, 7))

    cadence.keep_periods()

    november.refresh_from_db()
    december.refresh_from_db()
    assert (november.due_on, december.due_on) == (datetime.date(2026, 12, 8), datetime.date(2027, 1, 20))


@time_machine.travel(at(datetime.date(2026, 11, 22)), tick=False)
def test_periods_are_made_once_and_cheaply(db, django_assert_num_queries):
    factories.reporting_cycle()
    factories.reporting_cycle(frequency="once")
    cadence.keep_periods()
    assert ReportingPeriod.objects.count() == 2  # November, and December that begins within two weeks
    with django_assert_num_queries(3):
        cadence.keep_periods()
    assert ReportingPeriod.objects.count() == 2


@time_machine.travel(at(datetime.date(2026, 11, 22)), tick=False)
def test_periods_of_an_absence_are_made_up_for(db):
    cycle = factories.reporting_cycle()
    factories.reporting_period(cycle=cycle, start_on="2026-07-01", end_on="2026-07-31", due_on="2026-08-05")
    cadence.keep_periods()
    assert [period.start_on.month for period in cycle.periods.order_by("start_on")] == [7, 8, 9, 10, 11, 12]


def test_a_cycle_beyond_the_calendar_makes_nothing(db):
    ReportingCycle.objects.filter(pk=factories.reporting_cycle().pk).update(due_month_offset=1200)
    cadence.keep_periods()
    assert not ReportingPeriod.objects.exists()


def test_a_report_that_is_returned_is_owed_again(db):
    day = datetime.date(2026, 11, 6)
    period = factories.reporting_period()
    project = factories.project(created_at=at(FIRST))
    update = factories.update(project=project, period=period, status="submitted")
    assert cadence.reports(day).get().state == "reported"
    Update.objects.filter(pk=update.pk).update(
        status="returned", reviewer=factories.reviewer(), reviewed_at=at(day), review_comment="Synthetic"
    )
    assert cadence.reports(day).get().state == "overdue"
    assert DueReport.objects.get().update == update
