"""Stages: what refuses a move, what may come next, what is missing for it, and where each missing thing is added."""

import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from projects import stages
from projects.models import Project, Stage, StageRequirement
from tests import factories
from tests.pages import read

STATION = "WKR-0001"
DAY = datetime.date(2025, 10, 10)


@pytest.fixture(autouse=True)
def _in_english(brief):
    with translation.override("en"):
        yield


@pytest.fixture
def project():
    return Project.objects.get(reference=STATION)


def at(project, *codes):
    """The project after these stages, a day each."""
    for number, code in enumerate(codes):
        factories.stage_change(project=project, stage=code, effective_on=DAY + datetime.timedelta(days=number))
    return Project.objects.get(pk=project.pk)


def stage(code):
    return Stage.objects.get(pk=code)


class TestMoving:
    def fields(self, project, code, day=datetime.date(2026, 1, 1), **given):
        return [refusal.field for refusal in stages.refusals(project, stage(code), day, **given)]

    def test_forward_is_free(self, project):
        assert self.fields(at(project, "memorandum"), "land") == []

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_back_needs_a_reason(self, project, reason):
        project = at(project, "construction")
        (refusal,) = stages.refusals(project, stage("design"), datetime.date(2026, 1, 1), reason=reason)
        assert refusal.field == "reason"
        assert refusal.text.startswith("You move the project back from Construction to Design")
        assert self.fields(project, "design", reason="Letter of the ministry") == []

    def test_back_is_told_from_the_stage_of_that_day(self, project):
        project = at(project, "design", "construction")
        assert self.fields(project, "land", day=DAY) == ["reason"]
        assert self.fields(project, "design", day=DAY - datetime.timedelta(days=1)) == []

    def test_equipment_before_and_beside_construction(self, project):
        project = at(project, "equipment")
        assert self.fields(project, "construction") == []
        assert self.fields(project, "design") == ["reason"]

    def test_the_commissioning_date(self, project):
        assert self.fields(project, "operation") == ["commissioned_on"]
        assert self.fields(project, "operation", commissioned_on=DAY) == []

    def test_not_from_tomorrow_on(self, project):
        tomorrow = datetime.date.today() + datetime.timedelta(days=2)
        assert self.fields(project, "design", day=tomorrow) == ["effective_on"]

    @pytest.mark.parametrize(
        ("status", "given", "field"),
        [
            ("suspended", {"reason": "r", "since": DAY}, ["review_on"]),
            ("suspended", {"reason": "r", "since": DAY, "review_on": DAY}, []),
            ("suspended", {"reason": " ", "since": DAY, "review_on": DAY}, ["status_reason"]),
            ("cancelled", {"reason": "r"}, ["status_on"]),
            ("cancelled", {"reason": "r", "since": DAY}, []),
            ("on_track", {}, []),
            (None, {}, []),
        ],
    )
    def test_a_suspended_project_has_a_review_date(self, status, given, field):
        assert [refusal.field for refusal in stages.status_refusals(status, **given)] == field


class TestNext:
    @pytest.mark.parametrize(
        ("passed", "expected"),
        [
            ([], ["construction", "equipment"]),  # known only to be before construction
            (["lead"], ["negotiation"]),
            (["design"], ["construction", "equipment"]),
            (["construction"], ["equipment"]),
            (["equipment"], ["construction"]),
            (["construction", "equipment"], ["adjustment"]),
            (["equipment", "construction"], ["adjustment"]),
            (["operation"], []),
        ],
    )
    def test_which_may_come(self, project, passed, expected):
        assert [row.pk for row in stages.next_stages(at(project, *passed))] == expected

    def test_of_nothing_nothing(self):
        assert stages.next_stages(factories.project()) == []

    def test_what_is_missing_is_met_by_a_document_or_a_fact(self, project):
        asked = stages.missing(project, stage("construction"))
        assert [str(row) for row in asked] == [
            "Notification of the start of works",
            "Contractor agreement",
            "Dated photos of the site",
            "actual start",
        ]
        notification = factories.document(document_type="works_notification")
        factories.project_document(project=project, document=notification)
        project.started_on = DAY
        left = stages.missing(project, stage("construction"))
        assert [str(row) for row in left] == ["Contractor agreement", "Dated photos of the site"]

    def test_one_of_several_is_enough(self, project):
        assert str(stages.missing(project, stage("land"))[0]).count(" or ") == 3
        factories.project_document(project=project, document=factories.document(document_type="land_lease"))
        project.place = None
        assert [str(row) for row in stages.missing(project, stage("land"))] == ["place"]

    def test_what_is_asked_is_data(self, project):
        StageRequirement.objects.filter(stage="construction").delete()
        assert stages.missing(project, stage("construction")) == []


class TestThePage:
    def ahead(self, client, user, project):
        client.force_login(user)
        return read(client.get(project.get_absolute_url())).one("section", id="ahead")

    def test_each_missing_thing_is_one_click_from_its_form(self, client, project):
        section = self.ahead(client, factories.administrator(), project)
        links = {link.text: link["href"] for link in section.all("a")}
        assert links["Contractor agreement"].endswith("/documents/new/?new_type=contractor_agreement")
        assert links["actual start"].endswith("/edit/#id_started_on")
        for url in links.values():
            page = read(client.get(url.partition("#")[0]))
            assert page.one("h1").text
            if "#" in url:
                assert page.all(id=url.partition("#")[2])
        page = read(client.get(links["Contractor agreement"]))
        (chosen,) = page.one("select", name="new_type").all("option", selected=True)
        assert chosen["value"] == "contractor_agreement"

    def test_readers_see_what_is_missing_without_the_forms(self, client, project):
        section = self.ahead(client, factories.analyst(), project)
        assert "Contractor agreement" in section.text
        assert section.all("a") == []

    def test_a_move_is_filled_in_beforehand(self, client, project):
        client.force_login(factories.administrator())
        page = read(client.get(reverse("stage-new", args=[STATION]) + "?stage=construction&reason=x"))
        (chosen,) = page.one("select", name="stage").all("option", selected=True)
        assert chosen["value"] == "construction"
        assert page.one("textarea", name="reason").text == ""
