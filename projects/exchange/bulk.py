"""Many records written by few statements, each of a thousand: triggers of statements run once for each of those.

`bulk_create` and `bulk_update` prepare each value of each record by itself, ten times as long.
"""

import json
from itertools import islice

from django.db import connection

from projects.exchange import progress

BATCH = 1000  # records of one statement


def insert(model, records):
    """Add records that are not in the register yet, and give them their keys, in their order.

    Records that they point to have to be there. Raises: what the database refuses.
    """
    fields = model._meta.concrete_fields
    table, columns = connection.ops.quote_name(model._meta.db_table), _columns(fields)
    statement = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"
    for some in batches(records):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [model._meta.db_table, model._meta.pk.column, len(some)],
            )
            for record, (key,) in zip(some, cursor.fetchall(), strict=True):
                record.pk, record._state.adding, record._state.db = key, False, connection.alias
            cursor.execute(statement, [_as_json(some, fields)])
        progress.heed()


def update(model, records, names):
    """Write these fields of records of the register. Raises: what the database refuses."""
    fields = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, model._meta.pk.column))
    values = ", ".join(f"{column} = new.{column}" for column in _columns(fields[1:]).split(", "))
    statement = f"UPDATE {table} SET {values} FROM json_populate_recordset(NULL::{table}, %s) AS new"
    for some in batches(records):
        with connection.cursor() as cursor:
            cursor.execute(f"{statement} WHERE {table}.{key} = new.{key}", [_as_json(some, fields)])
        progress.heed()


def _columns(fields):
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


def batches(records):
    """Lists of as many as one statement takes."""
    records = iter(records)
    while some := list(islice(records, BATCH)):
        yield some


def _as_json(records, fields):
    """A list of objects, column -> value; what is empty is left out."""
    names = [(field.column, field.attname, field.name if field.is_relation else None) for field in fields]
    found = []
    for record in records:
        values, rows = record.__dict__, record._state.fields_cache
        for _column, attname, name in names:  # rows that had no key yet when they were put in
            if name in rows and values[attname] is None and rows[name] is not None:
                values[attname] = rows[name].pk
        found.append({column: value for column, attname, _name in names if (value := values[attname]) is not None})
    return json.dumps(found, ensure_ascii=False, default=str)
