"""A report over a poor line: the page is small, keeps itself, outlives a cut connection, and is sent once."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.models import Autosave, Update
from tests import factories

pytestmark = pytest.mark.browser

POOR_LINE = 64_000 / 8  # bytes a second
FIRST_VISIT = 150_000  # bytes, with all that the page brings along
CONFIRMATION = 30_000  # bytes of “nothing changed” on the desk: two requests, and the desk again


@pytest.fixture
def project(live_server, transactional_db):
    factories.currency()
    factories.metric("physical_progress", "share", unit=factories.unit("%", "share"), name_en="Physical progress")
    today = timezone.localdate()
    end = today.replace(day=1) - datetime.timedelta(days=1)
    factories.reporting_period(start_on=end.replace(day=1), end_on=end, due_on=today)
    long_ago = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return factories.project(name_en="Synthetic plant", created_at=long_ago)


@pytest.fixture
def tab(live_server, project, client, context):
    """Opens tabs of one editor's browser, on a line of 64 kbit/s; `received` counts its bytes."""
    client.force_login(factories.editor("synthetic-editor"))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])

    def opened():
        page = context.new_page()
        page.received = 0

        def count(event):
            page.received += event["encodedDataLength"]

        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", count)
        speed = {"downloadThroughput": POOR_LINE, "uploadThroughput": POOR_LINE}
        line.send("Network.emulateNetworkConditions", {"offline": False, "latency": 300, **speed})
        page.set_default_timeout(60_000)
        return page

    return opened


def test_a_report_over_a_poor_line(live_server, project, tab, context):
    address = f"{live_server.url}/en/projects/{project.reference}/updates/new/"
    page = tab()
    page.goto(address)
    assert page.received < FIRST_VISIT
    note = page.locator("[data-saved]")

    page.get_by_label("Physical progress").fill("45")
    expect(note).to_have_text("Not saved yet; kept in this browser")
    expect(note).to_contain_text("Saved at", timeout=20_000)
    assert Autosave.objects.get().typed["physical_progress-value"] == "45"

    context.set_offline(True)
    page.get_by_label("What happened").fill("Synthetic: written without a connection")
    page.get_by_role("button", name="Send for review").click()
    expect(note).to_contain_text("No connection.")
    page.close()

    context.set_offline(False)
    again = tab()
    again.goto(address)
    expect(again.get_by_label("What happened")).to_have_value("Synthetic: written without a connection")
    expect(again.get_by_label("Physical progress")).to_have_value("45")
    again.get_by_role("button", name="Send for review").dblclick()
    expect(again.get_by_role("heading", name="What changes")).to_be_visible(timeout=30_000)
    update = Update.objects.get()
    assert (update.status, update.narrative) == ("submitted", "Synthetic: written without a connection")
    assert update.changes == {"physical_progress-value": {"was": "", "now": "45"}}

    again.goto(address)  # nothing of the sent report comes back
    expect(again.get_by_label("What happened")).to_have_value("")

    again.goto(f"{live_server.url}/en/updates/")
    asked, before = [], again.received
    again.on("request", lambda request: asked.append(request.method) if request.is_navigation_request() else None)
    again.get_by_role("button", name="Nothing changed, confirm").click()
    expect(again.get_by_text("Confirmed: nothing changed.")).to_be_visible(timeout=30_000)
    again.wait_for_load_state("networkidle")
    assert asked == ["POST", "GET"]
    assert again.received - before < CONFIRMATION
    assert sorted(Update.objects.values_list("status", "is_no_change")) == [("submitted", False), ("submitted", True)]
