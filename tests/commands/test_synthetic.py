"""Synthetic projects: as many as asked for, the same for the same seed, with history, beside untouched rows."""

import io

from django.core.management import call_command
from django.db import connection, transaction

from projects import integrity
from projects import synthetic as loading
from projects.models import Amount, Project, ProjectMoney, ProjectParty, StageChange, Update, sql
from tests import factories

COLUMNS = ("reference", "name_ru", "main_sector_id", "place_id", "stage_id", "status", "planned_end_on")


def make(number, **options):
    out = io.StringIO()
    call_command("make_synthetic", projects=number, stdout=out, **options)
    return out.getvalue()


def synthetic():
    return Project.objects.filter(reference__startswith="SYN-")


def picture():
    rows = list(synthetic().order_by("reference").values_list(*COLUMNS))
    amounts = Amount.objects.filter(project__in=synthetic()).order_by("project__reference", "kind")
    return rows, list(amounts.values_list("project__reference", "kind", "value", "currency", "as_of"))


def untouched():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(p::text, '' ORDER BY id)) FROM projects_project p WHERE reference LIKE 'WKR-%'"
        )
        return cursor.fetchone()


def test_rows_of_each_project(brief):
    before = untouched()
    make(7)
    assert synthetic().count() == 7
    assert Update.objects.filter(project__in=synthetic()).count() == 35
    assert Amount.objects.filter(project__in=synthetic()).count() == 21
    assert not Amount.objects.filter(project__in=synthetic(), currency="KZT", value_kzt=None).exists()
    for project in synthetic():
        assert project.name_en.startswith("Synthetic project ")
        assert (project.version, project.programme, project.stage_id) == (1, None, project.stage_changes.get().stage_id)
        event = Project.pgh_event_model.objects.get(pgh_obj=project)
        assert event.pgh_context == {"door": "command", "reason": "make_synthetic"}
        kinds = {amount.kind: amount.value for amount in project.amounts.all()}
        assert kinds["announced"] >= kinds["committed"] >= kinds["disbursed"] > 0
        project.full_clean()
    assert untouched() == before


def test_the_same_seed_gives_the_same_projects(brief):
    def made(*calls, seed):
        savepoint = transaction.savepoint()
        for number in calls:
            make(number, seed=seed)
        found = picture()
        transaction.savepoint_rollback(savepoint)
        return found

    assert made(6, seed=1) == made(2, 6, seed=1) != made(6, seed=2)


def test_what_is_there_is_counted_not_repeated(brief):
    make(3)
    assert "3" in make(3)
    assert synthetic().count() == 3
    make(1)
    assert synthetic().count() == 3


OWN = {"id", "project_id", "reference", "created_at", "updated_at"}  # what a row and its copy differ in


def test_rows_are_what_the_triggers_would_have_made_of_them(brief):
    """The same rows once more, each through its triggers, with nothing given that these write."""
    factories.exchange_rate(currency="USD", day="2020-01-01", source_rate=380)
    make(12)
    originals = list(synthetic().order_by("reference"))
    copies = {}
    for project in originals:
        copy = Project(**values(project) | {"id": None, "reference": f"COPY-{project.reference}", "version": 9})
        copy.save(force_insert=True)
        copies[project.pk] = copy.pk
    for model in (StageChange, ProjectParty, Amount, Update):
        rows = model.objects.filter(project__in=originals).order_by("pk")
        model.objects.bulk_create(
            model(**values(row) | {"id": None, "project_id": copies[row.project_id], "version": 9} | UNPRICED[model])
            for row in rows
        )
    for model in (Project, StageChange, ProjectParty, Amount, Update):
        assert states(model, copies.values()) == states(model, copies)
    assert [list(money(key)) for key in copies.values()] == [list(money(key)) for key in copies]
    assert not [finding for finding in integrity.findings() if finding.check != "files"]


UNPRICED = {model: {} for model in (StageChange, ProjectParty, Update)} | {
    Amount: {"rate": None, "rate_on": None, "value_kzt": None}
}


def values(row):
    return {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}


def states(model, keys):
    """What the rows of projects say, and what their history says of them."""
    column = "id" if model is Project else "project_id"
    rows = model.objects.filter(**{f"{column}__in": keys}).order_by("pk")
    events = model.pgh_event_model.objects.filter(**{f"{column}__in": keys}).order_by("pgh_id")
    told = [{name: value for name, value in values(row).items() if name not in OWN} for row in rows]
    history = [
        {name: value for name, value in values(event).items() if name not in OWN and not name.startswith("pgh_")}
        | {"label": event.pgh_label, "is_of_the_row": event.pgh_obj_id == event.id}
        for event in events
    ]
    return told, history


def money(key):
    return ProjectMoney.objects.filter(project=key).order_by("kind").values_list("kind", *sql.MONEY_COLUMNS)


def test_a_large_load_leaves_the_tables_guarded_as_before(brief, monkeypatch):
    monkeypatch.setattr(loading, "LARGE", 0)

    def guards():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
                "SELECT concat(conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated) "
                "FROM pg_constraint WHERE connamespace = 'public'::regnamespace UNION ALL "
                "SELECT concat(tgrelid::regclass, pg_get_triggerdef(oid), tgenabled) "
                "FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
            )
            return cursor.fetchall()

    before = guards()
    make(2)
    assert guards() == before
    assert not [finding for finding in integrity.findings() if finding.check == "structure"]
