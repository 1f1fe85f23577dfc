"""What happened to a record: the states that the triggers kept, told as changes with who, when, why and where.

Bulk changes and SQL typed by hand are in the same tables, hence in the same list.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from translated_fields import to_attribute

from projects.admin.lists import label_with_language, text_of
from projects.models.base import FALLBACKS, KEPT_BY_TRIGGER
from projects.wording import number
from tracker.errors import BadParameter

SIZE = 50  # states on one page
LENGTH = 500  # characters of a value
LATEST_EVENT = 2**31 - 1

ACTIONS = {"insert": gettext_lazy("added"), "update": gettext_lazy("changed"), "delete": gettext_lazy("deleted")}
DOORS = {
    "page": pgettext_lazy("where a change came from", "page"),
    "admin": pgettext_lazy("where a change came from", "administration"),
    "api": pgettext_lazy("where a change came from", "API"),
    "command": pgettext_lazy("where a change came from", "command"),
    "import": pgettext_lazy("where a change came from", "import"),
    "": pgettext_lazy("where a change came from", "database"),
}


@dataclass
class Entry:
    """One state: when, who, through which door and why; `changes` are (label, before, after) texts."""

    at: datetime
    label: str
    context: dict
    person: str = ""
    changes: list = field(default_factory=list)

    @property
    def action(self):
        return ACTIONS.get(self.label, self.label)

    @property
    def door(self):
        return DOORS.get(self.context.get("door", ""), self.context.get("door", ""))

    @property
    def reason(self):
        return self.context.get("reason", "")


@dataclass
class Page:
    entries: list
    older: int | None = None  # the event before which the next page begins


def page(record, before=""):
    """A page of a record's history, the newest first.

    Takes:
        before: text of the address, the number of the event to begin before; empty for the newest.
    Raises: BadParameter.
    """
    model = type(record)._meta.concrete_model
    events = model.pgh_event_model.objects.filter(pgh_obj_id=record.pk).order_by("-pgh_id")
    if before:
        if not (before.isascii() and before.isdigit() and len(before) < 11 and int(before) <= LATEST_EVENT):
            raise BadParameter({"before": [_("There is no such page.")]})
        events = events.filter(pgh_id__lt=int(before))
    states = list(events[: SIZE + 1])
    more = len(states) > SIZE
    texts = _Texts(model)
    entries = [
        Entry(state.pgh_created_at, state.pgh_label, state.pgh_context or {}, changes=_changed(model, state, previous))
        for state, previous in zip(states[:SIZE], [*states[1:], None], strict=False)
    ]
    entries += _links(
        model, record, since=states[SIZE - 1].pgh_created_at if more else None, before=before, states=states
    )
    entries.sort(key=lambda entry: entry.at, reverse=True)
    texts.fill(entries)
    return Page(entries, states[SIZE - 1].pgh_id if more else None)


@dataclass
class Change:
    """The latest event of some record: when, who, what; `url` leads to it where it still exists."""

    at: datetime
    label: str
    context: dict
    kind: str
    name: str
    url: str
    history_url: str
    person: str = ""

    action = Entry.action
    door = Entry.door
    reason = Entry.reason


def latest(models_shown, limit):
    """The latest events over all tables of the models, newest first: one query for them, one for the people."""
    tables = {
        model._meta.model_name: model
        for model in models_shown
        if hasattr(model, "pgh_event_model") and not model._meta.proxy
    }
    with connection.cursor() as cursor:
        branches = " UNION ALL ".join(_branch(model, limit) for model in tables.values())
        cursor.execute(f"SELECT * FROM ({branches}) AS events ORDER BY at DESC, event DESC LIMIT {int(limit)}")
        rows = cursor.fetchall()
    changes = []
    for name, _event, at, label, key, text, context in rows:
        model = tables[name]
        address = f"admin:{model._meta.app_label}_{name}_"
        changes.append(
            Change(
                at,
                label,
                json.loads(context) if context else {},
                str(model._meta.verbose_name),
                text or key,
                "" if label == "delete" else reverse(address + "change", args=[quote(key)]),
                "" if label == "delete" else reverse(address + "history", args=[quote(key)]),
            )
        )
    users = get_user_model()._base_manager.in_bulk(
        {change.context["user"] for change in changes if change.context.get("user")}
    )
    for change in changes:
        if user := users.get(change.context.get("user")):
            change.person = person_name(user)
    return changes


def _branch(model, limit):
    """SQL: a table's latest events by its key, with the name that the reader sees. All names are the model's own."""
    event = model.pgh_event_model._meta
    columns = {column.name: column.column for column in event.concrete_fields}
    language = get_language() or "en"
    text = text_of(model)
    named = [to_attribute(text, code) for code in (language, *FALLBACKS.get(language, FALLBACKS["en"]))] if text else []
    named += [name for name in ("title", "name", "reference", "code", "number", "file_name", "key") if name in columns]
    quoted = ", ".join(f"NULLIF(\"{columns[name]}\"::text, '')" for name in named) or "NULL"
    return (
        f"(SELECT '{model._meta.model_name}', pgh_id AS event, pgh_created_at AS at, pgh_label, pgh_obj_id::text, "
        f"left(COALESCE({quoted}), 120), pgh_context::text "
        f'FROM "{event.db_table}" ORDER BY pgh_id DESC LIMIT {int(limit)})'
    )


def _changed(model, state, previous):
    """(field, before, after) of what differs; of the first state, what is filled."""
    found = []
    for column in model._meta.concrete_fields:
        if column.name in KEPT_BY_TRIGGER or column.primary_key:
            continue
        after = getattr(state, column.attname)
        before = getattr(previous, column.attname) if previous else None
        if state.pgh_label == "delete":
            before, after = after, None
        if before != after and (previous or after not in (None, "", False) or state.pgh_label == "delete"):
            found.append((column, before, after))
    return found


def _links(model, record, *, since, before, states):
    """Rows added to and taken from the record's many-to-many fields, within the time of the page."""
    for many in model._meta.many_to_many:
        event_model = getattr(many.remote_field.through, "pgh_event_model", None)
        if event_model is None:
            continue
        source, target = f"{many.m2m_field_name()}_id", f"{many.m2m_reverse_field_name()}_id"
        events = event_model.objects.filter(**{source: record.pk}).order_by("-pgh_id")
        if since:
            events = events.filter(pgh_created_at__gte=since)
        if before and states:
            events = events.filter(pgh_created_at__lte=states[0].pgh_created_at)
        for event in events[: 4 * SIZE]:
            key = getattr(event, target)
            pair = (None, key) if event.pgh_label == "insert" else (key, None)
            yield Entry(event.pgh_created_at, "update", event.pgh_context or {}, changes=[(many, *pair)])


class _Texts:
    """Turns keys and codes of entries into words, with one query for each kind of row that they name."""

    def __init__(self, model):
        self.model = model

    def fill(self, entries):
        keys = defaultdict(set)
        for entry in entries:
            for column, before, after in entry.changes:
                if column.is_relation:
                    keys[column.related_model].update(key for key in (before, after) if key is not None)
        people = {entry.context["user"] for entry in entries if entry.context.get("user")}
        users = get_user_model()._base_manager.in_bulk(people | keys.pop(get_user_model(), set()))
        names = {model: model._base_manager.in_bulk(found) for model, found in keys.items()}
        names[get_user_model()] = {key: person_name(user) for key, user in users.items()}
        for entry in entries:
            user = users.get(entry.context.get("user"))
            entry.person = person_name(user) if user else ""
            entry.changes = [
                (column_label(column), text(column, before, names), text(column, after, names))
                for column, before, after in entry.changes
            ]


def person_name(user):
    return user.get_full_name() or user.get_username()


def column_label(column):
    return label_with_language(column) or capfirst(str(column.verbose_name))


def text(column, value, names):
    """A stored value as a person reads it; empty where there is none."""
    if value is None or value == "":
        return ""
    if column.is_relation:
        return str(names.get(column.related_model, {}).get(value, value))
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(column, models.JSONField):
        value = json.dumps(value, ensure_ascii=False)
    return str(value)[:LENGTH]
