"""The compliance page: both sides, as of a day, in files; and the obligations of an instrument in one step."""

import csv
import datetime
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from projects.models import Obligation, Statement
from tests import factories
from tests.filling import filled
from tests.pages import read

TODAY = timezone.localdate()
YEAR = TODAY.year


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def ground(of_the_module):
    """One project with an investor, two obligations of it, one of the region, one of the investor elsewhere."""
    investor = factories.organisation(name_en="Synthetic investor")
    project = factories.project(reference="SYN-1")
    factories.party(project=project, organisation=investor)
    tenge, percent = factories.unit("KZT", dimension="money"), factories.unit("%", dimension="share")
    done = factories.unit("{done}", dimension="done")
    tax = factories.obligation(
        project=project,
        target=100,
        unit=tenge,
        frequency="quarterly",
        start_on=day("2025-01-01"),
        end_on=day("2025-12-31"),
        budget_level="local",
    )
    citizens = factories.metric("jobs_local_citizens", dimension="job")
    hire = factories.obligation(
        project=project,
        kind=factories.obligation_kind("LOCAL_HIRE"),
        metric=citizens,
        target=70,
        unit=percent,
    )
    agency = factories.organisation(name_en="Synthetic agency")
    road = factories.obligation(
        project=project,
        kind=factories.obligation_kind("ROAD"),
        side="region",
        responsible=agency,
        target=1,
        unit=done,
        due_on=day("2025-06-30"),
    )
    own = factories.obligation(organisation=investor, kind=factories.obligation_kind("REG"))
    programme = factories.obligation(programme=factories.programme())
    reviewer = factories.reviewer("synthetic-reviewer")

    def accepted(row, value, end, **given):
        decided = {"status": "accepted", "decided_by": reviewer, "decided_on": day(end) + datetime.timedelta(days=10)}
        return factories.evidence(obligation=row, value=value, period_end=day(end), **decided, **given)

    accepted(tax, 60, "2025-03-31", tax_kind="social", budget_level="local")
    accepted(tax, 40, "2025-03-31", tax_kind="land", budget_level="local")
    accepted(tax, 500, "2025-03-31", tax_kind="value_added", budget_level="republican")
    accepted(hire, 3, "2025-03-31", out_of=10)
    accepted(hire, 8, "2025-06-30", out_of=10)
    accepted(hire, 30, "2025-06-30", out_of=40)
    return {
        "project": project,
        "investor": investor,
        "tax": tax,
        "hire": hire,
        "road": road,
        "own": own,
        "programme": programme,
        "editor": factories.editor("synthetic-editor"),
        "analyst": factories.analyst("synthetic-analyst"),
        "outsider": factories.user("synthetic-outsider"),
    }


@pytest.fixture
def visit(ground, db):
    def get(address, person="analyst"):
        client = Client()
        client.force_login(ground[person])
        return client.get(address)

    return get


def states(page):
    return {int(row["data-id"]): row["data-state"] for row in page.all("tr", data_state=True)}


def test_both_sides_of_a_project_on_two_days(ground, visit):
    tax, hire, road, own = (ground[name].pk for name in ("tax", "hire", "road", "own"))
    early = read(visit("/en/projects/SYN-1/compliance/?as_of=2025-05-01"))
    assert states(early) == {tax: "not_due", hire: "partly", road: "not_due", own: "no_target"}
    late = read(visit("/en/projects/SYN-1/compliance/?as_of=2025-08-01"))
    assert states(late) == {tax: "overdue", hire: "met", road: "overdue", own: "no_target"}
    assert "Synthetic agency" in late.one("section", id="region").text
    assert "quarter 1 of 2025 met" in late.one("section", id="investor").text
    again = read(visit("/en/projects/SYN-1/compliance/?as_of=2025-05-01"))
    assert states(again) == states(early)


def test_an_investor_answers_for_its_projects_and_itself(ground, visit):
    page = read(visit(f"/en/investors/{ground['investor'].pk}/compliance/?as_of=2025-08-01"))
    assert set(states(page)) == {ground[name].pk for name in ("tax", "hire", "road", "own")}
    programme = ground["programme"].programme
    page = read(visit(f"/en/programmes/{programme.code}/compliance/"))
    assert set(states(page)) == {ground["programme"].pk}


def test_taxes_by_kind_and_budget_and_workers_by_the_sum_of_the_parts(ground, visit):
    page = read(visit("/en/projects/SYN-1/compliance/?as_of=2025-08-01"))
    captions = [table.one("caption").text if table.all("caption") else "" for table in page.all("table")]

    def rows(caption):
        table = page.all("table")[captions.index(caption)]
        return [
            " ".join(cell.text for cell in row.all() if cell.tag in ("th", "td"))
            for row in table.one("tbody").all("tr")
        ]

    taxes, hires = rows("Taxes by kind and budget"), rows("Local workers")
    assert taxes == [
        "social tax KZT 60 – KZT 60 –",
        "land tax KZT 40 – KZT 40 –",
        "value added tax – KZT 500 – KZT 500",
        "Together KZT 100 KZT 500 KZT 100 KZT 500",
    ]
    assert hires == ["Synthetic jobs_local_citizens 38 of 50 76 Synthetic %"]  # not the mean of 80 and 75


def test_each_number_leads_to_its_rows(ground, visit):
    page = read(visit("/en/projects/SYN-1/compliance/?as_of=2025-08-01"))
    links = [link["href"] for link in page.all("a", class_="figure-link") if "obligations/?" in link["href"]]
    assert links and all("as_of=2025-08-01" in link and "project=SYN-1" in link for link in links)
    for link in set(links):
        assert visit(link).status_code == 200
    overdue = next(link for link in links if "state=overdue" in link and "side=region" in link)
    assert [row["data-id"] for row in read(visit(overdue)).all("tr", data_id=True)] == [str(ground["road"].pk)]


def test_files_have_a_line_for_each_period(ground, visit):
    answer = visit("/en/projects/SYN-1/compliance/export.csv?as_of=2025-08-01")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    tax = [(line["Period"], line["State"], line["Share of the target"]) for line in lines if line["Period"]]
    assert tax == [
        ("quarter 1 of 2025", "met", "1.0000"),
        ("quarter 2 of 2025", "overdue by 32 days", "0.0000"),
        ("quarter 3 of 2025", "not due yet", "0.0000"),
    ]
    assert len(lines) == 3 + 3
    book = visit("/en/projects/SYN-1/compliance/export.xlsx")
    assert book.status_code == 200 and b"".join(book.streaming_content).startswith(b"PK")


def test_who_sees_and_who_adds(ground, visit):
    address = "/en/projects/SYN-1/compliance/"
    adding = reverse("project-of-instrument", args=["SYN-1"])
    assert adding in visit(address, "editor").text
    assert adding not in visit(address, "analyst").text
    statuses = {
        person: (visit(address, person).status_code, visit(adding, person).status_code)
        for person in ("editor", "analyst", "outsider")
    }
    assert statuses == {"editor": (200, 200), "analyst": (200, 403), "outsider": (403, 403)}
    assert visit("/en/projects/NONE/compliance/").status_code == 404
    assert visit("/en/investors/99999999/compliance/export.csv").status_code == 404


def test_the_page_costs_as_many_queries_whatever_is_on_it(ground, visit, django_assert_max_num_queries):
    with django_assert_max_num_queries(36):
        visit(f"/en/investors/{ground['investor'].pk}/compliance/?as_of=2025-08-01")


class TestOfAnInstrument:
    @pytest.fixture
    def agreement(self, db):
        row = factories.instrument("synthetic_agreement", valid_from=day("2026-01-01"))
        for kind, target in (("TAX", None), ("CAPEX", 500)):
            factories.obligation_template(
                f"synthetic_agreement.{kind}",
                instrument=row,
                kind=factories.obligation_kind(kind),
                target=target,
                unit=factories.unit("KZT", dimension="money"),
                frequency="yearly",
            )
        return row

    def post(self, client, address, **typed):
        form = client.get(address).context["form"]
        return client.post(address, dict(filled(form, **typed).lists()))

    def test_all_in_one_step_and_not_twice(self, ground, agreement, client):
        client.force_login(ground["editor"])
        address = f"{reverse('project-of-instrument', args=['SYN-1'])}?instrument=synthetic_agreement&on=2026-02-01"
        page = read(client.get(address))
        assert len(page.all("input", name="templates", checked=True)) == 2
        assert "no target set" in page.text and "KZT 500" in page.text

        source = factories.source()
        answer = self.post(client, address, new_source=source.code, new_words="Synthetic: the agreement says so")
        assert answer.status_code == 303 and answer.url == "/en/projects/SYN-1/compliance/"
        rows = Obligation.objects.filter(instrument=agreement).order_by("kind_id")
        assert [(row.kind_id, row.target, row.start_on, row.basis) for row in rows] == [
            ("CAPEX", 500, day("2026-02-01"), "agreement"),
            ("TAX", None, day("2026-02-01"), "agreement"),
        ]
        assert rows[0].created_by == ground["editor"]
        assert Statement.objects.filter(source=source).count() == 1

        page = read(client.get(address))
        assert len(page.all("input", name="templates")) == 2
        assert not page.all("input", name="templates", checked=True)
        again = self.post(client, address, statement=factories.statement().code)
        assert again.status_code == 422
        assert rows.count() == 2

    def test_only_what_the_law_knows_on_the_day(self, ground, agreement, client):
        client.force_login(ground["editor"])
        address = reverse("project-of-instrument", args=["SYN-1"])
        before = client.get(f"{address}?instrument=synthetic_agreement&on=2025-12-31")
        assert before.context["instrument"] is None
        assert not read(before).all("input", name="templates")
        assert client.get(f"{address}?instrument=synthetic_agreement&on=never").status_code == 400
        investor = reverse("investor-of-instrument", args=[ground["investor"].pk])
        assert client.get(f"{investor}?instrument=synthetic_agreement&on=2026-01-01").status_code == 200


def test_the_brief_s_demands_are_an_instrument(brief):
    demands = Obligation.objects.filter(instrument="regional_demands")
    assert set(demands.values_list("kind", "target")) == {
        (kind, None) for kind in ("REG", "TAX", "LOCAL_HIRE", "TRAINING")
    }
    template = demands[0].instrument.templates
    assert set(template.filter(kind="LOCAL_HIRE").values_list("metric", flat=True)) == {
        "jobs_local_citizens",
        "jobs_local_residents",
    }
    assert not template.exclude(kind="REG").filter(target__isnull=False).exists()
