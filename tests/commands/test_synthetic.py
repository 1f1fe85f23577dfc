"""Synthetic projects: as many as asked for, the same for the same seed, with history, beside untouched rows."""

import io

from django.core.management import call_command
from django.db import connection, transaction

from projects.models import Amount, Project, Update

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
