"""What happened to a record, told from the states that the triggers kept: who, when, through which door, why, what.

Bulk changes and SQL typed by hand are in the same tables, hence in the same list.
"""

import datetime
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Value
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from projects import permissions
from projects.models import Document, Milestone, Obligation, Person, Update
from projects.models.base import KEPT_BY_TRIGGER
from projects.wording import number

SIZE = 50  # states on one page
LENGTH = 500  # characters of a value
LAST_PAGE = 1000
# What the text of a row speaks of, read with it.
SPOKEN_OF = {
    Document: ("document_type",),
    Milestone: ("kind", "project", "programme"),
    Obligation: ("kind", "project", "programme", "organisation"),
    Update: ("project",),
}

ACTIONS = {
    "insert": (gettext_lazy("added"), "green"),
    "update": (gettext_lazy("changed"), "blue"),
    "delete": (gettext_lazy("deleted"), "red"),
}
DOORS = {
    "page": pgettext_lazy("where a change came from", "page"),
    "admin": pgettext_lazy("where a change came from", "administration"),
    "api": pgettext_lazy("where a change came from", "API"),
    "command": pgettext_lazy("where a change came from", "command"),
    "import": pgettext_lazy("where a change came from", "import"),
    "calendar": pgettext_lazy("where a change came from", "reporting calendar"),
    "reminders": pgettext_lazy("where a change came from", "reminders"),
}
# Commands give their name as the reason: what each did, in words.
COMMANDS = {
    "load_brief": gettext_lazy("loading of the first portfolio from its published sources"),
    "load_reference": gettext_lazy("loading of the reference data"),
    "load_rates": gettext_lazy("loading of exchange rates"),
    "load_boundaries": gettext_lazy("loading of boundaries for the map"),
    "propose_holidays": gettext_lazy("proposal of days off for the coming year"),
    "reset_second_factor": gettext_lazy("reset of a lost second factor"),
    "create_demo_users": gettext_lazy("creation of the demonstration sign-ins"),
}
LANGUAGES = {
    "kk": pgettext_lazy("language of a text", "Kazakh"),
    "ru": pgettext_lazy("language of a text", "Russian"),
    "en": pgettext_lazy("language of a text", "English"),
    "zh-hans": pgettext_lazy("language of a text", "Chinese"),
}


@dataclass
class Change:
    """One field of a state: its label, what it was and what it became, as texts (empty: nothing)."""

    label: str
    before: str
    after: str


@dataclass
class Entry:
    """One state of one row."""

    event: models.Model
    model: type
    many: models.ManyToManyField | None = None  # where it is a row put to this field, or taken from it
    person: str = ""
    name: str = ""
    changes: list = field(default_factory=list)

    @property
    def at(self):
        return self.event.pgh_created_at

    @property
    def number(self):
        return self.event.pgh_id

    @property
    def version(self):
        return getattr(self.event, "version", None)

    @property
    def is_new(self):
        """The first state of a row."""
        return not self.many and self.event.pgh_label == "insert"

    @property
    def action(self):
        return ACTIONS["update" if self.many else self.event.pgh_label][0]

    @property
    def colour(self):
        return ACTIONS["update" if self.many else self.event.pgh_label][1]

    @property
    def noun(self):
        return capfirst(self.model._meta.verbose_name)

    @property
    def context(self):
        return self.event.pgh_context or {}

    @property
    def door(self):
        return door_of(self.context)

    @property
    def reason(self):
        return reason_of(self.context)


def door_of(context):
    """Through which door a change with this context came, in words."""
    door = context.get("door", "")
    return DOORS.get(door, door) or pgettext_lazy("where a change came from", "database")


def reason_of(context):
    """Why: the person's own words, or what the command did; empty where nothing was said."""
    reason = context.get("reason", "")
    return COMMANDS.get(reason, reason) if context.get("door") == "command" else reason


def events_of(model):
    """The event table of a tracked model."""
    return model._meta.concrete_model.pgh_event_model


def timeline(user, record, *, children=(), keys=(), page=1, span=None):
    """A page of what happened to a record and to the rows that belong to it, the newest first.

    Args:
        children: (model, name of the foreign key to the record) of the rows that belong to it.
        keys: of the rows of its kind that are told together, as a region and its districts; by default its own alone.
        page: 1 for the newest; SIZE states a page. span: (first, last) moment of those wanted, or None for all.
    Returns: the entries, and whether there are older ones.
    """
    keys = list(keys) or [record.pk]
    tables = [(type(record), None, events_of(type(record)).objects.filter(pgh_obj_id__in=keys))]
    tables += [(model, None, events_of(model).objects.filter(**{f"{key}_id__in": keys})) for model, key in children]
    tables = [(model, many, permissions.visible_events(user, events, model)) for model, many, events in tables]
    tables += [(type(record), many, events) for many, events in links(type(record), record)]
    if span:
        tables = [(model, many, events.filter(pgh_created_at__range=span)) for model, many, events in tables]
    branches = [
        events.annotate(table=Value(index, models.IntegerField()))
        .order_by()
        .values_list("pgh_created_at", "table", "pgh_id")
        for index, (_model, _many, events) in enumerate(tables)
    ]
    union = branches[0].union(*branches[1:], all=True) if branches[1:] else branches[0]
    start = (page - 1) * SIZE
    found = list(union.order_by("-pgh_created_at", "-table", "-pgh_id")[start : start + SIZE + 1])
    return told(user, tables, found[:SIZE]), len(found) > SIZE


def told(user, tables, found):
    """The entries of events in words, in their order.

    Args:
        tables: (model, field of several rows or None, events).
        found: (moment, index of the table, number of the event).
    """
    numbers = defaultdict(list)
    for _at, table, pgh_id in found:
        numbers[table].append(pgh_id)
    entries = {}
    for table, pgh_ids in numbers.items():
        model, many, events = tables[table]
        if many:
            for pgh_id, event in events.model.objects.in_bulk(pgh_ids).items():
                entries[table, pgh_id] = Entry(event, model, many, changes=[_linked(many, event)])
        else:
            for pgh_id, (event, previous) in _with_previous(model, pgh_ids).items():
                entries[table, pgh_id] = Entry(event, model, changes=changed(model, previous, event))
    listed = [entries[table, pgh_id] for _at, table, pgh_id in found]
    _Words(user).fill(listed)
    return listed


def links(model, record=None):
    """The events of fields of several rows, of one record or of all of the model: (field, events)."""
    for many in model._meta.concrete_model._meta.many_to_many:
        if event_model := getattr(many.remote_field.through, "pgh_event_model", None):
            own = {f"{many.m2m_field_name()}_id": record.pk} if record else {}
            yield many, event_model.objects.filter(**own)


def _linked(many, event):
    key = getattr(event, f"{many.m2m_reverse_field_name()}_id")
    return (many, None, key) if event.pgh_label == "insert" else (many, key, None)


def compare(user, record, first, second):
    """What differs between two states of a record, given by the numbers of their events.

    Returns: the two entries; the second one's `changes` lead from the first to the second.
    Raises: DoesNotExist where an event is not of this record.
    """
    events = events_of(type(record)).objects
    before, after = (events.get(pgh_obj_id=record.pk, pgh_id=number) for number in (first, second))
    entries = [
        Entry(before, type(record)),
        Entry(after, type(record), changes=changed(type(record), before, after, as_states=True)),
    ]
    _Words(user).fill(entries)
    return entries


def versions(record, limit=200):
    """The states of one record to choose from: (number of the event, version, moment), the newest first."""
    events = events_of(type(record)).objects.filter(pgh_obj_id=record.pk).order_by("-pgh_id")
    return list(events.values_list("pgh_id", "version", "pgh_created_at")[:limit])


def state_at(record, version):
    """The event that holds a record as it was at a version, or None."""
    events = events_of(type(record)).objects.filter(pgh_obj_id=record.pk, version=version)
    return events.exclude(pgh_label="delete").order_by("-pgh_id").first()


def _with_previous(model, numbers):
    """event number -> (event, the state before it or None), in two queries: versions grow by one."""
    events = events_of(model).objects.in_bulk(numbers)
    changes = [event for event in events.values() if event.pgh_label == "update"]
    earlier = events_of(model).objects.filter(
        pgh_obj_id__in={event.pgh_obj_id for event in changes},
        version__in={event.version - 1 for event in changes},
    )
    states = defaultdict(list)
    for state in earlier.exclude(pgh_label="delete").order_by("pgh_id"):
        states[state.pgh_obj_id, state.version].append(state)

    def previous(event):
        if event.pgh_label != "update":
            return None
        found = [state for state in states[event.pgh_obj_id, event.version - 1] if state.pgh_id < event.pgh_id]
        return found[-1] if found else None

    return {pgh_id: (event, previous(event)) for pgh_id, event in events.items()}


def changed(model, before, after, as_states=False):
    """(column, before, after) of what differs between two states; of a first or last one, what is filled."""
    found = []
    for column in model._meta.concrete_fields:
        if column.name in KEPT_BY_TRIGGER or column.primary_key:
            continue
        old = getattr(before, column.attname) if before is not None else None
        new = getattr(after, column.attname)
        if after.pgh_label == "delete" and not as_states:
            old, new = new, None
        if old != new and not (before is None and new in (None, "", False) and old in (None, "", False)):
            found.append((column, old, new))
    return found


class _Words:
    """Turns keys of entries into words, with one query for each kind of row that they name."""

    def __init__(self, user):
        self.user = user

    def fill(self, entries):
        keys = defaultdict(set)
        for entry in entries:
            for column, before, after in entry.changes:
                if column.is_relation:
                    keys[column.related_model].update(key for key in (before, after) if key is not None)
        people = {entry.context["user"] for entry in entries if entry.context.get("user")}
        users = get_user_model()._base_manager.in_bulk(people | keys.pop(get_user_model(), set()))
        names = {model: _visible_rows(self.user, model, found) for model, found in keys.items()}
        names[get_user_model()] = {key: person_name(user) for key, user in users.items()}
        for entry in entries:
            who = users.get(entry.context.get("user"))
            entry.person = person_name(who) if who else ""
            entry.name = self._name(entry)
            entry.changes = [
                Change(column_label(column), text(column, before, names), text(column, after, names))
                for column, before, after in entry.changes
                if self._may_see(entry.model, column)
            ]

    def _may_see(self, model, column):
        if issubclass(model, Update) and column.name == "changes":  # sums of payments, told on the update's own page
            return permissions.may_see_confidential(self.user)
        is_contact = issubclass(model, Person) and column.name in ("phone", "email", "consent_basis")
        return not is_contact or permissions.may_see_contacts(self.user)

    @staticmethod
    def _name(entry):
        """The row's own name at that state, where it has one."""
        if entry.many:
            return ""
        for name in ("name", "title", "text", "task"):
            column = getattr(entry.model, name, None)
            if hasattr(column, "_getter"):
                return str(column._getter(entry.event) or "")[:120]
            if hasattr(entry.event, name):
                return str(getattr(entry.event, name))[:120]
        return ""


def words(user, pairs):
    """How values read: a function (column, value) -> text.

    Args:
        pairs: the (column, value) that will be asked for; a value of several rows is the list of their keys.
    """
    keys = defaultdict(set)
    for column, value in pairs:
        if column.is_relation:
            keys[column.related_model].update(_numbers_of(column, value))
    names = {model: _visible_rows(user, model, found) for model, found in keys.items()}
    if people := names.get(get_user_model()):
        names[get_user_model()] = {key: person_name(row) for key, row in people.items()}

    def read(column, value):
        if isinstance(value, list):
            return ", ".join(text(column, key, names) for key in value)
        return text(column, value, names)

    return read


def _numbers_of(column, value):
    """The keys in a value that are of the column's kind; what was mistyped names no row."""
    values = value if isinstance(value, list) else [value]
    kind = str if isinstance(column.target_field, models.CharField) else int
    return {key for key in values if isinstance(key, kind)}


def _visible_rows(user, model, keys):
    """Rows by key, as far as the reader may see them; of the others, only the number is told."""
    rows = model._base_manager.select_related(*SPOKEN_OF.get(model, ()))
    return permissions.visible_to(user, rows).in_bulk(keys)


def person_name(user):
    """A user's name as others know it: the full name, else that of the sign-in."""
    return user.get_full_name() or user.get_username()


def column_label(column):
    """The name of a column, with its language where it is one of four."""
    language = getattr(column, "_translated_field_language_code", None)
    label = capfirst(str(column.verbose_name))
    return _("%(field)s (%(language)s)") % {"field": label, "language": LANGUAGES[language]} if language else label


def text(column, value, names):
    """A stored value as a person reads it; empty where there is none. `names`: model -> key -> row."""
    if value is None or value == "":
        return ""
    if column.is_relation:
        return str(names.get(column.related_model, {}).get(value, f"№ {value}"))
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime.datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, datetime.date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(column, models.JSONField):
        value = json.dumps(value, ensure_ascii=False)
    return str(value)[:LENGTH]
