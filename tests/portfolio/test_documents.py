"""Documents: what is taken, kept once, used in many places, and given only to those who see a record it hangs on."""

import datetime
import hashlib
import io
import struct
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from PIL import Image

from projects import permissions
from projects.forms import FORMS
from projects.models import Attachment, Document, Evidence, ProjectDocument
from tests import factories
from tests.filling import filled
from tests.pages import read

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 synthetic"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
TYPES = "[Content_Types].xml"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as content:
        for name, text in members.items():
            content.writestr(name, text)
    return file.getvalue()


def photo(size=(40, 20), kind="JPEG", **told):
    """A picture; `orientation`, `taken` ("2026:10:05 09:30:00") and `place` ((51, 13, 12), "N", (51, 22, 0), "E")."""
    image, file, exif = Image.new("RGB", size, (200, 30, 30)), io.BytesIO(), Image.Exif()
    if "orientation" in told:
        exif[0x0112] = told["orientation"]
    if "taken" in told:
        exif.get_ifd(0x8769)[0x9003] = told["taken"]
    if "place" in told:
        latitude, north, longitude, east = told["place"]
        exif.get_ifd(0x8825).update({1: north, 2: latitude, 3: east, 4: longitude})
    image.save(file, kind, **({"exif": exif} if told else {}))
    return file.getvalue()


CAMERA = {
    "orientation": 6,
    "taken": "2026:10:05 09:30:00",
    "place": ((51.0, 13.0, 12.0), "N", (51.0, 22.0, 0.0), "E"),
}


def sent(content, name="synthetic.bin", user=None, **typed):
    """The form of a new document with this file."""
    kind = factories.document_type()
    data = {"document_type": kind.pk, "title": "Synthetic", **typed}
    return FORMS[Document](data, {"file": SimpleUploadedFile(name, content)}, user=user)


def saved(form):
    assert form.is_valid(), form.errors
    return form.save()


def named(value):
    """The name of a case: its words; the bytes of a file differ from one run to the next."""
    return value if isinstance(value, str) else "file"


class TestWhatIsTaken:
    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (PDF, "application/pdf"),
            (photo(), "image/jpeg"),
            (photo(kind="PNG"), "image/png"),
            (photo(kind="WEBP"), "image/webp"),
            (archive({TYPES: "x", "word/document.xml": "x"}), "wordprocessingml.document"),
            (archive({TYPES: "x", "xl/workbook.xml": "x"}), "spreadsheetml.sheet"),
            (archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"}), "opendocument.text"),
            (OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
            (OLE + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
        ],
        ids=named,
    )
    def test_by_its_content_whatever_its_name(self, content, content_type):
        document = saved(sent(content, "page.html"))
        assert document.content_type.endswith(content_type)
        assert not document.file_name.endswith(".html")
        with document.file.open() as kept:
            assert document.sha256 == hashlib.sha256(kept.read()).hexdigest()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind of file"),
            (b"<!DOCTYPE html><script>1</script>", "kind of file"),
            (b"MZ\x90", "kind of file"),
            (b"\x89PNG\r\n\x1a\n synthetic", "kind of file"),
            (b"\xff\xd8\xff\xe0 synthetic", "kind of file"),
            (archive({"a.txt": "x"}), "kind of file"),
            (archive({TYPES: "x", "word/document.xml": "x"})[:60], "kind of file"),
            (archive({TYPES: "x", "word/document.xml": "x", "word/vbaProject.bin": "x"}), "macros"),
            (archive({TYPES: "application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xl/a": "x"}), "macros"),
            (OLE + "WordDocument_VBA_PROJECT".encode("utf-16-le"), "macros"),
            (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
            (archive({TYPES: "x", "word/document.xml": b"0" * (201 * 2**20)}), "too large"),
            (archive({TYPES: "x"} | {f"word/{n}": "" for n in range(5001)}), "too large"),
        ],
        ids=named,
    )
    def test_all_else_is_refused_with_a_sentence(self, content, words):
        form = sent(content, "synthetic.docx")
        assert not form.is_valid()
        assert words in form.errors["file"][0]

    def test_a_picture_of_too_many_points(self):
        head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 60000, 60000, 8, 2, 0, 0, 0)
        assert not sent(head + b"\0" * 64).is_valid()

    def test_the_limit_is_a_setting(self, settings):
        settings.DOCUMENT_LIMIT_MB = 1
        assert "larger than 1 MB" in sent(PDF + b"0" * 2**20).errors["file"][0]
        assert sent(PDF + b"0" * (2**20 - len(PDF))).is_valid()


class TestPhotos:
    def test_what_the_camera_wrote_is_taken_out(self):
        document = saved(sent(photo(**CAMERA)))
        assert (document.taken_at, document.latitude, document.longitude) == (None, None, None)
        with document.file.open() as kept, Image.open(kept) as image:
            assert not image.getexif()
            assert image.size == (20, 40)  # turned upright, as the camera said

    def test_place_and_time_are_kept_where_they_are_wanted(self):
        document = saved(sent(photo(**CAMERA), keeps_place="on"))
        assert document.taken_at.isoformat() == "2026-10-05T09:30:00+05:00"
        assert (float(document.latitude), float(document.longitude)) == (51.22, 51.366667)
        with document.file.open() as kept, Image.open(kept) as image:
            assert not image.getexif()

    def test_a_picture_without_notes_is_kept_byte_by_byte(self):
        content = photo()
        with saved(sent(content)).file.open() as kept:
            assert kept.read() == content

    @pytest.mark.parametrize(
        "told",
        [
            {"taken": "yesterday"},
            {"place": ((0.0, 0.0, 0.0), "N", (999.0, 0.0, 0.0), "E")},
            {"taken": "2026:99:99 00:00:00"},
        ],
    )
    def test_nonsense_of_a_camera_is_left_out(self, told):
        document = saved(sent(photo(**told), keeps_place="on"))
        assert (document.taken_at, document.latitude) == (None, None)


class TestUses:
    @pytest.fixture
    def editor(self, client):
        editor = factories.editor()
        client.force_login(editor)
        return editor

    def attach(self, client, url, form, **typed):
        file = typed.pop("file", None)
        data = filled(form, **typed)
        data = {name: data[name] for name in data} | ({"new_file": file} if file else {})
        return client.post(url, data)

    def test_one_file_is_evidence_in_many_places(self, client, editor):
        kind, project = factories.document_type(), factories.project()
        obligation, engagement = factories.obligation(project=project), factories.engagement()
        new = {"new_type": kind.pk}
        sent = []
        for model, name, owner in [
            (ProjectDocument, "document", {"project": project}),
            (Attachment, "engagement-attachment", {"engagement": engagement}),
            (Evidence, "evidence", {"obligation": obligation}),
        ]:
            form = FORMS[model](user=editor, fixed=owner)
            (record,) = owner.values()
            typed = new | ({"statement": factories.statement().code, "value": 1} if model is Evidence else {})
            if model is Evidence:
                typed |= {"period_start": "2026-01-01", "period_end": "2026-01-31"}
            key = record.reference if record == project else record.pk
            file = SimpleUploadedFile(f"synthetic-{name}.pdf", PDF)
            sent.append(self.attach(client, reverse(f"{name}-new", args=[key]), form, file=file, **typed))
        assert [answer.status_code for answer in sent] == [303, 303, 303]
        document = Document.objects.get()  # stored once
        assert document.title == "synthetic-document"
        page = read(client.get(document.get_absolute_url()))
        used = [link["href"] for link in page.one("section", id="uses").all("a")]
        assert set(used) == {record.get_absolute_url() for record in (project, engagement, obligation)}
        assert document.sha256 in page.text

    def test_a_file_that_one_may_not_see_is_not_told(self, client):
        analyst, editor = factories.analyst(), factories.editor()
        hidden = factories.document(is_confidential=True, sha256=hashlib.sha256(PDF).hexdigest(), file="a.pdf")
        assert str(hidden) in str(sent(PDF, user=editor).errors["file"])
        errors = sent(PDF, user=analyst).errors["file"]
        assert hidden.title not in str(errors)
        assert "may not see" in str(errors)

    def test_the_list_finds_by_kind_number_hash_and_expiry(self, client, editor):
        today = datetime.date.today()
        kind = factories.document_type("land_lease")
        soon = factories.document(document_type=kind, expires_on=today + datetime.timedelta(days=10), number="A-17")
        late = factories.document(expires_on=today - datetime.timedelta(days=1))
        factories.document()
        for query, expected in {
            "q=a-17": {soon},
            "kind=land_lease": {soon},
            "expiring=1": {soon},
            "expired=1": {late},
            "q=none": set(),
        }.items():
            page = read(client.get(f"/en/documents/?{query}"))
            found = {int(row["data-id"]) for row in page.all("tr", data_id=True)}
            assert found == {document.pk for document in expected}, query
        assert client.get("/en/documents/?kind=none").status_code == 400

    def test_expiring_within_days(self):
        day = datetime.date(2026, 11, 1)
        rows = {n: factories.document(expires_on=day + datetime.timedelta(days=n)) for n in (-1, 0, 30, 31)}
        assert set(Document.objects.expiring(day, 30)) == {rows[0], rows[30]}
        assert set(Document.objects.expired(day)) == {rows[-1]}


class TestAccess:
    @pytest.fixture
    def people(self):
        return {
            "author": factories.editor(),
            "reviewer": factories.reviewer(),
            "analyst": factories.analyst(),
            "outsider": factories.outsider(),
            "administrator": factories.administrator(),
        }

    @pytest.fixture
    def fetch(self, client, people):
        def statuses(document):
            found = {}
            for name, user in people.items():
                client.force_login(user)
                answers = [client.get(url) for url in urls(document)]
                (found[name],) = {answer.status_code for answer in answers}
                if answers[-1].streaming:
                    b"".join(answers[-1])  # read to its end, a file is closed
            return found

        def urls(document):
            return document.get_absolute_url(), reverse("file-content", args=[document.pk])

        return statuses

    def stored(self, **given):
        document = saved(sent(PDF))
        Document.objects.filter(pk=document.pk).update(**given)
        document.refresh_from_db()
        return document

    def test_with_a_record_that_all_see(self, fetch):
        document = self.stored()
        assert fetch(document)["analyst"] == 404  # it hangs on nothing yet
        factories.project_document(document=document)
        seen = dict.fromkeys(("author", "reviewer", "analyst", "administrator"), 200)
        assert fetch(document) == seen | {"outsider": 403}

    def test_with_a_draft_only_its_author_and_reviewers_later(self, fetch, people):
        document = self.stored()
        update = factories.update(author=people["author"])
        factories.attachment(document=document, update=update)
        draft = {"author": 200, "reviewer": 404, "analyst": 404, "outsider": 403, "administrator": 200}
        assert fetch(document) == draft
        factories.project_document(document=document)
        assert fetch(document)["analyst"] == 200  # one record that is seen is enough

    def test_confidential_ones_are_not_for_analysts(self, fetch, client, people):
        document = self.stored(is_confidential=True, title="Synthetic secret seventeen")
        project = factories.project_document(document=document).project
        agreement = factories.agreement(document=document)
        assert fetch(document) == {
            "author": 200,
            "reviewer": 200,
            "analyst": 404,
            "outsider": 403,
            "administrator": 200,
        }
        client.force_login(people["analyst"])
        for record in (project, agreement):
            assert document.title not in client.get(record.get_absolute_url()).content.decode()
        client.force_login(people["reviewer"])
        for record in (project, agreement):
            assert document.title in client.get(record.get_absolute_url()).content.decode()

    def test_a_file_is_saved_never_shown_as_a_page(self, client, people):
        document = self.stored()
        client.force_login(people["administrator"])
        answer = client.get(reverse("file-content", args=[document.pk]))
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer["Cache-Control"]
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
        document.file.storage.delete(document.file.name)
        assert client.get(reverse("file-content", args=[document.pk])).status_code == 404

    def test_who_sent_it_changes_it(self, client, people):
        with factories.acting(people["author"]):
            document = factories.document()
        document.refresh_from_db()
        other = factories.editor()
        assert permissions.may_change(people["author"], document)
        assert permissions.may_change(people["administrator"], document)
        assert not permissions.may_change(other, document)
        url = reverse("file-edit", args=[document.pk])
        for user, status in ((people["author"], 200), (other, 403), (people["analyst"], 404)):
            client.force_login(user)
            assert client.get(url).status_code == status

    def test_an_update_takes_documents_from_its_author_while_it_is_a_draft(self, client, people):
        update = factories.update(author=people["author"])
        url = reverse("update-attachment-new", args=[update.pk])
        for name, status in {"author": 200, "reviewer": 404, "analyst": 404, "outsider": 403}.items():
            client.force_login(people[name])
            assert client.get(url).status_code == status, name
        moment = datetime.datetime(2026, 11, 4, 9, tzinfo=datetime.UTC)
        type(update).objects.filter(pk=update.pk).update(status="submitted", submitted_at=moment)
        client.force_login(people["author"])
        assert client.get(url).status_code == 403
