"""The action centre: four reasons to look at a project, each number equal to the rows that it leads to."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import translation

from projects import attention
from projects.models import Project
from projects.models.choices import Attention
from tests import factories
from tests.pages import read

DAY = datetime.date(2026, 6, 1)
ONE = datetime.timedelta(days=1)
EARLY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def ground(of_the_module):
    """One project for each reason, one for several, and one for none."""
    agency, other = (
        factories.organisation(name_en="Synthetic agency"),
        factories.organisation(name_en="Synthetic other"),
    )
    department = factories.organisation(name_en="Synthetic department")
    curator = factories.editor("synthetic-curator")
    people = {"reader": factories.user("synthetic-leader", "leadership"), "nobody": factories.user("synthetic-nobody")}
    done = factories.unit("{done}", dimension="done")
    factories.unit("{job}", dimension="job")
    projects = {}
    for number, name in enumerate("ABCDEF"):
        given = {"department": department, "curator": curator} if name in "AB" else {}
        projects[name] = factories.project(reference=name, announced_on=None, **given)
        factories.amount(project=projects[name], value=10**number, kind="announced")
    owed = {"target": 1, "unit": done}
    factories.obligation(project=projects["A"], due_on=DAY - ONE, **owed)  # late
    factories.obligation(project=projects["B"], due_on=DAY + ONE, **owed)  # at risk
    factories.obligation(project=projects["C"], due_on=DAY - ONE, side="region", responsible=agency, **owed)  # blocked
    factories.problem(project=projects["C"], owner=agency, raised_on=DAY - ONE)  # twice by the same body: once
    factories.problem(
        project=projects["D"], owner=other, raised_on=DAY - ONE, closed_on=DAY + ONE, resolution="Synthetic"
    )
    factories.problem(project=projects["D"], raised_on=DAY - ONE)
    waits = factories.obligation(project=projects["E"], **owed)
    factories.evidence(obligation=waits, value=1, created_at=EARLY)
    factories.milestone(project=projects["D"], planned_on=DAY - ONE, met_on=DAY + ONE)  # late then
    factories.problem(project=projects["F"], raised_on=DAY - 9 * ONE, closed_on=DAY, resolution="Synthetic")
    return {"agency": agency.pk, "other": other.pk, "department": department.pk} | people


def references(kind, day):
    rows = Project.objects.filter(attention.condition(kind, day)).order_by("reference")
    return "".join(rows.values_list("reference", flat=True))


def test_each_reason_on_its_day(ground, db):
    assert {kind.value: references(kind, DAY) for kind in Attention} == {
        "late": "AD",
        "at_risk": "B",
        "blocked": "CD",
        "unanswered": "E",
    }
    week_before = DAY - 7 * ONE
    assert {kind.value: references(kind, week_before) for kind in Attention} == {
        "late": "",
        "at_risk": "AB",
        "blocked": "F",
        "unanswered": "E",
    }


def test_a_project_counts_once_for_each_body(ground, db):
    held = attention.holders(Project.objects.all(), DAY)
    names = dict(Project.objects.values_list("pk", "reference"))
    assert {body: "".join(sorted(names[pk] for pk in keys)) for body, keys in held.items()} == {
        ground["agency"]: "C",
        ground["other"]: "D",
        None: "D",
    }


@pytest.fixture
def visit(ground, db):
    def get(address, person="reader"):
        client = Client()
        client.force_login(ground[person])
        return client.get(address)

    return get


def test_each_number_equals_the_rows_that_it_leads_to(ground, visit):
    """Also where a whole programme is at risk: what it announced beyond its projects counts with them."""
    project = Project.objects.get(reference="B")
    project.programme = factories.programme()
    project.save()
    factories.amount(project=None, programme=project.programme, value=5000, kind="announced")
    page = read(visit(f"/en/actions/?as_of={DAY}"))
    links = [link for link in page.all("a", class_="figure-link") if "/projects/?" in link["href"]]
    assert len(links) > 20
    assert "KZT 5,010" in page.text
    pages = {}
    for link in links:
        data, url = link.one("data"), link["href"]
        listed = pages[url] = pages.get(url) or read(visit(url))
        if data["data-unit"] == "{project}":
            assert len(listed.all("tr", data_reference=True)) == int(data["value"]), link["href"]
        elif data["data-total"]:
            total = listed.one("section", class_="totals").one("data", data_total=data["data-total"])
            assert (total["value"], total["data-missing"]) == (data["value"], data["data-missing"]), link["href"]
    assert len(pages) < len(links)


def test_by_body_department_and_curator(ground, visit):
    page = read(visit(f"/en/actions/?as_of={DAY}"))
    lines = {row.one("th").text: [cell.text for cell in row.all("td")] for row in page.all("tr") if row.all("td")}
    assert lines["Synthetic agency"][:2] == ["1", "KZT 100"]
    assert lines["nobody named"][:2] == ["1", "KZT 1,000"]
    assert lines["Synthetic department"][:5] == ["1", "1", "–", "–", "KZT 1"]
    assert lines["synthetic-curator"][:5] == ["1", "1", "–", "–", "KZT 1"]
    assert lines["blocked"][:2] == ["2", "KZT 1,100"]
    assert re.search("Obligations of the region overdue1", page.one("dl").text)


def test_who_sees_it_and_what_it_costs(ground, visit, django_assert_max_num_queries):
    assert visit("/en/actions/", "nobody").status_code == 403
    assert visit("/en/actions/?attention=nonsense").status_code == 400
    client = Client()
    client.force_login(ground["reader"])
    for query, at_most in (("", 13), (f"?as_of={DAY}", 17)):  # looking back costs four by itself
        with django_assert_max_num_queries(at_most):
            assert client.get(f"/en/actions/{query}").status_code == 200
