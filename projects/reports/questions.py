"""What a report asks about a project, each question with the value that the register has now.

An update stores only what differs: `changes` maps the name of a question to what stood there and what is reported,
both as texts («45.5», «2026-10-31», a code). A name is the row that the answer will be written to and the part of
it: `milestone-5-met_on`. The form, the page of review, the texts of statements and the writing all start here.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from django.db.models import Q, Sum
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from projects import wording
from projects.history import LANGUAGES
from projects.models import Amount, Currency, Document, Metric, Observation, Stage
from projects.models.choices import AmountKind, ObservationStatus, ShipmentStatus, Side

CHOICE, NUMBER, MONEY, DATE, LINE, TEXT, DOCUMENTS = "choice", "number", "money", "date", "line", "text", "documents"

LEVELS = ("physical_progress", "jobs_permanent", "jobs_temporary", "jobs_local_citizens")  # metrics that are asked for
NEW_PROBLEMS = 2  # empty rows for problems
LISTED = 40  # milestones, shipments and problems of one project that are asked about
TENGE = "KZT"

SECTIONS = {
    "stage": _("Stage"),
    "level": _("Progress and jobs"),
    "paid": _("Money paid"),
    "milestone": _("Milestones"),
    "shipment": _("Shipments"),
    "problem": _("Problems"),
    "document": _("Documents and photographs"),
}


@dataclass(frozen=True)
class Question:
    """One field of a report. Labels are lazy or rows: they read in the language of the moment.

    standing: what the register has now, as stored text; empty for nothing.
    subject: the row that the question is about, where a section has several.
    is_kept: what stands here may be replaced by a report, never emptied.
    is_asked: a field of the page; the others are answered by the form itself.
    """

    name: str
    section: str
    kind: str
    label: object
    standing: str = ""
    subject: object = ""
    choices: tuple = ()
    unit: object = None
    as_of: datetime.date | None = None
    is_kept: bool = True
    is_asked: bool = True
    help: object = ""

    @property
    def row(self):
        """The name of the row that the answer is written to: `milestone-5`."""
        return self.name.rpartition("-")[0]

    @property
    def part(self):
        return self.name.rpartition("-")[2]

    @property
    def full_label(self):
        return f"{self.subject}: {capfirst(str(self.label))}" if self.subject else capfirst(str(self.label))

    def shown(self, stored, currency=TENGE, title=str):
        """A stored value as people read it; empty for nothing. Args: title: function of a Document -> its name."""
        if not stored:
            return ""
        if self.kind == CHOICE:
            return str(dict(self.choices).get(stored, stored))
        if self.kind == MONEY:
            return wording.money(Decimal(stored), currency, exact=True)
        if self.kind == NUMBER:
            unit = self.unit.symbol or self.unit.name if self.unit else ""
            return wording.quantity(Decimal(stored), unit)
        if self.kind == DATE:
            return wording.day(datetime.date.fromisoformat(stored))
        if self.kind == DOCUMENTS:
            rows = Document.objects.filter(pk__in=stored.split(",")).select_related("document_type")
            return "; ".join(title(row) for row in rows)
        return stored


@dataclass
class Row:
    """The questions about one row of the register, in their section."""

    name: str
    section: str
    subject: object
    questions: list = field(default_factory=list)


def rows_of(asked):
    """The questions in their rows."""
    return [
        Row(name, group[0].section, group[0].subject, group)
        for name, found in groupby(asked, key=lambda question: question.row)
        for group in [list(found)]
    ]


def questions_of(project, also=()):
    """Everything that a report on the project asks, in the order of the page. Takes nine queries.

    Args:
        also: names of questions that were answered: the rows that they speak of are there also when settled since.
    """
    return [
        *_stage(project),
        *_levels(project),
        *_paid(project),
        *_milestones(project, _keys(also, "milestone")),
        *_shipments(project, _keys(also, "shipment")),
        *_problems(project, _keys(also, "problem")),
        Question(
            "document-add",
            "document",
            DOCUMENTS,
            _("Documents on file that belong to this report"),
            is_kept=False,
            help=_("One a line. They are attached to the project."),
        ),
    ]


def _keys(names, kind):
    """The keys of the rows of a kind in names such as `milestone-5-met_on`."""
    return {name.split("-")[1] for name in names if name.startswith(f"{kind}-")}


def _stage(project):
    stages = Stage.objects.filter(Q(is_active=True) | Q(pk=project.stage_id)).order_by("position", "code")
    choices = tuple((stage.pk, stage) for stage in stages)
    yield Question("stage-to", "stage", CHOICE, _("stage"), project.stage_id or "", choices=choices)
    yield Question("stage-on", "stage", DATE, _("in force from"), help=_("Only where the stage changes."))
    commissioned = project.commissioned_on.isoformat() if project.commissioned_on else ""
    yield Question("stage-commissioned_on", "stage", DATE, _("commissioned on"), commissioned)
    yield Question("stage-reason", "stage", LINE, _("reason"), help=_("Needed where the project goes back a stage."))


def _levels(project):
    metrics = Metric.objects.filter(pk__in=LEVELS, is_active=True).select_related("unit")
    latest = Observation.objects.filter(project=project, metric__in=LEVELS, status=ObservationStatus.ACTUAL)
    latest = latest.order_by("metric_id", "-as_of", "-pk").distinct("metric_id")
    last = {row.metric_id: row for row in latest}
    for metric in sorted(metrics, key=lambda metric: LEVELS.index(metric.pk)):
        row = last.get(metric.pk)
        yield Question(
            f"{metric.pk}-value",
            "level",
            NUMBER,
            metric,
            plain(row.value) if row else "",
            unit=metric.unit,
            as_of=row.as_of if row else None,
        )


def paid_so_far(project, currency):
    """The sum of what is on record as paid on a project in one currency (Decimal), as its list adds it.

    Without what is confidential: a report says the sum, and everybody may read it once it is approved.
    """
    rows = Amount.objects.on_projects().filter(project=project, kind=AmountKind.DISBURSED, currency=currency)
    rows = rows.filter(is_confidential=False)
    return rows.aggregate(total=Sum("value"))["total"] or Decimal(0)


def _paid(project):
    payments = Amount.objects.standing().filter(project=project, kind=AmountKind.DISBURSED, is_confidential=False)
    last = payments.order_by("-as_of", "-pk").first()
    currency = last.currency_id if last else TENGE
    total = paid_so_far(project, currency)
    currencies = Currency.objects.filter(Q(is_active=True) | Q(pk=currency)).order_by("position", "code")
    choices = tuple((row.pk, row.pk) for row in currencies)
    yield Question("paid-period", "paid", MONEY, _("paid in the period"), is_kept=False)
    yield Question(
        "paid-total",
        "paid",
        MONEY,
        _("paid altogether"),
        plain(total) if total else "",
        as_of=last.as_of if last else None,
        help=_(
            "Give either of the two, or both: they are checked against each other. Confidential payments do not count."
        ),
    )
    yield Question("paid-currency", "paid", CHOICE, _("currency"), currency, choices=choices)
    yield Question("paid-on", "paid", DATE, _("paid on"), is_kept=False, help=_("Empty: the end of the period."))


def _milestones(project, also):
    rows = project.milestones.filter(Q(met_on=None) | Q(pk__in=also)).select_related("kind")
    for row in rows.order_by("planned_on", "pk")[:LISTED]:
        name, forecast = f"milestone-{row.pk}", row.forecast_on or row.planned_on
        standing = forecast.isoformat() if forecast else ""
        yield Question(f"{name}-forecast_on", "milestone", DATE, _("forecast for"), standing, row.kind)
        yield Question(f"{name}-met_on", "milestone", DATE, _("met on"), "", row.kind, is_kept=False)


def _shipments(project, also):
    under_way = Q(same_as=None) & ~Q(status=ShipmentStatus.INSTALLED)
    for row in project.shipments.filter(under_way | Q(pk__in=also)).order_by("pk")[:LISTED]:
        name = f"shipment-{row.pk}"
        choices = tuple(ShipmentStatus.choices)
        yield Question(f"{name}-status", "shipment", CHOICE, _("status"), row.status, row, choices)
        yield Question(f"{name}-on", "shipment", DATE, _("received on"), "", row, is_kept=False)


def _problems(project, also):
    for row in project.problems.filter(Q(closed_on=None) | Q(pk__in=also)).order_by("due_on", "pk")[:LISTED]:
        name = f"problem-{row.pk}"
        yield Question(f"{name}-resolution", "problem", LINE, _("how it was solved"), "", row, is_kept=False)
        yield Question(f"{name}-closed_on", "problem", DATE, _("solved on"), "", row, is_kept=False)
    for number in range(1, NEW_PROBLEMS + 1):
        name, subject = f"new_problem-{number}", _("New problem")
        yield Question(f"{name}-title", "problem", LINE, _("what blocks the project"), "", subject, is_kept=False)
        sides = tuple(Side.choices)
        yield Question(f"{name}-side", "problem", CHOICE, _("whose turn"), "", subject, sides, is_kept=False)
        yield Question(f"{name}-due_on", "problem", DATE, _("to be solved by"), "", subject, is_kept=False)
        languages = tuple(LANGUAGES.items())
        yield Question(f"{name}-language", "problem", CHOICE, _("written in"), "", subject, languages, is_asked=False)


def is_payment(name):
    """Whether a question, given by its name, is about money paid."""
    return name.startswith("paid-")


def plain(number):
    """A Decimal as it is stored in an update: without trailing zeros or an exponent."""
    return f"{number.normalize():f}" if number else "0"
