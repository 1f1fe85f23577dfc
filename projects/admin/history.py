"""The history of one record, and the latest changes of all of them, for the pages of the admin."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from translated_fields import to_attribute

from projects import history, permissions
from projects.admin.lists import text_of
from projects.models.base import FALLBACKS
from tracker.errors import BadParameter


def page(user, record, text):
    """A page of a record's history, the newest first.

    Takes:
        text: number of the page as the address has it; empty for the first.
    Returns: the entries (see projects.history) and the number of the next page or None. Raises: BadParameter.
    """
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= history.LAST_PAGE):
        raise BadParameter({"page": [_("There is no such page.")]})
    number = int(text or 1)
    entries, has_older = history.timeline(user, record, page=number)
    return entries, number + 1 if has_older else None


def _people(contexts):
    """Names of the users of these contexts, by key."""
    keys = {context["user"] for context in contexts if context.get("user")}
    return {key: history.person_name(user) for key, user in get_user_model()._base_manager.in_bulk(keys).items()}


@dataclass
class Latest:
    """The latest event of some record: when, what, who; the addresses lead to it where it still exists."""

    at: datetime
    label: str
    kind: str
    name: str
    url: str
    history_url: str
    context: dict
    person: str = ""

    @property
    def action(self):
        return history.ACTIONS[self.label][0]

    @property
    def door(self):
        return history.door_of(self.context)

    @property
    def reason(self):
        return history.reason_of(self.context)


def latest(models, limit):
    """The latest events over the tables that people keep of these models, newest first.

    Queries: one for the events, one for the people, one for each kind of row that has no name of its own.
    """
    kept = [model for model in models if _has_history(model) and model not in permissions.KEPT_BY_SYSTEM]
    tables = {model._meta.model_name: model for model in kept}
    branches = " UNION ALL ".join(_branch(model, limit) for model in tables.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({branches}) AS events ORDER BY at DESC, event DESC LIMIT {int(limit)}")
        rows = cursor.fetchall()
    nameless = defaultdict(set)
    for table, _event, _at, _label, key, name, _context in rows:
        if not name:
            nameless[table].add(key)
    spoken = {table: _spoken_of(tables[table], keys) for table, keys in nameless.items()}
    changes = []
    for table, _event, at, label, key, name, context in rows:
        options = tables[table]._meta
        address = f"admin:{options.app_label}_{table}_"
        urls = [reverse(address + view, args=[quote(key)]) for view in ("change", "history")]
        urls = ["", ""] if label == "delete" else urls
        context = json.loads(context) if context else {}
        name = name or spoken[table].get(key, key)
        changes.append(Latest(at, label, str(options.verbose_name), name, *urls, context))
    people = _people(change.context for change in changes)
    for change in changes:
        change.person = people.get(change.context.get("user"), "")
    return changes


def _spoken_of(model, keys):
    """What rows without a name are called, by their keys as texts."""
    rows = model._base_manager.select_related(*history.SPOKEN_OF.get(model, ())).filter(pk__in=keys)
    return {str(row.pk): str(row) for row in rows}


def _has_history(model):
    return hasattr(model, "pgh_event_model") and not model._meta.proxy


def _branch(model, limit):
    """SQL: a table's latest events by its key, with the name that the reader sees. All names are the model's own."""
    event = model.pgh_event_model._meta
    columns = {column.name: column.column for column in event.concrete_fields}
    language = get_language() or "en"
    codes = (language, *FALLBACKS.get(language, FALLBACKS["en"]))
    text = text_of(model)
    named = [to_attribute(text, code) for code in codes] if text else []
    named += [name for name in ("title", "name", "reference", "code", "number", "file_name", "key") if name in columns]
    quoted = ", ".join(f"NULLIF(\"{columns[name]}\"::text, '')" for name in named) or "NULL"
    return (
        f"(SELECT '{model._meta.model_name}', pgh_id AS event, pgh_created_at AS at, pgh_label, pgh_obj_id::text, "
        f"left(COALESCE({quoted}), 120), pgh_context::text "
        f'FROM "{event.db_table}" ORDER BY pgh_id DESC LIMIT {int(limit)})'
    )
