"""Rows of a file are checked as if each were typed into its form, one after another, those above it saved."""

import datetime
import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from projects.forms import FORMS
from projects.forms.organisations import most_alike, most_alike_of_each
from projects.models import Amount, Observation, Project, ProjectParty, StageChange
from tests import factories
from tests.exchange.sheets import Taken

pytestmark = pytest.mark.django_db
KINDS, CURRENCIES = ("announced", "committed", "disbursed"), ("KZT", "KZT", "USD")
WORKERS = ("jobs_permanent", "jobs_temporary", "jobs_local_citizens")
STAGES = ("design", "construction", "commissioning")
DAYS = [datetime.date(2026, 3, 2), datetime.date(2026, 7, 1), datetime.date(2027, 2, 1)]


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def ground(db):
    """Code lists, rates of one day, and two projects: a running one, and one that is cancelled."""
    for code in set(CURRENCIES):
        factories.currency(code)
    factories.exchange_rate(day=DAYS[0])
    for code in WORKERS:
        factories.metric(code, "persons")
    factories.unit("PERSON", "persons")
    for position, code in enumerate(STAGES):
        factories.stage(code, position=position, needs_date=code == "commissioning")
    one = factories.project(reference="SYN-1", name_kk="Бір", name_ru="Один", name_en="One")
    stopped = {"status": "cancelled", "status_on": DAYS[0], "status_reason": "synthetic"}
    two = factories.project(reference="SYN-2", name_kk="Екі", name_ru="Два", name_en="Two", **stopped)
    factories.amount(project=one, value=5_000_000, kind="committed")
    return {"SYN-1": one, "SYN-2": two}


def some_rows(chosen):
    """Twelve rows of each of four tables: field -> value, as both doors are given them."""
    for _number in range(12):
        project, day = chosen.choice(("SYN-1", "SYN-2")), chosen.choice(DAYS)
        value = chosen.choice((1, 7, 90, 4000)) * 100_000
        money = {"kind": chosen.choice(KINDS), "currency": chosen.choice(CURRENCIES), "bound": "eq"}
        yield "amounts", {"project": project, "value": value, "as_of": day, "date_precision": "day"} | money
        people = {"metric": chosen.choice(WORKERS), "unit": "PERSON", "status": "actual", "as_of": chosen.choice(DAYS)}
        count = {"value": chosen.choice((5, 50, 500)), "cumulative": chosen.choice((None, 10, 20))}
        period = {"period_start": datetime.date(2026, 1, 1), "period_end": day} if count["cumulative"] else {}
        yield "observations", {"project": project, "bound": "eq", "date_precision": "day"} | people | count | period
        share = {"organisation": factories.investor(), "role": "investor", "share": chosen.choice((20, 60))}
        yield "parties", {"project": project} | share
        stage = {"stage": chosen.choice(STAGES), "effective_on": chosen.choice(DAYS)}
        yield "stages", {"project": project, "date_precision": "day", "reason": ""} | stage


def said_by_forms(noun, rows, projects, statement):
    """What the forms say of these rows, each saved where it is not refused: [sentences]."""
    model = {"amounts": Amount, "observations": Observation, "parties": ProjectParty, "stages": StageChange}[noun]
    for values in rows:
        fixed = {"project": projects[values["project"]], "statement": statement}
        plain = {name: getattr(value, "pk", value) for name, value in values.items() if value is not None}
        data = {"certainty": "document", "inclusion": "no", "money_source": "unknown", "submission_key": ""} | plain
        data |= {"change_reason": "synthetic", "confirm_warnings": "on"}
        form = FORMS[model](data, fixed=fixed)
        is_valid = form.is_valid()
        said = {text for texts in form.errors.values() for text in texts} | {found.text for found in form.warnings}
        if is_valid:
            with transaction.atomic():
                form.save()
        yield said


def said_by_file(noun, rows, admin, statement):
    """What an import of a workbook says of these rows: [sentences]."""
    taken, numbers = Taken(admin), []
    for values in rows:
        plain = {name: str(value) if hasattr(value, "pk") else value for name, value in values.items()}
        if "organisation" in values:
            plain["organisation"] = str(values["organisation"].pk)
        numbers.append(taken.add(noun, **plain, statement=statement.code))
    found = taken.plan(reason="synthetic")
    said = {number: set() for number in numbers}
    for problem in found.problems:
        said[problem.row].add(problem.message)
    for change, _cell, text in found.warnings:
        said[change.row.number].add(text)
    return list(said.values())


@pytest.mark.parametrize("seed", range(2))
def test_a_file_hears_what_forms_would_say(ground, seed):
    admin, statement = factories.administrator(), factories.statement()
    rows = list(some_rows(random.Random(seed)))
    sentences = 0
    for noun in ("amounts", "observations", "parties", "stages"):
        own = [values for name, values in rows if name == noun]
        by_file = said_by_file(noun, own, admin, statement)
        with transaction.atomic():
            by_forms = list(said_by_forms(noun, own, ground, statement))
            transaction.set_rollback(True)
        assert by_file == by_forms, noun
        sentences += sum(map(len, by_forms))
    assert sentences > 20


def test_several_new_rows_are_seen_together(ground):
    """Of a project that comes with the same file: what was paid is more than what was promised."""
    taken = Taken(factories.administrator())
    taken.add("projects", name_kk="Жаңа", name_ru="Новый", name_en="New", main_sector="ENERGY")
    given = {"project": "New", "currency": "KZT", "as_of": DAYS[0]}
    taken.add("amounts", kind="committed", value=100, **given)
    taken.add("amounts", kind="disbursed", value=60, **given)
    last = taken.add("amounts", kind="disbursed", value=70, **given)
    people = {"project": "New", "unit": "PERSON", "status": "actual", "as_of": DAYS[0]}
    taken.add("observations", metric="jobs_permanent", value=10, **people)
    local = taken.add("observations", metric="jobs_local_citizens", value=11, **people)
    found = taken.plan()

    assert [(change.row.number, text[:18]) for change, _cell, text in found.warnings] == [
        (last, "Paid so far (KZT\xa01")
    ]
    assert [(problem.row, problem.message) for problem in found.problems] == [
        (local, "Local workers (11) exceed all workers (10).")
    ]


def test_names_are_compared_many_at_once_as_one_by_one(ground):
    factories.organisation(name_en="Synthetic Power Holding", name_kk="Синтетика Энергия", name_ru="Синтетика Энергия")
    texts = [
        "Synthetic Power Holdings",
        "синтетика энергиясы",
        "Nobody 100 % {} %s",
        "Sintetika Energia",
        "ТОО «Синтетик Пауэр Холдинг»",
        "ТОО",
    ]
    alone = {text: found for text in texts if (found := most_alike([text]))}
    assert len(alone) >= 3
    assert most_alike_of_each(texts) == alone


def test_many_rows_ask_no_more_than_few(ground):
    """Of projects in the register: what their stages require, who has a number, what stands beside a figure."""
    factories.stage_requirement(stage="design")
    factories.stage_requirement(stage="design", document_type=None, fact="investor")
    factories.stage_requirement(stage="design", document_type=None, fact="bin")
    editor = factories.editor()
    projects = [factories.project() for _number in range(8)]
    factories.party(project=projects[0], organisation=factories.investor(bin="251040000012"))
    factories.project_document(project=projects[1])

    def asked_about(some):
        taken = Taken(editor, Project.objects.filter(pk__in=[project.pk for project in some]))
        for project in some:
            given = {"project": project.reference, "as_of": DAYS[0]}
            taken.add("stages", project=project.reference, stage="design", effective_on=DAYS[0])
            taken.add("amounts", kind="committed", value=100, currency="USD", **given)
            taken.add("observations", metric="jobs_permanent", value=1, unit="PERSON", status="actual", **given)
            taken.add("organisations", name_en=f"Synthetic {project}", name_kk="Ү", name_ru="Т", kind="company")
        with CaptureQueriesContext(connection) as asked:
            found = taken.plan()
        stages = [change for change in found.creates if change.row.noun == "stages"]
        return len(asked), {change.record.project: [text for *_cell, text in change.warnings] for change in stages}

    few, _said = asked_about(projects[:2])
    many, said = asked_about(projects)

    assert many <= few
    assert len(said) == 8
    assert "Not on record" not in " ".join(said[projects[0]]) and "Not attached" in said[projects[0]][0]
    assert "Not attached" not in " ".join(said[projects[1]]) and "Not on record" in said[projects[1]][0]
    assert len(said[projects[2]]) == 2
