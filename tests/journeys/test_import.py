"""In a browser: the list goes out as a workbook and comes back edited; a package of another publisher comes in."""

import json

import openpyxl
import pytest
from playwright.sync_api import expect

from projects.models import Project
from tests import factories

pytestmark = pytest.mark.browser


def test_the_list_is_edited_in_a_workbook_and_taken_back(live_server, transactional_db, client, context, tmp_path):
    project = factories.project(reference="SYN-1", name_kk="Жоба", name_ru="Проект", name_en="Synthetic plant")
    client.force_login(factories.administrator())
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{live_server.url}/en/projects/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Edit in Excel").click()
    path = tmp_path / "synthetic.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    heading = next(cell for cell in book["Projects"][1] if cell.value == "Contract number")
    book["Projects"].cell(2, heading.column).value = "Synthetic-7"
    book.save(path)

    page.goto(f"{live_server.url}/en/imports/new/")
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("tbody[data-row] ins")).to_have_text("Synthetic-7")
    page.get_by_role("button", name="Write all this into the register").click()
    expect(page.get_by_text("Carried out.")).to_be_visible()
    project.refresh_from_db()
    assert project.contract_number == "Synthetic-7"
    page.get_by_role("button", name="Take the whole import back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    project.refresh_from_db()
    assert project.contract_number == ""


def test_a_package_of_another_publisher_is_mended_brought_in_and_taken_back(
    live_server, transactional_db, client, context, tmp_path
):
    factories.currency("USD")
    client.force_login(factories.administrator())
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    project = {"id": "oc4ids-synthe-1", "title": "Synthetic road", "documents": [{"id": "1", "title": "Synthetic"}]}
    project["budget"] = {"amount": {"amount": "5", "currency": "USD"}}
    package = {
        "uri": "https://example.org/package.json",
        "publishedDate": "2026-01-02T00:00:00Z",
        "version": "0.9",
        "publisher": {"name": "Synthetic publisher"},
        "projects": [project],
    }
    path = tmp_path / "synthetic.json"

    def bring_in():
        path.write_text(json.dumps(package))
        page.goto(f"{live_server.url}/en/imports/new/")
        page.get_by_label("File").set_input_files(path)
        page.get_by_role("button", name="Show what would change").click()

    bring_in()
    expect(page.get_by_role("cell", name="projects[0].budget.amount.amount")).to_be_visible()
    project["budget"]["amount"]["amount"] = 5
    bring_in()
    expect(page.get_by_role("rowheader", name="documents")).to_be_visible()
    expect(page.locator("tbody[data-row] ins").filter(has_text="Synthetic road").first).to_be_visible()
    page.get_by_label("Reason for the changes").fill("Synthetic reason")
    page.get_by_role("button", name="Write all this into the register").click()
    expect(page.get_by_text("Carried out.")).to_be_visible()
    assert Project.objects.get().amounts.get().value == 5
    page.get_by_role("button", name="Take the whole import back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert not Project.objects.exists()
