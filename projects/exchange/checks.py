"""A record as a file would make it, asked by the rules of its form and the constraints of its table.

The rules are the form's own functions: they ask a Draft what they would ask the form. Forms themselves cost several
queries and a copy of all their fields for each record; for thousands of records that is minutes.
"""

import functools
import operator
import re
from itertools import chain

from django.db.models import CheckConstraint, F, Q

from projects.forms.organisations import similar_name
from projects.forms.rules import dates_in_order, not_in_the_future, warning

# Looked for by the import itself, for all its organisations, with a choice for each (changes.py).
LEFT_OUT = {similar_name}


class Draft:
    """Answers the rules of a form about a record that was read from a file.

    Args:
        form: a form of the noun, not bound; its fields and rules are used. record: with what the file states.
        changed: names of the fields that the file sets or changes. reason: why, as the person says.
    """

    def __init__(self, form, record, *, is_new, changed, reason=""):
        self.instance, self.is_new, self.changed_data, self.reason = record, is_new, changed, reason
        self.fields, self.date_orders, self.past_dates = form.fields, form.date_orders, form.past_dates
        self.rules = form.rules
        self.errors = {}

    @property
    def cleaned_data(self):
        return self

    def value(self, name):
        """What the record will hold; None for a row that is not in the register yet, and for what only pages ask."""
        field = _columns(type(self.instance)).get(name)
        if field is None:
            return None
        if field.is_relation:
            row = getattr(self.instance, name) if is_filled(self.instance, field) else None
            return row if row is not None and row.pk is not None else None
        return getattr(self.instance, name)

    def get(self, name, default=None):
        """As `cleaned_data` is asked."""
        return self.reason if name == "change_reason" else self.value(name) or default

    def is_changed(self, *names):
        return self.is_new or any(name in self.changed_data for name in names)

    def needs_reason(self, text):
        """A file gives one reason for all that it changes: until it does, this is a warning."""
        return [] if self.reason.strip() else [warning(text)]

    def findings(self):
        """What the rules of the form find: errors and warnings."""
        rules = (rule for rule in (dates_in_order, not_in_the_future, *self.rules) if rule not in LEFT_OUT)
        return list(chain.from_iterable(rule(self) for rule in rules))


@functools.cache
def _columns(model):
    return {field.name: field for field in model._meta.concrete_fields}


def is_filled(record, field):
    """Whether a foreign key names a row, in the register or not saved yet."""
    return getattr(record, field.attname) is not None or record._state.fields_cache.get(field.name) is not None


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
    for constraint in record._meta.constraints:
        if isinstance(constraint, CheckConstraint) and truth(constraint.condition, record) is False:
            yield names_in(constraint.condition), str(constraint.get_violation_error_message())


def names_in(condition):
    """The fields that a condition speaks of, in its order."""
    found = []
    for child in condition.children if isinstance(condition, Q) else ():
        found += [child[0].partition("__")[0]] if isinstance(child, tuple) else names_in(child)
    return list(dict.fromkeys(found))


def truth(condition, record):
    """True, False, or None where it is unknown, as SQL has it; a CHECK refuses only what is False."""
    if not isinstance(condition, Q):
        return None
    found = [
        _compared(*child, record) if isinstance(child, tuple) else truth(child, record) for child in condition.children
    ]
    decides = condition.connector == Q.OR  # one True is enough for OR, one False for AND
    if decides in found:
        result = decides
    else:
        result = None if None in found else not decides
    return result if result is None or not condition.negated else not result


def _compared(path, expected, record):
    name, _mark, lookup = path.partition("__")
    value = _value(record, name)
    if lookup == "isnull":
        return (value is None) is expected
    if isinstance(expected, F):
        expected = _value(record, expected.name)
    elif hasattr(expected, "pk"):
        expected = expected.pk
    if value is None or expected is None:
        return None
    return COMPARISONS[lookup or "exact"](value, expected)


def _value(record, name):
    field = record._meta.get_field(name)
    if not field.is_relation:
        return getattr(record, field.attname)
    key = getattr(record, field.attname)
    return key if key is not None else record._state.fields_cache.get(name)
