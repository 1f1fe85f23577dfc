"""The way of an update: its page keeps only differences, keeps itself, is approved by the chain and then applied."""

import datetime
import io

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from projects import actions, permissions, reports
from projects.forms.reports import ReportForm
from projects.history import person_name
from projects.models import Amount, Autosave, Document, Observation, Project, Source, StaffMember, Update
from tests import factories
from tests.filling import filled

pytestmark = pytest.mark.django_db

TODAY, LATER = datetime.date(2026, 11, 20), datetime.date(2026, 11, 15)
KEY = "5b9c3f52-7a0e-4c5e-8d0c-1d2f5a1b7c22"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"), time_machine.travel("2026-11-20 10:00Z", tick=True):
        yield


def measured(project, percent, day=TODAY):
    """Physical progress that somebody else has recorded."""
    metric = factories.metric("physical_progress")
    factories.observation(project=project, metric=metric, unit=metric.unit, status="actual", value=percent, as_of=day)


@pytest.fixture
def project():
    """A project of Borli with a stage, progress, jobs, a payment, a milestone, a shipment and a problem."""
    project = factories.project()
    share, job = factories.unit("%", "share", symbol_en="%"), factories.unit("{job}", "job")
    for code, dimension, unit in (
        ("physical_progress", "share", share),
        *((name, "job", job) for name in ("jobs_permanent", "jobs_temporary", "jobs_local_citizens")),
    ):
        factories.metric(code, dimension, unit=unit, name_en=code.replace("_", " ").capitalize())
    for code, position in (("design", 70), ("construction", 80)):
        factories.stage(code, position=position)
    factories.stage_change(project=project, stage=factories.stage("design"), effective_on=datetime.date(2026, 1, 1))
    measured(project, 40, datetime.date(2026, 9, 30))
    factories.amount(project=project, kind="disbursed", value=1000, as_of=datetime.date(2026, 9, 30))
    factories.milestone(project=project, planned_on=datetime.date(2026, 12, 1))
    factories.shipment(status="in_transit").projects.add(project)
    factories.problem(project=project)
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def editor():
    return factories.editor()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def blank(project, user, update=None):
    record = update or Update(project=project, author=user)
    return ReportForm(instance=record, user=user, fixed={"project": project})


def send(project, user, update=None, **typed):
    """Post the page of a report with these fields changed (a hyphen in a name is written as two underscores)."""
    typed = {name.replace("__", "-"): value for name, value in typed.items()}
    url = reverse("update-edit", args=[update.pk]) if update else reverse("update-new", args=[project.reference])
    return signed_in(user).post(url, filled(blank(project, user, update), **typed))


def submitted(project, user, **typed):
    answer = send(project, user, submit="on", **typed)
    assert answer.status_code == 303, answer.content.decode()
    return Update.objects.latest("pk")


def errors(answer):
    assert answer.status_code == 422
    return {name: [str(text) for text in texts] for name, texts in answer.context["form"].errors.items()}


# ---- The page --------------------------------------------------------------------------------


def test_the_page_shows_the_last_values(project, editor, django_assert_max_num_queries):
    client = signed_in(editor)
    with django_assert_max_num_queries(45):
        page = client.get(reverse("update-new", args=[project.reference])).content.decode()
    form = blank(project, editor)
    assert form.initial["stage-to"] == "design"
    assert form.initial["physical_progress-value"] == 40
    assert form.initial["paid-total"] == 1000
    for words in ("On record on 30 September 2026: 40%", "KZT\u00a01,000", "Nothing changed, confirm", "data-draft="):
        assert words in page


def test_only_differences_are_kept(project, editor):
    update = submitted(project, editor, physical_progress__value="55")
    assert update.changes == {"physical_progress-value": {"was": "40", "now": "55"}}
    assert (update.status, update.narrative) == ("submitted", "")


def test_nothing_changed_is_one_click_and_counts(project, editor):
    page = signed_in(editor).get(reverse("update-new", args=[project.reference])).content.decode()
    assert page.count("<form") >= 2
    answer = signed_in(editor).post(
        reverse("update-new", args=[project.reference]), {"submission_key": KEY, "is_no_change": "on", "submit": "on"}
    )
    update = Update.objects.get()
    assert (answer.status_code, update.status, update.is_no_change, update.changes) == (303, "submitted", True, {})


def test_what_a_page_does_not_offer_is_left_as_it_is(project, editor):
    data = {"submission_key": KEY, "narrative": "Synthetic"}
    assert signed_in(editor).post(reverse("update-new", args=[project.reference]), data).status_code == 303
    assert Update.objects.get().changes == {}


@pytest.mark.parametrize(
    "typed, field, words",
    [
        ({}, "narrative", "Write what happened"),
        ({"is_no_change": "on", "jobs_permanent__value": "5"}, "is_no_change", "exclude each other"),
        ({"physical_progress__value": ""}, "physical_progress-value", "is not emptied"),
        ({"jobs_permanent__value": "12.5"}, "jobs_permanent-value", "no whole number"),
        ({"physical_progress__value": "101"}, "physical_progress-value", "at most 100 %"),
        ({"stage__to": "construction"}, "stage-on", "from which day"),
        ({"stage__on": "2026-11-01"}, "stage-to", "Choose the stage"),
        ({"stage__to": "construction", "stage__on": "2026-12-01"}, "stage-on", "cannot be later than today"),
        ({"stage__to": "idea", "stage__on": "2026-11-01"}, "stage-reason", "back from"),
        ({"paid__total": "900"}, "paid-total", "Cumulative total fell from 1,000 to 900"),
        ({"paid__total": "1600", "paid__period": "500"}, "paid-total", "make 1,500, not 1,600"),
        ({"paid__period": "500", "paid__on": "2026-12-01"}, "paid-on", "cannot be dated after today"),
        ({"jobs_permanent__value": "10", "jobs_local_citizens__value": "20"}, "jobs_local_citizens-value", "exceed"),
        ({"new_problem__1__side": "region"}, "new_problem-1-title", "what blocks"),
    ],
)
def test_what_is_refused_with_a_sentence(project, editor, typed, field, words):
    factories.stage("idea", position=10)
    found = errors(send(project, editor, **{name.replace("problem__1", "problem-1"): v for name, v in typed.items()}))
    assert any(words in text for text in found[field]), found
    assert not Update.objects.exists()


def test_rows_are_asked_about_with_their_days(project, editor):
    milestone, shipment = project.milestones.get(), project.shipments.get()
    problem = project.problems.get()
    typed = {
        f"milestone-{milestone.pk}-met_on": "2026-12-01",
        f"shipment-{shipment.pk}-status": "arrived",
        f"problem-{problem.pk}-closed_on": "2026-11-01",
    }
    found = errors(send(project, editor, **typed))
    assert {f"milestone-{milestone.pk}-met_on", f"shipment-{shipment.pk}-on", f"problem-{problem.pk}-resolution"} <= {
        *found
    }


def test_period_and_total_complete_each_other(project, editor):
    by_period = submitted(project, editor, paid__period="500").changes
    by_total = submitted(project, editor, paid__total="1500").changes
    assert by_period["paid-total"] == by_total["paid-total"] == {"was": "1000", "now": "1500"}
    assert by_period["paid-period"] == by_total["paid-period"] == {"was": "", "now": "500"}


def test_a_jump_of_the_scale_is_asked_about(project, editor):
    found = errors(send(project, editor, paid__period="500000"))
    assert "Are you entering millions?" in found["confirm_warnings"][0]
    confirmed = {"confirm_warnings": "on", "change_reason": "Synthetic reason"}
    assert send(project, editor, paid__period="500000", **confirmed).status_code == 303


def test_a_closed_period_another_district_and_readers(project, editor):
    period = factories.reporting_period(closed_at=timezone.now())
    found = errors(send(project, editor, narrative="Synthetic", period=period.pk))
    assert found["period"]
    url = reverse("update-new", args=[project.reference])
    autosave = reverse("update-autosave", args=[project.reference])
    elsewhere = factories.editor(places=[factories.place("274400000")])
    for user, status in ((elsewhere, 403), (factories.analyst(), 403), (factories.outsider(), 403)):
        answer = signed_in(user).post(url, {"submission_key": KEY, "narrative": "Synthetic"})
        assert answer.status_code == status
        assert signed_in(user).post(autosave, {"submission_key": KEY}).status_code == status
    assert not Update.objects.exists()


# ---- Drafts ----------------------------------------------------------------------------------


def keep(project, user, key=KEY, **typed):
    data = {name.replace("__", "-"): value for name, value in typed.items()} | {"submission_key": key}
    return signed_in(user).post(reverse("update-autosave", args=[project.reference]), data)


def test_a_page_keeps_itself_and_is_gone_on_with(project, editor):
    first = keep(project, editor, physical_progress__value="not yet a num")
    again = keep(project, editor, physical_progress__value="57")  # the first answer was lost
    assert (first.status_code, again.status_code) == (200, 200)
    update = Update.objects.get()
    assert (update.status, update.author, update.created_by, update.autosave.revision) == ("draft", editor, editor, 2)
    answer = signed_in(editor).get(reverse("update-new", args=[project.reference]))
    assert answer.url == reverse("update-edit", args=[update.pk])
    page = signed_in(editor).get(answer.url).content.decode()
    assert 'value="57"' in page
    assert "Saved at" in page
    data = {"submission_key": KEY, "physical_progress-value": "57", "submit": "on"}
    sent = signed_in(editor).post(reverse("update-new", args=[project.reference]), data)  # from the first page
    assert sent.status_code == 303
    update.refresh_from_db()
    assert (Update.objects.count(), update.status, Autosave.objects.count()) == (1, "submitted", 0)
    late = keep(project, editor, narrative="Synthetic, too late")
    assert (late.status_code, late.json()["location"]) == (200, sent.url)
    assert Update.objects.count() == 1


def test_a_second_window_does_not_write_over_the_first(project, editor):
    first = keep(project, editor, narrative="first").json()
    first_page, other = {name: first[name] for name in ("draft", "revision")}, KEY[:-1] + "3"
    assert keep(project, editor, other, draft=first["draft"], revision=0, narrative="second").status_code == 409
    taken = keep(project, editor, other, draft=first["draft"], revision=first["revision"], narrative="second")
    assert taken.status_code == 200
    assert keep(project, editor, **first_page, narrative="first again").status_code == 409
    update = Update.objects.get()
    data = {"submission_key": KEY, "narrative": "first again", "revision": first["revision"], "version": 1}
    answer = signed_in(editor).post(reverse("update-edit", args=[update.pk]), data)
    assert answer.status_code == 409
    assert "second" in answer.content.decode()
    assert "first again" in answer.content.decode()
    update.refresh_from_db()
    assert update.narrative == ""


def test_drafts_are_seen_by_their_author_only(project, editor):
    keep(project, editor, narrative="Synthetic secret")
    update = Update.objects.get()
    people = (factories.reviewer(), factories.analyst(), factories.editor())
    assert [signed_in(user).get(update.get_absolute_url()).status_code for user in people] == [404, 404, 404]
    assert signed_in(people[2]).post(reverse("update-edit", args=[update.pk]), {}).status_code == 404


def test_a_draft_of_somebody_else_stands_in_nobody_s_way(project, editor):
    period, other = factories.reporting_period(), factories.editor()
    begun = factories.update(project=project, author=other, period=period)
    later = factories.reporting_period(cycle=period.cycle, start_on=LATER, end_on=LATER)
    factories.update(project=project, author=other, period=later)
    assert blank(project, editor).initial["period"] == later.pk
    assert submitted(project, editor, narrative="Synthetic", period=period.pk).period == period
    begun.refresh_from_db()
    assert (begun.status, begun.period, begun.narrative) == ("draft", None, "Synthetic report")
    found = errors(send(project, other, begun, narrative="Synthetic", period=period.pk))
    assert found["period"] == [f"{person_name(editor)} has already reported on this period."]
    factories.update(project=factories.project(), author=other, period=period)  # of another project: left alone
    assert Update.objects.filter(period=period).count() == 2


def test_a_draft_of_a_closed_period_is_not_gone_on_with(project, editor):
    factories.update(project=project, author=editor, period=factories.reporting_period(closed_at=timezone.now()))
    assert signed_in(editor).get(reverse("update-new", args=[project.reference])).status_code == 200


def test_somebody_changed_the_project_meanwhile(project, editor):
    data = filled(blank(project, editor), **{"physical_progress-value": "55", "jobs_permanent-value": "12"})
    old = project.observations.get()
    factories.observation(
        project=project, value=50, as_of=TODAY, **{n: getattr(old, n) for n in ("metric", "unit", "status")}
    )
    url = reverse("update-new", args=[project.reference])
    answer = signed_in(editor).post(url, data)
    assert answer.status_code == 409
    rows = [(row.was, row.theirs, row.yours) for row in answer.context["rows"]]
    assert rows == [("40%", "50%", "55%")]
    assert not Update.objects.exists()
    chosen = dict(answer.context["kept"])
    chosen |= {"version": "", "submission_key": KEY, "choose-physical_progress-value": "theirs"}
    assert signed_in(editor).post(url, chosen).status_code == 303
    assert Update.objects.get().changes == {"jobs_permanent-value": {"was": "", "now": "12"}}


# ---- Approval --------------------------------------------------------------------------------


def everything(project):
    """One report in which all sections say something."""
    milestone, shipment, problem = project.milestones.get(), project.shipments.get(), project.problems.get()
    return {
        "stage-to": "construction",
        "stage-on": "2026-11-01",
        "physical_progress-value": "55",
        "jobs_permanent-value": "12",
        "paid-period": "500",
        f"milestone-{milestone.pk}-met_on": "2026-11-02",
        f"shipment-{shipment.pk}-status": "arrived",
        f"shipment-{shipment.pk}-on": "2026-11-03",
        f"problem-{problem.pk}-resolution": "Synthetic solution",
        "new_problem-1-title": "Synthetic obstacle",
        "document-add": str(factories.document().pk),
    }


def test_approval_applies_everything_with_its_statements(project, editor):
    update = submitted(project, editor, narrative="Synthetic", **everything(project))
    amounts = Amount.objects.count()
    assert (amounts, Observation.objects.count()) == (1, 1)  # nothing is applied before
    reviewer = factories.reviewer()
    actions.approve_update(by=reviewer, update=update, comment="Synthetic thanks")
    project.refresh_from_db()
    change = project.stage_changes.order_by("-effective_on").first()
    source = Source.objects.get(code=f"report-{update.pk}")
    assert (project.stage_id, change.effective_on, source.kind) == (
        "construction",
        datetime.date(2026, 11, 1),
        "report",
    )
    payment = project.amounts.get(value=500)
    assert (payment.kind, payment.currency_id, payment.as_of) == ("disbursed", "KZT", TODAY)
    levels = {row.metric_id: row for row in project.observations.filter(update=update)}
    assert {name: int(row.value) for name, row in levels.items()} == {"physical_progress": 55, "jobs_permanent": 12}
    milestone, shipment = project.milestones.get(), project.shipments.get()
    assert (milestone.met_on, shipment.status) == (datetime.date(2026, 11, 2), "arrived")
    station = shipment.checkpoints.get()
    assert (station.kind, station.reached_on) == ("arrived", shipment.arrived_on)
    solved = project.problems.exclude(closed_on=None).get()
    assert (solved.resolution, solved.closed_on) == ("Synthetic solution", TODAY)
    assert project.problems.get(closed_on=None).title_en == "Synthetic obstacle"
    assert project.documents.count() == 1
    for row in (change, payment, *levels.values(), milestone, station):
        assert row.statement.source == source
        assert row.statement.text_kk
        assert row.statement.text_ru
    assert payment.created_by == reviewer
    assert (
        payment.statement.text_en == "Paid in the period: KZT\u00a0500; Paid altogether: KZT\u00a01,500; Currency: KZT."
    )
    event = Amount.pgh_event_model.objects.get(pgh_obj_id=payment.pk)
    assert event.pgh_context["reason"] == "Synthetic thanks"
    assert "Synthetic obstacle" in signed_in(factories.analyst()).get(update.get_absolute_url()).content.decode()


def test_what_cannot_be_applied_leaves_nothing(project, editor):
    update = submitted(project, editor, **everything(project))
    project.milestones.update(met_on=datetime.date(2026, 11, 9))
    with pytest.raises(actions.Refused, match="settled or removed"):
        actions.approve_update(by=factories.reviewer(), update=update)
    update.refresh_from_db()
    assert (update.status, Amount.objects.count(), Source.objects.filter(code__startswith="report-").count()) == (
        *("submitted", 1),
        0,
    )


def test_the_reviewer_sees_only_what_changes_and_what_moved(project, editor):
    update = submitted(project, editor, physical_progress__value="55", narrative="Synthetic")
    old = project.observations.get()
    factories.observation(
        project=project, value=50, as_of=TODAY, **{n: getattr(old, n) for n in ("metric", "unit", "status")}
    )
    reviewer = signed_in(factories.reviewer())
    url = reverse("update-review", args=[update.pk])
    page = reviewer.get(url)
    [(row, _field)] = page.context["told"]
    assert (row.label, row.was, row.now, row.standing) == ("Physical progress", "40%", "55%", "50%")
    assert "Temporary jobs" not in page.content.decode()
    unseen = reviewer.post(url, {"decision": "approve"})
    assert unseen.status_code == 422
    assert "has changed after this was reported (Physical progress)" in unseen.content.decode()
    assert reviewer.post(url, {"decision": "approve", "seen": page.context["seen"]}).status_code == 303
    assert project.observations.filter(update=update).get().value == 55


def test_a_comment_at_one_value_comes_back_to_its_field(project, editor):
    update = submitted(project, editor, physical_progress__value="55")
    url = reverse("update-review", args=[update.pk])
    words = {"decision": "return", "comment-physical_progress-value": "Synthetic: enclose the act"}
    assert signed_in(factories.reviewer()).post(url, words).status_code == 303
    update.refresh_from_db()
    assert update.field_comments == {"physical_progress-value": "Synthetic: enclose the act"}
    page = signed_in(editor).get(reverse("update-edit", args=[update.pk])).content.decode()
    assert "Synthetic: enclose the act" in page
    assert 'value="55"' in page
    assert send(project, editor, update, submit="on").status_code == 303
    update.refresh_from_db()
    assert (update.status, update.field_comments) == ("submitted", {})
    assert update.changes == {"physical_progress-value": {"was": "40", "now": "55"}}


# ---- What is enclosed ------------------------------------------------------------------------


def photograph(colour="red"):
    """A small picture of one colour, as it is sent."""
    content = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(content, "PNG")
    return SimpleUploadedFile(f"synthetic-{colour}.png", content.getvalue())


def test_files_are_kept_as_soon_as_they_are_chosen(project, editor):
    factories.document_type("site_photo")
    answer = keep(project, editor, files=[photograph(), photograph("blue"), photograph()])
    assert answer.json()["enclosed"].count("<li>") == 2  # one of them came twice
    update = Update.objects.get()
    refused = keep(project, editor, files=[SimpleUploadedFile("synthetic.html", b"<script>")]).json()["enclosed"]
    assert "synthetic.html: This kind of file is not kept" in refused
    page = signed_in(editor).get(reverse("update-edit", args=[update.pk])).content.decode()
    assert "synthetic-red" in page
    assert "synthetic-blue" in page
    first, second = update.attachments.order_by("pk")
    url, name = reverse("update-take-off"), first.document.file.name
    assert signed_in(factories.editor()).post(url, {"attachment": first.pk}).status_code == 404
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert signed_in(editor).post(url, {"attachment": first.pk}).status_code == 303
    assert [row.document.title for row in Document.objects.get().attachments.all()] == ["synthetic-blue"]
    assert not default_storage.exists(name)
    sent = send(project, editor, update, submit="on")  # a photograph alone says something
    assert sent.status_code == 303
    assert signed_in(editor).post(url, {"attachment": second.pk}).status_code == 403


def test_files_come_with_the_form_are_reviewed_and_go_to_the_project(project, editor):
    factories.document_type("site_photo")
    form = filled(blank(project, editor), submit="on", **{"physical_progress-value": "101"})
    url = reverse("update-new", args=[project.reference])
    assert signed_in(editor).post(url, form | {"files": photograph()}).status_code == 422
    assert not Document.objects.exists()
    form["physical_progress-value"] = "55"
    on_record = factories.document(title="Synthetic on record")
    factories.project_document(project=project, document=on_record)
    assert signed_in(editor).post(url, form | {"files": photograph()}).status_code == 303
    update, document = Update.objects.get(), Document.objects.exclude(pk=on_record.pk).get()
    assert (document.document_type_id, document.created_by) == ("site_photo", editor)
    review = signed_in(factories.reviewer()).get(reverse("update-review", args=[update.pk])).content.decode()
    assert reverse("file-content", args=[document.pk]) in review
    assert "Take off" not in review
    analyst = factories.analyst()
    assert signed_in(analyst).get(document.get_absolute_url()).status_code == 404
    actions.approve_update(by=factories.reviewer(), update=update)
    assert set(project.documents.values_list("document", flat=True)) == {document.pk, on_record.pk}
    assert signed_in(analyst).get(document.get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_rows_that_somebody_else_holds_are_a_conflict(project, editor):
    update = submitted(project, editor, narrative="Synthetic")
    chief = signed_in(factories.administrator())
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        with other.cursor() as theirs, connection.cursor() as ours:
            theirs.execute("SELECT 1 FROM projects_update WHERE id = %s FOR UPDATE", [update.pk])
            ours.execute("SET lock_timeout = '200ms'")
            page = chief.post(reverse("update-review", args=[update.pk]), {"decision": "approve"})
            address, headers = f"/api/v1/updates/{update.pk}/approve/", {"Accept-Language": "en"}
            api = chief.post(address, {}, "application/json", headers=headers)
            ours.execute("RESET lock_timeout")
    finally:
        other.close()
    assert (page.status_code, api.status_code) == (409, 409)
    assert "Somebody else is changing this now" in page.content.decode()
    assert api.json()["title"] == "Somebody else is changing this now"
    update.refresh_from_db()
    assert update.status == "submitted"


@pytest.fixture
def chain(editor):
    """The editor's head and the deputy akim, who are analysts otherwise."""
    head, deputy = factories.analyst(first_name="Synthetic", last_name="Head"), factories.analyst()
    StaffMember.objects.filter(user=editor).update(superior=head)
    StaffMember.objects.create(user=head, superior=deputy)
    StaffMember.objects.create(user=deputy)
    return head, deputy


def test_the_chain_decides_in_turn(project, editor, chain):
    head, deputy = chain
    update = submitted(project, editor, physical_progress__value="55")
    assert update.holder == head
    for other in (deputy, factories.reviewer()):
        with pytest.raises(actions.Refused, match="Synthetic Head has this update now"):
            actions.approve_update(by=other, update=update)
    assert "Synthetic Head" in signed_in(editor).get(update.get_absolute_url()).content.decode()
    queue = reverse("update-queue")
    assert [signed_in(user).get(queue).context["number"] for user in chain] == [1, 0]
    assert actions.approve_update(by=head, update=update).status == "submitted"
    assert not Observation.objects.filter(update=update).exists()
    assert [signed_in(user).get(queue).context["number"] for user in chain] == [0, 1]
    approved = actions.approve_update(by=deputy, update=update)
    assert (approved.status, approved.holder, approved.reviewer) == ("approved", None, deputy)
    assert Observation.objects.filter(update=update).exists()


def test_a_stand_in_decides_during_the_leave(project, editor, chain):
    head, _deputy = chain
    stand_in = factories.analyst()
    update = submitted(project, editor, physical_progress__value="55")
    leave = {"away_from": TODAY, "away_until": TODAY + datetime.timedelta(days=5), "delegate": stand_in}
    StaffMember.objects.filter(user=head).update(**leave)
    page = signed_in(editor).get(update.get_absolute_url()).content.decode()
    assert "on leave until" in page
    assert stand_in.username in page
    with time_machine.travel("2026-11-26 10:00Z"):  # back at work
        assert not permissions.may_review(type(stand_in).objects.get(pk=stand_in.pk), update)
    url = reverse("update-review", args=[update.pk])
    assert signed_in(stand_in).post(url, {"decision": "return", "comment": "Synthetic"}).status_code == 303
    update.refresh_from_db()
    assert (update.status, update.holder, update.reviewer) == ("returned", None, stand_in)


def test_the_queue_asks_who_may(project, editor):
    submitted(project, editor, narrative="Synthetic")
    url = reverse("update-queue")
    people = (factories.reviewer(), factories.administrator(), factories.analyst(), editor, factories.outsider())
    assert [signed_in(user).get(url).status_code for user in people] == [200, 200, 403, 403, 403]
    assert signed_in(people[0]).get(url).context["number"] == 1


def test_one_decision_leads_to_the_next(project, editor):
    """From the queue a click leads to the decision, and a decision to the oldest that still waits."""
    first, second = (submitted(owner, editor, narrative="Synthetic") for owner in (project, factories.project()))
    reviewer = signed_in(factories.reviewer())
    first_url, second_url = (reverse("update-review", args=[update.pk]) for update in (first, second))
    assert f'href="{second_url}"' in reviewer.get(reverse("update-queue")).content.decode()
    answer = reviewer.post(first_url, {"decision": "approve"})
    assert (answer.status_code, answer.url) == (303, second_url)
    assert "One more waits" in reviewer.get(second_url).content.decode()
    assert reviewer.post(second_url, {"decision": "approve"}).url == second.get_absolute_url()


def test_two_approvals_write_once(project, editor):
    update = submitted(project, editor, paid__period="500")
    actions.approve_update(by=factories.reviewer(), update=update)
    with pytest.raises(actions.Refused, match="not waiting"):
        actions.approve_update(by=factories.reviewer(), update=update)
    assert project.amounts.filter(value=500).count() == 1


def test_reported_values_have_their_form(project, editor):
    update = Update(project=project, author=editor, changes={"stage-to": "construction"})
    with pytest.raises(Exception, match="with what they were"):
        update.full_clean()


def test_told_after_approval_still_names_its_rows(project, editor):
    update = submitted(project, editor, **everything(project))
    actions.approve_update(by=factories.reviewer(), update=update)
    labels = [row.label for row in reports.told(update, editor)]
    assert not [label for label in labels if "-" in label]
    assert not reports.moved(Update.objects.get(pk=update.pk), editor)
