"""Spreadsheets: typed cells, a frozen heading with filters, and a sheet that says what this is.

XlsxWriter makes the book and all that is in it but the rows below the headings: these are written here, a chunk at a
time and column by column, straight into the file.
"""

import datetime
import io
import re
import tempfile
import zipfile
from collections import defaultdict
from decimal import Decimal
from itertools import groupby, repeat
from operator import itemgetter
from xml.sax.saxutils import escape

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROW_LIMIT = 1_048_576  # of one sheet, by the format
TEXT_LIMIT = 32_767  # characters of one cell, by the format
NAME_LIMIT = 31  # characters of a sheet's name, by the format
FIRST_DAY = datetime.datetime(1899, 12, 30)  # from which the format counts days
DAY = datetime.timedelta(days=1)
CENT = -2  # exponent of sums of money
NUMBERS = {Decimal, int, float, bool}  # of which equal ones may be written differently
WIDTHS = (10, 40)  # characters, least and most
QUICK = 1  # of compression: the next levels take more time than all the rest
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
# Texts that cannot stand in XML as they are, and characters that no cell can hold but as _x0007_ or the like.
ODD = re.compile(r"[&<\x00-\x1f\ufffe\uffff]|]]>|_x|^\s|\s$")
NO_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")


def write(table, file, created=None):
    """Write the table into a binary file: its `parts`."""
    for part in parts(table, created):
        file.write(part)


def parts(table, created=None):
    """Yield the file as bytes, part by part; a chunk of rows is in memory at a time.

    created: the moment that the file bears, where the same rows are to give the same bytes; by default now.
    """
    sink, sizes = _Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICK) as archive:
        with table.reading():
            for _number, chunks in groupby(_numbered(table.values()), key=itemgetter(0)):
                sizes.append(1)
                frame = _Frame(table, sizes, created)
                with archive.open(frame.newest, "w") as sheet:
                    sheet.write(frame.above)
                    for _number, columns in chunks:
                        sheet.write(frame.cells.rows(sizes[-1] + 1, columns))
                        sizes[-1] += len(columns[0]) if columns else 0
                        if part := sink.taken():
                            yield part
                    sheet.write(_Frame(table, sizes, created).below)
            frame = _Frame(table, sizes, created, table.about())
        for name, content in frame.others():
            with archive.open(name, "w") as file:
                file.write(content)
    yield sink.taken()


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


def cut(text):
    """A text no longer than a cell can hold: its limit is in UTF-16."""
    return text.encode("utf-16-le")[: 2 * TEXT_LIMIT].decode("utf-16-le", "ignore")


class _Sink:
    """What an archive is written into, to be taken away piece by piece."""

    def __init__(self):
        self.pieces = []

    def write(self, piece):
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self):
        """Nothing waits here: it is taken."""

    def taken(self):
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def _numbered(chunks):
    """Yield each chunk of columns with the number of its sheet; the first sheet is there without rows too."""
    number, room = 0, ROW_LIMIT - 1
    yield number, []
    for columns in chunks:
        while columns and columns[0]:
            if not room:
                number, room = number + 1, ROW_LIMIT - 1
            yield number, [values[:room] for values in columns]
            columns, room = [values[room:] for values in columns], max(room - len(columns[0]), 0)


class _Frame:
    """The book as XlsxWriter makes it: sheets of rows with their headings alone, and the sheet that says what it is.

    sizes: the rows of each sheet, with the headings. cells: what writes the rows of the newest sheet, which `above`
    and `below` stand around.
    """

    def __init__(self, table, sizes, created, about=()):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            book.set_properties({"title": str(table.heading), **({"created": created} if created else {})})
            self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
            self.bold = book.add_format({"bold": True})
            self.formats = {
                "money": book.add_format({"num_format": "#,##0.00"}),
                "date": book.add_format({"num_format": "yyyy-mm-dd"}),
                "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            }
            # Their numbers are those of the first use: by this each frame has the same.
            self.cells = _Cells({name: form._get_xf_index() for name, form in self.formats.items()})
            for size in sizes:
                self._begin(book, str(table.heading), table.headings, size)
            if about:
                self._about(book, about)
        with zipfile.ZipFile(file) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(sizes) + 1)]
        self.newest, self.written = names[-1], set(names)
        above, end, below = self.parts[self.newest].partition(b"</sheetData>")
        # How many rows there are is not known before the last: the format does not ask for it.
        self.above, self.below = re.sub(rb"<dimension [^>]*/>", b"", above), end + below

    def others(self):
        """The parts of the file that are no sheets of rows: pairs of name and content."""
        return [(name, content) for name, content in self.parts.items() if name not in self.written]

    def _begin(self, book, name, headings, size):
        sheet = book.add_worksheet(free_name(book, name))
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(headings):
            sheet.set_column(place, place, min(max(len(heading) + 2, WIDTHS[0]), WIDTHS[1]))
            sheet.write_string(0, place, heading, self.heading)
        if headings:
            sheet.autofilter(0, 0, size - 1, len(headings) - 1)

    def _about(self, book, lines):
        """A sheet of lines; the first cell of each says what the others are."""
        sheet = book.add_worksheet(free_name(book, _("About this file")))
        sheet.set_column(0, 0, 45)
        sheet.set_column(1, 9, 22)
        for number, (first, *others) in enumerate(line or ("",) for line in lines):
            sheet.write_string(number, 0, str(first), self.bold)
            for place, value in enumerate(others, 1):
                self._cell(sheet, number, place, value)

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


class _Cells:
    """Writes rows of values as XML. styles: the numbers of the formats of money, dates and moments."""

    def __init__(self, styles):
        zone = timezone.get_current_timezone()
        number, money, date, moment = ">", *(f' s="{styles[name]}">' for name in ("money", "date", "moment"))

        def of_decimal(value):
            text = str(value)
            return f'"{money if text[-3:-2] == "." else number}<v>{text}</v></c>'

        def of_date(value):
            return f'"{date}<v>{value.toordinal() - FIRST_DAY.toordinal()}</v></c>'

        def of_moment(value):
            return f'"{moment}<v>{(value.astimezone(zone).replace(tzinfo=None) - FIRST_DAY) / DAY}</v></c>'

        kinds = {Decimal: of_decimal, datetime.date: of_date, datetime.datetime: of_moment}
        kinds |= {int: f'"{number}<v>{{}}</v></c>'.format, type(None): lambda value: '"/>'}
        self.kinds = defaultdict(lambda: _text, kinds)

    def rows(self, first, columns):
        """XML, in UTF-8. Args: first: number of the first row, counted from 1; columns: lists of values.

        A cell's address is its letter and the number of its row: a row is its number, between pieces that begin behind
        the number of one cell and end before that of the next.
        """
        if not columns:
            return b""
        number = len(columns[0])
        stated = [place for place, values in enumerate(columns) if values.count(None) < number] or [0]
        begins = [f'<c r="{xl_col_to_name(place)}' for place in stated]
        ends = [*begins[1:], "</row>"]
        pieces = [self._column(columns[place], end) for place, end in zip(stated, ends, strict=True)]
        rows = zip(repeat('<row r="'), repeat(f'">{begins[0]}'), *pieces, strict=False)
        return "".join(map(str.join, map(str, range(first, first + number)), rows)).encode()

    def _column(self, values, end):
        """The pieces of one column, equal values worked out once."""
        types = set(map(type, values))
        if types & NUMBERS:  # as quick to write as to compare
            return [self.kinds[type(value)](value) + end for value in values]
        different = set(values)
        if types == {str} and _are_plain(different):
            made = {text: f'" t="inlineStr"><is><t>{text}</t></is></c>{end}' for text in different}
        else:
            made = {value: self.kinds[type(value)](value) + end for value in different}
        return list(map(made.__getitem__, values))


def _are_plain(texts):
    """Whether all texts can stand in XML, in cells, as they are. Quick: it may say no where they could."""
    joined = "|".join(["", *texts, ""])
    return (
        joined.isprintable()
        and not any(odd in joined for odd in ("&", "<", "]]>", "_x", "| ", " |"))
        and max(map(len, texts)) <= TEXT_LIMIT // 2
    )


def _text(value):
    """The end of a cell of text, never of a formula or a link, whatever it begins with."""
    text, space = str(value), ""
    if ODD.search(text):
        space = ' xml:space="preserve"' if text != text.strip() else ""
        text = cut(text)
        text = escape(NO_CHARACTER.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    elif len(text) > TEXT_LIMIT // 2:
        text = cut(text)
    return f'" t="inlineStr"><is><t{space}>{text}</t></is></c>'
