"""`python -m bench`: see the package. Needs the environment of `make bench`."""

import contextlib
import io
import itertools
import json
import os
import sys
import time
from urllib.parse import quote, urlsplit, urlunsplit

import django
import psycopg2

SIZES = "10000,100000"
MEMORY_LIMIT = 160  # MiB of one worker after everything
GROWTH_LIMIT = 1.3  # times what it takes at the smallest size


def main():
    try:
        sizes = sorted({int(text) for text in os.environ.get("BENCH_SIZES", SIZES).split(",")})
    except ValueError:
        sys.exit("BENCH_SIZES: give numbers of projects, like 10000,100000.")
    kept = os.environ.get("BENCH_DATABASE", "")
    server, ground = os.environ["DATABASE_URL"], kept or f"tracker_bench_{os.getpid()}"
    made = [ground, *(f"{ground}_{size}" for size in sizes)]
    _make(server, ground)
    os.environ["DATABASE_URL"] = _address(server, ground)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    os.environ["SECOND_FACTOR"] = "offered"  # who is measured with has no phone
    try:
        django.setup()
        _prepare()
        times = {}
        for size in sizes:
            _turn_to(None)
            is_new = _make(server, f"{ground}_{size}", template=ground)
            _turn_to(f"{ground}_{size}")
            os.environ["DATABASE_URL"] = _address(server, f"{ground}_{size}")
            if not is_new:
                _prepare()
            _measure(size, times)
        _tell_growth(times, sizes)
    finally:
        if not kept:
            _turn_to(None)
            for name in made:
                _on_server(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _address(server, name):
    return urlunsplit(urlsplit(server)._replace(path="/" + quote(name, safe="")))


def _make(server, name, template="template0"):
    """Make a database unless it is there. Returns: whether it was made."""
    if _on_server(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        return False
    _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return True


def _on_server(server, statement):
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def _turn_to(name):
    """Django's connection is to another database from now on; to none for the time being where `name` is None."""
    from django.db import connection

    connection.close()
    if name:
        connection.settings_dict["NAME"] = name


def _prepare():
    from django.core.management import call_command

    for command in ("compile_catalogues", "migrate", "load_reference", "load_brief", "collectstatic"):
        options = {"interactive": False} if command in ("migrate", "collectstatic") else {}
        call_command(command, stdout=io.StringIO(), verbosity=0, **options)


def _say(**row):
    print(json.dumps(row, ensure_ascii=False), flush=True)


def _person(name, role):
    """A user with a role: what may not be seen is asked of the database for whoever is no superuser."""
    from django.contrib.auth.models import Group, User

    user, _is_new = User.objects.get_or_create(username=name)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def _measure(size, times):
    from bench import exchange, files, people, plans, writes, yardsticks
    from bench.server import Server
    from projects import permissions

    _load(size)
    user = _person("synthetic-analyst", permissions.ANALYST)
    importer = _person("synthetic-importer", permissions.ADMINISTRATOR)
    benches = yardsticks.benches(size)
    with yardsticks.Limits() as limits, Server(user).running() as server:
        for bench in benches:
            hello, hello_cpu = server.hello()
            ours, cpu, answer = server.measure(bench)
            limit = limits.of(bench)
            times[bench.name, size] = ours
            yardstick = {"hello": hello, "limit": limit}.get(bench.of) or times.get((bench.of, size))
            _say(
                bench=bench.name,
                p=bench.p,
                n=size,
                ours_ms=round(ours, 1),
                limit_ms=limit and round(limit, 2),
                ratio=limit and round(ours / limit, 2),
                hello_ms=round(hello, 2),
                in_hello=round(ours / hello, 1),
                cpu_ms=round(cpu, 1),
                cpu_in_hello=round(cpu / hello_cpu, 1),
                of=bench.of,
                bar=bench.bar,
                times=yardstick and round(ours / yardstick, 2),
                met=bool(yardstick) and ours <= bench.bar * yardstick,
                status=answer.status,
            )
            if bench.most_bytes:
                _say(
                    bench=f"bytes, compressed: {bench.name}",
                    p="P15",
                    n=size,
                    ours_ms=None,
                    limit_ms=None,
                    ratio=round(answer.packed / bench.most_bytes, 2),
                    bytes=answer.packed,
                    bar=bench.most_bytes,
                    met=answer.packed <= bench.most_bytes,
                )
        _say(**writes.one_update(size, hello))
        peak = server.memory()
        _say(
            bench="memory of the worker, MiB",
            p="P19",
            n=size,
            ours_ms=None,
            limit_ms=None,
            ratio=round(peak / MEMORY_LIMIT, 2),
            mebibytes=peak,
            bar=MEMORY_LIMIT,
            met=peak <= MEMORY_LIMIT,
        )
    with Server(user).running(workers=2, threads=2) as server:
        _say(**people.at_once(server, size))
    for figures in itertools.chain(files.rows(size, user), exchange.rows(min(size, exchange.ROWS), importer)):
        _say(**figures)
    for bench in benches:
        if bench.is_explained:
            for plan in plans.of(bench, user):
                _say(explain=bench.name, n=size, **plan)


def _load(size):
    from django.db import connection

    from projects import synthetic

    before = time.monotonic()
    added, _there = synthetic.make(size)
    if not added:
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the database does by itself in the night after a large load
    _say(bench="load", n=size, ours_ms=round((time.monotonic() - before) * 1000), limit_ms=None, ratio=None)


def _tell_growth(times, sizes):
    """What each page takes at each size, in what it takes at the smallest."""
    for (name, size), ours in times.items():
        first = times.get((name, sizes[0]))
        if size != sizes[0] and first:
            _say(
                bench=f"growth: {name}",
                p="P17",
                n=size,
                ours_ms=round(ours, 1),
                limit_ms=round(first, 1),
                ratio=round(ours / first, 2),
                of=f"n={sizes[0]}",
                bar=GROWTH_LIMIT,
                met=ours <= GROWTH_LIMIT * first,
            )


if __name__ == "__main__":
    main()
