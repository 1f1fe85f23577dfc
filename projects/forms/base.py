"""What every form of the register does: version, key against double posts, errors, warnings with a reason.

Rules of data quality are functions `rule(form)` that yield findings: errors refuse, warnings are shown and saved
only when the person says that they are right and gives the reason, which goes to the history.
Pages, the admin, imports and the API use the same forms.
"""

import re
import uuid

from django import forms
from django.apps import apps
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import DataError, IntegrityError, InternalError, models
from django.forms.models import ModelFormMetaclass
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from projects import permissions
from projects.forms.around import Around
from projects.forms.fields import DateField, NumberField, TextField, WholeNumberField
from projects.forms.lookups import LinesField, LookupField
from projects.forms.rules import dates_in_order, error, not_in_the_future
from projects.history import LANGUAGES, column_label
from projects.models import (
    Agreement,
    Document,
    Engagement,
    Milestone,
    Organisation,
    Person,
    Project,
    Shipment,
    Source,
    Statement,
)
from projects.models.base import FALLBACKS

# The fields that are not of the row: those who build a form of their own (the admin) show them too.
CONTROL_FIELDS = ("version", "submission_key", "change_reason", "confirm_warnings")
NAME_LENGTH = 200
REFUSED_BY_DATABASE = (IntegrityError, DataError, InternalError)  # see sentence_of

_FIELD_CLASSES = {
    models.CharField: TextField,
    models.TextField: TextField,
    models.DecimalField: NumberField,
    models.DateField: DateField,
    models.IntegerField: WholeNumberField,
    models.PositiveIntegerField: WholeNumberField,
    models.PositiveSmallIntegerField: WholeNumberField,
    models.ManyToManyField: LinesField,
}
# Tables that grow: chosen by typing, not from a list of everything.
_LARGE = {Agreement, Document, Engagement, Milestone, Organisation, Person, Project, Shipment, Source, Statement}


def _field_class(field):
    if field.choices is not None:
        return None
    if field.is_relation:
        large = field.related_model in _LARGE
        return (LinesField if field.many_to_many else LookupField) if large else None
    return _FIELD_CLASSES.get(type(field))


class RecordFormMetaclass(ModelFormMetaclass):
    """Reads each column with the fields of this package, also where the admin derives its own form class."""

    def __new__(mcs, name, bases, attrs):
        meta = attrs.get("Meta")
        if model := getattr(meta, "model", None):
            own = {
                field.name: field_class
                for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
                if (field_class := _field_class(field))
            }
            attrs["Meta"] = type("Meta", (meta,), {"field_classes": own | (getattr(meta, "field_classes", None) or {})})
        return super().__new__(mcs, name, bases, attrs)


class RecordForm(forms.ModelForm, metaclass=RecordFormMetaclass):
    """A form of one row.

    Args (beside those of ModelForm):
        user: who fills it in; choices shrink to what that person may see. None: nobody in particular (imports).
        fixed: field -> row, for what the page has settled (the project of an amount): not asked, not changed.
    """

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        error_messages={
            "invalid": gettext_lazy("The version of this form cannot be read. Reload the page."),
            "min_value": gettext_lazy("The version of this form cannot be read. Reload the page."),
            "max_value": gettext_lazy("The version of this form cannot be read. Reload the page."),
        },
    )
    submission_key = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=100, initial=lambda: str(uuid.uuid4())
    )
    change_reason = TextField(
        label=gettext_lazy("Reason for the change"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Kept in the history beside your name."),
    )
    confirm_warnings = forms.BooleanField(label=gettext_lazy("I have checked this, it is right"), required=False)

    fieldsets = ()  # (title, names); a name of four columns stands for all of them
    rules = ()  # functions (form) -> findings
    subjects = ()  # foreign keys of which exactly one says what the row belongs to
    reserved = ()  # fields that only administrators fill in
    limits = {}  # foreign key -> Q: which rows may be chosen
    date_orders = ()  # (start, end), rule 7
    past_dates = ()  # dates of what has happened, rule 8
    from_address = ()  # fields of a new row that a link may fill in beforehand, by its query string
    around = Around()

    def __init__(self, *args, user=None, fixed=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.fixed = user, dict(fixed or {})
        self.is_new = self.instance._state.adding
        self.is_stale = False
        self.warnings = []
        self.notes = []  # how what was typed has been read
        for name, row in self.fixed.items():
            setattr(self.instance, name, row)
        self._settled = set(self.fixed)
        if self._settled & set(self.subjects):
            self._settled |= set(self.subjects)
        hidden = set(self._settled)
        is_offered = user is None or permissions.is_administrator(user)
        if not is_offered or self._lacks(self.reserved):
            hidden |= set(self.reserved)
        for name in hidden & self.fields.keys():
            del self.fields[name]
        if not self.is_new and "version" in self.fields:
            self.initial["version"] = self.instance.version
        self.order_fields([name for _title, names in self.expanded_fieldsets() for name in names])
        self._dress_fields()

    def _lacks(self, names):
        """Whether what was posted comes from a form without these fields: then they are left as they are."""
        return self.is_bound and not self.is_new and not any(self.add_prefix(name) in self.data for name in names)

    def _dress_fields(self):
        for name, field in self.fields.items():
            if name in self.limits:
                field.queryset = field.queryset.filter(self.limits[name])
            if isinstance(field, forms.ModelChoiceField) and self.user is not None:
                field.queryset = permissions.visible_to(self.user, field.queryset)
            column = self._column(name)
            language = getattr(column, "_translated_field_language_code", None)
            if language:
                field.label = column_label(column)
                field.widget.attrs["lang"] = language
                if name.startswith("name_"):
                    self._limit_length(field, NAME_LENGTH)

    @staticmethod
    def _limit_length(field, length):
        field.max_length = length
        field.widget.attrs["maxlength"] = str(length)
        field.validators = [v for v in field.validators if not isinstance(v, MaxLengthValidator)]
        field.validators.append(MaxLengthValidator(length))

    def _column(self, name):
        return next((field for field in self._meta.model._meta.concrete_fields if field.name == name), None)

    # ---- Reading -----------------------------------------------------------------------------

    def value(self, name):
        """What the row will hold: what was typed, else what stands there; None where it cannot be read."""
        if name in self.fields:
            return self.cleaned_data.get(name)
        field = self._meta.model._meta.get_field(name)
        if field.is_relation and getattr(self.instance, field.attname) is None:
            return None
        return getattr(self.instance, name)

    def is_changed(self, *names):
        """Whether this form sets or changes one of these."""
        return self.is_new or any(name in self.changed_data for name in names)

    # ---- Checking ----------------------------------------------------------------------------

    def clean(self):
        super().clean()
        self._check_version()
        findings = [found for rule in (dates_in_order, not_in_the_future, *self.rules) for found in rule(self)]
        for found in findings:
            if found.is_error:
                self.add_error(found.field if found.field in self.fields else None, found.text)
        self.warnings = [found for found in findings if not found.is_error]
        if self.warnings and not self.errors:
            self._ask_for_confirmation()
        return self.cleaned_data

    def _check_version(self):
        if self.is_new or "version" in self.errors or "version" not in self.fields:
            return
        version = self.cleaned_data.get("version")
        if version is None:
            self.add_error(None, _("The form has lost the version that it was opened with. Reload the page."))
        elif version != self.instance.version:
            self.is_stale = True
            self.add_error(
                None, _("Somebody changed this record while you were editing it. Compare both versions below.")
            )

    def _ask_for_confirmation(self):
        reason = self.cleaned_data.get("change_reason", "").strip()
        if not self.cleaned_data.get("confirm_warnings"):
            texts = list(dict.fromkeys(found.text for found in self.warnings))
            self.add_error("confirm_warnings", [*texts, _("If this is right, tick the box and give the reason.")])
        elif not reason:
            self.add_error("change_reason", _("Say why this is right."))

    def needs_reason(self, text):
        """A finding that refuses until a reason for the change is given, else nothing."""
        return [] if self.cleaned_data.get("change_reason", "").strip() else [error(text, "change_reason")]

    def _get_validation_exclusions(self):
        """Constraints are also checked over what the page has settled."""
        return super()._get_validation_exclusions() - self._settled

    def add_violation(self, violation):
        """Turn an IntegrityError or DataError of the database, met while saving, into a sentence of this form."""
        field, text = sentence_of(violation, self._meta.model)
        self.add_error(field if field in self.fields else None, text)

    def forget(self):
        """Take back what saving left outside the database, where the transaction was not kept."""

    # ---- Showing -----------------------------------------------------------------------------

    @classmethod
    def expanded_fieldsets(cls):
        """The fieldsets with the four columns of each translated name, for those who lay the form out themselves."""
        names = cls.base_fields.keys()
        return [
            (title, [name for entry in entries for name in _columns(entry, names)]) for title, entries in cls.fieldsets
        ]

    def sections(self):
        """What a page renders: (title, rows); a row is a field, or the translations of one, reader's language first."""
        shown = set(CONTROL_FIELDS)
        for title, entries in self.fieldsets:
            rows = []
            for entry in entries:
                names = _columns(entry, self.fields.keys())
                shown |= set(names)
                rows += self._rows(entry, names)
            if rows:
                yield title, rows
        left = [name for name in self.fields if name not in shown and not self[name].is_hidden]
        if left:
            yield (
                (_("Further data") if self.fieldsets else ""),
                [row for entry, names in _grouped(left, self._meta.model) for row in self._rows(entry, names)],
            )

    def _rows(self, entry, names):
        if len(names) < 2:
            return [{"field": self[name]} for name in names]
        reader = get_language() or settings.LANGUAGE_CODE
        order = [reader, *FALLBACKS.get(reader, FALLBACKS["en"])]
        codes = {self._column(name)._translated_field_language_code: name for name in names}
        fallback = LANGUAGES[FALLBACKS.get(reader, FALLBACKS["en"])[0]]
        return [
            {
                "label": capfirst(self._column(names[0]).verbose_name),
                "hint": _("Where your language is empty, readers see %(language)s.") % {"language": fallback},
                "fields": [self[codes[code]] for code in order if code in codes],
            }
        ]

    def lists(self):
        """The lists under the inputs of large tables: name -> rows as written; each is rendered once."""
        found = {}
        for field in self.fields.values():
            if isinstance(field, LookupField) and field.is_typed:
                field.widget.attrs["list"] = field.list_name
                if field.list_name not in found:
                    found[field.list_name] = field.offered()
        return found

    @property
    def has_files(self):
        return self.is_multipart()


def _columns(entry, names):
    if entry in names:
        return [entry]
    suffixes = [code.replace("-", "_") for code, _label in settings.LANGUAGES]
    return [f"{entry}_{suffix}" for suffix in suffixes if f"{entry}_{suffix}" in names]


def _grouped(names, model):
    """Names in their order, the columns of one translated text together: (entry, names)."""
    columns = {field.name: field for field in model._meta.concrete_fields}
    groups = {}
    for name in names:
        language = getattr(columns.get(name), "_translated_field_language_code", None)
        entry = name.removesuffix("_" + language.replace("-", "_")) if language else name
        groups.setdefault(entry, []).append(name)
    return groups.items()


# ---- What the database refuses ---------------------------------------------------------------


def sentence_of(violation, model):
    """The field (or None) and the sentence for a constraint that the database refused at the last moment.

    Takes: one of REFUSED_BY_DATABASE. Forms check the same before: this is for what two people do at once.
    """
    diagnosis = getattr(violation.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    tables = apps.get_app_config("projects").get_models()
    for constraint in (constraint for table in tables for constraint in table._meta.constraints):
        if constraint.name == name:
            fields = getattr(constraint, "fields", ())
            return (fields[0] if len(fields) == 1 else None), str(constraint.get_violation_error_message())
    if name.endswith("_no_circle"):
        return None, _("This would make a circle.")
    if name == "update_period_is_open":
        return "period", _("This reporting period is closed, and its report is frozen.")
    if "_fk_" in name:
        return None, _("A record chosen here was removed meanwhile. Choose another one.")
    for field in model._meta.concrete_fields:
        if field.unique and re.match(rf"{model._meta.db_table[:30]}.*_{field.column[:10]}", name):
            return field.name, _("This value is already used by another record.")
    return None, _("The register does not accept these values. Check them and try again.")


def text_of(refusal, model):
    """The sentence of what an action (actions.Refused) or the database refused."""
    return sentence_of(refusal, model)[1] if isinstance(refusal, REFUSED_BY_DATABASE) else str(refusal)
