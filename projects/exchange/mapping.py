"""An office's own table into rows of the register: which column fills which field, proposed and then confirmed.

A mapping is kept by the headings of its columns, so that the next table of the same shape needs no questions.
"""

import datetime
import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.exchange.headings import MONEY, NAMED, ROLES, Recognition, targets
from projects.exchange.layout import find_layout, language_of, left_out, text_of
from projects.exchange.phrases import (
    Names,
    date_in,
    first_day,
    is_not_stated,
    read_date,
    read_period,
    read_phrase,
    scale_in,
    tidy,
)
from projects.exchange.rows import LANGUAGES, Cell, Problem, Row
from projects.models import Currency, Metric, Unit
from projects.models.base import EARLIEST, LATEST
from projects.models.choices import DatePrecision, ObservationStatus, OrganisationKind
from projects.models.functions import fold

SAMPLES = 3
SAMPLED = 200  # rows that tell what a column holds
SCALES = (1, 10**3, 10**4, 10**6, 10**8, 10**9)
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


@dataclass(eq=False)
class Column:
    """How one column is read. scale: factor, None where nothing states it; as_of: the day its heading names."""

    place: int
    heading: str
    target: str = "ignore"
    confidence: float = 0.0
    scale: int | None = None
    currency: str = ""
    unit: str = ""
    as_of: datetime.date | None = None
    precision: str = DatePrecision.DAY
    samples: list = field(default_factory=list)


@dataclass
class Mapping:
    """How a sheet is read: its layout, its columns, and what is true of all of it."""

    layout: object
    columns: list
    language: str
    scale: int | None = None
    currency: str = ""
    as_of: datetime.date | None = None

    @property
    def shape(self):
        """SHA-256 of the headings: tables of one shape are read alike."""
        return hashlib.sha256("\n".join(sorted(fold(column.heading) for column in self.columns)).encode()).hexdigest()

    @property
    def money(self):
        return [column for column in self.columns if column.target in MONEY]

    @property
    def figures(self):
        return [
            column for column in self.columns if column.target in MONEY or column.target.startswith("observations.")
        ]

    def of(self, target):
        """The column that fills a target, or None."""
        return next((column for column in self.columns if column.target == target), None)

    def questions(self):
        """What nothing in the table states and somebody has to say: some of "names", "scale", "currency", "as_of"."""
        asked = []
        if not any(column.target in NAMED for column in self.columns):
            asked.append("names")
        if self.scale is None and any(column.scale is None for column in self.money):
            asked.append("scale")
        if not self.currency and not self.of("amounts.currency") and any(not column.currency for column in self.money):
            asked.append("currency")
        if self.as_of is None and not self.of("figures.as_of") and any(not column.as_of for column in self.figures):
            asked.append("as_of")
        return asked

    def as_json(self):
        """What is kept: {"columns": {heading: target, ...}, "scale", "currency"}; not the day, which is another's."""
        columns = {column.heading: column.target for column in self.columns if column.heading}
        return {"columns": columns, "scale": self.scale, "currency": self.currency}

    def take(self, kept):
        """Read the columns as a kept mapping says. Raises: ValidationError where it is none, or names no target."""
        known = targets()
        columns = kept.get("columns") if isinstance(kept, dict) else None
        if not isinstance(columns, dict):
            raise ValidationError(_('A mapping names its columns: {"columns": {"heading": "target"}}.'))
        if unknown := sorted({str(target) for target in columns.values()} - known.keys()):
            text = _("The mapping names fields that are not there: %(names)s.")
            raise ValidationError(text % {"names": ", ".join(unknown[:5])})
        if kept.get("scale") not in (None, *SCALES):
            raise ValidationError(_("The scale is a power of ten: 1, 1000, 10000, 1000000, 100000000 or 1000000000."))
        by_heading = {fold(heading): target for heading, target in columns.items()}
        for column in self.columns:
            if (target := by_heading.get(fold(column.heading))) is not None:
                column.target, column.confidence = target, 1.0
        self.scale = self.scale or kept.get("scale")
        self.currency = self.currency or str(kept.get("currency") or "")[:3]


def read_mapping(text):
    """The kept mapping in a file's text. Raises: ValidationError with a sentence."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValidationError(_("The file of the mapping is no JSON.")) from error


def _currency_names():
    rows = list(Currency.objects.filter(is_active=True))
    names = [(row.code, row.code) for row in rows] + [(row.symbol, row.code) for row in rows]
    for name in ("name_kk", "name_ru", "name_en", "name_zh_hans"):
        names += [(getattr(row, name), row.code) for row in rows]
    names += [(alias, row.code) for row in rows for alias in row.aliases.split("|")]
    return Names(names)


def _unit_names():
    names, rows = [], list(Unit.objects.filter(is_active=True))
    for name in ("code", *(f"{part}_{code.replace('-', '_')}" for part in ("symbol", "name") for code in LANGUAGES)):
        names += [(getattr(row, name), row.code) for row in rows]
    return Names([*names, *UNITS.items()])


# How offices write units beside the symbols of the list.
UNITS = {"тонн": "t", "тонны": "t", "тонн в год": "t/a", "тонн/год": "t/a", "тыс. тонн": "kt", "чел": "{person}"}
UNITS |= {"человек": "{person}", "рабочих мест": "{job}", "раб. мест": "{job}", "мест": "{job}", "единиц": "1"}
UNITS |= {"ед": "1", "штук": "1", "гектар": "ha", "кв. м": "m2", "кв.м": "m2", "м2": "m2", "м3": "m3", "mw": "MW"}


class Reader:
    """Proposes mappings and reads rows with them; what the register says of currencies and units is read once."""

    def __init__(self):
        self.recognition = Recognition()
        self.targets = targets()
        self.currencies, self.units = _currency_names(), _unit_names()
        self.metrics = {metric.pk: metric for metric in Metric.objects.select_related("unit")}

    # ---- The proposal ----

    def propose(self, table, kept=None):
        """How a sheet may be read, or None where it has no row of texts.

        Args: table: of `reading`; kept: function from the shape to a mapping that was kept for it, or None.
        """
        layout = find_layout(table, self.recognition)
        if layout is None:
            return None
        columns = [Column(place, heading) for place, heading in enumerate(_told_apart(layout.headings))]
        mapping = Mapping(layout, columns, language_of([*layout.headings, *layout.titles]))
        titles = " ".join(layout.titles)
        mapping.scale = scale_in(titles)
        mapping.currency = self.currencies.within(titles) or ""
        if dated := date_in(titles):
            mapping.as_of = dated[0]
        for column in columns:
            column.samples = self._samples(table, layout, column.place)
        self._assign(columns, layout.own)
        if kept and (found := kept(mapping.shape)):
            mapping.take(found)
        for column in columns:
            self._read_heading(column)
        return mapping

    @staticmethod
    def _samples(table, layout, place):
        found = []
        for row in range(layout.begins, min(len(table.cells), layout.begins + SAMPLED)):
            if not is_not_stated(value := table.cell(row, place)):
                found.append(text_of(value)[:60])
            if len(found) == SAMPLES:
                break
        return found

    def _assign(self, columns, own):
        """Give each target to the column that is likeliest to mean it; sums of several days may have several."""
        wishes = []
        for column in columns:
            meant = dict(self.recognition.of(column.heading))
            for key, sure in self.recognition.of(own[column.place]):  # below a group's heading, its own says more
                meant[key] = max(meant.get(key, 0), sure)
            wishes += [(-sure, column.place, key) for key, sure in meant.items()]
        taken, done = set(), set()
        for sure, place, key in sorted(wishes):
            column = columns[place]
            day = date_in(column.heading) if self.targets[key].is_figure else None
            if place in done or (key, day) in taken or not column.samples:
                continue
            if not self._may_fill(column, key):
                continue
            column.target, column.confidence = key, round(-sure, 2)
            done.add(place)
            if key != "ignore":
                taken.add((key, day))

    def _may_fill(self, column, key):
        """Headings alone are not believed: a number has digits, and a name has letters."""
        text = "".join(column.samples)
        if self.targets[key].kind == "number":
            return any(map(str.isdigit, text))
        return key not in NAMED - {"projects.reference"} or any(map(str.isalpha, text))

    def _read_heading(self, column):
        if not self.targets[column.target].is_figure:
            return
        column.scale = scale_in(column.heading)
        if dated := date_in(column.heading):
            column.as_of, column.precision = dated
        if column.target in MONEY:
            column.currency = self.currencies.within(column.heading) or ""
            return
        column.unit, column.scale = self._unit_in(column.heading)
        metric = self.metrics.get(column.target.removeprefix("observations."))
        column.unit = column.unit or (metric.unit_id if metric else "")

    def _unit_in(self, heading):
        """Unit and scale behind the comma or in the brackets of a heading: «Площадь, тыс. га» is ha, 1000."""
        for mark in (heading.rpartition(",")[2], *re.findall(r"\(([^()]+)\)", heading)):
            if mark != heading and (unit := self.units.code(mark)):
                return unit, None  # «тыс. тонн» is a unit of its own
            words = [word for word in tidy(mark).split() if not scale_in(word)]
            if mark != heading and (unit := self.units.code(" ".join(words))):
                return unit, scale_in(mark)
        return "", scale_in(heading)

    # ---- Rows ----

    def to_rows(self, table, mapping):
        """The records that a sheet states, as far as they can be read.

        Returns: rows; problems (a file with any is not taken); notes: sentences about what was left out.
        """
        sheet = _Sheet(self, table, mapping)
        for number in range(mapping.layout.begins, len(table.cells)):
            sheet.read(number)
        if sheet.zeros:
            text = _("Amounts of 0 were left out, because they say that there was none: %(count)s.")
            sheet.notes.append(text % {"count": sheet.zeros})
        sheet.problems.sort(key=lambda problem: (problem.row, problem.column))
        return sheet.rows, sheet.problems, sheet.notes


def _told_apart(headings):
    """The same headings, numbered where several are alike."""
    seen, found = defaultdict(int), []
    for heading in headings:
        seen[heading] += 1
        found.append(f"{heading} ({seen[heading]})" if heading and seen[heading] > 1 else heading)
    return found


class _Sheet:
    """The rows of one sheet while they are read."""

    def __init__(self, reader, table, mapping):
        self.reader, self.table, self.mapping = reader, table, mapping
        self.columns = [column for column in mapping.columns if column.target != "ignore"]
        widths = [sum(value is not None for value in row) for row in table.cells[mapping.layout.begins :]]
        self.is_list = 3 * sum(width > 1 for width in widths) < sum(width == 1 for width in widths)  # of bare names
        self.rows, self.problems, self.notes, self.zeros = [], [], [], 0

    def read(self, number):
        """Read one row of the sheet, by its number from 0 within the cells."""
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
        return next(((column, value) for column, value in self.values.items() if column.target == target), (None, None))

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
        is_actual = any(fold(word) in fold(column.heading) for word in ACTUAL)
        return {
            "metric": self._cell(column, column.target.removeprefix("observations.")),
            "status": self._cell(column, str(ObservationStatus.ACTUAL if is_actual else ObservationStatus.PLANNED)),
            "value": self._cell(column, phrase.value * (1 if phrase.is_scaled else column.scale or 1)),
            "unit": self._cell(column, unit),
        }
