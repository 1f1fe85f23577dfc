"""The register's forms as the admin shows them: the same rules and versions, Django's widgets.

A form of the admin stands on `projects.forms.FORMS`. Its look-ups show the row they hold without asking again, a
conflict names what differs, and in an inline the reason and the confirmation are those of the page.
"""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet, ModelChoiceIterator
from django.utils.translation import gettext as _

from projects.admin.lists import EXACT, fits
from projects.forms import CONTROL_FIELDS, FORMS, RecordForm

VERSION, REASON, CONFIRMED, KEY = "version", "change_reason", "confirm_warnings", "submission_key"
SHOWN = 200  # characters of a value in the message about a conflict


class _Known:
    """Options of a look-up are made from rows that the form's record has already loaded; garbage is none."""

    known = ()

    def optgroups(self, name, value, attrs=None):
        rows = {str(row.pk): row for row in self.known}
        key = self.field.remote_field.model._meta.pk
        chosen = [str(one) for one in value if one not in (None, "") and fits(key, EXACT, str(one))]
        if not all(one in rows for one in chosen):
            return super().optgroups(name, chosen, attrs)
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", False, 0))
        for one in chosen:
            options.append(self.create_option(name, one, str(rows[one]), True, len(options)))
        return [(None, options, 0)]


class LookUp(_Known, AutocompleteSelect):
    pass


class LookUpMany(_Known, AutocompleteSelectMultiple):
    pass


def kept_choices(request):
    """An iterator class for menus: a list of rows is read once a request, however many rows of inlines show it."""
    kept = request.__dict__.setdefault("_kept_choices", {})

    class KeptChoices(ModelChoiceIterator):
        def __iter__(self):
            if self.field.empty_label is not None:
                yield "", self.field.empty_label
            key = str(self.queryset.query)
            if key not in kept:
                kept[key] = list(self.queryset)
            for row in kept[key]:
                yield self.choice(row)

    return KeptChoices


def holds_nul(value):
    """Whether JSON data hold a NUL character, which PostgreSQL does not keep."""
    if isinstance(value, dict):
        return any(holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(holds_nul, value))
    return isinstance(value, str) and "\x00" in value


class Refusing:
    """A form that saves nothing where `refusal` is set (on the class, for one request): the database refused."""

    refusal = ""

    def clean(self):
        data = super().clean()
        if self.refusal:
            raise ValidationError(self.refusal, code="refused")
        return data


class _Shown(Refusing):
    """What the forms of a page and of its inlines share. `acting` is who fills them in, for one request."""

    acting = None
    dropped = ()  # control fields that the page has otherwise

    def __init__(self, *args, **kwargs):
        super().__init__(*args, user=self.acting, **kwargs)
        self.laid_out = {*(self._meta.fields or ()), *CONTROL_FIELDS}
        for name in self.dropped:
            del self.fields[name]
        self._tell_known()

    def add_error(self, field, error):
        """What is wrong with a field that the page does not show is said of the whole record."""
        super().add_error(field if field in self.laid_out else None, error)

    def _tell_known(self):
        loaded = self.instance._state.fields_cache
        prefetched = getattr(self.instance, "_prefetched_objects_cache", {})
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, LookUp) and loaded.get(name):
                widget.known = [loaded[name]]
            elif isinstance(widget, LookUpMany) and name in prefetched:
                widget.known = prefetched[name]

    def clean(self):
        for name, value in list(self.cleaned_data.items()):
            if isinstance(self.fields.get(name), forms.JSONField) and holds_nul(value):
                self.add_error(name, _("Null characters are not allowed."))
        data = super().clean()
        if self.is_stale:
            self.add_error(None, list(self._differences()))
        return data

    def _differences(self):
        """A sentence for each field whose value was typed otherwise than it now is."""
        for name in self.changed_data:
            if name not in CONTROL_FIELDS and name in self.cleaned_data:
                field = self.fields[name]
                yield _("%(field)s: now “%(now)s”, you entered “%(typed)s”.") % {
                    "field": field.label,
                    "now": self._text(field, self.initial.get(name)),
                    "typed": self._text(field, self.cleaned_data[name]),
                }

    @staticmethod
    def _text(field, value):
        if isinstance(value, list | tuple | models.QuerySet):
            return ", ".join(str(one) for one in value)[:SHOWN]
        if isinstance(field, forms.ModelChoiceField):
            if value and not isinstance(value, models.Model):
                value = field.queryset.filter(pk=value).first() or value
        elif isinstance(field, forms.ChoiceField):
            value = dict(field.choices).get(value, value)
        else:
            value = field.prepare_value(value)
        return str(value if value not in (None, "") else "–")[:SHOWN]


class _OnPage(_Shown):
    dropped = (KEY,)


class _InInline(_Shown):
    """A row of an inline: warnings ask for the confirmation and the reason of the whole page."""

    dropped = (KEY, REASON, CONFIRMED)

    def clean(self):
        self.cleaned_data[REASON] = str(self.data.get(REASON, ""))[:500]
        self.cleaned_data[CONFIRMED] = bool(self.data.get(CONFIRMED))
        return super().clean()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # a table names its columns, not the fields in them
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = str(field.label or "")

    def _ask_for_confirmation(self):
        if not (self.cleaned_data[CONFIRMED] and self.cleaned_data[REASON].strip()):
            texts = list(dict.fromkeys(found.text for found in self.warnings))
            ask = _("If this is right, tick the box at the end of the page and give the reason.")
            self.add_error(None, [*texts, ask])


def form_of(model, *, in_inline=False):
    """The form class of a model in the admin: its form of the register, or the plain one of all records."""
    base = FORMS.get(model, RecordForm)
    return type(base)(f"{model.__name__}AdminForm", (_InInline if in_inline else _OnPage, base), {})


class RecordFormSet(BaseInlineFormSet):
    """Rows of an inline. Each belongs to the record shown, so that its text needs no query for it."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = _("Delete")

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        if form.instance.pk:
            setattr(form.instance, self.fk.name, self.instance)
        return form
