"""The register as it was: rows as recorded at a moment and true on a day, on every page, and nothing written there."""

import contextlib
import datetime
import re

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from projects import rollups, timetravel
from projects.models import Amount, Project, Stage, StageChange, Update
from projects.timetravel import looking_back
from tests import factories
from tracker.errors import BadParameter

DAY = factories.DAY
# Kept without a history: sign-in tokens, answers to repeated requests, what is being typed, what never changes,
# the files and the progress of imports (what they wrote has a history), messages to other systems.
WITHOUT_HISTORY = {
    *("ApiToken", "Autosave", "PeriodReport", "SecondFactorEvent", "Submission"),
    *("ImportedFile", "ImportRun", "WebhookDelivery"),
}


def day(month, number, year=2026):
    return datetime.date(year, month, number)


def moment(month, number, hour=12):
    return datetime.datetime(2026, month, number, hour, tzinfo=datetime.UTC)


EVENTS = [model for model in apps.get_models() if getattr(model, "pgh_tracked_model", None)]


@contextlib.contextmanager
def recorded(when):
    """What is written inside is in the history as written at this moment."""
    newest = {model: model.objects.order_by("-pgh_id").values_list("pgh_id", flat=True).first() for model in EVENTS}
    yield
    with pgtrigger.ignore():
        for model, last in newest.items():
            model.objects.filter(pgh_id__gt=last or 0).update(pgh_created_at=when)


@pytest.fixture
def reader(db):
    client = Client()
    client.force_login(factories.analyst())
    return client


def address(project):
    return f"/en/projects/{project.reference}/"


def references(response):
    assert response.status_code == 200, response.status_code
    return re.findall(r'<tr data-reference="([^"]+)"', response.text)


def announced(response):
    return re.search(r'value="([^"]*)"[^>]*data-total="announced"', response.text)[1]


# ---- The views ------------------------------------------------------------------------------


def columns(schema, table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            [schema, table],
        )
        return {name for (name,) in cursor.fetchall()}


def registered():
    events = set(EVENTS)
    models = apps.get_app_config("projects").get_models(include_auto_created=True)
    return [model for model in models if model not in events and not model._meta.proxy]


@pytest.mark.parametrize("model", registered(), ids=lambda model: model.__name__)
def test_every_table_has_a_history_and_its_view(db, model):
    table = model._meta.db_table
    if model.__name__ in WITHOUT_HISTORY:
        assert not columns("past", table)
    else:
        assert columns("past", table) == columns("public", table)


# ---- Recorded by a moment -------------------------------------------------------------------


def test_a_row_deleted_since_is_there_again(reader):
    with recorded(moment(3, 1)):
        project = factories.project(reference="SYN-GONE", announced_on=None)
        factories.amount(project=project, value=500)
    with recorded(moment(4, 1)):
        Amount.objects.filter(project=project).delete()
        project.delete()

    assert references(reader.get("/en/projects/")) == []
    assert references(reader.get("/en/projects/?known_at=2026-02-28")) == []
    then = reader.get("/en/projects/?known_at=2026-03-15")
    assert references(then) == ["SYN-GONE"]
    assert announced(then) == "500.00"
    page = reader.get("/en/projects/SYN-GONE/?known_at=2026-03-15")
    assert 'value="500.00" data-unit="KZT"' in page.text
    assert reader.get("/en/projects/SYN-GONE/").status_code == 404


def test_a_row_reads_as_it_was_written_then(reader):
    with recorded(moment(3, 1)):
        project = factories.project(name_en="Synthetic first name")
    with recorded(moment(4, 1)):
        project.name_en = "Synthetic second name"
        project.save()

    assert "Synthetic first name" in reader.get(f"{address(project)}?known_at=2026-03-31").text
    assert "Synthetic second name" in reader.get(f"{address(project)}?known_at=2026-04-02").text


def test_a_date_means_its_end_and_a_moment_is_exact(reader):
    with recorded(moment(3, 1, hour=12)):
        project = factories.project()

    for known_at, there in [
        ("2026-02-28", False),
        ("2026-03-01", True),
        ("2026-03-01T11:59:59Z", False),
        ("2026-03-01T12:00:00Z", True),
        ("2026-03-01T16:59:00", False),  # Asia/Oral is five hours ahead
        ("2026-03-01T17:00:00", True),
        ("2026-03-01T15:00:00+03:00", True),
        ("2026-03-01T15:00:00%2B03:00", True),
        ("2026-03-01%2017:00", True),
    ]:
        assert bool(references(reader.get(f"/en/projects/?known_at={known_at}"))) is there, known_at
    assert reader.get(f"{address(project)}?known_at=2026-02-28").status_code == 404


def test_links_between_rows_are_those_of_then(reader):
    with recorded(moment(3, 1)):
        project = factories.project()
        amount = factories.amount(programme=factories.programme(), value=7, candidates=[project])
    with recorded(moment(4, 1)):
        amount.candidates.clear()

    url = address(project)
    assert "Perhaps of this project" in reader.get(f"{url}?known_at=2026-03-15").text
    assert "Perhaps of this project" not in reader.get(url).text


# ---- True on a day --------------------------------------------------------------------------


def test_a_correction_of_an_old_figure_shows_only_to_who_knows_it(reader):
    """The figure of 1 March is corrected on 1 May: in March the register held the first one."""
    with recorded(moment(3, 1)):
        project = factories.project()
        first = factories.amount(project=project, value=100, as_of=day(3, 1))
    with recorded(moment(5, 1)):
        first.superseded_by = factories.amount(project=project, value=80, as_of=day(3, 1))
        first.save()

    def total(query):
        return announced(reader.get(f"/en/projects/?{query}"))

    assert total("as_of=2026-03-31") == "80.00"
    assert total("as_of=2026-03-31&known_at=2026-04-01") == "100.00"
    assert total("known_at=2026-04-01") == "100.00"
    assert total("known_at=2026-05-01") == "80.00"
    assert total("as_of=2026-02-28") == ""


def test_a_later_figure_does_not_correct_before_its_day(reader):
    with recorded(moment(3, 1)):
        project = factories.project()
        first = factories.amount(project=project, value=100, as_of=day(3, 1))
        first.superseded_by = factories.amount(project=project, value=300, as_of=day(6, 1))
        first.save()

    assert announced(reader.get("/en/projects/?as_of=2026-05-31")) == "100.00"
    assert announced(reader.get("/en/projects/?as_of=2026-06-01")) == "300.00"


def test_totals_are_the_sum_of_the_rows_on_any_day(reader):
    """A figure of last year that a report of this year states: true then, listed then, added then."""
    project = factories.project()
    source = factories.source(published_on=day(5, 1))
    amount = factories.amount(
        project=project, value=40, as_of=day(12, 31, 2025), statement=factories.statement(source=source)
    )

    for url in ("/en/projects/?as_of=2026-01-01", f"{address(project)}?as_of=2026-01-01"):
        assert f'{amount.statement.code}" title' in reader.get(url).text
    assert announced(reader.get("/en/projects/?as_of=2026-01-01")) == "40.00"
    with looking_back(as_of=day(1, 1)):
        (row,) = rollups.with_listed_amounts(Project.objects.all())
        assert [figure.value for figure in row.listed_amounts] == [40]


def test_an_announcement_is_there_from_its_day_on(reader):
    project = factories.project(announced_on=day(3, 1))
    assert references(reader.get("/en/projects/?as_of=2026-02-28")) == []
    assert references(reader.get("/en/projects/?as_of=2026-03-01")) == [project.reference]


@pytest.fixture
def staged(db):
    """A project known to be before construction; works began on 1 March, reported on 10 March."""
    with recorded(moment(1, 1)):
        for position, (code, group) in enumerate([("construction", "construction"), ("operation", "operation")]):
            factories.stage(code, group, position=position)
        project = factories.project(stage_group="pre_construction")
    with recorded(moment(3, 10)):
        factories.stage_change(project=project, stage="construction", effective_on=day(3, 1))
    return project


def stage_then(**then):
    with looking_back(**then):
        (project,) = Project.objects.select_related("stage")
        return project.stage and project.stage.code, project.stage_group


def test_the_stage_is_that_of_the_day(staged):
    factories.stage_change(project=staged, stage="operation", effective_on=day(9, 1))
    assert stage_then(as_of=day(2, 28)) == (None, "pre_construction")
    assert stage_then(as_of=day(3, 1)) == ("construction", "construction")
    assert stage_then(as_of=day(8, 31)) == ("construction", "construction")
    assert stage_then(as_of=day(9, 1)) == ("operation", "operation")


def test_the_stage_is_what_was_known_then(staged):
    assert stage_then(known_at=moment(3, 5)) == (None, "pre_construction")
    assert stage_then(known_at=moment(3, 5), as_of=day(3, 5)) == (None, "pre_construction")
    assert stage_then(known_at=moment(3, 15)) == ("construction", "construction")


def test_a_stage_to_come_is_not_yet_the_stage(staged):
    with recorded(moment(4, 1)):
        factories.stage_change(project=staged, stage="operation", effective_on=day(9, 1))
    assert stage_then(known_at=moment(5, 1)) == ("construction", "construction")
    assert stage_then(known_at=moment(9, 2)) == ("operation", "operation")


def test_lists_are_filtered_by_the_stage_of_the_day(reader, staged):
    for query, found in [
        ("stage=construction", True),
        ("stage=construction&as_of=2026-02-28", False),
        ("stage__empty=1&as_of=2026-02-28", True),
        ("stage_group=pre_construction&as_of=2026-02-28", True),
    ]:
        assert bool(references(reader.get(f"/en/projects/?{query}"))) is found, query


def test_states_are_those_of_the_day(reader):
    factories.obligation(
        project=factories.project(), target=5, unit=factories.unit("%", dimension="share"), due_on=day(3, 1)
    )
    for as_of, state in [("2026-01-01", "not_due"), ("2026-02-15", "due"), ("2026-03-02", "overdue")]:
        assert "data-id=" in reader.get(f"/en/obligations/?as_of={as_of}&state={state}").text


# ---- Everywhere -----------------------------------------------------------------------------


def test_the_dashboard_and_the_api_look_back_too(reader):
    with recorded(moment(3, 1)):
        project = factories.project()
        factories.amount(project=project, value=100, as_of=day(3, 1))
    with recorded(moment(4, 1)):
        factories.amount(project=project, value=11, as_of=day(4, 1))

    for url, expected in [
        ("/en/", "111.00"),
        ("/en/?known_at=2026-03-15", "100.00"),
        ("/en/?as_of=2026-03-31", "100.00"),
    ]:
        assert announced(reader.get(url)) == expected

    def total(query):
        (line,) = reader.get(f"/api/v1/totals/?{query}").json()
        return line["amounts"]["announced"]["value"]

    assert [total(query) for query in ("", "known_at=2026-03-15", "as_of=2026-03-31")] == ["111.00", "100.00", "100.00"]
    assert total("known_at=2026-02-15") is None
    assert len(reader.get("/api/v1/projects/?known_at=2026-02-15").json()["results"]) == 0
    assert reader.get(f"/api/v1/projects/{project.reference}/?known_at=2026-02-15").status_code == 404


def test_what_a_link_of_the_past_leads_to_is_of_the_past(reader):
    with recorded(moment(3, 1)):
        project = factories.project()
    page = reader.get("/en/projects/?as_of=2026-05-01&known_at=2026-03-15T10:00%2B05:00")
    (url,) = set(re.findall(rf'href="(/en/projects/{project.reference}/[^"#]*)"', page.text))
    assert "SYN" in url and "as_of=2026-05-01" in url and "known_at=2026-03-15T10%3A00%2B05%3A00" in url
    assert "Back to today" in page.text


# ---- Only reading, and only there -----------------------------------------------------------


def test_nothing_is_written_while_looking_back(db):
    project = factories.project()
    for write in (
        lambda: Project.objects.update(name_en="Synthetic other"),
        lambda: project.save(),
        lambda: Update.objects.create(project=project, author=factories.user()),
        lambda: connection.cursor().execute("CREATE TABLE synthetic (id int)"),
        lambda: connection.cursor().execute("DELETE FROM public.projects_project"),
    ):
        with pytest.raises(DatabaseError, match=r"read-only|view"), looking_back(known_at=timezone.now()):
            write()
    assert Project.objects.get().name_en == project.name_en


@pytest.mark.parametrize("fails", [False, True])
def test_afterwards_the_present_is_read_and_written(db, fails):
    project = factories.project()
    with contextlib.suppress(ZeroDivisionError), looking_back(known_at=moment(1, 1)):
        assert not Project.objects.exists()
        if fails:
            raise ZeroDivisionError
    project.name_en = "Synthetic present"
    project.save()
    assert Project.objects.get().name_en == "Synthetic present"


@pytest.mark.django_db(transaction=True)
def test_the_next_request_of_the_connection_reads_the_present():
    project = factories.project()
    client = Client()
    client.force_login(factories.administrator(is_superuser=True, is_staff=True))
    for url in ("/en/projects/?known_at=2020-01-01", "/en/projects/?known_at=2020-01-01&sector=NONE"):
        backend = connection.connection
        assert project.reference not in client.get(url).text
        assert connection.connection is backend is not None
        with connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            assert "past" not in cursor.fetchone()[0]
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("off",)
        assert references(client.get("/en/projects/")) == [project.reference]
    with transaction.atomic():
        Project.objects.update(aliases="Synthetic alias")


NO_DAYS = ["x", "2026-13-01", "2026-02-30", "99999-01-01", "1989-12-31", "2100-01-01", "-1", "0", "2026", "today"]
NO_DAYS += ["\x00", "2026-01-01\x00", "2026-01-01; DROP TABLE x", "1e400", "NaN", "infinity", "٢٠٢٦-٠١-٠١"]
NO_DAYS += ["2026-01-01" * 1000, "2026-01-01T25:00", "2026-01-01T10:00+99:00", "0001-01-01T00:00+14:00"]


@pytest.mark.parametrize("value", NO_DAYS)
def test_what_is_no_day_is_not_read(value):
    for parse in (timetravel.parse_as_of, timetravel.parse_known_at):
        with pytest.raises(BadParameter):
            parse(value)


@pytest.mark.parametrize("name", ["as_of", "known_at"])
def test_what_is_no_day_is_refused_by_name(reader, name):
    for url in ("/en/projects/", "/en/", "/en/projects/SYN-NONE/"):
        response = reader.get(url, {name: "2026-02-30"})
        assert response.status_code == 400
        assert f"<code>{name}</code>" in response.text
    assert reader.get("/api/v1/projects/", {name: "2026-02-30"}).json()["errors"].keys() == {name}


def test_other_faults_are_answered_as_in_the_present(reader, client):
    assert reader.get("/en/projects/?as_of=2026-01-01&sector=NONE").status_code == 400
    assert reader.get("/en/projects/?as_of=2026-01-01&after=x").status_code == 400
    assert reader.get("/en/projects/NONE/?as_of=2026-01-01").status_code == 404
    assert reader.get("/en/no-such-page/?as_of=2026-01-01").status_code == 404
    assert client.get("/en/projects/?as_of=2026-01-01").status_code == 302
    assert client.get("/api/v1/projects/?as_of=2026-01-01").status_code == 401
    client.force_login(factories.outsider())
    assert client.get("/en/projects/?as_of=2026-01-01").status_code == 403


def test_a_form_that_is_sent_is_of_the_present(db, client):
    """`as_of` in the address of a POST changes nothing about it."""
    client.force_login(factories.analyst())
    assert client.post("/en/theme/?as_of=2020-01-01", {"theme": "dark"}).status_code == 302


def test_the_stage_log_itself_is_of_the_day(staged):
    with looking_back(as_of=day(2, 28)):
        assert not StageChange.objects.exists()
        assert Stage.objects.count() == 2
