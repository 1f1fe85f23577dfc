"""What is written in the administration: with author, door and reason, once, never over a newer version."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from projects.models import Amount, Organisation, Place, Project, ProjectParty, Submission, Unit, Update
from tests import factories
from tests.admin.conftest import read_form

FORM = {Project: "project_form", Place: "place_form", Organisation: "organisation_form", Amount: "amount_form"}


def change_url(row):
    return reverse(f"admin:projects_{row._meta.model_name}_change", args=[row.pk])


def shown(client, row):
    return read_form(client.get(change_url(row)), f"{row._meta.model_name}_form")


def last_event(row):
    return type(row).pgh_event_model.objects.filter(pgh_obj_id=row.pk).latest("pgh_id")


def errors(response):
    return response.context["adminform"].form.errors


@pytest.fixture
def project(db):
    return factories.project(name_kk="Синтетикалық жоба", name_ru="Синтетический проект")


class TestHistory:
    def test_a_change_keeps_author_door_and_reason(self, admin_client, administrator, project):
        data = shown(admin_client, project) | {"name_en": "Synthetic new name", "change_reason": "Synthetic letter 5"}
        assert admin_client.post(change_url(project), data).status_code == 302
        event = last_event(project)
        assert event.name_en == "Synthetic new name"
        assert event.pgh_context["door"] == "admin"
        assert event.pgh_context["user"] == administrator.pk == event.updated_by_id
        assert event.pgh_context["reason"] == "Synthetic letter 5"

    def test_it_is_told_field_by_field(self, admin_client, administrator, project):
        data = shown(admin_client, project) | {"name_en": "Synthetic new name", "change_reason": "Synthetic letter 5"}
        admin_client.post(change_url(project), data)
        page = admin_client.get(reverse("admin:projects_project_history", args=[project.pk])).context["entries"]
        assert [entry.context.get("door") for entry in page] == ["admin", None]
        change = page[0].changes[0]
        assert (change.before, change.after) == (project.name_en, "Synthetic new name")
        assert (page[0].person, page[0].reason) == (administrator.username, "Synthetic letter 5")

    def test_changes_in_bulk_and_by_sql_are_in_it(self, admin_client, project):
        Project.objects.filter(pk=project.pk).update(name_en="Synthetic bulk")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_project SET name_en = 'Synthetic SQL' WHERE id = %s", [project.pk])
        page = admin_client.get(reverse("admin:projects_project_history", args=[project.pk])).content.decode()
        assert "Synthetic bulk" in page
        assert "Synthetic SQL" in page

    def test_rows_of_many_to_many_fields_are_in_it(self, admin_client):
        other = factories.project(name_en="Synthetic candidate")
        party = factories.party()
        party.candidates.add(other)
        party.candidates.remove(other)
        response = admin_client.get(reverse("admin:projects_projectparty_history", args=[party.pk]))
        told = [(change.before, change.after) for entry in response.context["entries"] for change in entry.changes]
        assert told.count(("", "Synthetic candidate")) == told.count(("Synthetic candidate", "")) == 1

    @pytest.mark.parametrize("page", ["0", "-1", "abc", "9" * 30, "%00"])
    def test_its_pages_refuse_garbage(self, admin_client, project, page):
        address = reverse("admin:projects_project_history", args=[project.pk])
        assert admin_client.get(f"{address}?page={page}").status_code == 400

    def test_a_deletion_keeps_its_reason(self, admin_client, administrator):
        unit = factories.unit("synthetic")
        address = reverse("admin:projects_unit_delete", args=[unit.pk])
        assert b'name="change_reason"' in admin_client.get(address).content
        admin_client.post(address, {"post": "yes", "change_reason": "Synthetic double"})
        event = last_event(unit)
        assert (event.pgh_label, event.pgh_context["reason"]) == ("delete", "Synthetic double")
        assert event.pgh_context["user"] == administrator.pk


class TestVersions:
    def test_a_stale_form_writes_nothing_and_shows_both_values(self, admin_client, project):
        data = shown(admin_client, project) | {"name_en": "Synthetic mine"}
        Project.objects.filter(pk=project.pk).update(name_en="Synthetic theirs")
        response = admin_client.post(change_url(project), data)
        assert response.status_code == 200
        text = response.content.decode()
        assert "Synthetic theirs" in text
        assert "Synthetic mine" in text
        project.refresh_from_db()
        assert project.name_en == "Synthetic theirs"

    def test_a_form_without_its_version_writes_nothing(self, admin_client, project):
        data = shown(admin_client, project) | {"name_en": "Synthetic mine"}
        del data["version"]
        assert admin_client.post(change_url(project), data).status_code == 200
        project.refresh_from_db()
        assert project.name_en != "Synthetic mine"

    def test_what_changes_between_reading_and_writing_is_told_too(self, admin_client, project, monkeypatch):
        from projects.admin.projects import ProjectAdmin

        data = shown(admin_client, project) | {"name_en": "Synthetic mine"}
        save, done = ProjectAdmin.save_model, []

        def overtaken(self, request, obj, form, change):
            if not done:
                done.append(Project.objects.filter(pk=obj.pk).update(name_en="Synthetic theirs"))
            save(self, request, obj, form, change)

        monkeypatch.setattr(ProjectAdmin, "save_model", overtaken)
        response = admin_client.post(change_url(project), data)
        # The overtaking write of this test is in the same transaction, and goes with it.
        assert done
        assert response.status_code in (200, 302)

    def test_a_row_of_an_inline_has_its_own(self, admin_client, project):
        party = factories.party(project=project)
        data = shown(admin_client, project) | {"parties-0-share": "25"}
        ProjectParty.objects.filter(pk=party.pk).update(share=10)
        response = admin_client.post(change_url(project), data)
        assert response.status_code == 200
        party.refresh_from_db()
        assert party.share == 10


class TestOnce:
    def test_the_same_form_sent_twice_adds_one_row(self, admin_client):
        address = reverse("admin:projects_unit_add")
        data = read_form(admin_client.get(address), "unit_form")
        data |= {"code": "synthetic", "name_kk": "синтетика", "name_ru": "синтетик", "dimension": "power"}
        first, second = admin_client.post(address, data), admin_client.post(address, data)
        assert first.status_code == second.status_code == 302
        assert first["Location"] == second["Location"]
        assert Unit.objects.filter(code="synthetic").count() == 1
        assert Submission.objects.count() == 1

    def test_a_key_used_for_other_content_writes_nothing(self, admin_client):
        address = reverse("admin:projects_unit_add")
        data = read_form(admin_client.get(address), "unit_form")
        data |= {"code": "synthetic", "name_kk": "синтетика", "name_ru": "синтетик", "dimension": "power"}
        admin_client.post(address, data)
        again = admin_client.post(address, data | {"code": "synthetic2"})
        assert again.status_code == 200
        assert errors(again)
        assert again.context["submission_key"] != data["submission_key"][0]
        assert not Unit.objects.filter(code="synthetic2").exists()

    def test_a_form_with_errors_leaves_its_key_free(self, admin_client):
        address = reverse("admin:projects_unit_add")
        data = read_form(admin_client.get(address), "unit_form")
        data |= {"code": "", "name_kk": "синтетика", "name_ru": "синтетик", "dimension": "power"}
        assert admin_client.post(address, data).status_code == 200
        assert admin_client.post(address, data | {"code": "synthetic"}).status_code == 302

    def test_no_password_is_hashed_into_a_key(self, rf):
        from projects.admin.record import _body

        forms = [{"password1": word, "username": "synthetic"} for word in ("one", "two")]
        assert _body(rf.post("/", forms[0])) == _body(rf.post("/", forms[1]))


class TestRules:
    def test_those_of_the_register_hold(self, admin_client):
        address = reverse("admin:projects_organisation_add")
        data = read_form(admin_client.get(address), "organisation_form")
        data |= {"kind": "company", "name_kk": "Синтетика", "name_ru": "Синтетика", "bin": "123456789012"}
        response = admin_client.post(address, data)
        assert response.status_code == 200
        assert "bin" in errors(response)

    def test_a_warning_is_saved_with_confirmation_and_reason(self, admin_client):
        address = reverse("admin:projects_programme_add")
        data = read_form(admin_client.get(address), "programme_form") | {"code": "synthetic", "name_ru": "Синтетика"}
        asked = admin_client.post(address, data)
        assert asked.status_code == 200
        assert b'name="confirm_warnings"' in asked.content
        data |= {"confirm_warnings": "on", "change_reason": "Synthetic: no Kazakh name yet"}
        assert admin_client.post(address, data).status_code == 302

    def test_in_an_inline_they_ask_for_the_reason_of_the_page(self, admin_client, project):
        factories.currency(symbol="₸")
        amount = factories.amount(project=project)
        data = shown(admin_client, project) | {"amounts-0-value": "2 000 000"}
        assert admin_client.post(change_url(project), data).status_code == 200
        assert admin_client.post(change_url(project), data | {"change_reason": "Synthetic slip"}).status_code == 302
        amount.refresh_from_db()
        assert amount.value == 2_000_000
        assert last_event(amount).pgh_context["reason"] == "Synthetic slip"

    def test_a_row_added_in_an_inline_belongs_to_the_record(self, admin_client, project):
        statement, investor = factories.statement(), factories.investor()
        data = shown(admin_client, project) | {
            "parties-TOTAL_FORMS": "1",
            "parties-0-project": str(project.pk),
            "parties-0-id": "",
            "parties-0-organisation": str(investor.pk),
            "parties-0-role": "investor",
            "parties-0-statement": str(statement.pk),
            "parties-0-certainty": "single_source",
        }
        response = admin_client.post(change_url(project), data)
        assert response.status_code == 302, [f.formset.errors for f in response.context["inline_admin_formsets"]]
        assert project.parties.get().organisation_id == investor.pk

    def test_a_new_project_gets_the_next_reference(self, admin_client):
        address = reverse("admin:projects_project_add")
        data = read_form(admin_client.get(address), "project_form")
        data |= {"name_kk": "Синтетика жобасы", "name_ru": "Синтетика"}
        assert admin_client.post(address, data).status_code == 302
        assert Project.objects.get().reference == "WKR-0001"

    def test_an_update_is_not_decided_on_by_typing(self, admin_client):
        update = factories.update(status="submitted", changes={})
        data = shown(admin_client, update)
        typed = {"status": "approved", "review_comment": "x", "submitted_at_0": "2026-01-01", "submitted_at_1": "10:00"}
        typed |= {"changes": "{}", "field_comments": "{}", "author": str(factories.editor().pk)}
        typed |= {"reviewer": str(factories.reviewer().pk), "reviewed_at_0": "2026-01-01", "reviewed_at_1": "10:00"}
        assert not data.keys() & typed.keys()
        assert admin_client.post(change_url(update), data | typed | {"narrative": "Synthetic other"}).status_code == 302
        now = Update.objects.get(pk=update.pk)
        assert now.narrative == "Synthetic other"
        for name in ("status", "author", "reviewer", "reviewed_at", "submitted_at", "review_comment"):
            assert getattr(now, name) == getattr(update, name), name

    def test_a_new_update_is_of_who_adds_it(self, admin_client, administrator, project):
        address = reverse("admin:projects_update_add")
        data = read_form(admin_client.get(address), "update_form")
        assert admin_client.post(address, data | {"project": str(project.pk), "narrative": "S"}).status_code == 302
        assert (Update.objects.get().author, Update.objects.get().status) == (administrator, "draft")

    def test_the_code_of_a_list_is_fixed(self, admin_client):
        place = factories.place(name_kk="Синтетика", name_ru="Синтетика")
        data = shown(admin_client, place)
        assert "code" not in data
        admin_client.post(change_url(place), data | {"code": "other"})
        assert Place.objects.filter(code=place.code).exists()
        assert not Place.objects.filter(code="other").exists()

    def test_a_nul_in_json_is_refused(self, admin_client):
        place = factories.place(name_kk="Синтетика", name_ru="Синтетика")
        data = shown(admin_client, place) | {"boundary": '{"a": "\\u0000"}'}
        response = admin_client.post(change_url(place), data)
        assert response.status_code == 200
        assert "boundary" in errors(response)

    def test_what_only_the_database_knows_is_said_as_a_sentence(self, admin_client, monkeypatch):
        from projects.forms import FORMS

        region = factories.region(name_kk="Синтетика", name_ru="Синтетика")
        district = factories.place(parent=region)
        monkeypatch.setattr(FORMS[Place], "rules", ())
        data = shown(admin_client, region) | {"parent": district.pk}
        response = admin_client.post(change_url(region), data)
        assert response.status_code == 200
        assert errors(response)


class TestFormsets:
    def test_a_row_of_another_record_is_not_changed(self, admin_client, project):
        factories.party(project=project)
        foreign = factories.party(project=factories.project())
        data = shown(admin_client, project)
        data |= {"parties-0-id": str(foreign.pk), "parties-0-share": "25"}
        admin_client.post(change_url(project), data)
        foreign.refresh_from_db()
        assert (foreign.share, foreign.version) == (None, 1)

    @pytest.mark.parametrize(
        "change",
        [
            {"parties-INITIAL_FORMS": "5", "parties-TOTAL_FORMS": "5"},
            {"parties-TOTAL_FORMS": "abc"},
            {"parties-TOTAL_FORMS": "999999999999"},
            {"parties-0-id": "99999999999999999999"},
            {"parties-0-id": "abc"},
            {"parties-0-project": "99999999999999999999"},
            {"parties-0-organisation": "99999999999999999999"},
            {"parties-0-organisation": "\x00"},
            {"parties-0-version": "99999999999999999999"},
            {"version": "99999999999999999999"},
            {"place": "\x00"},
            {"curator": "99999999999999999999"},
            {"planned_start_on": "0001-01-01"},
            {"latitude": "NaN", "longitude": "Infinity"},
        ],
    )
    def test_garbage_is_an_error_of_the_form(self, admin_client, project, change):
        factories.party(project=project)
        data = shown(admin_client, project) | change
        response = admin_client.post(change_url(project), data)
        assert response.status_code in (200, 400)
        project.refresh_from_db()
        assert project.version == 1


class TestDeleting:
    def test_what_others_stand_on_stays(self, admin_client, project):
        factories.amount(project=project)
        address = reverse("admin:projects_project_delete", args=[project.pk])
        assert admin_client.get(address).context["protected"]
        assert admin_client.post(address, {"post": "yes"}).status_code == 200
        assert Project.objects.filter(pk=project.pk).exists()

    def test_not_in_bulk_either(self, admin_client, project):
        factories.amount(project=project)
        data = {"action": "delete_selected", "_selected_action": str(project.pk), "post": "yes"}
        response = admin_client.post(reverse("admin:projects_project_changelist"), data)
        assert response.status_code == 200
        assert Project.objects.filter(pk=project.pk).exists()

    @pytest.mark.parametrize("way", ["delete", "changelist"])
    def test_what_gets_a_row_in_this_moment_is_told(self, admin_client, project, monkeypatch, way):
        from projects.admin.projects import ProjectAdmin

        factories.amount(project=project)
        monkeypatch.setattr(ProjectAdmin, "get_deleted_objects", lambda *args: ([], {}, set(), []))
        data = {"post": "yes", "action": "delete_selected", "_selected_action": str(project.pk)}
        args = [project.pk] if way == "delete" else []
        response = admin_client.post(reverse(f"admin:projects_project_{way}", args=args), data, follow=True)
        assert response.status_code == 200
        assert Project.objects.filter(pk=project.pk).exists()
        assert [str(message) for message in response.context["messages"]]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(client):
    """Two browsers, one record: both are answered, one change is kept, the other person sees the conflict."""
    from django.test import Client

    administrator = factories.administrator()
    project = factories.project(name_kk="Синтетика жобасы", name_ru="Синтетика")
    clients = [Client(), Client()]
    forms = []
    for number, each in enumerate(clients):
        each.force_login(administrator)
        forms.append(shown(each, project) | {"name_en": f"Synthetic {number}"})
    answers = [None, None]

    def send(number):
        answers[number] = clients[number].post(change_url(project), forms[number]).status_code
        connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 302]
    project.refresh_from_db()
    assert project.version == 2
