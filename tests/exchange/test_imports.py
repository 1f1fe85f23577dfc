"""Imports on pages and by commands: who may, all errors at once, who may be the same, approval, and the commands."""

import io
import json

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from projects import notices
from projects.exchange import jobs
from projects.models import Amount, ImportJob, Notice, Organisation, Project
from projects.models.choices import ImportStatus
from tests import factories
from tests.exchange.sheets import Taken, messages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def upload(client, taken, **given):
    file = taken.file()
    file.name = "synthetic.xlsx"
    return client.post("/en/imports/new/", {"file": file, "as_of": "2026-11-20", "reason": ""} | given)


@pytest.fixture
def editor(db):
    return factories.editor("synthetic-editor")


@pytest.fixture
def project(editor):
    factories.currency()
    return factories.project(reference="SYN-1", name_kk="Жоба", name_ru="Проект")


def unread():
    """Who has which notice before them."""
    return [(notice.user, notices.text_of(notice)) for notice in Notice.objects.filter(read_at=None)]


def test_new_projects_are_numbered_after_those_that_the_file_states(db):
    admin = factories.administrator()
    taken = Taken(admin)
    for name, reference in (("Синтетика 1", None), ("Синтетика 2", "WKR-0001"), ("Синтетика 3", "wkr-0007")):
        taken.add("projects", name_kk=name, name_ru=name, reference=reference)
    job = taken.receive()
    assert job.errors == []
    jobs.confirm(by=admin, job=job, fingerprint=jobs.looked_at(job).fingerprint, reason="synthetic")
    found = Project.objects.order_by("name_ru").values_list("reference", flat=True)
    assert list(found) == ["WKR-0008", "WKR-0001", "wkr-0007"]


def test_an_editor_brings_in_and_a_reviewer_approves(editor, project):
    taken = Taken(editor)
    taken.set("projects", project, contract_number="7")
    reviewer = factories.reviewer()
    mine, reviewers = signed_in(editor), signed_in(reviewer)
    address = upload(mine, taken)["Location"]
    page = mine.get(address)
    assert page.status_code == 200 and "<ins>7</ins>" in page.content.decode()
    assert reviewers.get(address).status_code == 404  # not sent yet
    given = {"step": "confirm", "fingerprint": page.context["fingerprint"]}
    assert mine.post(address, given).status_code == 303

    project.refresh_from_db()
    assert (project.contract_number, ImportJob.objects.get().status) == ("", ImportStatus.SUBMITTED)
    assert [user for user, _text in unread()] == [reviewer]
    assert "waits for your review" in unread()[0][1]
    assert address in reviewers.get("/en/inbox/").content.decode()
    queue = "/en/updates/queue/"
    assert "1 import to approve" in reviewers.get(queue).content.decode()
    assert mine.get(queue).status_code == 403
    assert mine.post(address, given | {"step": "approve"}).status_code == 422
    fingerprint = reviewers.get(address).context["fingerprint"]
    assert reviewers.post(address, {"step": "return", "comment": ""}).status_code == 422
    assert reviewers.post(address, {"step": "approve", "fingerprint": fingerprint}).status_code == 303
    assert "import to approve" not in reviewers.get(queue).content.decode()
    project.refresh_from_db()
    assert project.contract_number == "7"
    ((told, text),) = unread()
    assert told == editor and text.endswith("was approved and carried out.")
    assert mine.post(address, {"step": "undo"}).status_code == 303
    project.refresh_from_db()
    assert project.contract_number == ""


def test_all_conflicts_are_answered_at_once(editor, project):
    taken = Taken(editor)
    taken.set("projects", project, contract_number="7", cadastral_number="1:2:3")
    Project.objects.filter(pk=project.pk).update(contract_number="8", cadastral_number="3:2:1")
    client = signed_in(editor)
    address = upload(client, taken)["Location"]
    assert client.get(address).context["shown"]["open"] == 2
    assert client.post(address, {"step": "answer", "all": "yours"}).status_code == 303
    shown = client.get(address).context["shown"]
    assert shown["open"] == 0
    assert {cell["new"] for row in shown["sheets"][0]["rows"] for cell in row["cells"]} == {"7", "1:2:3"}


def test_who_may_bring_in_files(editor, project):
    analyst, outsider = signed_in(factories.analyst()), signed_in(factories.outsider())
    taken = Taken(editor)
    taken.set("projects", project, contract_number="7")
    address = upload(signed_in(editor), taken)["Location"]
    for client in (analyst, outsider):
        assert client.get("/en/projects/edit.xlsx").status_code == 403
        assert client.get("/en/imports/new/").status_code == 403
        assert upload(client, taken).status_code == 403
    assert analyst.get(address).status_code == 404 and outsider.get(address).status_code == 403
    assert "Edit in Excel" in signed_in(editor).get("/en/projects/").content.decode()
    assert "Edit in Excel" not in analyst.get("/en/projects/").content.decode()
    other = signed_in(factories.editor("synthetic-other", places=[factories.place("274400000")]))
    assert other.post(address, {"step": "undo"}).status_code == 404


def test_rows_of_another_district_refuse_the_file(editor, project):
    away = factories.project(
        reference="SYN-2", place=factories.place("274400000"), name_kk="Ж", name_ru="П", main_sector=None
    )
    taken = Taken(editor)
    taken.set("projects", away, contract_number="7")
    taken.set("projects", project, contract_number="8")
    taken.add("amounts", project="SYN-2", kind="announced", value=5, currency="KZT")

    assert messages(taken.plan()) == [
        (2, "The project SYN-2 is outside your districts and sectors."),
        (3, "The project SYN-2 is outside your districts and sectors."),
    ]


def test_all_errors_at_once_by_cell(editor, project):
    taken = Taken(editor)
    wrong = ["many", "nan", -5, "1e308", 10**40, 0]
    for number in range(500):
        value = wrong[number // 14 % len(wrong)] if number % 14 == 0 else 5
        taken.add("amounts", project="SYN-1", kind="announced", value=value, currency="KZT")
    taken.set("projects", project, planned_start_on="1899-12-31")
    found = taken.plan()

    places = [(problem.sheet, problem.row, problem.column) for problem in found.problems]
    column = taken.column("amounts", "value")
    assert [place for place in places if place[0] == "Amounts"] == [
        ("Amounts", 2 + n, column) for n in range(0, 500, 14)
    ]
    assert len(places) == 37 and places[-1][0] == "Projects"

    job = taken.receive()
    copy = openpyxl.load_workbook(io.BytesIO(_content(signed_in(editor), f"{job.get_absolute_url()}marked.xlsx")))
    cell = copy["Amounts"].cell(2, column)
    assert cell.comment.text and cell.fill.fgColor.rgb == "FFFFC7CE"
    assert copy["Amounts"].cell(3, column).comment is None


def _content(client, address):
    return b"".join(client.get(address).streaming_content)


WRONG = {
    "two rows with one reference": [
        ({"reference": "SYN-9", "name_ru": "А"}, None),
        ({"reference": "syn-9", "name_ru": "Б"}, "Row 3 is about the same record."),
    ],
    "unknown place": [({"name_ru": "А", "place": "Atlantis"}, "“Atlantis” is not in the list. Write one of its names")],
    "misspelt place": [
        (
            {"name_ru": "А", "place": "Sintetic Terekti dictrict"},
            "“Sintetic Terekti dictrict” is not in the list. Perhaps this is meant: Synthetic T",
        ),
    ],
    "misspelt in another language": [
        (
            {"name_ru": "А", "place": "Синтетичский Тиректинский раион"},
            "“Синтетичский Тиректинский раион” is not in the list. Perhaps this is meant: Synthetic T",
        ),
    ],
    "place elsewhere": [({"name_ru": "А", "place": "Synthetic CN"}, "The place is outside West Kazakhstan Region.")],
    "end before start": [
        ({"name_ru": "А", "planned_start_on": "01.02.2026", "planned_end_on": "01.01.2026"}, "The end date")
    ],
    "stopped without a reason": [({"name_ru": "А", "status": "cancelled"}, "Give the reason, the date")],
    "without a name": [({"main_sector": "ENERGY"}, "Give the name in at least one language.")],
    "latitude alone": [({"name_ru": "А", "latitude": 51}, "Give both latitude")],
}


@pytest.mark.parametrize("case", WRONG)
def test_a_sentence_for_each_wrong_row_and_nothing_is_written(project, case):
    factories.country()
    factories.place("276600000", name_en="Synthetic Terekti district", name_ru="Синтетический Теректинский район")
    admin, taken = factories.administrator(), None
    taken = Taken(admin)
    numbers = [
        taken.add("projects", place=values.pop("place", "273600000"), **values)
        for values, _text in [(dict(values), text) for values, text in WRONG[case]]
    ]
    job = taken.receive()

    expected = [(number, text) for number, (_values, text) in zip(numbers, WRONG[case], strict=True) if text]
    found = [(problem["row"], problem["message"]) for problem in job.errors]
    assert [row for row, _text in found] == [row for row, _text in expected], found
    assert all(text.startswith(start) for (_row, text), (_number, start) in zip(found, expected, strict=True)), found
    with pytest.raises(jobs.Refused):
        jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    assert Project.objects.count() == 1


def test_owners_in_a_circle_are_refused(project):
    admin = factories.administrator()
    one, two = (factories.investor(name_kk=name, name_ru=name) for name in ("Аспан", "Дала"))
    for organisation in (one, two):
        factories.party(project=project, organisation=organisation)
    taken = Taken(admin)
    taken.set("organisations", one, parent=f"Synthetic · {two.pk}")
    taken.set("organisations", two, parent=str(one.pk))

    assert [text for _row, text in messages(taken.plan())] == ["This would make a circle."] * 2


def test_a_copied_row_and_a_lost_column_are_refused(editor, project):
    taken = Taken(editor)
    sheet = taken.sheets["projects"]
    for column in range(1, sheet.max_column + 1):
        sheet.cell(3, column).value = sheet.cell(2, column).value
    ((row, text),) = messages(taken.plan())
    assert row == 3 and text.startswith("Row 2 is about the same record.")
    sheet.delete_cols(1)
    job = taken.receive()
    assert [problem["cell"] for problem in job.errors] == ["A1"]


def test_organisations_are_proposed_never_merged_silently(project):
    admin = factories.administrator()
    known = factories.investor(bin="020340000013", name_kk="Қырық", name_ru="Кырык")
    alike = factories.investor(name_en="Synthetic Wind Power", name_kk="Жел", name_ru="Ветер")
    taken = Taken(admin)
    taken.add("organisations", name_ru="Другое имя", kind="company", bin=20340000013)
    taken.add("organisations", name_en="Synthetic Wind Power LLP", kind="company")
    taken.add("parties", project="SYN-1", organisation="Synthetic Wind Power LLP", role="investor")
    job = taken.receive(reason="Synthetic reason")

    same, similar = job.file.preview["proposals"]
    assert (same["choice"], similar["choice"]) == (str(known.pk), "")
    assert similar["candidates"][0]["key"] == str(alike.pk)
    with pytest.raises(jobs.Refused, match="still open"):
        jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    job = jobs.answer(by=admin, job=job, choices={same["key"]: str(known.pk), similar["key"]: str(alike.pk)})
    jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    assert Organisation.objects.count() == 2
    assert project.parties.get().organisation == alike
    known.refresh_from_db()
    assert known.name_ru == "Другое имя"


# ---- Commands --------------------------------------------------------------------------------


@pytest.fixture
def path(project, tmp_path):
    taken = Taken(factories.administrator())
    taken.add("amounts", project="SYN-1", kind="announced", value=5, currency="KZT")
    path = tmp_path / "synthetic.xlsx"
    path.write_bytes(taken.file().read())
    return path


def command(*args):
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def test_commands_bring_in_and_take_back(path):
    told = json.loads(command("import_projects", str(path), "--dry-run", "--json"))
    assert (told["created"], told["import"], ImportJob.objects.count(), Amount.objects.count()) == (1, None, 0, 0)
    told = json.loads(command("import_projects", str(path), "--json"))
    assert (told["created"], told["problems"], Amount.objects.count()) == (1, [], 1)
    command("undo_import", str(told["import"]))
    assert Amount.objects.count() == 0
    told = json.loads(command("import_projects", str(path), "--user", "synthetic-editor", "--json"))
    assert told["status"] == "waits for approval"


def test_commands_refuse(path, tmp_path, project):
    taken = Taken(factories.administrator())
    taken.set("projects", project, planned_start_on="soon")
    path.write_bytes(taken.file().read())
    with pytest.raises(SystemExit) as refused:
        command("import_projects", str(path))
    assert refused.value.code == 1 and not ImportJob.objects.exists()
    bad = [("import_projects", str(tmp_path / "missing.xlsx")), ("undo_import", "77")]
    bad += [("import_projects", str(path), "--user", "nobody"), ("import_projects", str(path), "--as-of", "soon")]
    for call in bad:
        with pytest.raises(CommandError) as error:
            command(*call)
        assert error.value.returncode == 2, call
