"""What was promised and what was sent: evidence on its way to being accepted, and containers that come late."""

import datetime
import re

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone, translation
from playwright.sync_api import expect

from projects import permissions, wording
from projects.models import Evidence, Shipment
from tests import factories

pytestmark = pytest.mark.browser


def day(number):
    return timezone.localdate() + datetime.timedelta(days=number)


@pytest.fixture
def project(live_server, transactional_db):
    return factories.project(reference="SYN-1", name_en="Synthetic plant")


def offer(page, obligation, value, words):
    """On the page of the obligation: evidence of a tax paid, with a letter as its source."""
    page.goto(f"/en/obligations/{obligation.pk}/")
    page.get_by_role("link", name=re.compile(r"Add ?: Evidence")).click()
    page.get_by_label("Period to").fill(day(-1).isoformat())
    page.get_by_label("Kind of tax").select_option(label="social tax")
    page.get_by_label("Paid to").select_option(label="local budget")
    page.get_by_label("Value reached").fill(value)
    page.get_by_label("Source of a new statement").fill("syn-letter")
    page.get_by_label("What it says, in your own words").fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/obligations/{obligation.pk}/**")


def test_evidence_is_accepted_by_somebody_else(project, sign_in):
    """The author, though a reviewer too, cannot accept; another one does, and the state follows: partly, then met."""
    author, reviewer = factories.editor("synthetic-author"), factories.reviewer("synthetic-reviewer")
    author.groups.add(Group.objects.get(name=permissions.REVIEWER))
    factories.source(code="syn-letter", title_en="Synthetic letter of the tax office")
    obligation = factories.obligation(
        project=project,
        kind=factories.obligation_kind(name_en="Taxes to the regional budget"),
        target=1000,
        unit=factories.unit("KZT", dimension="money"),
        budget_level="local",
        due_on=day(90),
    )
    mine, theirs = sign_in(author), sign_in(reviewer)
    for value, state, share in (("400", "partly", "40"), ("600", "met", "100")):
        offer(mine, obligation, value, f"Synthetic: {value} tenge were paid")
        expect(mine.locator("#evidence tbody tr")).to_have_count(Evidence.objects.count())
        expect(mine.locator("#evidence").get_by_text("waiting for acceptance")).to_be_visible()
        expect(mine.get_by_role("button", name="Accept")).to_have_count(0)

        theirs.goto("/en/inbox/")
        theirs.get_by_role("link", name=re.compile("evidence waits for your decision")).first.click()
        theirs.get_by_role("button", name="Accept", exact=True).click()
        expect(theirs.get_by_text("Accepted. It counts from today.")).to_be_visible()
        expect(theirs.locator("main .pill").first).to_contain_text(state)
        expect(theirs.locator("main")).to_contain_text(f"{share}%")
    mine.goto("/en/projects/SYN-1/compliance/")
    expect(mine.locator("main")).to_contain_text("met")
    expect(mine.locator("main")).to_contain_text("1,000")
    mine.goto("/en/inbox/")
    expect(mine.get_by_text("your evidence was accepted").first).to_be_visible()


def test_containers_are_late(project, sign_in):
    """A later day is entered: the milestone's forecast moves, what falls due before it is named; they come in time."""
    milestone = factories.milestone(
        project=project,
        kind=factories.milestone_kind("commissioning", name_en="Commissioning"),
        planned_on=day(60),
        met_on=None,
    )
    at_risk = factories.obligation(
        project=project,
        kind=factories.obligation_kind("LOCAL_HIRE", name_en="Local workers"),
        target=50,
        unit=factories.unit("{job}", dimension="job"),
        due_on=day(75),
    )
    shipment = factories.shipment(
        name_en="Synthetic turbine",
        unit=factories.unit("{container}", dimension="container"),
        quantity=2,
        status="in_transit",
        dispatched_on=day(-20),
        planned_on=day(10),
        milestone=milestone,
    )
    shipment.projects.add(project)
    with translation.override("en"):
        forecast, risk = wording.day(day(60 + 30)), str(at_risk)

    page = sign_in(factories.editor())
    page.goto(f"/en/shipments/{shipment.pk}/")
    expect(page.locator("#delay")).to_have_count(0)
    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("Expected on").fill(day(40).isoformat())
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/shipments/{shipment.pk}/**")
    expect(page.get_by_text("This shipment is 30 days late.")).to_be_visible()
    expect(page.locator("#delay")).to_contain_text(forecast)
    expect(page.locator("#delay").get_by_role("link", name=risk)).to_be_visible()
    page.goto("/en/shipments/?late=1")
    expect(page.get_by_role("row", name=re.compile("Synthetic turbine"))).to_contain_text("30")
    page.goto("/en/projects/SYN-1/")
    expect(page.locator("#milestones")).to_contain_text(forecast)
    expect(page.locator("#milestones")).to_contain_text("late goods: 30 days")
    expect(page.locator("#shipments")).to_contain_text("shipped 2, arrived 0, installed 0")

    page.locator("#shipments").get_by_role("link", name="Synthetic turbine").click()
    for station in ("at the border", "arrived"):
        page.get_by_role("button", name=re.compile(f"Today: {station}", re.IGNORECASE)).click()
        expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator("#delay")).to_have_count(0)
    page.goto("/en/projects/SYN-1/")
    expect(page.locator("#shipments")).to_contain_text("shipped 2, arrived 2, installed 0")
    expect(page.locator("#milestones")).not_to_contain_text(forecast)
    assert Shipment.objects.get().status == "arrived"
