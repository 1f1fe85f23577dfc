"""A record as a file would make it, asked by the rules of its form and the constraints of its table.

The rules are the form's own functions: they ask a Draft what they would ask the form. Forms themselves cost several
queries and a copy of all their fields for each record; for thousands of records that is minutes.
"""

import functools
import operator
import re
from itertools import chain

from django.db.models import CheckConstraint, F, Q

from projects.exchange.values import is_empty
from projects.forms.organisations import similar_name
from projects.forms.rules import dates_in_order, not_in_the_future, warning

# Looked for by the import itself, for all its organisations, with a choice for each (changes.py).
LEFT_OUT = {similar_name}


class Draft:
    """Answers the rules of a form about a record that was read from a file.

    Args:
        form: a form of the noun, not bound; its fields and rules are used. record: with what the file states.
        changed: names of the fields that the file sets or changes. around: see `forms.around`. reason: why, as the
        person says.
    """

    def __init__(self, form, record, *, is_new, changed, around, reason=""):
        self.instance, self.is_new, self.changed_data, self.reason = record, is_new, changed, reason
        self.values, self.related = record.__dict__, record._state.fields_cache
        self.around = around
        self.fields, self.date_orders, self.past_dates = form.fields, form.date_orders, form.past_dates
        self.rules = form.rules
        self.columns = _columns(type(record))
        self.errors = {}

    @property
    def cleaned_data(self):
        return self

    def value(self, name):
        """What the record will hold, also a row that is not in the register yet; None for what only pages ask."""
        is_related = self.columns.get(name)
        if not is_related:
            return None if is_related is None else self.values[name]
        if (row := self.related.get(name)) is not None:
            return row
        return getattr(self.instance, name) if self.values[f"{name}_id"] is not None else None

    def get(self, name, default=None):
        """As `cleaned_data` is asked."""
        return self.reason if name == "change_reason" else self.value(name) or default

    def has_error(self, name, code):
        """As of Django's forms; in a file "required" is a cell that is empty or not there, others cannot be read."""
        if name not in self.errors:
            return False
        cell, _text = self.errors[name]
        return (code == "required") == (cell is None or is_empty(cell.value))

    def is_changed(self, *names):
        return self.is_new or any(name in self.changed_data for name in names)

    def needs_reason(self, text):
        """A file gives one reason for all that it changes: until it does, this is a warning."""
        return [] if self.reason.strip() else [warning(text)]

    def findings(self):
        """What the rules of the form find: errors and warnings."""
        return list(chain.from_iterable([rule(self) for rule in _asked(self.rules)]))


@functools.cache
def _asked(rules):
    return [rule for rule in (dates_in_order, not_in_the_future, *rules) if rule not in LEFT_OUT]


@functools.cache
def _columns(model):
    """name of a field -> whether it names a row of a table."""
    return {field.name: field.is_relation for field in model._meta.concrete_fields}


# ---- Constraints -----------------------------------------------------------------------------

COMPARISONS = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, values: value in values,
    "regex": lambda value, pattern: re.search(pattern, value) is not None,
}


def broken(record):
    """The CHECK constraints of the table that a record would break: (names of the fields, sentence).

    The same conditions as in the database, looked at here so that thousands of rows need no query; what calls a
    function of the database (a valid BIN) is a rule of the form, and counts as kept.
    """
    for holds, names, constraint in _conditions(type(record)):
        if holds(record) is False:
            yield names, str(constraint.get_violation_error_message())


@functools.cache
def _conditions(model):
    checks = [constraint for constraint in model._meta.constraints if isinstance(constraint, CheckConstraint)]
    return [(truth(check.condition, model), names_in(check.condition), check) for check in checks]


def names_in(condition):
    """The fields that a condition speaks of, in its order."""
    found = []
    for child in condition.children if isinstance(condition, Q) else ():
        if isinstance(child, tuple):
            found += [child[0].partition("__")[0], *([child[1].name] if isinstance(child[1], F) else [])]
        else:
            found += names_in(child)
    return list(dict.fromkeys(found))


def truth(condition, model):
    """A condition as a function (record) -> True, False, or None where it is unknown, as SQL has it.

    A CHECK refuses only what is False.
    """
    if not isinstance(condition, Q):
        return lambda record: None
    parts = [
        _compared(*child, model) if isinstance(child, tuple) else truth(child, model) for child in condition.children
    ]
    decides = condition.connector == Q.OR  # one True is enough for OR, one False for AND

    def holds(record):
        result = not decides
        for part in parts:
            found = part(record)
            if found is decides:
                result = decides
                break
            if found is None:
                result = None
        return result if result is None or not condition.negated else not result

    return holds


def _compared(path, expected, model):
    name, _mark, lookup = path.partition("__")
    read = _reader(model._meta.get_field(name))
    if lookup == "isnull":
        return lambda record: (read(record) is None) is expected
    compare = COMPARISONS[lookup or "exact"]
    if isinstance(expected, F):
        other = _reader(model._meta.get_field(expected.name))
    else:
        constant = expected.pk if hasattr(expected, "pk") else expected
        other = lambda record: constant  # noqa: E731 -- the other branch of the same

    def holds(record):
        value, against = read(record), other(record)
        return None if value is None or against is None else compare(value, against)

    return holds


def _reader(field):
    """A function (record) -> the value of a field; of a foreign key the key, or the row that has none yet."""
    name = field.attname
    if not field.is_relation:
        return operator.attrgetter(name)

    def read(record):
        key = getattr(record, name)
        return key if key is not None else record._state.fields_cache.get(field.name)

    return read
