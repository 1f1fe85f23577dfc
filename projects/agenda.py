"""What is dated about projects: plans and what came of them. Reads only; no request, no form, no template."""

import datetime
from dataclasses import dataclass

from django.db.models import Case, DateField, F, Q, When
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import wording
from projects.models import (
    Engagement,
    Milestone,
    Obligation,
    Problem,
    Project,
    ReportingPeriod,
    Shipment,
    StageChange,
)
from projects.models.choices import ObligationState
from projects.models.shipments import with_forecast

LIMIT = 2000  # events of one reading; the earliest are kept
WIDTH = 1000  # units of the drawing of a timeline
YEARS = 12  # years that are named at most on a drawing


@dataclass(frozen=True)
class Event:
    """key: the same for the same date of the same row, whenever it is read. references: of the projects that it is
    about, none where it is about a whole programme. is_actual: it happened; otherwise it is planned or due."""

    key: str
    day: datetime.date
    kind: str
    title: str
    url: str
    references: tuple
    is_actual: bool
    is_late: bool = False


def events(projects, start=None, end=None):
    """What is dated about these projects and their programmes from `start` to `end` (either may be left open).

    Args:
        projects: a filtered queryset of Project.
    Returns: list of Event by day, at most LIMIT.
    """
    projects = projects.order_by()
    return _earliest(
        _of_projects(projects, start, end),
        _of_milestones(projects, start, end),
        _of_stages(projects, start, end),
        _of_shipments(projects, start, end),
        _of_obligations(projects, start, end),
        _of_visits(projects, start, end),
        _of_problems(projects, start, end),
    )


def late(projects, end):
    """Those of these projects' dates up to `end` that have passed without what they are of, as `events` has them."""
    projects = projects.order_by()
    return _earliest(
        _of_projects(projects.filter(commissioned_on=None), None, end),
        _of_milestones(projects, None, end, met_on=None),
        _of_shipments(projects, None, end, arrived_on=None),
        _of_obligations(projects, None, end, state_on_day=ObligationState.OVERDUE),
        _of_problems(projects, None, end),
        only=lambda event: event.is_late,
    )


def _earliest(*kinds, only=None):
    found = [event for kind in kinds for event in kind if only is None or only(event)]
    return sorted(found, key=lambda event: (event.day, event.key))[:LIMIT]


def calendar(projects, start, end):
    """What `events` tells of these projects, and the days on which reports are due, whoever owes them; by day."""
    found = [*events(projects, start, end), *_of_reports(start, end)]
    return sorted(found, key=lambda event: (event.day, event.key))


def _of_reports(start, end):
    for period in ReportingPeriod.objects.filter(cycle__is_active=True, due_on__range=(start, end)):
        title = _("Reports for %(period)s are due") % {"period": period}
        yield Event(f"reports-{period.pk}", period.due_on, "report", title, reverse("desk"), (), bool(period.closed_at))


def _between(name, start, end):
    condition = Q(**{f"{name}__isnull": False})
    if start:
        condition &= Q(**{f"{name}__gte": start})
    return condition & Q(**{f"{name}__lte": end}) if end else condition


def _dated(rows, names, start, end):
    """(row, column, day) of each of these dates in the range; the rows are read once, the earliest dates first."""
    condition = Q()
    for name in names:
        condition |= _between(name, start, end)
    days = [Case(When(_between(name, start, end), then=F(name)), output_field=DateField()) for name in names]
    first = Least(*days) if len(days) > 1 else days[0]
    for row in rows.filter(condition).order_by(first, "pk")[:LIMIT]:
        for name in names:
            day = getattr(row, name)
            if day and (not start or day >= start) and (not end or day <= end):
                yield row, name, day


def _owned(projects):
    """The condition that a row belongs to one of the projects, or to the programme of one."""
    return Q(project__in=projects) | Q(programme__projects__in=projects)


def _linked(model, projects):
    """Rows with several projects, each once: those of the projects, and those of their programmes alone."""
    mine = Q(projects__in=projects) | Q(programme__projects__in=projects, projects__isnull=True)
    return model.objects.filter(pk__in=model.objects.filter(mine).values("pk")).prefetch_related("projects")


def _references(row):
    return tuple(project.reference for project in row.projects.all())


def _of_projects(projects, start, end):
    words = {
        "planned_start_on": _("planned start"),
        "started_on": _("started"),
        "planned_end_on": _("planned end"),
        "commissioned_on": _("commissioned"),
    }
    actual, today = {"started_on", "commissioned_on"}, timezone.localdate()
    for row, name, day in _dated(projects, words, start, end):
        late = name == "planned_end_on" and row.commissioned_on is None and day < today
        title = _about(row, words[name])
        yield Event(
            f"{name}-{row.pk}", day, "plan", title, row.get_absolute_url(), (row.reference,), name in actual, late
        )


def _of_milestones(projects, start, end, **conditions):
    rows = Milestone.objects.filter(pk__in=Milestone.objects.filter(_owned(projects), **conditions).values("pk"))
    rows = with_forecast(rows, timezone.localdate())
    words = {"planned_on": _("planned"), "forecast": _("forecast"), "met_on": _("met")}
    for row, name, day in _dated(rows.select_related("project", "programme", "kind"), words, start, end):
        owner = row.project or row.programme
        late = name != "met_on" and row.met_on is None and day < timezone.localdate()
        yield Event(
            f"milestone-{name}-{row.pk}",
            day,
            "milestone",
            _about(owner, f"{row.kind} ({words[name]})"),
            f"{owner.get_absolute_url()}#milestones",
            _reference_of(row),
            name == "met_on",
            late,
        )


def _of_stages(projects, start, end):
    rows = StageChange.objects.filter(project__in=projects).select_related("project", "stage")
    for row, _name, day in _dated(rows, ["effective_on"], start, end):
        url = f"{row.project.get_absolute_url()}#stages"
        title = _about(row.project, _("stage: %(stage)s") % {"stage": row.stage})
        yield Event(f"stage-{row.pk}", day, "stage", title, url, (row.project.reference,), True)


def _of_shipments(projects, start, end, **conditions):
    words = {"dispatched_on": _("dispatched"), "expected_on": _("expected"), "arrived_on": _("arrived")}
    for row, name, day in _dated(_linked(Shipment, projects).filter(**conditions), words, start, end):
        late = name == "expected_on" and row.arrived_on is None and day < timezone.localdate()
        title = _("Shipment “%(name)s”: %(what)s") % {"name": row, "what": words[name]}
        yield Event(
            f"shipment-{name}-{row.pk}",
            day,
            "shipment",
            title,
            row.get_absolute_url(),
            _references(row),
            name != "expected_on",
            late,
        )


def _of_obligations(projects, start, end, **conditions):
    rows = Obligation.objects.filter(pk__in=Obligation.objects.filter(_owned(projects)).values("pk"))
    rows = rows.with_state(timezone.localdate()).select_related("project", "programme", "kind")
    for row in rows.filter(_between("deadline", start, end), **conditions).order_by("deadline", "pk")[:LIMIT]:
        day = datetime.date.fromisoformat(row.on_day["deadline"])
        owner = row.project or row.programme
        title = _about(owner, _("obligation due: %(kind)s") % {"kind": row.kind})
        state = row.on_day["state"]
        met, late = state == ObligationState.MET, state == ObligationState.OVERDUE
        yield Event(
            f"obligation-{row.pk}", day, "obligation", title, row.get_absolute_url(), _reference_of(row), met, late
        )


def _of_visits(projects, start, end):
    for row, _name, day in _dated(_linked(Engagement, projects), ["held_on"], start, end):
        happened = day <= timezone.localdate()
        yield Event(f"engagement-{row.pk}", day, "visit", str(row), row.get_absolute_url(), _references(row), happened)


def _of_problems(projects, start, end):
    rows = Problem.objects.filter(project__in=projects, closed_on__isnull=True).select_related("project")
    for row, _name, day in _dated(rows, ["due_on"], start, end):
        title = _about(row.project, _("problem to be solved: %(title)s") % {"title": row})
        url = f"{row.project.get_absolute_url()}#problems"
        late = day < timezone.localdate()
        yield Event(f"problem-{row.pk}", day, "problem", title, url, (row.project.reference,), False, late)


def _about(owner, words):
    name = f"{owner.reference} {owner}" if isinstance(owner, Project) else str(owner)
    return _("%(name)s: %(what)s") % {"name": name, "what": words}


def _reference_of(row):
    return (row.project.reference,) if row.project_id else ()


def entry(event):
    """An event for the component timeline.html."""
    label, colour = (_("late"), "red") if event.is_late else ("", "")
    return {"when": wording.day(event.day), "title": event.title, "url": event.url, "label": label, "colour": colour}


@dataclass
class Row:
    """A project on a drawing. plan, actual: (left, width) of a bar, or None; marks: (left, Event); entries: words."""

    project: object
    plan: tuple | None
    actual: tuple | None
    marks: list
    entries: list


class Drawing:
    """Projects with their events on one line of time, from the first year of any to the last; WIDTH units wide.

    Attributes: rows: list of Row; years: (year, left, left in per cent, whether it is named); today_at.
    """

    def __init__(self, projects, events):
        self.today = timezone.localdate()
        days = [event.day for event in events] + [self.today]
        self.first, last = min(days).replace(month=1, day=1), max(days).replace(month=12, day=31)
        self.span = (last - self.first).days + 1
        years = range(self.first.year, last.year + 1)
        step = -(-len(years) // YEARS)
        lefts = [(year, self.at(datetime.date(year, 1, 1))) for year in years]
        self.years = [(year, left, left * 100 / WIDTH, (year - self.first.year) % step == 0) for year, left in lefts]
        self.today_at = self.at(self.today)
        self.rows = [self._row(project, events) for project in projects]

    def at(self, day):
        """Where a day lies on the drawing, from 0 to WIDTH."""
        return round(WIDTH * (day - self.first).days / self.span, 1)

    def _row(self, project, events):
        mine = [event for event in events if project.reference in event.references]
        actual_end = project.commissioned_on or (self.today if project.started_on else None)
        return Row(
            project,
            self._bar(project.planned_start_on, project.planned_end_on),
            self._bar(project.started_on, actual_end),
            [(self.at(event.day), event) for event in mine],
            [entry(event) for event in mine],
        )

    def _bar(self, start, end):
        """(left, width) of the bar between two days, or None where one is not known."""
        if not start or not end or end < start:
            return None
        left = self.at(start)
        return left, max(round(self.at(end) - left, 1), 2)
