"""An office's own table through the pages: sent or pasted, its columns explained once, previewed, written."""

import datetime
import io
import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone, translation

from projects.models import Amount, ImportJob, Organisation, Project, SavedMapping
from tests import factories

from . import files

pytestmark = pytest.mark.django_db
ROWS = [
    ["Перечень проектов", None, None],
    ["Наименование проекта", "Инвестор", "Сумма"],
    ["Синтетический завод", "ТОО «Синтетика»", "1 234,5"],
    ["Синтетическая теплица", None, "свыше 2 млрд тенге"],
    ["Итого", None, "1 234,5"],
]


@pytest.fixture(autouse=True)
def _register():
    with translation.override("en"):
        factories.currency("KZT", symbol="₸", name_ru="казахстанский тенге", aliases="тенге|тг|tenge")
        yield


@pytest.fixture
def signed_in(client):
    client.force_login(factories.administrator())
    return client


def send(client, content, name="table.xlsx", **given):
    data = {"file": SimpleUploadedFile(name, content), "as_of": "01.11.2025", "reason": "synthetic"} | given
    return client.post(reverse("import-new"), {key: value for key, value in data.items() if value is not None})


def answers(page, **given):
    """What the page of the mapping would send as it stands, with some of it changed."""
    form = page.context["form"]
    found = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (found | given).items() if value is not None}


def test_a_table_is_explained_once_and_written(signed_in):
    sent = send(signed_in, files.xlsx({"Лист": ROWS}))
    job = ImportJob.objects.get()
    assert sent.url == job.get_absolute_url()
    assert signed_in.get(sent.url).url == reverse("import-mapping", args=[job.pk])
    page = signed_in.get(reverse("import-mapping", args=[job.pk]))
    assert [select.initial for select in page.context["form"].selects()] == [
        "projects.name_ru",
        "investor.name",
        "amounts.announced",
    ]
    refused = signed_in.post(page.request["PATH_INFO"], answers(page))
    assert refused.status_code == 422
    assert "thousands, millions" in refused.content.decode()
    twice = signed_in.post(page.request["PATH_INFO"], answers(page, **{"column-1": "projects.name_ru"}))
    assert "fill the same field" in twice.content.decode()
    assert Project.objects.count() == 0

    taken = signed_in.post(page.request["PATH_INFO"], answers(page, scale="1000000", currency="KZT"))
    assert taken.status_code == 303
    shown = signed_in.get(taken.url)
    assert "Row 5 is a total and was left out" in shown.content.decode()
    assert not shown.context["shown"]["problems"]
    signed_in.post(taken.url, {"step": "confirm", "fingerprint": shown.context["fingerprint"], "reason": "synthetic"})
    job.refresh_from_db()
    assert job.status == "done"
    assert sorted(Project.objects.values_list("name_ru", flat=True)) == ["Синтетическая теплица", "Синтетический завод"]
    assert list(Amount.objects.order_by("value").values_list("value", "bound", "currency_id", "as_of")) == [
        (Decimal("1234500000.00"), "eq", "KZT", datetime.date(2025, 11, 1)),
        (Decimal("2000000000.00"), "gt", "KZT", datetime.date(2025, 11, 1)),
    ]
    assert Organisation.objects.get(is_investor=True).name_ru == "ТОО «Синтетика»"
    assert SavedMapping.objects.get().mapping["scale"] == 1_000_000

    # The next table of the same shape is read without a question.
    again = send(signed_in, files.csv_file([ROWS[1], ["Синтетический порт", None, "3"]], separator=";"), "t.csv")
    assert signed_in.get(again.url).status_code == 200
    assert ImportJob.objects.latest("pk").mapping["columns"]["Сумма"] == "amounts.announced"


def test_the_sheet_of_a_workbook_is_chosen_and_remembered(signed_in):
    """The sheet that is understood best is proposed; another one is chosen, and chosen by itself the next time."""
    plan = [["Наименование проекта", "Стоимость, млн тенге", "Район"], ["Синтетический план", "5", None]]
    fact = [["Наименование проекта", "Прим. отдела"], ["Синтетический факт", "слова"]]
    book = {"Титул": [["Перечень"]], "План": plan, "Факт": fact}
    sent = send(signed_in, files.xlsx(book))
    address = signed_in.get(sent.url).url
    page = signed_in.get(address)
    assert (page.context["table"].name, page.context["sheets"]) == ("План", ["Титул", "План", "Факт"])
    other = signed_in.get(address, {"sheet": "Факт"})
    assert [column.heading for column in other.context["form"].columns] == fact[0]
    taken = signed_in.post(address, answers(other, sheet="Факт"))
    assert taken.status_code == 303, other.context["form"].errors
    shown = signed_in.get(taken.url).context["shown"]
    assert [row["name"] for sheet in shown["sheets"] for row in sheet["rows"]] == ["Синтетический факт"]

    again = send(signed_in, files.xlsx(book | {"Факт": [fact[0], ["Синтетический второй", None]]}), "next.xlsx")
    assert signed_in.get(again.url).status_code == 200
    assert ImportJob.objects.latest("pk").mapping["sheet"] == "Факт"


def test_cells_are_pasted(signed_in):
    pasted = "Наименование проекта\tСумма, млн тенге\r\nСинтетический завод\t5\r\n"
    sent = send(signed_in, b"", file=None, pasted=pasted)
    page = signed_in.get(signed_in.get(sent.url).url)
    taken = signed_in.post(page.request["PATH_INFO"], answers(page))
    assert taken.status_code == 303, page.context["form"].errors
    assert not signed_in.get(taken.url).context["shown"]["problems"]
    for wrong in ({"file": None}, {"pasted": pasted}):
        assert send(signed_in, b"a,b\n1,2\n", "t.csv", **wrong).status_code == 422


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"a,b\n1,\0\n" * 50, b"PK\x03\x04", "Наименование проекта;Район\n".encode()),
        *(files.xlsx({"S": []}), files.xlsx({f"S{n}": [] for n in range(201)})),
    ],
    ids=["empty", "control characters", "cut short", "headings alone", "no cell", "201 sheets"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(signed_in, content):
    answer = send(signed_in, content)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()
    assert ImportJob.objects.count() == 0


def test_the_day_in_the_title_goes_before_the_day_of_sending(signed_in):
    for day in (1, 2):  # the second table is read as the first one was, without a question
        title = [f"Перечень проектов на 0{day}.10.2026 г.", None]
        rows = [title, ["Наименование проекта", "Сумма, млн тенге"], ["Синтетический завод", 5]]
        sent = send(signed_in, files.csv_file(rows), "t.csv")
        page = signed_in.get(sent.url)
        if page.status_code == 302:
            asked = signed_in.get(page.url)
            signed_in.post(asked.request["PATH_INFO"], answers(asked) | {"keep": "on"})
        assert ImportJob.objects.latest("pk").as_of == datetime.date(2026, 10, day)
    assert page.status_code == 200


def test_a_letter_that_can_be_kept_nowhere_is_left_out(signed_in):
    rows = [["Наименование проекта", "Сумма, тенге"], ["Синтетический\0 завод", 5]]
    sent = send(signed_in, files.csv_file(rows), "t.csv")
    page = signed_in.get(signed_in.get(sent.url).url)
    shown = signed_in.get(signed_in.post(page.request["PATH_INFO"], answers(page)).url).context["shown"]
    assert (shown["problems"], shown["sheets"][0]["rows"][0]["name"]) == ([], "Синтетический завод")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("NaN", "number"),
        ("1e400", "number"),
        (1e308, ""),
        ("=1+1", "number"),
        ("#REF!", "number"),
        ("12 песо", "currency"),
    ],
)
def test_hostile_cells_are_named_and_nothing_is_written(signed_in, cell, words):
    rows = [["Наименование проекта", "Сумма, тенге"], ["Синтетический завод", cell], ["Синтетический 2", 5]]
    sent = send(signed_in, files.csv_file(rows), "t.csv")
    page = signed_in.get(signed_in.get(sent.url).url)
    shown = signed_in.get(signed_in.post(page.request["PATH_INFO"], answers(page)).url)
    problems = shown.context["shown"]["problems"]
    assert [problem["cell"] for problem in problems] == ["B2"]
    assert words in problems[0]["message"]
    assert Project.objects.count() == 0


def test_who_may_say_what_columns_mean(signed_in, client):
    sent = send(signed_in, files.xlsx({"Лист": ROWS}))
    job = ImportJob.objects.get()
    mapping = reverse("import-mapping", args=[job.pk])
    assert sent.status_code == 303
    for person, status in ((factories.analyst(), 404), (factories.outsider(), 403), (factories.editor(), 404)):
        client.force_login(person)
        for address in (mapping, reverse("import-run", args=[job.pk])):
            assert client.get(address).status_code == status
            assert client.post(address).status_code == status


def test_no_step_is_taken_before_the_columns_are_explained(signed_in, client):
    send(signed_in, files.xlsx({"Лист": ROWS}))
    job = ImportJob.objects.get()
    for step in ("confirm", "answer", "approve", "nothing"):
        assert signed_in.post(job.get_absolute_url(), {"step": step}).url == reverse("import-mapping", args=[job.pk])
    client.force_login(factories.administrator())
    answer = client.post(job.get_absolute_url(), {"step": "approve"})
    assert answer.status_code == 422
    assert "has not said yet what its columns mean" in answer.content.decode()


def test_the_command_is_told_what_the_page_asks(tmp_path):
    table, mapping = tmp_path / "synthetic.csv", tmp_path / "mapping.json"
    table.write_bytes(files.csv_file(ROWS[1:4]))
    given = {"as_of": "2025-11-01", "stdout": io.StringIO()}
    with pytest.raises(CommandError, match="millions") as refused:
        call_command("import_projects", str(table), **given)
    assert refused.value.returncode == 2
    for wrong in ("{", "[]", '{"columns": {"a": "nowhere"}}'):
        mapping.write_text(wrong)
        with pytest.raises(CommandError):
            call_command("import_projects", str(table), mapping=str(mapping), scale=1000, **given)
    mapping.write_text(json.dumps({"columns": {"Сумма": "amounts.committed"}, "currency": "KZT"}))
    call_command("import_projects", str(table), mapping=str(mapping), scale=1000, **given)
    assert Amount.objects.filter(kind="committed", value=1_234_500).count() == 1
    assert Project.objects.count() == 2


def test_the_command_takes_the_day_in_the_title_and_says_so(tmp_path):
    table = tmp_path / "synthetic.csv"
    rows = [["Наименование проекта", "Сумма, млн тенге"], ["Синтетический завод", 5]]
    given = {"dry_run": True, "scale": 1_000_000}
    for title, asked, told in (
        ([["Перечень проектов на 01.10.2025 г."]], None, ("2025-10-01", "title")),
        ([["Перечень проектов на 01.10.2025 г."]], "2025-11-02", ("2025-11-02", "argument")),
        ([["План на 31.12.2098 г."]], None, (timezone.localdate().isoformat(), "today")),
        ([], None, (timezone.localdate().isoformat(), "today")),
    ):
        table.write_bytes(files.csv_file(title + rows))
        out = io.StringIO()
        call_command("import_projects", str(table), as_of=asked, json=True, stdout=out, **given)
        outcome = json.loads(out.getvalue())
        assert (outcome["as_of"], outcome["as_of_from"]) == told
    out = io.StringIO()
    call_command("import_projects", str(table), stdout=out, **given)
    assert "(today, because the table names no day)." in out.getvalue()
