"""A change-set as it is shown before it is confirmed: by sheet and row, old and new in words, and what is asked."""

import datetime
import re
from collections import defaultdict
from decimal import Decimal

from django.core.exceptions import ObjectDoesNotExist
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from projects import history
from projects.models import Amount
from projects.wording import money, number

SHOWN = 500  # rows that are shown one by one; the others are counted
PROBLEMS = 5000  # that are kept, and listed
LENGTH = 200  # characters of a value


def told(changeset, user):
    """The change-set in words of the reader's language, as JSON can keep it.

    Returns: sheets (name, rows with their cells), conflicts, proposals, problems, warnings, notes, what the register
    has no place for and how often, and how many rows are not shown one by one.
    """
    changes = [change for change in changeset.changes if change.is_new or change.cells]
    sheets = list(dict.fromkeys(change.row.sheet for change in changes))
    changes.sort(key=lambda change: (sheets.index(change.row.sheet), _place(change.row)))
    shown = defaultdict(list)
    for change in changes[:SHOWN]:
        shown[change.row.sheet].append(_row(change))
    return {
        "language": get_language(),
        "sheets": [{"name": name, "rows": rows} for name, rows in shown.items()],
        "left_out": max(0, len(changes) - SHOWN),
        "conflicts": _conflicts(changeset, user),
        "proposals": [_proposal(proposal) for proposal in changeset.proposals],
        "problems": [problem(found) for found in changeset.problems[:PROBLEMS]],
        "warnings": _warnings(changeset),
        "notes": changeset.notes,
        "not_kept": list(changeset.left_out.items()),
        "open": changeset.open_questions,
    }


def _place(row):
    """Where a row comes in its sheet: 2 before 10, and projects[2] before projects[10]."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(row.number))]


def problem(found):
    """A Problem as JSON keeps it, with the name that spreadsheets give the cell (D5), or the row or path alone."""
    cell = f"{xl_col_to_name(found.column - 1)}{found.row}" if found.column else str(found.row)
    return {"sheet": found.sheet, "row": found.row, "column": found.column, "cell": cell, "message": found.message}


def _row(change):
    return {
        "row": change.row.number,
        "noun": str(change.noun.model._meta.verbose_name),
        "name": name_of(change.record),
        "url": change.before.get_absolute_url() if hasattr(change.before, "get_absolute_url") else "",
        "is_new": change.is_new,
        "cells": [
            {"label": cell.field.label, "old": words(cell.field, cell.old), "new": words(cell.field, cell.new)}
            for cell in change.cells
        ],
    }


def name_of(record):
    """A record in a line: its project's reference, then its own text; of a sum, as people write it."""
    if isinstance(record, Amount):
        is_whole = record.value is not None and record.currency_id
        text = (
            f"{record.get_kind_display()} {money(record.value, record.currency_id, record.bound) if is_whole else ''}"
        )
    else:
        text = _text_of(record)
    reference = getattr(record, "reference", "")
    if not reference and getattr(record, "project_id", None):
        reference = record.project.reference
    return " · ".join(filter(None, (reference, text.strip())))


def _text_of(record):
    try:
        return str(record)[:LENGTH]
    except (AttributeError, ObjectDoesNotExist):  # the value or the code that it is called by was refused
        return str(record._meta.verbose_name)


def words(field, value):
    """A value as people read it; empty where there is none."""
    if value is None or value == "":
        return ""
    if field.kind == "choice":
        return dict(field.choices()).get(value, str(value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, Decimal):
        return number(value)
    return str(value)[:LENGTH]


def _conflicts(changeset, user):
    found = changeset.conflicts
    read = history.words(user, [(cell.field.column, cell.was) for _change, cell in found])
    return [
        {
            "key": cell.key,
            "sheet": change.row.sheet,
            "row": change.row.number,
            "name": name_of(change.before),
            "label": cell.field.label,
            "was": read(cell.field.column, cell.was),
            "theirs": words(cell.field, cell.old),
            "yours": words(cell.field, cell.new),
            "choice": cell.choice,
            "who": history.person_name(change.before.updated_by) if change.before.updated_by_id else "",
        }
        for change, cell in found
    ]


def _proposal(proposal):
    change = proposal.change
    return {
        "key": proposal.key,
        "sheet": change.row.sheet,
        "row": change.row.number,
        "name": _text_of(change.record),
        "candidates": [
            {"key": str(record.pk), "name": name_of(record), "url": record.get_absolute_url(), "why": str(why)}
            for record, why in proposal.candidates
        ],
        "choice": proposal.choice,
    }


def _warnings(changeset):
    """Each sentence once, with the rows that it is about."""
    rows = defaultdict(list)
    for change, _cell, text in changeset.warnings:
        rows[text].append(f"{change.row.sheet}, {change.row.number}")
    found = ((text, list(dict.fromkeys(places))) for text, places in rows.items())
    return [{"text": text, "count": len(places), "places": places[:5]} for text, places in found]
