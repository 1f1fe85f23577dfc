"""What the approval of an update writes to its project: each row with a statement of its own, out of this report."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from projects import permissions, stages, wording
from projects.models import (
    Amount,
    Checkpoint,
    Metric,
    Observation,
    Problem,
    Project,
    ProjectDocument,
    Source,
    Stage,
    StageChange,
)
from projects.models.choices import (
    AmountKind,
    CheckpointKind,
    ObservationStatus,
    ShipmentStatus,
    Side,
    SourceKind,
    StatementKind,
    UpdateStatus,
)
from projects.reports.questions import TENGE, is_payment, questions_of, rows_of

# The station that goods have reached, by the status that is reported.
STATIONS = {
    ShipmentStatus.ARRIVED: CheckpointKind.ARRIVED,
    ShipmentStatus.CLEARED: CheckpointKind.CUSTOMS,
    ShipmentStatus.INSTALLED: CheckpointKind.INSTALLED,
}


# Parts of a payment that are no value of the register: a payment is added to what is there.
OF_THE_PAYMENT = ("paid-period", "paid-currency", "paid-on")


class Unwritable(Exception):
    """What was reported can no longer be written; the text says why, in the reader's language."""


@dataclass(frozen=True)
class Told:
    """One value that an update reports, in words. `standing`: what the register has by now, where it has moved."""

    name: str
    label: str
    was: str
    now: str
    standing: str
    mark: str  # names what a reviewer has seen: the question and the value that the register has now
    question: object = None


def told(update, user):
    """What an update changes: a Told for each reported value, in the order of the page.

    Once it is approved the register has these values: then nothing has moved. Of payments and documents that the user
    may not see it is told only that they are confidential.
    """
    is_withheld = bool(permissions.withheld_payments(user, [update.project_id]))
    asked = {question.name: question for question in questions_of(update.project, also=update.changes)}
    is_open = update.status != UpdateStatus.APPROVED
    found = []
    for name in sorted(update.changes, key=lambda name: list(asked).index(name) if name in asked else len(asked)):
        was, now = update.changes[name]["was"], update.changes[name]["now"]
        question = asked.get(name)
        if was == now or (question and not question.is_asked):  # kept beside what changes, as a payment's currency
            continue
        money = update.changes.get("paid-currency", {}).get("now", TENGE)
        if question is None:  # settled since, as milestones are that have been met
            found.append(Told(name, name, was, now, "", name))
            continue
        is_moved = is_open and question.standing not in (was, now) and name not in OF_THE_PAYMENT
        words = [
            question.shown(text, money, lambda document: permissions.title_of(user, document))
            for text in (was, now, question.standing if is_moved else "")
        ]
        if is_payment(name) and is_withheld:
            words = ["", _("confidential"), ""]
        mark = f"{name}={question.standing}"
        found.append(Told(name, question.full_label, *words, mark=mark, question=question))
    return found


def moved(update, user):
    """The reported values whose place in the register has changed since, to something else than is reported."""
    return [row for row in told(update, user) if row.standing]


def publish(update):
    """Write what a submitted update reports to its project, in the transaction of the caller.

    Raises: Unwritable where a row that it speaks of is gone or settled meanwhile, or a rule refuses it.
    """
    asked = questions_of(update.project)
    names = {question.name for question in asked}
    if set(update.changes) - names:
        raise Unwritable(_("A row that this update reports on was settled or removed meanwhile. Return the update."))
    writer = _Writer(update)
    for row in rows_of([question for question in asked if question.name in update.changes]):
        writer.write(row)
    for attachment in update.attachments.all():
        writer.attach(attachment.document_id, attachment.note)


class _Writer:
    """Writes the rows of one update; makes its source when the first statement is needed."""

    def __init__(self, update):
        self.update, self.project = update, update.project
        self.changes = {name: change["now"] for name, change in update.changes.items()}
        self.day = self._day()
        self._source = None

    def _day(self):
        """The day that the figures are true of: the end of the period, at the latest the day of the report."""
        reported = self.update.reported_on or timezone.localdate()
        return min(self.update.period.end_on, reported) if self.update.period else reported

    def write(self, row):
        kind, _mark, key = row.name.partition("-")
        if row.section == "level":
            self._level(row)
        else:
            getattr(self, f"_{kind}")(row, key)

    def now(self, row, part):
        """What is reported for a part of a row; empty where it is not."""
        return self.changes.get(f"{row.name}-{part}", "")

    def date(self, row, part):
        text = self.now(row, part)
        return datetime.date.fromisoformat(text) if text else None

    # ---- Sources ----

    def _title(self):
        title = _("Report on the project %(reference)s") % {"reference": self.project.reference}
        return f"{title}, {self.update.period}" if self.update.period else title

    def source(self):
        if self._source is None:
            member = getattr(self.update.author, "staff_member", None)
            self._source = Source.objects.create(
                code=f"report-{self.update.pk}",
                kind=SourceKind.REPORT,
                published_on=self.update.reported_on or timezone.localdate(),
                publisher=member.department if member else None,
                **wording.in_each_language("title", self._title),
            )
        return self._source

    def statement(self, row, kind=StatementKind.FACT):
        """The statement of this report that carries what it says about a row."""
        currency = self.changes.get("paid-currency", TENGE)

        def text():
            told = [
                f"{capfirst(str(question.label))}: {question.shown(self.changes[question.name], currency)}"
                for question in row.questions
            ]
            return f"{row.subject}. {'; '.join(told)}." if row.subject else f"{'; '.join(told)}."

        return self.source().add_statement(kind=kind, **wording.in_each_language("text", text))

    # ---- Rows ----

    def _stage(self, row, _key):
        code, day = self.now(row, "to"), self.date(row, "on")
        commissioned_on, reason = self.date(row, "commissioned_on"), self.now(row, "reason")
        statement = self.statement(row)
        if commissioned_on:
            project = Project.objects.get(pk=self.project.pk)
            project.commissioned_on = commissioned_on
            project.save()
        if not code:
            return
        stage, day = Stage.objects.get(pk=code), day or self.day
        given = {"reason": reason, "commissioned_on": commissioned_on}
        if refused := stages.refusals(self.project, stage, day, **given):
            raise Unwritable(refused[0].text)
        StageChange.objects.create(
            project=self.project, stage=stage, effective_on=day, reason=reason, statement=statement
        )

    def _level(self, row):
        metric = Metric.objects.select_related("unit").get(pk=row.name)
        Observation.objects.create(
            project=self.project,
            metric=metric,
            status=ObservationStatus.ACTUAL,
            value=Decimal(self.now(row, "value")),
            unit=metric.unit,
            as_of=self.day,
            period_start=self.update.period.start_on if self.update.period else None,
            period_end=self.update.period.end_on if self.update.period else None,
            update=self.update,
            statement=self.statement(row, StatementKind.FIGURE),
        )

    def _paid(self, row, _key):
        if value := self.now(row, "period"):
            Amount.objects.create(
                project=self.project,
                kind=AmountKind.DISBURSED,
                value=Decimal(value),
                currency_id=self.now(row, "currency"),
                as_of=self.date(row, "on") or self.day,
                statement=self.statement(row, StatementKind.FIGURE),
            )

    def _milestone(self, row, key):
        milestone = self.project.milestones.get(pk=key)
        milestone.forecast_on = self.date(row, "forecast_on") or milestone.forecast_on
        milestone.met_on = self.date(row, "met_on")
        milestone.statement = self.statement(row)
        milestone.save()

    def _shipment(self, row, key):
        shipment, day = self.project.shipments.get(pk=key), self.date(row, "on") or self.day
        shipment.status = self.now(row, "status") or shipment.status
        if station := STATIONS.get(shipment.status):
            if station == CheckpointKind.ARRIVED:
                shipment.arrived_on = day
            reached = {"shipment": shipment, "container": None, "kind": station}
            if not Checkpoint.objects.filter(**reached).exists():
                Checkpoint.objects.create(**reached, reached_on=day, statement=self.statement(row))
        shipment.save()

    def _problem(self, row, key):
        problem = self.project.problems.get(pk=key)
        problem.closed_on = self.date(row, "closed_on") or self.day
        problem.resolution = self.now(row, "resolution")
        problem.save()

    def _new_problem(self, row, _key):
        column = f"title_{self.now(row, 'language').replace('-', '_')}"
        Problem.objects.create(
            project=self.project,
            side=self.now(row, "side") or Side.REGION,
            raised_on=self.day,
            due_on=self.date(row, "due_on"),
            **{column: self.now(row, "title")},
        )

    def _document(self, row, _key):
        for key in self.now(row, "add").split(","):
            self.attach(key)

    def attach(self, document, note=""):
        """Hang the document with this key on the project, unless it hangs there."""
        ProjectDocument.objects.get_or_create(project=self.project, document_id=document, defaults={"note": note})
