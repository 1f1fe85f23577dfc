"""Choosing one or several of many rows: a text input with a list of the latest ones, resolved by the server.

Works without scripts: what is typed may be the reference, the code, the number, or enough of a name.
"""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from projects.forms.fields import clean_text
from projects.models import Engagement, Lead, Organisation, Project, Statement
from projects.models.engagements import ENGAGEMENT_SEARCH, LEAD_SEARCH
from projects.models.functions import Fold, FoldedText
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.projects import PROJECT_SEARCH
from projects.models.sources import STATEMENT_SEARCH

OFFERED = 200  # rows in the list under the input; the others are found by typing
NAMED = 5  # matches named in the sentence that asks to choose one
LINES = 100  # rows in a field for several
SEPARATOR = " · "

_SEARCH = {
    Engagement: ENGAGEMENT_SEARCH,
    Lead: LEAD_SEARCH,
    Organisation: ORGANISATION_SEARCH,
    Project: PROJECT_SEARCH,
    Statement: STATEMENT_SEARCH,
}
_KEYS = ("reference", "code")


def _names(model):
    return {field.name for field in model._meta.concrete_fields}


def key_field(model):
    """The field by which people name a row: its reference or code, else its number."""
    return next((name for name in _KEYS if name in _names(model)), "pk")


def written(row):
    """A row as the input shows it: its name and the key that finds it again."""
    return f"{clean_text(str(row))[:80]}{SEPARATOR}{getattr(row, key_field(type(row)))}"


def _search(model):
    columns = [
        name for name in _names(model) if name.startswith(("name_", "title_")) or name in ("title", "number", "code")
    ]
    return _SEARCH.get(model._meta.concrete_model) or Fold(
        *(Coalesce(name, Value(""), output_field=TextField()) for name in sorted(columns))
    )


def find(queryset, text):
    """The one row of `queryset` that the text names.

    Raises: ValidationError where none or several match; the sentence says which.
    """
    model, text = queryset.model, clean_text(text).strip()[:300]
    key = key_field(model)
    for candidate in dict.fromkeys([text.rpartition(SEPARATOR)[2].strip(), text]):
        by_key = queryset.none() if key == "pk" else queryset.filter(**{f"{key}__iexact": candidate})
        by_number = queryset.filter(pk=candidate) if re.fullmatch(r"[0-9]{1,18}", candidate) else queryset.none()
        if row := by_key.first() or by_number.first():
            return row
    found = list(queryset.annotate(folded=_search(model)).filter(folded__contains=FoldedText(text))[: NAMED + 1])
    if len(found) == 1:
        return found[0]
    if found:
        raise ValidationError(
            _("Several match: %(names)s. Choose one from the list."),
            code="several",
            params={"names": "; ".join(written(row) for row in found[:NAMED])},
        )
    raise ValidationError(
        _("Nothing is found by “%(text)s”. Choose from the list, or type a reference, a code or part of a name."),
        code="invalid_choice",
        params={"text": text[:80]},
    )


class LookupInput(forms.TextInput):
    """A text input whose `list` attribute names the datalist that the form renders once."""


class LookupField(forms.ModelChoiceField):
    """A row of a large table. With another widget (the admin's) it is an ordinary ModelChoiceField."""

    widget = LookupInput

    def __init__(self, queryset, *, list_name="", **kwargs):
        super().__init__(queryset, **kwargs)
        self.list_name = list_name or f"list-{queryset.model._meta.model_name}"

    @property
    def is_typed(self):
        return isinstance(self.widget, LookupInput | forms.Textarea)

    def widget_attrs(self, widget):
        if isinstance(widget, LookupInput):
            return {"autocomplete": "off", "placeholder": _("Type a name or choose from the list")}
        return {}

    def offered(self):
        """What the list under the input shows: the latest rows."""
        return [written(row) for row in self.queryset.order_by("-pk")[:OFFERED]]

    def _row(self, value):
        if value is None or isinstance(value, self.queryset.model):
            return value
        return self.queryset.filter(pk=value).first()

    def prepare_value(self, value):
        if not self.is_typed or isinstance(value, str):
            return super().prepare_value(value)
        row = self._row(value)
        return written(row) if row is not None else ""

    def to_python(self, value):
        if not self.is_typed or value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        if "\x00" in value:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": ""})
        return find(self.queryset, value)

    def has_changed(self, initial, data):
        if not self.is_typed:
            return super().has_changed(initial, data)
        try:
            row = self.to_python(data)
        except ValidationError:
            return True
        return getattr(initial, "pk", initial) != (row.pk if row else None)


class LinesField(forms.ModelMultipleChoiceField):
    """Several rows of a large table, one a line. With another widget it is an ordinary multiple choice."""

    widget = forms.Textarea(attrs={"rows": 3})

    @property
    def is_typed(self):
        return isinstance(self.widget, forms.Textarea)

    def prepare_value(self, value):
        if not self.is_typed or isinstance(value, str) or value is None:
            return super().prepare_value(value)
        rows = [row for row in value if not isinstance(row, int | str)]
        rows += self.queryset.filter(pk__in=[row for row in value if isinstance(row, int | str)])
        return "\n".join(written(row) for row in rows)

    def clean(self, value):
        if not self.is_typed or not isinstance(value, str):
            return super().clean(value)
        lines = [line for line in value.splitlines() if line.strip()]
        if "\x00" in value or len(lines) > LINES:
            raise ValidationError(
                _("Give at most %(count)s lines, each with a reference, a code or a name."), params={"count": LINES}
            )
        if self.required and not lines:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.queryset.filter(pk__in=[find(self.queryset, line).pk for line in lines])

    def has_changed(self, initial, data):
        if not self.is_typed:
            return super().has_changed(initial, data)
        try:
            chosen = set(self.clean(data or "").values_list("pk", flat=True))
        except ValidationError:
            return True
        return chosen != {getattr(row, "pk", row) for row in initial or []}
