"""Closing a reporting period: its report is frozen, and what is corrected later is shown beside it as a correction.
Opening it again, for a reason, so that it takes reports once more; closing it then freezes a further report.

The report says what was true on the period's last day as the register knew it when the period was closed. It is
stored once, in a form that gives the same bytes for the same figures, with its SHA-256. Later corrections never touch
it: they are what the register says today of that same day, where it differs.

Confidential amounts are left out, so that everybody who may see the register may see the whole report.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field

import pghistory
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import cadence, notices, permissions, reminders, rollups
from projects.actions import Refused
from projects.history import events_of, person_name
from projects.models import Amount, Observation, PeriodReport, Programme, Project, ReportingPeriod, StageChange, Update
from projects.models.choices import OF_AUTHOR, AmountKind, ObservationStatus, ReportState, UpdateStatus
from projects.timetravel import looking_back

PROGRESS = "physical_progress"
# What a line says of a project beside its money, in the order of the page.
FACTS = ("stage", "status", "progress")
KINDS = tuple(kind.value for kind in AmountKind)
TOLD = 5  # changes told of one correction


# ---- What a report says ----------------------------------------------------------------------


def _money(total):
    value = None if total.value is None else f"{total.value:.2f}"
    return {"value": value, "bound": str(total.bound), "count": total.count, "unconverted": total.unconverted}


def _progress():
    """Project key -> its latest physical progress in per cent, as text."""
    rows = Observation.objects.filter(metric=PROGRESS, status=ObservationStatus.ACTUAL, project__isnull=False)
    latest = rows.order_by("project_id", "-as_of", "-pk").distinct("project_id")
    return {row.project_id: f"{row.value.normalize():f}" for row in latest}


def content(*, as_of, known_at=None):
    """The report as plain data: a line for each named project, then for what each programme announced beyond its
    projects ("is_rest"), each with its reference and its key; and the totals, which are the sums of the lines.

    Args: as_of: date that it is true of. known_at: aware datetime of what was recorded by then (None: now).
    """
    with looking_back(known_at=known_at, as_of=as_of):
        projects = Project.objects.named()
        amounts = Amount.objects.filter(is_confidential=False)
        progress = _progress()
        lines = [
            {
                "key": project.pk,
                "reference": project.reference,
                "stage": project.stage_id,
                "status": project.status,
                "progress": progress.get(project.pk),
                **{
                    kind: _money(rollups.sum_of([a for a in project.listed_amounts if a.kind == kind], kind, "KZT"))
                    for kind in KINDS
                },
            }
            for project in rollups.with_listed_amounts(projects.order_by("reference"), amounts=amounts)
        ]
        portfolio = rollups.Portfolio(projects, amounts=amounts)
        keys = dict(Programme.objects.values_list("code", "pk"))
        for rest in portfolio.unallocated:
            said = {"key": keys[rest.url_value], "reference": rest.url_value, "is_rest": True}
            lines.append(said | dict.fromkeys(FACTS) | {kind: _money(rest.amounts[kind]) for kind in KINDS})
        totals = portfolio.total.amounts
        return {"lines": lines, "totals": {kind: _money(totals[kind]) for kind in KINDS}}


def sha256_of(said):
    """SHA-256 of a report's content: of its JSON with sorted keys and no spaces, in UTF-8."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# ---- Closing and opening again ---------------------------------------------------------------------------------


@transaction.atomic
def close_period(*, by, period):
    """Close a period and freeze its report; the reports of an earlier closing stay beside it. What is not sent yet
    stays its author's, and is of no period.

    Returns: the PeriodReport. Raises: Refused, with the reason, for who may not, a period that is not over or
    already closed, and while updates of it wait for a decision.
    """
    if not permissions.may_close(by):
        raise Refused(_("Only a reviewer or an administrator closes a reporting period."))
    period = ReportingPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if period.closed_at is not None and period.reports.exists():
        raise Refused(_("This reporting period is closed, and its report is frozen."))
    if period.end_on >= timezone.localdate():
        raise Refused(_("The period is not over yet. It can be closed from the day after its last one."))
    waiting = Update.objects.filter(period=period, status=UpdateStatus.SUBMITTED).count()
    if waiting:
        text = _("Updates of this period still wait for review: %(count)d. Decide on them first.")
        raise Refused(text % {"count": waiting})
    unsent = Update.objects.filter(period=period, status__in=OF_AUTHOR)
    moment = timezone.now()
    said = content(as_of=period.end_on)
    with pghistory.context(user=by.pk):
        for update in unsent.select_for_update():  # goes on without the period, else it could never be sent
            update.period = None
            update.save()
        if period.closed_at is None:
            period.closed_at = moment
            period.save()
        notices.close_reopening(period)
    return PeriodReport.objects.create(
        period=period, as_of=period.end_on, known_at=moment, closed_by=by, content=said, sha256=sha256_of(said)
    )


@transaction.atomic
def reopen_period(*, by, period, reason):
    """Open a closed period again: it takes reports until it is closed anew, and its frozen reports stay as they are.

    Who still owes a report, began one or closed the period is told.

    Returns: the period. Raises: Refused, with the reason, for who may not, without a reason, and where it is open.
    """
    if not permissions.may_close(by):
        raise Refused(_("Only a reviewer or an administrator opens a reporting period again."))
    if not (reason := reason.strip()):
        raise Refused(_("Say why the period is opened again."))
    period = ReportingPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if period.closed_at is None:
        raise Refused(_("This reporting period is open."))
    period.closed_at = None
    with pghistory.context(user=by.pk, reason=reason):
        period.save()
    notices.tell_of_reopening(period, by, _concerned(period) - {by.pk}, reason)
    return period


def _concerned(period):
    """The keys of the users for whom it matters that a period is open again."""
    owed = list(cadence.reports().filter(period=period).exclude(state=ReportState.REPORTED).select_related("project"))
    was_of_it = events_of(Update).objects.filter(period=period).values("pgh_obj_id")  # until the period was closed
    begun = Update.objects.filter(pk__in=was_of_it, status__in=OF_AUTHOR)
    people = {person.pk for found in reminders.responsible(owed).values() for person in found}
    return people.union(begun.values_list("author", flat=True), period.reports.values_list("closed_by", flat=True))


# ---- Afterwards ------------------------------------------------------------------------------


@dataclass
class Correction:
    """What the register says today of the report's day, where it differs: one figure or fact of one project.

    whose: the identity of its line. then, now: values as in the content (None where there was or is no such line).
    changes: (who, when, why).
    """

    whose: tuple
    reference: str
    name: str
    then: object
    now: object
    changes: list = field(default_factory=list)


@dataclass
class Reopening:
    """One time that a period was opened again. who: a user, or None where the history names nobody."""

    who: object
    when: object
    why: str


def reopenings(period):
    """When a period was opened again, by whom and why, the latest first: from its history."""
    found, was = [], None
    for event in events_of(ReportingPeriod).objects.filter(pgh_obj_id=period.pk).order_by("pgh_id"):
        if was is not None and event.closed_at is None:
            context = event.pgh_context or {}
            found.insert(0, Reopening(context.get("user"), event.pgh_created_at, context.get("reason", "")))
        was = event.closed_at
    users = get_user_model().objects.in_bulk({one.who for one in found} - {None})
    for one in found:
        one.who = users.get(one.who)
    return found


def identity(line):
    """What a line of a report is of, whatever it is called: (name of the foreign key to it, key)."""
    return "programme_id" if line.get("is_rest") else "project_id", line["key"]


def is_intact(report):
    """Whether the stored content still has the hash that it was stored with."""
    return sha256_of(report.content) == report.sha256


def corrections(report, user):
    """What was corrected after the period was closed, by project and in the order of the page.

    Args: user: who reads; of what may not be seen, nobody is named.
    """
    now = {identity(line): line for line in content(as_of=report.as_of)["lines"]}
    then = {identity(line): line for line in report.content["lines"]}
    found = []
    for whose in then.keys() | now.keys():
        before, after = then.get(whose), now.get(whose)
        for name in (*FACTS, *KINDS):
            old, new = (line and line[name] for line in (before, after))
            if old != new:
                found.append(Correction(whose, (after or before)["reference"], name, old, new))
    found.sort(key=lambda correction: correction.reference)  # of one line they stay in the order of the page
    _tell(found, report, user)
    return found


def _tell(found, report, user):
    """Find who changed what stands behind each correction, when and why, in the history since the period was closed."""
    keys = defaultdict(set)
    for owner, key in {correction.whose for correction in found}:
        keys[owner].add(key)
    told = defaultdict(list)
    for model, owner in (
        (Project, "project_id"),
        (StageChange, "project_id"),
        (Observation, "project_id"),
        (Amount, "project_id"),
        (Amount, "programme_id"),
    ):
        column = "pgh_obj_id" if model is Project else owner
        events = events_of(model).objects.filter(pgh_created_at__gt=report.known_at, **{f"{column}__in": keys[owner]})
        for event in permissions.visible_events(user, events, model).order_by("-pgh_id"):
            told[(owner, getattr(event, column)), _name_of(model, event)].append(event)
    people = {(event.pgh_context or {}).get("user") for events in told.values() for event in events}
    users = get_user_model().objects.in_bulk(people - {None})
    for correction in found:
        for event in told[correction.whose, correction.name][:TOLD]:
            context = event.pgh_context or {}
            who = users.get(context.get("user"))
            correction.changes.append(
                (person_name(who) if who else "", event.pgh_created_at, context.get("reason", ""))
            )


def _name_of(model, event):
    """Which figure or fact of a line a row of the history is about."""
    if model is Amount:
        return event.kind
    if model is Observation:
        return "progress" if event.metric_id == PROGRESS else ""
    return "stage" if model is StageChange else "status"
