"""The workbook goes out, is edited, and comes back: exactly what was changed changes, once, and can be taken back."""

import datetime
import io
from decimal import Decimal

import pytest
from django.utils.translation import override

from projects.exchange import jobs
from projects.history import events_of
from projects.models import (
    Amount,
    ImportJob,
    Observation,
    Organisation,
    Project,
    ProjectParty,
    Statement,
    WebhookDelivery,
)
from projects.models.choices import ImportStatus
from tests import factories
from tests.exchange.sheets import TODAY, Taken, told

pytestmark = pytest.mark.usefixtures("_english")
NOUNS = (Project, Organisation, ProjectParty, Amount, Observation)


@pytest.fixture
def _english():
    with override("en"):
        yield


@pytest.fixture
def admin(db):
    return factories.administrator()


@pytest.fixture
def portfolio(db):
    """Two projects with what belongs to them, and texts and numbers that a careless round trip would change."""
    factories.currency("KZT", symbol="₸")
    one = factories.project(
        reference="SYN-1",
        name_kk="Синтетикалық жоба",
        name_ru="Синтетический проект",
        name_en="=HYPERLINK(1)",
        description_ru="Первая строка\nвторая, «кавычки» и 0,5",
        latitude=Decimal("51.234567"),
        longitude=Decimal("51.37"),
        planned_start_on=datetime.date(2026, 3, 1),
    )
    two = factories.project(reference="SYN-2", name_kk="Екінші", name_ru="Второй")
    factories.party(
        project=one, organisation=factories.investor(bin="020340000013", name_kk="Инвестор", name_ru="Инвестор А")
    )
    factories.amount(project=one, value=Decimal("134000000000.55"))
    factories.amount(project=two, currency=factories.currency("USD"), value=30_000_000)
    factories.observation(project=one, value=Decimal("34.125"))
    factories.milestone(project=one)
    factories.obligation(project=two)
    factories.stage_change(project=two)
    return one, two


def versions():
    return {model: events_of(model).objects.count() for model in NOUNS}


@pytest.mark.parametrize("language", ["kk", "ru", "en", "zh-hans"])
def test_an_untouched_workbook_changes_nothing(portfolio, admin, language):
    with override(language):
        found = Taken(admin).plan()

    assert (found.changes, found.problems, found.proposals) == ([], [], [])
    assert found.unchanged == 10


def test_changed_cells_are_exactly_the_changes(portfolio, admin):
    one, two = portfolio
    amount, before = Amount.objects.get(project=one), versions()
    taken = Taken(admin)
    taken.set("projects", one, name_en="Synthetic name", planned_start_on=datetime.date(2026, 4, 1))
    taken.set("projects", two, description_en="Synthetic words")
    taken.set("amounts", amount, value=200_000_000_000, bound="at least")
    job = taken.receive(reason="Synthetic reason")

    assert told(taken.plan()) == {
        ("projects", one.pk): {"name_en", "planned_start_on"},
        ("projects", two.pk): {"description_en"},
        ("amounts", amount.pk): {"value", "bound"},
    }
    assert versions() == before  # nothing is written before it is confirmed
    jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    after = versions()
    assert {model: after[model] - before[model] for model in NOUNS if after[model] != before[model]} == {
        Project: 2,
        Amount: 1,
    }
    amount.refresh_from_db()
    assert (amount.value, amount.bound, amount.statement.source.code) == (200_000_000_000, "ge", f"import-{job.pk}")
    event = events_of(Amount).objects.filter(pgh_obj_id=amount.pk).latest("pgh_id")
    assert event.pgh_context["door"] == "import" and event.pgh_context["reason"] == "Synthetic reason"


def test_new_rows_are_new_records_and_belong_together(portfolio, admin):
    taken = Taken(admin)
    taken.add(
        "organisations",
        name_kk="Синтетикалық ұйым",
        name_ru="Синтетическая организация",
        name_en="Synthetic newcomer",
        kind="company",
    )
    taken.add("projects", name_kk="Үшінші", name_ru="Третий", name_en="Third synthetic", main_sector="ENERGY")
    taken.add("parties", project="Third synthetic", organisation="Synthetic newcomer", role="investor", share=60)
    taken.add("amounts", project="third synthetic", kind="announced", value="1,5 млрд ₸")
    taken.add("amounts", project="SYN-2", kind="committed", value=500, currency="USD · USD", as_of="15.10.2026")
    job = taken.receive()
    assert (job.status, job.errors) == (ImportStatus.CHECKED, [])
    job = jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)

    new = Project.objects.get(name_en="Third synthetic")
    assert new.reference == "WKR-0001"
    party, amount = new.parties.get(), new.amounts.get()
    assert (party.organisation.name_en, party.share) == ("Synthetic newcomer", 60)
    assert (amount.value, amount.currency_id, amount.as_of) == (Decimal(1_500_000_000), "KZT", TODAY)
    assert amount.statement.source == party.statement.source
    assert "1,5 млрд" in amount.statement.text_kk and amount.statement != party.statement
    assert Amount.objects.get(kind="committed").as_of == datetime.date(2026, 10, 15)
    assert job.counts["amounts"] == {"created": 2, "changed": 0}


def test_what_changed_meanwhile_is_a_conflict_with_three_values(portfolio, admin):
    one, two = portfolio
    taken = Taken(admin)
    Project.objects.filter(pk=one.pk).update(name_en="Changed in the register", cadastral_number="1:2:3")
    Project.objects.filter(pk=two.pk).update(description_en="Only in the register")
    taken.set("projects", one, name_en="Changed in the file", contract_number="7")
    job = taken.receive()

    (conflict,) = job.file.preview["conflicts"]
    assert [conflict[name] for name in ("was", "theirs", "yours")] == [
        "=HYPERLINK(1)",
        "Changed in the register",
        "Changed in the file",
    ]
    assert told(taken.plan()) == {("projects", one.pk): {"contract_number"}}
    with pytest.raises(jobs.Refused, match="1 question is still open"):
        jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    job = jobs.answer(by=admin, job=job, choices={conflict["key"]: "yours"})
    jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.name_en, one.cadastral_number, one.contract_number) == ("Changed in the file", "1:2:3", "7")
    assert two.description_en == "Only in the register"


def test_what_changes_between_look_and_confirmation_is_shown_again(portfolio, admin):
    one, _two = portfolio
    taken = Taken(admin)
    taken.set("projects", one, contract_number="7")
    job = taken.receive()
    Project.objects.filter(pk=one.pk).update(cadastral_number="1:2:3")

    with pytest.raises(jobs.Refused, match="has changed since"):
        jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    one.refresh_from_db()
    assert one.contract_number == ""


def test_an_import_is_taken_back_whole(portfolio, admin):
    one, _two = portfolio
    amount = Amount.objects.get(project=one)
    factories.webhook()
    talks = factories.engagement()
    taken = Taken(admin)
    taken.set("projects", one, name_en="Synthetic name")
    taken.set("amounts", amount, value=7)
    taken.add("projects", name_kk="Ү", name_ru="Т", name_en="Third synthetic")
    taken.add("amounts", project="Third synthetic", kind="announced", value=5, currency="KZT")
    taken.add("stages", project="Third synthetic", stage="construction", effective_on=TODAY)
    statements, job = Statement.objects.count(), taken.receive(reason="Synthetic reason")
    job = jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    third = Project.objects.get(name_en="Third synthetic")
    assert third.stage_id == "construction"
    talks.projects.add(third)  # goes with the project, as do messages about it
    job = jobs.undo(by=admin, job=job)

    amount.refresh_from_db(), one.refresh_from_db()
    assert (amount.value, one.name_en) == (Decimal("134000000000.55"), "=HYPERLINK(1)")
    assert (Project.objects.count(), Statement.objects.count()) == (2, statements)
    assert ImportJob.objects.get().status == ImportStatus.UNDONE
    assert not talks.projects.exists() and set(WebhookDelivery.objects.values_list("project", flat=True)) == {one.pk}
    with pytest.raises(jobs.Refused, match="carried out"):
        jobs.undo(by=admin, job=job)


def test_an_import_on_which_later_work_stands_stays(portfolio, admin):
    one, two = portfolio
    taken, colleague = Taken(admin), factories.administrator("synthetic-colleague")
    taken.set("projects", one, contract_number="7")
    taken.set("projects", two, contract_number="8")
    taken.add("organisations", name_kk="Синтетикалық ұйым", name_ru="Синтетическая организация", kind="company")
    job = taken.receive(reason="Synthetic reason")
    job = jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    with factories.acting(colleague):
        Project.objects.filter(pk=one.pk).update(contract_number="9")
        factories.party(project=two, organisation=Organisation.objects.get(name_kk="Синтетикалық ұйым"))

    with pytest.raises(jobs.undoing.Built) as refusal:
        jobs.undo(by=admin, job=job)
    changed, stands = refusal.value.reasons
    assert "synthetic-colleague" in changed and str(one) in changed
    assert "stands on" in stands
    assert Project.objects.get(pk=two.pk).contract_number == "8"


def test_the_same_file_again_writes_no_version(portfolio, admin):
    taken = Taken(admin)
    taken.add("projects", reference="SYN-9", name_kk="Ү", name_ru="Т")
    taken.add("amounts", project="SYN-9", kind="announced", value=5, currency="KZT")
    taken.add("organisations", name_kk="Синтетикалық ұйым", name_ru="Синтетическая организация", kind="company")
    job = taken.receive()
    jobs.confirm(by=admin, job=job, fingerprint=job.file.fingerprint)
    before = versions()
    again = jobs.receive(by=admin, file=io.BytesIO(job.file.content), name="synthetic.xlsx", as_of=TODAY)

    assert list(jobs.twins(again)) == [job]
    assert (again.file.preview["sheets"], again.errors) == ([], [])
    assert versions() == before
