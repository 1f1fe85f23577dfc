"""The thirty rules of data quality: what each refuses or asks about, and what it lets pass."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone, translation

from projects.forms import FORMS
from projects.models import (
    Amount,
    Checkpoint,
    Evidence,
    Investor,
    Membership,
    Milestone,
    Obligation,
    Observation,
    Organisation,
    Place,
    Problem,
    Project,
    ProjectLink,
    ProjectParty,
    Sector,
    Shipment,
    StageChange,
    Update,
)
from tests import factories
from tests.filling import filled

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
NAMES = {"name_kk": "Синтетикалық жоба", "name_ru": "Синтетический проект"}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def form(model, instance=None, *, fixed=None, user=None, **typed):
    """A form of `model` as a person sends it: what it shows, with these fields typed."""
    form_class = FORMS[model]
    typed = {name: getattr(value, "pk", value) for name, value in typed.items()}
    shown = form_class(instance=instance, fixed=fixed, user=user)
    instance = model.objects.get(pk=instance.pk) if instance else None
    return form_class(filled(shown, **typed), instance=instance, fixed=fixed, user=user)


def new_amount(project=None, **typed):
    """A valid amount of 1 000 000 tenge, announced, with these fields typed."""
    usual = {"kind": "announced", "value": "1 000 000", "currency": "KZT", "as_of": "2025-10-10"}
    usual["statement"] = factories.statement().code
    factories.currency()
    return form(Amount, fixed={"project": project or factories.project()}, **(usual | typed))


def passes(checked):
    assert checked.is_valid(), checked.errors
    return checked.save()


def refuses(checked, field, *texts):
    assert not checked.is_valid()
    found = " ".join(checked.errors.get(field, [])).replace("\u00a0", " ")
    for text in texts:
        assert text in found, checked.errors


def asks(checked, *texts):
    """A warning: refused as it stands, also with a tick alone; saved with the tick and the reason."""
    refuses(checked, "confirm_warnings", *texts)
    data = checked.data.copy()
    model, instance, fixed = checked._meta.model, checked.instance, checked.fixed
    fresh = None if checked.is_new else model.objects.get(pk=instance.pk)
    data["confirm_warnings"] = "on"
    ticked = type(checked)(data, instance=fresh, fixed=fixed, user=checked.user)
    refuses(ticked, "change_reason", "Say why")
    data["change_reason"] = "Synthetic reason"
    fresh = None if checked.is_new else model.objects.get(pk=instance.pk)
    return passes(type(checked)(data, instance=fresh, fixed=fixed, user=checked.user))


class TestAmounts:
    def test_rule_1_greater_than_zero(self):
        for value in ("0", "-5"):
            refuses(new_amount(value=value), "value", "The amount must be greater than zero.")
        passes(new_amount(value="0,01"))

    def test_rule_2_currency(self):
        refuses(new_amount(currency=""), "currency", "Choose the currency of this amount.")
        passes(new_amount(currency="KZT"))

    def test_the_currency_beside_the_amount(self):
        factories.currency("KZT", symbol="₸", aliases="тг|тенге")
        factories.currency("USD", symbol="$")
        read = new_amount(value="134 млрд ₸", currency="")
        amount = passes(read)
        assert (amount.value, amount.currency_id) == (Decimal(134_000_000_000), "KZT")
        assert "134,000,000,000" in read.notes[0]
        refuses(new_amount(value="$30 mln", currency="KZT"), "currency", "is written in")
        refuses(new_amount(value="30 mln zorkmids", currency=""), "value", "zorkmids")

    def test_rule_3_a_hundred_times_more_or_less(self):
        amount = factories.amount(value=30_000_000)
        fixed = {"project": amount.project}
        explained = {"change_reason": "Synthetic reason"}
        refuses(
            form(Amount, amount, fixed=fixed, value="30", **explained),
            "confirm_warnings",
            "Was 30,000,000, now 30. Are you entering millions?",
        )
        refuses(form(Amount, amount, fixed=fixed, value="3000000000", **explained), "confirm_warnings", "Was")
        passes(form(Amount, amount, fixed=fixed, value="31000000", **explained))

    def test_rule_3_on_a_new_amount(self):
        project = factories.project()
        factories.amount(project=project, value=30_000_000)
        asks(new_amount(project, value="30"), "Are you entering millions?")
        passes(new_amount(project, value="31"))

    def test_rule_4_paid_within_the_commitment(self):
        project = factories.project()
        factories.amount(project=project, kind="committed", value=100)
        passes(new_amount(project, kind="disbursed", value="100"))
        asks(new_amount(project, kind="disbursed", value="10"), "Paid so far (KZT 110)", "exceeds the commitment")

    def test_rule_4_refuses_once_the_project_is_closed(self):
        project = factories.project(stage_group="operation")
        factories.amount(project=project, kind="committed", value=100)
        refuses(new_amount(project, kind="disbursed", value="110"), "value", "exceeds the commitment")

    def test_rule_4_across_currencies_in_tenge(self):
        factories.exchange_rate(source_rate="500")
        project = factories.project()
        factories.amount(project=project, kind="committed", value=1000)
        typed = {"kind": "disbursed", "currency": "USD"}
        passes(new_amount(project, value="2", **typed))
        asks(new_amount(project, value="0.01", **typed), "exceeds the commitment")

    def test_rule_5_no_payment_in_the_future(self):
        tomorrow = TODAY() + datetime.timedelta(days=1)
        refuses(new_amount(kind="disbursed", as_of=tomorrow), "as_of", "A payment cannot be dated after today.")
        passes(new_amount(kind="disbursed", as_of=TODAY()))
        passes(new_amount(kind="committed", as_of=tomorrow))

    def test_rule_6_rate_of_the_payment_day(self):
        factories.exchange_rate(day=datetime.date(2025, 10, 10))
        typed = {"kind": "disbursed", "currency": "USD"}
        passes(new_amount(as_of="2025-10-10", **typed))
        asks(new_amount(as_of="2025-10-12", **typed), "No NBK rate for 2025-10-12; the rate of 2025-10-10 is used.")
        asks(new_amount(as_of="2025-12-12", **typed), "No NBK rate for 2025-12-12: the payment is not counted")

    def test_rule_22_sources_add_up(self):
        refuses(
            new_amount(value="1000", own_funds="400", borrowed_funds="500"),
            "value",
            "Sources add up to 900, cost is 1,000: difference -100.",
        )
        whole = passes(new_amount(value="1000", own_funds="400", borrowed_funds="600,5"))
        parts = whole.parts.order_by("value")
        assert [(part.money_source, part.value, part.inclusion) for part in parts] == [
            ("own", Decimal("400"), "yes"),
            ("borrowed", Decimal("600.5"), "yes"),
        ]

    def test_rule_22_a_corrected_total_asks(self):
        whole = passes(new_amount(value="1000", own_funds="400", borrowed_funds="600"))
        checked = form(Amount, whole, fixed={"project": whole.project}, value="1500", change_reason="Synthetic")
        refuses(checked, "confirm_warnings", "Sources add up to 1,000, cost is 1,500")

    def test_rule_26_not_part_of_itself(self):
        project = factories.project()
        outer = factories.amount(project=project)
        inner = factories.amount(project=project, included_in=outer, inclusion="yes")
        typed = {"included_in": inner, "inclusion": "yes"}
        refuses(form(Amount, outer, fixed={"project": project}, **typed), "included_in", "This would make a circle.")
        other = factories.amount(project=project)
        passes(form(Amount, other, fixed={"project": project}, **typed))

    def test_rule_27_parts_within_the_whole(self):
        project = factories.project()
        whole = factories.amount(project=project, value=100)
        typed = {"included_in": whole, "inclusion": "yes"}
        passes(new_amount(project, value="60", **typed))
        refuses(new_amount(project, value="50", **typed), "value", "Parts exceed the whole.")
        refuses(
            form(Amount, whole, fixed={"project": project}, value="50", change_reason="Synthetic"),
            "value",
            "Parts exceed the whole.",
        )

    def test_rule_27_asks_where_the_whole_is_a_lower_bound(self):
        project = factories.project()
        whole = factories.amount(project=project, value=100, bound="gt")
        asks(new_amount(project, value="150", included_in=whole, inclusion="yes"), "Parts exceed the whole.")

    def test_a_recorded_figure_changes_with_a_reason(self):
        amount = factories.amount(value=100)
        fixed = {"project": amount.project}
        refuses(form(Amount, amount, fixed=fixed, value="110"), "change_reason", "Say why a recorded figure changes.")
        passes(form(Amount, amount, fixed=fixed, value="110", change_reason="Synthetic"))

    def test_a_correction_is_a_new_row(self):
        amount = factories.amount(value=100)
        corrected = passes(new_amount(amount.project, value="120", corrects=amount))
        amount.refresh_from_db()
        assert amount.superseded_by == corrected
        assert list(Amount.objects.standing()) == [corrected]

    def test_rule_28_no_figure_without_its_source(self):
        refuses(new_amount(statement=""), "statement", "Say where this figure comes from")
        source = factories.source(code="synthetic-letter")
        amount = passes(
            new_amount(statement="", new_source=source.code, new_words="Synthetic words", new_locator="§ 1")
        )
        statement = amount.statement
        assert (statement.source, statement.text_en, statement.locator) == (source, "Synthetic words", "§ 1")
        refuses(new_amount(statement="", new_words="Synthetic words"), "new_source", "Choose the source")
        refuses(new_amount(statement="", new_source=source.code), "new_words", "Say where this figure comes from")
        refuses(new_amount(new_words="Both"), "new_words", "not both")


class TestProjects:
    def test_statements_have_codes_of_their_own(self):
        alike = [factories.source(code=f"{'synthetic' * 4}-{number}") for number in (1, 2)]
        assert len({source.add_statement(text_en="Synthetic").code for source in (*alike, *alike)}) == 4
        source = factories.source(code="SYN-1")
        first, _second = (source.add_statement(text_en="Synthetic") for _number in range(2))
        first.delete()
        factories.statement(source=source, code="SYN-1-x", position=32_767)  # the last of an import
        third = source.add_statement(text_en="Synthetic")
        assert (third.code, third.position) == ("SYN-1-3", 32_767)

    def new(self, **typed):
        return form(Project, **({"reference": "SYN-A", "place": factories.place()} | NAMES | typed))

    def test_rule_7_end_before_start(self):
        refuses(
            self.new(planned_start_on="2026-05-01", planned_end_on="2026-04-01"),
            "planned_end_on",
            "The end date (2026-04-01) is before the start date (2026-05-01).",
        )
        passes(self.new(planned_start_on="2026-05-01", planned_end_on="2026-05-01"))

    def test_rule_17_commissioned_projects_have_the_date(self):
        project = factories.project()
        stage = factories.stage("operation", group="operation", needs_date=True, position=120)
        factories.stage_change(project=project, stage=stage)
        project.refresh_from_db()
        refuses(form(Project, project, cadastral_number="1"), "commissioned_on", "Enter the actual commissioning date")
        passes(form(Project, project, cadastral_number="1", commissioned_on="2025-10-10"))

    def test_rule_25_in_the_region(self):
        abroad = factories.country("CN")
        refuses(self.new(place=abroad), "place", "The place is outside West Kazakhstan Region.")
        refuses(self.new(latitude="43.2", longitude="76.9"), "latitude", "The place is outside West Kazakhstan Region.")
        asks(self.new(latitude="51.7", longitude="51.4"), "near the border")
        passes(self.new(reference="SYN-B", latitude="50.2", longitude="51.2"))

    def test_rule_29_stopped_with_reason_date_and_review(self):
        text = "Give the reason, the date and when it will be looked at again."
        refuses(self.new(status="suspended"), "status_reason", text)
        refuses(self.new(status="cancelled", status_reason="Synthetic"), "status_on", text)
        typed = {"status_reason": "Synthetic", "status_on": "2026-01-10"}
        refuses(self.new(status="suspended", **typed), "review_on", text)
        passes(self.new(status="cancelled", **typed))
        passes(self.new(reference="SYN-B", status="suspended", review_on="2027-01-10", **typed))

    def test_rule_30_both_state_languages(self):
        asks(self.new(name_kk="", reference="SYN-1"), "The Kazakh name is empty.")
        asks(self.new(name_ru="", reference="SYN-2"), "The Russian name is empty.")
        asks(self.new(name_kk="A", name_ru="A", reference="SYN-3"), "The Kazakh name is equal to the Russian one.")
        passes(self.new())

    def test_rule_30_is_asked_once(self):
        project = factories.project()
        assert not project.name_kk
        passes(form(Project, project, cadastral_number="1"))

    def test_a_name_in_one_language_at_least(self):
        refuses(self.new(name_kk=" ", name_ru=""), "__all__", "Give the name in at least one language.")

    def test_references(self):
        factories.project(reference="SYN-0001")
        refuses(self.new(reference="syn-0001"), "reference", "Another project has this reference.")
        refuses(self.new(reference=" SYN-0001 "), "reference", "Another project has this reference.")
        refuses(self.new(reference="a/b"), "reference", "Latin letters")
        for taken in ("new", "export.csv"):
            refuses(self.new(reference=taken), "reference", "has another meaning")
        assert passes(self.new(reference="")).reference == "WKR-0001"
        assert passes(self.new(reference="")).reference == "WKR-0002"

    def test_references_that_another_transaction_has_drawn_are_not_waited_for(self):
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:  # as an import of a thousand rows holds them until its end
                cursor.execute("SELECT pg_advisory_xact_lock(1, number) FROM unnest(ARRAY[1, 1000]) AS number")
            assert passes(self.new(reference="")).reference == "WKR-1001"
            assert passes(self.new(reference="")).reference == "WKR-1002"
            factories.project(reference="WKR-2000")
            other.rollback()
            assert passes(self.new(reference="")).reference == "WKR-2001"
        finally:
            other.close()


class TestStages:
    def new(self, project, stage, **typed):
        usual = {"stage": stage, "effective_on": "2025-10-10", "statement": factories.statement().code}
        return form(StageChange, fixed={"project": project}, **(usual | typed))

    def test_rule_17_commissioning_has_its_date(self):
        stage = factories.stage("commissioning", group="operation", needs_date=True, position=110)
        project = factories.project()
        refuses(self.new(project, stage), "commissioned_on", "Enter the actual commissioning date and attach the act.")
        passes(self.new(project, stage, commissioned_on="2025-10-09"))
        project.refresh_from_db()
        assert project.commissioned_on == datetime.date(2025, 10, 9)
        refuses(self.new(project, stage, commissioned_on="2025-10-08"), "commissioned_on", "has the commissioning date")
        assert project.stage == stage

    def test_rule_18_required_documents(self):
        stage = factories.stage("agreement", group="pre_construction", position=40)
        kind = factories.document_type("contract", name_en="Synthetic contract")
        factories.stage_requirement(stage=stage, document_type=kind)
        project = factories.project()
        asks(self.new(project, stage), "Not attached: Synthetic contract.", "Stage is shown as 'unconfirmed'")
        factories.project_document(project=project, document=factories.document(document_type=kind))
        passes(self.new(project, stage, effective_on="2025-10-11"))
        document = factories.document(document_type=kind)
        passes(self.new(factories.project(), stage, document=document))

    def test_rule_18_one_of_several_is_enough(self):
        stage = factories.stage("land", group="pre_construction", position=60)
        kinds = [factories.document_type(code) for code in ("land_decree", "land_lease")]
        for kind in kinds:
            factories.stage_requirement(stage=stage, document_type=kind, is_alternative=True)
        asks(self.new(factories.project(), stage), "Not attached")
        passes(self.new(factories.project(), stage, document=factories.document(document_type=kinds[1])))

    def test_rule_19_a_step_back_has_a_reason(self):
        design = factories.stage("design", group="pre_construction", position=70, name_en="design")
        construction = factories.stage("construction", position=80, name_en="construction")
        project = factories.project()
        factories.stage_change(project=project, stage=construction, effective_on=datetime.date(2025, 1, 1))
        back = asks(self.new(project, design), "You move the project back from construction to design. Give a reason.")
        assert back.reason == "Synthetic reason"
        passes(self.new(project, construction, effective_on="2025-11-01"))

    def test_rule_19_equipment_may_come_before_construction(self):
        construction = factories.stage("construction", position=80)
        equipment = factories.stage("equipment", group="construction", position=90)
        project = factories.project()
        factories.stage_change(project=project, stage=equipment, effective_on=datetime.date(2025, 1, 1))
        passes(self.new(project, construction))


class TestOrganisations:
    def new(self, model=Organisation, **typed):
        usual = {"kind": "company", "name_kk": "Жасанды серіктестік", "name_ru": "Искусственное товарищество"}
        return form(model, **(usual | typed))

    def test_rule_12_check_digit(self):
        refuses(self.new(bin="940140000386"), "bin", "This BIN is not valid: check digit should be 5.")
        refuses(self.new(bin="251040000370"), "bin", "no check digit")
        refuses(self.new(bin="9401400003"), "bin", "A BIN has 12 digits")
        refuses(self.new(bin="941340000385"), "bin", "A BIN has 12 digits")
        assert passes(self.new(bin="9401 4000 0385")).bin == "940140000385"

    def test_rule_13_one_bin_one_organisation(self):
        factories.organisation(bin="251040000012", uscc="91370700MA3WKRTE1K", name_en="Synthetic owner")
        refuses(self.new(bin="251040000012"), "bin", "BIN 251040000012 already belongs to 'Synthetic owner'.")
        refuses(self.new(uscc="91370700ma3wkrte1k"), "uscc", "already belongs to 'Synthetic owner'.")
        passes(self.new(bin="251040000307"))

    def test_rule_14_what_the_bin_says(self):
        country = factories.country("KZ")
        asks(
            self.new(bin="251040000012", registered_on="2024-03-01"),
            "The BIN says registered 10.2025, you entered 03.2024.",
        )
        Organisation.objects.all().delete()
        asks(self.new(bin="251040000012", country=factories.country("CN")), "resident in Kazakhstan")
        Organisation.objects.all().delete()
        passes(self.new(bin="251040000012", country=country, registered_on="2025-10-15"))

    def test_rule_15_similar_names(self):
        factories.organisation(name_en="Synthetic Vega Power Co., Ltd.")
        asks(
            self.new(name_en="Synthetic Vega Power"),
            "Looks like 'Synthetic Vega Power Co., Ltd.'. Is it the same company?",
        )
        passes(self.new(name_en="Quite another body", name_kk="Мүлдем басқа ұйым", name_ru="Совсем другое лицо"))

    def test_rule_15_across_scripts(self):
        factories.organisation(name_ru="Синтетик Вега Пауэр")
        asks(self.new(name_en="Sintetik Vega Pauer"), "Is it the same company?")

    def test_rule_15_whatever_the_legal_form(self):
        """A transliterated name is asked about with the legal form before it, and a legal form alone is no likeness."""
        factories.organisation(name_en="Vega Power")
        for name in ("ТОО «Вега Павер»", "«Вега Павер» ЖШС", "Vega Power Co., Ltd."):
            asks(self.new(name_ru=name), "Looks like 'Vega Power'")
            Organisation.objects.exclude(name_en="Vega Power").delete()
        factories.organisation(name_ru="ТОО «Синтетик»")
        passes(self.new(name_ru="ТОО «Квант»"))

    def test_rule_16_credit_code(self):
        refuses(self.new(uscc="913700007456765903"), "uscc", "This Chinese credit code is not valid")
        assert passes(self.new(uscc="9137 0000 7456 765902")).uscc == "913700007456765902"

    def test_rule_26_nobody_owns_itself(self):
        owner = factories.organisation()
        owned = factories.organisation(parent=owner)
        refuses(form(Organisation, owner, parent=owned), "parent", "This would make a circle.")
        passes(form(Organisation, factories.organisation(), parent=owner))

    def test_an_investor_gets_the_role(self):
        assert passes(self.new(Investor)).is_investor

    def test_a_member_once(self):
        member = factories.membership()
        typed = {"consortium": member.consortium, "member": member.member, "statement": member.statement.code}
        refuses(form(Membership, **typed), "__all__", "already a member")

    def test_rule_23_shares(self):
        project = factories.project()
        factories.party(project=project, share=60)
        typed = {"organisation": factories.investor(), "role": "investor", "statement": factories.statement().code}
        refuses(form(ProjectParty, fixed={"project": project}, share="45", **typed), "share", "Shares add up to 105 %.")
        passes(form(ProjectParty, fixed={"project": project}, share="40", **typed))


class TestProgress:
    def milestone(self, **typed):
        usual = {"kind": factories.milestone_kind(), "planned_on": TODAY() + datetime.timedelta(days=9)}
        usual["statement"] = factories.statement().code
        return form(Milestone, fixed={"project": factories.project()}, **(usual | typed))

    def test_rule_8_no_actual_date_in_the_future(self):
        text = "An actual date cannot be later than today. Use 'planned'."
        refuses(self.milestone(met_on=TODAY() + datetime.timedelta(days=1)), "met_on", text)
        passes(self.milestone(met_on=TODAY()))

    def test_rule_9_a_passed_plan(self):
        past = TODAY() - datetime.timedelta(days=10)
        asks(self.milestone(planned_on=past), "now 10 days late.")
        passes(self.milestone(planned_on=past, met_on=past))
        passes(self.milestone(planned_on=past, forecast_on=TODAY() + datetime.timedelta(days=1)))
        passes(self.milestone(planned_on=TODAY().replace(day=1), planned_precision="month"))

    def observation(self, project=None, **typed):
        usual = {"metric": factories.metric(), "status": "planned", "value": "34", "unit": factories.unit()}
        usual |= {"as_of": "2025-10-10", "statement": factories.statement().code}
        return form(Observation, fixed={"project": project or factories.project()}, **(usual | typed))

    def test_rule_10_number_and_unit(self):
        refuses(self.observation(unit=""), "unit", "Give both the number and the unit.")
        refuses(self.observation(value=""), "value", "Give both the number and the unit.")
        passes(self.observation())

    def test_rule_10_of_obligations_and_shipments(self):
        unit = factories.unit("%", dimension="share")
        typed = {"kind": factories.obligation_kind(), "basis": "oral", "statement": factories.statement().code}
        fixed = {"project": factories.project()}
        refuses(form(Obligation, fixed=fixed, target="70", **typed), "unit", "Give both the number and the unit.")
        # Where no target is set, the unit says how what is done will be measured.
        passes(form(Obligation, fixed=fixed, unit=unit, **typed))
        passes(form(Obligation, fixed=fixed, target="70", unit=unit, **typed))
        passes(form(Obligation, fixed=fixed, **typed))
        typed = {"status": "planned", "as_of": "2025-10-10", "statement": factories.statement().code} | NAMES
        refuses(form(Shipment, quantity="5", **typed), "unit", "Give both the number and the unit.")

    def test_rule_11_the_unit_fits(self):
        factories.unit(symbol_en="MW")
        tonnes = factories.unit("t/a", dimension="mass_flow", symbol_en="t/year")
        refuses(self.observation(unit=tonnes), "unit", "'t/year' cannot measure", "Use MW.")
        passes(self.observation())

    def test_rule_20_one_update_a_period(self):
        cycle = factories.reporting_cycle()
        first = TODAY().replace(day=1)
        before = (first - datetime.timedelta(days=1)).replace(day=1)
        long_before = (before - datetime.timedelta(days=1)).replace(day=1)
        periods = [
            factories.reporting_period(cycle=cycle, start_on=a, end_on=b - datetime.timedelta(days=1), due_on=b)
            for a, b in [(long_before, before), (before, first), (first, first + datetime.timedelta(days=40))]
        ]
        project, author = factories.project(), factories.editor()
        factories.update(project=project, period=periods[1], author=author)

        def update(period):
            return form(Update, fixed={"project": project}, user=author, period=period, narrative="Synthetic")

        refuses(update(periods[0]), "period", "A later update (", "exists. Edit that one or choose another period.")
        refuses(update(periods[1]), "period", "There is already an update for this period. Edit that one.")
        passes(update(periods[2]))

    def test_a_closed_period_takes_no_update(self):
        day = TODAY().replace(day=1)
        period = factories.reporting_period(start_on=day, end_on=day, due_on=day, closed_at=timezone.now())
        typed = {"period": period, "narrative": "Synthetic"}
        refuses(form(Update, fixed={"project": factories.project()}, user=factories.editor(), **typed), "period")

    def test_an_update_says_something(self):
        fixed, author = {"project": factories.project()}, factories.editor()
        refuses(form(Update, fixed=fixed, user=author), "narrative", "Write what happened")
        assert passes(form(Update, fixed=fixed, user=author, is_no_change="on")).author == author

    def test_rule_21_cumulative_totals_grow(self):
        project = factories.project()
        january, february = (
            {"period_start": f"2026-0{month}-01", "period_end": f"2026-0{month}-28"} for month in (1, 2)
        )
        passes(self.observation(project, value="10", cumulative="10", **january))
        refuses(
            self.observation(project, value="1", cumulative="8", **february),
            "change_reason",
            "Cumulative total fell from 10 to 8. Corrections need a reason.",
        )
        passes(self.observation(project, value="1", cumulative="8", change_reason="Synthetic", **february))
        passes(self.observation(project, value="1", cumulative="1", period_start="2027-01-01", period_end="2027-01-31"))

    def test_what_is_built_is_at_most_all_of_it(self):
        share = factories.unit("%", dimension="share")
        built = factories.metric("physical_progress", dimension="share")
        project = factories.project()
        passes(self.observation(project, metric=built, unit=share, value="100"))
        refuses(self.observation(project, metric=built, unit=share, value="100.1"), "value", "a hundred per cent")

    def test_rule_24_local_workers(self):
        job = factories.unit("{job}", dimension="job")
        metrics = {code: factories.metric(code, dimension="job") for code in ("jobs_permanent", "jobs_local_citizens")}
        project = factories.project()
        passes(self.observation(project, metric=metrics["jobs_permanent"], unit=job, value="40"))
        refuses(
            self.observation(project, metric=metrics["jobs_local_citizens"], unit=job, value="50"),
            "value",
            "Local workers (50) exceed all workers (40).",
        )
        passes(self.observation(project, metric=metrics["jobs_local_citizens"], unit=job, value="40"))

    def test_rule_24_seen_from_all_workers(self):
        job = factories.unit("{job}", dimension="job")
        project = factories.project()
        local = factories.metric("jobs_local_citizens", dimension="job")
        factories.observation(project=project, metric=local, unit=job, value=50)
        everybody = factories.metric("jobs_permanent", dimension="job")
        refuses(self.observation(project, metric=everybody, unit=job, value="40"), "value", "Local workers (50)")

    def test_rule_30_declared_projects(self):
        programme = factories.programme()
        factories.project(programme=programme)
        typed = {
            "metric": factories.metric("declared_projects", dimension="project"),
            "unit": factories.unit("{project}", dimension="project"),
            "status": "planned",
            "as_of": "2025-10-10",
            "statement": factories.statement().code,
        }
        checked = form(Observation, fixed={"programme": programme}, value="14", **typed)
        asks(checked, "The programme declares 14 projects, the register lists 1")
        passes(form(Observation, fixed={"programme": programme}, value="1", **typed))

    def test_problems_end_after_they_began(self):
        problem = factories.problem()
        refuses(
            form(Problem, problem, closed_on="2025-10-09", resolution="Synthetic", title_kk="a", title_ru="b"),
            "closed_on",
            "is before the start date",
        )


class TestCircles:
    def test_rule_26_of_code_lists(self):
        for model, make in ((Sector, factories.sector), (Place, factories.place)):
            outer = make("OUTER1")
            inner = make("INNER1", parent=outer)
            refuses(form(model, outer, parent=inner), "parent", "This would make a circle.")

    def test_rule_26_of_shipments(self):
        first = factories.shipment()
        second = factories.shipment(same_as=first)
        refuses(form(Shipment, first, same_as=second), "same_as", "This would make a circle.")

    def test_rule_26_of_links(self):
        project = factories.project()
        typed = {"kind": "supplies", "to_project": project.reference, "statement": factories.statement().code}
        refuses(form(ProjectLink, fixed={"from_project": project}, **typed), "__all__", "This would make a circle")

    def test_the_container_is_of_the_shipment(self):
        container = factories.container()
        typed = {"kind": "border", "reached_on": "2025-10-10", "statement": factories.statement().code}
        other = factories.shipment()
        refuses(form(Checkpoint, fixed={"shipment": other}, container=container, **typed), "container")
        passes(form(Checkpoint, fixed={"shipment": container.shipment}, container=container, **typed))

    def test_decided_evidence_stays(self):
        day = datetime.date(2026, 1, 1)
        evidence = factories.evidence(status="accepted", decided_by=factories.reviewer(), decided_on=day)
        refuses(form(Evidence, evidence, value="5"), "__all__", "has been decided on")


class TestVersions:
    def test_without_a_version_nothing_is_changed(self):
        project = factories.project()
        refuses(form(Project, project, version=None), "__all__", "has lost the version")

    def test_an_unreadable_version(self):
        for version in ("0", "-1", "x", "9" * 30):
            refuses(form(Project, factories.project(), version=version), "version", "Reload the page.")

    def test_a_stale_version(self):
        project = factories.project()
        checked = form(Project, project, name_en="Mine", version="1")
        Project.objects.filter(pk=project.pk).update(name_en="Theirs")
        stale = type(checked)(checked.data, instance=Project.objects.get(pk=project.pk))
        assert not stale.is_valid()
        assert stale.is_stale
        assert stale["name_en"].value() == "Mine"

    def test_negative_control_the_right_version_passes(self):
        project = factories.project()
        Project.objects.filter(pk=project.pk).update(cadastral_number="1")
        passes(form(Project, project.__class__.objects.get(pk=project.pk), cadastral_number="2"))
