"""What was computed once for a state of the data, kept in this process until anything in the register changes.

Triggers note each statement that writes; a state is the sum of these notes (`CHANGES` in sql.py). It is read once a
request, before what is remembered: an answer may be newer than the state it is filed under, never older. Nothing is
remembered where the data are not those that all see: in a transaction that has written. What is read of the past
follows from the data and from the day looked back to, and is remembered with that day.
"""

import contextlib
import sys
import threading
from collections import OrderedDict
from contextvars import ContextVar

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

KEPT = 32 * 1024 * 1024  # bytes of answers in a process
ANSWER = 16 * 1024  # bytes that an answer is taken to have where it is no text: totals, facets

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
    key = (state, _request.get()["past"], timezone.localdate(), get_language(), key)
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


class MemoryMiddleware:
    """Requests that only read use the memory."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with used() if request.method in ("GET", "HEAD") else unused():
            return self.get_response(request)


# Recorded tables that nothing remembered is made of; some are written while people only read.
APART = {"projects_notice", "projects_importjob", "projects_subscription", "projects_webhook", "projects_savedmapping"}


def watch_tables():
    """(Re)make the triggers that note changes: on every recorded table, and on what people are called."""
    recorded = {
        model.pgh_tracked_model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }
    people = get_user_model()._meta.db_table
    wanted = (recorded - APART) | {people}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'note_change'")
        watched = {table for (table,) in cursor.fetchall()}
        for table in sorted(watched - wanted):
            cursor.execute(f'DROP TRIGGER note_change ON "{table}"')
        for table in sorted(wanted - watched):
            # Each sign-in writes `last_login`, which nothing shows.
            columns = " OF username, first_name, last_name" if table == people else ""
            cursor.execute(
                f'CREATE TRIGGER note_change AFTER INSERT OR UPDATE{columns} OR DELETE OR TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION tracker_note_change()"
            )
