"""Opens a spreadsheet, text table or OC4IDS package that somebody sent: what it says, or why it is refused.

Formulas are never calculated: a cell is what its program stored, or the formula as text where nothing was stored.
Workbooks and packages are unpacked by `unpacking.py` in a process of its own, with bounds that the operating system
keeps.
"""

import csv
import hashlib
import io
import json
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from projects.exports.oc4ids import schema
from projects.forms.fields import clean_text
from projects.forms.files import kind_of

SIZE = 50 * 2**20  # bytes of the file
UNPACKED = 500 * 2**20  # bytes of all the parts of an archive
SHEETS = 200
ROWS = 200_000  # of all sheets
COLUMNS = 16_384
CELLS = 3_000_000  # of all sheets, empty ones between others included
TEXT = 32_767  # characters of one cell
MEMORY = 450 * 2**20  # bytes of the process that unpacks
SECONDS, PACKAGE_SECONDS = 60, 20  # of its processor time
VALUES, DEPTH = 1_000_000, 40  # of a package: values and keys in it; one within the other

KINDS = {"xlsx", "xls", "ods"}
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
PACKAGE = "oc4ids"  # the kind of a Book that is no table
SEPARATORS = ";\t,|"
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SAMPLE = 64 * 1024  # characters that show which separator is used

REFUSALS = {
    "size": _("The file is larger than %(limit)s MB. Divide it and send the parts."),
    "kind": _("This is no table that can be read. Save it as XLSX, XLS, ODS or CSV and send it again."),
    "json": _("The file is not JSON that can be read: line %(row)s, column %(column)s."),
    "package": _("The file is no OC4IDS package: it has no list of projects."),
    "nested": _("The file is nested too deeply: a package has at most %(limit)s levels."),
    "values": _("The file has more than %(limit)s values. Divide the package and send the parts."),
    "number": _("“%(text)s” is no number that can be kept. Mend it and send the file again."),
    "key_twice": _("The file says “%(name)s” twice in one place. Leave one of them."),
    "long_text": _("A text is longer than %(limit)s letters: “%(text)s…” Shorten it and send the file again."),
    "letters": _("The file holds letters that cannot be kept. Save it as UTF-8 and send it again."),
    "ending": _("The file is called “%(name)s”, but its content is of another kind. Save it anew as XLSX or CSV."),
    "empty": _("The file is empty."),
    "damaged": _("The file is damaged or cut short. Open it, save it anew and send it again."),
    "locked": _("The file is locked with a password. Send it without one."),
    "entities": _("The file holds definitions that a spreadsheet never needs. Save it anew and send it again."),
    "memory": _("Unpacked, the file is too large to be opened."),
    "sheets": _("The file has %(number)s sheets; at most %(limit)s are read."),
    "rows": _("The file has too many rows; at most %(limit)s are read at once. Divide it and send the parts."),
    "far_down": _(
        "Sheet “%(sheet)s” reaches down to row %(row)s; at most %(limit)s rows are read. "
        "Delete what stands far below the table."
    ),
    "columns": _("Row %(row)s has %(number)s columns; at most %(limit)s are read."),
    "cells": _("The file has too many cells; at most %(limit)s are read at once. Divide it and send the parts."),
    "text": _("Sheet “%(sheet)s”, row %(row)s, column %(column)s: the text is longer than a cell may hold."),
    "encoding": _("The letters of the file cannot be read. Save it as “CSV UTF-8” and send it again."),
    "quote": _("Row %(row)s: a quotation mark is opened and not closed, or stands where none may. Mend it."),
}
LIMITS = {"size": SIZE // 2**20, "sheets": SHEETS, "rows": ROWS, "far_down": ROWS, "columns": COLUMNS, "cells": CELLS}
LIMITS |= {"values": VALUES, "nested": DEPTH, "long_text": TEXT}


@dataclass
class Table:
    """One sheet: rows of cells as stored, shorter where the last cells are empty; `first_row` counts from 1.

    height: how many rows the sheet has, where only its first ones were asked for.
    """

    name: str
    cells: list = field(default_factory=list)
    first_row: int = 1
    is_hidden: bool = False
    height: int = 0

    @property
    def width(self):
        """The number of columns of the longest row."""
        return max(map(len, self.cells), default=0)

    def cell(self, row, column):
        """The value at a place, both from 0; None where the row ends before it."""
        cells = self.cells[row]
        return cells[column] if column < len(cells) else None


@dataclass
class Book:
    """What a file holds: its kind (xlsx, xls, ods, csv), its sheets, and the SHA-256 of its bytes in hexadecimal.

    package: of the kind oc4ids, instead of sheets, the document as JSON has it; faults: what is wrong with it by the
    schema of the standard, see `exports.oc4ids.schema`.
    """

    kind: str
    sheets: list
    sha256: str
    package: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)

    @property
    def height(self):
        """The number of rows of all sheets, whether they were read or only counted; of a package, of its records."""
        projects = [project for project in self.package.get("projects", ()) if isinstance(project, dict)]
        records = sum(1 + sum(isinstance(part, list) and len(part) for part in row.values()) for row in projects)
        return records + sum(max(sheet.height, len(sheet.cells)) for sheet in self.sheets)

    @property
    def is_whole(self):
        return all(len(sheet.cells) >= sheet.height for sheet in self.sheets)


def refused(code, **values):
    """The error that says in a sentence why a file is not read."""
    values |= {"limit": LIMITS.get(code)}
    numbers = {
        name: number_format(value, use_l10n=True, force_grouping=True)
        for name, value in values.items()
        if isinstance(value, int)
    }
    return ValidationError(REFUSALS[code], code=code, params=values | numbers)


def read_file(file, name, first=None, *, takes_packages=False):
    """Read a binary file that was opened for reading, whatever it is called.

    Args:
        file: open, seekable, read from its start; name: as the person's machine called it; first: how many rows of
            each sheet are wanted, all if None; takes_packages: whether the file may be one of OC4IDS.
    Returns: a Book with at least one row, or a package with a list of projects. A cell is str, int, float, bool, date,
    datetime, time, timedelta or None.
    Raises: ValidationError with one sentence, where the file is no table, dangerous, damaged, locked or too large.
    """
    if file.seek(0, io.SEEK_END) > SIZE:
        raise refused("size")
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    if not file.read(1):
        raise refused("empty")
    kind = (kind_of(file, UNPACKED) or ("", ""))[0]
    file.seek(0)
    if kind in KINDS:
        sheets = _unpacked(file, {"first": first, "is_zip": zipfile.is_zipfile(file), "is_package": False})
    elif takes_packages and not kind and _looks_like_json(file, name):
        asked = {"is_package": True, "schema": str(schema.FOLDER), "seconds": PACKAGE_SECONDS}
        document, faults = _unpacked(file, asked)
        return Book(PACKAGE, [], sha256, document, faults)
    elif kind or not name.lower().endswith(TEXT_ENDINGS):
        is_called_table = name.lower().endswith((".xlsx", ".xls", ".ods"))
        raise refused("ending", name=clean_text(name)[:100]) if is_called_table else refused("kind")
    else:
        text = _decoded(file.read())
        rows = list(islice(_rows_of_text(text), first))
        kind, sheets = "csv", [Table("CSV", rows, height=text.count("\n") if len(rows) == first else len(rows))]
    for sheet in sheets:
        while (
            len(sheet.cells) == sheet.height and sheet.cells and not any(value is not None for value in sheet.cells[-1])
        ):
            sheet.cells.pop()
            sheet.height -= 1
    if not any(sheet.cells for sheet in sheets):
        raise refused("empty")
    return Book(kind, sheets, sha256)


# ---- Workbooks -------------------------------------------------------------------------------


class _PlainUnpickler(pickle.Unpickler):
    """Takes plain values, numbers and moments of time from the other process, nothing else."""

    def find_class(self, module, name):
        if (module, name) == ("decimal", "Decimal"):
            return super().find_class(module, name)
        if module == "datetime" and name in ("date", "datetime", "time", "timedelta"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(name)


def _looks_like_json(file, name):
    head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    return head.startswith(b"{") or name.lower().endswith(".json")


def _unpacked(file, asked):
    """What the other process finds: the sheets of a workbook, or a package and its faults. Raises: ValidationError."""
    limits = {"rows": ROWS, "cells": CELLS, "text": TEXT, "sheets": SHEETS, "memory": MEMORY, "seconds": SECONDS}
    limits |= {"values": VALUES, "depth": DEPTH} | asked
    file.seek(0)
    program = [sys.executable, "-I", str(Path(__file__).with_name("unpacking.py")), json.dumps(limits)]
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        with subprocess.Popen(program, stdin=copy, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                return _received(process.stdout)
            finally:
                with suppress(ProcessLookupError):
                    process.kill()


def _received(stream):
    """What the other process sends; one that ended without a word ran into its bounds."""
    sheets, rows, cells = [], 0, 0
    while True:
        try:
            message, *content = _PlainUnpickler(stream).load()  # each message has names of its own
        except (EOFError, pickle.UnpicklingError) as error:
            raise refused("memory") from error
        if message == "end":
            return sheets
        if message == "refused":
            raise refused(content[0], **content[1])
        if message == "package":
            sheets = content
            continue
        if message == "sheet":
            sheets.append(Table(content[0], is_hidden=content[1], height=content[2]))
            continue
        rows += len(content[0])
        cells += sum(map(len, content[0]))
        if rows > ROWS or cells > CELLS:
            raise refused("rows" if rows > ROWS else "cells")
        sheets[-1].cells += content[0]


# ---- Text ------------------------------------------------------------------------------------


def _decoded(content):
    """The text of bytes in UTF-8, UTF-16, GB 18030, or the Windows encoding of Russian and Kazakh."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    if encoding is None and b"\0" in content[:1000]:
        # Every other byte of UTF-16 is zero where the letters are Latin, digits or separators.
        even, odd = content[:1000:2].count(0), content[1:1000:2].count(0)
        if abs(even - odd) > 20:
            encoding = "utf-16-be" if even > odd else "utf-16-le"
    for guess in [encoding] if encoding else ["utf-8", "gb18030", "kz1048"]:
        with suppress(UnicodeDecodeError):
            text = content.decode(guess)
            if guess != "gb18030" or _is_chinese(content):
                break
    else:
        raise refused("encoding")
    if len(re.findall(r"[\0-\x08\x0e-\x1f]", text[:1000])) > len(text[:1000]) // 50 + 1:  # a picture, a program
        raise refused("encoding")
    return text.replace("\0", "")  # as forms do: it can be kept nowhere


def _is_chinese(content):
    """Whether most letters beyond ASCII are of the common half of Chinese; Cyrillic small letters never are."""
    common = letters = place = 0
    while place < min(len(content), SAMPLE):
        if content[place] < 0x80:
            place += 1
            continue
        letters += 1
        common += content[place] <= 0xD7 and content[place + 1 : place + 2] >= b"\xa1"
        place += 2
    return common > 0.7 * letters


def _separator(text):
    """The separator that cuts the first rows most evenly into the most cells."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: sample.rfind("\n") + 1]

    def evenness(separator):
        widths = []
        with suppress(csv.Error):
            for row in csv.reader(io.StringIO(sample, newline=None), delimiter=separator):
                widths.append(len(row))
                if len(widths) == 100:
                    break
        wide = [width for width in widths if width > 1]
        usual = max(set(wide), key=wide.count, default=1)
        return wide.count(usual), usual

    return max(SEPARATORS, key=evenness)


def _rows_of_text(text):
    if not text.strip("\ufeff\0 \t\r\n"):
        raise refused("empty")
    separator = _separator(text)
    if text[:4].lower() == "sep=":  # how a spreadsheet program names the separator in the file itself
        separator, text = text[4], "\n" + text.partition("\n")[2]
    reader, cells, number = csv.reader(io.StringIO(text, newline=None), delimiter=separator, strict=True), 0, 0
    try:
        for number, row in enumerate(reader, 1):
            row = [value.strip() or None for value in row]
            while row and row[-1] is None:
                row.pop()
            cells += len(row)
            if number > ROWS or cells > CELLS:
                raise refused("rows" if number > ROWS else "cells")
            if len(row) > COLUMNS:
                raise refused("columns", row=number, number=len(row))
            if long := next((place for place, value in enumerate(row, 1) if value and len(value) > TEXT), None):
                raise refused("text", sheet="CSV", row=number, column=long)
            yield row
    except csv.Error as error:
        code = "text" if "field larger" in str(error) else "quote"
        raise refused(code, sheet="CSV", row=number + 1, column="") from error
