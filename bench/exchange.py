"""Files brought in, against the least that any program needs for the same rows in the same run."""

import csv
import datetime
import io
import resource
import time

import xlsxwriter
from django.db import connection, transaction
from python_calamine import CalamineWorkbook

HEADINGS = (
    "№ п/п",
    "Наименование проекта",
    "Жоба атауы",
    "Project name",
    "Отрасль",
    "Район",
    "Статус",
    "Стадия",
    "Инвестор",
    "Страна инвестора",
    "Начало строительства",
    "Срок ввода в эксплуатацию",
    "Стоимость проекта, млн тенге",
    "Освоено, млн тенге",
    "Постоянные рабочие места",
    "Номер договора",
    "Кадастровый номер",
    "Широта",
    "Долгота",
    "Примечание",
)
INVESTORS = 200
ROWS = 10_000  # of the largest table
BAR = 4  # times the limit
MEMORY = 400  # MiB
SYLLABLES = ("ба", "во", "гу", "ды", "же", "зи", "кю", "ля", "мэ", "но")  # of names that are not alike


def table(rows):
    """The cells of an office's own table of synthetic projects, its headings first, row by row."""
    from projects.models import Place, Sector, Stage

    places = list(Place.objects.filter(kind="district").values_list("name_ru", flat=True))
    sectors = list(Sector.objects.values_list("name_ru", flat=True))
    stages = list(Stage.objects.filter(is_active=True, needs_date=False).values_list("name_ru", flat=True))
    countries = ("Китай", "Турция", "Германия", "Казахстан")
    yield HEADINGS
    for number in range(1, rows + 1):
        investor = number % INVESTORS
        yield (
            number,
            f"Синтетическая строка {number} таблицы",
            f"Кестенің синтетикалық жолы {number}",
            f"Row {number} of a synthetic table",
            sectors[number % len(sectors)],
            places[number % len(places)],
            "по графику",
            stages[number % len(stages)],
            f"{''.join(SYLLABLES[digit] for digit in map(int, f'{investor * 7919 % 10**6:06d}'))} (синтетика)",
            countries[investor % len(countries)],
            f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.2024",
            f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.2027",
            1000 + number % 900 + 0.5,
            10 + number % 90,
            number % 300 + 1,
            f"S-{number}",
            f"08:{number % 1000:03d}:{number % 977:03d}",
            50 + number % 1000 / 1000,
            51 + number % 997 / 1000,
            f"Синтетическое примечание к строке {number}",
        )


def workbook(rows):
    """The table as an XLSX file, in bytes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("Лист")
    for number, cells in enumerate(table(rows)):
        sheet.write_row(number, 0, cells)
    book.close()
    return file.getvalue()


def rows(size, user):
    """Figures of an import of a table of so many rows, as `python -m bench` says them; all of it is taken back.

    The limit is what any program needs: the cells read by the same library, and the rows written by COPY.
    """
    from projects.exchange import jobs

    content, day = workbook(size), datetime.date(2025, 11, 1)
    limit = _limit(content)
    with transaction.atomic():
        jobs_made = []
        for name in ("first.xlsx", "again.xlsx"):
            job = jobs.receive(
                by=user, file=io.BytesIO(content), name=name, as_of=day, reason="synthetic", start=_later
            )
            job.mapping["asks"] = False
            job.save()
            jobs_made.append(job)
        first, second = jobs_made
        before = time.perf_counter()
        jobs.check(first)
        looked_at = time.perf_counter()
        jobs.confirm(by=user, job=first, fingerprint=first.file.fingerprint)
        written = time.perf_counter()
        again = jobs.check(second)
        transaction.set_rollback(True)
    common = {"p": "P11", "n": size, "against": "calamine and COPY"}
    for name, taken, bar in (
        ("import: looked at", looked_at - before, None),
        ("import", written - looked_at, BAR),
    ):
        ours = taken * 1000
        figures = {"ours_ms": round(ours), "limit_ms": round(limit), "ratio": round(ours / limit, 1), "bar": bar}
        yield {"bench": name} | common | figures | {"met": bar and ours <= bar * limit}
    changed = again.created + again.changed
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for name, found, most in (("records that the same file writes again", changed, 0), ("memory, MiB", peak, MEMORY)):
        figures = {"ours_ms": None, "limit_ms": None, "ratio": most and round(found / most, 2)}
        yield {"bench": f"import: {name}"} | common | figures | {"found": found, "bar": most, "met": found <= most}


def _later(job, book=None):
    """The check is measured by itself."""


def _limit(content):
    """Milliseconds of reading the cells and writing the rows, without a rule, a type, a version or an index."""
    before = time.perf_counter()
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    lines = io.StringIO()
    csv.writer(lines).writerows(cells)
    lines.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(f"c{number} text" for number in range(len(HEADINGS)))
        cursor.execute(f"CREATE TEMPORARY TABLE bench_limit ({columns}) ON COMMIT DROP")
        cursor.copy_expert("COPY bench_limit FROM STDIN CSV", lines)
    return (time.perf_counter() - before) * 1000
