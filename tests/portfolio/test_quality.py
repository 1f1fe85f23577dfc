"""The page of data quality: counts lead to exactly their rows, rows to the form that mends them."""

import pytest
from django.http import QueryDict
from django.utils import translation

from projects import quality
from projects.filters import ObligationFilterSet, OrganisationFilterSet, ProjectFilterSet
from projects.models import Obligation, Organisation, Project
from tests import factories
from tests.pages import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def counts(page):
    """{address of the rows: their number}"""
    return {count.parent["href"]: int(count["value"]) for count in page.one("main").all("data", data_kind="finding")}


def test_each_count_leads_to_exactly_its_rows_at_few_queries(client, brief, django_assert_max_num_queries):
    client.force_login(factories.administrator())
    with django_assert_max_num_queries(25):
        answer = client.get("/en/quality/")
    found = counts(read(answer))
    assert len(found) > 10
    for address, number in found.items():
        rows = read(client.get(address)).all("tr", data_id=True)
        assert len(rows) == number, address
        links = [link["href"] for link in rows[0].all("a", class_="button")]
        assert links, address
        assert client.get(links[0]).status_code == 200, links[0]


def test_the_administration_counts_the_same(client, brief):
    administrator = factories.administrator(is_staff=True, is_superuser=True)
    client.force_login(administrator)
    for finding, number in quality.counted(administrator):
        if finding.key.startswith("missing-project"):
            name = finding.key.rpartition("-")[2]
            listed = read(client.get(f"/en/admin/projects/project/?missing={name}&is_placeholder__exact=0"))
            assert len(listed.one(id="result_list").one("tbody").all("tr") if number else []) == number, finding.key


LISTS = {Project: ProjectFilterSet, Organisation: OrganisationFilterSet, Obligation: ObligationFilterSet}


def test_what_is_missing_is_the_same_on_the_page_and_in_the_lists():
    """Also of what the reader may not see, and of drafts, which nobody but their author does."""
    project = factories.project(main_sector=None)
    factories.amount(project=project, is_confidential=True)
    factories.amount(project=factories.project())
    factories.update(project=project)
    told = factories.update(project=factories.project(), status="submitted")
    dated = factories.obligation(due_on=None, end_on=factories.DAY)
    undated = factories.obligation(due_on=None)
    factories.organisation()
    seen = {}
    for name, user in {"analyst": factories.analyst(), "reviewer": factories.reviewer()}.items():
        seen[name] = {finding.key: number for finding, number in quality.counted(user)}
        for model, filters in LISTS.items():
            for missing in quality.lacking(model):
                rows = filters(QueryDict(f"missing={missing}"), user=user).rows()
                assert rows.count() == seen[name][f"missing-{model._meta.model_name}-{missing}"], (name, missing)
    lacking = {key for key, number in seen["analyst"].items() if number != seen["reviewer"][key]}
    assert lacking == {"missing-project-cost"}
    rows = {finding.key: finding.rows(user) for finding in quality.findings()}
    assert project in rows["missing-project-updates"] and told.project not in rows["missing-project-updates"]
    assert undated in rows["missing-obligation-deadline"] and dated not in rows["missing-obligation-deadline"]


def test_an_owner_has_the_findings_of_their_projects(client):
    mine, theirs = factories.editor("synthetic-mine"), factories.editor("synthetic-theirs")
    factories.project(reference="SYN-1", main_sector=None, curator=mine)
    factories.project(reference="SYN-2", main_sector=None, place=None, curator=theirs)
    client.force_login(mine)
    page = read(client.get("/en/quality/", {"owner": "me", "finding": "missing-project-sector"}))
    assert [row["data-id"] for row in page.all("tr", data_id=True)] == [str(Project.objects.get(reference="SYN-1").pk)]
    everybody = read(client.get("/en/quality/", {"finding": "missing-project-sector"}))
    mending = [link["href"] for link in everybody.one("main").all("a", class_="button")]
    assert mending == ["/en/projects/SYN-1/edit/#id_main_sector"]  # the other one is outside my scope


@pytest.mark.parametrize("query", ["finding=nothing", "owner=nobody", "owner=%00", "finding=%00"])
def test_what_cannot_be_read_is_named(client, query):
    client.force_login(factories.analyst())
    answer = client.get(f"/en/quality/?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


def test_without_a_role_nothing_is_shown(client):
    client.force_login(factories.outsider())
    assert client.get("/en/quality/").status_code == 403
