"""`python -m bench`: see the package. Needs the environment of `make bench`."""

import io
import json
import os
import sys
import tempfile
import time
from urllib.parse import quote, urlsplit, urlunsplit

import django
import psycopg2

SIZES = "10000,100000"
HELLO = "/healthz"
MEMORY_LIMIT = 160  # MiB of one worker after everything


def main():
    try:
        sizes = sorted({int(text) for text in os.environ.get("BENCH_SIZES", SIZES).split(",")})
    except ValueError:
        sys.exit("BENCH_SIZES: give numbers of projects, like 10000,100000.")
    kept = os.environ.get("BENCH_DATABASE", "")
    name, address = kept or f"tracker_bench_{os.getpid()}", os.environ["DATABASE_URL"]
    parts = urlsplit(address)
    _on_server(address, f'CREATE DATABASE "{name}"', unless_exists=name)
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path="/" + quote(name, safe="")))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    try:
        django.setup()
        _measure(sizes)
    finally:
        if not kept:
            from django.db import connection

            connection.close()
            _on_server(address, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on_server(address, statement, unless_exists=None):
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [unless_exists])
        if not cursor.fetchone():
            cursor.execute(statement)
    connection.close()


def _say(**row):
    print(json.dumps(row, ensure_ascii=False), flush=True)


def _measure(sizes):
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    from bench import plans, yardsticks
    from bench.server import Server
    from projects import synthetic

    for command in ("migrate", "load_reference", "load_brief", "collectstatic"):
        options = {"interactive": False} if command in ("migrate", "collectstatic") else {}
        call_command(command, stdout=io.StringIO(), verbosity=0, **options)
    people = get_user_model().objects
    user = people.filter(username="synthetic-reader").first() or people.create_superuser("synthetic-reader")
    found = {}
    for size in sizes:
        before = time.monotonic()
        added, _there = synthetic.make(size)
        if added:
            _tidy(connection)
            _say(bench="load", n=size, ours_ms=round((time.monotonic() - before) * 1000), limit_ms=None, ratio=None)
        with Server(user).running() as server:
            for bench in yardsticks.benches(size):
                ours = server.median(bench.path)
                limit = server.median(HELLO) if bench.against == "hello" else _limit(bench.against, yardsticks)
                found[bench.name, size] = ours
                _say(
                    bench=bench.name,
                    n=size,
                    ours_ms=round(ours, 1),
                    limit_ms=round(limit, 2),
                    ratio=round(ours / limit, 1),
                    against=bench.against,
                    bar=bench.bar,
                )
            peak = server.memory()
            _say(bench="memory, MiB", n=size, ours_ms=peak, limit_ms=MEMORY_LIMIT, ratio=round(peak / MEMORY_LIMIT, 2))
        for bench in yardsticks.benches(size):
            if bench.against == "hello":
                for plan in plans.of(bench.path, user):
                    _say(explain=bench.name, n=size, **plan)
    for name, size in found:
        if size != sizes[0]:
            first = found[name, sizes[0]]
            _say(
                bench=f"growth: {name}",
                n=size,
                ours_ms=round(found[name, size], 1),
                limit_ms=round(first, 1),
                ratio=round(found[name, size] / first, 1),
                against=f"n={sizes[0]}",
                bar=1.3,
            )


def _tidy(connection):
    """What the database does by itself in the night after a large load."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _limit(against, yardsticks):
    """Milliseconds of the best that could be: PostgreSQL's own CSV, or a spreadsheet of its cells."""
    before = time.perf_counter()
    with tempfile.TemporaryFile() as file:
        yardsticks.copy(file)
        if against == "plain":
            file.seek(0)
            yardsticks.plain_sheet(file)
    return (time.perf_counter() - before) * 1000


if __name__ == "__main__":
    main()
