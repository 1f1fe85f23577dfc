"""Columns of the list of imports."""

from django.utils.translation import gettext_lazy as _

from projects.columns.base import Cell, Column, choice, dated, linked, moment
from projects.history import person_name
from projects.models.choices import ImportStatus


def _owner(row, context):
    return person_name(row.owner) if row.owner_id else None


def _of_all(name):
    """Cell: how many records an import adds or changes, whatever they are."""
    return Cell(lambda row, context: sum(entry[name] for entry in row.counts.values() if isinstance(entry, dict)))


IMPORTS = [
    Column(
        "file",
        _("File"),
        linked(lambda row, context: context.url(row), lambda row, context: row.file_name),
        "file_name",
    ),
    Column("status", _("Status"), choice("status", ImportStatus), "status"),
    Column("owner", _("Brought in by"), Cell(_owner), "owner__username"),
    Column("created", _("Brought in on"), moment("created_at"), "created_at"),
    Column("done", _("Carried out on"), moment("done_at", nothing="—"), "done_at"),
    Column("as_of", _("Figures as of"), dated("as_of"), "as_of"),
    Column("added", _("Added"), _of_all("created"), is_number=True),
    Column("changed", _("Changed records"), _of_all("changed"), is_number=True),
]
