"""Files that people send: the same table in every format, and what is refused with one sentence."""

import datetime
import io
import os
import pickle
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from projects.exchange import reading
from projects.exchange.reading import SHEETS, read_file

from . import files

DAY = datetime.date(2025, 10, 15)
TABLE = [
    ["Синтетикалық кесте", None, None],
    [None, None, None],
    ["Жоба", "Сумма", "Дата"],
    ["Қазақ синтетикалық зауыты", 134.5, DAY],
    ["Synthetic plant; «two»", 20, None],
]
CELL = '<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def read(content, name="table.xlsx"):
    return read_file(io.BytesIO(content), name)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_workbooks_give_the_same_cells(kind):
    book = read(getattr(files, kind)({"Первый": TABLE, "Second": [["x"]]}), f"table.{kind}")
    first, second = book.sheets
    assert (book.kind, first.name, second.name, len(book.sha256)) == (kind, "Первый", "Second", 64)
    assert first.cells[2] == ["Жоба", "Сумма", "Дата"]
    assert first.cells[3] in ([*TABLE[3]], [*TABLE[3][:2], datetime.datetime(2025, 10, 15)])
    assert first.cells[4] == ["Synthetic plant; «two»", 20]
    assert isinstance(first.cells[4][1], int)
    assert first.cell(4, 2) is None
    assert first.width == 3


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "kz1048"])
def test_text_is_recognised_by_its_letters_and_separator(encoding, separator):
    table = read(files.csv_file(TABLE, encoding, separator), "кесте.csv").sheets[0]
    assert table.cells[2:] == [
        ["Жоба", "Сумма", "Дата"],
        ["Қазақ синтетикалық зауыты", "134.5", "2025-10-15"],
        ["Synthetic plant; «two»", "20"],
    ]


def test_text_of_other_machines():
    russian = [["Наименование проекта", "Сумма, млн тенге"], ["Завод синтетический", "1,5"]]
    assert read(files.csv_file(russian, "cp1251", ";"), "t.csv").sheets[0].cells == russian
    chinese = [["项目名称", "金额（万元）"], ["合成工厂", "120"]]
    assert read(files.csv_file(chinese, "gb18030"), "t.csv").sheets[0].cells == chinese
    assert read(b"sep=|\r\na|b;c;d\r\n", "t.txt").sheets[0].cells == [[], ["a", "b;c;d"]]
    assert read(b"a,b\r1,2\r3,4", "t.csv").sheets[0].cells == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_places_in_a_sheet_are_kept():
    rows = '<row r="3"><c r="C3"><v>1</v></c></row><row r="5"><c r="D5"><v>NaN</v></c></row>'
    cells = read(files.raw_xlsx(rows)).sheets[0].cells
    assert cells[:4] == [[], [], [None, None, 1], []]
    assert str(cells[4][3]) == "nan"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_many_rows_and_the_first_of_them(kind):
    """Texts that come again after a thousand rows are still the same."""
    rows = [["name", "place"], *([f"n{number % 3}", f"p{number}"] for number in range(2500))]
    content = files.xlsx({"S": rows}) if kind == "xlsx" else files.csv_file(rows)
    whole = read(content, f"t.{kind}")
    assert whole.sheets[0].cells == rows
    assert (whole.height, whole.is_whole) == (2501, True)
    part = read_file(io.BytesIO(content), f"t.{kind}", first=10)
    assert part.sheets[0].cells == rows[:10]
    assert (part.height, part.is_whole) == (2501, False)


def test_errors_and_formulas_without_a_value_are_text():
    rows = (
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        '<c r="C1"><f>A1&amp;"x"</f></c></row>'
        '<row><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f t="shared" si="0"/><v></v></c></row>'
    )
    assert read(files.raw_xlsx(rows)).sheets[0].cells == [["#REF!", 2, '=A1&"x"'], ["#DIV/0!", "="]]


def test_hidden_sheets_say_so_and_charts_are_left_out():
    book = openpyxl.Workbook()
    book.active.append(["x"])
    book.create_sheet("hidden").sheet_state = "hidden"
    book.worksheets[1].append(["key"])
    book.create_chartsheet("chart")
    content = io.BytesIO()
    book.save(content)
    assert [(table.name, table.is_hidden) for table in read(content.getvalue()).sheets] == [
        ("Sheet", False),
        ("hidden", True),
    ]


def _declares(size):
    """An archive whose directory declares a size that its content does not have."""
    content = bytearray(files.raw_xlsx("<row/>"))
    place = content.find(b"PK\x01\x02") + 24
    content[place : place + 4] = size.to_bytes(4, "little")
    return bytes(content)


def _far_apart(count):
    """One row whose last cell stands in the last column, and as many rows below."""
    return "".join(f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>' for number in range(1, count + 1))


ENTITY = "<!DOCTYPE sst [<!ENTITY x {}>]><sst {}><si><t>&x;</t></si></sst>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
REPEATED = (
    '<table:table table:name="S"><table:table-row table:number-rows-repeated="1000000">'
    '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
    "</table:table-row></table:table>"
)
XLSX = files.xlsx({"S": TABLE})
REFUSED = {
    "empty": (lambda: b"", "t.csv", "empty"),
    "spaces only": (lambda: b" \r\n \r\n", "t.csv", "empty"),
    "no cell": (lambda: files.xlsx({"S": []}), "t.xlsx", "empty"),
    "text called XLSX": (lambda: b"a,b\n1,2\n", "t.xlsx", "ending"),
    "page called XLS": (lambda: b"<html><table><tr><td>a</td></tr></table></html>", "t.xls", "ending"),
    "a document": (lambda: b"%PDF-1.7 x", "t.pdf", "kind"),
    "a picture called CSV": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "t.csv", "encoding"),
    "any archive": (lambda: files.archive({"a.txt": "x"}), "t.xlsx", "ending"),
    "cut short": (lambda: XLSX[: len(XLSX) // 2], "t.xlsx", "ending"),
    "damaged inside": (lambda: XLSX.replace(b"PK\x03\x04", b"PK\x03\x05", 3)[:-2] + b"\0\0", "t.xlsx", "ending"),
    "strings missing": (lambda: files.raw_xlsx('<row><c t="s"><v>99</v></c></row>'), "t.xlsx", "damaged"),
    "old and locked": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "t.xlsx",
        "locked",
    ),
    "old and broken": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"),
        "t.xls",
        "damaged",
    ),
    "macros": (lambda: files.raw_xlsx("<row/>", others={"xl/vbaProject.bin": "x"}), "t.xlsm", "macros"),
    "declared too large": (lambda: _declares(2**31), "t.xlsx", "too_large"),
    "parts": (
        lambda: files.raw_xlsx("<row/>", others={f"xl/p{n}.xml": "" for n in range(5001)}),
        "t.xlsx",
        "too_large",
    ),
    "outside entity": (
        lambda: files.raw_xlsx("<row/>", strings=ENTITY.format('SYSTEM "file:///etc/passwd"', files.MAIN)),
        "t.xlsx",
        "entities",
    ),
    "entities of entities": (
        lambda: files.raw_xlsx("<row/>", strings=f'<!DOCTYPE sst [<!ENTITY l0 "x">{LAUGHS}]><sst {files.MAIN}/>'),
        "t.xlsx",
        "entities",
    ),
    "rows unpacked": (lambda: files.raw_xlsx("<row/>" * 1_500_000), "t.xlsx", "rows"),
    "one cell far down": (
        lambda: files.raw_xlsx('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        "t.xlsx",
        "far_down",
    ),
    "all columns of many rows": (lambda: files.raw_xlsx(_far_apart(400)), "t.xlsx", "cells"),
    "corner to corner": (
        lambda: files.raw_xlsx(
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "t.xlsx",
        "memory",
    ),
    "repeated cells": (lambda: files.ods_of(REPEATED), "t.ods", "damaged"),
    "sheets": (lambda: files.xlsx({f"S{n}": [] for n in range(SHEETS + 1)}), "t.xlsx", "sheets"),
    "long cell": (lambda: b"a,b\n1," + b"x" * 40_000, "t.csv", "text"),
    "longer cell": (lambda: b"a,b\n1," + b"x" * 140_000, "t.csv", "text"),
    "long cell of a sheet": (
        lambda: files.raw_xlsx("<row>" + CELL.format(place="A1", text="x" * 40_000) + "</row>"),
        "t.xlsx",
        "text",
    ),
    "open quotation": (lambda: b'a,b\n1,"open\n2,3\n', "t.csv", "quote"),
    "columns of text": (lambda: b"a" + b"," * 17_000 + b"b", "t.csv", "columns"),
    "letters": (lambda: "имя,сумма\n".encode("kz1048") + b"\x98\x00\x00", "t.csv", "encoding"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_one_sentence(case):
    make, name, code = REFUSED[case]
    with pytest.raises(ValidationError) as caught:
        read(make(), name)
    assert caught.value.code == code
    [sentence] = caught.value.messages
    assert sentence.endswith(".")
    assert "%(" not in sentence


def test_an_archive_that_says_less_than_it_holds_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", "<c/>" * 1_000_000)
    changed = content.getvalue().replace((4_000_000).to_bytes(4, "little"), (40).to_bytes(4, "little"))
    with pytest.raises(ValidationError) as caught:
        read(changed)
    assert caught.value.code == "damaged"


def test_rows_and_cells_of_text_are_counted(monkeypatch):
    monkeypatch.setattr(reading, "ROWS", 10)
    with pytest.raises(ValidationError) as caught:
        read(b"a,b\n" * 11, "t.csv")
    assert caught.value.code == "rows"
    monkeypatch.setattr(reading, "CELLS", 10)
    with pytest.raises(ValidationError) as caught:
        read(b"a,b\n" * 6, "t.csv")
    assert caught.value.code == "cells"


def test_other_objects_from_the_unpacking_process_are_refused():
    with pytest.raises(ValidationError) as caught:
        reading._received(io.BytesIO(pickle.dumps(os.system)))
    assert caught.value.code == "memory"
