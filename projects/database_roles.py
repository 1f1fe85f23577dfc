"""Roles of the database for a server: what the application may not do there, nobody does through it.

The owner of the database migrates. `DATABASE_app` is what pages and worker sign in as: it makes no tables, and what is
kept for ever it only adds to. `DATABASE_reader` reads for analysis, without what opens doors. `DATABASE_backup` reads
everything. Where there are none of these, as in a demonstration, nothing is done.
"""

import os

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from psycopg2.extensions import encrypt_password

from projects.models import ApiToken, SecondFactorEvent

APP, READER, BACKUP = "app", "reader", "backup"
# The last resort against what hangs: pages set closer limits (QUERY_SECONDS), and a backup lifts its own.
LIMITS = {
    APP: {"statement_timeout": "30min", "lock_timeout": "20s", "idle_in_transaction_session_timeout": "5min"},
    READER: {"statement_timeout": "5min", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "5min"},
    BACKUP: {"statement_timeout": "2h", "lock_timeout": "1min", "idle_in_transaction_session_timeout": "2h"},
}
READS_ONLY = {"default_transaction_read_only": "on"}
SECRET = (Session, TOTPDevice, StaticToken, ApiToken)  # not for the reader, nor the passwords of people


def create(passwords):
    """Make the roles of this database, or bring those there are up to date.

    Args:
        passwords: kind of role -> password; a role without one keeps what it has.
    Returns: kind -> name. Raises: django.db.ProgrammingError where the user of the connection may not make roles.
    """
    names = _names()
    with transaction.atomic(), connection.cursor() as cursor:
        database = _quoted(connection.get_connection_params()["dbname"])
        for kind, name in names.items():
            if kind not in _existing(cursor):
                cursor.execute(f"CREATE ROLE {_quoted(name)} LOGIN")
            if password := passwords.get(kind):
                hashed = encrypt_password(password, name, connection.connection, "scram-sha-256")  # none for the log
                cursor.execute(f"ALTER ROLE {_quoted(name)} PASSWORD %s", [hashed])
            for setting, value in (LIMITS[kind] | (READS_ONLY if kind != APP else {})).items():
                cursor.execute(f"ALTER ROLE {_quoted(name)} IN DATABASE {database} SET {setting} = %s", [value])
        grant()
    return names


def grant():
    """Give the roles that there are what they may do now: after each migrate and restore, which make tables anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        for kind in _existing(cursor):
            role = _quoted(_names()[kind])
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public, past TO {role}")
            cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public, past TO {role}")
            cursor.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            if kind == APP:
                cursor.execute(f"GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
                cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
                cursor.execute(f"REVOKE UPDATE, DELETE ON {_tables(_kept_for_ever())} FROM {role}")
                cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {_tables([MigrationRecorder.Migration])} FROM {role}")
            elif kind == READER:
                people = get_user_model()
                columns = [field.column for field in people._meta.concrete_fields if field.name != "password"]
                cursor.execute(f"REVOKE SELECT ON {_tables([*SECRET, people])} FROM {role}")
                cursor.execute(f"GRANT SELECT ({', '.join(map(_quoted, columns))}) ON {_tables([people])} TO {role}")


def passwords():
    """What the environment says of the roles' passwords: APP_DATABASE_PASSWORD and so on, by kind of role."""
    return {kind: os.environ.get(f"{kind.upper()}_DATABASE_PASSWORD", "") for kind in LIMITS}


def _names():
    database = connection.get_connection_params()["dbname"]
    return {kind: f"{database}_{kind}" for kind in LIMITS}


def _existing(cursor):
    """The kinds of role that there are in this server for this database."""
    kinds = {name: kind for kind, name in _names().items()}
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(kinds)])
    return [kinds[name] for (name,) in cursor.fetchall()]


def _kept_for_ever():
    """The models of the history, and of what else is only added to: nobody is deleted, whose log would go along."""
    events = [model for model in apps.get_models() if getattr(model, "pgh_tracked_model", None)]
    return [*events, SecondFactorEvent, LogEntry]


def _tables(models):
    return ", ".join(_quoted(model._meta.db_table) for model in models)


def _quoted(name):
    return connection.ops.quote_name(name)
