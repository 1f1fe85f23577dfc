"""GeoJSON (RFC 7946) of projects: each where it stands, or else where its place is; without either, without a point."""

import datetime
import json
from decimal import Decimal

from django.utils import timezone

FEATURES = 200  # of one part


def parts(table):
    """Yield the file as bytes, part by part."""
    fields = table.fields
    taken, separator = ['{"type":"FeatureCollection","features":['], ""
    with table.reading():
        for number, row in enumerate(table.read(), 1):
            taken.append(separator + json.dumps(_feature(row, fields, table.context), ensure_ascii=False))
            separator = ","
            if number % FEATURES == 0:
                yield "\n".join(taken).encode()
                taken = []
    yield "\n".join([*taken, "]}\n"]).encode()


def _feature(row, fields, context):
    owner = row if row.longitude is not None else row.place
    is_known = owner is not None and owner.longitude is not None
    return {
        "type": "Feature",
        "id": row.reference,
        "geometry": {"type": "Point", "coordinates": [float(owner.longitude), float(owner.latitude)]}
        if is_known
        else None,
        "properties": {
            **{field.name: _json(field.cell.value(row, context)) for field in fields},
            "currency": context.currency,
            "point_of": ("project" if owner is row else "place") if is_known else None,
        },
    }


def _json(value):
    """Money as text with its digits; dates and moments as in ISO 8601."""
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value
