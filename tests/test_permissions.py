"""Who may add and change what, on each page and in each action, asked as different people.

editor: district editor of Borli. editor2: district editor of another district. department: department editor of
energy. analyst: reads. outsider: signed in without a role. nobody: not signed in.
"""

import datetime

import pytest
from django.db import models as orm
from django.urls import reverse
from django.utils import translation

from projects import actions, permissions
from projects.forms import FORMS
from projects.models import Amount, Autosave, Evidence, Project, Update
from projects.portfolio.kinds import CHILDREN, FILE, PROJECT, TOP, UPDATE
from tests import factories
from tests.filling import filled
from tests.forms.test_forms import maker

pytestmark = pytest.mark.django_db

OF_PROJECTS = [kind for kind in CHILDREN if kind.parent is PROJECT and kind is not UPDATE]
PEOPLE = ("administrator", "editor", "editor2", "department", "reviewer", "analyst", "auditor", "outsider", "nobody")


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def people():
    elsewhere = factories.place("274400000")
    return {
        "administrator": factories.administrator("synthetic-administrator"),
        "editor": factories.editor("synthetic-editor"),
        "editor2": factories.editor("synthetic-editor2", places=[elsewhere]),
        "department": factories.department_editor("synthetic-department", sectors=[factories.sector("HEALTH")]),
        "reviewer": factories.reviewer("synthetic-reviewer"),
        "analyst": factories.analyst("synthetic-analyst"),
        "auditor": factories.user("synthetic-auditor", "auditor"),
        "outsider": factories.outsider("synthetic-outsider"),
    }


@pytest.fixture
def visit(client, people):
    """visit(person, address, data) -> the status, 302 to the sign-in where nobody is signed in."""

    def status(person, address, data=None):
        client.logout()
        if person != "nobody":
            client.force_login(people[person])
        answer = client.get(address) if data is None else client.post(address, data)
        if answer.status_code == 302:
            assert "/accounts/login/" in answer.url
        return answer

    return status


def addresses(kind):
    """The addresses that write a row of this kind, of a project in Borli where it belongs to a project."""
    if kind.parent is None:
        row = maker(kind.model)()
        new = [reverse(f"{kind.name}-new")] if kind.is_added else []
        return [*new, reverse(f"{kind.name}-edit", args=[getattr(row, kind.key)])], row
    parent = maker(kind.parent.model)()
    row = maker(kind.model)(**{kind.parent_field: parent})
    key = getattr(parent, kind.parent.key)
    return [
        reverse(f"{kind.name}-new", args=[key]),
        reverse(f"{kind.name}-edit", args=[key, getattr(row, kind.key)]),
    ], row


@pytest.mark.parametrize("kind", OF_PROJECTS, ids=lambda kind: kind.name)
def test_rows_of_a_project_are_changed_in_its_scope(kind, visit):
    urls, row = addresses(kind)
    expected = {
        "administrator": 200,
        "editor": 200,
        "editor2": 403,
        "department": 403,
        "reviewer": 403,
        "analyst": 403,
        "auditor": 403,
        "outsider": 403,
        "nobody": 302,
    }
    if kind.model is Update:  # of the author only; drafts of others are not even seen
        own = dict.fromkeys(expected, 404) | {"administrator": 200, "outsider": 403, "nobody": 302}
    for url in urls:
        wanted = own if kind.model is Update and url.endswith("edit/") else expected
        for person in PEOPLE:
            assert visit(person, url).status_code == wanted[person], (person, url)
        for person in ("editor", "editor2", "analyst"):
            status = 422 if wanted[person] == 200 else wanted[person]
            assert visit(person, url, {}).status_code == status, (person, url)
    assert type(row).objects.count() == 1 or kind.name == "link"


@pytest.mark.parametrize("kind", [PROJECT, UPDATE], ids=lambda kind: kind.name)
def test_projects_and_updates(kind, visit, people):
    urls, row = addresses(kind)
    if kind is UPDATE:
        Update.objects.filter(pk=row.pk).update(author=people["editor"])
        expected = {"administrator": 200, "editor": 200, "editor2": 404, "analyst": 404, "auditor": 404}
    else:
        expected = {"administrator": 200, "editor": 200, "editor2": 403, "analyst": 403, "auditor": 403}
    for person, status in (expected | {"outsider": 403, "nobody": 302}).items():
        assert visit(person, urls[-1]).status_code == status, person


# Documents belong to who sent them, and what hangs on an update follows the update: see the tests of documents.
OF_NOBODY = [
    kind for kind in (*TOP, *CHILDREN) if kind not in (PROJECT, UPDATE, FILE) and kind.parent not in (PROJECT, UPDATE)
]


@pytest.mark.parametrize("kind", OF_NOBODY, ids=lambda kind: kind.name)
def test_what_belongs_to_no_project(kind, visit):
    urls, row = addresses(kind)
    project = permissions.project_of(row)
    for url in urls:
        for person, status in {"administrator": 200, "editor": 200, "analyst": 403, "outsider": 403}.items():
            answer = visit(person, url)
            is_administered = kind.model.__name__ == "Programme"
            if person == "editor" and is_administered:
                status = 403
            assert answer.status_code == status, (person, url, project)


@pytest.mark.parametrize("kind", [*TOP, *CHILDREN], ids=lambda kind: kind.name)
def test_what_is_not_there_is_not_found(kind, visit):
    key = {"pk": 10**9, "code": "none", "reference": "none"}
    if kind.parent is None:
        missing = [reverse(f"{kind.name}-edit", args=[key[kind.key]])]
    else:
        parent = maker(kind.parent.model)()
        other = maker(kind.model)(**{kind.parent_field: maker(kind.parent.model)()})
        own, strange = getattr(parent, kind.parent.key), getattr(other, kind.key)
        missing = [
            reverse(f"{kind.name}-new", args=[key[kind.parent.key]]),
            reverse(f"{kind.name}-edit", args=[own, key[kind.key]]),
            reverse(f"{kind.name}-edit", args=[own, strange]),  # a row of another parent
        ]
    for url in missing:
        for person in ("administrator", "editor", "analyst"):
            assert visit(person, url).status_code == 404, (person, url)


def test_a_refusal_says_why(visit):
    project = factories.project()
    url = reverse("project-edit", args=[project.reference])
    assert "outside your districts and sectors" in visit("editor2", url).content.decode()
    assert "Your role reads the register" in visit("analyst", url).content.decode()


# ---- Moving, and fields that are not one's own ------------------------------------------------


def changed(people, person, project, **typed):
    """The data of a project's form as this person would send it."""
    shown = FORMS[Project](instance=project, user=people[person])
    return filled(shown, **typed)


def test_nobody_moves_a_project_into_a_foreign_scope(visit, people):
    project = factories.project()
    url = reverse("project-edit", args=[project.reference])
    answer = visit("editor", url, changed(people, "editor", project, place="274400000"))
    assert answer.status_code == 422
    assert "outside your districts and sectors" in answer.content.decode()
    project.refresh_from_db()
    assert project.place_id == "273600000"
    assert visit("administrator", url, changed(people, "administrator", project, place="274400000")).status_code == 303


def test_a_curator_does_not_carry_a_project_elsewhere(visit, people):
    project = factories.project(curator=people["editor"])
    url = reverse("project-edit", args=[project.reference])
    answer = visit("editor", url, changed(people, "editor", project, place="274400000"))
    assert answer.status_code == 422
    assert visit("editor", url, changed(people, "editor", project, cadastral_number="1")).status_code == 303


def test_projects_are_added_in_scope_only(visit, people):
    factories.place()
    names = {"name_kk": "а", "name_ru": "б", "reference": "SYN-NEW"}
    new = FORMS[Project](user=people["editor"])
    url = reverse("project-new")
    assert visit("editor", url, filled(new, place="274400000", **names)).status_code == 422
    assert visit("editor", url, filled(new, place="", **names)).status_code == 422
    assert not Project.objects.exists()
    assert visit("editor", url, filled(FORMS[Project](), place="273600000", **names)).status_code == 303
    assert visit("department", url, filled(FORMS[Project](), main_sector="", **names)).status_code == 422
    names["reference"] = "SYN-NEW2"
    assert visit("department", url, filled(FORMS[Project](), main_sector="HEALTH", **names)).status_code == 303


def test_fields_of_administrators_are_ignored(visit, people):
    project = factories.project()
    url = reverse("project-edit", args=[project.reference])
    forged = {"curator": people["editor"].pk, "is_public": "on", "id": "1", "version": "1", "stage": "operation"}
    forged |= {"created_by": people["editor"].pk, "updated_at": "2000-01-01", "cadastral_number": "2"}
    assert visit("editor", url, changed(people, "editor", project, **forged)).status_code == 303
    after = Project.objects.get(pk=project.pk)
    assert (after.curator, after.is_public, after.stage, after.created_by) == (None, False, None, project.created_by)
    assert (after.cadastral_number, after.updated_by, after.version) == ("2", people["editor"], 2)


def test_a_form_without_the_fields_of_administrators_leaves_them(visit, people):
    """An administrator who sends what an editor's page offers does not take the curator away."""
    project = factories.project(curator=people["editor"], is_public=True)
    url = reverse("project-edit", args=[project.reference])
    assert visit("administrator", url, changed(people, "editor", project, cadastral_number="1")).status_code == 303
    after = Project.objects.get(pk=project.pk)
    assert (after.curator, after.is_public, after.cadastral_number) == (people["editor"], True, "1")
    assert visit("administrator", url, changed(people, "administrator", after, is_public=None)).status_code == 303
    assert not Project.objects.get(pk=project.pk).is_public


def test_choices_show_only_what_may_be_seen(people):
    hidden = factories.amount(is_confidential=True)
    seen = factories.amount(project=hidden.project)
    for person, rows in {"editor": {hidden, seen}, "analyst": {seen}, "outsider": set()}.items():
        form = FORMS[Amount](user=people[person], fixed={"project": hidden.project})
        assert set(form.fields["included_in"].queryset) == rows, person


@pytest.mark.parametrize("form_class", FORMS.values(), ids=lambda form_class: form_class.__name__)
def test_every_choice_of_rows_goes_through_permissions(form_class, people):
    """Without a role nothing can be chosen, in any form."""
    for name, field in form_class(user=people["outsider"]).fields.items():
        if isinstance(getattr(field, "queryset", None), orm.QuerySet):
            assert not field.queryset.exists(), name


# ---- Actions ----------------------------------------------------------------------------------


def test_the_way_of_an_update(people):
    update = factories.update(author=people["editor"])
    for person in ("editor2", "analyst", "reviewer", "outsider"):
        with pytest.raises(actions.Refused):
            actions.submit_update(by=people[person], update=update)
    assert actions.submit_update(by=people["editor"], update=update).status == "submitted"
    with pytest.raises(actions.Refused):  # sent already
        actions.submit_update(by=people["editor"], update=update)
    for person in ("editor", "editor2", "analyst", "auditor", "outsider"):
        with pytest.raises(actions.Refused):
            actions.approve_update(by=people[person], update=update)
    with pytest.raises(actions.Refused, match="Say what is to be mended"):
        actions.return_update(by=people["reviewer"], update=update, comment=" ")
    returned = actions.return_update(by=people["reviewer"], update=update, comment="Synthetic comment")
    assert (returned.status, returned.reviewer, returned.review_comment) == (
        "returned",
        people["reviewer"],
        "Synthetic comment",
    )
    with pytest.raises(actions.Refused, match="not waiting"):
        actions.approve_update(by=people["reviewer"], update=update)
    actions.submit_update(by=people["editor"], update=update)
    assert actions.approve_update(by=people["reviewer"], update=update).status == "approved"
    with pytest.raises(actions.Refused):
        actions.submit_update(by=people["editor"], update=update)


def test_nobody_reviews_an_update_of_their_own(people):
    both = factories.user(None, "district_editor", "reviewer", places=[factories.place()])
    update = factories.update(author=both)
    actions.submit_update(by=both, update=update)
    with pytest.raises(actions.Refused, match="nobody on their own"):
        actions.approve_update(by=both, update=update)
    administrator = people["administrator"]
    own = factories.update(author=administrator, project=update.project)
    actions.submit_update(by=administrator, update=own)
    with pytest.raises(actions.Refused):
        actions.approve_update(by=administrator, update=own)


def test_a_closed_period_takes_nothing(people):
    period = factories.reporting_period()
    update = factories.update(author=people["editor"], period=period)
    period.closed_at = datetime.datetime(2026, 11, 6, tzinfo=datetime.UTC)
    period.save()
    with pytest.raises(actions.Refused, match="is closed"):
        actions.submit_update(by=people["editor"], update=update)
    Update.objects.filter(pk=update.pk).update(status="submitted", submitted_at=period.closed_at)
    with pytest.raises(actions.Refused, match="is closed"):
        actions.approve_update(by=people["reviewer"], update=update)


def test_an_update_that_was_sent_is_not_edited(visit, people):
    update = factories.update(author=people["editor"], status="submitted")
    url = reverse("update-edit", args=[update.pk])
    answer = visit("editor", url)
    assert answer.status_code == 403
    assert "A reviewer can return it" in answer.content.decode()


def test_the_review_page(visit, people):
    update = factories.update(author=people["editor"], status="submitted")
    url = reverse("update-review", args=[update.pk])
    assert [visit(person, url).status_code for person in ("editor", "analyst", "editor2", "outsider")] == [
        403,
        404,
        404,
        403,
    ]
    assert visit("reviewer", url).status_code == 200
    assert visit("reviewer", url, {"decision": "return"}).status_code == 422
    assert visit("reviewer", url, {"decision": "return", "comment": "Synthetic"}).status_code == 303
    assert visit("reviewer", url, {"decision": "approve"}).status_code == 422  # not waiting any more
    update.refresh_from_db()
    assert update.status == "returned"


def test_a_draft_is_sent_from_its_form(visit, people):
    project = factories.project()
    url = reverse("update-new", args=[project.reference])
    form = FORMS[Update](user=people["editor"], fixed={"project": project})
    assert visit("editor", url, filled(form, narrative="Synthetic")).status_code == 303
    draft = Update.objects.get()
    assert (draft.status, draft.author) == ("draft", people["editor"])
    edit = reverse("update-edit", args=[draft.pk])
    form = FORMS[Update](instance=draft, user=people["editor"])
    assert visit("editor", edit, filled(form, submit="on")).status_code == 303
    draft.refresh_from_db()
    assert (draft.status, draft.reported_on is not None) == ("submitted", True)


def test_save_record_asks_by_itself(people):
    """The action refuses also where a view forgot to ask."""
    project = factories.project()
    for person, place in (("editor2", "274400000"), ("editor", "274400000"), ("analyst", "273600000")):
        row = Project.objects.get(pk=project.pk)
        form = FORMS[Project](filled(FORMS[Project](instance=row), place=place), instance=row)
        assert form.is_valid(), form.errors
        with pytest.raises(actions.Refused):
            actions.save_record(by=people[person], form=form)
    assert Project.objects.get(pk=project.pk).version == 1


def test_what_is_typed_and_not_sent_is_seen_with_its_draft(people):
    Autosave.objects.create(update=factories.update(author=people["editor"]), page="synthetic")
    seen = {person: permissions.visible_to(user, Autosave.objects.all()).count() for person, user in people.items()}
    assert {person for person, number in seen.items() if number} == {"administrator", "editor"}


def test_evidence_is_its_offerers(people):
    obligation = factories.obligation()
    form = FORMS[Evidence](user=people["editor"], fixed={"obligation": obligation})
    data = filled(form, period_end="2026-01-31", value="5", statement=factories.statement().code)
    form = FORMS[Evidence](data, user=people["editor"], fixed={"obligation": obligation})
    assert form.is_valid(), form.errors
    evidence = actions.save_record(by=people["editor"], form=form)
    assert evidence.author == people["editor"]
    assert not permissions.may_accept(people["editor"], evidence)
    assert permissions.may_accept(people["reviewer"], evidence)


def test_negative_control_without_the_check_an_editor_would_move_a_project(people, monkeypatch):
    """The tests above can fail: with the question answered yes, the move goes through."""
    project = factories.project()
    monkeypatch.setattr(permissions, "may_change", lambda user, record: True)
    monkeypatch.setattr(permissions, "may_move", lambda user, before, record: True)
    row = Project.objects.get(pk=project.pk)
    form = FORMS[Project](filled(FORMS[Project](instance=row), place="274400000"), instance=row)
    assert form.is_valid()
    actions.save_record(by=people["editor2"], form=form)
    assert Project.objects.get(pk=project.pk).place_id == "274400000"


def test_the_tests_cover_every_kind():
    of_documents = {kind for kind in CHILDREN if kind.parent is UPDATE and kind not in OF_PROJECTS} | {FILE}
    assert {kind.name for kind in of_documents} == {"file", "update-attachment"}
    assert {kind.name for kind in (*OF_PROJECTS, *OF_NOBODY, *of_documents, PROJECT, UPDATE)} == {
        kind.name for kind in (*TOP, *CHILDREN)
    }
