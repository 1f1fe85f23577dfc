"""What a file brings (cells, rows, problems), and the catalogue of what a row may hold.

The catalogue is taken from the models and their forms: the headings of the workbook, what recognises the headings of
other tables, and what reads a cell are the same in all four languages.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.utils.translation import override

from projects.forms import FORMS
from projects.history import column_label
from projects.models import (
    Amount,
    Milestone,
    Obligation,
    Observation,
    Organisation,
    Project,
    ProjectParty,
    StageChange,
    Statement,
)
from projects.models.base import CodeList, Figure

LANGUAGES = [code for code, _label in settings.LANGUAGES]
GIVEN = {
    "reference",
    "statement",
}  # a new record gets the next reference; the file itself is the source of what it says


class Cell(NamedTuple):
    """One value and where it stands. row and column count from 1, as spreadsheets show them; in a document that is no
    table, row is the path to the value, and column 0.

    value: text, a number, a date, True or False, None for an empty cell; or a Row of the same file, where a row
    belongs to one that may not be in the register yet (the amount of a new project).
    """

    sheet: str
    row: int | str
    column: int
    value: object


@dataclass(slots=True, eq=False)
class Row:
    """One record as a file states it.

    noun: key of NOUNS. values: name of a field -> Cell; a field that is not there is left as it is, one with an empty
    cell is emptied (of a new record: not stated). key: primary key of the record, where the file was taken from the
    register; version: the one that it was taken at. for_new: names of the values that hold of a new record alone, and
    change nothing where the register has it already.
    """

    sheet: str
    number: int | str
    noun: str
    values: dict
    key: str = ""
    version: int | None = None
    for_new: frozenset = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something is not taken, and how to mend it, in the reader's language. row, column: of a Cell, 0 for none."""

    sheet: str
    row: int | str
    column: int
    message: str


@dataclass
class Stated:
    """What a file states, read while it is gone through.

    units: lists of Rows that belong together, in the order of the file: beside organisations, no row of one is named by
    a row of another. problems, notes (sentences), left_out (what the register has no place for -> how often the file
    says it): whole once all the units were taken.
    """

    units: Iterable
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    left_out: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """A field of a noun: the column of the model that it fills.

    kind: text, number, whole, date, choice, flag, code (a row of a code list), record (a row of a large table).
    """

    noun: str
    name: str

    @property
    def model(self):
        return NOUNS[self.noun].model

    @cached_property
    def column(self):
        return self.model._meta.get_field(self.name)

    @cached_property
    def kind(self):
        column = self.column
        if column.is_relation:
            return "code" if issubclass(column.related_model, CodeList) else "record"
        if column.choices:
            return "choice"
        return next(kind for kind, classes in _KINDS.items() if isinstance(column, classes))

    @cached_property
    def is_required(self):
        """Whether the row of a new record has to state it."""
        if self.name in GIVEN:
            return False
        is_asked = FORMS[self.model].base_fields[self.name].required or self.name == NOUNS[self.noun].belongs_to
        return is_asked and not self.column.has_default()

    def put(self, record, value):
        """Give a record this value: as by assignment, in a third of the time where it is a row of another table."""
        column = self.column
        if not column.is_relation:
            setattr(record, self.name, value)
            return
        record.__dict__[column.attname] = None if value is None else value.pk
        column.set_cached_value(record, value)

    @property
    def label(self):
        """The heading in the reader's language."""
        return column_label(self.column)

    @cached_property
    def labels(self):
        """language -> heading."""
        found = {}
        for code in LANGUAGES:
            with override(code):
                found[code] = self.label
        return found

    def is_usual(self, text):
        """Whether a choice that is written like this is what a record has where nothing is said."""
        return self.words.get(text.strip().casefold()) == self.column.default

    @property
    def is_scaled(self):
        """Whether a scale («млн тенге») may apply to it."""
        return isinstance(self.column, models.DecimalField) and self.model is Amount

    def choices(self):
        """The closed list that it is chosen from: (code, label in the reader's language)."""
        return [(code, str(label)) for code, label in self.column.flatchoices if code]

    @cached_property
    def words(self):
        """Labels of the closed list in every language and its codes, in small letters -> code."""
        found = {}
        for code in LANGUAGES:
            with override(code):
                found |= {label.casefold(): value for value, label in self.choices()}
        return found | {str(value).casefold(): value for value, _label in self.choices()}


_KINDS = {
    "flag": models.BooleanField,
    "date": models.DateField,
    "number": models.DecimalField,
    "whole": models.IntegerField,
    "text": (models.CharField, models.TextField),
}


@dataclass(frozen=True)
class Noun:
    """A kind of record that files bring: one sheet of the workbook."""

    name: str
    model: type
    names: tuple

    @property
    def label(self):
        """The name of its sheet in the reader's language."""
        return str(self.model._meta.verbose_name_plural)

    @property
    def form(self):
        return FORMS[self.model]

    @property
    def is_figure(self):
        return issubclass(self.model, Figure)

    @property
    def is_sourced(self):
        """Whether no record is kept without its statement."""
        return any(
            column.related_model is Statement for column in self.model._meta.concrete_fields if column.is_relation
        )

    @cached_property
    def required(self):
        """name -> Field, of what the row of a new record has to state."""
        return {name: item for name, item in FIELDS[self.name].items() if item.is_required}

    @property
    def belongs_to(self):
        """The field that names the project of a record, or None."""
        return "project" if "project" in self.names else None


def _in_languages(name):
    return tuple(f"{name}_{code.replace('-', '_')}" for code in LANGUAGES)


# In the order in which records are written: each points only to those above it, or to rows of its own kind.
NOUNS = {
    noun.name: noun
    for noun in (
        Noun(
            "organisations",
            Organisation,
            (*_in_languages("name"), "kind", "bin", "uscc", "is_investor", "country", "province", "legal_form")
            + ("registered_on", "legal_address", "oked", "website", "aliases")
            + ("other_identifier_scheme", "other_identifier", "parent", "local_entity"),
        ),
        Noun(
            "projects",
            Project,
            ("reference", *_in_languages("name"), "programme", "project_type", "main_sector", "place")
            + ("stage_group", "status", "status_on", "status_reason", "review_on", "planned_start_on", "planned_end_on")
            + ("started_on", "commissioned_on", "announced_on", "department", "contract_type", "contract_number")
            + ("platform_number", "cadastral_number", "latitude", "longitude", "aliases")
            + (*_in_languages("description"), *_in_languages("purpose")),
        ),
        Noun("parties", ProjectParty, ("project", "organisation", "role", "share", "certainty", "statement")),
        Noun(
            "amounts",
            Amount,
            ("project", "kind", "bound", "value", "currency", "as_of", "date_precision", "money_source", "payer")
            + ("is_confidential", "certainty", "statement"),
        ),
        Noun(
            "milestones",
            Milestone,
            ("project", "kind", "planned_on", "planned_precision", "forecast_on", "met_on", "met_precision")
            + (*_in_languages("note"), "certainty", "statement"),
        ),
        Noun(
            "observations",
            Observation,
            ("project", "metric", "status", "bound", "value", "unit", "as_of", "date_precision")
            + ("period_start", "period_end", "cumulative", "certainty", "statement"),
        ),
        Noun(
            "obligations",
            Obligation,
            ("project", "kind", "side", "strength", "basis", "clause", "target", "unit", "frequency")
            + ("start_on", "due_on", "end_on", "responsible", *_in_languages("description"), "certainty", "statement"),
        ),
        Noun("stages", StageChange, ("project", "stage", "effective_on", "date_precision", "reason", "statement")),
    )
}

# noun -> name of a field -> Field
FIELDS = {noun.name: {name: Field(noun.name, name) for name in noun.names} for noun in NOUNS.values()}
