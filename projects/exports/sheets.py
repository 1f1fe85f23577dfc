"""Spreadsheets: typed cells, a frozen heading with filters, and a sheet that says what this is."""

import datetime
import re
import tempfile
from decimal import Decimal

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellStringTuple, Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW_LIMIT = 1_048_576  # of one sheet, by the format
TEXT_LIMIT = 32_767  # characters of one cell, by the format
NAME_LIMIT = 31  # characters of a sheet's name, by the format
FIRST_DAY = datetime.date(1899, 12, 30).toordinal()  # from which the format counts days
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
        number, sheet = 1, self._begin(name, headings)
        for record in records:
            if number == ROW_LIMIT:
                self._end(sheet, number, len(headings))
                number, sheet = 1, self._begin(name, headings)
            sheet.add(number, record)
            number += 1
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
        sheet = self.book.add_worksheet(free_name(self.book, name), worksheet_class=_RowsSheet)
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            sheet.set_column(place, place, min(max(len(heading) + 2, WIDTHS[0]), WIDTHS[1]))
            sheet.write_string(0, place, heading, self.heading)
        sheet.begin(len(headings), self.formats)
        return sheet

    @staticmethod
    def _end(sheet, rows, columns):
        if columns:
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
            sheet.write_string(row, place, cut(str(value)))


class _RowsSheet(Worksheet):
    """A sheet to which whole rows are added below its headings.

    XlsxWriter keeps each row as a table of cells, to be changed until the next row begins: these are not.
    """

    def begin(self, columns, formats):
        """No more headings follow. Args: columns: how many; formats: as `_Writer` has them."""
        self._write_single_row(1)
        self.letters = [xl_col_to_name(place) for place in range(columns)]
        self.money, self.date, self.moment = (formats[name]._get_xf_index() for name in ("money", "date", "moment"))
        self.zone = timezone.get_current_timezone()

    def add(self, number, record):
        """Write a row of values: text, numbers, dates, moments, None. Args: number: counted from 0."""
        self.dim_rowmax, row, write = number, number + 1, self.fh.write
        write(f'<row r="{row}">')
        for place, value in enumerate(record):
            kind = type(value)
            if value is None:
                continue
            at = f"{self.letters[place]}{row}"
            if kind is Decimal:
                style = f' s="{self.money}"' if value.as_tuple().exponent == CENT else ""
                write(f'<c r="{at}"{style}><v>{value:.16G}</v></c>')
            elif kind is datetime.date:
                write(f'<c r="{at}" s="{self.date}"><v>{value.toordinal() - FIRST_DAY}</v></c>')
            elif kind is datetime.datetime:
                local = self._convert_date_time(value.astimezone(self.zone).replace(tzinfo=None))
                write(f'<c r="{at}" s="{self.moment}"><v>{local:.16G}</v></c>')
            elif kind is int:
                write(f'<c r="{at}"><v>{value:.16G}</v></c>')
            elif is_plain(text := str(value)):
                write(f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>')
            else:
                self._write_cell(number, place, CellStringTuple(cut(text), None))
        write("</row>")


def is_plain(text):
    """Whether a text can stand in XML, in a cell, as it is."""
    return (
        text.isprintable()
        and not ("&" in text or "<" in text or ">" in text or "_x" in text)
        and text[:1] != " " != text[-1:]
        and len(text) <= TEXT_LIMIT // 2
    )


def cut(text):
    """A text no longer than a cell can hold: its limit is in UTF-16."""
    return text.encode("utf-16-le")[: 2 * TEXT_LIMIT].decode("utf-16-le", "ignore")
