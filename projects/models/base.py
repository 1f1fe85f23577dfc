"""What every row of the register has: four-language names, a version, a history, a source.

The guarantees are kept by the database (triggers and constraints), so that forms, the admin,
the API, imports and SQL typed by hand all give the same: a version that grows by one with
each change, the person who made it, and a copy of each state in the event table.
"""

import datetime
from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField, to_attribute

from projects.models.choices import Bound, Certainty, DatePrecision
from projects.models.functions import KazakhKey

# Where a text is missing in the reader's language, the next of these that has one is shown.
FALLBACKS = {
    "kk": ("ru", "en", "zh-hans"),
    "ru": ("kk", "en", "zh-hans"),
    "en": ("ru", "kk", "zh-hans"),
    "zh-hans": ("en", "ru", "kk"),
}

# numeric 'NaN' is greater than every number in PostgreSQL: an upper limit also keeps it out.
NUMBER_LIMIT = Decimal("1e17")
EARLIEST, LATEST = datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)


class StaleRecord(Exception):
    """The row was changed by somebody else after it was read: nothing was written."""

    def __init__(self, instance):
        self.instance = instance
        super().__init__(f"{instance._meta.label} {instance.pk} is not at version {instance.version}")


def columns_in(language, name):
    """The columns of a translated text, in the order in which a reader of the language is given them."""
    language = language if language in FALLBACKS else "en"
    return [to_attribute(name, code) for code in (language, *FALLBACKS[language])]


def text_in(language, name):
    """Function of a row: its translated text `name` in a language, or in the next that has one."""
    columns = columns_in(language, name)

    def get(instance):
        for column in columns:
            if text := getattr(instance, column, ""):
                return text
        return ""

    return get


def _fallback_getter(name, field):
    getters = {language: text_in(language, name) for language in FALLBACKS}
    return lambda instance: getters.get(get_language(), getters["en"])(instance)


def translated(field):
    """Four columns (kk, ru, en, zh_hans) for `field`; reading it gives the reader's language or a fallback."""
    return TranslatedField(field, attrgetter=_fallback_getter)


def translated_name(**kwargs):
    return translated(models.CharField(_("name"), max_length=300, blank=True, **kwargs))


def translated_text(verbose_name, **kwargs):
    return translated(models.TextField(verbose_name, blank=True, **kwargs))


def name_key(language, prefix=""):
    """Sort key of a name in a language, or in the next that has one, in the Kazakh alphabet's order."""
    names = [f"{prefix}{to_attribute('name', code)}" for code in (language, *FALLBACKS[language])]
    return KazakhKey(Coalesce(*(NullIf(F(name), Value("")) for name in names), output_field=TextField()))


def has_name(model):
    """CHECK: a name in at least one language."""
    filled = Q()
    for code, _label in settings.LANGUAGES:
        filled |= ~Q(**{to_attribute("name", code): ""})
    return models.CheckConstraint(
        condition=filled,
        name=f"{model}_has_a_name",
        violation_error_message=_("Give the name in at least one language."),
    )


def dates_in_range(model, *fields):
    """CHECK: dates between 1990 and 2100, which also keeps 'infinity' out."""
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": EARLIEST, f"{field}__lt": LATEST})
    return models.CheckConstraint(
        condition=condition,
        name=f"{model}_dates_in_range",
        violation_error_message=_("A date must lie between 1990 and 2099."),
    )


def in_order(model, first, last, name="period_in_order"):
    """CHECK: `first` is not after `last` (rule 7 of the data-quality rules)."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True})
        | Q(**{f"{last}__isnull": True})
        | Q(**{f"{first}__lte": models.F(last)}),
        name=f"{model}_{name}",
        violation_error_message=_("The end date is before the start date."),
    )


def exactly_one(model, *fields):
    """CHECK: exactly one of the foreign keys is filled."""
    condition = Q()
    for chosen in fields:
        condition |= Q(**{f"{field}__isnull": field != chosen for field in fields})
    return models.CheckConstraint(
        condition=condition,
        name=f"{model}_one_subject",
        violation_error_message=_("Choose exactly one record that this belongs to."),
    )


# Who acts comes from the history context (request, command) and is written by the database.
_ACTOR = "NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint"

KEPT_BY_TRIGGER = {"version", "created_at", "created_by", "updated_at", "updated_by"}

VERSION_TRIGGERS = (
    pgtrigger.Trigger(
        name="first_version",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=f"""
            NEW.version = 1;
            NEW.created_by_id = {_ACTOR};
            NEW.updated_by_id = {_ACTOR};
            RETURN NEW;
        """,
    ),
    pgtrigger.Trigger(
        name="next_version",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.AnyChange(),
        func=f"""
            NEW.version = OLD.version + 1;
            NEW.created_at = OLD.created_at;
            NEW.created_by_id = OLD.created_by_id;
            NEW.updated_at = now();
            NEW.updated_by_id = {_ACTOR};
            RETURN NEW;
        """,
    ),
)


def recorded(model):
    """Class decorator: the version triggers, and an event table that keeps each state of each row."""
    pgtrigger.register(*VERSION_TRIGGERS)(model)
    name, columns = model.__name__.lower(), {field.name for field in model._meta.concrete_fields}
    indexes = [models.Index(fields=["pgh_obj", "-pgh_id"], name=f"{name[:23]}_states")]
    if "reference" in columns:  # the order of its list
        indexes.append(models.Index(fields=["reference", "pgh_obj"], name=f"{name[:14]}_states_in_order"))
    if "project" in columns:
        indexes.append(models.Index(fields=["project"], name=f"{name[:15]}_states_of_one"))
    if "is_confidential" in columns:  # what is gone stays confidential
        gone = Q(is_confidential=True, pgh_label="delete")
        indexes.append(models.Index(fields=["pgh_obj"], name=f"{name[:14]}_confidential_gone", condition=gone))
    return pghistory.track(meta={"indexes": indexes})(model)


def recorded_links(through):
    """The same history for the rows of an automatic many-to-many table."""
    indexes = [models.Index(fields=["id", "-pgh_id"], name=f"{through.__name__.lower()[:23]}_states")]
    events = (pghistory.InsertEvent(), pghistory.DeleteEvent())
    return pghistory.track(*events, obj_field=None, meta={"indexes": indexes})(through)


class Recorded(models.Model):
    """A row with a version that `save()` compares inside the UPDATE, and with author and time."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("created by"),
        related_name="+",
        null=True,
        editable=False,
    )
    updated_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("changed by"),
        related_name="+",
        null=True,
        editable=False,
    )

    class Meta:
        abstract = True

    def _do_update(self, base_qs, using, pk_val, values, *args, **kwargs):
        """UPDATE ... WHERE version = the one that was read; what the triggers write is left to them.

        Raises:
            StaleRecord: the row exists with another version; nothing was written.
        """
        if self._state.adding:  # a new code-list row never overwrites one that has its code
            return False
        values = [(field, *rest) for field, *rest in values if field.name not in KEPT_BY_TRIGGER]
        updated = super()._do_update(base_qs.filter(version=self.version), using, pk_val, values, *args, **kwargs)
        current = base_qs.filter(pk=self.pk).values_list("version", flat=True).first()
        if not updated and current is not None:
            raise StaleRecord(self)
        if current is not None:
            self.version = current
        return updated


class CodeList(Recorded):
    """A row of an open code list: a stable code as its key, names in four languages."""

    code = models.CharField(_("code"), max_length=40, primary_key=True)
    name = translated_name()
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name or self.code


class Sourced(Recorded):
    """A fact with the statement that carries it and how sure it is."""

    statement = models.ForeignKey(
        "projects.Statement",
        models.PROTECT,
        verbose_name=_("source statement"),
        related_name="%(class)ss",
        help_text=_("The sentence of a source that says so. No fact is kept without one."),
    )
    certainty = models.CharField(_("certainty"), max_length=20, choices=Certainty, default=Certainty.SINGLE_SOURCE)

    class Meta:
        abstract = True


class Figure(Sourced):
    """A number that a person could quote: value, bound, the day it is true of, and its statement."""

    bound = models.CharField(_("bound"), max_length=10, choices=Bound, default=Bound.EQ)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    date_precision = models.CharField(
        _("date precision"), max_length=10, choices=DatePrecision, default=DatePrecision.DAY
    )

    class Meta:
        abstract = True


def figure_constraints(model):
    """CHECKs shared by the tables of figures: a date, or an honest 'unknown'; dates in range."""
    return [
        models.CheckConstraint(
            condition=Q(as_of__isnull=False) | Q(date_precision=DatePrecision.UNKNOWN),
            name=f"{model}_dated_or_unknown",
            violation_error_message=_("Give the date, or choose 'unknown' as its precision."),
        ),
        dates_in_range(model, "as_of"),
    ]
