"""What must be true of the whole database beyond what its constraints refuse: checked row by row, told in sentences.

The guarantees are kept by triggers and constraints while the application runs. This finds what went past them:
triggers switched off, a restore of half a backup, a file lost on the disk, a hand at the tables.
"""

import hashlib
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import SuspiciousFileOperation
from django.db import connection
from django.utils.translation import gettext as _

from projects.models import Document, sql

SHOWN = 20  # rows named of one finding
CONTROL = r"[\x01-\x08\x0b\x0c\x0e-\x1f]"
TEXT_TYPES = {"CharField", "TextField", "SlugField", "URLField", "EmailField"}


class Finding(NamedTuple):
    """Something that is not as it must be: which check, in which table, of which rows (their keys), in a sentence."""

    check: str
    table: str
    rows: list
    sentence: str


def findings():
    """Yield a Finding for each thing in the database or among the files that is not as it must be."""
    for check in CHECKS:
        yield from check()


def structure():
    """Constraints that were never validated, indexes that are not valid, triggers that are switched off."""
    sentences = {
        "constraint": _("The constraint %(name)s is not validated."),
        "index": _("The index %(name)s is not valid: build it again."),
        "trigger": _("The trigger %(name)s is switched off."),
    }
    broken = _rows(
        """
        SELECT 'constraint', conname, conrelid::regclass::text FROM pg_constraint
        WHERE NOT convalidated AND connamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'index', c.relname, i.indrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE NOT i.indisvalid AND c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'trigger', t.tgname, t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgenabled = 'D' AND c.relnamespace = 'public'::regnamespace
        """
    )
    for kind, name, table in broken:
        yield Finding("structure", table, [], sentences[kind] % {"name": name})


def history():
    """The newest state in the history is the row; versions count from one without a gap; deleted rows are gone."""
    for model in apps.get_models():
        if getattr(model, "pgh_tracked_model", None) is None or not hasattr(model, "pgh_obj"):
            continue
        tracked = model.pgh_tracked_model
        names = {
            "table": tracked._meta.db_table,
            "events": model._meta.db_table,
            "key": tracked._meta.pk.column,
            "row": ", ".join(f't."{field.column}"' for field in tracked._meta.concrete_fields),
            "state": ", ".join(f'e."{field.column}"' for field in tracked._meta.concrete_fields),
        }
        yield from _found(
            "history",
            names["table"],
            _("The row is not what its history says last: it was changed past the triggers."),
            """
            SELECT COALESCE(t."{key}", e."{key}") FROM "{table}" t FULL JOIN (
              SELECT DISTINCT ON (e."{key}") e.* FROM "{events}" e ORDER BY e."{key}", e.pgh_id DESC
            ) e ON e."{key}" = t."{key}"
            WHERE CASE WHEN t."{key}" IS NULL THEN e.pgh_label <> 'delete'
              ELSE e.pgh_label IS NULL OR e.pgh_label = 'delete' OR ROW({row}) IS DISTINCT FROM ROW({state}) END
            """.format(**names),
        )
        if any(field.name == "version" for field in tracked._meta.concrete_fields):
            yield from _found(
                "versions",
                names["table"],
                _("The versions in the history have a gap: a state is missing."),
                """
                SELECT key FROM (
                  SELECT "{key}" AS key, version, lag(version, 1, 0) OVER states AS before,
                    lag(pgh_label) OVER states AS label FROM "{events}"
                  WINDOW states AS (PARTITION BY "{key}" ORDER BY pgh_id)
                ) AS states WHERE version NOT IN (before, before + 1) AND label IS DISTINCT FROM 'delete'
                """.format(**names),
            )


def derived():
    """What triggers derive: a project's stage from its log, an amount's tenge value from its rate, sums of amounts."""
    yield from _found(
        "stage",
        "projects_project",
        _("The stage is not the newest of the project's stage log."),
        """
        SELECT p.id FROM projects_project p LEFT JOIN LATERAL (
          SELECT c.stage_id FROM projects_stagechange c
          WHERE c.project_id = p.id AND c.effective_on <= CURRENT_DATE + 1
          ORDER BY c.effective_on DESC, c.id DESC LIMIT 1
        ) c ON true
        WHERE p.stage_id IS DISTINCT FROM c.stage_id
        """,
    )
    yield from _found(
        "money",
        "projects_amount",
        _("The value in tenge is not the amount at its rate."),
        """
        SELECT id FROM projects_amount WHERE value_kzt IS DISTINCT FROM round(value * rate, 2)
          OR (currency = 'KZT' AND rate IS DISTINCT FROM 1)
        """,
    )

    columns = ("kind", *sql.MONEY_COLUMNS)
    kept, told = (", ".join(f"{table}.{column}" for column in columns) for table in ("kept", "told"))
    yield from _found(
        "sums",
        "projects_projectmoney",
        _("The sums kept of a project are not those of its amounts: add them up again with rebuild_totals."),
        f"""
        SELECT COALESCE(told.project_id, kept.project_id)
        FROM ({sql.PROJECT_MONEY.format(schema="public", condition="true")}) AS told
        FULL JOIN projects_projectmoney kept ON kept.project_id = told.project_id AND kept.kind = told.kind
        WHERE ({kept}) IS DISTINCT FROM ({told})
        """,
    )


def circles():
    """Trees without circles: places, sectors, organisations, amounts and their wholes, shipments reported twice."""
    for table, key, parent in (
        ("projects_place", "code", "parent_id"),
        ("projects_sector", "code", "parent_id"),
        ("projects_organisation", "id", "parent_id"),
        ("projects_amount", "id", "included_in_id"),
        ("projects_shipment", "id", "same_as_id"),
    ):
        yield from _found(
            "circles",
            table,
            _("Followed upwards, the row comes back to itself."),
            f"""
            WITH RECURSIVE above (start, up) AS (
              SELECT {key}, {parent} FROM {table} WHERE {parent} IS NOT NULL
              UNION
              SELECT a.start, t.{parent} FROM {table} t JOIN above a ON t.{key} = a.up WHERE t.{parent} IS NOT NULL
            ) SELECT start FROM above WHERE start = up
            """,
        )


def texts():
    """No control characters in any text of the register."""
    for model in apps.get_app_config("projects").get_models():
        columns = [f.column for f in model._meta.concrete_fields if f.get_internal_type() in TEXT_TYPES]
        if columns and model._meta.managed and getattr(model, "pgh_tracked_model", None) is None:
            wrong = " OR ".join(f'"{column}" ~ %s' for column in columns)
            yield from _found(
                "texts",
                model._meta.db_table,
                _("A text holds control characters."),
                f'SELECT "{model._meta.pk_fields[0].column}" FROM "{model._meta.db_table}" WHERE {wrong}',
                [CONTROL] * len(columns),
            )


def numbers():
    """Each sequence stands behind the greatest key of its table."""
    for table, column, sequence in _rows(
        """
        SELECT t.relname, a.attname, s.oid::regclass::text FROM pg_class s
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass
          AND d.deptype IN ('a', 'i')
        JOIN pg_class t ON t.oid = d.refobjid AND t.relnamespace = 'public'::regnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE s.relkind = 'S'
        """
    ):
        ((behind,),) = _rows(
            f'SELECT COALESCE(max("{column}"), 0) > (SELECT last_value FROM {sequence}) FROM "{table}"'
        )
        if behind:
            yield Finding("numbers", table, [], _("The next number to be given out is already in use."))


def files():
    """Each attached file is there, with the size and the SHA-256 that its row tells."""
    missing, differing = [], []
    for document in Document.objects.exclude(file="").only("file", "size", "sha256").iterator():
        try:
            with document.file.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == document.sha256
            same = same and document.size in (None, document.file.size)
        except (OSError, SuspiciousFileOperation):
            missing.append(document.pk)
        else:
            if not same:
                differing.append(document.pk)
    table = Document._meta.db_table
    if missing:
        yield Finding("files", table, missing, _("The file is not on the disk."))
    if differing:
        yield Finding("files", table, differing, _("The file on the disk is not the one that was stored."))


CHECKS = (structure, history, derived, circles, texts, numbers, files)


def _found(check, table, sentence, query, parameters=None):
    if rows := sorted({row[0] for row in _rows(query, parameters)}, key=str):
        yield Finding(check, table, rows, sentence)


def _rows(query, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
