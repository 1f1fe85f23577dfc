"""Makes the same table as XLSX, XLS, ODS and CSV files, and workbooks that were tampered with."""

import csv
import datetime
import io
import zipfile
from xml.sax.saxutils import escape

import openpyxl
import xlwt

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"


def xlsx(sheets, merged=()):
    """Bytes of a workbook of {sheet name: rows}; merged are ranges of the first sheet, such as "A1:D1"."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def xls(sheets):
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="dd.mm.yyyy")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    style = [day] if isinstance(value, datetime.date) else []
                    sheet.write(number, place, value, *style)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _ods_cell(value):
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, datetime.date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


def ods(sheets):
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    return ods_of(tables)


def ods_of(tables):
    """Bytes of an OpenDocument spreadsheet with the given table elements."""
    names = "".join(f' xmlns:{name}="{OPEN}{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
        for path, media in (("/", kind), ("content.xml", "text/xml"))
    )
    return archive(
        {
            "mimetype": kind,
            "content.xml": content,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{manifest}">{entries}</manifest:manifest>',
        }
    )


def csv_file(rows, encoding="utf-8", separator=",", line_end="\r\n"):
    content = io.StringIO()
    writer = csv.writer(content, delimiter=separator, lineterminator=line_end)
    for row in rows:
        writer.writerow(["" if value is None else value for value in row])
    return content.getvalue().encode(encoding)


def archive(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return content.getvalue()


def raw_xlsx(rows="", *, sheet=None, strings="", others=None):
    """A workbook written by hand: the rows of its one sheet as XML, or the whole part of the sheet."""
    relations = (("sheet", "worksheet", "worksheets/sheet1.xml"), ("strings", "sharedStrings", "sharedStrings.xml"))
    return archive(
        {
            "[Content_Types].xml": (
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}worksheet+xml"/>'
                f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}sharedStrings+xml"/></Types>'
            ),
            "_rels/.rels": (
                f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
                'Target="xl/workbook.xml"/></Relationships>'
            ),
            "xl/workbook.xml": (
                f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="sheet"/></sheets>'
                "</workbook>"
            ),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{RELATIONS}">'
                + "".join(
                    f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
                    for key, kind, target in relations
                )
                + "</Relationships>"
            ),
            "xl/sharedStrings.xml": strings or f"<sst {MAIN}/>",
            "xl/worksheets/sheet1.xml": sheet or f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
        }
        | (others or {})
    )
