"""Columns of the list of documents."""

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from projects.columns.base import Cell, Column, dated, linked, moment, or_unknown, related, text
from projects.models.choices import Expiry


def _expires(row, context):
    day = dated("expires_on").html(row, context)
    state = row.expiry
    return format_html("{} {}", day, context.pill(Expiry, state)) if state else day


def _size(row, context):
    return or_unknown(filesizeformat(row.size) if row.size else "")


DOCUMENTS = [
    Column(
        "title", _("Document"), linked(lambda row, context: context.url(row), lambda row, context: row.title), "title"
    ),
    Column("kind", _("Document type"), related("document_type"), "document_type_id"),
    Column("number", _("Number"), text("number"), "number"),
    Column("dated", _("Dated"), dated("dated_on"), "dated_on"),
    Column("expires", _("Expires on"), Cell(lambda row, context: row.expires_on, _expires), "expires_on"),
    Column("size", _("Size"), Cell(lambda row, context: row.size, _size), "size", is_number=True),
    Column("file", _("File"), text("file_name")),
    Column("added", _("Added"), moment("created_at"), "created_at"),
]
DEFAULT_DOCUMENTS = ("title", "kind", "number", "dated", "expires", "size", "added")
