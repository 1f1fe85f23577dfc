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

from projects.exchange.headings import MONEY, NAMED, Recognition, targets
from projects.exchange.layout import find_layout, language_of, text_of
from projects.exchange.phrases import Names, date_in, is_not_stated, scale_in, tidy
from projects.exchange.rows import LANGUAGES
from projects.models import Currency, Metric, Unit
from projects.models.choices import DatePrecision
from projects.models.functions import fold

SAMPLES = 3
SAMPLED = 200  # rows that tell what a column holds
TWO_YEARS = re.compile(r"(?:19|20)[0-9]{2}.+(?:19|20)[0-9]{2}")
SCALES = (1, 10**3, 10**4, 10**6, 10**8, 10**9)


@dataclass(eq=False)
class Column:
    """How one column is read. scale: factor, None where nothing states it; as_of: the day its heading names."""

    place: int
    heading: str
    target: str = "ignore"
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
        if self.scale is None and any(column.scale is None and not column.currency for column in self.money):
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
                column.target = target
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
        self.read_headings(mapping)
        return mapping

    def read_headings(self, mapping):
        """Take scale, currency, unit and day of each column from its heading, as its target asks for them."""
        for column in mapping.columns:
            column.scale, column.currency, column.unit, column.as_of = None, "", "", None
            self._read_heading(column)

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
        for _sure, place, key in sorted(wishes):
            column = columns[place]
            day = date_in(column.heading) if self.targets[key].is_figure else None
            if place in done or (key, day) in taken or not column.samples:
                continue
            if not self._may_fill(column, key):
                continue
            if key == "projects.planned_end_on" and any(map(TWO_YEARS.search, column.samples)):
                key = "projects.period"
            column.target = key
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


def _told_apart(headings):
    """The same headings, numbered where several are alike."""
    seen, found = defaultdict(int), []
    for heading in headings:
        seen[heading] += 1
        found.append(f"{heading} ({seen[heading]})" if heading and seen[heading] > 1 else heading)
    return found
