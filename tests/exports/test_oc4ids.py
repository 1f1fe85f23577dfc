"""OC4IDS packages: as the schema asks or not sent at all; nothing guessed, confidential or counted twice."""

import copy
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from projects.exports.oc4ids import schema
from projects.models import Project
from tests import factories
from tests.exports.test_downloads import content, signed_in

DAY = factories.DAY


def package(client, query="", language="en"):
    made = json.loads(content(client, f"projects/export.json{query}") if language == "en" else _in(client, language))
    assert schema.faults_of_package(made) == []
    return made


def _in(client, language):
    return b"".join(client.get(f"/{language}/projects/export.json").streaming_content)


def by_reference(made):
    return {project["identifiers"][0]["id"]: project for project in made["projects"]}


@pytest.fixture
def rich(db):
    """A project with something of every kind, some of it confidential or not named."""
    factories.exchange_rate()
    place = factories.place("SYN-PLACE", latitude=Decimal("51"), longitude=Decimal("51"))
    project = factories.project(
        reference="SYN-1",
        place=place,
        main_sector=factories.sector(oc4ids="energy"),
        programme=factories.programme(),
        description_en="Synthetic description",
        project_type="expansion",
        planned_end_on=DAY,
        latitude=Decimal("51.25"),
        longitude=Decimal("51.5"),
    )
    bank = factories.organisation(name_en="Synthetic bank", bin="251040000012", country=factories.country())
    factories.amount(project=project, value=Decimal("30000000.50"), currency="USD", payer=bank, bound="gt")
    factories.amount(project=project, value=7, is_confidential=True)
    factories.amount(project=project, kind="committed", value=5, money_source="borrowed", payer=bank)
    factories.amount(project=project, kind="disbursed", value=3)
    factories.amount(programme=project.programme, value=134_000_000_000)
    factories.party(project=project, organisation=bank)
    factories.party(project=project, organisation=factories.organisation(is_placeholder=True), role="supplier")
    factories.party(project=project, organisation=factories.organisation(kind="state_body"), role="public_authority")
    factories.observation(project=project, bound="ge")
    share = {"metric": factories.metric("physical_progress", dimension="share"), "unit": factories.unit("%", "share")}
    factories.observation(project=project, status="actual", value=Decimal("5.5"), **share)
    factories.milestone(project=project, met_on=DAY)
    factories.milestone(project=project, planned_on=None, planned_precision="unknown")
    factories.obligation(project=project, target=10, unit=factories.unit("KZT", "money"), due_on=DAY)
    factories.project_link(from_project=project, to_project=factories.project(reference="SYN-2", place=None))
    factories.project_document(project=project, document=factories.document(is_confidential=True, title="Secret"))
    factories.project_document(project=project, document=factories.document(title="Synthetic contract"))
    factories.stage_change(project=project, stage=factories.stage(oc4ids_status="implementation"))
    return project


def test_a_package_says_what_is_stated_and_no_more(rich):
    made = package(signed_in(factories.administrator()))
    one = by_reference(made)["SYN-1"]
    assert made["version"] == "0.9" and made["uri"] == "http://testserver/en/projects/export.json"
    assert one["id"] == "oc4ids-xxxxxx-SYN-1" and one["language"] == "en"
    assert (one["status"], one["type"], one["sector"]) == ("implementation", "expansion", ["energy"])
    assert one["budget"]["amount"] == {"amount": 30000000.5, "currency": "USD"}
    assert one["budget"]["finance"][0]["assetClass"] == ["debt"]
    assert [t["value"] for t in one["transactions"]] == [{"amount": 3, "currency": "KZT"}]
    assert [a["bound"] for a in one["x_amounts"] if a["kind"] == "announced"] == ["gt"]
    assert [p.get("roles") for p in one["parties"]] == [["funder"], ["publicAuthority"]]
    assert one["parties"][0]["identifier"] == {"scheme": "KZ-BIN", "id": "251040000012"}
    assert one["publicAuthority"]["id"] == one["parties"][1]["id"]
    assert one["locations"][0]["geometry"]["coordinates"] == [51.5, 51.25]
    assert one["metrics"][0]["id"] == "physicalProgress" and one["metrics"][0]["observations"][0]["measure"] == "5.5"
    assert one["forecasts"][0]["observations"][0]["notes"] == "at least"
    assert one["period"] == {"endDate": "2025-10-10T00:00:00Z"}
    assert [m.get("status") for m in one["milestones"]] == ["met", None, "notMet"]
    assert one["milestones"][2]["value"] == {"amount": 10, "currency": "KZT"}
    assert [d["title"] for d in one["documents"]] == ["Synthetic contract"]
    assert one["relatedProjects"][0]["identifier"] == "oc4ids-xxxxxx-SYN-2"
    bare = by_reference(made)["SYN-2"]
    assert set(bare) == {"id", "updated", "language", "identifiers", "title", "sector", "additionalClassifications"}
    assert "134000000000" not in json.dumps(made)


def test_texts_are_in_the_language_of_the_path(rich):
    client = signed_in(factories.analyst())
    Project.objects.filter(reference="SYN-1").update(name_zh_hans="合成项目")
    one = by_reference(package(client, language="zh-hans"))["SYN-1"]
    assert (one["language"], one["title"], "description" in one) == ("zh", "合成项目", False)


def test_amounts_of_several_currencies_are_not_one_budget(rich):
    factories.amount(project=rich, value=2)
    budget = by_reference(package(signed_in(factories.administrator())))["SYN-1"]["budget"]
    assert "amount" not in budget
    assert [item["amount"]["currency"] for item in budget["budgetBreakdowns"][0]["budgetBreakdown"]] == ["USD", "KZT"]


def test_a_faulty_package_is_never_sent(rich):
    client = signed_in(factories.administrator())
    factories.amount(project=rich, currency=factories.currency("QQQ"), value=2, kind="disbursed")
    for query, said in (("", "SYN-1: transactions[1].value.currency"), ("?q=nothing-like-it", "at least one project")):
        response = client.get(f"/en/projects/export.json{query}")
        assert response.status_code == 409
        assert said in response.content.decode(), query
    with pytest.raises(CommandError, match="QQQ"):
        call_command("export_projects", format="oc4ids", output="/dev/null")


def test_the_schema_refuses_what_is_wrong(rich):
    made = package(signed_in(factories.administrator()))
    for name, value in {
        "title": "",
        "status": "operation",
        "updated": "2025-10-10",
        "documents": [],
        "purpose": None,
        "id": None,
    }.items():
        wrong = copy.deepcopy(made)
        wrong["projects"][0][name] = value
        assert schema.faults_of_package(wrong), name
    assert schema.faults_of_package(made | {"uri": "no address"})


def test_the_whole_brief_follows_the_standard(brief, tmp_path):
    """Two named plants; the twelve that are only counted come where they are asked for; no headline is a budget."""
    for query, count in (("", 2), ("placeholders=include", 14)):
        for form in ("json", "oc4ids"):
            for language in ("kk", "ru", "en", "zh-hans"):
                path = tmp_path / "package.json"
                call_command("export_projects", format=form, query=query, output=str(path), language=language)
                made = json.loads(path.read_text())
                assert schema.faults_of_package(made) == []
                assert len(made["projects"]) == count
                assert all("amount" not in project.get("budget", {}) for project in made["projects"])


def test_who_takes_packages(rich):
    assert package(signed_in(factories.analyst()))["projects"]
    assert signed_in(factories.outsider()).get("/en/projects/export.json").status_code == 403


def test_the_number_of_queries_does_not_grow(rich, django_assert_max_num_queries):
    for _number in range(20):
        factories.amount(project=factories.project(place=rich.place))
    client = signed_in(factories.administrator())
    with django_assert_max_num_queries(30):
        package(client)
