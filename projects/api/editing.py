"""Changing records through the forms of the pages: the same rules, warnings and conflicts."""

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied

from projects import actions, permissions
from projects.api.problems import Invalid
from projects.forms import CONTROL_FIELDS
from projects.forms.base import REFUSED_BY_DATABASE
from projects.forms.lookups import LookupField
from projects.models.base import StaleRecord

CONTROLS = ("change_reason", "confirm_warnings")  # a caller may send these beside the fields of the record
NATURAL_KEYS = ("code", "username")


def refuse_unknown(body, known):
    """Raises: Invalid, naming each name in the body that is not known."""
    if unknown := [name for name in body if name not in known]:
        raise Invalid({name: [_("There is no such field here, or it cannot be changed.")] for name in unknown})


def as_text(name, value):
    """A JSON value as a form reads it. Raises: Invalid for lists and objects."""
    if isinstance(value, dict | list):
        raise Invalid({name: [_("Give one value.")]})
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def form_data(form, changes):
    """What a browser would send for `form` (not bound) as it stands, with these fields changed."""
    data = QueryDict(mutable=True)
    for name, field in form.fields.items():
        value = form[name].value()
        if name in changes:
            data[name] = _key(field, as_text(name, changes[name]))
            if isinstance(field, forms.BooleanField) and not data[name]:
                del data[name]
        elif isinstance(value, list | tuple):
            data.setlist(name, [str(item) for item in value])
        elif value is True:
            data[name] = "on"
        elif value is not None and value is not False:
            shown = field.widget.format_value(value)
            data[name] = str((shown[0] if isinstance(shown, list) else shown) or "")
    return data


def _key(field, text):
    """Rows that callers know by code or user name are named to the form by their key."""
    if not isinstance(field, forms.ModelChoiceField) or isinstance(field, LookupField) or not text:
        return text
    names = {column.name: column for column in field.queryset.model._meta.concrete_fields}
    for name in NATURAL_KEYS:
        if name in names and not names[name].primary_key:
            row = field.queryset.filter(**{name: text}).first()
            return str(row.pk) if row else text
    return text


def save(form, *, by, fields):
    """Check and save a bound form as `by`.

    Args:
        fields: name in the form -> name in the API, where they differ.
    Returns: the record. Raises: Invalid, naming each field; PermissionDenied; StaleRecord.
    """
    if form.is_valid():
        try:
            with transaction.atomic():
                return actions.save_record(by=by, form=form, reason=form.cleaned_data.get("change_reason", ""))
        except actions.Refused as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except REFUSED_BY_DATABASE as violation:
            form.add_violation(violation)
    if form.is_stale:
        raise StaleRecord(form.instance)
    raise Invalid({fields.get(name, name): [str(text) for text in texts] for name, texts in form.errors.items()})


def check(allowed, user, record):
    """Raises: PermissionDenied with the sentence that says why."""
    if not allowed:
        raise PermissionDenied(permissions.refusal(user, record))


def fields_of(form):
    """The names that callers may send for a form: its own, without those that guard the pages."""
    return {name for name in form.fields if name not in CONTROL_FIELDS} | set(CONTROLS) & form.fields.keys()


def schema_of(form_class, names):
    """JSON Schema of what callers may send for a form.

    Args:
        names: name in the form -> name in the API, where they differ.
    """
    properties = {}
    for name, field in form_class.base_fields.items():
        if name in CONTROL_FIELDS and name not in CONTROLS:
            continue
        schema = {"type": ["string", "integer", "null"]}
        if isinstance(field, forms.BooleanField):
            schema = {"type": ["boolean", "null"]}
        elif isinstance(field, forms.DateField):
            schema = {"type": ["string", "null"], "format": "date"}
        elif isinstance(field, forms.DecimalField):
            schema = {"type": ["string", "number", "null"]}
        elif isinstance(field, forms.TypedChoiceField):
            schema = {"type": ["string", "null"], "enum": [*(value for value, _l in field.choices if value), None]}
        elif isinstance(field, forms.CharField):
            schema = {"type": ["string", "null"]}
        properties[names.get(name, name)] = schema
    return {"type": "object", "properties": properties, "additionalProperties": False}
