"""CSV: UTF-8 with its mark, so that spreadsheets read every alphabet; safe where text looks like a formula."""

import csv
import datetime
import io
from collections import defaultdict
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

MARK = "\ufeff"  # by which spreadsheets know UTF-8
CONTENT_TYPE = "text/csv; charset=utf-8"
LINES = 500  # of one part
AS_IT_IS = {type(None), int, datetime.date}  # what the writer of the standard library writes in the same way
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def parts(table):
    """Yield the file as bytes, part by part."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def taken():
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text.encode()

    buffer.write(MARK)
    writer.writerow(map(plain, table.headings))
    yield taken()  # before the rows are read: whoever waits sees at once that the file has begun
    written = _written()
    with table.reading():
        for number, record in enumerate(table.records(), 1):
            writer.writerow([value if type(value) in AS_IT_IS else written[type(value)](value) for value in record])
            if number % LINES == 0:
                yield taken()
    yield taken()


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
    return f"'{text}" if text.startswith(DANGEROUS) else text


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
