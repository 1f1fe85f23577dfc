"""Columns of the lists of every other noun."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects import figures, permissions, wording
from projects.columns.base import (
    SOURCE,
    Cell,
    Column,
    choice,
    dated,
    exactness,
    figure,
    label,
    linked,
    moment,
    name_key,
    related,
    text,
    unit,
)
from projects.history import person_name
from projects.models import choices

_LINK = linked(lambda row, context: context.url(row))


def _by_name(context):
    return name_key()


def _numbers(row, context):
    parts = [
        part for part in (row.bin and f"BIN {row.bin}", row.uscc and f"USCC {row.uscc}", row.other_identifier) if part
    ]
    return ", ".join(parts) or None


INVESTORS = [
    Column("name", _("Investor"), linked(lambda row, context: context.investor_url(row)), _by_name),
    Column("country", _("Country"), related("country"), "country_id"),
    Column("province", _("Region or province"), related("province"), "province_id"),
    Column(
        "numbers",
        _("Registration numbers"),
        Cell(_numbers),
        beside=(Column("bin", _("BIN"), text("bin")), Column("uscc", _("USCC"), text("uscc"))),
    ),
    Column("local_entity", _("Legal entity in the region"), related("local_entity")),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("updated", pgettext_lazy("date of the last change", "Changed"), moment("updated_at"), "updated_at"),
]

SOURCES = [
    Column("title", _("Source"), _LINK, lambda context: F("code")),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("published", _("Published on"), dated("published_on", "date_precision"), "published_on"),
    Column("publisher", _("Publisher"), related("publisher")),
    Column("language", _("Language"), label("language"), "language"),
    Column(
        "statements",
        _("Statements"),
        Cell(
            lambda row, context: row.statement_count,
            lambda row, context: figures.count(row.statement_count, context.url(row), "statements"),
        ),
        lambda context: permissions.statements_counted(context.user),
        True,
    ),
]

ENGAGEMENTS = [
    Column("held", _("Held on"), dated("held_on", "date_precision"), "held_on"),
    Column("name", _("Engagement"), _LINK, _by_name),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("place", _("Place"), related("place"), "place_id"),
    Column("sector", _("Sector"), related("sector"), "sector_id"),
    Column("source", _("Source"), SOURCE),
]

LEADS = [
    Column("name", _("Lead"), _LINK, _by_name),
    Column("stage", _("Stage"), choice("stage", choices.LeadStage), "stage"),
    Column("sector", _("Sector"), related("sector"), "sector_id"),
    Column("place", _("Province or country"), related("place"), "place_id"),
    Column("engagement", _("Came out of"), related("engagement")),
    Column("project", _("Became the project"), related("converted_to")),
    Column("certainty", _("Certainty"), choice("certainty", choices.Certainty), "certainty"),
    Column("source", _("Source"), SOURCE),
]


def _days_late(row, context):
    return row.days_late or "–"


SHIPMENTS = [
    Column("name", _("Shipment"), _LINK, _by_name),
    Column("quantity", _("Quantity"), sort="quantity", **figure("quantity", exactness())),
    Column("status", _("Status"), choice("status", choices.ShipmentStatus), "status"),
    Column("origin", pgettext_lazy("place", "From"), related("origin"), "origin_id"),
    Column("destination", pgettext_lazy("place", "To"), related("destination"), "destination_id"),
    Column("dispatched", _("Dispatched"), dated("dispatched_on", "dispatched_precision"), "dispatched_on"),
    Column("arrived", _("Arrived"), dated("arrived_on"), "arrived_on"),
    Column("late", _("Days late"), Cell(lambda row, context: row.days_late or None, _days_late), "days_late", True),
    Column(
        "same_as",
        _("The same as"),
        Cell(
            lambda row, context: str(row.same_as) if row.same_as_id else None,
            lambda row, context: str(row.same_as) if row.same_as_id else "—",
        ),
    ),
    Column("source", _("Source"), SOURCE),
]


def _standing_pill(row, context):
    return context.pill_of(wording.standing(row, context.day), row.state)


_STANDING = Cell(lambda row, context: wording.standing(row, context.day), _standing_pill)
_TURN = Cell(
    lambda row, context: str(choices.Side(row.turn).label) if row.turn else None,
    lambda row, context: choices.Side(row.turn).label if row.turn else "–",
)

OBLIGATIONS = [
    Column("kind", _("Obligation"), _LINK, "kind_id"),
    Column("subject", _("Whose"), Cell(lambda row, context: str(row.subject))),
    Column("side", _("Who owes"), label("side"), "side"),
    Column("strength", _("Strength"), label("strength"), "strength"),
    Column("state", _("State"), _STANDING, "state"),
    Column("measured", _("What is measured"), related("metric"), "metric_id"),
    Column("target", _("Target"), sort="target", **figure("target")),
    Column(
        "reached",
        _("Reached"),
        Cell(lambda row, context: row.reached, lambda row, context: figures.reached(row, row)),
        "reached",
        True,
        beside=(Column("share", _("Share of the target"), Cell(lambda row, context: row.share)),),
    ),
    Column("due", _("Deadline"), dated("deadline"), "deadline"),
    Column("turn", _("Whose turn"), _TURN, "turn"),
    Column("responsible", _("Responsible body"), related("responsible"), "responsible_id"),
    Column("instrument", _("Instrument"), related("instrument"), "instrument_id"),
    Column("basis", _("Basis"), label("basis"), "basis"),
    Column("source", _("Source"), SOURCE),
]


def _latest(row):
    return row.latest[0] if row.latest else None


def _period(row, context):
    value = _latest(row)
    return wording.period(value.period_start, value.period_end) if value else None


INDICATORS = [
    Column("name", _("Indicator"), _LINK, _by_name),
    Column("place", _("Place"), related("place"), "place_id"),
    Column(
        "latest",
        _("Latest value"),
        Cell(
            lambda row, context: _latest(row) and _latest(row).value, lambda row, context: figures.figure(_latest(row))
        ),
        is_number=True,
        beside=(unit(lambda row: row.unit), exactness(lambda row: _latest(row))),
    ),
    Column("period", _("Period"), Cell(_period)),
    Column("frequency", _("Frequency"), label("frequency"), "frequency"),
    Column("code", _("Code"), text("code"), "code"),
]


def _happened(row, context):
    return _("Nothing changed.") if row.is_no_change else row.narrative


def _holder(row, context):
    """Who is to decide on a submitted update; nothing where it waits for nobody."""
    if row.holder:
        return person_name(row.holder)
    return _("the reviewers") if row.status == choices.UpdateStatus.SUBMITTED else None


UPDATES = [
    Column(
        "project",
        _("Project"),
        linked(lambda row, context: context.url(row), lambda row, context: str(row.project)),
        "project__reference",
        beside=(Column("reference", _("Reference"), Cell(lambda row, context: row.project.reference)),),
    ),
    Column("status", _("Status"), choice("status", choices.UpdateStatus), "status"),
    Column(
        "author",
        _("Author"),
        Cell(lambda row, context: person_name(row.author)),
        "author__username",
    ),
    Column("holder", _("Who has it now"), Cell(_holder, lambda row, context: _holder(row, context) or "—")),
    Column("narrative", _("What happened"), Cell(_happened, lambda row, context: _happened(row, context)[:160])),
    Column("created", _("Written on"), moment("created_at"), "created_at"),
    Column("submitted", _("Submitted on"), moment("submitted_at", nothing="—"), "submitted_at"),
]


def _document(row, context):
    """The document of a row; of a confidential one, others learn only that there is one."""
    document = row.document if row.document_id else None
    return str(permissions.title_of(context.user, document)) if document else None


AGREEMENTS = [
    Column("name", _("Agreement"), _LINK, _by_name),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("concluded", _("Concluded on"), dated("concluded_on", "date_precision"), "concluded_on"),
    Column("engagement", _("Came out of"), related("engagement")),
    Column("document", _("Document"), Cell(_document)),
    Column("source", _("Source"), SOURCE),
]

STATEMENTS = [
    Column(
        "code",
        _("Statement"),
        linked(lambda row, context: figures.statement_url(row), lambda row, context: row.code),
        "pk",
    ),
    Column("text", _("What it says"), Cell(lambda row, context: row.text)),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("speaker", _("Speaker"), related("speaker")),
    Column("source", _("Source"), related("source"), "source__code"),
    Column("certainty", _("Certainty"), choice("certainty", choices.Certainty), "certainty"),
]

PROGRAMMES = [
    Column("name", _("Programme"), _LINK, _by_name),
    Column("code", _("Code"), text("code"), "code"),
]


def by_name(columns):
    """name -> Column."""
    return {column.name: column for column in columns}
