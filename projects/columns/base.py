"""What a column is, and the parts that columns of several nouns share."""

import functools
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from operator import attrgetter
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects import figures, wording
from projects.columns.values import Field, Made, Once
from projects.models import base
from projects.models.choices import DatePrecision
from tracker.addresses import address


@dataclass
class CellContext:
    """What cells may need: the currency of sums, addresses that keep the day looked back to."""

    currency: str
    rate: str
    suffix: str
    user: object
    day: object = None  # that states were computed for, where the list has some
    known: dict = field(default_factory=lambda: defaultdict(dict))  # by `Once`: the same few stand in thousands

    @functools.cached_property
    def name(self):
        """Function of a record: its name, as the reader's language has it."""
        return base.text_in(get_language(), "name")

    def url(self, record):
        return record.get_absolute_url() + self.suffix

    def investor_url(self, organisation):
        return address("investor-detail", organisation.pk) + self.suffix

    def pill(self, choices, value):
        return pill(str(choices(value).label), choices.colour_of(value))

    def pill_of(self, words, state):
        """A pill with words of its own, in the colour of the state."""
        return pill(words, state.colour_of(state))

    def local(self, moment):
        return timezone.localtime(moment)


@functools.lru_cache(maxsize=256)
def pill(label, colour):
    return render_to_string("components/pill.html", {"label": label, "colour": colour})


def time_suffix(data):
    """The query string of a record's address that keeps the day looked back to in `data` (QueryDict), or nothing."""
    pairs = {name: data[name] for name in ("as_of", "known_at") if data.get(name)}
    return f"?{urlencode(pairs)}" if pairs else ""


class Cell:
    """What stands in a column: `value` as data for files, `html` for pages; both functions of (row, context).

    A value is text, a number, a date, an aware moment, or None where it is unknown; those of `columns.values` are
    quick for many rows. Without `html`, pages show the value as it is, or that it is not stated.
    """

    def __init__(self, value, html=None):
        self.value = value
        self.html = html or (lambda row, context: or_unknown(value(row, context)))

    def __call__(self, row, context):
        return self.html(row, context)


@dataclass(frozen=True)
class Column:
    """name: as in `columns` and `sort`; cell: function of (row, context) -> safe HTML, and `cell.value` for files.

    sort: a field's name, a function of the context that gives an expression, or None.
    beside: columns that files have after this one, and pages do not: what a figure loses when it becomes a number.
    """

    name: str
    label: str
    cell: Cell
    sort: object = None
    is_number: bool = False
    beside: tuple = ()


def name_key(prefix=""):
    """Sort key of a name in the reader's language, or in the next that has one, in the Kazakh alphabet's order."""
    language = get_language()
    return base.name_key(language if language in base.FALLBACKS else "en", prefix)


def or_unknown(text):
    return text if text else wording.unknown()


def text(name):
    """Cell: a text, or unknown."""
    return Cell(Made(lambda context: lambda found: None if found == "" else found, Field(name)))


def related(name):
    """Cell: the name of a related row, or unknown."""

    def value(row, context):
        # What a row points to may not be there yet on the day looked back to: then it is None.
        found = getattr(row, name) if getattr(row, f"{name}_id") else None
        return str(found) if found else None

    return Cell(Once(value, f"{name}_id"))


def linked(address, words=None):
    """Cell: a link; `address` is a function of (row, context), `words` the value (by default the row's own name)."""
    words = words or (lambda row, context: str(row))

    def html(row, context):
        return mark_safe(f'<a href="{escape(address(row, context))}">{conditional_escape(words(row, context))}</a>')

    return Cell(words, html)


def dated(name, precision=None):
    """Cell: a date, at the precision that its companion field tells; in files a date where it is known to the day."""

    def html(row, context):
        day = getattr(row, name)
        return wording.day(day, getattr(row, precision) if precision else "day") if day else wording.unknown()

    def value(row, context):
        day = getattr(row, name)
        is_exact = getattr(row, precision) == DatePrecision.DAY
        return day if is_exact or not day else wording.day(day, getattr(row, precision))

    return Cell(value if precision else Field(name), html)


def moment(name, nothing=None):
    """Cell: the day of a moment; the moment itself in files. `nothing`: what a page shows where there is none."""

    def html(row, context):
        when = getattr(row, name)
        return wording.day(context.local(when).date()) if when else nothing or wording.unknown()

    return Cell(Field(name), html)


def choice(name, choices):
    """Cell: a state as a pill."""
    of = attrgetter(name)
    return Cell(
        Once(lambda row, context: str(choices(of(row)).label) if of(row) else None, name),
        Once(lambda row, context: context.pill(choices, of(row)) if of(row) else wording.unknown(), name),
    )


def label(name):
    """Cell: the words of a closed list."""
    return Cell(Once(lambda row, context: getattr(row, f"get_{name}_display")() or None, name))


def figure(name, *beside):
    """The cell of the row's own figure, and what files have beside it: its unit, and `beside`."""
    cell = Cell(lambda row, context: getattr(row, name), lambda row, context: figures.figure(row))
    return {"cell": cell, "is_number": True, "beside": (unit(lambda row: row.unit), *beside)}


def unit(of):
    """Column for files: the unit that `of` a row gives."""
    return Column("unit", _("Unit"), Cell(lambda row, context: figures.unit_label(of(row)) if of(row) else None))


def exactness(of=lambda row: row):
    """Column for files: how the figure that `of` a row gives is bounded."""
    return Column("bound", _("Exactness"), Cell(lambda row, context: of(row).get_bound_display() if of(row) else None))


# The statement behind a row.
SOURCE = Cell(lambda row, context: row.statement.code, lambda row, context: figures.statement_link(row.statement))
