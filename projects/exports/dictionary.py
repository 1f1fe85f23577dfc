"""The data dictionary: every field of the register's records, generated from the models that keep them."""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext_lazy

from projects.models import (
    Agreement,
    Amount,
    Engagement,
    Indicator,
    IndicatorValue,
    Lead,
    Milestone,
    Obligation,
    Observation,
    Organisation,
    Programme,
    Project,
    ProjectParty,
    Shipment,
    Source,
    StageChange,
    Statement,
)
from projects.models.base import CodeList

RECORDS = (
    *(Project, Programme, Organisation, ProjectParty, Amount, Observation, Milestone, StageChange, Obligation),
    *(Shipment, Engagement, Agreement, Lead, Indicator, IndicatorValue, Source, Statement),
)
# Without what the database keeps for itself.
LEFT_OUT = {"id", "version", "created_at", "created_by", "updated_at", "updated_by"}
TYPES = (
    (models.BooleanField, pgettext_lazy("type of a field", "yes or no")),
    (models.DateTimeField, pgettext_lazy("type of a field", "date and time")),
    (models.DateField, pgettext_lazy("type of a field", "date")),
    (models.DecimalField, pgettext_lazy("type of a field", "number")),
    (models.IntegerField, pgettext_lazy("type of a field", "whole number")),
    (models.JSONField, pgettext_lazy("type of a field", "structure")),
    (models.URLField, pgettext_lazy("type of a field", "web address")),
    ((models.CharField, models.TextField), pgettext_lazy("type of a field", "text")),
)
CODE, RECORD = pgettext_lazy("type of a field", "code"), pgettext_lazy("type of a field", "record")
PERCENT, DEGREES, TENGE = "%", "°", "KZT"
OF_ITS_ROW = gettext_lazy("the unit of its row")
# Units of numbers, by model and field.
UNITS = {
    (Project, "latitude"): DEGREES,
    (Project, "longitude"): DEGREES,
    (ProjectParty, "share"): PERCENT,
    (Amount, "value"): gettext_lazy("the currency of its row"),
    (Amount, "rate"): gettext_lazy("tenge for one unit of the currency"),
    (Amount, "value_kzt"): TENGE,
    (Observation, "value"): OF_ITS_ROW,
    (Observation, "cumulative"): OF_ITS_ROW,
    (Obligation, "target"): OF_ITS_ROW,
    (Shipment, "quantity"): OF_ITS_ROW,
    (IndicatorValue, "value"): gettext_lazy("the unit of its indicator"),
}


@dataclass(frozen=True)
class Entry:
    """One field. labels: language -> what it is called. codes: (code, label) of a closed list; code_list: the name
    of an open one, or of the records that it points to."""

    record: str
    name: str
    labels: dict
    type: str
    unit: str
    codes: tuple
    code_list: str
    meaning: str


def entries():
    """All fields of all records, in the reader's language, record by record."""
    found = []
    for model in RECORDS:
        record = str(capfirst(model._meta.verbose_name))
        fields = [field for field in model._meta.concrete_fields if field.name not in LEFT_OUT]
        found += [_entry(record, model, field) for field in fields]
    return found


def _entry(record, model, field):
    labels = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            labels[code] = str(field.verbose_name)
    related = field.related_model
    kind = next((label for classes, label in TYPES if isinstance(field, classes)), "")
    if related is not None:
        kind = CODE if issubclass(related, CodeList) else RECORD
    elif field.choices:
        kind = CODE
    return Entry(
        record,
        field.name,
        labels,
        str(kind),
        str(UNITS.get((model, field.name), "")),
        tuple((str(code), str(label)) for code, label in field.choices or ()),
        str(related._meta.verbose_name_plural) if related is not None else "",
        str(field.help_text) if isinstance(field.help_text, Promise | str) else "",
    )


def rows():
    """The dictionary as rows of a file, the first one the headings."""
    languages = [code for code, _name in settings.LANGUAGES]
    yield [
        *(_("Record"), _("Field"), *(_("Label (%(language)s)") % {"language": code} for code in languages)),
        *(_("Type"), _("Unit"), _("Code list"), _("Meaning")),
    ]
    for entry in entries():
        codes = "; ".join(f"{code} = {label}" for code, label in entry.codes)
        labels = [entry.labels[code] for code in languages]
        yield [entry.record, entry.name, *labels, entry.type, entry.unit, codes or entry.code_list, entry.meaning]
