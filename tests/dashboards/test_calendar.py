"""Timeline and calendar: every date of the same projects, and a feed that opens with a key of its person."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from projects import agenda, models
from projects.tokens import calendar_tokens
from tests import factories
from tests.pages import read

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def dated(db, time_machine):
    """Two projects of one programme, one of which has every kind of date, in November 2026."""
    time_machine.move_to(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False)

    def day(number):
        return datetime.date(2026, 11, number)

    programme = factories.programme()
    one = factories.project(
        reference="SYN-1", programme=programme, planned_start_on=day(1), planned_end_on=day(20), started_on=day(2)
    )
    factories.project(reference="B", programme=programme)
    other = factories.project(reference="C", planned_end_on=day(21))
    factories.milestone(project=one, planned_on=day(3), forecast_on=day(25), met_on=None)
    factories.milestone(project=other, planned_on=day(4))
    factories.stage_change(project=one, effective_on=day(5))
    shipment = factories.shipment(dispatched_on=day(6), expected_on=day(7), arrived_on=day(8))
    shipment.projects.add(one)
    factories.obligation(project=one, target=1, unit=factories.unit("%", dimension="share"), due_on=day(9))
    visit = factories.engagement(held_on=day(10), programme=programme)
    factories.problem(project=one, due_on=day(11), raised_on=day(1))
    assert not visit.projects.exists()
    return one


@pytest.fixture
def analyst(dated):
    client = Client()
    client.user = factories.analyst()
    client.force_login(client.user)
    return client


def test_every_kind_of_date_is_there(dated):
    found = agenda.events(models.Project.objects.filter(reference="SYN-1"))
    kinds = {event.kind for event in found}
    assert kinds == {"plan", "milestone", "stage", "shipment", "obligation", "visit", "problem"}
    assert len({event.key for event in found}) == len(found) == 12
    late = {event.day.day for event in found if event.is_late}
    assert late == {3, 9, 11, 20}
    assert [event.day for event in found] == sorted(event.day for event in found)


def test_what_is_late_is_asked_for_by_itself(dated):
    projects = models.Project.objects.all()
    assert agenda.late(projects, TODAY) == [event for event in agenda.events(projects) if event.is_late]
    assert [event.day.day for event in agenda.late(projects, TODAY.replace(day=9))] == [3, 4, 9]


def test_of_too_many_dates_the_earliest_are_told(dated, analyst, monkeypatch):
    """Also where the rows with the earliest dates were entered last."""
    monkeypatch.setattr(agenda, "LIMIT", 3)
    for number in (18, 15, 13, 12):
        factories.milestone(project=dated, planned_on=TODAY.replace(day=number), met_on=TODAY.replace(day=number + 1))
    found = agenda.events(models.Project.objects.all(), TODAY.replace(day=12), TODAY.replace(day=17))
    assert [event.day.day for event in found] == [12, 13, 13]
    assert "The first 3 dates are shown" in read(analyst.get("/en/calendar/?month=2026-11")).one("main").text


def test_only_what_lies_in_the_range(dated):
    found = agenda.events(models.Project.objects.all(), TODAY.replace(day=4), TODAY.replace(day=6))
    days = [event.day.day for event in found]
    assert days == [4, 5, 6]


def test_calendar_and_timeline_show_the_dates_of_the_filtered_projects(analyst):
    month = read(analyst.get("/en/calendar/?q=SYN-1&month=2026-11"))
    assert len(month.all("a", class_="calendar-event")) >= 12
    everything = read(analyst.get("/en/timeline/"))
    rows = {row["data-reference"]: row for row in everything.all("tr", data_reference=True)}
    assert list(rows) == ["B", "C", "SYN-1"]
    assert len(rows["SYN-1"].all("rect", class_="planned")) == 1
    assert "no date stated in source" in rows["B"].text
    assert rows["SYN-1"].all("ol", class_="timeline")[0].all("li")
    assert not read(analyst.get("/en/calendar/?month=2025-01")).all("a", class_="calendar-event")


def test_the_calendar_tells_when_reports_are_due(analyst):
    start, end, due = (datetime.date(2026, 11, number) for number in (1, 15, 18))
    factories.reporting_period(start_on=start, end_on=end, due_on=due)
    [told] = [
        event
        for event in read(analyst.get("/en/calendar/?month=2026-11")).all("a", class_="calendar-event")
        if event.text.startswith("Reports for")
    ]
    assert told["href"] == "/en/updates/"
    assert "reports" not in {event.kind for event in agenda.events(models.Project.objects.all())}


@pytest.mark.parametrize("month", ["2026", "2026-13", "0000-01", "9999-12", "2026-1"])
def test_a_month_that_is_none_is_refused(month, analyst):
    assert analyst.get(f"/en/calendar/?month={month}").status_code == 400


def test_the_feed_opens_with_its_key_alone(analyst):
    page = read(analyst.post("/en/calendar/?q=SYN-1"))
    address = page.one("code", class_="feed-url").text
    assert "q=SYN-1" in address
    token = re.search(r"token=([\w-]+)", address)[1]
    assert token not in str(list(models.ApiToken.objects.values_list()))
    stranger = Client()
    answer = stranger.get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    entries = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(entries) == 12
    assert all(entry["dtstart"].dt.year == 2026 for entry in entries)
    assert {entry["dtend"].dt - entry["dtstart"].dt for entry in entries} == {datetime.timedelta(days=1)}
    assert stranger.get("/api/v1/projects/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert stranger.get(address.replace("q=SYN-1", "stage=NONE")).status_code == 400

    renewed = read(analyst.post("/en/calendar/")).one("code", class_="feed-url").text
    assert stranger.get(address).status_code == 404
    assert stranger.get(renewed).status_code == 200
    assert "You have an address, made on" in analyst.get("/en/calendar/").text
    assert "The address is withdrawn" in analyst.post("/en/calendar/", {"revoke": "1"}).text
    assert stranger.get(renewed).status_code == 404
    assert not calendar_tokens(analyst.user).exists()


def test_the_feed_of_who_has_left_is_closed(analyst):
    address = read(analyst.post("/en/calendar/")).one("code", class_="feed-url").text
    analyst.user.groups.clear()
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("path", ["timeline/", "calendar/"])
def test_who_may_see_dates(path, dated, client):
    assert client.get(f"/en/{path}").status_code == 302
    client.force_login(factories.outsider())
    assert client.get(f"/en/{path}").status_code == 403
    assert client.post(f"/en/{path}").status_code in (403, 405)


@pytest.mark.parametrize("path", ["timeline/", "calendar/"])
def test_dates_cost_few_queries(path, analyst, django_assert_max_num_queries):
    with django_assert_max_num_queries(24) as few:
        analyst.get(f"/en/{path}")
    for number in range(4):
        row = factories.project(reference=f"X{number}", planned_end_on=TODAY)
        factories.milestone(project=row, planned_on=TODAY)
    with django_assert_max_num_queries(len(few)):
        analyst.get(f"/en/{path}")
    assert timezone.localdate() == TODAY


def test_the_timeline_of_one_project(analyst, client):
    """A page of its own, which the project's page brings in: its dates, and apart those of its programme."""
    url = "/en/projects/SYN-1/timeline/"
    assert client.get(url).status_code == 302
    client.force_login(factories.outsider())
    assert client.get(url).status_code == 403
    drawn = read(analyst.get(url)).one(id="timeline-drawing")
    (row,) = drawn.all("tr", data_reference=True)
    assert len(row.all("li")) == len(row.all("rect", class_="mark")) == 11
    assert len(drawn.all("li")) == 12  # and the visit of its programme
    assert read(analyst.get("/en/projects/SYN-1/")).one(id="timeline").all("a", href=url)
    assert analyst.get("/en/projects/NONE/timeline/").status_code == 404
