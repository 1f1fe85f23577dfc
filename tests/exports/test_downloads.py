"""Lists as files: the rows of the page, typed cells, nothing that calculates by itself, for those who may."""

import csv
import datetime
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client

from projects.columns.projects import PROJECT_COLUMNS
from projects.exports import Lines, sheets, texts
from projects.management.commands import export_projects
from projects.models import Project
from tests import factories
from tests.pages import read, references

LISTS = ["programmes", "investors", "sources", "engagements", "agreements", "statements", "leads", "shipments"]
LISTS += ["obligations", "indicators", "updates"]
DAY = factories.DAY


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def content(client, path):
    response = client.get(f"/en/{path}")
    assert response.status_code == 200, path
    assert response["Content-Disposition"].startswith("attachment; filename=")
    return b"".join(response.streaming_content)


def text_rows(client, path):
    """The rows of a CSV file as dictionaries by heading."""
    data = content(client, path)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def book(client, path):
    return openpyxl.load_workbook(io.BytesIO(content(client, path)))


def sheet_rows(sheet):
    """The rows of a sheet as dictionaries by heading."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def portfolio(db):
    factories.exchange_rate()
    place = factories.place("SYN-PLACE", latitude=Decimal("51.2"), longitude=Decimal("51.4"))
    one = factories.project(
        reference="SYN-1", name_en="=HYPERLINK(1)", place=place, planned_start_on=DAY, announced_on=DAY
    )
    two = factories.project(
        reference="SYN-2", name_en="Synthetic two", latitude=Decimal("50"), longitude=Decimal("52"), place=place
    )
    factories.project(reference="SYN-3", name_en="Synthetic three", place=None)
    factories.amount(project=one, value=Decimal("1234567.89"), bound="gt")
    factories.amount(project=one, value=Decimal("2"), currency="USD")
    factories.amount(project=two, value=Decimal("10.5"), is_confidential=True)
    factories.party(project=one, organisation=factories.investor(name_en="@Synthetic investor", bin="251040000012"))
    return one, two


def test_a_sheet_holds_the_rows_of_the_page_in_its_order(portfolio):
    client = signed_in(factories.administrator())
    for query in ("", "sort=-name", "missing=announced", "sort=-announced&place=SYN-PLACE"):
        shown = references(read(client.get(f"/en/projects/?{query}")))
        rows = sheet_rows(book(client, f"projects/export.xlsx?{query}")["Projects"])
        assert [row["Reference"] for row in rows] == shown, query
        assert [row["Reference"] for row in text_rows(client, f"projects/export.csv?{query}")] == shown
        features = json.loads(content(client, f"projects/export.geojson?{query}"))["features"]
        assert [feature["id"] for feature in features] == shown


def test_cells_have_types_and_text_is_never_a_formula(portfolio):
    sheet = book(signed_in(factories.administrator()), "projects/export.xlsx")["Projects"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    row = sheet_rows(sheet)[0]
    assert row["Announced"] == 1235647.89 and row["Announced: exactness"] == "more than"
    assert row["Announced: as stated"] == "2.00 USD; > 1234567.89 KZT"
    assert row["Planned start"] == datetime.datetime.combine(DAY, datetime.time())
    assert (row["Latitude"], row["Committed"], row["Status"]) == (None, None, None)
    name = next(cell for cell in sheet[2] if cell.value == "=HYPERLINK(1)")
    assert name.data_type == "s"
    assert "<f>" not in _xml(signed_in(factories.administrator()))


def _xml(client):
    with zipfile.ZipFile(io.BytesIO(content(client, "projects/export.xlsx"))) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name)


def test_numbers_of_organisations_stay_text(portfolio):
    client = signed_in(factories.administrator())
    (row,) = sheet_rows(book(client, "investors/export.xlsx")["Investors"])
    assert (row["Investor"], row["BIN"]) == ("@Synthetic investor", "251040000012")
    (row,) = text_rows(client, "investors/export.csv")
    assert row["Investor"] == "'@Synthetic investor"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_would_calculate_is_made_harmless(text):
    assert texts.plain(text) == f"'{text}"
    assert texts.plain(Decimal("-1.50")) == "-1.50"


def test_the_sheet_beside_says_what_this_is(portfolio):
    client = signed_in(factories.administrator("synthetic-chief"))
    lines = {
        row[0]: row[1:]
        for row in book(client, "projects/export.xlsx?place=SYN-PLACE")["About this file"].iter_rows(values_only=True)
    }
    assert lines["Place"][0] and lines["Rows"][0] == 2 and lines["Taken by"][0] == "synthetic-chief"
    assert lines["Currency of sums"][0] == "KZT"
    assert lines["announced"][:6] == (1235658.39, "more than", 3, 0, 1, 0)
    assert lines["committed"][:6] == (None, None, 0, 2, 0, 0)
    assert lines["USD"][0] == 540 and lines["USD"][3] == "National Bank of Kazakhstan"


def test_a_day_looked_back_to(portfolio):
    one, _two = portfolio
    client = signed_in(factories.administrator())
    before = DAY - datetime.timedelta(days=1)
    query = f"?as_of={before}"
    shown = references(read(client.get(f"/en/projects/{query}")))
    assert one.reference not in shown
    assert [row["Reference"] for row in text_rows(client, f"projects/export.csv{query}")] == shown
    found = book(client, f"projects/export.xlsx{query}")
    assert [row["Reference"] for row in sheet_rows(found["Projects"])] == shown
    lines = {row[0]: row[1] for row in found["About this file"].iter_rows(values_only=True)}
    assert lines["True on"].date() == before


def test_points_are_those_of_the_project_or_of_its_place(portfolio):
    features = json.loads(content(signed_in(factories.analyst()), "projects/export.geojson"))["features"]
    points = {f["id"]: (f["geometry"] and f["geometry"]["coordinates"], f["properties"]["point_of"]) for f in features}
    assert points == {"SYN-1": ([51.4, 51.2], "place"), "SYN-2": ([52.0, 50.0], "project"), "SYN-3": (None, None)}


def test_three_people(portfolio):
    """Confidential money is in the files of those who see it; without a role there are no files."""
    found = {}
    for name, user in {"administrator": factories.administrator(), "analyst": factories.analyst()}.items():
        rows = text_rows(signed_in(user), "projects/export.csv")
        found[name] = {row["Reference"]: row["Announced"] for row in rows}
    assert found["administrator"]["SYN-2"] == "10.50"
    assert found["analyst"] == found["administrator"] | {"SYN-2": ""}
    for path in ("projects/export.csv", "projects/export.xlsx", "projects/export.geojson", "investors/export.csv"):
        assert signed_in(factories.outsider()).get(f"/en/{path}").status_code == 403
        assert Client().get(f"/en/{path}").status_code == 302


def test_every_list_can_be_taken_away(brief):
    client = signed_in(factories.administrator())
    for name in LISTS:
        page = read(client.get(f"/en/{'updates/all' if name == 'updates' else name}/?per_page=200"))
        shown = len(page.all("tr", data_id=True)) + len(page.all("tr", data_reference=True))
        assert any(link["href"].startswith(f"/en/{name}/export.xlsx") for link in page.all("a", href=True)), name
        assert len(text_rows(client, f"{name}/export.csv")) == shown, name
        sheet = book(client, f"{name}/export.xlsx").worksheets[0]
        assert sheet.max_row - 1 == shown, name


def test_the_page_leads_to_its_files_with_its_query(portfolio):
    page = read(signed_in(factories.analyst()).get("/en/projects/?sort=-name&per_page=25"))
    links = [link["href"] for link in page.all("a", class_="menu-item") if "export." in link["href"]]
    assert links == [f"/en/projects/export.{suffix}?sort=-name" for suffix in ("xlsx", "csv", "geojson", "json")]


@pytest.mark.parametrize("query", ["", "currency=USD&rate=today", f"as_of={DAY}"])
def test_columns_of_many_rows_say_what_each_row_says(portfolio, query):
    table = export_projects._table(query)
    with table.reading():
        alone = [[field.cell.value(row, table.context) for field in table.fields] for row in table.read()]
        (together,) = table.values()
    assert len(alone) > 1
    for field, *values in zip(table.fields, zip(*alone, strict=True), together, strict=True):
        assert list(values[0]) == list(values[1]), field.name


def test_only_the_columns_asked_for(portfolio):
    rows = text_rows(signed_in(factories.analyst()), "projects/export.csv?columns=reference,stage")
    assert list(rows[0]) == ["Reference", "Stage"]
    everything = text_rows(signed_in(factories.analyst()), "projects/export.csv")
    assert {str(column.label) for column in PROJECT_COLUMNS.values()} <= set(everything[0])


def test_what_cannot_be_read_is_refused_before_a_file_begins(portfolio):
    client = signed_in(factories.analyst())
    for query in ("sector=NO", "sort=x", "columns=x", "currency=EUR", "as_of=x"):
        for suffix in ("xlsx", "csv", "geojson"):
            assert client.get(f"/en/projects/export.{suffix}?{query}").status_code == 400, query


def test_the_number_of_queries_does_not_grow_with_rows(portfolio, django_assert_max_num_queries):
    for number in range(30):
        project = factories.project(reference=f"SYN-{number + 10}", place=Project.objects.get(reference="SYN-1").place)
        factories.amount(project=project, value=5)
    client = signed_in(factories.administrator())
    with django_assert_max_num_queries(25):
        content(client, "projects/export.csv")


def test_a_cell_holds_its_text_whatever_is_in_it(db):
    odd = [
        "a & b < c > d",
        ' " quoted " ',
        "two\nlines\tand a tab",
        "_x0041_ \x07",
        "ұзақ " * 9000,
        "😀" * 20_000,
        "]]>",
    ]
    file = io.BytesIO()
    sheets.write(Lines("Synthetic: all/odd", ["Text", "Number", "Nothing"], [[text, 3, None] for text in odd]), file)
    (sheet,) = openpyxl.load_workbook(file).worksheets
    found = [openpyxl.utils.escape.unescape(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert found == [*odd[:4], odd[4][: sheets.TEXT_LIMIT], odd[5][: sheets.TEXT_LIMIT // 2], odd[6]]
    assert sheet.dimensions == "A1:C8"


def test_more_rows_than_a_sheet_can_have_go_on_in_the_next(db, monkeypatch):
    monkeypatch.setattr(sheets, "ROW_LIMIT", 4)
    file = io.BytesIO()
    sheets.write(Lines("Synthetic", ["Number"], [[number] for number in range(7)]), file)
    read = [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in openpyxl.load_workbook(file).worksheets]
    assert read == [["Number", 0, 1, 2], ["Number", 3, 4, 5], ["Number", 6]]
