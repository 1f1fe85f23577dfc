"""CSV: UTF-8 with its mark, so that spreadsheets read every alphabet; safe where text looks like a formula."""

import csv
import datetime
import io
from collections import defaultdict
from decimal import Decimal
from operator import itemgetter

from django.http import HttpResponse
from django.utils import timezone

MARK = "\ufeff"  # by which spreadsheets know UTF-8
CONTENT_TYPE = "text/csv; charset=utf-8"
AS_IT_IS = {type(None), int, datetime.date}  # what the writer of the standard library writes in the same way
NUMBERS = {Decimal, int, float, bool}  # of which equal ones may be written differently
DANGEROUS = frozenset("=+-@\t\r\n")  # characters that no text may begin with


def parts(table):
    """Yield the file as bytes, part by part."""
    written = _written()
    yield (MARK + _lines([map(plain, table.headings)])).encode()  # whoever waits sees that the file has begun
    with table.reading():
        for columns in table.values():
            yield _lines(zip(*[_column(values, written) for values in columns], strict=True)).encode()


def _lines(rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _column(values, written):
    """Values as the writer is to be given them: those of a harmless column as they are, equal ones worked out once."""
    types = set(map(type, values)) - AS_IT_IS
    if not types or (types == {str} and DANGEROUS.isdisjoint(map(itemgetter(0), filter(None, values)))):
        return values
    if types & NUMBERS:  # as quick to write as to compare
        return [value if type(value) in AS_IT_IS else written[type(value)](value) for value in values]
    made = {value: value if type(value) in AS_IT_IS else written[type(value)](value) for value in set(values)}
    return list(map(made.__getitem__, values))


def answer(name, rows):
    """A short file as an answer. Takes: its name without the ending; rows of values, the first one the headings."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    response = HttpResponse(MARK, content_type=CONTENT_TYPE, headers=headers)
    csv.writer(response).writerows(map(plain, row) for row in rows)
    return response


def plain(value):
    """A value as text: ISO dates, plain digits; text that a spreadsheet would calculate begins with an apostrophe."""
    return "" if value is None else _written()[type(value)](value)


def _text(value):
    text = str(value)
    return f"'{text}" if text[:1] in DANGEROUS else text


def _written():
    """How values of each type are written, in the time zone of the reader."""
    zone = timezone.get_current_timezone()
    return defaultdict(
        lambda: _text,
        {
            int: str,
            datetime.date: datetime.date.isoformat,
            datetime.datetime: lambda value: value.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
            Decimal: "{:f}".format,
        },
    )
