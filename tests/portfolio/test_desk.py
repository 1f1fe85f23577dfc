"""My desk, “nothing changed” in one click, the timeliness board, the inbox, handing projects over."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Notice, Project, ReportingPeriod, Submission, Update
from tests import factories, pages

DESK = "/en/updates/"
TODAY = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
KEY = "synthetic-key"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def editor(db):
    return factories.editor("synthetic-editor")


@pytest.fixture
def october(db):
    """Of a cycle in use: November follows by itself, not due before 7 December."""
    return factories.reporting_period()


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return lambda query="": client.get(DESK + query)


def project(**given):
    return factories.project(**{"created_at": LONG_AGO} | given)


def states(page):
    return {row["data-reference"]: row.one("span", class_="pill").text for row in page.all("tr", data_reference=True)}


# ---- The desk -----------------------------------------------------------------------------------------------


def test_each_of_my_projects_has_a_colour_a_deadline_and_what_is_missing(desk, editor, october):
    _late, sent, draft = (project(reference=f"SYN-{name}") for name in "ABC")
    project(reference="SYN-FOREIGN", place=factories.place("275400000"))
    november = ReportingPeriod.objects.create(
        cycle=october.cycle, start_on="2026-11-01", end_on="2026-11-30", due_on="2026-11-27"
    )
    for period in (october, november):
        factories.update(project=sent, period=period, author=editor, status="submitted")
    factories.update(project=draft, period=october, author=editor, status="approved")
    factories.update(project=draft, period=november, author=editor)

    response = desk()

    page = pages.read(response)
    assert states(page) == {"SYN-A": "overdue", "SYN-B": "reported", "SYN-C": "due soon"}
    assert pages.references(page)[0] == "SYN-A"
    texts = {row["data-reference"]: row.text for row in page.all("tr", data_reference=True)}
    assert "5 November 2026" in texts["SYN-A"] and "report not begun" in texts["SYN-A"] and "stage" in texts["SYN-A"]
    assert "draft not sent" in texts["SYN-C"] and "Continue" in texts["SYN-C"]
    assert [button["value"] for button in page.all("button", name="report")] == [f"SYN-A:{october.pk}"]
    assert len(response.content) < 60_000
    assert pages.references(pages.read(desk("?report=overdue"))) == ["SYN-A"]
    assert pages.references(pages.read(desk("?report=reported&sector=ENERGY"))) == ["SYN-B"]
    assert desk("?report=purple").status_code == 400


def test_what_else_waits_for_me(desk, editor, october):
    mine = project()
    factories.update(
        project=mine, period=october, author=editor, status="returned", review_comment="Synthetic: name the bank"
    )
    factories.update(project=mine, author=editor, narrative="Synthetic draft")
    factories.problem(project=mine, title_en="Synthetic land dispute")
    factories.problem(project=mine, title_en="Synthetic loan", side="investor")
    factories.milestone(project=mine, planned_on=datetime.date(2026, 10, 1))
    factories.obligation(project=mine, target=5, unit=factories.unit("%", dimension="share"), due_on="2026-11-01")
    factories.action_item(owner=editor, task_en="Synthetic task")

    page = pages.read(desk())

    sections = {section.one("h2").text: section.text for section in page.all("section")}
    assert "Synthetic: name the bank" in sections["Returned to me"]
    assert "My drafts" in sections
    assert "Synthetic land dispute" in sections["Problems where we must act"]
    assert "Synthetic loan" not in sections["Problems where we must act"]
    assert "1 October 2026" in sections["Late milestones"]
    assert mine.reference in sections["Obligations that need evidence"]
    assert "Synthetic task" in sections["Decisions to carry out"]


def test_more_projects_cost_no_more_queries(desk, october):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            desk()
        return len(queries)

    project()
    desk()
    few = cost()
    for _n in range(8):
        factories.problem(project=project())
    assert cost() <= few
    assert few <= 32


def test_who_has_no_projects_reads_an_empty_desk(client, october):
    project()
    client.force_login(factories.analyst())
    assert pages.references(pages.read(client.get(DESK))) == []
    client.force_login(factories.outsider())
    assert client.get(DESK).status_code == 403


def test_all_updates_have_a_list_of_their_own(desk, editor):
    update = factories.update(author=editor)
    assert [row["data-id"] for row in pages.read(desk("all/")).all("tr", data_id=True)] == [str(update.pk)]


# ---- Nothing changed ----------------------------------------------------------------------------------------


@pytest.fixture
def confirm(client, editor):
    def post(project, period, key=KEY):
        return client.post(DESK + "confirm/", {"report": f"{project.reference}:{period.pk}", "key": key}, follow=True)

    client.force_login(editor)
    return post


def test_nothing_changed_is_one_click_and_counts_once(confirm, editor, october):
    mine = project()
    for _time in range(2):
        assert "Confirmed: nothing changed." in confirm(mine, october).text
    update = Update.objects.get()
    assert (update.is_no_change, update.status, update.author, update.period) == (True, "submitted", editor, october)
    assert Submission.objects.count() == 1
    assert states(pages.read(confirm(mine, october, "another-key"))) == {mine.reference: "not due yet"}
    assert Update.objects.count() == 1


def test_nothing_is_confirmed_against_the_rules(client, confirm, october):
    foreign = project(place=factories.place("275400000"))
    assert "outside your districts and sectors" in confirm(foreign, october).text
    october.closed_at = TODAY
    october.save()
    assert "closed" in confirm(project(), october).text or "Select a valid choice" in confirm(project(), october).text
    assert client.post(DESK + "confirm/", {"report": "SYN-NONE:1", "key": KEY}).status_code == 404
    assert client.post(DESK + "confirm/", {"report": "x", "key": KEY}).status_code == 404
    assert not Update.objects.exists()


# ---- Timeliness ---------------------------------------------------------------------------------------------


def test_the_share_on_time_opens_its_reports(client, editor, october):
    department = factories.organisation(name_en="Synthetic department")
    on_time, late, silent = (project(department=department, curator=editor) for _n in range(3))
    factories.update(project=on_time, period=october, status="approved")  # on 4 November
    factories.update(
        project=late,
        period=october,
        status="submitted",
        submitted_at=datetime.datetime(2026, 11, 9, tzinfo=datetime.UTC),
    )
    client.force_login(factories.analyst())

    for by, label in (
        ("department", "Synthetic department"),
        ("district", "Synthetic 273600000"),
        ("person", "synthetic-editor"),
    ):
        page = pages.read(client.get(f"/en/updates/timeliness/?by={by}"))
        [row] = [row for row in page.all("tr") if row.inside("main") and row.all("th", scope="row")]
        assert row.one("th").text == label
        total, month = row.all("a")
        assert total.text == "33 %" and "1/3" in row.text
        for link in (total, month):
            rows = pages.read(client.get(link["href"]))
            assert sorted(pages.references(rows)) == sorted(p.reference for p in (on_time, late, silent))
    file = client.get("/en/updates/timeliness/export.csv?by=person").content.decode("utf-8-sig").splitlines()
    assert file[1].startswith("synthetic-editor,3,1,")
    assert client.get("/en/updates/timeliness/?by=moon").status_code == 400
    assert client.get("/en/updates/timeliness/rows/?month=x").status_code == 400


# ---- Inbox --------------------------------------------------------------------------------------------------


def test_the_inbox_is_my_own_and_is_read_at_once(client, editor):
    said = {"project": "SYN-1", "names": {"en": "Synthetic"}, "start_on": "2026-10-01", "end_on": "2026-10-31"}
    message = "%(project)s: the report for %(period)s is due on %(day)s."
    for user in (editor, factories.editor()):
        Notice.objects.create(user=user, key="report:1", message=message, parameters=said | {"day": "2026-11-05"})
    client.force_login(editor)
    page = pages.read(client.get("/en/inbox/"))
    assert [line.text.split(" new")[0] for line in page.all("li", data_id=True)] == [
        "22 November 2026 SYN-1 Synthetic: the report for October 2026 is due on 5 November 2026."
    ]
    assert page.one("a", class_="inbox-link").text == "Inbox 1"

    client.post("/en/inbox/")

    assert pages.read(client.get("/en/inbox/")).one("a", class_="inbox-link").text == "Inbox"
    assert Notice.objects.filter(read_at=None).count() == 1


def test_an_empty_desk_says_why(desk):
    assert "You are the curator of none." in desk().text


# ---- Handover -----------------------------------------------------------------------------------------------

HANDOVER = "/en/updates/handover/"


@pytest.fixture
def case(editor):
    """Two projects of an editor with a task, a draft and a returned update, and somebody to receive them."""
    receiver = factories.editor("synthetic-receiver")
    given = [project(curator=editor) for _n in range(2)]
    factories.action_item(owner=editor, project=given[0])
    factories.action_item(owner=editor, project=given[0], done_on="2026-10-01")
    factories.obligation(owner=editor, project=given[1])
    factories.update(project=given[0], author=editor)
    factories.update(project=given[1], author=editor, status="returned")
    post = {"from": "synthetic-editor", "project": [p.pk for p in given], "to": "synthetic-receiver", "reason": "Leave"}
    return given, receiver, post


def test_projects_are_handed_over_after_a_look(client, editor, case):
    given, receiver, post = case
    client.force_login(factories.administrator())

    page = pages.read(client.post(HANDOVER, post | {"with_drafts": "on"}))
    for words in ("Projects: 2", "Action items: 1", "Obligations: 1", "go along: 2"):
        assert words in page.text
    assert not Project.objects.filter(curator=receiver).exists()

    shown = {field["name"]: field["value"] for field in page.all("input", type="hidden")} | {"project": post["project"]}
    answer = client.post(HANDOVER, shown, follow=True)

    assert "Projects: 2, action items: 1, obligations: 1, updates: 2." in answer.text
    assert set(Project.objects.filter(curator=receiver)) == set(given)
    assert (receiver.action_items.count(), editor.action_items.count(), receiver.updates.count()) == (1, 1, 2)
    event = Project._meta.get_field("events").related_model.objects.filter(pgh_obj_id=given[0].pk).latest("pgh_id")
    assert event.pgh_context["reason"] == "Leave"


@pytest.mark.parametrize("is_administrator", [True, False])
def test_who_leaves_gives_all_that_they_answer_for(client, editor, case, is_administrator):
    """An administrator moves also what is of no project; a head only what the head may change; others nothing."""
    given, receiver, post = case
    by = factories.administrator()
    if not is_administrator:
        by = factories.editor("synthetic-head")  # of the district of the projects, not of the other one
        for person in (editor, receiver):
            person.staff_member.superior = by
            person.staff_member.save()
    elsewhere = factories.project(place=factories.place("276600000"))
    factories.action_item(owner=editor)
    factories.obligation(owner=editor, project=None, programme=factories.programme())
    factories.obligation(owner=editor, project=elsewhere)
    factories.obligation(owner=by, project=given[0])
    staying = factories.obligation(owner=editor, project=project(curator=editor))
    client.force_login(by)

    shown = pages.read(client.post(HANDOVER, post | {"with_rest": "on"})).all("input", type="hidden")
    answer = client.post(HANDOVER, {f["name"]: f["value"] for f in shown} | {"project": post["project"]}, follow=True)

    assert "Projects: 2" in answer.text
    mine = receiver.owned_obligations
    assert mine.filter(project__in=given).count() == mine.filter(programme__isnull=False).count() == 1
    assert receiver.action_items.filter(project=None).exists()
    assert mine.filter(project=elsewhere).exists() == is_administrator
    staying.refresh_from_db()
    assert staying.owner == editor  # its project was not handed over
    assert by.owned_obligations.count() == 1


def test_who_curates_nothing_gives_what_they_own(client, editor):
    receiver = factories.editor("synthetic-receiver")
    factories.obligation(owner=editor)
    client.force_login(factories.administrator())
    page = pages.read(client.get(HANDOVER + "?from=synthetic-editor"))
    assert "checked" in page.one("input", name="with_rest").attributes
    post = {"from": "synthetic-editor", "to": "synthetic-receiver", "reason": "Leave", "sure": "1"}
    assert client.post(HANDOVER, post).status_code == 422  # neither a project nor the rest was chosen
    assert client.post(HANDOVER, post | {"with_rest": "on"}).status_code == 302
    assert receiver.owned_obligations.count() == 1
    assert "synthetic-editor" not in client.get(HANDOVER).text


def test_drafts_stay_with_their_author_unless_moved(client, editor, case):
    _given, receiver, post = case
    client.force_login(factories.administrator())
    client.post(HANDOVER, post | {"sure": "1"})
    assert (receiver.updates.count(), editor.updates.count()) == (0, 2)


def test_a_stale_list_changes_nothing(client, case):
    given, receiver, post = case
    client.force_login(factories.administrator())
    Project.objects.filter(pk=given[0].pk).update(curator=receiver)
    answer = client.post(HANDOVER, post | {"sure": "1"})
    assert answer.status_code == 422 and "not this person" in answer.text
    assert Project.objects.filter(curator=receiver).count() == 1
    assert client.post(HANDOVER, post | {"reason": ""}).status_code == 422


def test_a_head_hands_over_among_own_people(client, editor, case):
    _given, receiver, post = case
    head = factories.department_editor("synthetic-head")
    client.force_login(head)
    assert client.get(HANDOVER).status_code == 403
    editor.staff_member.superior = head
    editor.staff_member.save()
    assert client.get(HANDOVER + "?from=synthetic-editor").status_code == 200
    assert client.post(HANDOVER, post | {"sure": "1"}).status_code == 422  # the receiver is not of the own people
    receiver.staff_member.superior = head
    receiver.staff_member.save()
    assert client.post(HANDOVER, post | {"sure": "1"}).status_code == 302
    assert Project.objects.filter(curator=receiver).count() == 2


@pytest.mark.parametrize("who", [factories.analyst, factories.editor, factories.reviewer])
def test_nobody_else_hands_over(client, case, who):
    client.force_login(who())
    assert client.get(HANDOVER).status_code == 403
    assert client.post(HANDOVER, case[2] | {"sure": "1"}).status_code == 403
