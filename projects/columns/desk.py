"""Columns of the desk: a project, the report that it owes now, and what may be done about it."""

import datetime

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects import wording
from projects.columns.base import Cell, Column, linked, name_key
from projects.models.choices import ReportState, UpdateStatus

# What a project should say of itself: the column that is empty, and its name.
SHOULD_SAY = {
    "main_sector_id": _("sector"),
    "place_id": _("place"),
    "stage_id": _("stage"),
    "status": _("status"),
    "planned_end_on": _("planned end"),
}
UNSENT = {UpdateStatus.DRAFT: _("draft not sent"), UpdateStatus.RETURNED: _("returned, to be mended")}


def _day(row, name):
    return datetime.date.fromisoformat(row.report[name]) if row.report else None


def _period(row, context):
    return wording.period(_day(row, "start_on"), _day(row, "end_on")) if row.report else None


def _state_html(row, context):
    if not row.report:
        return format_html('<span class="unknown">{}</span>', gettext("owes no report"))
    return context.pill(ReportState, row.report["state"])


def _due_html(row, context):
    return wording.day(_day(row, "due_on")) if row.report else "—"


def _missing(row, context):
    lacking = [str(label) for name, label in SHOULD_SAY.items() if not getattr(row, name)]
    if row.report and row.report["state"] != ReportState.REPORTED:
        lacking.insert(0, str(UNSENT.get(row.report["status"], _("report not begun"))))
    return "; ".join(lacking) or None


def _acts(row, context):
    """Links and the button of the form `confirm` that stands beside the table."""
    if not row.report:
        return ""
    name = format_html('<span class="hidden">: {}</span>', row.reference)
    if row.report["state"] == ReportState.REPORTED:
        sent = row.report["update"] and reverse("update-detail", args=[row.report["update"]])
        return format_html('<a href="{}">{}{}</a>', sent, gettext("See the report"), name) if sent else ""
    key, period = row.reference, row.report["period"]
    if row.report["update"]:
        mine = row.report["update"] in context.own_updates
        url = reverse("update-edit" if mine else "update-detail", args=[row.report["update"]])
        return format_html(
            '<a class="button" href="{}">{}{}</a>', url, gettext("Continue") if mine else gettext("Open"), name
        )
    acts = [
        format_html(
            '<button class="button button-main" form="confirm" name="report" value="{}:{}">{}{}</button>',
            *(key, period, gettext("Nothing changed, confirm"), name),
        ),
        format_html('<a class="button" href="{}">{}{}</a>', reverse("update-new", args=[key]), gettext("Report"), name),
    ]
    return format_html_join(" ", "{}", ((act,) for act in acts))


COLUMNS = {
    column.name: column
    for column in (
        Column(
            "reference",
            _("Reference"),
            linked(lambda row, context: context.url(row), lambda row, context: row.reference),
            "reference",
        ),
        Column("name", _("Project"), linked(lambda row, context: context.url(row)), lambda context: name_key()),
        Column("period", _("Reporting period"), Cell(_period, lambda row, context: _period(row, context) or "—")),
        Column(
            "report",
            _("Report"),
            Cell(lambda row, context: row.report and row.report["state"], _state_html),
            "report_state",
        ),
        Column("due", _("Due on"), Cell(lambda row, context: _day(row, "due_on"), _due_html), "report_due"),
        Column("missing", _("Still lacking"), Cell(_missing, lambda row, context: _missing(row, context) or "—")),
        Column("act", _("What to do"), Cell(lambda row, context: None, _acts)),
    )
}
