"""A file gone through from its first row to its last: what it would change is told, and written where that is asked.

It goes portion by portion, so that the memory it takes does not grow with the file: a portion is planned, told, perhaps
written, and forgotten. Looking writes nothing and keeps nobody from the records. Carrying out plans all of it again,
each portion just before it is written, and ends with nothing written where that is not what was looked at.
"""

from projects.exchange import changes, progress, writing
from projects.exchange.preview import Outcome

PORTION = 1000  # rows of the file


def look(stated, by, *, height, **answers):
    """What a file would change. Args: as of `carry_out`. Returns: the Outcome."""
    progress.begin("comparing", height)
    outcome, planner = Outcome(by), changes.Planner(by, **answers)
    for _found in _planned(stated, planner, outcome):
        pass
    return outcome


def carry_out(stated, author, *, by, job, height, why, allow, **answers):
    """Write what a file states: all of it, or nothing.

    Args:
        stated: see `rows.Stated`; author: in whose name it is planned, and by: who writes it. job: the ImportJob, the
        source of what has none. height: the number of rows of the file. why: for the history. allow: called with the
        Outcome after each portion and at the end (with `is_whole`), before it is kept; raises what refuses it.
        answers: see `changes.Planner`.
    Returns: the Outcome, and what was written, as `undoing` takes it back.
    Raises: what `allow` raises; writing.Outdated; actions.Refused where the database refuses what the rules let pass.
    """
    progress.begin("writing", height)
    outcome, planner = Outcome(author), changes.Planner(author, **answers)
    with writing.begun(by=by, job=job, reason=why) as writer:
        for found in _planned(stated, planner, outcome):
            allow(outcome, is_whole=False)
            writer.write(found)
        allow(outcome, is_whole=True)
        return outcome, writer.written()


def _planned(stated, planner, outcome):
    """The ChangeSet of each portion; then the Outcome is whole."""
    told = 0
    for rows, number in _portions(stated.units):
        found = planner.plan(rows)
        outcome.add(found, planner.known.lasting)
        outcome.refuse(stated.problems[told:])
        told = len(stated.problems)
        yield found
        progress.tick(number)
    outcome.refuse(stated.problems[told:])
    outcome.notes, outcome.left_out = [*stated.notes, *planner.notes()], stated.left_out


def _portions(units):
    """Lists of Rows, and how many rows of the file they stand in; a unit is never divided."""
    rows, places = [], set()
    for unit in units:
        rows += unit
        places |= {(row.sheet, row.number) for row in unit}
        if len(places) >= PORTION:
            yield rows, len(places)
            rows, places = [], set()
    if rows:
        yield rows, len(places)
