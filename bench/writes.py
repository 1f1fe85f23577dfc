"""What writing takes: one update with its version and history, against the same row without them (P13)."""

import statistics
import time

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from projects.models import Project, Update
from projects.models.choices import UpdateStatus

TURNS = 15
IN_HELLO, TO_PLAIN = 25, 2


def somebody():
    """A write to one project: what is remembered of its part of the register, and every page, is old from then on."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_amount SET value = value WHERE id = (SELECT max(id) FROM projects_amount)")


def one_update(size, hello):
    """The row of the bench. Nothing stays in the register; what is rolled back costs what is committed."""
    author = get_user_model().objects.get(username="synthetic-author")
    project = Project.objects.get(reference=f"SYN-{size // 2:07d}")
    ours, plain = [], []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_update (LIKE projects_update INCLUDING ALL)")
        for _turn in range(TURNS):
            update = Update(project=project, author=author, status=UpdateStatus.DRAFT, narrative="Synthetic report")
            ours.append(_milliseconds(update.save))
            plain.append(_milliseconds(lambda key=update.pk: _copy(key)))
        transaction.set_rollback(True)
    taken, limit = statistics.median(ours), statistics.median(plain)
    return {
        "bench": "write of one update",
        "p": "P13",
        "n": size,
        "ours_ms": round(taken, 2),
        "limit_ms": round(limit, 2),
        "ratio": round(taken / limit, 2),
        "hello_ms": round(hello, 2),
        "in_hello": round(taken / hello, 1),
        "of": "hello",
        "bar": IN_HELLO,
        "met": taken <= IN_HELLO * hello and taken <= TO_PLAIN * limit,
    }


def _copy(key):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_update SELECT * FROM projects_update WHERE id = %s", [key])


def _milliseconds(write):
    before = time.perf_counter()
    write()
    return (time.perf_counter() - before) * 1000
