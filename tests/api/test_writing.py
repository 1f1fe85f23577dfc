"""Changing projects, writing updates and deciding on them: who may, once, and never over somebody else's change."""

import pytest

from projects.api import representations
from projects.models import (
    Amount,
    ApiToken,
    Milestone,
    Obligation,
    Observation,
    Problem,
    Project,
    ProjectParty,
    ProjectSector,
    Shipment,
    StageChange,
    Update,
)
from projects.models.choices import UpdateStatus
from tests import factories
from tests.api.conftest import Caller
from tests.api.test_reading import is_problem

PROJECT = "projects/SYN-1/"
MODELS = {
    "parties": ProjectParty,
    "amounts": Amount,
    "milestones": Milestone,
    "observations": Observation,
    "obligations": Obligation,
    "shipments": Shipment,
    "stage_changes": StageChange,
    "further_sectors": ProjectSector,
    "problems": Problem,
    "possible_parties": ProjectParty,
    "possible_amounts": Amount,
    "possible_observations": Observation,
}


def version():
    return Project.objects.get(reference="SYN-1").version


# ---- Changing a project -----------------------------------------------------------------------------------


def test_a_project_is_changed_from_the_state_that_was_read(callers):
    call = callers["editor"]
    read = call(PROJECT)
    changes = {"name_ru": "Synthetic по-русски", "planned_end_on": "2027-12-31", "sector": read.json()["sector"]}
    changed = call(PROJECT, "patch", changes | {"name_kk": "Synthetic қазақша"}, **{"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200, changed.content
    assert changed.json()["planned_end_on"] == "2027-12-31"
    assert changed.headers["ETag"] == call(PROJECT).headers["ETag"] != read.headers["ETag"]
    project = Project.objects.get(reference="SYN-1")
    assert (project.name_ru, project.version) == ("Synthetic по-русски", read.json()["version"] + 1)
    assert project.updated_by.username == "synthetic-editor"
    assert Project.pgh_event_model.objects.filter(pgh_obj=project).latest("pgh_id").pgh_context["door"] == "api"
    mine = {"name_ru": "Synthetic моё", "sector": changed.json()["sector"], "unknown": 1}
    stale = is_problem(call(PROJECT, "patch", mine, **{"If-Match": read.headers["ETag"]}), 412)
    assert stale["differences"] == {
        "name_ru": {"was": read.json()["name_ru"] or "", "now": "Synthetic по-русски", "sent": "Synthetic моё"},
        "sector": dict.fromkeys(("was", "now", "sent"), mine["sector"]),
    }
    assert is_problem(call(PROJECT, "patch", mine, **{"If-Match": "any"}), 412)["differences"]["name_ru"]["was"] is None
    is_problem(call(PROJECT, "patch", {"aliases": "x"}), 428)
    assert version() == project.version


def test_each_part_that_is_changed_in_place_makes_the_read_state_stale(callers):
    call, project = callers["editor"], Project.objects.get(reference="SYN-1")
    factories.project_sector(project=project)
    for make in (factories.party, factories.amount, factories.observation):
        make().candidates.add(project)
    somebody, read = factories.editor(), call(PROJECT)
    assert MODELS.keys() == representations.PROJECT_PARTS.keys()
    for name, model in MODELS.items():
        model._base_manager.filter(pk=read.json()[name][0]["id"]).update(created_by=somebody)
        before, read = read.headers["ETag"], call(PROJECT)
        assert read.headers["ETag"] != before, name


def test_a_new_amount_makes_the_read_state_stale(callers):
    call = callers["editor"]
    tag = call(PROJECT).headers["ETag"]
    factories.amount(project=Project.objects.get(reference="SYN-1"), kind="committed")
    is_problem(call(PROJECT, "patch", {"aliases": "x"}, **{"If-Match": tag}), 412)


@pytest.mark.parametrize(
    ("who", "status"), [("editor2", 403), ("analyst", 403), ("reviewer", 403), ("outsider", 403), ("anonymous", 401)]
)
def test_who_may_not_change(callers, who, status):
    tag, before = callers["administrator"](PROJECT).headers["ETag"], version()
    is_problem(callers[who](PROJECT, "patch", {"aliases": "x"}, **{"If-Match": tag}), status)
    names = {"name_kk": "Synthetic жаңа", "name_ru": "Synthetic новый"}
    is_problem(callers[who]("projects/", "post", names | {"place": "273600000"}), status)
    assert version() == before
    assert not Project.objects.filter(**names).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"name": "no language said"}, "name"),
        ({"version": 7}, "version"),
        ({"stage": "construction"}, "stage"),
        ({"curator": "synthetic-editor2"}, "curator"),  # for administrators
        ({"is_public": True}, "is_public"),
        ({"sector": "NONE"}, "sector"),
        ({"place": ["273600000"]}, "place"),
        ({"programme": {"code": "x"}}, "programme"),
        ({"planned_end_on": "31 February"}, "planned_end_on"),
        ({"planned_start_on": "2027-02-01", "planned_end_on": "2027-01-01"}, "planned_end_on"),
        ({"latitude": 1e30, "longitude": 51}, "latitude"),
        ({"latitude": 10**4000}, "latitude"),
        ({"status": "suspended"}, "status_reason"),
        ({"name_en": "", "name_ru": "", "name_kk": "", "name_zh_hans": ""}, "__all__"),
        ({"reference": "no spaces allowed"}, "reference"),
    ],
)
def test_what_cannot_be_accepted_is_named(callers, changes, field):
    call, before = callers["editor"], version()
    body = is_problem(call(PROJECT, "patch", changes, **{"If-Match": call(PROJECT).headers["ETag"]}), 400)
    assert field in body["errors"], body
    assert version() == before


def test_keys_are_those_that_lists_show(callers):
    programme = factories.programme()
    call = callers["administrator"]
    changes = {"programme": programme.code, "curator": "synthetic-editor2"}
    body = call(PROJECT, "patch", changes, **{"If-Match": call(PROJECT).headers["ETag"]}).json()
    assert (body["programme"], body["curator"]) == (programme.code, "synthetic-editor2")


def test_a_warning_asks_for_a_reason(callers):
    call = callers["editor"]
    tag = call(PROJECT).headers["ETag"]
    changes = {"name_kk": "Synthetic"}  # rule 30: the Russian name is empty
    assert "confirm_warnings" in is_problem(call(PROJECT, "patch", changes, **{"If-Match": tag}), 400)["errors"]
    changes |= {"confirm_warnings": True, "change_reason": "Synthetic reason"}
    assert call(PROJECT, "patch", changes, **{"If-Match": tag}).status_code == 200


def test_a_project_is_added_once(callers):
    call, body = callers["editor"], {"name_kk": "Synthetic жаңа", "name_ru": "Synthetic новый", "place": "273600000"}
    first = call("projects/", "post", body, **{"Idempotency-Key": "synthetic-1"})
    assert first.status_code == 201, first.content
    assert first.json()["reference"].startswith("WKR-")
    again = call("projects/", "post", body, **{"Idempotency-Key": "synthetic-1"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert Project.objects.filter(name_kk="Synthetic жаңа").count() == 1
    elsewhere = factories.place("275400000")
    is_problem(call("projects/", "post", body | {"place": elsewhere.pk}), 403)


# ---- Updates ----------------------------------------------------------------------------------------------

UPDATE = {"project": "SYN-1", "narrative": "Synthetic report", "submit": True}


def test_a_draft_and_a_submission(callers):
    call, before = callers["editor"], Update.objects.count()
    draft = call("updates/", "post", {"project": "SYN-1", "narrative": "Synthetic draft"})
    assert (draft.status_code, draft.json()["status"]) == (201, "draft")
    sent = call("updates/", "post", {"project": "SYN-1", "no_change": True, "submit": True})
    assert (sent.status_code, sent.json()["status"]) == (201, "submitted")
    assert sent.json()["author"] == "synthetic-editor"
    assert (sent.json()["changes"], sent.json()["holder"]) == ({}, None)
    assert call(f"updates/{sent.json()['id']}/").json() == sent.json()
    assert Update.objects.count() == before + 2


def test_a_key_carries_out_an_update_once(callers):
    call, before = callers["editor"], Update.objects.count()
    answers = [call("updates/", "post", UPDATE, **{"Idempotency-Key": "synthetic-2"}) for _time in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    is_problem(call("updates/", "post", UPDATE | {"narrative": "Other"}, **{"Idempotency-Key": "synthetic-2"}), 422)
    is_problem(call("updates/", "post", UPDATE, **{"Idempotency-Key": "two words"}), 400)
    assert Update.objects.count() == before + 1


def test_what_was_refused_may_be_sent_again_under_its_key(callers):
    call, before = callers["editor"], Update.objects.count()
    is_problem(call("updates/", "post", {"project": "SYN-1"}, **{"Idempotency-Key": "synthetic-3"}), 400)
    assert call("updates/", "post", UPDATE, **{"Idempotency-Key": "synthetic-3"}).status_code == 201
    assert Update.objects.count() == before + 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "project"),
        ({"project": "none"}, "project"),
        ({"project": None}, "project"),
        ({"project": 5}, "project"),
        ({"project": "SYN-1"}, "narrative"),
        ({"project": "SYN-1", "narrative": "x", "submit": "yes"}, "submit"),
        ({"project": "SYN-1", "narrative": "x", "no_change": 1}, "no_change"),
        ({"project": "SYN-1", "narrative": "x", "period": True}, "period"),
        ({"project": "SYN-1", "narrative": "x", "period": 10**30}, "period"),
        ({"project": "SYN-1", "narrative": "x" * 20_001}, "narrative"),
        ({"project": "SYN-1", "narrative": "x", "status": "approved"}, "status"),
        ({"project": "SYN-1", "narrative": "x", "author": "reviewer"}, "author"),
    ],
)
def test_an_update_that_cannot_be_accepted(callers, body, field):
    before = Update.objects.count()
    assert field in is_problem(callers["editor"]("updates/", "post", body), 400)["errors"]
    assert Update.objects.count() == before


@pytest.mark.parametrize(
    ("who", "status"), [("editor2", 403), ("analyst", 403), ("reviewer", 403), ("outsider", 403), ("anonymous", 401)]
)
def test_who_may_not_report(callers, who, status):
    before = Update.objects.count()
    is_problem(callers[who]("updates/", "post", UPDATE), status)
    assert Update.objects.count() == before


# ---- The reviewer -----------------------------------------------------------------------------------------


@pytest.fixture
def submitted(portfolio):
    return factories.update(author=portfolio["people"]["editor"], status=UpdateStatus.SUBMITTED)


def test_a_reviewer_approves(callers, submitted):
    body = callers["reviewer"](f"updates/{submitted.pk}/approve/", "post", {"comment": "Synthetic thanks"}).json()
    assert (body["status"], body["review_comment"]) == ("approved", "Synthetic thanks")
    is_problem(callers["reviewer"](f"updates/{submitted.pk}/return/", "post", {"comment": "Too late"}), 409)


def test_a_reviewer_returns_with_a_comment(callers, submitted):
    call = callers["reviewer"]
    assert "comment" in is_problem(call(f"updates/{submitted.pk}/return/", "post", {"comment": " "}), 400)["errors"]
    assert call(f"updates/{submitted.pk}/return/", "post", {"comment": "Mend"}).json()["status"] == "returned"


@pytest.mark.parametrize(
    ("who", "status"), [("editor", 403), ("editor2", 404), ("analyst", 404), ("outsider", 403), ("anonymous", 401)]
)
def test_who_may_not_decide(callers, submitted, who, status):
    for decision in ("approve", "return"):
        is_problem(callers[who](f"updates/{submitted.pk}/{decision}/", "post", {"comment": "x"}), status)
    submitted.refresh_from_db()
    assert submitted.status == UpdateStatus.SUBMITTED


# ---- Tokens and sessions ----------------------------------------------------------------------------------


def test_a_token_for_reading_changes_nothing(portfolio):
    call = Caller(portfolio["people"]["editor"], scope="read")
    assert call(PROJECT).status_code == 200
    is_problem(call("updates/", "post", UPDATE), 403)


def test_tokens_that_are_no_longer_valid(portfolio):
    user = portfolio["people"]["editor"]
    call = Caller(user, expires_on=factories.DAY)
    assert "WWW-Authenticate" in call("projects/").headers
    is_problem(call("projects/"), 401)
    ApiToken.objects.update(expires_on=None)
    assert call("projects/").status_code == 200
    assert ApiToken.objects.get().last_used_at is not None
    assert call.token not in str(ApiToken.objects.values().get())
    user.is_active = False
    user.save()
    is_problem(call("projects/"), 401)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Bearer \x00", "Bearer " + "wkr_" + "a" * 43, "bearer a b", "Bearer \u044f"]
)
def test_tokens_that_never_were(db, header):
    is_problem(Caller()("projects/", Authorization=header), 401)


def test_a_session_reads_and_writes_only_with_the_anti_forgery_token(portfolio):
    call = Caller()
    call.client.handler.enforce_csrf_checks = True
    call.client.force_login(portfolio["people"]["editor"])
    assert call("projects/").status_code == 200
    is_problem(call("updates/", "post", UPDATE), 403)
    call.client.get("/en/accounts/password/")
    token = call.client.cookies["csrftoken"].value
    assert call("updates/", "post", UPDATE, **{"X-CSRFToken": token}).status_code == 201


def test_the_past_is_read_with_a_token_too(callers):
    assert callers["analyst"]("projects/?as_of=2025-10-10").status_code == 200
    assert callers["analyst"]("projects/?known_at=2020-01-01").json()["results"] == []
