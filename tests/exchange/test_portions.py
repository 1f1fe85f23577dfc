"""A file gone through in portions: it changes what it changes as a whole, whether it was only looked at or written."""

import importlib
import io
from operator import itemgetter

import pytest
from django.apps import apps
from django.db import transaction
from django.utils.translation import override

from projects.exchange import carrying, jobs, preview
from projects.exchange.changeset import ALL, NEW, THEIRS
from projects.exchange.rows import NOUNS
from projects.models import ImportedFile, Project, Source, Statement
from tests import factories
from tests.exchange import files
from tests.exchange.sheets import TODAY, Taken

pytestmark = pytest.mark.django_db
NEW_ONE, KNOWN, LIKE_IT = "ТОО «Жаңа синтетика»", "ТОО «Белгілі»", "ТОО «Белгілі Орал»"
LEFT = {"id", "created_at", "updated_at", "code", "position"}
TABLE = [
    ["Наименование проекта", "Рег. номер", "Инвестор", "Сумма, млн тенге", "Освоено, млн тенге"],
    *([f"Синтетический проект {number}", None, NEW_ONE, number, 1] for number in range(1, 6)),
    ["Синтетический известный", None, KNOWN, "10", None],
    *([f"Синтетический цех {number}", None, KNOWN, number + 0.5, None] for number in range(1, 4)),
    ["Синтетический склад", None, LIKE_IT, 12, None],
    ["Синтетический порт", None, LIKE_IT, "свыше 2 млрд тенге", None],
    ["Синтетический сад", None, NEW_ONE, 0, 3],
    ["Синтетический проект 1", None, None, 77, None],  # not the first row: another one of the same name
]


@pytest.fixture(autouse=True)
def register():
    """A register with an organisation and a project that the files name."""
    with override("en"):
        factories.currency("KZT", symbol="₸", name_ru="казахстанский тенге", aliases="тенге|тг|tenge")
        factories.investor(name_ru=KNOWN, name_en="", name_kk="")
        for number in range(1, 8):
            factories.project(reference=f"SYN-{number}", name_ru=f"Синтетика {number}", name_kk="", name_en="")
        factories.project(reference="SYN-9", name_ru="Синтетический известный")
        yield


@pytest.fixture
def admin(register):
    return factories.administrator()


def table(admin, rows=TABLE):
    """An office's own table, its columns explained."""
    sent = {"file": io.BytesIO(files.csv_file(rows)), "name": "synthetic.csv", "as_of": TODAY, "reason": "synthetic"}
    job = jobs.receive(by=admin, start=lambda job, book: None, **sent)
    job.mapping |= {"asks": False, "scale": 1_000_000, "currency": "KZT"}
    job.save()
    jobs.check(job)
    return job


def workbook(admin):
    """Our own workbook: changed, new and refused-by-nobody rows on all sheets, new ones naming each other."""
    taken = Taken(admin)
    for number in range(1, 8):
        taken.set("projects", Project.objects.get(reference=f"SYN-{number}"), contract_number=f"S-{number}")
    for number in range(1, 8):
        taken.add("projects", name_ru=f"Новый синтетический {number}")
        taken.add("amounts", project=f"Новый синтетический {number}", kind="announced", value=number, currency="KZT")
        taken.add("amounts", project=f"SYN-{number}", kind="committed", value=number, currency="KZT")
        owner = "Синтетика-7" if number < 7 else None
        taken.add("organisations", name_ru=f"Синтетика-{number}", kind="company", parent=owner)
        taken.add("parties", project=f"Новый синтетический {number}", organisation="Синтетика-3", role="investor")
    return taken.receive(by=admin, reason="synthetic")


def outcome(job):
    """What is shown and would be written, whatever the order."""
    found = jobs.looked_at(job)
    told = found.told()
    told["proposals"].sort(key=itemgetter("key"))
    rows = {(sheet["name"], row["row"]): row for sheet in told.pop("sheets") for row in sheet["rows"]}
    return told | {"counts": found.counts(), "rows": rows}


def rows_of_all(*left):
    """What the tables that files write hold, without keys, times, and the numbers that statements are given."""
    return {
        model.__name__: sorted(str(_values(row, LEFT | {*left})) for row in model._base_manager.all())
        for model in (*(noun.model for noun in NOUNS.values()), Source, Statement)
    }


def _values(row, left):
    return [(field.name, _plain(getattr(row, field.name))) for field in row._meta.fields if field.name not in left]


def _plain(value):
    return value.locator if isinstance(value, Statement) else str(value)


def written(admin, job):
    """The tables after it is confirmed, and after it is taken back again."""
    with transaction.atomic():
        before = rows_of_all("version", "updated_by")
        jobs.confirm(by=admin, job=job, fingerprint=jobs.looked_at(job).fingerprint, reason="synthetic")
        after = rows_of_all()
        jobs.undo(by=admin, job=job)
        assert rows_of_all("version", "updated_by") == before
        transaction.set_rollback(True)
    return after


@pytest.mark.parametrize("make", [table, workbook])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_portions_make_no_difference(admin, monkeypatch, make, size):
    job = make(admin)
    answers = {question["key"]: NEW for question in job.file.preview["proposals"] if not question["choice"]}
    assert len(answers) == (make is table)  # a body that two rows name is asked about once
    job = jobs.answer(by=admin, job=job, choices=answers)
    whole, kept = outcome(job), written(admin, job)

    monkeypatch.setattr(carrying, "PORTION", size)

    assert outcome(job) == whole
    assert written(admin, job) == kept
    assert whole["counts"]["problems"] == 0 and whole["counts"]["projects"]["created"] > 5


def test_all_errors_of_all_portions_are_told_at_once(admin, monkeypatch):
    rows = [*TABLE, *([f"Синтетический {number}", f"B-{number % 2}", "ТОО «Ғ»", "много", None] for number in range(5))]
    job = table(admin, rows)
    answers = {question["key"]: NEW for question in job.file.preview["proposals"]}
    job = jobs.answer(by=admin, job=job, choices=answers)
    whole = outcome(job)
    monkeypatch.setattr(carrying, "PORTION", 2)

    assert outcome(job) == whole
    assert whole["counts"]["problems"] == 5 + 3  # sums, and references that stand twice
    with pytest.raises(jobs.Refused, match="rows that are refused"):
        jobs.confirm(by=admin, job=job, fingerprint=jobs.looked_at(job).fingerprint, reason="synthetic")
    assert not Source.objects.filter(code__startswith="import").exists()


def test_one_answer_to_all_conflicts_and_few_questions_at_a_time(admin, monkeypatch):
    taken = Taken(admin)
    for number in range(1, 8):
        project = Project.objects.get(reference=f"SYN-{number}")
        taken.set("projects", project, contract_number=f"S-{number}")
        project.contract_number = f"Other {number}"
        project.save()
    monkeypatch.setattr(preview, "QUESTIONS", 3)
    monkeypatch.setattr(carrying, "PORTION", 2)
    job = taken.receive(by=admin, reason="synthetic")

    shown = job.file.preview
    assert (len(shown["conflicts"]), shown["more_questions"], shown["open"]) == (3, 4, 7)
    job = jobs.answer(by=admin, job=job, choices={shown["conflicts"][0]["key"]: "yours"})
    shown = job.file.preview
    assert (shown["more_questions"], shown["open"], {row["choice"] for row in shown["conflicts"]}) == (3, 6, {""})
    job = jobs.answer(by=admin, job=job, choices={ALL: THEIRS})
    assert (job.file.preview["open"], job.counts["conflicts"]) == (0, 7)
    assert {row["choice"] for row in job.file.preview["conflicts"]} == {THEIRS}
    assert job.file.preview["sheets"] == []


def test_keys_of_earlier_imports_become_runs_and_keys_again(admin):
    job = table(admin)
    keys = {"statements": [4, 5, 6, 9], "source": 3}
    keys["amounts"] = {"created": {"7": 1, "8": 1, "9": 2, "12": 2}, "changed": {"3": [1, 2, ["value"]]}}
    ImportedFile.objects.update(written=keys)
    migration = importlib.import_module("projects.migrations.0018_runs_of_keys")

    migration.to_runs(apps, None)

    found = ImportedFile.objects.get(job=job).written
    assert found["statements"] == [[4, 6], [9, 9]]
    assert found["amounts"] == {"created": [[7, 8, 1], [9, 9, 2], [12, 12, 2]], "changed": {"3": [1, 2, ["value"]]}}
    migration.to_keys(apps, None)
    assert ImportedFile.objects.get(job=job).written == keys


def test_references_go_on_after_9999(admin, monkeypatch):
    factories.project(reference="WKR-9998")
    monkeypatch.setattr(carrying, "PORTION", 2)
    job = table(admin, [TABLE[0], *([f"Синтетический {number}", None, None, 5, None] for number in range(6))])

    jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint, reason="synthetic")

    given = Project.objects.filter(reference__startswith="WKR-").order_by("pk").values_list("reference", flat=True)
    assert list(given) == [f"WKR-{number}" for number in range(9998, 10005)]


def test_a_reference_that_the_file_itself_was_given_is_not_another_project(admin, monkeypatch):
    """Whatever the portions: the command, too, which looks at nothing before it writes."""
    monkeypatch.setattr(carrying, "PORTION", 2)
    head = ["Шифр", *TABLE[0]]
    rows = [[None, f"Синтетический {number}", None, None, 5, None] for number in range(4)]
    rows.append(["WKR-0002", "Синтетический другой", None, None, 5, None])
    file, mapping = io.BytesIO(files.csv_file([head, *rows])), {"scale": 1_000_000, "currency": "KZT"}
    before = Project.objects.count()
    with pytest.raises(jobs.Refused, match="already used by another record"):
        jobs.bring_in(by=admin, file=file, name="synthetic.csv", as_of=TODAY, reason="synthetic", mapping=mapping)
    assert Project.objects.count() == before
