"""Loading the brief: after the reference lists, all or nothing, and a second time without a change."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import brief as the_brief
from projects.models import Amount, Lead, Organisation, Project, Statement


@pytest.fixture
def reference(db):
    call_command("load_reference", verbosity=0)


@pytest.fixture
def loaded(reference):
    the_brief.load()


def event_counts():
    models = [model for model in apps.get_app_config("projects").get_models() if hasattr(model, "pgh_tracked_model")]
    return {model._meta.label: model.objects.count() for model in models}


def test_it_asks_for_the_reference_data_first(db):
    with pytest.raises(CommandError, match="load_reference"):
        call_command("load_brief")
    assert not Organisation.objects.exists()


def test_a_second_load_writes_nothing(loaded, capsys):
    before = event_counts()
    assert before["projects.StatementEvent"] == 52
    with CaptureQueriesContext(connection) as queries:
        call_command("load_brief")
    written = [query["sql"] for query in queries if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert written == []
    assert event_counts() == before
    assert "0 " in capsys.readouterr().out


def test_the_first_load_is_inserts_alone(loaded):
    for model in apps.get_app_config("projects").get_models():
        if hasattr(model, "pgh_tracked_model"):
            labels = set(model.objects.values_list("pgh_label", flat=True))
            assert labels <= {"insert"}, model
    assert not Project.objects.exclude(version=1).exists()


def test_what_staff_changed_or_deleted_stays_so(loaded):
    vega = Organisation.objects.get(name_en="VEGA Power")
    vega.name_en, vega.name_zh_hans = "VEGA Power Co., Ltd.", "（全称）"
    vega.save()
    Lead.objects.filter(statement__code="s42").delete()
    assert the_brief.load()[0] == 0
    assert Organisation.objects.filter(name_en__startswith="VEGA").count() == 1
    assert not Lead.objects.filter(statement__code="s42").exists()


def test_a_failure_leaves_nothing_behind(reference, monkeypatch):
    real = the_brief.rows
    monkeypatch.setattr(
        the_brief, "rows", lambda: [*real(), ("Lead", {"statement": "s1", "place": "nowhere", "name": {"en": "x"}})]
    )
    with pytest.raises(the_brief.ReferenceMissing):
        the_brief.load()
    assert not Statement.objects.exists()


def test_history_says_by_which_door_it_came(loaded):
    event = Amount._meta.get_field("events").related_model.objects.order_by("pgh_id").first()
    assert event.pgh_context["door"] == "command"
    assert event.pgh_context["reason"] == "load_brief"
