"""Columns of the lists of every other noun."""

from django.db.models import Count, F
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects import figures, wording
from projects.columns.base import Column, choice, dated, figure, label, name_key, or_unknown, related, source
from projects.models import choices


def _link(row, context):
    return format_html('<a href="{}">{}</a>', context.url(row), str(row))


def _by_name(context):
    return name_key()


def _numbers(row, context):
    parts = [
        part for part in (row.bin and f"BIN {row.bin}", row.uscc and f"USCC {row.uscc}", row.other_identifier) if part
    ]
    return ", ".join(parts) or wording.unknown()


def _text(name):
    return lambda row, context: or_unknown(getattr(row, name))


INVESTORS = [
    Column(
        "name",
        _("Investor"),
        lambda row, context: format_html('<a href="{}">{}</a>', context.investor_url(row), row),
        _by_name,
    ),
    Column("country", _("Country"), related("country"), "country_id"),
    Column("province", _("Region or province"), related("province"), "province_id"),
    Column("numbers", _("Registration numbers"), _numbers),
    Column("local_entity", _("Legal entity in the region"), related("local_entity")),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column(
        "updated",
        pgettext_lazy("date of the last change", "Changed"),
        lambda row, context: wording.day(context.local(row.updated_at).date()),
        "updated_at",
    ),
]

SOURCES = [
    Column("title", _("Source"), _link, lambda context: F("code")),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("published", _("Published on"), dated("published_on", "date_precision"), "published_on"),
    Column("publisher", _("Publisher"), related("publisher")),
    Column("language", _("Language"), label("language"), "language"),
    Column(
        "statements",
        _("Statements"),
        lambda row, context: figures.count(row.statement_count, context.url(row), "statements"),
        lambda context: Count("statements"),
        True,
    ),
]

ENGAGEMENTS = [
    Column("held", _("Held on"), dated("held_on", "date_precision"), "held_on"),
    Column("name", _("Engagement"), _link, _by_name),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("place", _("Place"), related("place"), "place_id"),
    Column("sector", _("Sector"), related("sector"), "sector_id"),
    Column("source", _("Source"), source),
]

LEADS = [
    Column("name", _("Lead"), _link, _by_name),
    Column("stage", _("Stage"), choice("stage", choices.LeadStage), "stage"),
    Column("sector", _("Sector"), related("sector"), "sector_id"),
    Column("place", _("Province or country"), related("place"), "place_id"),
    Column("engagement", _("Came out of"), related("engagement")),
    Column("project", _("Became the project"), related("converted_to")),
    Column("certainty", _("Certainty"), choice("certainty", choices.Certainty), "certainty"),
    Column("source", _("Source"), source),
]

SHIPMENTS = [
    Column("name", _("Shipment"), _link, _by_name),
    Column("quantity", _("Quantity"), figure, "quantity", True),
    Column("status", _("Status"), choice("status", choices.ShipmentStatus), "status"),
    Column("origin", pgettext_lazy("place", "From"), related("origin"), "origin_id"),
    Column("destination", pgettext_lazy("place", "To"), related("destination"), "destination_id"),
    Column("dispatched", _("Dispatched"), dated("dispatched_on", "dispatched_precision"), "dispatched_on"),
    Column("arrived", _("Arrived"), dated("arrived_on"), "arrived_on"),
    Column("same_as", _("The same as"), lambda row, context: str(row.same_as) if row.same_as_id else "—"),
    Column("source", _("Source"), source),
]


OBLIGATIONS = [
    Column("kind", _("Obligation"), _link, "kind_id"),
    Column("subject", _("Whose"), lambda row, context: str(row.subject)),
    Column("side", _("Who owes"), label("side"), "side"),
    Column("strength", _("Strength"), label("strength"), "strength"),
    Column("state", _("State"), choice("state", choices.ObligationState), "state"),
    Column("target", _("Target"), figure, "target", True),
    Column("due", _("Due on"), dated("due_on"), "due_on"),
    Column("basis", _("Basis"), label("basis"), "basis"),
    Column("source", _("Source"), source),
]

INDICATORS = [
    Column("name", _("Indicator"), _link, _by_name),
    Column("place", _("Place"), related("place"), "place_id"),
    Column(
        "latest",
        _("Latest value"),
        lambda row, context: figures.figure(row.latest[0]) if row.latest else wording.unknown(),
        None,
        True,
    ),
    Column(
        "period",
        _("Period"),
        lambda row, context: (
            wording.period(row.latest[0].period_start, row.latest[0].period_end) if row.latest else wording.unknown()
        ),
    ),
    Column("frequency", _("Frequency"), label("frequency"), "frequency"),
    Column("code", _("Code"), _text("code"), "code"),
]

UPDATES = [
    Column(
        "project",
        _("Project"),
        lambda row, context: format_html('<a href="{}">{}</a>', context.url(row), row.project),
        "project__reference",
    ),
    Column("status", _("Status"), choice("status", choices.UpdateStatus), "status"),
    Column(
        "author",
        _("Author"),
        lambda row, context: row.author.get_full_name() or row.author.get_username(),
        "author__username",
    ),
    Column(
        "narrative",
        _("What happened"),
        lambda row, context: _("Nothing changed.") if row.is_no_change else row.narrative[:160],
    ),
    Column(
        "created", _("Written on"), lambda row, context: wording.day(context.local(row.created_at).date()), "created_at"
    ),
    Column(
        "submitted",
        _("Submitted on"),
        lambda row, context: wording.day(context.local(row.submitted_at).date()) if row.submitted_at else "—",
        "submitted_at",
    ),
]

AGREEMENTS = [
    Column("name", _("Agreement"), _link, _by_name),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("concluded", _("Concluded on"), dated("concluded_on", "date_precision"), "concluded_on"),
    Column("engagement", _("Came out of"), related("engagement")),
    Column("document", _("Document"), related("document")),
    Column("source", _("Source"), source),
]

STATEMENTS = [
    Column(
        "code",
        _("Statement"),
        lambda row, context: format_html('<a href="{}">{}</a>', figures.statement_url(row), row.code),
        "pk",
    ),
    Column("text", _("What it says"), lambda row, context: row.text),
    Column("kind", _("Kind"), label("kind"), "kind"),
    Column("speaker", _("Speaker"), related("speaker")),
    Column("source", _("Source"), related("source"), "source__code"),
    Column("certainty", _("Certainty"), choice("certainty", choices.Certainty), "certainty"),
]

PROGRAMMES = [
    Column("name", _("Programme"), _link, _by_name),
    Column("code", _("Code"), _text("code"), "code"),
]


def by_name(columns):
    """name -> Column."""
    return {column.name: column for column in columns}
