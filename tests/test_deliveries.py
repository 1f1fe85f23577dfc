"""Shipments to commissioning, and a lead on its way to a project."""

import datetime
import itertools

import pytest
from django.test import Client

from projects import actions, agenda, deliveries
from projects.models import Checkpoint, Milestone, Project, Shipment
from projects.models.choices import CheckpointKind, LeadStage, ShipmentStatus
from projects.models.shipments import with_forecast
from tests import factories
from tests.pages import read

DAY = datetime.date(2027, 2, 1)
NUMBERS = ("CSQU3054383", "MSKU0383250", "TGHU7599330")


def days(number):
    return DAY + datetime.timedelta(days=number)


def late(planned, expected, arrived):
    """What the rule says, told again: days after the plan on DAY."""
    plan = planned if planned is not None else expected
    if plan is None:
        return 0
    if arrived is not None and arrived <= 0:
        return max(0, arrived - plan)
    now = expected if expected is not None else planned
    return max(0, max(now, 0) - plan)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_how_late_a_shipment_is(db):
    """Every combination of plan, expectation and arrival before, on and after the day, against the rule in words."""
    choices = (None, -30, -5, 0, 7, 40)
    statement, unit = factories.statement(), factories.unit("{container}", dimension="container")
    wanted = {}
    for planned, expected, arrived in itertools.product(choices, choices, (None, -30, -2, 0, 9)):
        dates = {"planned_on": planned, "expected_on": expected, "arrived_on": arrived}
        row = factories.shipment(
            statement=statement, unit=unit, **{n: days(v) for n, v in dates.items() if v is not None}
        )
        wanted[row.pk] = late(planned, expected, arrived)
    assert dict(Shipment.objects.with_days_late(DAY).values_list("pk", "days_late")) == wanted
    assert len(wanted) == 180 and len(set(wanted.values())) > 6


@pytest.fixture
def delayed(db):
    """A plant whose commissioning waits for containers that come 30 days later than planned."""
    project = factories.project()
    milestone = factories.milestone(
        project=project, kind=factories.milestone_kind("commissioning"), planned_on=days(100), met_on=None
    )
    unit = factories.unit("{container}", dimension="container")
    shipment = factories.shipment(
        unit=unit, quantity=3, milestone=milestone, planned_on=days(10), expected_on=days(40), dispatched_on=days(-20)
    )
    shipment.projects.add(project)
    return shipment


def test_a_late_shipment_moves_the_forecast_and_names_what_is_at_risk(delayed):
    milestone = delayed.milestone
    before, within, after = (
        factories.obligation(project=milestone.project, due_on=days(n), target=1, unit=factories.unit())
        for n in (99, 115, 131)
    )
    assert with_forecast(Milestone.objects.all(), DAY).get().forecast == days(130)
    milestone.refresh_from_db()
    assert milestone.planned_on == days(100) and milestone.forecast_on is None
    delay = deliveries.delay_of(delayed, DAY)
    assert (delay.days, delay.obligations) == (30, [within])
    assert {before, after}.isdisjoint(delay.obligations)
    forecast = [
        event.day for event in agenda.events(Project.objects.all()) if event.key.startswith("milestone-forecast")
    ]
    assert len(forecast) == 1 and forecast[0] >= days(130)
    page = read(signed_in(factories.analyst()).get(f"/en/shipments/{delayed.pk}/?as_of=2027-02-01"))
    assert "30 days late" in page.one("main").text
    assert page.one("section", id="delay").all("a")[0]["href"] == within.get_absolute_url()
    # A later forecast of the staff's own stands; goods that are counted elsewhere, or a milestone met, move nothing.
    Milestone.objects.update(forecast_on=days(200))
    assert with_forecast(Milestone.objects.all(), DAY).get().forecast == days(200)
    Milestone.objects.update(forecast_on=None)
    Shipment.objects.filter(pk=delayed.pk).update(same_as=factories.shipment(unit=delayed.unit))
    assert with_forecast(Milestone.objects.all(), DAY).get().forecast is None


def test_goods_on_their_way_are_not_loaded_again(delayed):
    assert deliveries.next_station(delayed) == "border"
    delayed.dispatched_on = None
    assert deliveries.next_station(delayed) == "loaded"


def test_goods_reported_twice_are_proposed_linked_and_counted_once(delayed):
    again = factories.shipment(unit=delayed.unit, quantity=3, dispatched_on=days(-18), waybill="")
    other = factories.shipment(unit=delayed.unit, quantity=2, dispatched_on=days(-18))
    analyst, editor = factories.analyst(), factories.editor()
    assert list(deliveries.twins(analyst, delayed)) == [again]
    assert deliveries.tally(Shipment.objects.all()).shipped == 8
    address = f"/en/shipments/{delayed.pk}/same/{again.pk}/"
    assert signed_in(analyst).post(address).status_code == 403
    assert signed_in(factories.outsider()).post(address).status_code == 403
    assert signed_in(editor).post(f"/en/shipments/{delayed.pk}/same/{other.pk}/").status_code == 303
    assert signed_in(editor).post(address).status_code == 303
    again.refresh_from_db()
    other.refresh_from_db()
    assert (again.same_as, other.same_as) == (delayed, None)
    assert deliveries.tally(Shipment.objects.all()).shipped == 5
    assert not deliveries.twins(editor, delayed)


def test_the_next_checkpoint_in_one_click(delayed):
    """The page offers the next station; one post records it with its source, and the shipment follows; once."""
    Shipment.objects.update(dispatched_on=None)  # so that the first station is still before it
    analyst, editor = signed_in(factories.analyst()), signed_in(factories.editor())
    page = f"/en/shipments/{delayed.pk}/"
    assert not read(analyst.get(page)).all("form", class_="next-step")
    stations = []
    while forms := read(editor.get(page)).all("form", class_="next-step"):
        typed = {field["name"]: field["value"] for field in forms[0].all("input") if field["value"]}
        stations.append(typed["kind"])
        assert signed_in(factories.outsider()).post(forms[0]["action"], typed).status_code == 403
        assert analyst.post(forms[0]["action"], typed).status_code == 403
        for _twice in range(2):
            assert editor.post(forms[0]["action"], typed).status_code == 303
    assert stations == [kind.value for kind in CheckpointKind]
    assert list(Checkpoint.objects.order_by("pk").values_list("kind", flat=True)) == stations
    statement = Checkpoint.objects.get(kind="arrived").statement
    assert statement.text_en.startswith("Arrived: ") and statement.text_ru != statement.text_en
    delayed.refresh_from_db()
    assert delayed.status == ShipmentStatus.INSTALLED and delayed.arrived_on is not None
    assert deliveries.tally(Shipment.objects.all()) == deliveries.Tally(3, 3, 3)
    wrong = editor.post(
        f"{page}next/", {"kind": "arrived", "reached_on": "2999-01-01", "submission_key": "synthetic-1"}
    )
    assert wrong.status_code == 422


def test_single_containers_are_counted_where_they_are(delayed):
    """Two of three have arrived: counted so; with the third the shipment itself has arrived."""
    containers = [factories.container(shipment=delayed, number=number) for number in NUMBERS]
    for number, container in enumerate(containers, 1):
        deliveries.follow(factories.checkpoint(shipment=delayed, container=container, kind="arrived", reached_on=DAY))
        assert deliveries.tally(Shipment.objects.all()) == deliveries.Tally(3, number, 0)
        delayed.refresh_from_db()
        assert (delayed.status == ShipmentStatus.ARRIVED) == (number == 3)
    assert delayed.arrived_on == DAY
    deliveries.follow(factories.checkpoint(shipment=delayed, container=containers[0], kind="installed"))
    assert deliveries.tally(Shipment.objects.all()) == deliveries.Tally(3, 3, 1)


def test_a_lead_becomes_a_project_once_and_keeps_the_link(db):
    sector = factories.sector("SYN-L")
    lead = factories.lead(sector=sector, name_en="Synthetic corridor", name_ru="Синтетический коридор")
    address = f"/en/leads/{lead.pk}/project/"
    stranger = factories.department_editor(sectors=[factories.sector("SYN-OTHER")])
    assert signed_in(factories.analyst()).post(address).status_code == 403
    assert signed_in(factories.outsider()).post(address).status_code == 403
    assert signed_in(stranger).post(address)["Location"] == lead.get_absolute_url()
    assert not Project.objects.exists()
    editor = factories.department_editor(sectors=[sector])
    assert "Make it a project" in read(signed_in(editor).get(f"/en/leads/{lead.pk}/")).one("main").text
    project = actions.convert_lead(by=editor, lead=lead)
    with pytest.raises(actions.Refused):
        actions.convert_lead(by=editor, lead=lead)
    lead.refresh_from_db()
    assert (lead.converted_to, lead.stage) == (project, LeadStage.CONVERTED)
    assert (project.name_ru, project.main_sector) == ("Синтетический коридор", sector)
    assert Project.objects.count() == 1
