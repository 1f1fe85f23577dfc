"""Spreadsheets: typed cells, a frozen heading with filters, and a sheet that says what this is."""

import datetime
import re
import tempfile
from decimal import Decimal

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW_LIMIT = 1_048_576  # of one sheet, by the format
TEXT_LIMIT = 32_767  # characters of one cell, by the format
NAME_LIMIT = 31  # characters of a sheet's name, by the format
CENT = -2  # exponent of sums of money
WIDTHS = (10, 40)  # characters, least and most
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def write(table, file, created=None):
    """Write the table into a binary file; a page of rows is in memory at a time.

    created: the moment that the file bears, where the same rows are to give the same bytes; by default now.
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.set_properties({"title": str(table.heading), **({"created": created} if created else {})})
    writer = _Writer(book)
    with table.reading():
        writer.rows(str(table.heading), table.headings, table.records())
        if about := table.about():
            writer.about(about)
    book.close()


def answer(name, table):
    """The table as an answer. Takes: the name of its file without the ending."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
    write(table, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=CONTENT_TYPE)


def free_name(book, name):
    """A name for the next sheet that the format allows, different from those of the sheets before it."""
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    name, number = NOT_IN_NAMES.sub(" ", name), 1
    free = name[:NAME_LIMIT]
    while free.lower() in taken:
        number += 1
        free = f"{name[: NAME_LIMIT - len(str(number)) - 1]} {number}"
    return free


class _Writer:
    def __init__(self, book):
        self.book = book
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.bold = book.add_format({"bold": True})
        self.formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }

    def rows(self, name, headings, records):
        """Sheets of rows under headings: one, or as many as the format's limit asks for."""
        number, sheet = 1, None
        for record in records:
            if sheet is None or number == ROW_LIMIT:
                self._end(sheet, number, len(headings))
                sheet, number = self._begin(name, headings), 1
            for place, value in enumerate(record):
                self._cell(sheet, number, place, value)
            number += 1
        if sheet is None:
            sheet = self._begin(name, headings)
        self._end(sheet, number, len(headings))

    def about(self, lines):
        """A sheet of lines; the first cell of each says what the others are."""
        sheet = self.book.add_worksheet(free_name(self.book, _("About this file")))
        sheet.set_column(0, 0, 45)
        sheet.set_column(1, 9, 22)
        for number, (first, *others) in enumerate(line or ("",) for line in lines):
            sheet.write_string(number, 0, str(first), self.bold)
            for place, value in enumerate(others, 1):
                self._cell(sheet, number, place, value)

    def _begin(self, name, headings):
        sheet = self.book.add_worksheet(free_name(self.book, name))
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            sheet.set_column(place, place, min(max(len(heading) + 2, WIDTHS[0]), WIDTHS[1]))
            sheet.write_string(0, place, heading, self.heading)
        return sheet

    @staticmethod
    def _end(sheet, rows, columns):
        if sheet is not None and columns:
            sheet.autofilter(0, 0, rows - 1, columns - 1)

    def _cell(self, sheet, row, place, value):
        if value is None:
            return
        if isinstance(value, datetime.datetime):
            local = timezone.localtime(value).replace(tzinfo=None)
            sheet.write_datetime(row, place, local, self.formats["moment"])
        elif isinstance(value, datetime.date):
            sheet.write_datetime(row, place, value, self.formats["date"])
        elif isinstance(value, Decimal):
            is_money = value.as_tuple().exponent == CENT
            sheet.write_number(row, place, value, self.formats["money"] if is_money else None)
        elif isinstance(value, int):
            sheet.write_number(row, place, value)
        else:  # never as a formula or a link, whatever it begins with
            sheet.write_string(row, place, str(value)[:TEXT_LIMIT])
