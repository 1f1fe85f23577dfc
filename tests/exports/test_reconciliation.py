"""For any filter: the page's total = its rows and what is not allocated = XLSX = CSV = API; facets count rows."""

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from random import Random

import openpyxl
import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from projects.models import Project
from tests import factories
from tests.pages import figures, read, references
from tests.test_rollups import QUERIES, random_portfolio, store, world  # noqa: F401 -- `world` is a fixture

KINDS = ("announced", "committed", "disbursed")
EXAMPLES = 25


def money(text):
    return Decimal(text or 0)


def of_page(client, query):
    """(total by kind, sum of the rows by kind, not allocated by kind, references) as the page shows them.

    Where rows are grouped, the sums of the groups make the sums of the rows.
    """
    page = read(client.get(f"/en/projects/?per_page=200&{query}"))
    totals, rest = {}, Counter()
    for figure in page.all("data", data_total=True):
        if figure.inside("section"):
            totals[figure["data-total"]] = money(figure["value"])
        elif not figure.inside("tr"):
            rest[figure["data-total"]] += money(figure["value"])
    rows = Counter()
    for row in page.all("tr", data_reference=True):
        for figure in figures(row):
            rows[figure["data-kind"]] += money(figure["value"])
    if "&group=" in query and rows:
        groups = Counter()
        for figure in (figure for row in page.all("tr", class_="row-parent") for figure in figures(row)):
            groups[figure["data-kind"]] += money(figure["value"])
        assert groups.pop("projects") == len(references(page))
        assert groups == rows
    return totals, rows, rest, references(page)


def of_texts(client, query):
    data = b"".join(client.get(f"/en/projects/export.csv?{query}").streaming_content)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    return {kind: sum(money(row[kind.title()]) for row in rows) for kind in KINDS}, [row["Reference"] for row in rows]


def of_sheets(client, query):
    data = b"".join(client.get(f"/en/projects/export.xlsx?{query}").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(data))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    rows = [dict(zip(head, row, strict=True)) for row in rows]
    sums = {kind: sum((cents(row[kind.title()]) for row in rows), Decimal(0)) for kind in KINDS}
    told = {row[0]: cents(row[1]) for row in book.worksheets[1].iter_rows(values_only=True) if row[0] in KINDS}
    return sums, told, [row["Reference"] for row in rows]


def cents(number):
    return Decimal(repr(number or 0)).quantize(Decimal("0.01"))


def of_api(client, query):
    (line,) = client.get(f"/api/v1/totals/?{query}", headers={"accept-language": "en"}).json()
    return {kind: money(line["amounts"][kind]["value"]) for kind in KINDS}, line["projects"]


def modest(portfolio):
    """The same portfolio with sums that a spreadsheet's numbers hold to the cent."""
    projects, sums, published = portfolio
    smaller = [type(row)(**vars(row) | {"value": max(Decimal("0.01"), row.value % 10**6)}) for row in sums]
    return projects, smaller, published


@pytest.fixture
def client(world):  # noqa: F811
    client = Client()
    client.force_login(factories.administrator())
    return client


@given(
    seed=st.integers(0, 2**32),
    query=st.sampled_from(["", *QUERIES]),
    shown=st.sampled_from(
        [
            "",
            "&currency=USD",
            "&currency=CNY&rate=today",
            "&rate=today",
            "&sort=-announced",
            "&group=sector",
            "&group=year",
        ]
    ),
)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_door_gives_the_same_sums(client, seed, query, shown):
    with transaction.atomic():
        store(modest(random_portfolio(Random(seed))))
        query += shown
        totals, rows, rest, listed = of_page(client, query)
        in_texts, text_rows = of_texts(client, query)
        in_sheets, told, sheet_rows = of_sheets(client, query)
        in_api, number = of_api(client, query)
        assert listed == text_rows == sheet_rows
        assert number == len(listed)
        for kind in KINDS:
            found = {
                totals[kind],
                in_api[kind],
                told[kind],
                *(sums[kind] + rest[kind] for sums in (rows, in_texts, in_sheets)),
            }
            assert len(found) == 1, (kind, query, found)
        facets_count_rows(client, query, listed)
        transaction.set_rollback(True)


def facets_count_rows(client, query, listed):
    """Each value's count is the number of rows that the list has with that value chosen besides."""
    facets = json.loads(client.get(f"/api/v1/facets/?{query}").content)
    chosen = {name.partition("__")[0] for name in (part.partition("=")[0] for part in query.split("&"))}
    rows = Project.objects.filter(reference__in=listed)
    for name in {"stage_group", "status"} - chosen:
        counted = {value["value"]: value["count"] for value in facets[name]["values"]}
        assert counted == dict(Counter(rows.values_list(name, flat=True))), (name, query)
