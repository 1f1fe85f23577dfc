"""`manage.py load_reference`: the reference lists of `projects/reference/*.csv`, into the database.

Adds the rows that were never there and fills the fields that are empty; never overwrites what
is there, so an administrator's wording stays, and a second run writes nothing. A row that an
administrator deleted stays deleted: its history tells. A field that was emptied is filled again.
Columns are named as the fields; a foreign key holds the code of its row; `yes` and `no` are
the truth values. Holidays that move (Kurban Ait, days off moved from a weekend, a law of which
only the announcement is known) and reporting cycles come unconfirmed or not in use: an
administrator confirms them.
"""

import csv
from pathlib import Path

import pghistory
from django.core.management.base import BaseCommand
from django.db import models, transaction
from django.utils.translation import gettext as _

from projects.models import (
    Currency,
    DocumentType,
    Holiday,
    Instrument,
    Metric,
    MilestoneKind,
    ObligationKind,
    ObligationTemplate,
    Place,
    ReportingCycle,
    Sector,
    Stage,
    StageRequirement,
    Unit,
)

FOLDER = Path(__file__).resolve().parents[2] / "reference"

# In foreign-key order: the file, its model, the columns that tell one row from another.
LISTS = {
    "places": (Place, ["code"]),
    "sectors": (Sector, ["code"]),
    "currencies": (Currency, ["code"]),
    "units": (Unit, ["code"]),
    "metrics": (Metric, ["code"]),
    "document_types": (DocumentType, ["code"]),
    "stages": (Stage, ["code"]),
    "stage_requirements": (StageRequirement, ["stage", "document_type", "fact"]),
    "milestone_kinds": (MilestoneKind, ["code"]),
    "obligation_kinds": (ObligationKind, ["code"]),
    "instruments": (Instrument, ["code"]),
    "obligation_templates": (ObligationTemplate, ["code"]),
    "holidays": (Holiday, ["day"]),
    "reporting_cycles": (ReportingCycle, ["code"]),
}


class Command(BaseCommand):
    help = "Loads places, sectors, units, currencies, stages and the other reference lists; adds only what is missing."

    @transaction.atomic
    def handle(self, *args, **options):
        with pghistory.context(door="command", reason="load_reference"):
            for name, (model, key) in LISTS.items():
                added, filled = load(name, model, key)
                self.stdout.write(
                    _("%(list)s: %(added)d added, %(filled)d completed")
                    % {"list": model._meta.verbose_name_plural, "added": added, "filled": filled}
                )


def rows(name):
    """The rows of one list as they stand in its file: a dict of texts each."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(name, model, key):
    """Add what was never there of one list, fill what is empty; return how many rows of each."""
    attributes = [model._meta.get_field(column).attname for column in key]
    existing = {_key(getattr(row, each) for each in attributes): row for row in model._default_manager.all()}
    events = model._meta.get_field("events").related_model.objects
    ever_there = {_key(row) for row in events.values_list(*attributes)}
    new, filled = [], 0
    for row in rows(name):
        values = _values(model, row)
        this = _key(values.get(attribute) for attribute in attributes)
        if known := existing.get(this):
            filled += _fill(known, values)
        elif this not in ever_there:
            new.append(model(**values))
    model._default_manager.bulk_create(new)
    return len(new), filled


def _key(values):
    """What tells a row from others; an empty cell is the same, stored as NULL or as no text."""
    return tuple(value or None for value in values)


def _fill(known, values):
    """Write the values that the row has none of; return whether there were any."""
    empty = {attribute: value for attribute, value in values.items() if getattr(known, attribute) in ("", None)}
    if empty:
        for attribute, value in empty.items():
            setattr(known, attribute, value)
        known.save(update_fields=empty)
    return bool(empty)


def _values(model, row):
    """The filled cells of a row as values of the model's fields, by attribute name."""
    values = {}
    for column, text in row.items():
        field = model._meta.get_field(column)
        if isinstance(field, models.BooleanField):
            values[field.attname] = {"yes": True, "no": False}[text]
        elif text:
            values[field.attname] = field.to_python(text)
    return values
