"""The brief: two news articles, what they state in our own words, and all that the statements carry.

The data are the TOML files beside this module, in foreign-key order. A table is named after its
model and its keys after the fields; a text in four languages is a table of `kk`, `ru`, `en` and
`zh_hans`. A foreign key holds the code of a reference row, or the `key`, `code` or `reference`
of a row of the brief.
"""

import tomllib
from pathlib import Path

import pghistory
from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from projects.models.base import CodeList

FOLDER = Path(__file__).resolve().parent
FILES = ["bodies", "sources", "statements", "portfolio", "progress", "engagements", "indicators"]

# What tells one row of the brief from another.
IDENTITY = {
    "Place": ["code"],
    "Organisation": ["name_en"],
    "Person": ["name_en"],
    "Position": ["person", "title_en"],
    "Source": ["code"],
    "Statement": ["code"],
    "Programme": ["code"],
    "ProgrammeSector": ["programme", "sector", "statement"],
    "Project": ["reference"],
    "Phase": ["programme", "organisation", "number"],
    "ProjectParty": ["organisation", "role", "programme"],
    "ProjectLink": ["from_project", "kind", "statement"],
    "Amount": ["statement", "programme", "kind", "value"],
    "Milestone": ["statement", "kind", "project", "programme"],
    "Observation": ["statement", "metric"],
    "Shipment": ["statement"],
    "Engagement": ["statement"],
    "Participation": ["engagement", "role", "person", "organisation"],
    "Agreement": ["statement"],
    "Obligation": ["statement", "kind"],
    "Lead": ["statement"],
    "Indicator": ["code"],
    "IndicatorValue": ["indicator", "partner", "period_start", "statement"],
}


class ReferenceMissing(Exception):
    """A row of the reference lists that the brief points to is not in the database."""


def rows():
    """The rows of all files in the order of loading: pairs of a model's name and a dict."""
    for name in FILES:
        for model, tables in tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")).items():
            for row in tables:
                yield model, row


def load():
    """Add the rows that were never there, all or none; return how many were added and how many kept.

    A row that was there once is left as it is, also if staff changed or deleted it since, so a
    second run writes nothing.

    Raises:
        ReferenceMissing: the reference lists are not loaded; nothing was written.
    """
    known, added, kept = {}, 0, 0
    with transaction.atomic(), pghistory.context(door="command", reason="load_brief"):
        for name, row in rows():
            model = apps.get_model("projects", name)
            handle = row.get("key") or row.get("code") or row.get("reference")
            values, links = _values(model, row, known)
            key = _find(model, values)
            if key is None:
                key = _add(model, values, links)
                added += 1
            else:
                kept += 1
            known[model, handle] = key
    return added, kept


def _values(model, row, known):
    """A row as values by attribute name, and its many-to-many links as lists of keys."""
    values, links = {}, {}
    for name, value in row.items():
        if name == "key":
            continue
        if isinstance(value, dict):
            values |= {f"{name}_{language}": text for language, text in value.items()}
            continue
        field = model._meta.get_field(name)
        if field.many_to_many:
            links[name] = [_key(field.related_model, each, known) for each in value]
        elif field.is_relation:
            values[field.attname] = _key(field.related_model, value, known)
        else:
            values[name] = value
    return values, links


def _key(model, handle, known):
    """The primary key behind a handle; rows of the reference lists are their own."""
    if (model, handle) not in known:
        if not (issubclass(model, CodeList) and model._default_manager.filter(pk=handle).exists()):
            raise ReferenceMissing(
                _("The reference data have to be loaded first: manage.py load_reference. Missing: %(list)s, %(code)s.")
                % {"list": model._meta.verbose_name_plural, "code": handle}
            )
        known[model, handle] = handle
    return known[model, handle]


def _find(model, values):
    """The key of the row with this identity: of the one there is, or else of the one there was."""
    attributes = [model._meta.get_field(name).attname for name in IDENTITY[model.__name__]]
    identity = {attribute: values.get(attribute, _default(model, attribute)) for attribute in attributes}
    there = model._base_manager.filter(**identity).order_by("pk").values_list("pk", flat=True).first()
    if there is not None:
        return there
    events = model._meta.get_field("events").related_model.objects
    return events.filter(pgh_label="insert", **identity).values_list("pgh_obj_id", flat=True).first()


def _default(model, attribute):
    field = model._meta.get_field(attribute)
    return None if isinstance(field, models.ForeignKey) else field.get_default()


def _add(model, values, links):
    instance = model(**values)
    instance.save(force_insert=True)
    for name, keys in links.items():
        getattr(instance, name).add(*keys)
    return instance.pk
