"""How far a long piece of work has come, told from within it and seen from outside while it is under way."""

from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("progress", default=None)


class Cancelled(Exception):
    """Somebody asked for the end; the transaction of the work is rolled back."""


class Progress:
    """step: name of the stage the work is at; done of total: its items, 0 where they are not counted."""

    def __init__(self):
        self.step, self.done, self.total, self.is_cancelled = "", 0, 0, False


@contextmanager
def told(progress):
    """What is done inside tells `progress` how far it has come."""
    token = _current.set(progress)
    try:
        yield progress
    finally:
        _current.reset(token)


def begin(step, total=0):
    """A stage of the work begins. Raises: Cancelled."""
    if (progress := _current.get()) is not None:
        progress.step, progress.done, progress.total = step, 0, total
        tick(0)


def heed():
    """Raises: Cancelled where somebody has asked for the end; called within what is counted as one."""
    tick(0)


def tick(number=1):
    """So many more items are done. Raises: Cancelled."""
    if (progress := _current.get()) is not None:
        progress.done += number
        if progress.is_cancelled:
            raise Cancelled
