"""When reports are due: periods, deadlines, working days, and what each report is on a day. Nothing else decides it.

Periods of cycles in use appear by themselves (`keep_periods`): the calendar month, quarter, half-year or year of
the day on which a cycle is first used, and every one after it. A period is due on the cycle's due day, so many
months after the period's last month; where that is a day off, on the working day after or before it. Days off are
Saturdays, Sundays and the days of the table of holidays, which also names weekends that are worked.

A project owes a report for each period that ended after the project was registered, while it is neither cancelled
nor suspended. Projects that a source does not name owe none.
"""

import calendar
import datetime

import pghistory
from django.db import transaction
from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    IntegerField,
    JSONField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, JSONObject, TruncDate
from django.utils import timezone

from projects.models import DueReport, Holiday, ReportingCycle, ReportingPeriod
from projects.models.base import EARLIEST, LATEST
from projects.models.choices import Frequency, ReportState, WorkingDayRule

ONE_DAY = datetime.timedelta(days=1)
DUE_WITHIN = datetime.timedelta(days=7)  # before its deadline, in which a report counts as due
AHEAD = datetime.timedelta(days=14)  # a period is there before it begins: its first reminder may come earlier
MADE_UP_FOR = datetime.timedelta(days=366)  # how far back periods are made where nobody used the register meanwhile
MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEARLY: 6, Frequency.YEARLY: 12}
STEP = {WorkingDayRule.NONE: 0, WorkingDayRule.NEXT: 1, WorkingDayRule.PREVIOUS: -1}


# ---- Days ------------------------------------------------------------------------------------


def moved_days():
    """What the table of holidays says: day -> whether it is worked."""
    return dict(Holiday.objects.values_list("day", "is_working"))


def is_working(day, moved):
    """Whether a day is worked, by the table of holidays (`moved_days`) or else by the weekday."""
    return moved.get(day, day.weekday() < calendar.SATURDAY)


def period_with(frequency, day):
    """First and last day of the calendar period of this frequency that contains the day."""
    months = MONTHS[frequency]
    first = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return first, _month(first, months - 1, 31)


def deadline(cycle, end_on, moved):
    """The day on which the report for a cycle's period that ends on `end_on` is due."""
    due = _month(end_on, cycle.due_month_offset, cycle.due_day)
    step = STEP[cycle.working_day_rule]
    while step and not is_working(due, moved):
        due += step * ONE_DAY
    return due


def _month(day, later, number):
    """The day of this number so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + later, 12)
    year = day.year + years
    return datetime.date(year, month + 1, min(number, calendar.monthrange(year, month + 1)[1]))


# ---- Periods ---------------------------------------------------------------------------------


def keep_periods(day=None):
    """Make the periods that should be there by `day` (today), and move deadlines after a change of the calendar.

    Costs three queries where there is nothing to do. Safe to run twice at once: the database refuses twins.
    Deadlines that passed, those of closed periods and those set by hand stay as they are.
    """
    day = day or timezone.localdate()
    in_use = ReportingCycle.objects.filter(is_active=True, frequency__in=MONTHS)
    cycles = list(in_use.annotate(last_end=Max("periods__end_on")))
    if not cycles:
        return
    moved = moved_days()
    new = [period for cycle in cycles for period in _missing(cycle, day, moved)]
    following = ReportingPeriod.objects.filter(
        cycle__in=cycles, follows_calendar=True, closed_at=None, due_on__gte=day
    ).select_related("cycle")
    late = [
        (period, due) for period in following if (due := deadline(period.cycle, period.end_on, moved)) != period.due_on
    ]
    if new or late:
        with transaction.atomic(), pghistory.context(door="calendar"):
            ReportingPeriod.objects.bulk_create(new, ignore_conflicts=True)
            for period, due in late:
                ReportingPeriod.objects.filter(pk=period.pk, version=period.version).update(due_on=due)


def _missing(cycle, day, moved):
    """The periods of a cycle between its last one and `day`, not saved."""
    start = period_with(cycle.frequency, day)[0]
    if cycle.last_end:
        start = max(cycle.last_end + ONE_DAY, day - MADE_UP_FOR)
    while start <= day + AHEAD and start >= EARLIEST:
        end = period_with(cycle.frequency, start)[1]
        due = deadline(cycle, end, moved)
        if due >= LATEST:
            return
        yield ReportingPeriod(cycle=cycle, start_on=start, end_on=end, due_on=due, follows_calendar=True)
        start = end + ONE_DAY


# ---- Reports ---------------------------------------------------------------------------------


def reports(day=None):
    """What is owed, with `state` (a ReportState) and `submitted_on` as of `day` (today); one row a project and period.

    state: reported > missed (the period was closed without it) > overdue (deadline passed) > due (at most 7 days
    left) > not due. An update counts from the day on which it was submitted; one that was returned does not count.
    """
    day = day or timezone.localdate()
    owed = DueReport.objects.alias(registered_on=TruncDate("registered_at"), closed_on=TruncDate("closed_at"))
    return owed.filter(registered_on__lte=F("end_on")).annotate(
        submitted_on=TruncDate("submitted_at"),
        state=Case(
            When(submitted_on__lte=day, then=Value(ReportState.REPORTED)),
            When(closed_on__lte=day, then=Value(ReportState.MISSED)),
            When(due_on__lt=day, then=Value(ReportState.OVERDUE)),
            When(due_on__lte=day + DUE_WITHIN, then=Value(ReportState.DUE)),
            default=Value(ReportState.NOT_DUE),
        ),
    )


def overdue(day=None):
    """The reports that are overdue on `day` (today)."""
    day = day or timezone.localdate()
    return reports(day).filter(due_on__lt=day, state=ReportState.OVERDUE)


def report_overdue(day=None, **of):
    """Condition on projects: a report is overdue; `of` narrows it, as to `period=`."""
    return Q(Exists(overdue(day).filter(project=OuterRef("pk"), **of)))


def due_periods(day=None, limit=3):
    """Reporting periods that are due and not closed, of cycles in use, the latest first."""
    day = day or timezone.localdate()
    periods = ReportingPeriod.objects.filter(cycle__is_active=True, due_on__lt=day, closed_at=None)
    return periods.select_related("cycle").order_by("-due_on", "cycle")[:limit]


def with_report(projects, day=None):
    """Annotate `report`: what each project reports on now, as a dictionary; None where it owes no report.

    Of the periods that have begun: the open report that is due first; where all were sent, the last one. Keys:
    period, start_on, end_on, due_on (dates as ISO text), state, update, status (of the update). `report_state` and
    `report_due` may be filtered and sorted by.
    """
    day = day or timezone.localdate()
    left = F("due_on") - Value(day, DateField())
    owed = (
        reports(day)
        .filter(project=OuterRef("pk"), period__start_on__lte=day)
        .exclude(state=ReportState.MISSED)
        .alias(
            is_sent=Case(When(state=ReportState.REPORTED, then=Value(True)), default=Value(False)),
            turn=Case(When(state=ReportState.REPORTED, then=-left), default=left, output_field=IntegerField()),
        )
        .order_by("is_sent", "turn", "period")
    )
    row = JSONObject(
        period="period_id",
        start_on="period__start_on",
        end_on="end_on",
        due_on="due_on",
        state="state",
        update="update_id",
        status="update__status",
    )
    return projects.annotate(report=Subquery(owed.values(row=row)[:1], output_field=JSONField())).alias(
        report_state=KeyTextTransform("state", "report"),
        report_due=Cast(KeyTextTransform("due_on", "report"), DateField()),
    )
