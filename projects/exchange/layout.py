"""Where the table of a sheet begins and ends: titles above it, rows of headings, totals, sections and notes."""

import re
from dataclasses import dataclass, field
from itertools import islice

from projects.exchange.phrases import IDEOGRAPH, tidy
from projects.models.functions import fold

SEARCHED = 40  # rows in which the headings are looked for
DEPTH = 3  # rows of headings at most
TOTAL_LENGTH = 60  # characters: a longer text that begins with «всего» is a sentence
WIDEST = 300  # columns that are looked at
TOTALS = [
    "итог",
    "всего",
    "барлығы",
    "жиын",
    "жалпы",
    "total",
    "grand total",
    "subtotal",
    "合计",
    "总计",
    "小计",
    "共计",
]
NOTES = [
    "примеч",
    "исполн",
    "исп ",
    "начальник",
    "руковод",
    "директор",
    "ескерт",
    "орындаған",
    "басшы",
    "note",
    "source",
]
NOTES += ["prepared by", "备注", "制表", "注"]
_TOTALS, _NOTES = (tuple(map(fold, words)) for words in (TOTALS, NOTES))


@dataclass
class Layout:
    """Rows count from 0 within the sheet's cells.

    headings: one text for each column; own: the lowest cell of each; titles: what stands above.
    """

    first: int
    last: int
    headings: list
    own: list = field(default_factory=list)
    titles: list = field(default_factory=list)

    @property
    def begins(self):
        """The first row below the headings."""
        return self.last + 1


def text_of(value):
    """A cell as one line of text."""
    return "" if value is None else tidy(str(value))


def find_layout(table, recognition):
    """Where the headings of a sheet stand; None where it has no text in its first rows.

    The rows whose columns are recognised best are the headings: one row, or a row of groups above others. Where no
    heading is recognised it is the first row with the most texts.
    """
    best, best_score = None, 0
    widest, most = None, 0
    for first in range(min(len(table.cells), SEARCHED)):
        if not any(isinstance(value, str) for value in table.cells[first]):
            continue
        texts = sum(isinstance(value, str) for value in table.cells[first])
        if texts > most:
            widest, most = first, texts
        for depth in range(1, DEPTH + 1):
            last = first + depth - 1
            if last >= len(table.cells) or (depth > 1 and not _may_be_heading(table.cells[last])):
                break
            headings = _combined(table.cells[first : last + 1])
            found = [recognition.of(heading) for heading in headings]
            keys = {targets[0][0] for targets in found if targets}
            score = sum(targets[0][1] for targets in found if targets) + len(keys) - 0.3 * (depth - 1)
            if keys and score > best_score + 1e-9:
                best, best_score = Layout(first, last, headings), score
    if best is None and widest is None:
        return None
    best = best or Layout(widest, widest, _combined([table.cells[widest]]))
    for place in range(len(best.headings)):
        texts = [text_of(table.cell(row, place)) for row in range(best.first, best.last + 1)]
        best.own.append(next(filter(None, reversed(texts)), ""))
    best.titles = [text_of(value) for row in table.cells[: best.first] for value in row if value is not None]
    while best.begins < len(table.cells) and _numbers_columns(table.cells[best.begins]):
        best.last += 1
    return best


def _may_be_heading(row):
    """Whether a row below headings may continue them: texts only, none of them long digits."""
    filled = [value for value in row if value is not None]
    return bool(filled) and all(isinstance(value, str) or _is_year(value) for value in filled)


def _is_year(value):
    return isinstance(value, int) and not isinstance(value, bool) and 1990 <= value < 2100


def _numbers_columns(row):
    """A row 1, 2, 3, … below the headings."""
    numbers = [int(text) if (text := text_of(value)).isdigit() and len(text) < 4 else None for value in row if value]
    return len(numbers) > 1 and None not in numbers and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _combined(rows):
    """One heading for each column: a group's heading applies to the empty cells on its right."""
    width = min(max(map(len, rows)), WIDEST)
    grid = [[text_of(value) for value in row[:width]] + [""] * (width - len(row)) for row in rows]
    for number, row in enumerate(grid[:-1]):
        below = [[line[place] for line in grid[number + 1 :]] for place in range(width)]
        group = ""
        for place in range(width):
            if row[place]:
                group = row[place] if any(below[place]) else ""
            elif group and any(below[place]):
                row[place] = group
    return [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*grid, strict=True)]


def left_out(row):
    """Why a row below the headings is no record: "total", "section", "note", "empty"; None for a record."""
    filled = list(islice((text for value in row if (text := text_of(value))), 3))
    if not filled:
        return "empty"
    texts = [fold(text) for text in filled if not re.fullmatch(r"[\d\W_]+", text)]
    if texts and texts[0].startswith(_TOTALS) and len(texts[0]) < TOTAL_LENGTH:
        return "total"
    if len(filled) > 1:
        return None
    return "note" if texts and texts[0].startswith(_NOTES) else "section"


def language_of(headings):
    """The language of a table by the letters of its headings: kk, ru, zh-hans or en."""
    text = "".join(headings).casefold()
    if re.search("[әғқңөұүһі]", text):
        return "kk"
    if re.search("[а-я]", text):
        return "ru"
    return "zh-hans" if IDEOGRAPH.search(text) else "en"
