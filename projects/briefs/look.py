"""What the files of a paper have in common to the eye: colours, widths, the tile map, the line at the foot."""

import datetime

from django.utils.translation import gettext as _

TEXT, MUTED, LINE, SUNKEN = "#16212a", "#4d5c66", "#d3dade", "#ebeff1"
STRONG, ACCENT = "#073f55", "#0b5c7b"
TONES = {"late": "#991c1c", "done": "#175a37", "unknown": "#73818a"}
DATED = ("happened", "ahead", "changes", "contacts", "late")  # sections whose labels are dates
MARK = 16  # digits of the hash that are printed


def footer(paper):
    """The last line: as of which day, by when recorded, and the mark by which two papers are compared."""
    return _("%(taken)s · content %(mark)s") % {"taken": paper.taken, "mark": paper.hash[:MARK]}


def shares(section):
    """The widths of a section's columns as parts of its width."""
    count = max(len(row) for row in section.rows)
    if count == 1:
        return [1]
    if count == 2:
        return [0.17, 0.83] if section.key in DATED else [0.34, 0.66]
    if section.key == "projects":
        return [0.12, 0.42, 0.26, 0.2]
    return [0.3, *([0.7 / (count - 1)] * (count - 1))]


def size_of(tiles):
    """Rows and columns of a tile map."""
    rows, columns = [tile.row for tile in tiles], [tile.column for tile in tiles]
    return max(rows) - min(rows) + 1, max(columns) - min(columns) + 1


def placed(tiles):
    """(tile, row, column) counted from 0."""
    top, left = min(tile.row for tile in tiles), min(tile.column for tile in tiles)
    return [(tile, tile.row - top, tile.column - left) for tile in tiles]


def describe(properties, paper):
    """Fill the properties of an office file, with nothing that changes from one writing to the next."""
    properties.title, properties.subject, properties.author = paper.title, paper.kind, _("Investment register")
    properties.keywords, properties.language, properties.comments = paper.hash, paper.language, ""
    properties.last_modified_by = ""
    properties.created = properties.modified = datetime.datetime.combine(paper.day, datetime.time.min)
