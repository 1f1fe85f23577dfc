"""The boards: the same rows as the list, each mark one click from them, for those who may see them."""

import csv
import io
from decimal import Decimal
from urllib.parse import urljoin

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from projects import models, rollups
from tests import factories
from tests.pages import figures, read

BOARDS = ["home", "map", "pivot", "compare"]
DAY = factories.DAY


def address(name, query=""):
    with translation.override("en"):
        return reverse(name) + query


@pytest.fixture
def portfolio(db):
    """Projects of two sectors, districts and years, one without any of them, with money and jobs."""
    factories.region(tile_row=2, tile_column=1)
    energy, health = factories.sector("ENERGY"), factories.sector("HEALTH")
    gas = factories.sector("ENERGY.GAS", parent=energy)
    borli = factories.place("273600000", tile_row=1, tile_column=5)
    terekti = factories.place("276200000", tile_row=2, tile_column=4)
    site = factories.place("SYN-SITE", parent=borli, kind="site", kato="")
    china, kazakhstan = factories.country("CN"), factories.country("KZ")
    shandong = factories.place("CN-SD", kind="province", parent=china)
    one, two = factories.investor(country=china, province=shandong), factories.investor(country=kazakhstan)
    nowhere = factories.investor()  # beside one whose country is known: its project is not "not stated"
    jobs = factories.unit("{job}", dimension="job", factor=1)
    metric = factories.metric("jobs_permanent", dimension="job", unit=jobs)
    factories.metric("capacity_electric", unit=factories.unit("MW"))

    def project(reference, sector=None, place=None, year=None, investors=(), value=None, hired=None, **given):
        day = DAY.replace(year=year) if year else None
        row = factories.project(reference=reference, main_sector=sector, place=place, announced_on=day, **given)
        for investor in investors:
            factories.party(project=row, organisation=investor)
        if value:
            factories.amount(project=row, value=value)
        if hired:
            factories.observation(project=row, metric=metric, unit=jobs, value=hired, as_of=DAY)
        return row

    project("A", gas, site, 2024, [one, two, nowhere], 100, 10)
    project("B", energy, terekti, 2024, [one], 30, 5, status="delayed")
    project("C", health, borli, 2025, [two], 7)
    last = project("D")
    factories.amount(project=last, value=5, kind="committed", bound="gt")
    factories.problem(project=last, severity="critical")


@pytest.fixture
def analyst(portfolio):
    client = Client()
    client.force_login(factories.analyst())
    return client


@pytest.mark.parametrize("name", [*BOARDS, "pivot-csv"])
def test_who_may_see_boards(name, db, client):
    url = address(name)
    assert client.get(url).status_code == 302
    client.force_login(factories.outsider())
    assert client.get(url).status_code == 403
    client.force_login(factories.analyst())
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("name", BOARDS)
@pytest.mark.parametrize("query", ["?sector=NONE", "?year=20x5", "?currency=XXX", "?rate=1", "?district=CN"])
def test_what_cannot_be_read_is_named(name, query, analyst):
    response = analyst.get(address(name, query))
    assert response.status_code == 400
    assert query[1:].partition("=")[0] in response.text


@pytest.mark.parametrize("query", ["?by=x", "?and=x", "?measure=x", "?by=sector&and=sector"])
def test_a_pivot_of_what_is_not_there_is_refused(query, analyst):
    assert analyst.get(address("pivot", query)).status_code == 400


def rows_of(client, url):
    return len(read(client.get(url)).all("tr", data_reference=True))


@pytest.mark.parametrize(
    "url",
    [
        "/en/",
        "/en/?main_sector=ENERGY",
        "/en/map/?year=2024",
        "/en/pivot/?by=sector&and=district",
        "/en/pivot/?by=investor&and=investor_country",
        "/en/pivot/?by=investor_country&and=investor_province",
        "/en/pivot/?by=year&and=status",
    ],
)
def test_each_count_opens_as_many_rows(url, analyst):
    page = read(analyst.get(url)).one("main")
    counts = [figure for figure in figures(page) if figure["data-kind"] in ("projects", "overdue", "at_risk")]
    assert len(counts) > 4
    opened = {}
    for figure in counts:
        target = urljoin(url, figure.inside("a")["href"])
        opened.setdefault(target, rows_of(analyst, target))
        assert opened[target] == int(figure["value"]), (url, target)


def test_a_name_narrows_every_board(analyst):
    """A click on a bar filters everything: the chart of each other dimension has only these rows."""
    page = read(analyst.get("/en/"))
    link = page.one("table", id="by-sector").all("a")[0]
    assert link.text.startswith("Synthetic") and "main_sector=ENERGY" in link["href"]
    narrowed = read(analyst.get(urljoin("/en/", link["href"])))
    years = narrowed.one("table", id="by-year").one("tbody").all("tr")
    assert [row.one("th").text for row in years] == ["2024"]
    tabs = narrowed.one("nav", class_="tabs").all("a")
    assert tabs and all("main_sector=ENERGY" in tab["href"] for tab in tabs)
    assert "main_sector" not in narrowed.one("a", class_="chip")["href"]


def test_bars_compare_money_and_charts_know_their_columns(analyst):
    table = read(analyst.get("/en/")).one("table", id="by-sector")
    assert table["data-chart"] == "bar" and table["data-series"] == "2 3 4"
    first = table.one("tbody").all("tr")[0]
    assert [bar["width"] for bar in first.all("rect")] == ["100", "0", "0"]


def test_at_risk_is_what_stands_still_or_has_a_grave_problem(analyst):
    page = read(analyst.get("/en/projects/?at_risk=1"))
    assert {row["data-reference"] for row in page.all("tr", data_reference=True)} == {"B", "D"}


def test_a_tile_opens_its_rows(analyst):
    tile = read(analyst.get("/en/map/")).one("li", data_place="273600000")
    count = figures(tile)[0]
    assert count["value"] == "2"
    assert rows_of(analyst, urljoin("/en/map/", count.inside("a")["href"])) == 2
    assert "shade-5" in tile["class"]
    assert "shade-0" not in tile["class"]


def square(west, south, size=1):
    corners = [(0, 0), (size, 0), (size, size), (0, size), (0, 0)]
    return [[west + east, south + north] for east, north in corners]


def test_outlines_take_the_place_of_tiles(analyst):
    models.Place.objects.filter(pk="273600000").update(
        boundary={"type": "MultiPolygon", "coordinates": [[square(52, 50)]]}
    )
    models.Project.objects.filter(reference="A").update(latitude="50.5", longitude="52.5")
    models.Project.objects.filter(reference="B").update(latitude="10", longitude="10")
    page = read(analyst.get("/en/map/"))
    outline = page.one("a", data_place="273600000")
    assert outline.one("path")["class"] == "shade-5"
    assert rows_of(analyst, urljoin("/en/map/", outline["href"])) == 2
    (point,) = page.all("circle")
    assert point.inside("a")["href"] == "/en/projects/A/"
    assert page.all("li", data_place="276200000")  # without a boundary it stays a tile


# ---- Pivot ----------------------------------------------------------------------------------


def pivot(client, query):
    return list(csv.DictReader(io.StringIO(client.get(address("pivot-csv", query)).text.lstrip("\ufeff"))))


@pytest.mark.parametrize("second", ["district", "year", "status", "stage_group", "region", "programme"])
def test_cells_of_single_groups_add_up(second, analyst):
    """Where each project is in one group, the cells of a line make its total, and the lines the whole."""
    for measure in ("projects", "announced", "jobs_planned"):
        table = pivot(analyst, f"?by=sector&and={second}&measure={measure}")
        columns = list(table[0])

        def value(line):
            return Decimal(line["Value"] or 0)

        whole = next(line for line in table if line[columns[0]] == line[columns[1]] == "all")
        inner = [line for line in table if "all" not in (line[columns[0]], line[columns[1]])]
        assert sum(map(value, inner)) == value(whole) > 0
        for axis in (0, 1):
            sums = [line for line in table if line[columns[1 - axis]] == "all" != line[columns[axis]]]
            assert sum(map(value, sums)) == value(whole)


def test_a_project_of_two_investors_is_in_both_lines_and_once_in_the_total(analyst):
    table = pivot(analyst, "?by=investor_country&and=sector&measure=announced")
    columns = list(table[0])
    totals = {line[columns[0]]: line["Value"] for line in table if line[columns[1]] == "all"}
    assert sorted(totals.values()) == ["", "107.00", "130.00", "137.00"]
    assert totals["all"] == "137.00"
    assert "once" in analyst.get("/en/pivot/?by=investor_country&and=sector").text


def test_bounds_and_what_is_missing_are_carried(analyst):
    table = pivot(analyst, "?by=sector&and=year&measure=committed")
    (whole,) = [line for line in table if list(line.values())[:2] == ["all", "all"]]
    assert [whole[name] for name in ("Value", "Bound", "Without a figure", "Lower bounds")] == ["5.00", "gt", "3", "1"]


def test_of_repeated_observations_the_latest_counts(portfolio):
    project = models.Project.objects.get(reference="A")
    before = rollups.Portfolio(models.Project.objects.all()).quantities("jobs_permanent", "planned")[()].value
    metric = models.Metric.objects.get(pk="jobs_permanent")
    later = DAY.replace(year=DAY.year + 1)
    factories.observation(project=project, metric=metric, unit=metric.unit, value=12, as_of=later, bound="gt")
    after = rollups.Portfolio(models.Project.objects.all()).quantities("jobs_permanent", "planned")[()]
    assert (before, after.value, after.bound, after.projects) == (15, 17, "ge", 2)


def test_what_nobody_observed_has_no_sum(portfolio):
    assert rollups.Portfolio(models.Project.objects.all()).quantities("jobs_temporary", "planned") == {}


def test_labels_are_no_formulas(analyst):
    models.Sector.objects.filter(pk="HEALTH").update(name_en="=1+1")
    assert "\n'=1+1," in analyst.get("/en/pivot/pivot.csv").text.replace("\r", "")


# ---- Compare --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "?by=sector&key=ENERGY.GAS&key=ENERGY&key=HEALTH",
        "?by=investor_country&key=CN&key=KZ&year=2024",
        "?by=year&currency=USD&rate=today",
    ],
)
def test_compared_figures_are_those_of_the_lists(query, analyst):
    page = read(analyst.get(address("compare", query)))
    found = figures(page.one("table", class_="compare"))
    lists = {link["href"]: None for link in (figure.inside("a") for figure in found)}
    for url in lists:
        lists[url] = read(analyst.get(url))
    for figure in found:
        listed = lists[figure.inside("a")["href"]]
        if kind := figure["data-total"] in rollups.KINDS and figure["data-total"]:
            total = next(total for total in listed.all("data", data_total=kind) if total.inside("section"))
            assert total.attributes == figure.attributes
        elif figure["data-unit"] == "{project}":
            assert len(listed.all("tr", data_reference=True)) == int(figure["value"])
    assert len(found) > 20


def test_projects_are_compared_and_what_differs_is_marked(analyst):
    query = "?by=project&key=D&key=A"
    page = read(analyst.get(address("compare", query)))
    table = page.one("table", class_="compare")
    assert [head.all("a")[0].text[:1] for head in table.one("thead").all("th")[1:]] == ["D", "A"]
    marked = {row.one("th").text.removesuffix(" differs") for row in table.all("tr", class_="differs")}
    assert marked >= {"Sector", "Announced", "Committed"} and "Programme" not in marked
    only = read(analyst.get(address("compare", query + "&only=differences")))
    assert len(only.one("table", class_="compare").one("tbody").all("tr")) == len(marked)
    # Files have the same, line by line, and what the figures are worth beside them.
    book = openpyxl.load_workbook(io.BytesIO(analyst.get(f"/en/compare/export.xlsx{query}").getvalue()))
    lines = {line[0]: line[1:] for line in book.worksheets[0].iter_rows(values_only=True)}
    assert lines["Announced"] == (None, 100)
    assert lines["Committed: exactness"] == ("more than", None)
    texts = csv.reader(io.StringIO(analyst.get(f"/en/compare/export.csv{query}").text.lstrip("\ufeff")))
    assert [line[0] for line in texts] == list(lines)
    assert ("Compare", "Projects") in list(book.worksheets[1].iter_rows(max_col=2, values_only=True))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?by=project&key=NONE", "There is no project NONE."),
        ("?by=project&key=A%00", "There is no project"),
        ("?by=sector&key=NONE", "key"),
        ("?by=x", "by"),
        ("?only=x", "only"),
        ("?by=project&key=A&key=B&key=C&key=D&key=E", "Choose at most 4 to compare."),
    ],
)
def test_what_cannot_be_compared_is_told(query, told, analyst):
    response = analyst.get(address("compare", query))
    assert response.status_code == 400
    assert told in response.text


# ---- Cost -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "most"), [("/en/", 34), ("/en/map/", 20), ("/en/pivot/?measure=announced", 32), ("/en/compare/", 45)]
)
def test_queries_do_not_grow_with_the_rows(url, most, analyst, django_assert_max_num_queries):
    with django_assert_max_num_queries(most) as few:
        analyst.get(url)
    for number in range(5):
        row = factories.project(reference=f"X{number}", announced_on=DAY.replace(year=2010 + number))
        factories.amount(project=row, value=number + 1)
    with django_assert_max_num_queries(len(few)):
        analyst.get(url)
