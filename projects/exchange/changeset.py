"""What rows of a file would do to the register, one change a row; nothing is written here."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Model

from projects.exchange.rows import NOUNS, Row
from projects.exchange.values import NAMES, is_empty

NEW = "new"  # the answer to a proposal: not the same, a record of its own
THEIRS, YOURS = "theirs", "yours"  # the answers to a conflict
ALL = "*"  # the key of an answer to all conflicts that have none of their own
SAME_SOURCE = {"statement", "certainty", "is_confidential"}  # may change without the figure having another source


@dataclass(slots=True)
class CellChange:
    """A field that a file sets. In a conflict, `was` is what the file was taken with and `old` what stands now."""

    field: object
    cell: object
    old: object
    new: object
    was: object = None
    key: str = ""
    choice: str = ""


@dataclass(slots=True)
class Change:
    """What a row does to a record. before: None for a new one. record: as it will be, not saved."""

    row: Row
    record: object
    before: object = None
    cells: list = field(default_factory=list)
    conflicts: list = field(default_factory=list)
    warnings: list = field(default_factory=list)  # (Cell or None, sentence)
    errors: dict = field(default_factory=dict)  # name of a field -> (Cell or None, sentence)

    @property
    def noun(self):
        return NOUNS[self.row.noun]

    @property
    def is_new(self):
        return self.before is None

    @property
    def names(self):
        return [cell.field.name for cell in self.cells]

    @property
    def gets_statement(self):
        """Whether the file becomes the source of what the record says."""
        if not self.noun.is_sourced:
            return False
        if self.is_new or "statement" in self.names:
            return self.record.statement_id is None
        return bool(set(self.names) - SAME_SOURCE)


@dataclass
class Proposal:
    """A new record that may be one of the register. choice: the key of that one, NEW, or nothing yet."""

    key: str
    change: Change
    candidates: list  # (record, sentence saying why)
    choice: str = ""


@dataclass
class ChangeSet:
    """All that the rows of a portion would do, see `carrying`. Problems refuse the whole file."""

    changes: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    proposals: list = field(default_factory=list)
    unchanged: int = 0

    @property
    def creates(self):
        return [change for change in self.changes if change.is_new]

    @property
    def updates(self):
        return [change for change in self.changes if not change.is_new and change.cells]

    @property
    def conflicts(self):
        return [(change, cell) for change in self.changes for cell in change.conflicts]

    @property
    def warnings(self):
        return [(change, cell, text) for change in self.changes for cell, text in change.warnings]

    def add_to(self, digest, lasting):
        """Say to a digest all that would be written.

        Args: lasting: id of a new record that later portions may name -> what it is called in the digest.
        """
        names = dict(lasting)
        for change in self.changes:
            state = (change.row.noun, change.row.sheet, change.row.number)
            state += (change.before.pk, change.before.version) if change.before else ()
            cells = []
            for cell in change.cells:
                value = cell.new
                if id(value) in names:
                    value = names[id(value)]
                elif isinstance(value, Model) and value.pk is None:  # a new record that several rows are about
                    value = names[id(value)] = key(value)
                cells.append((cell.field.name, key(value)))
            digest.update(repr((state, cells)).encode())


def key(value):
    """A value as it is compared: rows by their key, or by themselves while they have none."""
    if isinstance(value, Model):
        return value.pk if value.pk is not None else repr(value)
    return value.normalize() if isinstance(value, Decimal) else value


def names_of(record):
    """The names of a record in the languages that it has one in."""
    return [text for name in NAMES if (text := getattr(record, name))]


def differ(one, other):
    """Whether two organisations have different numbers of one kind."""
    return any(len({getattr(row, name) for row in (one, other)} - {None, ""}) > 1 for name in ("bin", "uscc"))


def are_alike(one, other, names):
    """Whether two records have the same in these fields."""
    return all(key(getattr(one, name)) == key(getattr(other, name)) for name in names)


def node(record):
    """What tells two records apart, in the register or not saved yet."""
    return ("saved", record.pk) if record.pk is not None else ("new", id(record))


def stated(row):
    """The row without its empty cells, and what holds of new records alone: that is left as it is in the register."""
    values = {name: cell for name, cell in row.values.items() if name not in row.for_new and not is_empty(cell.value)}
    return Row(row.sheet, row.number, row.noun, values)
