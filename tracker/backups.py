"""Backup and restore of a whole site: the database and the attached files, each with a checksum.

A backup is a folder: `database.dump` (pg_dump's custom format), `files/` (a copy of MEDIA_ROOT) and
`manifest.json`, written last, with the SHA-256 of every file and the rows and checksum of every table, all
of one snapshot of the database.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker import database

FORMAT = 1
DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"
LOCK_TIMEOUT = "10s"  # how long a restore waits for others to leave the tables

# The checksum of a table does not depend on the order of its rows and takes no memory: the sum of 60 bits of each row.
TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
CHECKSUM = "SELECT count(*), COALESCE(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM public.{} t"

EMPTY = f"""
SET lock_timeout = '{LOCK_TIMEOUT}';
DROP SCHEMA IF EXISTS past CASCADE;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


class BackupError(Exception):
    """Nothing was made or restored; the text is a sentence for the person at the terminal."""


def backup(folder):
    """Write a backup into a folder that is not there yet, or empty.

    Returns the manifest: a dict with `made_at`, `dump` and `files` (SHA-256 by path), `tables` (rows and checksum).
    Raises BackupError.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(_("“%(folder)s” is not empty. Name a new folder for each backup.") % {"folder": folder})
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        manifest = {"format": FORMAT, "made_at": timezone.now().isoformat(), **_dump(unfinished / DUMP)}
        manifest["files"] = _copy(Path(settings.MEDIA_ROOT), unfinished / FILES)
        (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        folder.exists() and folder.rmdir()
        unfinished.rename(folder)
    except OSError as error:
        raise BackupError(_("The backup cannot be written: %(error)s.") % {"error": error}) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def verify(folder):
    """Compare every file of a backup with its checksum.

    Returns the manifest. Raises BackupError, which names the first file that is missing or differs.
    """
    folder = Path(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        expected = {DUMP: manifest["dump"]} | {f"{FILES}/{name}": sha256 for name, sha256 in manifest["files"].items()}
        known = manifest["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(_("“%(folder)s” holds no complete backup.") % {"folder": folder}) from error
    if not known:
        raise BackupError(_("“%(folder)s” was made by another version of this program.") % {"folder": folder})
    for name, sha256 in expected.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise BackupError(_("The file “%(name)s” of the backup is missing.") % {"name": name})
        if _sha256(path) != sha256:
            raise BackupError(_("The file “%(name)s” of the backup was changed or is damaged.") % {"name": name})
    return manifest


def restore(folder, *, replace=False):
    """Bring the database and the files to the state of a backup, and check that they are.

    The database must be empty unless `replace`. It is restored in one transaction: if that fails, it is as before.
    Returns the manifest. Raises BackupError.
    """
    manifest = verify(folder)
    if not replace and _tables():
        raise BackupError(_("The database is not empty. Give --replace to lose what is in it."))
    connection.close()
    with tempfile.TemporaryDirectory() as temporary:
        empty, restored = Path(temporary, "empty.sql"), Path(temporary, "dump.sql")
        empty.write_text(EMPTY)
        _run("pg_restore", "--no-owner", "--no-privileges", "--file", restored, Path(folder, DUMP))
        _run("psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", empty, "-f", restored)
    _copy(Path(folder) / FILES, Path(settings.MEDIA_ROOT))
    with transaction.atomic(), connection.cursor() as cursor:
        differing = sorted(set(manifest["tables"].items()) ^ set(_checksums(cursor).items()))
    if differing:
        raise BackupError(
            _("After the restore these tables differ from the backup: %(tables)s.")
            % {"tables": ", ".join(sorted({name for name, _content in differing}))}
        )
    return manifest


def _dump(path):
    """Dump the database and take the checksums of its tables from the same snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # However large the register is: nobody waits for it.
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--snapshot", snapshot, "--file", path)
        return {"tables": _checksums(cursor), "dump": _sha256(path)}


def _tables():
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def _checksums(cursor):
    """What a transaction sees of each table: its rows and their checksum."""
    cursor.execute("SET LOCAL TimeZone = 'UTC'")  # the text of a row has its times in the zone of the session
    cursor.execute(TABLES)
    found = {}
    for (name,) in cursor.fetchall():
        cursor.execute(CHECKSUM.format(name))
        rows, checksum = cursor.fetchone()
        found[name] = f"{rows} {checksum}"
    return found


def _copy(source, target):
    """Copy a tree of files; gives the SHA-256 of each by its path. Files that are there already and equal stay."""
    hashes = {}
    target.mkdir(parents=True, exist_ok=True, mode=0o750)
    for path in sorted(path for path in source.rglob("*") if path.is_file() and not path.is_symlink()):
        name = path.relative_to(source).as_posix()
        hashes[name] = _sha256(path)
        copy = target / name
        if not copy.is_file() or _sha256(copy) != hashes[name]:
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            shutil.copyfile(path, copy)
            copy.chmod(0o640)
    return hashes


def _sha256(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(program, *arguments):
    """Run a program of PostgreSQL on the site's database."""
    parameters = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    given = {variable: str(parameters[name]) for name, variable in names.items() if parameters.get(name)}
    if mode := parameters.get("sslmode"):
        given["PGSSLMODE"] = mode
    try:
        subprocess.run(
            [_path_of(program), *arguments], env=os.environ | given, check=True, capture_output=True, text=True
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [""])[-1]
        raise BackupError(
            _("PostgreSQL's program %(program)s failed: %(error)s") % {"program": program, "error": last}
        ) from error


def _path_of(program):
    """PostgreSQL's program: of PG_BIN or the embedded server where there is one, else the one on the PATH."""
    with contextlib.suppress(database.DatabaseError):
        return database.programs() / program
    if found := shutil.which(program):
        return found
    raise BackupError(
        _("PostgreSQL's program %(program)s is not installed here. Install the client programs of PostgreSQL.")
        % {"program": program}
    )
