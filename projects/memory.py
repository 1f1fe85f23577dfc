"""What was computed once for a state of the data, kept in this process until anything in the register changes.

Triggers note each statement that writes; a state is the sum of these notes (`CHANGES` in sql.py). It is read once a
request, before what is remembered: an answer may be newer than the state it is filed under, never older. Nothing is
remembered where the data are not those that all see: in a transaction that has written. What is read of the past
follows from the data and from the day looked back to, and is remembered with that day.

Figures that are sums over projects are kept for parts of the register too: the notes say whose figures a statement may
have changed, and only the parts of those are made anew (`added_up`). What tells of few projects outlives what is
written of others (`remembered_of_projects`).
"""

import contextlib
import sys
import threading
from collections import OrderedDict
from contextvars import ContextVar
from itertools import accumulate
from typing import NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from projects.models.sql import BLOCK

KEPT = 32 * 1024 * 1024  # bytes of answers in a process
ANSWER = 16 * 1024  # bytes that an answer is taken to have where it is no text: totals, facets
FIGURE = 250  # and bytes of one key among many figures
WITHIN = 4  # bits: a part of the register is added up from sixteen smaller ones

_request = ContextVar("request", default=None)
_answers = OrderedDict()  # key -> Kept, of the state that was asked for last
_making = {}  # key -> lock of who makes the answer
_lock = threading.Lock()
_size = 0  # of all answers, in bytes


class Kept(NamedTuple):
    state: object
    answer: object
    size: int


def remembered(key, compute):
    """What `compute()` returns, kept for later requests of the same state of the data, day and language.

    Args:
        key: hashable, tells all else that the answer depends on: the question, and whose eyes it is for.
        compute: function without arguments; what it returns is shared, hence never changed.
    """
    state = _state()
    if state is None:
        return compute()
    return _kept((_request.get()["past"], timezone.localdate(), get_language(), key), lambda _answer: state, compute)


class OfProjects(NamedTuple):
    """An answer with the keys of all projects that it tells of."""

    answer: object
    projects: frozenset


def remembered_of_projects(key, compute):
    """As `remembered`, for what hangs on few projects: kept until their blocks, or what all share, are written.

    Args: compute: function without arguments that returns an OfProjects. Of other projects than it names the answer
    tells nothing that rows in COUNTED say.
    """
    if _state() is None or _request.get()["past"] is not None:
        return remembered(key, lambda: compute().answer)
    blocks = _states_of_blocks()

    def state_of(kept):
        numbers = {project >> BLOCK for project in kept.projects}
        return blocks.apart, *(blocks.state(number, number + 1) for number in sorted(numbers))

    return _kept((timezone.localdate(), get_language(), key), state_of, compute).answer


def _kept(key, state_of, compute):
    """The answer of a state; who asks while another thread makes it waits for that one.

    state_of: function of an answer: the state that the data now have of all that such an answer hangs on.
    """
    with _lock:
        if found := _found(key, state_of):
            return found.answer
        making = _making.setdefault(key, threading.Lock())
    with making:
        with _lock:
            if found := _found(key, state_of):
                return found.answer
        try:
            answer = compute()
            _keep(key, Kept(state_of(answer), answer, _bytes(answer)))
        finally:
            with _lock:
                _making.pop(key, None)
    return answer


def _found(key, state_of):
    kept = _answers.get(key)
    if kept is None or kept.state != state_of(kept.answer):
        return None
    _answers.move_to_end(key)
    return kept


def _keep(key, kept):
    global _size
    with _lock:
        before = _answers.pop(key, None)
        _answers[key] = kept
        _size += kept.size - (before.size if before else 0)
        while _size > KEPT:
            _size -= _answers.popitem(last=False)[1].size


def _bytes(answer):
    if isinstance(answer, OfProjects):
        return _bytes(answer.answer)
    if isinstance(answer, dict):
        return sum(FIGURE + sum(map(sys.getsizeof, figures)) for figures in answer.values())
    return sys.getsizeof(answer) if isinstance(answer, (str, bytes)) else ANSWER


def added_up(key, compute):
    """What `compute(part)` returns, added up over all parts of the register; of most parts it is remembered.

    A part is asked for as a whole first; once something in it was written, the smaller ones are asked for in its
    place, and from then on only those of them in which something is written. So an answer costs one question where it
    is asked once, and after a write to one project soon no more than its block of projects.

    Only for what a project adds to a sum by its rows in COUNTED and by those that all share, in any language and on
    any day. Where nothing can be remembered, and in the past, the whole is asked for.

    Args:
        key: as of `remembered`. compute: function of a part, which is a function of the path to the key of a project
            ("pk", say) that returns a Q. It returns key -> tuple of what can be added (None: nothing).
    """
    if _state() is None or _request.get()["past"] is not None:
        return compute(whole)
    blocks = _states_of_blocks()
    level = 0
    while blocks.last >> WITHIN * level:
        level += 1
    return _of_part(key, compute, blocks, level, 0)


def _of_part(key, compute, blocks, level, place):
    """`added_up` of one part: the blocks whose numbers have `place` above their last `level` * WITHIN bits."""
    width = 1 << WITHIN * level
    first = place * width
    name, state = ("part", first, width, key), blocks.state(first, first + width)

    def compute_part():
        before = _answers.get(name)
        if level and before and before.state[0] == blocks.of_all:
            smaller = range(place << WITHIN, (place + 1) << WITHIN)
            smaller = [number for number in smaller if number << WITHIN * (level - 1) <= blocks.last]
            return _sum(_of_part(key, compute, blocks, level - 1, number) for number in smaller)
        return compute(_keys(first, width))

    return _kept(name, lambda _answer: state, compute_part)


def _sum(parts):
    found = {}
    for part in parts:
        for key, figures in part.items():
            there = found.get(key)
            found[key] = tuple(map(_plus, there, figures)) if there else figures
    return found


def _plus(one, other):
    if one is None or other is None:
        return one if other is None else other
    return one + other


def whole(path):
    """The part that is all of the register."""
    return Q()


def _keys(first, width):
    start, end = first << BLOCK, (first + width) << BLOCK
    return lambda path: Q(**{f"{path}__gte": start, f"{path}__lt": end})


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


class Blocks(NamedTuple):
    """The states of blocks of projects.

    of_all: of what may touch any; apart: of what no figure of a project hangs on; last: the number of the last block.
    """

    of_all: int
    apart: int
    upto: list  # of block numbers: the sum of the states of all blocks before
    last: int

    def state(self, first, end):
        first, end = (min(number, len(self.upto) - 1) for number in (first, end))
        return self.of_all, self.upto[end] - self.upto[first]


def _states_of_blocks():
    request = _request.get()
    if "blocks" not in request:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT block, sum(step), (SELECT max(id) FROM projects_project) FROM projects_change GROUP BY block"
            )
            rows = cursor.fetchall()
        states = {block: int(state) for block, state, _last in rows}
        last = (rows[0][2] or 0) >> BLOCK if rows else 0
        of_all, apart, _unseen = (states.pop(block, 0) for block in (None, -1, -2))
        upto = accumulate((states.get(block, 0) for block in range(max(last, 0, *states) + 1)), initial=0)
        request["blocks"] = Blocks(of_all, apart, list(upto), last)
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
# What `added_up` may ask: tables by whose rows single projects count, each with the column of the project…
COUNTED = {
    "projects_project": "id",
    "projects_projectsector": "project_id",
    "projects_projectparty": "project_id",
    "projects_projectparty_candidates": "project_id",
    "projects_projectmoney": "project_id",
    "projects_amount": "project_id",
    "projects_observation": "project_id",
    "projects_milestone": "project_id",
    "projects_problem": "project_id",
    "projects_update": "project_id",
    "projects_stagechange": "project_id",
    "projects_projectdocument": "project_id",
}
# … and those that any project's figures may hang on, with the columns that they do. What is new, none does yet.
SHARED = {
    "projects_organisation": "country_id, province_id",
    "projects_place": "kind, parent_id",
    "projects_programme": "code",
    "projects_sector": "parent_id",
    "auth_user": "username",
}
# Tables whose new rows nothing tells of before another row refers to them.
UNSEEN = {
    "projects_document",
    "projects_organisation",
    "projects_person",
    "projects_source",
    "projects_statement",
}
OF_ALL = {"projects_reportingcycle", "projects_reportingperiod"}  # what any row of these says, new ones too


def watch_tables():
    """(Re)make the triggers that note changes: on every recorded table, on kept sums, and on what people are called."""
    recorded = {
        model.pgh_tracked_model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }
    wanted = {}
    for table in (recorded - APART) | COUNTED.keys() | SHARED.keys():
        wanted |= {(table, name, argument): sql for name, argument, sql in _triggers(table)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, trim(encode(tgargs, 'escape'), '\\000') FROM pg_trigger "
            "WHERE tgname LIKE 'note_change%%'"
        )
        there = set(cursor.fetchall())
        for table, name, _argument in sorted(there - wanted.keys()):
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
        for table, name, argument in sorted(wanted.keys() - there):
            cursor.execute(f"CREATE TRIGGER {name} AFTER {wanted[table, name, argument]}")


# What a trigger has before it of the rows that the statement wrote.
WRITTEN = {
    "INSERT": "REFERENCING NEW TABLE AS changed",
    "UPDATE": "REFERENCING OLD TABLE AS before NEW TABLE AS changed",
    "DELETE": "REFERENCING OLD TABLE AS changed",
}


def _triggers(table):
    """Name, argument and SQL of each trigger of a table."""
    if table in COUNTED:
        noted = dict.fromkeys(WRITTEN, COUNTED[table])
        if table == "projects_projectparty":  # a party that was there may also count with its candidates
            noted["UPDATE"] = ""
    else:
        noted = dict.fromkeys(WRITTEN, "" if table in OF_ALL else "apart")
        if table in UNSEEN:
            noted["INSERT"] = "unseen"
    for event, argument in (noted | {"TRUNCATE": ""}).items():
        rows = WRITTEN[event] if table in COUNTED and argument else ""
        # Each sign-in writes `last_login`, which nothing shows.
        columns = "OF username, first_name, last_name" if (table, event) == ("auth_user", "UPDATE") else ""
        given = f"'{argument}'" if argument else ""
        yield (
            f"note_change_{event.lower()}",
            argument,
            f"{event} {columns} ON {table} {rows} FOR EACH STATEMENT EXECUTE FUNCTION tracker_note_change({given})",
        )
    if table in SHARED:
        yield (
            "note_change_of_all",
            "",
            f"UPDATE OF {SHARED[table]} OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tracker_note_change()",
        )
