"""Obligations on their pages: filters, evidence offered, accepted and refused, and what their forms refuse."""

import datetime
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from projects import actions, evidence, notices
from projects.actions import Refused
from projects.filters import ObligationFilterSet
from projects.forms import FORMS
from projects.models import Evidence, Notice, Obligation
from tests import factories
from tests.filling import filled
from tests.pages import read

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LAST_YEAR = TODAY.year - 1


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def ago(days):
    return TODAY - datetime.timedelta(days=days)


@pytest.fixture
def people(db):
    return {
        "editor": factories.editor("synthetic-editor"),
        "reviewer": factories.reviewer("synthetic-reviewer"),
        "analyst": factories.analyst("synthetic-analyst"),
    }


@pytest.fixture
def tax(people):
    """So much a quarter to the local budget, since the year before."""
    return factories.obligation(
        project=factories.project(reference="SYN-1"),
        target=100,
        unit=factories.unit("KZT", dimension="money"),
        frequency="quarterly",
        start_on=datetime.date(LAST_YEAR, 1, 1),
        budget_level="local",
    )


@pytest.fixture
def offered(people, tax):
    return factories.evidence(
        obligation=tax,
        author=people["editor"],
        value=100,
        tax_kind="social",
        budget_level="local",
        period_end=datetime.date(LAST_YEAR, 12, 31),
    )


def decide(client, person, row, **posted):
    client.force_login(person)
    return client.post(reverse("evidence-decision", args=[row.obligation_id, row.pk]), posted)


class TestDeciding:
    def test_offered_accepted_by_another_and_met(self, client, people, tax):
        client.force_login(people["editor"])
        url = reverse("evidence-new", args=[tax.pk])
        form = FORMS[Evidence](user=people["editor"], fixed={"obligation": tax})
        typed = {"tax_kind": "social", "budget_level": "local", "value": "100", "period_end": f"{LAST_YEAR}-12-31"}
        answer = client.post(url, filled(form, **typed, statement=factories.statement().code))
        assert answer.status_code == 303
        row = Evidence.objects.get()
        notice = Notice.objects.get(user=people["reviewer"])
        assert notices.text_of(notice) == f"{tax}: evidence waits for your decision."
        assert notices.address_of(notice) == f"{tax.get_absolute_url()}#evidence"
        before = Obligation.objects.with_state(TODAY).get(pk=tax.pk)
        assert (before.state, before.turn) == ("overdue", "region")

        assert decide(client, people["reviewer"], row, decision="accept").status_code == 303
        row.refresh_from_db()
        assert (row.status, row.decided_by, row.decided_on) == ("accepted", people["reviewer"], TODAY)
        notice.refresh_from_db()
        assert notice.read_at is not None
        told = Notice.objects.get(user=people["editor"])
        assert notices.text_of(told) == f"{tax}: your evidence was accepted."
        with translation.override("ru"):
            assert str(tax.kind) in notices.text_of(told)
        after = Obligation.objects.with_state(TODAY).with_periods(TODAY, 12).get(pk=tax.pk)
        last = next(one for one in after.in_periods if one.period[1] == datetime.date(LAST_YEAR, 12, 31))
        assert last.state == "met"
        assert Obligation.objects.with_state(ago(1)).get(pk=tax.pk).state == "overdue"  # as it was yesterday

    def test_a_document_is_the_source_of_what_it_shows(self, client, people, tax):
        """No statement is asked for beside it, but where it is confidential: its title would be told to all."""
        client.force_login(people["editor"])
        url = reverse("evidence-new", args=[tax.pk])
        form = FORMS[Evidence](user=people["editor"], fixed={"obligation": tax})
        typed = {"tax_kind": "social", "budget_level": "local", "value": "100", "period_end": f"{LAST_YEAR}-12-31"}
        secret = factories.document(title="Secret", is_confidential=True)
        assert client.post(url, filled(form, **typed)).status_code == 422
        assert client.post(url, filled(form, **typed, document=secret.pk)).status_code == 422
        document = factories.document(title="Synthetic receipt")
        for day in ("09-30", "12-31"):
            sent = filled(form, **typed | {"period_end": f"{LAST_YEAR}-{day}"}, document=document.pk)
            assert client.post(url, sent | {"submission_key": f"synthetic-{day}"}).status_code == 303
        statements = {row.statement for row in Evidence.objects.select_related("statement__source")}
        assert len(statements) == 2 and len({statement.source for statement in statements}) == 1
        assert all("Synthetic receipt" in statement.text_ru for statement in statements)
        assert str(document) == statements.pop().source.title

    def test_without_a_reviewer_at_work_the_administrators_are_told(self, people, offered):
        administrators = {factories.administrator().pk, factories.administrator().pk}
        for is_left, told in ((True, {people["reviewer"].pk}), (False, administrators)):
            type(people["reviewer"]).objects.filter(pk=people["reviewer"].pk).update(is_active=is_left)
            Notice.objects.all().delete()
            evidence.offer(by=people["editor"], evidence=offered)
            assert set(Notice.objects.values_list("user", flat=True)) >= told
            assert bool(administrators & set(Notice.objects.values_list("user", flat=True))) is not is_left

    def test_nobody_decides_on_their_own_and_only_reviewers_decide(self, client, people, offered):
        for person in ("editor", "analyst"):
            decide(client, people[person], offered, decision="accept")
        mine = factories.evidence(obligation=offered.obligation, author=people["reviewer"])
        decide(client, people["reviewer"], mine, decision="accept")
        assert set(Evidence.objects.values_list("status", flat=True)) == {"offered"}
        assert not Notice.objects.exists()

    def test_who_changed_the_value_does_not_accept_it(self, people, offered):
        administrator = factories.administrator()
        form = FORMS[Evidence](instance=offered, user=administrator, fixed={"obligation": offered.obligation})
        data = filled(form, value="999")
        form = FORMS[Evidence](data, instance=offered, user=administrator, fixed={"obligation": offered.obligation})
        assert form.is_valid(), form.errors
        row = actions.save_record(by=administrator, form=form)
        with pytest.raises(Refused, match="of their own"):
            evidence.accept(by=administrator, evidence=row)
        evidence.accept(by=people["reviewer"], evidence=row)

    def test_a_refusal_needs_its_reason_and_is_told(self, client, people, offered):
        decide(client, people["reviewer"], offered, decision="refuse", reason=" ")
        offered.refresh_from_db()
        assert offered.status == "offered"
        decide(client, people["reviewer"], offered, decision="refuse", reason="The stamp is missing")
        offered.refresh_from_db()
        assert (offered.status, offered.comment) == ("rejected", "The stamp is missing")
        notice = Notice.objects.get(user=people["editor"])
        assert notices.text_of(notice).endswith("was refused: The stamp is missing")
        with pytest.raises(Refused, match="decided on already"):
            evidence.accept(by=people["reviewer"], evidence=offered)

    def test_what_was_accepted_in_error_is_taken_back(self, people, offered):
        evidence.accept(by=people["reviewer"], evidence=offered)
        with pytest.raises(Refused, match="decided on already"):
            evidence.accept(by=people["reviewer"], evidence=offered)
        evidence.refuse(by=people["reviewer"], evidence=offered, reason="Counted twice")
        assert Evidence.objects.get().status == "rejected"

    def test_the_page_offers_the_decision_to_who_may(self, client, people, offered):
        buttons = {}
        for name, person in people.items():
            client.force_login(person)
            page = read(client.get(offered.obligation.get_absolute_url()))
            buttons[name] = len(page.all("button", value="accept"))
        assert buttons == {"editor": 0, "reviewer": 1, "analyst": 0}
        then = read(client.get(f"{offered.obligation.get_absolute_url()}?as_of={ago(1)}"))
        assert not then.all("button", value="accept")

    def test_periods_appear_by_themselves(self, client, people, tax):
        client.force_login(people["editor"])
        page = read(client.get(tax.get_absolute_url()))
        rows = page.one("section", id="periods").one("tbody").all("tr")
        quarters = 4 + (TODAY.month + 2) // 3
        assert len(rows) == quarters
        links = [row.one("a", class_="row-edit")["href"] for row in rows]
        assert f"period_start={LAST_YEAR}-01-01&period_end={LAST_YEAR}-03-31" in links[-1]
        form = read(client.get(links[-1]))
        assert form.one("input", name="period_end")["value"] == f"{LAST_YEAR}-03-31"


class TestForms:
    def errors(self, obligation, **typed):
        user, statement = factories.editor(), factories.statement()
        form = FORMS[Evidence](user=user, fixed={"obligation": obligation})
        data = filled(form, **{"period_end": ago(10), "statement": statement.code} | typed)
        form = FORMS[Evidence](data, user=user, fixed={"obligation": obligation})
        return form, set(form.errors)

    def test_a_tax_says_its_kind_and_its_budget(self, tax):
        assert self.errors(tax, value=5)[1] == {"tax_kind"}
        assert self.errors(tax, value=5, tax_kind="land", budget_level="republican")[1] == set()

    def test_a_share_is_a_part_of_a_whole(self, db):
        hire = factories.obligation(target=70, unit=factories.unit("%", dimension="share"))
        assert self.errors(hire, value=7, out_of=10)[1] == set()
        assert self.errors(hire, value=101)[1] == {"value"}
        assert self.errors(hire, out_of=10)[1] == {"value"}
        assert self.errors(hire, value=11, out_of=10)[1]

    def test_what_is_to_be_done_needs_no_number(self, db):
        road = factories.obligation(target=1, unit=factories.unit("{done}", dimension="done"))
        form, errors = self.errors(road)
        assert errors == set()
        assert form.cleaned_data["value"] == 1
        assert not {"tax_kind", "budget_level", "out_of"} & form.fields.keys()

    def test_an_obligation_is_measured_in_a_unit_that_fits(self, db):
        row = factories.obligation(unit=factories.unit("KZT", dimension="money"))
        jobs = factories.metric("jobs_local_citizens", dimension="job")
        factories.unit("%", dimension="share")
        user = factories.administrator()

        def errors(**typed):
            data = filled(FORMS[Obligation](instance=row, user=user), **typed)
            return set(FORMS[Obligation](data, instance=row, user=user).errors)

        assert errors() == set()  # a unit without a target: none is set yet
        assert errors(metric=jobs.pk) == {"unit"}
        assert errors(metric=jobs.pk, unit="%", target=70) == set()
        assert errors(unit="%", target=101) == {"target"}
        assert errors(unit="", target=5) == {"unit"}


def test_filters(people, tax, offered):
    agency = factories.organisation()
    road = factories.obligation(
        side="region", target=1, unit=factories.unit("{done}", dimension="done"), due_on=ago(3), responsible=agency
    )
    mine = factories.obligation(
        owner=people["analyst"], waits_for="region", instrument=factories.instrument(), due_on=ago(-5)
    )
    names = {tax.pk: "tax", road.pk: "road", mine.pk: "mine"}

    def found(query):
        rows = ObligationFilterSet(QueryDict(query), user=people["analyst"]).rows()
        return " ".join(names[row.pk] for row in rows.order_by("pk"))

    assert found("turn=region") == "tax road mine"
    assert found("turn=investor") == ""
    assert found("evidence=1") == "tax"
    assert found(f"responsible={agency.pk}") == "road"
    assert found("owner=me") == found("owner=synthetic-analyst") == "mine"
    assert found("instrument=synthetic_instrument") == "mine"
    assert found("state=overdue&side=region") == "road"
    assert found(f"due_before={ago(1)}&side=region") == "road"
    assert found(f"due_after={ago(0)}&due_before={ago(-9)}") == "mine"
    assert found("frequency=quarterly&budget=local&unit=KZT&metric__empty=1") == "tax"
    assert found("budget__empty=1") == "road mine"
    assert found("unit=%7Bdone%7D") == "road"


def test_a_day_looked_back_to_is_the_day_of_evidence_that_waited_then(people, tax):
    before = timezone.now() - datetime.timedelta(days=9)
    offered = factories.evidence(obligation=tax, author=people["editor"], created_at=before)
    evidence.accept(by=people["reviewer"], evidence=offered)

    def found(query):
        return ObligationFilterSet(QueryDict(query), user=people["analyst"]).rows().count()

    assert [found(query) for query in ("evidence=1", f"evidence=1&as_of={ago(1)}", f"evidence=1&as_of={ago(20)}")] == [
        0,
        1,
        0,
    ]


def test_only_like_is_added_to_like(client, people, tax):
    """Below the list: a line for each kind, measure, unit, budget and frequency, each leading to the rows it adds."""
    common = {"project": tax.project, "kind": tax.kind, "unit": tax.unit}
    factories.obligation(**common, target=300, frequency="quarterly", start_on=tax.start_on, budget_level="local")
    factories.obligation(**common, frequency="quarterly", budget_level="local")  # no target: counted, not added
    elsewhere = factories.obligation(**common, target=7, budget_level="republican")
    paid = {"value": 3, "tax_kind": "social", "budget_level": "republican", "period_end": ago(400)}
    decided = {"status": "accepted", "decided_by": people["reviewer"], "decided_on": ago(400)}
    factories.evidence(obligation=elsewhere, author=people["editor"], **paid, **decided)
    factories.obligation(**common | {"unit": factories.unit("USD", dimension="money_usd")}, target=9)
    factories.obligation(**common | {"unit": factories.unit("%", dimension="share")}, target=50)
    factories.obligation(**common | {"unit": factories.unit("{job}", dimension="job")})
    waived = factories.obligation(**common, target=1000, frequency="quarterly", budget_level="local")
    factories.waiver(obligation=waived, start_on=ago(400))
    client.force_login(people["analyst"])
    page = read(client.get(f"/en/obligations/?as_of={LAST_YEAR}-12-31"))
    lines = {}
    for row in page.one("section", id="sums").all("tr")[1:]:
        number, target, *reached = row.all("data")
        lines[target["data-unit"], target["value"]] = (number["value"], *(one["value"] for one in reached))
        query = QueryDict(urlsplit(row.all("a")[0]["href"]).query)
        assert ObligationFilterSet(query, user=people["analyst"]).rows().count() == int(number["value"])
    assert lines == {("KZT", "400"): ("3",), ("KZT", "7"): ("1", "3"), ("USD", "9"): ("1",)}
