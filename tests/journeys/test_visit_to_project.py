"""From a visit to a project: a lead is written down at the visit, becomes a project, and is on the visit's brief."""

import io

import pytest
from django.core.management import call_command
from playwright.sync_api import expect
from pypdf import PdfReader

from projects.models import Lead, Project
from tests import factories

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(live_server, transactional_db):
    call_command("load_reference", stdout=io.StringIO())
    return factories.engagement(name_en="Synthetic visit", name_ru="Синтетический визит")


def test_a_lead_of_a_visit_becomes_a_project(live_server, visit, client, page):
    """On a phone: from the lead to the form of its project in one click; the visit shows both."""
    lead = factories.lead(
        name_en="Synthetic corridor",
        name_ru="Синтетический коридор",
        engagement=visit,
        sector=factories.sector("LOG.CORR"),
        statement=visit.statement,
    )
    client.force_login(factories.department_editor(sectors=[lead.sector]))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/en/engagements/{visit.pk}/")
    page.get_by_role("link", name="Synthetic corridor").click()
    page.get_by_role("button", name="Make it a project").click()
    page.wait_for_url("**/projects/WKR-0001/edit/")
    expect(page.get_by_role("status")).to_contain_text("WKR-0001")
    project = Project.objects.get()
    assert Lead.objects.get().converted_to == project and visit.projects.get() == project
    page.goto(f"{live_server.url}/en/engagements/{visit.pk}/")
    expect(page.locator("#leads")).to_contain_text("became a project")
    page.get_by_text("Brief", exact=True).click()
    address = page.get_by_role("link", name="PDF").get_attribute("href")
    brief = page.request.get(f"{live_server.url}{address}")
    words = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(brief.body())).pages)
    assert "Synthetic corridor" in words and "WKR-0001" in words
