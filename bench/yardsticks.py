"""What is measured, and against what: each bar is a multiple of a yardstick of the same run."""

import csv
import io
import tempfile
from dataclasses import dataclass

import xlsxwriter
from django.db import connection

from projects import paging
from projects.models import Project

PROJECTS = "/en/projects/"
NARROW = "sector=ENERGY&stage_group=construction"


@dataclass(frozen=True)
class Bench:
    """What is fetched, and how many times the yardstick it may take; against: "hello", "copy" or "plain"."""

    name: str
    path: str
    bar: float
    against: str = "hello"


def benches(size):
    """What is measured at a number of projects."""
    rare, common = f"SYN-{size // 2:07d}", "investor+177"
    return [
        Bench("list", PROJECTS, 15),
        Bench("list, two filters", f"{PROJECTS}?{NARROW}", 15),
        Bench("list, two filters, by amount", f"{PROJECTS}?{NARROW}&sort=-announced", 15),
        Bench("list, by amount", f"{PROJECTS}?sort=-announced", 15),
        Bench("list, any page", f"{PROJECTS}?after={_middle(size)}", 15),
        Bench("search, one row", f"{PROJECTS}?q={rare}", 12),
        Bench("search, an investor", f"{PROJECTS}?q={common}", 25),
        Bench("dashboard", "/en/", 15),
        Bench("one project", f"{PROJECTS}{rare}/", 12),
        Bench("API: list", "/api/v1/projects/?per_page=100", 8),
        Bench("API: totals by sector", "/api/v1/totals/?by=sector", 15),
        Bench("file: CSV", f"{PROJECTS}export.csv", 10, "copy"),
        Bench("file: XLSX", f"{PROJECTS}export.xlsx", 2, "plain"),
    ]


def _middle(size):
    """The cursor of a page in the middle of the list."""
    rest = Project.objects.filter(reference__gt=f"SYN-{size // 2:07d}", is_placeholder=False)
    page = paging.paginate(rest, sort="reference", expression="reference", data={}, size=50)
    return page.next_cursor or ""


def copy(sink):
    """PostgreSQL's own CSV of the projects with their money, into a file: the limit of any file of them."""
    with connection.cursor() as cursor:
        cursor.copy_expert(
            """COPY (SELECT p.reference, p.name_en, s.name_en, c.name_en, g.name_en, p.status, p.planned_start_on,
                 p.planned_end_on, p.updated_at, a.value_kzt, b.value_kzt, d.value_kzt
               FROM projects_project p
                 LEFT JOIN projects_sector s ON s.code = p.main_sector_id
                 LEFT JOIN projects_place c ON c.code = p.place_id
                 LEFT JOIN projects_stage g ON g.code = p.stage_id
                 LEFT JOIN projects_amount a ON a.project_id = p.id AND a.kind = 'announced'
                 LEFT JOIN projects_amount b ON b.project_id = p.id AND b.kind = 'committed'
                 LEFT JOIN projects_amount d ON d.project_id = p.id AND d.kind = 'disbursed'
               WHERE NOT p.is_placeholder ORDER BY p.reference) TO STDOUT CSV HEADER""",
            sink,
        )


def plain_sheet(lines):
    """The cells of a CSV file as text in a spreadsheet, with the library that ours is written with."""
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = book.add_worksheet()
        for number, record in enumerate(csv.reader(io.TextIOWrapper(lines, encoding="utf-8"))):
            for place, value in enumerate(record):
                sheet.write_string(number, place, value)
        book.close()
