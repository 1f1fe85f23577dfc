"""An analyst in a browser: facets, chips, a saved view, a file that adds up, boards whose marks open their rows."""

import io
import re
from decimal import Decimal

import openpyxl
import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.browser


@pytest.fixture
def page(live_server, transactional_db, client, context, page):
    """A signed-in analyst's tab; three projects of energy and health in one district, one of farming in another."""
    factories.region(tile_row=2, tile_column=1)
    places = [
        factories.place("273600000", tile_row=1, tile_column=5),
        factories.place("276600000", tile_row=2, tile_column=4),
    ]
    for number, (sector, place) in enumerate([("ENERGY", 0), ("ENERGY", 0), ("HEALTH", 0), ("AGRO", 1)], 1):
        project = factories.project(
            reference=f"SYN-{number}",
            name_en=f"Synthetic plant {number}",
            main_sector=factories.sector(sector, name_en=f"Synthetic {sector.lower()}"),
            place=places[place],
            announced_on=factories.DAY,
            planned_start_on=factories.DAY,
        )
        factories.amount(project=project, value=Decimal("1000000.01") * number)
    client.force_login(factories.analyst("synthetic-analyst"))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return page


def rows(page):
    return page.locator("#results tr[data-reference]")


def facet(page, code):
    return page.locator(f"[data-facet=sector][data-value={code}]")


def menu(page, name):
    return page.locator("#results summary.button", has_text=name)


def test_from_facets_to_a_file_that_adds_up(page, live_server, output_path):
    page.goto(f"{live_server.url}/en/projects/")
    facet(page, "ENERGY").click()
    expect(rows(page)).to_have_count(2)
    facet(page, "HEALTH").click()
    expect(rows(page)).to_have_count(3)
    page.screenshot(path=f"{output_path}/list.png", full_page=True)

    rows(page).first.get_by_role("link").first.click()
    expect(page.locator("#timeline-drawing")).to_be_visible()  # brought in after the page
    page.screenshot(path=f"{output_path}/project.png", full_page=True)
    page.go_back()
    expect(page.locator(".chips .chip")).to_have_count(2)
    expect(rows(page)).to_have_count(3)
    for code in ("ENERGY", "HEALTH"):
        expect(facet(page, code)).to_have_attribute("aria-current", "true")

    page.locator(".chips .chip").first.click()
    expect(rows(page)).to_have_count(1)
    page.go_back()
    expect(rows(page)).to_have_count(3)

    menu(page, "Group").click()
    page.locator(".menu-panel").get_by_role("link", name="Sector", exact=True).click()
    expect(page.locator("#results tr.row-parent")).to_have_count(2)
    menu(page, "Views").click()
    page.get_by_role("link", name="Save this view").click()
    page.get_by_label("Name").fill("Synthetic view")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/en/projects/.*view="))
    expect(page.locator("#results tr.row-parent")).to_have_count(2)
    expect(page.locator(".chips .chip")).to_have_count(2)
    page.screenshot(path=f"{output_path}/view.png", full_page=True)

    menu(page, "Download").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    head, *lines = book.worksheets[0].iter_rows(values_only=True)
    announced = sum(Decimal(str(line[head.index("Announced")])) for line in lines)
    shown = page.locator(".totals data[data-total=announced]").get_attribute("value")
    assert announced == Decimal(shown) == Decimal("6000000.06")


def test_marks_of_boards_open_their_rows(page, live_server, output_path):
    def opened(figure, name):
        number = int(figure.get_attribute("value"))
        page.screenshot(path=f"{output_path}/{name}.png", full_page=True)
        figure.click()
        expect(rows(page)).to_have_count(number)
        return number

    page.goto(f"{live_server.url}/en/map/")
    assert opened(page.locator("[data-place='273600000'] data[data-kind=projects]").first, "map") == 3
    page.goto(f"{live_server.url}/en/pivot/?by=sector&and=district")
    assert opened(page.locator(".pivot tbody tr", has_text="Synthetic energy").locator("data").first, "pivot") == 2
    page.goto(f"{live_server.url}/en/timeline/?sector=HEALTH")
    page.screenshot(path=f"{output_path}/timeline.png", full_page=True)
    page.locator(".timeline-row .mark").click()
    expect(page.locator("h1")).to_have_text("Synthetic plant 3")

    page.goto(f"{live_server.url}/en/projects/")
    for reference in ("SYN-4", "SYN-2"):
        page.get_by_label(f"Compare: {reference}").check()
    page.get_by_role("button", name="Compare ticked").click()
    expect(page.locator(".compare thead th")).to_contain_text(["Projects", "SYN-2", "SYN-4"])
    expect(page.locator(".compare tr.differs").first).to_contain_text("Sector")
    page.screenshot(path=f"{output_path}/compare.png", full_page=True)
