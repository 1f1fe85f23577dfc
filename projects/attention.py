"""What leadership looks at: projects that are late, at risk, blocked or unanswered on a day, and who holds them up."""

from collections import defaultdict

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from projects import cadence
from projects.models import Milestone, Obligation, Problem, Project, Update
from projects.models.choices import (
    Attention,
    ObligationState,
    ProjectStatus,
    Severity,
    Side,
    UpdateStatus,
)
from projects.models.obligations import waiting_evidence


def _mine(rows):
    return Exists(rows.filter(project=OuterRef("pk")))


def _open_milestones(day):
    return Milestone.objects.filter(Q(met_on__isnull=True) | Q(met_on__gt=day))


def open_problems(day):
    """Problems raised by `day` and not closed then."""
    return Problem.objects.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day), raised_on__lte=day)


def _obligations(day, side, state):
    return Obligation.objects.with_state(day).filter(side=side, state=state, project__isnull=False)


def owed_by_region(day):
    """Obligations of the region to projects that are overdue on `day`."""
    return _obligations(day, Side.REGION, ObligationState.OVERDUE)


def is_overdue(day=None):
    """A report is overdue, or a date has passed while the project is neither done nor stopped."""
    day = day or timezone.localdate()
    running = (Q(commissioned_on__isnull=True) | Q(commissioned_on__gt=day)) & (
        Q(status__isnull=True) | ~Q(status__in=[ProjectStatus.CANCELLED, ProjectStatus.SUSPENDED])
    )
    late = _mine(_open_milestones(day).filter(planned_on__lt=day))
    return cadence.report_overdue(day) | running & (Q(planned_end_on__lt=day) | late)


def is_at_risk(day=None):
    """Delayed or suspended, or with an open problem that is critical or high."""
    grave = open_problems(day or timezone.localdate()).filter(severity__in=[Severity.HIGH, Severity.CRITICAL])
    return Q(status__in=[ProjectStatus.DELAYED, ProjectStatus.SUSPENDED]) | _mine(grave)


def _is_late(day):
    """`is_overdue`, or the investor's obligation is overdue."""
    return is_overdue(day) | _mine(_obligations(day, Side.INVESTOR, ObligationState.OVERDUE))


def _may_be_late(day):
    """`is_at_risk`, or an obligation is due soon, or a milestone is forecast after its plan."""
    slipping = _open_milestones(day).filter(forecast_on__gt=F("planned_on"))
    due = _obligations(day, Side.INVESTOR, ObligationState.DUE)
    return is_at_risk(day) | _mine(due) | _mine(slipping)


def _is_blocked(day):
    """A problem is open, or the region owes something that is overdue."""
    return _mine(open_problems(day)) | _mine(owed_by_region(day))


def _is_unanswered(day):
    """An update or evidence waits for a decision."""
    offered = Obligation.objects.filter(Exists(waiting_evidence(day)))
    updates = Update.objects.filter(status=UpdateStatus.SUBMITTED, submitted_at__date__lte=day)
    return _mine(updates) | _mine(offered)


_CONDITIONS = {
    Attention.LATE: _is_late,
    Attention.AT_RISK: _may_be_late,
    Attention.BLOCKED: _is_blocked,
    Attention.UNANSWERED: _is_unanswered,
}


def condition(kind, day):
    """The condition that a project needs this kind of attention on a day."""
    return Q(_CONDITIONS[Attention(kind)](day))


def blocked_by(organisations, day):
    """The condition that one of these bodies holds a project up."""
    problems = open_problems(day).filter(owner__in=organisations)
    return _mine(problems) | _mine(owed_by_region(day).filter(responsible__in=organisations))


def blocked_by_nobody_named(day):
    """The condition that a project is blocked where nobody is named who must act."""
    problems = open_problems(day).filter(owner__isnull=True)
    return _mine(problems) | _mine(owed_by_region(day).filter(responsible__isnull=True))


def holders(projects, day):
    """Who holds these projects up: key of the body (None: nobody named) -> keys of projects, each once a body."""
    found = defaultdict(set)
    keys = Project.objects.filter(pk__in=projects).order_by().values("pk")
    pairs = open_problems(day).filter(project__in=keys).order_by().values_list("owner", "project")
    owed = owed_by_region(day).filter(project__in=keys).order_by().values_list("responsible", "project")
    for body, project in pairs.union(owed):
        found[body].add(project)
    return dict(found)
