"""The file that was sent, with every cell that is refused marked, and a comment on it that says how to mend it."""

import datetime
from collections import defaultdict

import xlsxwriter

from projects.exchange.values import is_empty
from projects.exchange.workbook import HIDDEN
from projects.exports.sheets import TEXT_LIMIT


def write(book, problems, file):
    """Write a copy of a Book.

    Args:
        problems: as `preview.problem` gives them; column 0 is the row as a whole.
        file: binary, to write to.
    """
    copy = xlsxwriter.Workbook(file, {"constant_memory": True})
    formats = {
        "date": copy.add_format({"num_format": "yyyy-mm-dd"}),
        "wrong": copy.add_format({"bg_color": "#FFC7CE"}),
        "wrong date": copy.add_format({"bg_color": "#FFC7CE", "num_format": "yyyy-mm-dd"}),
    }
    by_sheet = defaultdict(lambda: defaultdict(list))
    for found in problems:
        by_sheet[found["sheet"]][found["row"], found["column"]].append(found["message"])
    first = None
    for table in book.sheets:
        sheet = copy.add_worksheet(table.name)
        marks = _placed(table, by_sheet[table.name])
        _fill(sheet, table, marks, formats)
        if table.is_hidden:
            sheet.very_hidden()
        elif marks and first is None:
            first = sheet
    if first is not None:
        first.activate()
    copy.close()


def _placed(table, found):
    """(row, column), from 0 -> sentences; what is about a row as a whole stands in its first visible cell."""
    is_ours = bool(table.cells) and list(table.cells[0][: len(HIDDEN)]) == list(HIDDEN)
    beginning = len(HIDDEN) if is_ours else 0
    marks = defaultdict(list)
    for (row, column), texts in found.items():
        marks[max(row, 1) - 1, column - 1 if column else beginning] += texts
    return marks


def _fill(sheet, table, marks, formats):
    if table.cells and list(table.cells[0][: len(HIDDEN)]) == list(HIDDEN):
        sheet.set_column(0, len(HIDDEN) - 1, 10, None, {"hidden": True})
    sheet.freeze_panes(table.first_row, 0)
    by_row = defaultdict(dict)
    for (row, column), texts in marks.items():
        by_row[row][column] = texts
    for row, cells in enumerate(table.cells, table.first_row - 1):
        wrong = by_row.get(row, {})
        for column in range(max(len(cells), *(place + 1 for place in wrong), 0) if wrong else len(cells)):
            value = cells[column] if column < len(cells) else None
            _write(sheet, row, column, value, formats, column in wrong)
        for column, texts in wrong.items():
            sheet.write_comment(row, column, "\n".join(texts)[:TEXT_LIMIT], {"x_scale": 3, "y_scale": 1.5})


def _write(sheet, row, column, value, formats, is_wrong):
    style = formats["wrong"] if is_wrong else None
    if is_empty(value):
        if is_wrong:
            sheet.write_blank(row, column, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, formats["wrong date" if is_wrong else "date"])
    else:  # never as a formula or a link
        sheet.write_string(row, column, str(value)[:TEXT_LIMIT], style)
