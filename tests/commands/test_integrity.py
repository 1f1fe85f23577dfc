"""The check of the whole database finds what went past the guarantees, and nothing in a database that is right."""

import io
import json

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from projects import integrity
from projects.models import Amount, Document, Project
from tests import factories


def found():
    return {(finding.check, finding.table) for finding in integrity.findings()}


def past_the_triggers(query, *parameters):
    """Run a statement as somebody would who switched the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(query, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_the_brief_is_whole(brief):
    out = io.StringIO()
    call_command("check_integrity", stdout=out)
    assert len(out.getvalue().splitlines()) == 1
    call_command("check_integrity", json=True, stdout=(out := io.StringIO()))
    assert json.loads(out.getvalue()) == []


@pytest.mark.parametrize(
    "query, expected",
    [
        ("UPDATE projects_project SET cadastral_number = 'x' WHERE id = {project}", ("history", "projects_project")),
        ("DELETE FROM projects_programmesector", ("history", "projects_programmesector")),
        (
            "UPDATE projects_project p SET stage_id = (SELECT min(code) FROM projects_stage s WHERE s.code <> "
            "COALESCE(p.stage_id, '')) WHERE id = {project}",
            ("stage", "projects_project"),
        ),
        ("UPDATE projects_amount SET value_kzt = value_kzt + 1 WHERE id = {amount}", ("money", "projects_amount")),
        ("UPDATE projects_projectmoney SET open_count = open_count + 1", ("sums", "projects_projectmoney")),
        (
            "DELETE FROM projects_projectmoney WHERE project_id = {project} AND kind = 'committed'",
            ("sums", "projects_projectmoney"),
        ),
        (
            "UPDATE projects_place SET parent_id = 'KZ-27' "
            "WHERE code = (SELECT parent_id FROM projects_place WHERE code = 'KZ-27')",
            ("circles", "projects_place"),
        ),
        ("UPDATE projects_project SET name_en = E'a\\x07b' WHERE id = {project}", ("texts", "projects_project")),
        ("ALTER SEQUENCE projects_project_id_seq RESTART WITH 1", ("numbers", "projects_project")),
        ("ALTER TABLE projects_project DISABLE TRIGGER USER", ("structure", "projects_project")),
        (
            "DELETE FROM projects_projectevent WHERE id = {project} AND version = 1",
            ("versions", "projects_project"),
        ),
    ],
)
def test_what_went_past_the_guarantees_is_found(brief, query, expected):
    project = Project.objects.filter(is_placeholder=False).order_by("pk").first()
    project.name_kk = f"{project.name_kk} "
    project.save()
    amount = Amount.objects.exclude(value_kzt=None).order_by("pk").first()
    assert expected not in found()
    past_the_triggers(query.format(project=project.pk, amount=amount.pk))
    assert expected in found()


def test_files_are_compared_with_their_rows(db):
    kept, lost, changed = (factories.document(title=f"Synthetic {name}") for name in ("kept", "lost", "changed"))
    for document in (kept, lost, changed):
        content = document.title.encode()
        document.file.save(f"{document.pk}.txt", ContentFile(content), save=False)
        document.size, document.sha256 = len(content), integrity.hashlib.sha256(content).hexdigest()
        document.save()
    assert not found()
    lost.file.storage.delete(lost.file.name)
    with changed.file.open("wb") as file:
        file.write(b"Synthetic chance")
    rows = {finding.rows[0]: finding.sentence for finding in integrity.findings()}
    assert rows.keys() == {lost.pk, changed.pk} and len(set(rows.values())) == 2
    assert Document.objects.filter(pk__in=rows).count() == 2


def test_a_broken_one_is_told_and_gives_exit_1(brief, capsys):
    past_the_triggers("UPDATE projects_project SET cadastral_number = 'x' WHERE is_placeholder")
    with pytest.raises(SystemExit) as ending:
        call_command("check_integrity")
    assert ending.value.code == 1
    assert "history: projects_project (" in capsys.readouterr().out
