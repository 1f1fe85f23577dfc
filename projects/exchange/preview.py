"""What a file would change, as it is shown before it is confirmed: old and new in words, and what is asked."""

import datetime
import hashlib
import re
from decimal import Decimal
from operator import itemgetter

from django.core.exceptions import ObjectDoesNotExist
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from projects import history
from projects.models import Amount
from projects.wording import money, number

SHOWN = 500  # rows that are shown one by one; the others are counted
QUESTIONS = 500  # conflicts, and proposals, that are shown at once; the next ones come when these are answered
UNUSUAL = 500  # sentences of warnings that are shown
PROBLEMS = 5000  # that are kept, and listed
NOTES = 500
PLACES = 5  # of a warning
LENGTH = 200  # characters of a value


class Outcome:
    """What a file comes to: counted, and told in words of the reader's language, portion by portion.

    Of a portion nothing but words is kept, and of these no more than is shown: a file may have any number of rows.
    """

    def __init__(self, user):
        self.user, self.counted, self.unchanged = user, {}, 0
        self.sheets, self.changed_rows, self.shown_rows = {}, 0, 0
        self.conflicts, self.proposals, self.open_questions = _Questions(), _Questions(), 0
        self.problems, self.refused = [], 0
        self.warnings, self.unusual = {}, 0  # sentence -> it, in how many rows, the first of these
        self.notes, self.left_out, self.taken_for = [], {}, []
        self.digest = hashlib.sha256()

    def add(self, found, lasting):
        """Args: found: the ChangeSet of a portion, before it is written; lasting: see `ChangeSet.add_to`."""
        found.add_to(self.digest, lasting)
        self.unchanged += found.unchanged
        for kind, changes in (("created", found.creates), ("changed", found.updates)):
            for change in changes:
                self.counted.setdefault(change.row.noun, {"created": 0, "changed": 0})[kind] += 1
        self._show([change for change in found.changes if change.is_new or change.cells])
        self.refuse(found.problems)
        for question in _conflicts(found, self.user):
            self.conflicts.add(question)
        for proposal in found.proposals:
            self.proposals.add(_proposal(proposal))
            self.taken_for += _taken_for(proposal) if len(self.taken_for) < NOTES else ()
        self.open_questions = self.conflicts.open + self.proposals.open
        self._warn(found.warnings)

    def refuse(self, problems):
        """Add Problems, which refuse the whole file. What hinders all records of a row is said once."""
        new = dict.fromkeys(problems).keys() - set(self.problems)
        self.refused += len(new)
        found = [*self.problems, *(problem for problem in dict.fromkeys(problems) if problem in new)]
        self.problems = sorted(found, key=lambda problem: (problem.sheet, problem.row, problem.column))[:PROBLEMS]

    def _show(self, changes):
        sheets = list(dict.fromkeys(change.row.sheet for change in changes))
        changes.sort(key=lambda change: (sheets.index(change.row.sheet), _place(change.row)))
        for change in changes[: SHOWN - self.shown_rows]:
            self.sheets.setdefault(change.row.sheet, []).append(_row(change))
            self.shown_rows += 1
        self.changed_rows += len(changes)

    def _warn(self, warnings):
        """Each sentence once, with the rows that it is about."""
        self.unusual += len(warnings)
        rows = {}
        for change, _cell, text in warnings:
            rows.setdefault(text, {})[change.row.sheet, change.row.number] = change.row
        for text, found in rows.items():
            if text in self.warnings or len(self.warnings) < UNUSUAL:
                entry = self.warnings.setdefault(text, {"text": text, "count": 0, "places": []})
                entry["count"] += len(found)
                first = sorted(found.values(), key=_place)[: PLACES - len(entry["places"])]
                entry["places"] += [f"{row.sheet}, {row.number}" for row in first]

    @property
    def created(self):
        return sum(entry["created"] for entry in self.counted.values())

    @property
    def changed(self):
        return sum(entry["changed"] for entry in self.counted.values())

    def counts(self):
        """noun -> how many are created and changed; and what all of the file comes to."""
        return self.counted | {
            "unchanged": self.unchanged,
            "conflicts": self.conflicts.number,
            "warnings": self.unusual,
            "problems": self.refused,
        }

    @property
    def fingerprint(self):
        """SHA-256 of all that would be written: what is confirmed is what was seen."""
        return self.digest.hexdigest()

    def told(self):
        """All of it, as JSON can keep it.

        Returns: sheets (name, rows with their cells), conflicts, proposals, problems, warnings, notes, what the
        register has no place for and how often; how many rows, questions and warnings are not shown one by one.
        """
        return {
            "language": get_language(),
            "sheets": [{"name": name, "rows": rows} for name, rows in self.sheets.items()],
            "left_out": self.changed_rows - self.shown_rows,
            "conflicts": self.conflicts.shown(),
            "proposals": self.proposals.shown(),
            "more_questions": self.conflicts.more + self.proposals.more,
            "problems": [problem(found) for found in self.problems],
            "warnings": list(self.warnings.values()),
            "notes": self.notes[:NOTES],
            "not_kept": list(self.left_out.items()),
            "open": self.open_questions,
        }


class _Questions:
    """Questions in the order of the file: of too many, those without an answer go before the others."""

    def __init__(self):
        self.number, self.open, self.kept = 0, 0, {True: [], False: []}

    def add(self, question):
        is_open = not question["choice"]
        self.open += is_open
        if len(self.kept[is_open]) < QUESTIONS:
            self.kept[is_open].append((self.number, question))
        self.number += 1

    def shown(self):
        found = [*self.kept[True], *self.kept[False]][:QUESTIONS]
        return [question for _number, question in sorted(found, key=itemgetter(0))]

    @property
    def more(self):
        """How many that have no answer are not shown."""
        return max(0, self.open - QUESTIONS)


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


def _taken_for(proposal):
    """A sentence where a new record was taken for one of the register."""
    for record, why in proposal.candidates:
        if proposal.choice == str(record.pk):
            names = {"name": proposal.change.record, "record": name_of(record), "why": why}
            yield _("“%(name)s” was taken for %(record)s. %(why)s") % names
