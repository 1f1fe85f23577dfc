"""Reads one workbook or OC4IDS package in a process of its own, so that a hostile file takes down no more than that.

Run as a program by `reading.py`, without Django: the file on standard input, one argument with the limits as JSON.
It writes pickled tuples of plain values, the last of them ("end",) or ("refused", code, values). Its memory and its
processor time are bounded by the operating system, whatever the file declares.
"""

import html
import json
import pickle
import re
import resource
import sys
import zipfile
import zlib
from decimal import Decimal
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

BATCH = 1000  # rows of one message
CHUNK = 2**20  # bytes unpacked at a time
WHOLE = 10**15  # a spreadsheet keeps whole numbers exactly up to here
GREATEST = 400  # digits that a number of a package may have, before the point or behind it

# What a cell without a value shows: an error, or a formula that was never calculated. Nothing is ever calculated here.
ROW_OR_CELL = re.compile(rb"<row\b([^>]*)>|<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
FORMULA = re.compile(rb"<f\b[^>]*?(?:/>|>([^<]*)</f>)")
VALUE = re.compile(rb"<v>([^<]+)</v>|<is>")
PLACE = re.compile(rb"\br=\"([A-Z]{0,3})([0-9]{1,7})\"")
WITHOUT_VALUE = re.compile(rb"\bt=\"e\"|</f>\s*(?:</c>|<v\s*/>|<v></v>)|<f\b[^>]*/>\s*(?:</c>|<v\s*/>|<v></v>)")
SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
ATTRIBUTE = re.compile(rb"([\w:]+)=\"([^\"]*)\"")


class Refused(Exception):
    """The file is not read; the arguments say why: a code of `reading.REFUSALS` and the values of its sentence."""

    def __init__(self, code, **values):
        self.code, self.values = code, values


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _attributes(text):
    return {name.decode(): html.unescape(value.decode("utf-8", "replace")) for name, value in ATTRIBUTE.findall(text)}


def _parts_of_sheets(archive):
    """Name of each worksheet -> the member of the archive that holds it."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {}
    for found in RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        relation = _attributes(found)
        targets[relation.get("Id")] = relation.get("Target", "")
    parts = {}
    for found in SHEET.findall(archive.read("xl/workbook.xml")):
        sheet = _attributes(found)
        target = next((targets.get(value, "") for name, value in sheet.items() if name.endswith(":id")), "")
        target = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if target in names:
            parts[sheet.get("name")] = target
    return parts


def _checked(archive, limits):
    """Refuse what is dangerous in the archive; the members that hold cells without a value.

    Every part is unpacked once, a piece at a time, and never beyond the size that it declares.
    """
    rows, without_value = 0, set()
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(member) as part:
            tail = b""
            while piece := part.read(CHUNK):
                text = tail + piece
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                    raise Refused("entities")
                if "worksheets/" in member.filename:
                    rows += piece.count(b"<row")
                    if rows > limits["rows"]:
                        raise Refused("rows")
                    if member.filename not in without_value and WITHOUT_VALUE.search(text):
                        without_value.add(member.filename)
                tail = piece[-200:]
    return without_value


def _values_missing(archive, part):
    """(row, column) -> the text that stands for the cell: its error, or its formula as text. Both count from 1."""
    missing, row, column = {}, 0, 0
    for found in ROW_OR_CELL.finditer(archive.read(part)):
        if found[1] is not None:
            place = PLACE.search(found[1])
            row, column = int(place[2]) if place else row + 1, 0
            continue
        attributes, content = found[2], found[3] or b""
        place = PLACE.search(attributes)
        if place:
            row, column = int(place[2]), _column(place[1])
        else:
            column += 1
        value, formula = VALUE.search(content), FORMULA.search(content)
        if b't="e"' in attributes:
            missing[row, column] = value[1].decode("utf-8", "replace") if value and value[1] else "#N/A"
        elif formula and not value:
            text = html.unescape((formula[1] or b"").decode("utf-8", "replace"))
            missing[row, column] = f"={text}"[: 2**15]
    return missing


def _plain(value):
    """What a cell holds as a plain value; whole numbers as int, because the formats know only fractions."""
    if isinstance(value, str):
        # A NUL can be kept nowhere; forms drop it too. What is said again in a message is sent, and kept, once.
        return sys.intern(value.replace("\0", "")) or None
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE:
        return int(value)
    return value


def _rows(sheet, missing, limits):
    """The rows of a sheet from its first one on, without empty cells at their ends."""
    indent = [None] * sheet.start[1] if sheet.start else []
    cells = 0
    for number, found in enumerate(sheet.iter_rows(), 1):
        row = indent + [_plain(value) for value in found]
        for place, value in enumerate(row):
            if isinstance(value, str) and len(value) > limits["text"]:
                raise Refused("text", sheet=sheet.name, row=number, column=place + 1)
        while row and row[-1] is None:
            row.pop()
        for place in missing.get(number, ()):
            row += [None] * (place - len(row))
            if row[place - 1] is None:
                row[place - 1] = missing[number][place]
        cells += len(row)
        if cells > limits["cells"]:
            raise Refused("cells")
        yield row


def _read(file, is_zip, limits, send):
    missing = {}
    if is_zip:
        with zipfile.ZipFile(file) as archive:
            without_value = _checked(archive, limits)
            for name, part in _parts_of_sheets(archive).items() if without_value else ():
                if part in without_value:
                    by_row = missing.setdefault(name, {})
                    for (row, column), text in _values_missing(archive, part).items():
                        by_row.setdefault(row, {})[column] = text
        file.seek(0)
    with CalamineWorkbook.from_filelike(file) as book:
        sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        if len(sheets) > limits["sheets"]:
            raise Refused("sheets", number=len(sheets))
        for about in sheets:
            sheet = book.get_sheet_by_name(about.name)
            height = sheet.end[0] + 1 if sheet.end else 0
            if height > limits["rows"]:
                raise Refused("far_down", sheet=about.name, row=height)
            send(("sheet", about.name, about.visible != SheetVisibleEnum.Visible, height))
            batch = []
            for row in islice(_rows(sheet, missing.get(about.name, {}), limits), limits["first"]):
                batch.append(row)
                if len(batch) == BATCH:
                    send(("rows", batch))
                    batch = []
            send(("rows", batch))


# ---- Packages --------------------------------------------------------------------------------


def _number(text):
    number = Decimal(text)
    if number and not -GREATEST < number.adjusted() < GREATEST:
        raise Refused("number", text=text[:40])
    return number


def _no_number(text):
    raise Refused("number", text=text)  # NaN and the infinities are no JSON


def _object(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise Refused("key_twice", name=next(name for name in names if names.count(name) > 1)[:40])
    return found


def _bounded(document, limits):
    """Refuse what is too much or too deep, and letters that cannot be kept."""
    level, number = [document], 0
    for _depth in range(limits["depth"]):
        number += len(level)
        if number > limits["values"]:
            raise Refused("values")
        inner = []
        for value in level:
            if isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, str):
                if len(value) > limits["text"]:
                    raise Refused("long_text", text=value[:40])
                if "\0" in value or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
                    raise Refused("letters")
        if not inner:
            return
        level = inner
    raise Refused("nested")


def _read_package(file, limits, send):
    """Send a package and the faults that it has by the standard's schema."""
    try:
        document = json.loads(
            file.read().decode("utf-8-sig"),
            parse_float=_number,
            parse_int=lambda text: int(_number(text)),
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise Refused("json", row=error.lineno, column=error.colno) from error
    except UnicodeDecodeError as error:
        raise Refused("letters") from error
    except RecursionError as error:
        raise Refused("nested") from error
    if not isinstance(document, dict) or not isinstance(document.get("projects"), list):
        raise Refused("package")
    _bounded(document, limits)
    sys.path.append(limits["schema"])
    import schema  # of the package that makes OC4IDS files, which needs no Django either

    send(("package", document, schema.faults_of_package(document)))


def main():
    limits = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer

    def send(message):
        pickle.dump(message, out, protocol=5)

    try:
        if limits["is_package"]:
            _read_package(sys.stdin.buffer, limits, send)
        else:
            _read(sys.stdin.buffer, limits["is_zip"], limits, send)
        send(("end",))
    except Refused as refusal:
        send(("refused", refusal.code, refusal.values))
    except PasswordError:
        send(("refused", "locked", {}))
    except (CalamineError, zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
        send(("refused", "damaged", {}))
    except MemoryError:
        send(("refused", "memory", {}))
    out.flush()


if __name__ == "__main__":
    main()
