"""What is measured, and the best SQL for the same answer: the limit that no page can go below for long."""

import contextlib
import io
import os
import statistics
import time
from dataclasses import dataclass, field

import psycopg2
from django.http import QueryDict

from projects import paging
from projects.filters import ProjectFilterSet
from projects.models import Project

PROJECTS, API = "/en/projects/", "/api/v1/"
SECTOR, GROUP = "ENERGY", "construction"
NARROW = f"sector={SECTOR}&stage_group={GROUP}"
PAST = "2024-01-01"
SWAP = {"HX-Request": "true", "HX-Target": "results"}
FIRST_PAGE, NEXT_PAGE, RESULTS = 100_000, 30_000, 12_000  # bytes


@dataclass(frozen=True)
class Bench:
    """What is fetched, and its bar.

    p: its number among the bars. limit: SQL. bar: how many times what `of` names it may take: "hello", "limit", or
    another bench. is_first: each answer is the first one after a change. is_asked_again: with the ETag of the answer
    before. most_bytes: of the compressed body.
    """

    name: str
    p: str
    path: str
    bar: float
    limit: str = ""
    of: str = "hello"
    headers: dict = field(default_factory=dict, hash=False)
    is_first: bool = False
    is_asked_again: bool = False
    is_explained: bool = False
    most_bytes: int = 0


def benches(size):
    """What is measured at a number of projects; those that others are compared with come first."""
    rare, common = f"SYN-{size // 2:07d}", "investor+177"
    narrow, found = _matching(NARROW), {q: _matching(f"q={q}") for q in (rare, common)}
    by_amount = f"{PROJECTS}?{NARROW}&sort=-announced"
    middle, last = (f"{PROJECTS}?after={_cursor(reference)}" for reference in (size // 2, max(size - 75, 0)))
    past = f"as_of={PAST}"
    first = {"is_first": True, "is_explained": True}
    everything = page() + totals() + facets()
    filtered = page(narrow, "a.value DESC NULLS LAST, p.id DESC") + totals(narrow) + facets(narrow)
    totals_by_sector, past_totals = f"{API}totals/?by=sector", f"{API}totals/?by=sector&{past}"
    return [
        Bench("list", "P1", PROJECTS, 15, everything, most_bytes=FIRST_PAGE),
        Bench("list, first", "P1", PROJECTS, 15, everything, **first),
        Bench("list, two filters by amount", "P2", by_amount, 15, filtered),
        Bench("list, two filters by amount, first", "P2", by_amount, 15, filtered, **first),
        Bench("list by amount, rising", "P2", f"{PROJECTS}?sort=announced", 15, page(order="a.value, p.id")),
        Bench("list by name", "P2", f"{PROJECTS}?sort=-name", 15),
        Bench("list by date", "P2", f"{PROJECTS}?sort=-ends", 15, page(order="p.planned_end_on DESC, p.id DESC")),
        Bench("results only", "P3", by_amount, 10, filtered, headers=SWAP, most_bytes=RESULTS),
        Bench("search, one row", "P4", f"{PROJECTS}?q={rare}", 12, page(found[rare]), **first),
        Bench("search, 1 % of rows", "P4", f"{PROJECTS}?q={common}", 25, page(found[common]), **first),
        Bench("page in the middle", "P5", middle, 1.1, of="list", most_bytes=NEXT_PAGE, is_explained=True),
        Bench("last page", "P5", last, 1.1, of="list"),
        Bench("dashboard, first", "P6", "/en/", 15, totals() + lines(), **first),
        Bench("dashboard", "P6", "/en/", 2, totals() + lines()),
        Bench("dashboard, unchanged", "P6", "/en/", 2, is_asked_again=True),
        Bench("one project", "P7", f"{PROJECTS}{rare}/", 12, is_first=True, is_explained=True),
        Bench("API: list of 100", "P8", f"{API}projects/?per_page=100", 8, page(number=100), **first),
        Bench("API: totals by sector", "P9", totals_by_sector, 15, by_sector(), **first),
        Bench(
            "API: totals by sector, two filters", "P9", f"{totals_by_sector}&{NARROW}", 15, by_sector(narrow), **first
        ),
        Bench("list as of a day, first", "P10", f"{PROJECTS}?{past}", 1.5, of="list, first", **first),
        Bench("API: totals as of a day, first", "P10", past_totals, 2, by_sector_then(), of="limit", **first),
    ]


def _cursor(number):
    """The cursor of the page after a project."""
    rest = Project.objects.filter(reference__gt=f"SYN-{number:07d}", is_placeholder=False)
    page = paging.paginate(rest, sort="reference", expression="reference", data={}, size=25)
    return page.next_cursor or ""


def _matching(query):
    """SQL of the condition that a query string sets, as the filters of the list write it."""
    rows = ProjectFilterSet(QueryDict(query), Project.objects.all()).rows().order_by().values("pk")
    sql, parameters = rows.query.sql_with_params()
    with contextlib.closing(_connection()) as connection, connection.cursor() as cursor:
        return f"p.id IN ({cursor.mogrify(sql, parameters).decode()})"


def page(condition="NOT p.is_placeholder", order="p.reference", number=50):
    return f"""
    SELECT p.reference, p.name_en, s.name_en, c.name_en, g.name_en, p.status, p.planned_start_on, p.planned_end_on,
      p.updated_at, a.value, b.value, d.value
    FROM projects_project p JOIN projects_projectmoney a ON a.project_id = p.id AND a.kind = 'announced'
      JOIN projects_projectmoney b ON b.project_id = p.id AND b.kind = 'committed'
      JOIN projects_projectmoney d ON d.project_id = p.id AND d.kind = 'disbursed'
      LEFT JOIN projects_sector s ON s.code = p.main_sector_id LEFT JOIN projects_place c ON c.code = p.place_id
      LEFT JOIN projects_stage g ON g.code = p.stage_id
    WHERE {condition} ORDER BY {order} LIMIT {number or "ALL"}{";" if number else ""}"""


SUMS = "count(*), sum(m.value), sum(m.count), sum(m.lower_bounds), sum(m.approximate), sum(m.unconverted)"


def totals(condition="NOT p.is_placeholder"):
    return f"""
    SELECT m.kind, {SUMS} FROM projects_project p JOIN projects_projectmoney m ON m.project_id = p.id
    WHERE {condition} GROUP BY m.kind;"""


def facets(condition="NOT p.is_placeholder"):
    columns = ("main_sector_id", "stage_id", "stage_group", "status", "place_id")
    return f"""
    SELECT {", ".join(columns)}, count(*) FROM projects_project p WHERE {condition}
    GROUP BY GROUPING SETS ({", ".join(f"({column})" for column in columns)});
    SELECT o.country_id, count(DISTINCT y.project_id) FROM projects_projectparty y
      JOIN projects_organisation o ON o.id = y.organisation_id JOIN projects_project p ON p.id = y.project_id
    WHERE {condition} GROUP BY o.country_id;"""


def by_sector(condition="NOT p.is_placeholder"):
    return f"""
    SELECT p.main_sector_id, m.kind, {SUMS} FROM projects_project p JOIN projects_projectmoney m ON m.project_id = p.id
    WHERE {condition} GROUP BY p.main_sector_id, m.kind;"""


def lines():
    return by_sector() + "".join(
        by_sector().replace("p.main_sector_id", key)
        for key in ("p.stage_group", "p.place_id", "extract(year FROM p.announced_on)")
    )


def by_sector_then():
    return f"""
    SELECT p.main_sector_id, m.kind, count(*), sum(m.value_kzt)
    FROM (SELECT DISTINCT ON (id) * FROM projects_projectevent ORDER BY id, pgh_id DESC) p
      JOIN (SELECT DISTINCT ON (id) * FROM projects_amountevent ORDER BY id, pgh_id DESC) m ON m.project_id = p.id
    WHERE NOT p.is_placeholder AND p.announced_on <= '{PAST}' AND m.as_of <= '{PAST}'
    GROUP BY p.main_sector_id, m.kind;"""


def _connection():
    return psycopg2.connect(os.environ["DATABASE_URL"])


class Limits:
    """One plain connection, and what the SQL of benches takes on it."""

    def __enter__(self):
        self.connection, self.known = _connection(), {}
        self.connection.autocommit = True
        with self.connection.cursor() as cursor:
            cursor.execute("SET work_mem = '32MB'")
        return self

    def __exit__(self, *error):
        self.connection.close()

    def of(self, bench):
        """Milliseconds of the limit of a bench, the median of three; None where it has none."""
        if bench.limit and bench.limit not in self.known:
            self.known[bench.limit] = statistics.median(self._milliseconds(bench.limit) for _turn in range(3))
        return self.known.get(bench.limit)

    def _milliseconds(self, sql):
        before = time.perf_counter()
        with self.connection.cursor() as cursor:
            if sql.startswith("COPY"):
                cursor.copy_expert(sql, io.StringIO())
            else:
                for statement in filter(str.strip, sql.split(";")):
                    cursor.execute(statement)
                    cursor.fetchall()
        return (time.perf_counter() - before) * 1000
