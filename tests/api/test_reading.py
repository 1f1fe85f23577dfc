"""Lists, records, totals and facets: who gets them, in how many queries, in which language, and how one pages."""

import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from projects import permissions, rollups
from projects.filters import ProjectFilterSet
from projects.models import Amount, Obligation, Project
from projects.models.choices import StageGroup
from tests import factories
from tests.api.conftest import LISTS, Caller

COMPUTED = ["totals", "facets", "schema"]
STATUSES = {"editor": 200, "editor2": 200, "analyst": 200, "outsider": 403, "anonymous": 401}
# Signing in by token: the call is counted; the token with its person, and that it was used; then the person's roles.
SIGN_IN = 4


def is_problem(response, status):
    body = response.json()
    assert response.status_code == status == body["status"], response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body["title"]
    return body


@pytest.mark.parametrize("who", STATUSES)
def test_who_reads(callers, portfolio, who):
    call = callers[who]
    paths = [f"{name}/" for name in LISTS + COMPUTED] + [f"{name}/{portfolio[name]}/" for name in LISTS]
    for path in paths:
        response = call(path)
        assert response.status_code == STATUSES[who], (path, response.content)
        if response.status_code != 200:
            is_problem(response, STATUSES[who])
            assert (who == "anonymous") == ("WWW-Authenticate" in response.headers)


@pytest.mark.parametrize("name", LISTS)
def test_lists_and_records_agree(callers, portfolio, name):
    call = callers["editor"]
    listed = call(f"{name}/?count=1").json()
    assert set(listed) == {"next", "previous", "count", "results"}
    assert listed["count"] == len(listed["results"]) > 0
    key = portfolio[name]
    row = next(row for row in listed["results"] if key in (row.get("id"), row.get("code"), row.get("reference")))
    record = call(f"{name}/{key}/").json()
    assert {field: record[field] for field in row if field != "amounts"} == {
        field: value for field, value in row.items() if field != "amounts"
    }


def test_what_is_not_there_and_what_may_not_be_seen_are_alike(callers, portfolio):
    draft = factories.update(author=portfolio["people"]["editor"])
    unseen = is_problem(callers["analyst"](f"updates/{draft.pk}/"), 404)
    assert unseen == is_problem(callers["analyst"]("updates/999999/"), 404)
    for path in ("projects/none/", "investors/99999999999999999999/", "projects/%00/", "sources/a/b/", "nothing/"):
        is_problem(callers["editor"](path), 404)


def test_confidential_amounts_are_seen_by_those_who_may(callers):
    kinds = {
        who: {row["kind"] for row in callers[who]("projects/SYN-1/").json()["amounts"]} for who in ("editor", "analyst")
    }
    assert kinds == {"editor": {"announced", "disbursed"}, "analyst": {"announced"}}
    for who, value in (("editor", "5.00"), ("analyst", None)):
        assert callers[who]("totals/").json()[0]["amounts"]["disbursed"]["value"] == value
        assert callers[who]("projects/").json()["results"][0]["amounts"]["disbursed"]["value"] == value


# ---- Costs ------------------------------------------------------------------------------------------------


def many_more(name):
    """49 further rows of a kind, each with rows of its own where the list shows them."""
    makers = {
        "projects": lambda i: factories.amount(project=factories.party().project),
        "programmes": lambda i: factories.programme(),
        "investors": lambda i: factories.investor(country=factories.country()),
        "sectors": lambda i: factories.sector(f"SYN{i}"),
        "places": lambda i: factories.place(f"SYN-{i}", parent=None),
        "updates": lambda i: factories.update(status="submitted"),
        "obligations": lambda i: factories.obligation(),
        "shipments": lambda i: factories.shipment(),
        "engagements": lambda i: factories.engagement(),
        "agreements": lambda i: factories.agreement(),
        "leads": lambda i: factories.lead(),
        "indicators": lambda i: factories.indicator(),
        "sources": lambda i: factories.source(),
        "statements": lambda i: factories.statement(),
        "rates": lambda i: factories.exchange_rate(day=datetime.date(2025, 1, 1) + datetime.timedelta(i)),
    }
    for number in range(49):
        makers[name](number)


@pytest.mark.parametrize("name", LISTS)
def test_queries_do_not_grow_with_rows(callers, name):
    call = callers["administrator"]
    call(f"{name}/")  # the token's use is noted once an hour
    with CaptureQueriesContext(
        connection,
    ) as few:
        call(f"{name}/")
    many_more(name)
    with CaptureQueriesContext(connection) as many:
        assert len(call(f"{name}/").json()["results"]) == 50
    assert len(many) == len(few) <= {"projects": 3, "updates": 2}.get(name, 1) + SIGN_IN - 1


def test_one_project_costs_a_query_for_each_of_its_lists(callers):
    callers["editor"]("projects/SYN-1/")
    with CaptureQueriesContext(connection) as found:
        callers["editor"]("projects/SYN-1/")
    assert len(found) <= 20


# ---- Pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["reference", "-reference", "name", "starts", "-starts", "announced", "-announced"])
def test_pages_forwards_and_back_show_every_row_once(db, sort):
    sector = factories.sector()
    for number in range(60):
        day = datetime.date(2026, 1, 1 + number % 7) if number % 3 else None
        project = factories.project(main_sector=sector, planned_start_on=day)
        if number % 4:
            factories.amount(project=project, value=number % 5 + 1)
    call = Caller(factories.analyst())
    pages, address = [], f"projects/?per_page=25&sort={sort}&sector={sector.pk}"
    while address:
        body = call(address.removeprefix("http://testserver")).json()
        pages.append([row["reference"] for row in body["results"]])
        last, address = body, body["next"]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({reference for page in pages for reference in page}) == 60
    back, address = [], last["previous"]
    while address:
        assert "sector=ENERGY" in address
        body = call(address.removeprefix("http://testserver")).json()
        back.append([row["reference"] for row in body["results"]])
        address = body["previous"]
    assert back == pages[-2::-1]


# ---- Words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "language", "sector"),
    [
        ("kk", "kk", "Энергетика"),
        ("ru-RU,ru;q=0.9,en;q=0.5", "ru", "Энергетика"),
        ("en", "en", "Energy"),
        ("zh-Hans-CN", "zh-hans", "能源"),
        ("fr, zh-CN;q=0.5", "zh-hans", "能源"),
    ],
)
def test_labels_follow_accept_language(brief, asked, language, sector):
    factories.project(main_sector="ENERGY", place=None, stage_group="construction", reference="SYN-L")
    body = Caller(factories.analyst())("projects/SYN-L/", **{"Accept-Language": asked}).json()
    assert body["sector"] == "ENERGY"
    assert body["sector_label"] == sector
    with translation.override(language):
        assert body["stage_group_label"] == StageGroup.CONSTRUCTION.label


def test_errors_speak_the_caller_s_language(callers):
    body = is_problem(callers["editor"]("projects/?sector=none", **{"Accept-Language": "ru"}), 400)
    assert "sector" in body["errors"]
    assert any("а" <= letter <= "я" for letter in body["title"].lower())


# ---- Values -----------------------------------------------------------------------------------------------


def test_figures_say_what_they_rest_on(callers):
    row = callers["editor"]("projects/SYN-1/").json()["amounts"][-1]
    assert row["value"] == "1234567.89"
    assert (row["bound"], row["as_of"], row["date_precision"], row["certainty"]) == (
        *("gt", "2025-10-10", "day", "single_source"),
    )
    statement = row["statement"]
    assert callers["editor"](statement["url"]).json()["source"] == statement["source"]


def test_obligations_are_those_of_the_day(callers, portfolio):
    path = f"obligations/{portfolio['obligations']}/"
    row = callers["analyst"](path).json()
    name = Project.objects.get(reference="SYN-1").name
    assert row["subject"] == {"type": "project", "key": "SYN-1", "label": name}
    found = (row["target"], row["unit"], row["strength"], row["state"], row["share"])
    assert found == ("10", "KZT", "must", "not_due", "0")
    obligation = Obligation.objects.get(pk=portfolio["obligations"])
    factories.waiver(obligation=obligation, start_on=datetime.date(2026, 3, 1))
    states = {}
    for day in ("2026-02-28", "2026-03-01"):
        listed = callers["analyst"](f"obligations/?as_of={day}&project=SYN-1").json()["results"]
        states[day] = [row["state"] for row in listed]
    assert states == {"2026-02-28": ["not_due"], "2026-03-01": ["waived"]}
    is_problem(callers["analyst"]("obligations/?as_of=yesterday"), 400)


def test_totals_are_those_of_the_pages(brief):
    user = factories.analyst()
    call = Caller(user)
    rows = ProjectFilterSet(QueryDict(), user=user).rows()
    portfolio = rollups.Portfolio(rows, amounts=permissions.visible_to(user, Amount.objects.all()))
    line = call("totals/").json()
    assert len(line) == 1
    announced = line[0]["amounts"]["announced"]
    assert announced["value"] == f"{portfolio.total.amounts['announced'].value:.2f}" == "134000000000.00"
    assert (announced["bound"], announced["lower_bounds"], announced["missing"]) == ("gt", 1, 2)
    assert line[0]["amounts"]["disbursed"]["value"] is None
    assert [(row["value"], row["currency"]) for row in line[0]["uncertain"]] == [("30000000.00", "USD")]
    for dimension in rollups.DIMENSIONS:
        lines = call(f"totals/?by={dimension}").json()
        assert lines[-1]["key"] == "unallocated"
        assert lines[-1]["amounts"]["announced"]["value"] == "134000000000.00"
        assert all(set(row["amounts"]) == {"announced", "committed", "disbursed"} for row in lines)
    is_problem(call("totals/?by=colour"), 400)


def test_facets_count_each_without_its_own_filter(brief):
    body = Caller(factories.analyst())("facets/?sector=ENERGY&placeholders=include").json()
    assert {row["value"] for row in body["sector"]["values"]} > {"ENERGY", "OIL"}
    assert sum(row["count"] for row in body["stage"]["values"]) == 1


def test_the_brief_s_obligations_have_no_target(brief):
    body = Caller(factories.analyst())("obligations/?as_of=2026-01-01&count=1").json()
    assert body["count"] == 4
    assert {row["kind"] for row in body["results"]} == {"REG", "TAX", "LOCAL_HIRE", "TRAINING"}
    assert {(row["state"], row["target"], row["share"]) for row in body["results"]} == {("no_target", None, None)}


def test_head_and_options(callers):
    call = callers["editor"]
    assert call("projects/", "head").content == b""
    options = call("projects/SYN-1/", "options")
    assert options.status_code == 204
    assert {word.strip() for word in options.headers["Allow"].split(",")} == {"GET", "PATCH", "HEAD", "OPTIONS"}
