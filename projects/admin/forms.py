"""Forms of the admin: each carries the version it read; a look-up shows the row it holds without asking again."""

from django import forms
from django.apps import apps
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

VERSION = "record_version"
SHOWN = 200  # characters of a value in the message about a conflict


class _Known:
    """Options of a look-up are made from rows that the form's record has already loaded."""

    known = ()

    def optgroups(self, name, value, attrs=None):
        rows = {str(row.pk): row for row in self.known}
        chosen = [str(key) for key in value if key not in (None, "")]
        if not all(key in rows for key in chosen):
            return super().optgroups(name, value, attrs)
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", False, 0))
        for key in chosen:
            options.append(self.create_option(name, key, str(rows[key]), True, len(options)))
        return [(None, options, 0)]


class LookUp(_Known, AutocompleteSelect):
    pass


class LookUpMany(_Known, AutocompleteSelectMultiple):
    pass


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


class RecordForm(Refusing, forms.ModelForm):
    """A form that refuses to write over a newer version of its record."""

    record_version = forms.IntegerField(required=False, widget=forms.HiddenInput, label=gettext_lazy("version"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self._is_change():
            self.initial[VERSION] = self.instance.version
        self._tell_known()

    def _is_change(self):
        return not self.instance._state.adding and hasattr(self.instance, "version")

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
        super().clean()
        for name, value in self.cleaned_data.items():
            if isinstance(self.fields[name], forms.JSONField) and holds_nul(value):
                self.add_error(name, _("Null characters are not allowed."))
        if self._is_change() and self.cleaned_data.get(VERSION) != self.instance.version:
            raise ValidationError([self._conflict(), *self._differences()], code="stale")
        return self.cleaned_data

    def _conflict(self):
        by = self.instance.updated_by
        who = by.get_full_name() or by.get_username() if by else _("somebody")
        return _(
            "Nothing was saved: %(who)s changed this record after you opened it. "
            "Open it again and enter your change anew."
        ) % {"who": who}

    def _differences(self):
        """A sentence for each field whose value was typed otherwise than it now is."""
        for name in self.changed_data:
            if name != VERSION and name in self.cleaned_data:
                field = self.fields[name]
                yield _("%(field)s: now “%(now)s”, you entered “%(typed)s”.") % {
                    "field": field.label,
                    "now": self._shown(field, self.initial.get(name)),
                    "typed": self._shown(field, self.cleaned_data[name]),
                }

    @staticmethod
    def _shown(field, value):
        if isinstance(value, (list, tuple, models.QuerySet)):
            return ", ".join(str(one) for one in value)[:SHOWN]
        if isinstance(field, forms.ModelChoiceField) and value and not isinstance(value, models.Model):
            value = field.queryset.filter(pk=value).first() or value
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            value = dict(field.choices).get(value, value)
        return str(value if value not in (None, "") else "–")[:SHOWN]


class RecordFormSet(BaseInlineFormSet):
    """Rows of an inline. Each belongs to the record shown, so that its text needs no query for it."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        if form.instance.pk:
            setattr(form.instance, self.fk.name, self.instance)
        return form


def sentence(error):
    """The sentence for a refusal of the database: that of the constraint that it names, where one has a sentence."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    for model in apps.get_app_config("projects").get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return str(constraint.get_violation_error_message())
    if name.endswith("_no_circle"):
        return _("This would make a circle.")
    return _("Nothing was saved: a rule of the register would be broken, or another record stands on this one.")
