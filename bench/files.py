"""Files of the list of projects, against the least that any program needs for the same cells in the same run."""

import gc
import tempfile
import time

import rustpy_xlsxwriter
from django.db import connection
from django.http import HttpRequest, QueryDict

BARS = {"CSV": 4, "XLSX": 2}  # times COPY out; times a writer in Rust that is given plain values
FIRST = 1000  # ms
GROWTH = 20  # MiB
WARM = 1000  # rows of a file that is written before anything is measured
STATED = ", ".join(
    f"string_agg(bound || value || ' ' || currency, '; ') FILTER (WHERE kind = '{kind}') AS {kind}"
    for kind in ("announced", "committed", "disbursed")
)
# What the file says, cell by cell: the names, the sums and how exact they are, each amount as it was stated.
COPY = f"""
COPY (SELECT p.reference, p.name_en, s.name_en, c.name_en, p.latitude, p.longitude, g.name_en, p.status,
    a.value, a.lower_bounds, t.announced, b.value, b.lower_bounds, t.committed, d.value, d.lower_bounds, t.disbursed,
    p.updated_at, r.name_en, i.names, p.planned_start_on, p.planned_end_on, p.announced_on, u.username, o.name_en
  FROM projects_project p JOIN projects_projectmoney a ON a.project_id = p.id AND a.kind = 'announced'
    JOIN projects_projectmoney b ON b.project_id = p.id AND b.kind = 'committed'
    JOIN projects_projectmoney d ON d.project_id = p.id AND d.kind = 'disbursed'
    LEFT JOIN projects_sector s ON s.code = p.main_sector_id LEFT JOIN projects_place c ON c.code = p.place_id
    LEFT JOIN projects_stage g ON g.code = p.stage_id LEFT JOIN projects_programme r ON r.id = p.programme_id
    LEFT JOIN auth_user u ON u.id = p.curator_id LEFT JOIN projects_organisation o ON o.id = p.department_id
    LEFT JOIN (SELECT project_id, {STATED} FROM projects_amount WHERE superseded_by_id IS NULL AND inclusion = 'no'
      GROUP BY project_id) t ON t.project_id = p.id
    LEFT JOIN (SELECT y.project_id, string_agg(n.name_en, '; ') AS names FROM projects_projectparty y
      JOIN projects_organisation n ON n.id = y.organisation_id WHERE y.role = 'investor'
      GROUP BY y.project_id) i ON i.project_id = p.id
  WHERE NOT p.is_placeholder ORDER BY p.reference) TO STDOUT CSV"""


def rows(size, user):
    """Figures of the files of all projects, as `python -m bench` says them."""
    for write in (_texts, _sheets):
        write(_table(user, WARM))
    gc.freeze()  # as a worker does at its start
    for name, write, limit in (("CSV", _texts, _copied), ("XLSX", _sheets, _plainly)):
        table = _table(user)
        before, began = _memory("VmRSS", is_anew=True), time.perf_counter()
        first = write(table)
        taken, growth = time.perf_counter() - began, round(_memory("VmHWM") - before, 1)
        at_least = limit(table)
        common = {"p": "P12", "n": size}
        yield {"bench": f"file: {name}"} | common | _met(taken * 1000, at_least * 1000, BARS[name])
        yield {"bench": f"file: {name}, memory, MiB"} | common | _met(growth, None, GROWTH, found=growth)
        if first:
            yield {"bench": f"file: {name}, first byte"} | common | _met((first - began) * 1000, None, FIRST)


def _met(ours, limit, bar, **more):
    is_met = ours <= bar * (limit or 1)
    ratio = round(ours / limit, 2) if limit else None
    figures = {"ours_ms": None if more else round(ours), "limit_ms": limit and round(limit), "ratio": ratio}
    return figures | more | {"bar": bar, "met": is_met}


def _table(user, number=None):
    from projects.portfolio.projects import ProjectList

    request = HttpRequest()
    request.method, request.GET, request.user = "GET", QueryDict(), user
    page = ProjectList()
    page.setup(request)
    table = page.table()
    table.rows = table.rows[:number]
    return table


def _texts(table):
    """Make the file. Returns: the moment of its first part."""
    from projects.exports import texts

    first = None
    for _part in texts.parts(table):
        first = first or time.perf_counter()
    return first


def _sheets(table):
    from projects.exports import sheets

    first = None
    with tempfile.TemporaryFile() as file:
        for part in sheets.parts(table):
            first = first or time.perf_counter()
            file.write(part)
    return first


def _copied(table):
    """Seconds of the same rows out of the database, as it writes them itself."""
    began = time.perf_counter()
    with connection.cursor() as cursor, tempfile.TemporaryFile() as file:
        cursor.execute("SET work_mem = '32MB'")
        cursor.copy_expert(COPY, file)
    return time.perf_counter() - began


def _plainly(table):
    """Seconds of the same cells, worked out before, as a spreadsheet."""
    with table.reading():
        lines = (line for columns in table.values() for line in zip(*columns, strict=True))
        records = [dict(zip(table.headings, line, strict=True)) for line in lines]
    for record in records:
        record.update({name: value.replace(tzinfo=None) for name, value in record.items() if hasattr(value, "tzinfo")})
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        rustpy_xlsxwriter.write_worksheet(records, f"{folder}/plain.xlsx")
        return time.perf_counter() - began


def _memory(name, is_anew=False):
    """MiB that this process holds (VmRSS), or held at most (VmHWM) since it was asked to count anew."""
    if is_anew:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{name}:")) / 1024
