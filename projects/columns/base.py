"""What a column is, and the parts that columns of several nouns share."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language
from translated_fields import to_attribute

from projects import figures, wording
from projects.models.base import FALLBACKS
from projects.models.functions import KazakhKey


@dataclass(frozen=True)
class Column:
    """name: as in `columns` and `sort`; cell: function of (row, context) -> safe HTML.

    sort: a field's name, a function of the context that gives an expression, or None.
    """

    name: str
    label: str
    cell: Callable
    sort: object = None
    is_number: bool = False


def name_key(prefix=""):
    """Sort key of a name in the reader's language, or in the next that has one, in the Kazakh alphabet's order."""
    language = get_language() or "en"
    names = [f"{prefix}{to_attribute('name', code)}" for code in (language, *FALLBACKS.get(language, FALLBACKS["en"]))]
    return KazakhKey(Coalesce(*(NullIf(F(name), Value("")) for name in names), output_field=TextField()))


def or_unknown(text):
    return text if text else wording.unknown()


def related(name):
    """Cell: the name of a related row, or unknown."""

    def cell(row, context):
        # What a row points to may not be there yet on the day looked back to: then it is None.
        value = getattr(row, name) if getattr(row, f"{name}_id") else None
        return or_unknown(str(value)) if value else wording.unknown()

    return cell


def dated(name, precision=None):
    """Cell: a date, at the precision that its companion field tells."""

    def cell(row, context):
        value = getattr(row, name)
        return wording.day(value, getattr(row, precision) if precision else "day") if value else wording.unknown()

    return cell


def choice(name, choices):
    """Cell: a state as a pill."""

    def cell(row, context):
        value = getattr(row, name)
        return context.pill(choices, value) if value else wording.unknown()

    return cell


def label(name):
    """Cell: the words of a closed list."""
    return lambda row, context: or_unknown(getattr(row, f"get_{name}_display")())


def figure(row, context):
    """Cell: the row's own figure."""
    return figures.figure(row)


def source(row, context):
    """Cell: the statement behind the row."""
    return figures.statement_link(row.statement)
