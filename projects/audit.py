"""Who changed what in the whole register: the states that the triggers kept, under filters, the newest first.

Accounts and roles are Django's own tables, without triggers: of them, Django's log of the administration is told.
"""

import datetime
import json
from dataclasses import dataclass

from django.apps import apps
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.auth.models import Group, User
from django.db import models
from django.db.models import Value
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from projects import history, permissions
from projects.models.base import Recorded

SIZE = history.SIZE  # changes on one page
LAST_PAGE = 40  # further back one asks for a day, a person or a kind
LOGGED = (User, Group)
FLAGS = {ADDITION: "insert", DELETION: "delete"}
DATABASE = "database"  # the door of what was typed into the database, or done by its owner


@dataclass(frozen=True)
class Asked:
    """What is looked for; empty: everything. `until` is a day that counts itself."""

    person: User | None = None
    kind: type | None = None
    door: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None


class Logged(history.Entry):
    """An entry of Django's log; `event` is the LogEntry."""

    version, many = None, None

    def __init__(self, event):
        super().__init__(event, event.content_type.model_class(), person=history.person_name(event.user))
        self.name = event.object_repr
        self.changes = list(self._changes())

    at = property(lambda self: self.event.action_time)
    number = property(lambda self: self.event.pk)
    label = property(lambda self: FLAGS.get(self.event.action_flag, "update"))
    is_new = property(lambda self: self.label == "insert")
    action = property(lambda self: history.ACTIONS[self.label][0])
    colour = property(lambda self: history.ACTIONS[self.label][1])
    door = property(lambda self: history.DOORS["admin"])
    reason = property(lambda self: "" if self.changes else self.event.get_change_message())
    row = property(lambda self: self.event.object_id)

    def _changes(self):
        """What the form of accounts writes beside Django's own words: [field, before, after]."""
        message = self.event.change_message
        parts = json.loads(message) if message.startswith("[") else []
        for name, *states in (state for part in parts for state in part.get("states", ())):
            yield history.Change(history.column_label(self.model._meta.get_field(name)), *map(_in_words, states))


def _in_words(value):
    if isinstance(value, list):
        return ", ".join(str(permissions.ROLE_NAMES.get(name, name)) for name in value)
    return str(_("yes") if value else _("no")) if isinstance(value, bool) else value or ""


def kinds():
    """What is told here: the models that people keep, and accounts and groups."""
    recorded = [
        model
        for model in apps.get_models()
        if issubclass(model, Recorded) and not model._meta.proxy and hasattr(model, "pgh_event_model")
    ]
    return [model for model in recorded if model not in permissions.KEPT_BY_SYSTEM] + list(LOGGED)


def changes(user, asked, page=1, size=SIZE):
    """Changes under the filters, the newest first.

    Returns: the entries, and whether there are older ones. An entry is a projects.history.Entry.
    """
    tables = list(_tables(user, asked))
    start, end = (page - 1) * size, page * size + 1
    branches = [
        # A table is read from its end: numbers of events grow with time.
        events.annotate(table=Value(index, models.IntegerField()))
        .order_by(f"-{key}")
        .values_list(at, "table", key)[:end]
        for index, (_model, _many, events, at, key) in enumerate(tables)
    ]
    if not branches:
        return [], False
    union = branches[0].union(*branches[1:], all=True) if branches[1:] else branches[0]
    rows = sorted(union, reverse=True)[start:end]
    return _told(user, tables, rows[:size]), len(rows) > size


def _tables(user, asked):
    """(model, field of several rows or None, events, names of the columns of moment and number), narrowed."""
    for model in kinds():
        if asked.kind not in (None, model):
            continue
        if model in LOGGED:
            if asked.door in ("", "admin"):
                entries = LogEntry.objects.filter(content_type__model=model._meta.model_name)
                entries = entries.filter(user=asked.person) if asked.person else entries
                yield model, None, _within(entries, "action_time", asked), "action_time", "pk"
            continue
        own = permissions.visible_events(user, history.events_of(model).objects.all(), model)
        for many, events in [(None, own), *history.links(model)]:
            yield model, many, _within(_by(events, asked), "pgh_created_at", asked), "pgh_created_at", "pgh_id"


def _by(events, asked):
    if asked.person:
        events = events.filter(pgh_context__user=asked.person.pk)
    if asked.door == DATABASE:
        return events.filter(pgh_context__door__isnull=True)
    return events.filter(pgh_context__door=asked.door) if asked.door else events


def _within(events, column, asked):
    for day, lookup, after in ((asked.since, "gte", 0), (asked.until, "lt", 1)):
        if day:
            midnight = datetime.datetime.combine(day + datetime.timedelta(after), datetime.time.min)
            events = events.filter(**{f"{column}__{lookup}": timezone.make_aware(midnight)})
    return events


def _told(user, tables, found):
    """The entries of what was found, each with `row`, the key of the record, and a name."""
    logged = LogEntry.objects.select_related("user", "content_type").in_bulk(
        [number for _at, table, number in found if tables[table][0] in LOGGED]
    )
    states = [each for each in found if tables[each[1]][0] not in LOGGED]
    entries = iter(history.told(user, [table[:3] for table in tables], states))
    listed = [Logged(logged[number]) if tables[table][0] in LOGGED else next(entries) for _at, table, number in found]
    nameless = {}
    for entry in listed:
        if not isinstance(entry, Logged):
            entry.row = (
                getattr(entry.event, f"{entry.many.m2m_field_name()}_id") if entry.many else entry.event.pgh_obj_id
            )
        if not entry.name:
            nameless.setdefault(entry.model, set()).add(entry.row)
    for model, keys in nameless.items():
        rows = model._base_manager.select_related(*history.SPOKEN_OF.get(model, ())).in_bulk(keys)
        for entry in listed:
            if entry.model is model and not entry.name:
                entry.name = capfirst(str(rows.get(entry.row, f"№ {entry.row}")))
    return listed
