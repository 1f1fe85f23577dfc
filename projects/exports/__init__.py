"""Lists taken away whole: the rows of a list page as a file, read in constant memory.

A page gives a `Table`; `sheets`, `texts` and `maps` write it. All of them read the rows through the page's own
filters, permissions and columns, so that what is seen is what is taken.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.columns.values import column
from projects.exports import reading


@contextlib.contextmanager
def one_moment():
    """Everything read inside is of one moment, so that totals and rows agree whoever writes meanwhile."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass
class Table:
    """What a list page shows, all rows of it.

    heading: the page's. columns: those shown, as in `projects.columns`. rows: a queryset in the list's order.
    context: what the columns' cells need. about: function without arguments, giving rows of words and figures that
    say what this is. reading: context manager around every read.
    """

    heading: str
    columns: list
    rows: object
    context: object
    about: Callable = list
    reading: Callable = one_moment

    @property
    def fields(self):
        """The columns of a file: those of the page, each with those beside it."""
        return [field for column in self.columns for field in (column, *column.beside)]

    @property
    def headings(self):
        return [str(field.label) for field in self.fields]

    def chunks(self):
        """Yield the rows, a chunk in memory at a time: `reading.Rows` or lists. To be called inside `reading`."""
        return reading.read(self.rows)

    def read(self):
        """Yield the rows as records. To be called inside `reading`."""
        for rows in self.chunks():
            yield from rows

    def values(self):
        """Yield what a chunk of rows says: for each field a list with text, numbers, dates, moments, None.

        To be called inside `reading`.
        """
        values = [field.cell.value for field in self.fields]
        for rows in self.chunks():
            yield [column(value, rows, self.context) for value in values]


@dataclass
class Lines:
    """A short table, made already: what `sheets` and `texts` write of it. headings: words; lines: lists of values."""

    heading: str
    headings: list
    lines: list
    about: Callable = list
    reading: Callable = one_moment

    def values(self):
        return [list(zip_longest(*self.lines))]


def particulars(looking_back, user):
    """What every file says of itself: of which day it is, as recorded when, taken by whom. Rows of words.

    looking_back: as the request has it (`as_of`, `known_at`), or None.
    """
    looking_back = looking_back or {}
    return [
        (_("True on"), looking_back.get("as_of") or timezone.localdate()),
        (_("As recorded on"), looking_back.get("known_at") or timezone.now()),
        (_("Taken by"), user.get_username()),
    ]
