"""The rows of an office's own table as records: projects, their bodies, stages, amounts and measures, cell by cell."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.exchange.headings import MONEY, ROLES
from projects.exchange.layout import left_out, text_of
from projects.exchange.phrases import first_day, is_not_stated, read_date, read_period, read_phrase
from projects.exchange.rows import Cell, Problem, Row, Stated
from projects.models.base import EARLIEST, LATEST
from projects.models.choices import DatePrecision, ObservationStatus, OrganisationKind
from projects.models.functions import fold

STARTS = ("projects.planned_start_on", "projects.started_on")
ACTUAL = ("факт", "достигнут", "создано", "нақты", "actual", "实际", "已")
KINDS = {  # what a body's name says of it
    OrganisationKind.CONSORTIUM: ("консорциум", "consortium", "联合体"),
    OrganisationKind.STATE_BODY: ("акимат", "әкімдік", "министерств", "министрліг", "управлени", "басқармасы"),
}
LEFT_OUT = {
    "total": gettext_lazy("Row %(row)s is a total and was left out: %(text)s"),
    "section": gettext_lazy("Row %(row)s is the heading of a section and was left out: %(text)s"),
    "note": gettext_lazy("Row %(row)s is a note and was left out: %(text)s"),
}


def to_rows(reader, table, mapping):
    """The records that a sheet states, as far as they can be read.

    Args: reader: of `mapping`, with which the mapping was proposed.
    Returns: what is Stated, a row of the sheet being a unit; a file with problems is not taken.
    """
    sheet = _Sheet(reader, table, mapping)
    return Stated(sheet.units(), sheet.problems, sheet.notes)


class _Sheet:
    """The rows of one sheet while they are read."""

    def __init__(self, reader, table, mapping):
        self.reader, self.table, self.mapping = reader, table, mapping
        self.columns = [column for column in mapping.columns if column.target != "ignore"]
        self.actual = {column for column in self.columns if any(fold(word) in fold(column.heading) for word in ACTUAL)}
        widths = [sum(value is not None for value in row) for row in table.cells[mapping.layout.begins :]]
        self.is_list = 3 * sum(width > 1 for width in widths) < sum(width == 1 for width in widths)  # of bare names
        self.rows, self.problems, self.notes, self.zeros = [], [], [], 0

    def units(self):
        for number in range(self.mapping.layout.begins, len(self.table.cells)):
            self.rows, before = [], len(self.problems)
            self.read(number)
            self.problems[before:] = sorted(self.problems[before:], key=lambda problem: problem.column)
            if self.rows:
                yield self.rows
        if self.zeros:
            text = _("Amounts of 0 were left out, because they say that there was none: %(count)s.")
            self.notes.append(text % {"count": self.zeros})

    def read(self, number):
        """The records of one row of the sheet, by its number from 0 within the cells."""
        cells = self.table.cells[number]
        self.number = number + self.table.first_row
        why = left_out(cells)
        if why and not (self.is_list and why == "section"):
            if why != "empty":
                text = " ".join(filter(None, map(text_of, cells)))[:80]
                self.notes.append(str(LEFT_OUT[why]) % {"row": self.number, "text": text})
            return
        self.values = {
            column: cells[column.place]
            for column in self.columns
            if column.place < len(cells) and not is_not_stated(cells[column.place])
        }
        if not self.values:
            return
        self.stated = {}  # target -> its first column and the value
        for column, value in self.values.items():
            self.stated.setdefault(column.target, (column, value))
        project = Row(self.table.name, self.number, "projects", {})
        self.rows.append(project)
        for column, value in self.values.items():
            if column.target.startswith("projects."):
                self._project(project, column, value)
        for role in ROLES:
            self._party(project, role)
        as_of = self._as_of()
        self._stage(project, as_of)
        for column, value in self.values.items():
            if column.target in MONEY or column.target.startswith("observations."):
                self._figure(project, column, value, as_of)

    def _cell(self, column, value):
        return Cell(self.table.name, self.number, column.place + 1 if column else 0, value)

    def _problem(self, column, invalid):
        place = column.place + 1 if column else 0
        self.problems.append(Problem(self.table.name, self.number, place, " ".join(invalid.messages)))

    def _row(self, noun, **values):
        row = Row(self.table.name, self.number, noun, values)
        self.rows.append(row)
        return row

    def _value_of(self, target):
        """The column that fills a target and its value in this row; (None, None) where it is not stated."""
        return self.stated.get(target, (None, None))

    def _project(self, project, column, value):
        kind, name = self.reader.targets[column.target].kind, column.target.removeprefix("projects.")
        try:
            if kind == "period":
                start, end = read_period(value)
                if start:
                    project.values.setdefault("planned_start_on", self._cell(column, start))
                project.values.setdefault("planned_end_on", self._cell(column, end))
                return
            if kind == "date":
                day, precision = read_date(value)
                value = first_day(day, precision) if column.target in STARTS else day
            elif kind == "number":
                value = read_phrase(value, self.mapping.language).value
        except ValidationError as invalid:
            self._problem(column, invalid)
            return
        project.values[name] = self._cell(column, value)

    def _party(self, project, role):
        column, name = self._value_of(f"{role}.name")
        if column is None:
            return
        values = {f"name_{self.mapping.language.replace('-', '_')}": self._cell(column, name)}
        text = str(name).casefold()
        kind = next((kind for kind, words in KINDS.items() if any(word in text for word in words)), "company")
        values["kind"] = self._cell(column, str(kind))
        if role == "investor":
            values["is_investor"] = self._cell(column, True)
        for field_name in ("bin", "uscc", "country"):
            other, value = self._value_of(f"{role}.{field_name}")
            if other is not None:
                values[field_name] = self._cell(other, value)
        organisation = self._row("organisations", **values)
        organisation.for_new = frozenset({"kind"})  # guessed from its name
        self._row(
            "parties",
            project=self._cell(column, project),
            organisation=self._cell(column, organisation),
            role=self._cell(column, str(ROLES[role])),
        )

    def _as_of(self):
        """The day and precision that this row's figures are true of, or None."""
        column, value = self._value_of("figures.as_of")
        if column is not None:
            try:
                return read_date(value)
            except ValidationError as invalid:
                self._problem(column, invalid)
        return (self.mapping.as_of, DatePrecision.DAY) if self.mapping.as_of else None

    def _stage(self, project, as_of):
        column, value = self._value_of("stages.stage")
        if column is None:
            return
        values = {"project": self._cell(column, project), "stage": self._cell(column, value)}
        if as_of:
            values |= self._dated(column, as_of, "effective_on")
        self._row("stages", **values)

    def _dated(self, column, as_of, name="as_of"):
        day, precision = as_of
        if not EARLIEST <= day < LATEST:
            self._problem(column, ValidationError(_("A date must lie between 1990 and 2099.")))
        return {name: self._cell(column, day), "date_precision": self._cell(column, str(precision))}

    def _figure(self, project, column, value, as_of):
        try:
            phrase = read_phrase(value, self.mapping.language)
            own = self._amount(column, phrase) if column.target in MONEY else self._measure(column, phrase)
        except ValidationError as invalid:
            self._problem(column, invalid)
            return
        if phrase.value == 0 and column.target in MONEY:
            self.zeros += 1  # nothing was promised or paid: no amount to record
            return
        dated = (column.as_of, column.precision) if column.as_of else as_of
        own |= {"bound": self._cell(column, str(phrase.bound)), "project": self._cell(column, project)}
        self._row(
            "amounts" if column.target in MONEY else "observations",
            **own,
            **(self._dated(column, dated) if dated else {}),
        )

    def _amount(self, column, phrase):
        scale = 1 if phrase.is_scaled else column.scale or self.mapping.scale or 1
        other, stated = self._value_of("amounts.currency")
        if phrase.mark:
            currency = self.reader.currencies.code(phrase.mark)
            if currency is None:
                raise ValidationError(_("“%(mark)s” is not a currency of the list.") % {"mark": phrase.mark})
        else:
            currency = stated if other is not None else column.currency or self.mapping.currency
        return {
            "kind": self._cell(column, MONEY[column.target]),
            "value": self._cell(column, phrase.value * scale),
            "currency": self._cell(other or column, currency),
        }

    def _measure(self, column, phrase):
        unit = column.unit
        if phrase.mark:
            unit = self.reader.units.code(phrase.mark)
            if unit is None:
                raise ValidationError(_("“%(mark)s” is not a unit of the list.") % {"mark": phrase.mark})
        status = ObservationStatus.ACTUAL if column in self.actual else ObservationStatus.PLANNED
        return {
            "metric": self._cell(column, column.target.removeprefix("observations.")),
            "status": self._cell(column, str(status)),
            "value": self._cell(column, phrase.value * (1 if phrase.is_scaled else column.scale or 1)),
            "unit": self._cell(column, unit),
        }
