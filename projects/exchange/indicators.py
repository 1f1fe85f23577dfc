"""Values of indicators out of files: SDMX-CSV as offices of statistics give it, or a table with the same columns.

A row names an indicator by its code, the period, the value, and perhaps the partner. What cannot be read is told by
its cell, all at once, and then nothing is written. A value that differs from the one on record is written beside it,
with the new source; the earlier one stays.
"""

import calendar
import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import permissions, wording
from projects.actions import Refused
from projects.forms.fields import read_number
from projects.models import Indicator, IndicatorValue, Place
from projects.models.base import EARLIEST, LATEST, NUMBER_LIMIT
from projects.models.choices import DatePrecision, Frequency, StatementKind

ROWS = 5_000
PARTS = {"S": 6, "H": 6, "Q": 3}  # months of the parts of a year
# Column -> headings by which it is known (in small letters): those of SDMX, and of the four languages.
HEADINGS = {
    "indicator": ("indicator", "indicator_code", "code", "код", "коды", "код показателя", "көрсеткіш коды", "代码"),
    "partner": ("counterpart_area", "partner", "партнёр", "партнер", "серіктес", "伙伴"),
    "period": ("time_period", "period", "период", "кезең", "时期"),
    "value": ("obs_value", "value", "значение", "мәні", "мән", "数值"),
    "unit": ("unit_measure", "unit", "единица", "өлшем бірлігі", "单位"),
    "place": ("ref_area", "place", "место", "территория", "орны", "地区"),
}
NEEDED = ("indicator", "period", "value")
_PERIOD = re.compile(r"(?P<year>[0-9]{4})(?:-?(?P<part>[QSH][1-4]|[0-9]{2}))?")
# Frequency -> months of a period, and the precision of its last day.
MONTHS = {
    Frequency.YEARLY: (12, DatePrecision.YEAR),
    Frequency.HALF_YEARLY: (6, DatePrecision.DAY),
    Frequency.QUARTERLY: (3, DatePrecision.QUARTER),
    Frequency.MONTHLY: (1, DatePrecision.MONTH),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: sheet, row and column as the spreadsheet shows them ("B"), and a sentence."""

    sheet: str
    row: int
    column: str
    text: str


@dataclass
class Plan:
    """What a file would write. rows: (indicator, partner, start, end, value, the value on record or None) to add."""

    rows: list = field(default_factory=list)
    unchanged: int = 0
    empty: int = 0
    faults: list = field(default_factory=list)


def letter(number):
    """The letters of a column that counts from 0."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def period_of(text):
    """First and last day of a period written as in SDMX: 2024, 2024-S1, 2024-Q3, 2024-05. Raises: ValueError."""
    found = _PERIOD.fullmatch(text.upper())
    if not found:
        raise ValueError(text)
    year, part = int(found["year"]), found["part"]
    length, number = 12, 1
    if part and part[0] in PARTS:
        length, number = PARTS[part[0]], int(part[1])
    elif part:
        length, number = 1, int(part)
    if not 1 <= number <= 12 // length:
        raise ValueError(text)
    start = datetime.date(year, (number - 1) * length + 1, 1)
    last = number * length
    end = datetime.date(year, last, calendar.monthrange(year, last)[1])
    if not EARLIEST <= start < LATEST:
        raise ValueError(text)
    return start, end, length


class _Reader:
    def __init__(self, user, sheet):
        self.sheet, self.plan, self.seen = sheet, Plan(), set()
        rows = permissions.visible_to(user, Indicator.objects.select_related("unit", "place"))
        self.indicators = {row.code.lower(): row for row in rows}
        self.places = {}
        for place in Place.objects.only("code", "kato", "iso3", "kind"):
            for code in filter(None, (place.code, place.kato, place.iso3)):
                self.places.setdefault(code.lower(), place)

    def fault(self, row, column, text):
        self.plan.faults.append(Fault(self.sheet.name, row, letter(column), text))

    def read(self):
        cells = self.sheet.cells
        known = {heading: name for name, headings in HEADINGS.items() for heading in headings}
        heads = {known.get(text_of(cell).lower()): number for number, cell in reversed(list(enumerate(cells[0])))}
        for name in NEEDED:
            if name not in heads:
                words = {"heading": HEADINGS[name][0].upper()}
                self.fault(self.sheet.first_row, 0, _("No column is headed “%(heading)s”.") % words)
        if len(cells) - 1 > ROWS:
            self.fault(self.sheet.first_row, 0, _("At most %(limit)d rows are read at once.") % {"limit": ROWS})
        if self.plan.faults:
            return self.plan
        for number, row in enumerate(cells[1:], self.sheet.first_row + 1):
            if any(text_of(cell) for cell in row):
                self.row(number, {name: (c, row[c] if c < len(row) else None) for name, c in heads.items() if name})
        self._compare()
        return self.plan

    def row(self, number, cells):
        faults = len(self.plan.faults)
        if not text_of(cells["value"][1]):
            self.plan.empty += 1
            return
        indicator = self._indicator(number, *cells["indicator"])
        period = self._period(number, *cells["period"], indicator)
        value = self._value(number, *cells["value"])
        partner = self._place(number, *cells["partner"]) if "partner" in cells else None
        if indicator and "unit" in cells and text_of(cells["unit"][1]) not in ("", indicator.unit_id):
            words = {"unit": indicator.unit_id}
            self.fault(number, cells["unit"][0], _("This indicator is measured in “%(unit)s”.") % words)
        if indicator and "place" in cells and self._place(number, *cells["place"]) not in (None, indicator.place):
            self.fault(number, cells["place"][0], _("This indicator is of another place."))
        if len(self.plan.faults) > faults:
            return
        key = (indicator.pk, partner and partner.pk, period)
        if key in self.seen:
            self.fault(number, cells["period"][0], _("The file gives the value of this period twice."))
        self.seen.add(key)
        self.plan.rows.append((indicator, partner, *period, value, None))

    def _indicator(self, number, column, cell):
        found = self.indicators.get(text_of(cell).lower())
        if found is None:
            self.fault(number, column, _("No indicator has this code."))
        return found

    def _period(self, number, column, cell, indicator):
        try:
            start, end, length = period_of(text_of(cell))
        except ValueError:
            self.fault(number, column, _("Give a period like 2024, 2024-S1, 2024-Q3 or 2024-05."))
            return None
        if indicator and indicator.frequency in MONTHS and MONTHS[indicator.frequency][0] != length:
            words = {"frequency": indicator.get_frequency_display()}
            self.fault(number, column, _("This indicator is given %(frequency)s.") % words)
        return start, end

    def _value(self, number, column, cell):
        try:
            value = Decimal(str(cell)) if isinstance(cell, (int, float)) else read_number(text_of(cell))[0]
            if not value.is_finite() or abs(value) >= NUMBER_LIMIT:
                raise InvalidOperation
        except (ValidationError, InvalidOperation):
            self.fault(number, column, _("This is not a number that can be kept."))
            return None
        return round(value, 6)

    def _place(self, number, column, cell):
        text = text_of(cell)
        found = self.places.get(text.lower())
        if text and found is None:
            self.fault(number, column, _("No place has this code."))
        return found

    def _compare(self):
        """Tell what is on record already, and what it is where it differs: the newest value of each period."""
        stands = {}
        rows = IndicatorValue.objects.filter(indicator__in={row[0].pk for row in self.plan.rows}).order_by("pk")
        for value in rows:
            stands[value.indicator_id, value.partner_id, value.period_start, value.period_end] = value.value
        planned, self.plan.rows = self.plan.rows, []
        for indicator, partner, start, end, value, _stands in planned:
            before = stands.get((indicator.pk, partner and partner.pk, start, end))
            if before == value:
                self.plan.unchanged += 1
            else:
                self.plan.rows.append((indicator, partner, start, end, value, before))


def text_of(cell):
    """A cell as text; empty where nothing stands in it."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None or isinstance(cell, bool) else str(cell).strip()


def words(indicator, value):
    """A value of an indicator as people write it; empty for None."""
    unit = "" if indicator.is_rank else indicator.unit.symbol or str(indicator.unit)
    return "" if value is None else wording.quantity(value, unit)


def plan(user, sheet):
    """What a sheet (Table of `reading`) would write, with the headings in its first row. Returns: Plan."""
    return _Reader(user, sheet).read()


@transaction.atomic
def write(*, by, planned, source, name, sha256):
    """Write the rows of a Plan without faults, each with one new statement of `source`. Returns: how many.

    Args:
        name, sha256: of the file, which the statement names. Raises: Refused.
    """
    if planned.faults or not planned.rows:
        raise Refused(_("There is nothing to write."))
    if not permissions.may_add(by, IndicatorValue):
        raise Refused(permissions.refusal(by, IndicatorValue()))
    with pghistory.context(user=by.pk, door="import", reason=name):
        words = {"name": name, "sha256": sha256, "count": len(planned.rows)}
        statement = source.add_statement(
            kind=StatementKind.FIGURE,
            locator=name[:200],
            **wording.in_each_language(
                "text", lambda: _("Values from the file %(name)s: %(count)d. SHA-256 %(sha256)s.") % words
            ),
        )
        for indicator, partner, start, end, value, _before in planned.rows:
            IndicatorValue.objects.create(
                indicator=indicator,
                partner=partner,
                period_start=start,
                period_end=end,
                value=value,
                as_of=end,
                date_precision=MONTHS.get(indicator.frequency, (0, DatePrecision.DAY))[1],
                statement=statement,
            )
    return len(planned.rows)
