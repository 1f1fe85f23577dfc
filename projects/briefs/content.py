"""What a paper says, whatever file it becomes."""

import dataclasses
import datetime
import hashlib
import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """A piece of text. notes: numbers of its footnotes; tone: "late", "done", "unknown" or nothing.

    value, unit: the figure as data (plain digits), where the text is one.
    """

    text: str
    notes: tuple = ()
    tone: str = ""
    value: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a paper: rows of cells, with headings where it is a table; without, a label and what is said of it.

    place: "left", "right" or "full", the part of the page where it stands. more: a sentence about what is left out.
    """

    key: str
    title: str
    rows: list
    head: tuple = ()
    place: str = "full"
    more: str = ""


@dataclass(frozen=True)
class Tile:
    """A square of the tile map: where it lies, what it is called, how many projects it has."""

    name: str
    row: int
    column: int
    count: int


@dataclass(frozen=True)
class Paper:
    """One paper. kind: what it is, in words; lead: its first sentence; footnotes: in the order of their numbers.

    day: all figures are those of this day. known_at: the moment by which they were recorded; taken: words about both.
    """

    kind: str
    title: str
    lead: str
    sections: list
    footnotes: list
    day: datetime.date
    since: datetime.date | None
    language: str
    known_at: datetime.datetime
    taken: str
    map_title: str = ""
    tiles: list = field(default_factory=list)
    map_note: str = ""

    @property
    def hash(self):
        """SHA-256 of all that is said. Of the moment at which it was read nothing is said in the facts."""
        said = dataclasses.asdict(self)
        del said["known_at"], said["taken"]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()

    def placed(self, place):
        return [section for section in self.sections if section.place == place]
