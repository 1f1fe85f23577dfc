"""What was computed once for a state of the data, kept in this process until anything in the register changes.

Triggers note each statement that writes; a state is the sum of these notes (`CHANGES` in sql.py). It is read once a
request, before what is remembered: an answer may be newer than the state it is filed under, never older. Nothing is
remembered where the data are not those that all see: in a transaction that has written. What is read of the past
follows from the data and from the day looked back to, and is remembered with that day.

Figures over the whole register are kept in parts, by blocks of projects: the notes say whose figures a statement may
have changed, and only the parts of those are made anew (`of_parts`).
"""

import contextlib
import sys
import threading
from collections import OrderedDict
from contextvars import ContextVar
from functools import partial

from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from projects.models.sql import BLOCK

KEPT = 32 * 1024 * 1024  # bytes of answers in a process
ANSWER = 16 * 1024  # bytes that an answer is taken to have where it is no text: totals, facets
PARTS = 32  # at most, of the whole register

_request = ContextVar("request", default=None)
_answers = OrderedDict()
_lock = threading.Lock()


def remembered(key, compute):
    """What `compute()` returns, kept for later requests of the same state of the data, day and language.

    Args:
        key: hashable, tells all else that the answer depends on: the question, and whose eyes it is for.
        compute: function without arguments; what it returns is shared, hence never changed.
    """
    state = _state()
    if state is None:
        return compute()
    return _kept((state, _request.get()["past"], timezone.localdate(), get_language(), key), compute)


def _kept(key, compute):
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    answer = compute()
    with _lock:
        _answers[key] = answer
        size = sum(map(_size, _answers.values()))
        while size > KEPT:
            size -= _size(_answers.popitem(last=False)[1])
    return answer


def of_parts(key, compute):
    """What `compute(part)` returns for each part of the register, for the caller to add up; of most it is remembered.

    Only for what a project adds to a sum by its rows in COUNTED and by those that all share, in any language and on
    any day. Where nothing can be remembered, and in the past, the whole is one part.

    Args:
        key: as of `remembered`. compute: function of a part, which is a function of the path to the key of a project
            ("pk", say) that returns a Q; what it returns is shared, hence never changed.
    """
    if _state() is None or _request.get()["past"] is not None:
        return [compute(whole)]
    states, last = _states_of_blocks()
    of_all, blocks = states.get(None, 0), [block for block in states if block is not None and block >= 0]
    width = 1  # in blocks, doubled as the register grows
    while width * PARTS <= last:
        width *= 2
    found = []
    for first in range(0, last + 1, width):
        state = of_all, sum(states[block] for block in blocks if first <= block < first + width)
        found.append(_kept(("part", first, width, state, key), partial(compute, _part(first, width))))
    return found


def whole(path):
    """The part that is all of the register."""
    return Q()


def _part(first, width):
    start, end = first << BLOCK, (first + width) << BLOCK
    return lambda path: Q(**{f"{path}__gte": start, f"{path}__lt": end})


def _size(answer):
    return sys.getsizeof(answer) if isinstance(answer, (str, bytes)) else ANSWER


@contextlib.contextmanager
def used(past=None):
    """Inside, answers are remembered, all for the state that the data have when first asked for.

    Args:
        past: hashable, what is looked back to; None: the present.
    """
    before = _request.set({"past": past})
    try:
        yield
    finally:
        _request.reset(before)


@contextlib.contextmanager
def unused():
    """Inside, nothing is remembered."""
    before = _request.set(None)
    try:
        yield
    finally:
        _request.reset(before)


def of_past(*past):
    """Inside, what is remembered is of a past, if anything is."""
    return unused() if _request.get() is None else used(past)


def _state():
    request = _request.get()
    if request is None:
        return None
    if "state" not in request:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(step), pg_current_xact_id_if_assigned() IS NULL FROM projects_change")
            state, is_everybodys = cursor.fetchone()
        request["state"] = (state or 0) if is_everybodys else None
    return request["state"]


def _states_of_blocks():
    """The state of each block of projects, of all (None) and of what none hangs on (-1); and the last block."""
    request = _request.get()
    if "blocks" not in request:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT block, sum(step), (SELECT max(id) FROM projects_project) FROM projects_change GROUP BY block"
            )
            rows = cursor.fetchall()
        last = (rows[0][2] or 0) >> BLOCK if rows else 0
        request["blocks"] = {block: state for block, state, _last in rows}, last
    return request["blocks"]


class MemoryMiddleware:
    """Requests that only read use the memory."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with used() if request.method in ("GET", "HEAD") else unused():
            return self.get_response(request)


# Recorded tables that nothing remembered is made of; some are written while people only read.
APART = {"projects_notice", "projects_importjob", "projects_subscription", "projects_webhook", "projects_savedmapping"}
# What `of_parts` may ask: tables by whose rows single projects count, each with the column of the project…
COUNTED = {
    "projects_project": "id",
    "projects_projectsector": "project_id",
    "projects_projectparty": "project_id",
    "projects_projectparty_candidates": "project_id",
    "projects_projectmoney": "project_id",
    "projects_amount": "project_id",
    "projects_observation": "project_id",
}
# … and those that any project's figures may hang on, with the columns that they do. What is new, none does yet.
SHARED = {
    "projects_organisation": "country_id, province_id",
    "projects_place": "kind, parent_id",
    "projects_programme": "code",
    "projects_sector": "parent_id",
    "auth_user": "username",
}


def watch_tables():
    """(Re)make the triggers that note changes: on every recorded table, on kept sums, and on what people are called."""
    recorded = {
        model.pgh_tracked_model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }
    wanted = {}
    for table in (recorded - APART) | COUNTED.keys() | SHARED.keys():
        wanted |= {(table, name): sql for name, sql in _triggers(table)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE 'note_change%'")
        there = set(cursor.fetchall())
        for table, name in sorted(there - wanted.keys()):
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
        for table, name in sorted(wanted.keys() - there):
            cursor.execute(f"CREATE TRIGGER {name} AFTER {wanted[table, name]}")


# What a trigger has before it of the rows that the statement wrote.
WRITTEN = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING OLD TABLE AS before NEW TABLE AS changed",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}


def _triggers(table):
    """Name and SQL of each trigger of a table."""
    if table in COUNTED:
        noted = dict.fromkeys(WRITTEN, COUNTED[table])
        if table == "projects_projectparty":  # a party that was there may also count with its candidates
            noted["UPDATE"] = ""
    else:
        noted = dict.fromkeys(WRITTEN, "apart")
    for event, argument in (noted | {"TRUNCATE": ""}).items():
        rows = WRITTEN[event] if argument not in ("", "apart") else ""
        # Each sign-in writes `last_login`, which nothing shows.
        columns = "OF username, first_name, last_name" if (table, event) == ("auth_user", "UPDATE") else ""
        given = f"'{argument}'" if argument else ""
        yield (
            f"note_change_{event.lower()}",
            f"{event} {columns} ON {table} {rows} FOR EACH STATEMENT EXECUTE FUNCTION tracker_note_change({given})",
        )
    if table in SHARED:
        yield (
            "note_change_of_all",
            f"UPDATE OF {SHARED[table]} OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tracker_note_change()",
        )
