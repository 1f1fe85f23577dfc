"""Two people changed one record: what it was, what it became, what was typed, field by field."""

from dataclasses import dataclass

from django import forms

from projects import history
from projects.forms import CONTROL_FIELDS

CHOICE = "choose-"  # of a field on the page of a conflict: "theirs" or "yours"
EMPTY = (None, "", False, [])


@dataclass
class Difference:
    """A field in which what was typed is not what stands now; the texts are as people read them.

    `choice` is what the page proposes: the side that alone changed, nothing where both did.
    """

    name: str
    label: str
    was: str
    theirs: str
    yours: str
    choice: str


def differences(form, standing, base, user):
    """The fields to choose about.

    Args:
        form: as posted, checked. standing: a form of the record as it is now.
        base: the state (event) that the person started from, or None where it is not known.
    """
    model = form._meta.model
    columns = {column.name: column for column in [*model._meta.concrete_fields, *model._meta.many_to_many]}
    found = []
    for name, field in form.fields.items():
        column = columns.get(name)
        if column is None or name in CONTROL_FIELDS or isinstance(field, forms.FileField):
            continue
        theirs = _key(standing.initial.get(name))
        yours = form[name].data if name in form.errors else _key(form.cleaned_data.get(name))
        was = getattr(base, column.attname, None) if base is not None and not column.many_to_many else None
        if yours != theirs and not (yours in EMPTY and theirs in EMPTY):
            found.append((name, column, was, theirs, yours))
    words = history.words(user, [(column, value) for _name, column, *values in found for value in values])
    for name, column, was, theirs, yours in found:
        choice = "" if column.many_to_many else "theirs" if yours == was else "yours" if theirs == was else ""
        yield Difference(
            name, form.fields[name].label, *(words(column, value) for value in (was, theirs, yours)), choice
        )


def _key(value):
    """A value as the database keeps it: rows as their keys."""
    if hasattr(value, "__iter__") and not isinstance(value, str | dict):
        return sorted((getattr(row, "pk", row) for row in value), key=str)
    return getattr(value, "pk", value)


def with_theirs(data, standing):
    """The posted data, with what stands now in each field for which "theirs" was chosen."""
    names = [name.removeprefix(CHOICE) for name in data if name.startswith(CHOICE) and data[name] == "theirs"]
    data = data.copy()
    for name in names:
        if name in standing.fields and name not in CONTROL_FIELDS:
            _put(data, standing[name])
    return data


def kept(form, chosen):
    """What the page of a conflict sends again as it was typed: (name, value)."""
    left_out = {*CONTROL_FIELDS, "csrfmiddlewaretoken", *(CHOICE + row.name for row in chosen)}
    for name, values in form.data.lists():
        if name not in left_out:
            yield from ((name, value) for value in values)


def _put(data, bound):
    """Write what a form shows of a field into posted data."""
    value = bound.value()
    if isinstance(value, list | tuple):
        data.setlist(bound.html_name, [str(item) for item in value])
    elif value is False:
        data.pop(bound.html_name, None)
    else:
        shown = "on" if value is True else bound.field.widget.format_value(value)
        data[bound.html_name] = str((shown[0] if isinstance(shown, list) else shown) or "")
