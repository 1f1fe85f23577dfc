"""A workbook taken from the register, edited as a person edits it, and brought back."""

import datetime
import io

import openpyxl

from projects.exchange import changes, jobs, workbook
from projects.exchange.reading import read_file
from projects.exchange.rows import FIELDS
from projects.models import Project

TODAY = datetime.date(2026, 11, 20)


class Taken:
    """The workbook of a user: `set` and `add` change it, `plan` says what it would change."""

    def __init__(self, user, projects=None):
        self.user, file = user, io.BytesIO()
        workbook.write(Project.objects.all() if projects is None else projects, user, file)
        self.book = openpyxl.load_workbook(file)
        lines = self.book[workbook.REGISTER].iter_rows(min_row=2, values_only=True)
        self.sheets = {noun: self.book[name] for name, noun, *_rest in lines}

    def column(self, noun, name):
        """The column, from 1, under the heading of a field."""
        label = FIELDS[noun][name].label
        return next(cell.column for cell in self.sheets[noun][1] if cell.value == label)

    def row(self, record, noun):
        """The row, from 1, of a record."""
        ids = (cell.value for cell in self.sheets[noun]["A"])
        return next(number for number, value in enumerate(ids, 1) if value == str(record.pk))

    def set(self, noun, record, **values):
        """Write values into the row of a record."""
        self._write(noun, self.row(record, noun), values)

    def add(self, noun, **values):
        """Write a new row below the last one; returns its number."""
        number = self.sheets[noun].max_row + 1
        self._write(noun, number, values)
        return number

    def _write(self, noun, number, values):
        for name, value in values.items():
            self.sheets[noun].cell(number, self.column(noun, name)).value = value

    def file(self):
        file = io.BytesIO()
        self.book.save(file)
        file.seek(0)
        return file

    def rows(self):
        stated = workbook.rows(read_file(self.file(), "synthetic.xlsx"))
        assert stated.problems == []
        return [row for unit in stated.units for row in unit]

    def plan(self, by=None, **options):
        return changes.Planner(by or self.user, as_of=TODAY, **options).plan(self.rows())

    def receive(self, by=None, **options):
        """The import that the workbook becomes."""
        given = {"name": "synthetic.xlsx", "as_of": TODAY} | options
        return jobs.receive(by=by or self.user, file=self.file(), **given)


def told(changeset):
    """noun, primary key or None -> the fields that change."""
    return {
        (change.row.noun, change.before and change.before.pk): set(change.names)
        for change in (*changeset.creates, *changeset.updates)
    }


def messages(changeset, noun=None):
    """(row, sentence) of the problems."""
    return [(problem.row, problem.message) for problem in changeset.problems]
