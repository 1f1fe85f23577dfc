"""Pages that write: what they show, what they keep, two people at once, history and comparison."""

import datetime
import re

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.urls import reverse
from django.utils import translation

from projects.forms import FORMS
from projects.models import Amount, Document, Organisation, Project, ProjectDocument, Shipment, Submission
from projects.portfolio.kinds import CHILDREN, TOP
from tests import factories
from tests.filling import filled
from tests.forms.test_forms import maker

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 synthetic"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def editor(client):
    user = factories.editor("synthetic-editor", first_name="Synthetic", last_name="Editor")
    client.force_login(user)
    return user


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def edit_url(project):
    return reverse("project-edit", args=[project.reference])


def as_shown(project, user, **typed):
    return filled(FORMS[Project](instance=project, user=user), **typed)


@pytest.mark.parametrize("kind", [*TOP, *CHILDREN], ids=lambda kind: kind.name)
def test_every_page_stands(client, kind, language="kk"):
    client.force_login(factories.administrator())
    parent = maker(kind.parent.model)() if kind.parent else None
    row = maker(kind.model)(**({kind.parent_field: parent} if parent else {}))
    args = [getattr(parent, kind.parent.key)] if parent else []
    with translation.override(language):
        urls = [reverse(f"{kind.name}-{page}", args=[*args, getattr(row, kind.key)]) for page in ("edit", "history")]
        if parent or kind.is_added:
            urls.append(reverse(f"{kind.name}-new", args=args))
    for url in urls:
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("language", ["ru", "en", "zh-hans"])
def test_the_largest_pages_stand_in_every_language(client, language):
    for kind in (kind for kind in (*TOP, *CHILDREN) if kind.name in ("project", "amount")):
        test_every_page_stands(client, kind, language)


class TestSaving:
    def test_a_change_is_saved_and_shown(self, client, editor):
        project = factories.project()
        answer = client.post(edit_url(project), as_shown(project, editor, cadastral_number="08-1", change_reason="Act"))
        assert (answer.status_code, answer.url) == (303, project.get_absolute_url())
        project.refresh_from_db()
        assert (project.cadastral_number, project.version, project.updated_by) == ("08-1", 2, editor)
        event = project.events.order_by("-pgh_id").first()
        assert event.pgh_context["reason"] == "Act"
        assert event.pgh_context["door"] == "page"
        assert event.pgh_context["user"] == editor.pk

    def test_a_new_project_gets_a_reference(self, client, editor):
        form = FORMS[Project](user=editor)
        typed = {"name_kk": "а", "name_ru": "б", "place": "273600000", "name_en": "Synthetic"}
        answer = client.post(reverse("project-new"), filled(form, **typed))
        assert (answer.status_code, answer.url) == (303, reverse("project-detail", args=["WKR-0001"]))

    @pytest.mark.parametrize(
        ("given", "following"),
        [("wkr-0016", "WKR-0017"), ("WKR-00001", "WKR-0002"), ("WKR-9999", "WKR-10000"), ("WKR-16A", "WKR-0001")],
    )
    def test_the_next_reference_follows_the_greatest_number_however_it_is_typed(self, client, editor, given, following):
        factories.project(reference="WKR-0000")
        factories.project(reference=given)
        typed = {"name_kk": "а", "name_ru": "б", "place": "273600000", "name_en": "Synthetic"}
        answer = client.post(reverse("project-new"), filled(FORMS[Project](user=editor), **typed))
        assert (answer.status_code, answer.url) == (303, reverse("project-detail", args=[following]))

    def test_new_is_never_a_reference(self, client, editor):
        assert "New: project" in text(client.get("/en/projects/new/"))

    def test_what_was_typed_stays(self, client, editor):
        project = factories.project()
        typed = {"name_en": "<b>Typed & kept</b>", "planned_start_on": "tomorrow", "latitude": "north", "name_kk": "ә"}
        answer = client.post(edit_url(project), as_shown(project, editor, **typed))
        assert answer.status_code == 422
        page = text(answer)
        assert "&lt;b&gt;Typed &amp; kept&lt;/b&gt;" in page
        assert 'value="tomorrow"' in page
        assert 'value="north"' in page
        assert 'role="alert"' in page

    def test_the_reading_of_an_amount_is_told(self, client, editor):
        project, statement = factories.project(), factories.statement()
        factories.currency(symbol="₸")
        form = FORMS[Amount](user=editor, fixed={"project": project})
        typed = {"kind": "announced", "value": "134 млрд ₸", "bound": "gt", "as_of": "10.10.2025"}
        url = reverse("amount-new", args=[project.reference])
        answer = client.post(url, filled(form, statement=statement.code, **typed), follow=True)
        assert "134,000,000,000" in text(answer)
        assert Amount.objects.get().value == 134_000_000_000

    def test_warnings_are_confirmed_on_the_page(self, client, editor):
        project = factories.project()
        answer = client.post(edit_url(project), as_shown(project, editor, name_ru="Проект"))
        assert answer.status_code == 422
        page = text(answer)
        assert "The Kazakh name is empty." in page
        assert 'name="confirm_warnings"' in page
        typed = {"name_ru": "Проект", "confirm_warnings": "on", "change_reason": "Translation is ordered"}
        assert client.post(edit_url(project), as_shown(project, editor, **typed)).status_code == 303
        event = Project.objects.get(pk=project.pk).events.order_by("-pgh_id").first()
        assert event.pgh_context["reason"] == "Translation is ordered"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name_en", "a\x00b"),
            ("name_en", "x" * 201),
            ("description_en", "x" * 1_000_000),
            ("status", "hacked"),
            ("place", "99999999999999999999"),
            ("place", "%00"),
            ("place", "\x00"),
            ("programme", "9" * 40),
            ("department", "\x00"),
            ("department", "zzz"),
            ("latitude", "NaN"),
            ("latitude", "1e308"),
            ("longitude", "9" * 4400),
            ("planned_end_on", "9999-12-31"),
            ("planned_end_on", "10000-01-01"),
            ("reference", "a b"),
            ("reference", "new"),
            ("version", "0"),
            ("version", "x"),
        ],
    )
    def test_bad_input_is_refused_and_changes_nothing(self, client, editor, name, value):
        project = factories.project()
        answer = client.post(edit_url(project), as_shown(project, editor, **{name: value}))
        assert answer.status_code == 422
        assert 'role="alert"' in text(answer)
        assert Project.objects.get(pk=project.pk).version == 1

    def test_a_circle_that_only_the_database_sees_is_a_sentence(self, client, editor, monkeypatch):
        """As when two people each make one half of it at the same moment."""
        owner = factories.organisation(name_kk="а", name_ru="б")
        owned = factories.organisation(parent=owner)
        monkeypatch.setattr(FORMS[Organisation], "rules", ())
        form = FORMS[Organisation](instance=owner, user=editor)
        answer = client.post(reverse("investor-edit", args=[owner.pk]), filled(form, parent=owned.pk))
        assert answer.status_code == 422
        assert "This would make a circle." in text(answer)

    def test_control_characters_are_not_kept(self, client, editor):
        project = factories.project()
        client.post(edit_url(project), as_shown(project, editor, aliases="a\x0bb\x01"))
        assert Project.objects.get(pk=project.pk).aliases == "ab"

    def test_an_empty_post(self, client, editor):
        assert client.post(edit_url(factories.project()), {}).status_code == 422

    def test_other_methods_are_not_allowed(self, client, editor):
        assert client.put(edit_url(factories.project())).status_code == 405

    def test_rows_that_belong_to_it_are_reached_from_its_page(self, client, editor):
        amount = factories.amount()
        page = text(client.get(edit_url(amount.project)))
        assert reverse("amount-edit", args=[amount.project.reference, amount.pk]) in page
        assert reverse("milestone-new", args=[amount.project.reference]) in page

    def test_queries_do_not_grow_with_the_rows_that_belong_to_it(self, client, editor, django_assert_max_num_queries):
        project = factories.project()
        for number in range(15):
            factories.amount(project=project)
            factories.observation(project=project)
            factories.project_document(project=project)
            factories.party(project=project)
            factories.phase(project=project, number=number)
        with django_assert_max_num_queries(30):
            assert client.get(edit_url(project)).status_code == 200
        with django_assert_max_num_queries(20):
            assert client.get(reverse("amount-new", args=[project.reference])).status_code == 200
        with django_assert_max_num_queries(25):
            assert client.get(reverse("project-history", args=[project.reference])).status_code == 200

    def test_readers_language_comes_first(self, client, editor):
        with translation.override("kk"):
            page = client.get(edit_url(factories.project())).content.decode()
        places = [page.index(f'name="name_{code}"') for code in ("kk", "ru", "en", "zh_hans")]
        assert places == sorted(places)


class TestLookups:
    def test_by_name_reference_and_number(self, client, editor):
        project, other = factories.project(), factories.organisation(name_ru="Синтетик Департамент")
        for typed in (str(other.pk), f"Синтетик Департамент · {other.pk}", "синтетик департ", "sintetik departament"):
            current = Project.objects.get(pk=project.pk)
            Project.objects.filter(pk=project.pk).update(department=None)
            current.refresh_from_db()
            answer = client.post(edit_url(project), as_shown(current, editor, department=typed))
            assert answer.status_code == 303, typed
            assert Project.objects.get(pk=project.pk).department == other, typed

    def test_several_matches_are_named(self, client, editor):
        for name in ("Synthetic North", "Synthetic South"):
            factories.organisation(name_en=name)
        answer = client.post(
            edit_url(project := factories.project()), as_shown(project, editor, department="synthetic")
        )
        assert answer.status_code == 422
        assert "Several match:" in text(answer)
        assert "Synthetic North" in text(answer)

    def test_wildcards_are_letters(self, client, editor):
        factories.organisation()
        project = factories.project()
        for typed in ("%", "_", "\\", "%%%"):
            answer = client.post(edit_url(project), as_shown(project, editor, department=typed))
            assert answer.status_code == 422, typed

    def test_several_rows_one_a_line(self, client, editor):
        shipment = factories.shipment(name_kk="а", name_ru="б")
        first, second = factories.project(), factories.project()
        form = FORMS[Shipment](instance=shipment, user=editor)
        url = reverse("shipment-edit", args=[shipment.pk])
        typed = f"{first.reference}\r\n\r\nSynthetic · {second.reference}"
        assert client.post(url, filled(form, projects=typed)).status_code == 303
        assert set(shipment.projects.all()) == {first, second}
        form = FORMS[Shipment](instance=Shipment.objects.get(pk=shipment.pk), user=editor)
        assert second.reference in form["projects"].value()
        assert client.post(url, filled(form, projects="none such")).status_code == 422


class TestDocuments:
    def post(self, client, project, user, **typed):
        form = FORMS[ProjectDocument](user=user, fixed={"project": project})
        file = typed.pop("file", None)
        data = filled(form, **typed)
        data = {name: data[name] for name in data} | ({"new_file": file} if file else {})
        return client.post(reverse("document-new", args=[project.reference]), data)

    def test_a_file_is_kept_once_under_a_name_of_ours(self, client, editor):
        project, kind = factories.project(), factories.document_type()
        typed = {"new_type": kind.pk, "new_title": "Synthetic contract"}
        file = SimpleUploadedFile("../../etc/пас\x07порт<1>.exe", PDF)
        assert self.post(client, project, editor, file=file, **typed).status_code == 303
        document = Document.objects.get()
        assert document.file_name == "паспорт 1.pdf"
        assert document.content_type == "application/pdf"
        assert document.size == len(PDF)
        assert len(document.sha256) == 64
        assert re.fullmatch(r"documents/\d{4}/\d\d/[0-9a-f-]{36}\.pdf", document.file.name)
        with document.file.open() as kept:
            assert kept.read() == PDF
        again = self.post(client, project, editor, file=SimpleUploadedFile("b.pdf", PDF), **typed)
        assert again.status_code == 422
        assert "The document is already attached to this project." in text(again)
        assert Document.objects.count() == 1

    def test_what_is_not_allowed_is_refused(self, client, editor, settings):
        project, kind = factories.project(), factories.document_type()
        typed = {"new_type": kind.pk, "new_title": "Synthetic"}
        for name, content in [("a.pdf", b"MZ\x90"), ("a.svg", b"<svg/>"), ("a.docx", b"PK\x03\x04broken"), ("a", b"x")]:
            answer = self.post(client, project, editor, file=SimpleUploadedFile(name, content), **typed)
            assert answer.status_code == 422, name
        large = SimpleUploadedFile("a.pdf", PDF + b"0" * (20 * 1024 * 1024))
        assert "larger than 20 MB" in text(self.post(client, project, editor, file=large, **typed))
        assert not Document.objects.exists()

    @pytest.mark.parametrize("failing", ["the row", "the disk"])
    def test_no_file_without_its_row(self, client, editor, monkeypatch, settings, failing):
        project, kind = factories.project(), factories.document_type()
        stored = []
        store = FileSystemStorage._save

        def save(storage, name, content):
            stored.append(store(storage, name, content))
            if failing == "the disk":
                raise OSError(28, "No space left on device")
            return stored[-1]

        def refuse(submission, **arguments):
            raise IntegrityError("synthetic")

        monkeypatch.setattr(FileSystemStorage, "_save", save)
        if failing == "the row":
            monkeypatch.setattr(Submission, "save", refuse)
            monkeypatch.setattr(Submission.objects, "create", lambda **values: Submission(**values))
        typed = {"new_type": kind.pk, "new_title": "Synthetic"}
        answer = self.post(client, project, editor, file=SimpleUploadedFile("a.pdf", PDF), **typed)
        assert answer.status_code == (422 if failing == "the row" else 507)
        assert 'role="alert"' in text(answer)
        assert len(stored) == 1
        assert not Document.objects.exists()
        assert not list(settings.MEDIA_ROOT.rglob("*.pdf"))

    def test_an_existing_document_or_a_new_one(self, client, editor):
        project, document = factories.project(), factories.document()
        assert self.post(client, project, editor, document=document.pk).status_code == 303
        assert self.post(client, project, editor).status_code == 422
        assert self.post(client, project, editor, document=document.pk, new_title="Both").status_code == 422
        assert self.post(client, project, editor, new_title="No type").status_code == 422


class TestConflicts:
    @pytest.fixture
    def conflict(self, client, editor):
        """Both opened version 1; the other person saved two fields first."""
        department = factories.organisation(name_en="Synthetic department")
        project = factories.project(cadastral_number="one", contract_number="A", planned_end_on="2027-01-01")
        project.refresh_from_db()
        mine = as_shown(project, editor, cadastral_number="mine", aliases="my alias", status="")
        other = factories.administrator(first_name="Synthetic", last_name="Colleague")
        with factories.acting(other, reason="Letter of the ministry"):
            theirs = Project.objects.get(pk=project.pk)
            theirs.cadastral_number, theirs.contract_number, theirs.department = "theirs", "B", department
            theirs.save()
        return project, mine, client.post(edit_url(project), mine)

    def test_it_shows_all_three_and_writes_nothing(self, conflict):
        project, _mine, answer = conflict
        page = text(answer)
        assert answer.status_code == 409
        for shown in ("one", "theirs", "mine", "Synthetic department", "Synthetic Colleague", "Letter of the ministry"):
            assert shown in page, shown
        assert 'role="alert"' in page
        assert Project.objects.get(pk=project.pk).cadastral_number == "theirs"

    def test_where_both_changed_nothing_is_chosen_for_the_person(self, conflict):
        page = text(conflict[2])
        both = page[page.index('name="choose-cadastral_number"') :][:300]
        assert "checked" not in both
        assert re.search(r'name="choose-contract_number" value="theirs"[^>]*checked', page)
        assert re.search(r'name="choose-aliases" value="yours"[^>]*checked', page)

    def test_the_choice_is_carried_out(self, client, conflict):
        project, _mine, answer = conflict
        page = answer.content.decode()
        data = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        data |= {f"choose-{name}": "theirs" for name in ("contract_number", "department")}
        data |= {"choose-cadastral_number": "yours", "choose-aliases": "yours"}
        assert client.post(edit_url(project), data).status_code == 303
        project.refresh_from_db()
        assert (project.cadastral_number, project.contract_number, project.aliases) == ("mine", "B", "my alias")
        assert (project.department.name_en, project.version) == ("Synthetic department", 3)

    def test_a_third_change_is_a_conflict_again(self, client, conflict):
        project, _mine, answer = conflict
        data = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode()))
        Project.objects.filter(pk=project.pk).update(cadastral_number="third")
        assert client.post(edit_url(project), data).status_code == 409

    def test_of_several_rows(self, client, editor):
        shipment, first, second = factories.shipment(), factories.project(), factories.project()
        form = FORMS[Shipment](instance=shipment, user=editor)
        mine = filled(form, projects=first.reference)
        shipment.projects.add(second)
        Shipment.objects.filter(pk=shipment.pk).update(waybill="theirs")
        answer = client.post(reverse("shipment-edit", args=[shipment.pk]), mine)
        assert answer.status_code == 409
        assert second.name_en in text(answer)
        assert first.name_en in text(answer)


class TestHistory:
    def test_who_when_why_and_what(self, client, editor):
        project = factories.project(cadastral_number="before")
        author = factories.administrator(first_name="Synthetic", last_name="Author")
        with factories.acting(author, reason="Synthetic reason", door="command"):
            project.cadastral_number = "after"
            project.save()
        page = text(client.get(reverse("project-history", args=[project.reference])))
        for shown in ("Synthetic Author", "Synthetic reason", "command", "<del>before</del>", "<ins>after</ins>"):
            assert shown in page, shown

    def test_rows_of_the_project_are_in_it(self, client, editor):
        amount = factories.amount(value=1_234_567)
        milestone = factories.milestone(project=amount.project)
        Amount.objects.filter(pk=amount.pk).update(value=7_654_321)
        milestone.delete()
        client.force_login(factories.administrator())
        page = text(client.get(reverse("project-history", args=[amount.project.reference])))
        for shown in ("1,234,567", "7,654,321", "Milestone", "deleted", amount.statement.code):
            assert shown in page, shown

    def test_rows_put_to_a_field_of_several_are_in_it(self, client, editor):
        shipment, project = factories.shipment(), factories.project(name_en="Synthetic harbour")
        shipment.projects.add(project)
        shipment.projects.remove(project)
        page = text(client.get(reverse("shipment-history", args=[shipment.pk])))
        assert "<ins>Synthetic harbour</ins>" in page
        assert "<del>Synthetic harbour</del>" in page

    def test_sql_typed_by_hand_is_in_it(self, client, editor):
        project = factories.project()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_project SET cadastral_number = 'by hand' WHERE id = %s", [project.pk])
        page = text(client.get(reverse("project-history", args=[project.reference])))
        assert "by hand" in page
        assert "database" in page

    def test_confidential_amounts_stay_confidential(self, client, editor):
        hidden = factories.amount(value=987_654, is_confidential=True)
        url = reverse("project-history", args=[hidden.project.reference])
        assert "987,654" in text(client.get(url))
        client.force_login(factories.analyst())
        assert "987,654" not in text(client.get(url))

    def test_drafts_of_others_stay_theirs(self, client, editor):
        draft = factories.update(narrative="Synthetic secret draft")
        url = reverse("project-history", args=[draft.project.reference])
        assert "Synthetic secret draft" not in text(client.get(url))

    def test_contacts_are_for_those_who_work_with_them(self, client, editor):
        person = factories.person(phone="+7 000 000 00 00", consent_basis="Synthetic")
        url = reverse("person-history", args=[person.pk])
        assert "+7 000" in text(client.get(url))
        client.force_login(factories.analyst())
        assert "+7 000" not in text(client.get(url))

    def test_two_versions_compared(self, client, editor):
        project = factories.project(cadastral_number="one")
        for number in ("two", "three"):
            Project.objects.filter(pk=project.pk).update(cadastral_number=number)
        first, _second, third = project.events.order_by("pgh_id").values_list("pgh_id", flat=True)
        url = reverse("project-history", args=[project.reference])
        page = text(client.get(url, {"a": third, "b": first}))
        assert "<td>one</td><td>three</td>" in page
        assert "two" not in page

    def test_versions_of_another_record_are_not_compared(self, client, editor):
        project, other = factories.project(), factories.project()
        own, strange = (row.events.values_list("pgh_id", flat=True)[0] for row in (project, other))
        url = reverse("project-history", args=[project.reference])
        assert client.get(url, {"a": own, "b": strange}).status_code == 404
        assert client.get(url, {"a": own, "b": own}).status_code == 200

    @pytest.mark.parametrize(
        "query", ["a=x&b=1", "a=1", "b=1", "a=&b=", "a=-1&b=1", "page=0", "page=x", "page=99999", "a=9" + "9" * 30]
    )
    def test_malformed_queries_name_the_parameter(self, client, editor, query):
        url = reverse("project-history", args=[factories.project().reference])
        assert client.get(f"{url}?{query}").status_code == 400

    def test_it_is_paged_at_a_steady_number_of_queries(self, client, editor, django_assert_max_num_queries):
        project = factories.project()
        for number in range(60):
            Project.objects.filter(pk=project.pk).update(cadastral_number=str(number))
        url = reverse("project-history", args=[project.reference])
        with django_assert_max_num_queries(15):
            page = text(client.get(url))
        assert "<ins>59</ins>" in page
        assert "<ins>5</ins>" not in page
        assert "<ins>5</ins>" in text(client.get(url, {"page": 2}))

    def test_every_kind_of_write_is_kept(self, editor):
        """save, queryset.update, bulk_update and delete each leave a state, with author, reason and door."""
        with factories.acting(editor, reason="Synthetic reason"):
            milestone = factories.milestone()
            milestone.note_en = "saved"
            milestone.save()
            type(milestone).objects.filter(pk=milestone.pk).update(note_en="updated")
            milestone.refresh_from_db()
            milestone.note_en = "in bulk"
            type(milestone).objects.bulk_update([milestone], ["note_en"])
            key = milestone.pk
            milestone.delete()
        events = type(milestone).pgh_event_model.objects.filter(pgh_obj_id=key).order_by("pgh_id")
        assert [(event.pgh_label, event.note_en, event.version) for event in events] == [
            ("insert", "", 1),
            ("update", "saved", 2),
            ("update", "updated", 3),
            ("update", "in bulk", 4),
            ("delete", "in bulk", 4),
        ]
        for event in events:
            assert (event.pgh_context["user"], event.pgh_context["reason"]) == (editor.pk, "Synthetic reason")
            assert event.pgh_context["door"] == "test"
            assert event.pgh_created_at.date() == datetime.datetime.now(datetime.UTC).date()
