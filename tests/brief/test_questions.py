"""The forty questions that staff, analysts and leadership ask, put to the brief: each with the answer that it allows.

Where the brief is silent the answer is "none" or "not stated", never 0 and never a guess.
"""

import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Max, Q, Sum
from django.http import QueryDict
from django.utils import translation

from projects import rollups
from projects.filters import ProjectFilterSet
from projects.models import (
    Agreement,
    Amount,
    Engagement,
    Evidence,
    IndicatorValue,
    Investor,
    Lead,
    Membership,
    Milestone,
    Obligation,
    Observation,
    Organisation,
    Programme,
    Project,
    ReportingPeriod,
    Shipment,
    Source,
    StageChange,
    StageRequirement,
    Statement,
    Update,
)
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.progress import Problem
from projects.search import contains, search_words
from projects.timetravel import looking_back
from tests import factories

ANNOUNCED_ON = datetime.date(2025, 10, 10)
STATION, PLANT = "WKR-0001", "WKR-0002"

pytestmark = pytest.mark.usefixtures("brief")


@pytest.fixture
def announcement_rate():
    """A rate for the test alone: 540.00 tenge for a dollar on the day of the announcement."""
    return factories.exchange_rate(currency="USD", day=ANNOUNCED_ON, source_rate="540.00")


def listed(query=""):
    """References of the projects list for a query string."""
    administrator = factories.administrator()
    rows = ProjectFilterSet(QueryDict(query), user=administrator).rows()
    return sorted(rows.values_list("reference", flat=True))


def named():
    return Project.objects.named()


def everything(**options):
    return rollups.Portfolio(named(), **options).total.amounts


# ---- Staff who enter updates ----------------------------------------------------------------


def test_1_projects_without_an_update():
    """A curator's projects have none yet: both named ones, once they are theirs."""
    curator = factories.user()
    named().update(curator=curator)
    without = named().filter(curator=curator).exclude(updates__status__in=["submitted", "approved"])
    assert sorted(without.values_list("reference", flat=True)) == [STATION, PLANT]


def test_2_nothing_is_due_in_seven_days():
    assert not ReportingPeriod.objects.exists()


def test_3_4_10_12_no_update_was_written_returned_or_left_as_a_draft():
    assert not Update.objects.exists()


def test_5_passport_fields_that_the_plant_lacks():
    for field in ("capacity", "cost", "place", "district", "investor", "start", "end", "jobs"):
        assert PLANT in listed(f"missing={field}"), field
    assert listed("missing=capacity") == [PLANT]
    assert listed("missing=place") == [PLANT]
    assert not listed("missing=sector")
    assert not Organisation.objects.exclude(bin="").exists()


def test_6_documents_that_construction_of_the_station_would_need():
    station = Project.objects.get(reference=STATION)
    on_file = station.documents.values("document__document_type")
    missing = StageRequirement.objects.filter(stage="construction").exclude(document_type=None)
    missing = missing.exclude(document_type__in=on_file)
    assert {row.document_type_id for row in missing} == {"works_notification", "contractor_agreement", "site_photo"}


def test_7_no_milestone_is_late_because_none_has_a_day():
    assert not Milestone.objects.filter(met_on=None, planned_on__lt=datetime.date(2099, 1, 1)).exists()
    open_ones = Milestone.objects.filter(met_on=None)
    assert {(row.project.reference, row.planned_precision) for row in open_ones} == {
        (STATION, "relative"),
        (PLANT, "relative"),
    }
    assert listed("overdue=1") == []


def test_8_containers_five_on_their_way_none_arrived():
    by_status = dict(
        Shipment.objects.filter(same_as=None).values_list("status").annotate(Sum("quantity")).order_by("status")
    )
    assert by_status == {"in_transit": 5}
    assert not Shipment.objects.exclude(arrived_on=None).exists()
    assert Shipment.objects.filter(projects=None).count() == 1


@pytest.mark.parametrize("text", ["VEGA", "vega power", "Вега", "вега пауэр"])
def test_9_the_company_is_found_in_any_spelling(text):
    found = Investor.objects.all()
    for word in search_words(text):
        found = found.filter(contains(ORGANISATION_SEARCH, word))
    assert [row.name_en for row in found] == ["VEGA Power"]


def test_9_it_has_no_registration_number_yet():
    assert Investor.objects.filter(bin="", uscc="", other_identifier="").count() == 1


def test_11_no_open_problem():
    assert not Problem.objects.exists()


def test_13_obligations_that_need_evidence_have_no_date():
    assert not Obligation.objects.exclude(due_on=None).exists()
    assert not Evidence.objects.exists()


# ---- Analysts -------------------------------------------------------------------------------


def test_14_announced_total_is_a_lower_bound_with_thirty_million_beside_it(announcement_rate):
    announced = everything()["announced"]
    assert (announced.value, announced.bound) == (Decimal("134000000000.00"), "gt")
    assert (announced.lower_bounds, announced.statements, announced.unconverted) == (1, 1, 0)
    beside = rollups.Portfolio(named()).uncertain
    assert [(row.value, row.currency_id, row.inclusion) for row in beside] == [(30_000_000, "USD", "unknown")]


def test_14_the_headline_belongs_to_no_single_project():
    lines = rollups.Portfolio(named()).by("sector")
    assert {line.key: line.amounts["announced"].value for line in lines} == {
        "ENERGY": None,
        "OIL": None,
        "unallocated": Decimal("134000000000.00"),
    }


def test_15_first_phase_of_vega_power_in_tenge():
    """Without a rate the amount stays in dollars; with the rate of the announcement it is 16.2 bn tenge."""
    phase = Amount.objects.filter(payer__name_en="VEGA Power", phase__number=1)
    assert phase.get().value_kzt is None
    factories.exchange_rate(currency="USD", day=ANNOUNCED_ON, source_rate="540.00")
    phase.update(rate=0)
    row = phase.get()
    assert (row.value_kzt, row.rate, row.rate_on) == (Decimal("16200000000.00"), 540, ANNOUNCED_ON)


def test_16_the_same_at_a_later_rate(announcement_rate):
    later = datetime.date(2026, 11, 13)
    factories.exchange_rate(currency="USD", day=later, source_rate="443.62")
    rate, day = rollups.latest_rates(later)["USD"]
    assert (Decimal(30_000_000) * rate, day) == (Decimal("13308600000.00"), later)


def test_17_projects_by_sector_add_up():
    lines = [line for line in rollups.Portfolio(named()).by("sector") if line.key != "unallocated"]
    assert {line.key: line.projects for line in lines} == {"ENERGY": 1, "OIL": 1}
    with_unnamed = rollups.Portfolio(Project.objects.all()).by("sector")
    counts = {line.key: line.projects for line in with_unnamed}
    assert counts[None] == 12
    assert sum(counts.values()) == Project.objects.count() == 14


def test_18_energy_takes_its_children():
    assert listed("sector=ENERGY") == [STATION]
    assert listed("sector=ENERGY.GAS") == [STATION]
    assert listed("sector=OIL") == [PLANT]
    assert listed("sector=ENERGY&sector=OIL") == [STATION, PLANT]


def test_19_megawatts_planned_and_commissioned():
    power = Observation.objects.filter(metric="capacity_electric", unit="MW")
    assert power.filter(status="planned").aggregate(total=Sum("value"))["total"] == 34
    assert power.filter(status="actual").aggregate(total=Sum("value"))["total"] is None


def test_20_two_of_fourteen_are_identified():
    assert len(listed("programme=china-wkr")) == 2
    assert len(listed("programme=china-wkr&placeholders=only")) == 12
    assert len(listed("programme=china-wkr&placeholders=include")) == 14
    declared = Observation.objects.get(metric="declared_projects")
    assert (declared.value, declared.bound, declared.statement.code) == (14, "eq", "s16")


def test_21_projects_without_a_district():
    assert listed("missing=district") == [STATION, PLANT]
    assert listed("place=KZ-27") == [STATION]
    assert listed("place__empty=1") == [PLANT]


def test_22_by_place_with_a_line_for_not_stated():
    lines = {line.key: line.projects for line in rollups.Portfolio(named()).by("place")}
    assert lines == {"KZ-27-IZ-1": 1, None: 1, "unallocated": 0}


def test_23_by_country_of_the_payer_and_province():
    """The investor is Chinese, the province is not stated; in its own currency as long as no rate is there."""
    payers = Amount.objects.filter(kind="announced").values_list(
        "payer__name_en", "payer__country", "payer__province", "currency", "value"
    )
    assert sorted(payers, key=str) == [
        ("VEGA Power", "CN", None, "USD", 30_000_000),
        (None, None, None, "KZT", 134_000_000_000),
    ]
    assert Investor.objects.filter(country="CN", province=None).count() == 1
    candidates = named().filter(candidate_parties__organisation__country="CN", candidate_parties__role="investor")
    assert sorted(candidates.values_list("reference", flat=True)) == [STATION, PLANT]


def test_24_stage_on_the_day_of_the_announcement_is_not_stated():
    assert not StageChange.objects.exists()
    lines = rollups.Portfolio(named()).by("stage_group")
    assert {line.key: line.projects for line in lines if line.projects} == {"pre_construction": 2}
    with looking_back(as_of=ANNOUNCED_ON):
        assert [(row.stage, row.stage_group) for row in named()] == [(None, "pre_construction")] * 2


def test_24_the_day_before_nothing_was_announced():
    with looking_back(as_of=ANNOUNCED_ON - datetime.timedelta(days=1)):
        assert not named().exists()
        assert not Amount.objects.exists()


def test_25_funnel_of_announced_committed_and_disbursed():
    """Nothing is recorded as committed or paid: no data, which is not 0 tenge."""
    amounts = everything()
    assert [(kind, amounts[kind].value, amounts[kind].count) for kind in rollups.KINDS] == [
        ("announced", Decimal("134000000000.00"), 1),
        ("committed", None, 0),
        ("disbursed", None, 0),
    ]


def test_26_nothing_was_disbursed_in_any_quarter():
    assert not Amount.objects.filter(kind="disbursed").exists()


def test_27_amounts_that_are_not_exact():
    assert [(row.statement.code, row.bound) for row in Amount.objects.exclude(bound="eq")] == [("s3", "gt")]
    assert [row.statement.code for row in Observation.objects.exclude(bound="eq")] == ["s24"]


def test_28_statements_that_contradict_each_other():
    pairs = Statement.objects.filter(contradicts__position__gt=F("position")).values_list("code", "contradicts__code")
    assert list(pairs) == [("s4", "s17")]
    assert set(Statement.objects.filter(certainty="disputed").values_list("code", flat=True)) == {"s4", "s17"}


def test_29_leads_of_the_jiangsu_talks():
    leads = Lead.objects.filter(engagement__place="CN-JS")
    assert sorted(leads.values_list("statement__position", flat=True)) == [42, 45, 46, 47, 48, 49, 50]
    assert set(leads.values_list("sector", flat=True)) == {
        "LOG",
        "MACH.AGRI",
        "MACH.AUTO",
        "WASTE.MSW",
        "AGRI.FOOD",
        "WATER.TREAT",
        "LOG.CORR",
    }
    assert not leads.exclude(converted_to=None).exists()
    assert [row.statement.code for row in leads.filter(certainty="likely")] == ["s49"]


def test_30_trade_with_china():
    values = IndicatorValue.objects.filter(partner="CN").select_related("indicator")
    rows = {(row.indicator.code, row.period_start.year): row for row in values}
    assert rows["TRADE_TURNOVER", 2024].value == 88_400_000
    assert rows["TRADE_GROWTH", 2024].value == 25
    before = rows["TRADE_TURNOVER", 2023]
    assert (before.value, before.is_computed) == (70_720_000, True)
    assert not rows["TRADE_TURNOVER", 2024].is_computed


def test_31_rank_by_foreign_direct_investment():
    rank = IndicatorValue.objects.get(indicator__code="FDI_RANK")
    assert (rank.value, rank.period_start, rank.period_end) == (
        3,
        datetime.date(2025, 1, 1),
        datetime.date(2025, 6, 30),
    )
    assert rank.indicator.is_rank and rank.indicator.place_id == "KZ-27"
    assert not IndicatorValue.objects.filter(indicator__code__startswith="FDI").exclude(pk=rank.pk).exists()


def test_32_jobs_are_not_stated():
    assert not Observation.objects.filter(metric__code__startswith="jobs").exists()
    assert listed("missing=jobs") == [STATION, PLANT]


# ---- Leadership -----------------------------------------------------------------------------


def test_33_no_project_is_red():
    """No dated milestone, no reporting period and no critical problem on which to call one red."""
    assert listed("overdue=1") == []
    assert not Problem.objects.filter(severity="critical").exists()


@pytest.mark.parametrize(("days", "still"), [(10, []), (180, []), (181, [STATION, PLANT])])
def test_34_announced_and_no_movement_for_180_days(days, still):
    border = ANNOUNCED_ON + datetime.timedelta(days=days - 180)
    moved = named().annotate(last=Max("stage_changes__effective_on"), reported=Max("updates__reported_on"))
    found = moved.filter(announced_on__lt=border, last=None, reported=None)
    assert sorted(found.values_list("reference", flat=True)) == still


def test_35_obligations_have_no_target():
    by_kind = Obligation.objects.values_list("kind").annotate(n=Count("pk", filter=Q(target=None))).order_by("kind")
    assert dict(by_kind) == {"REG": 1, "TAX": 1, "LOCAL_HIRE": 1, "TRAINING": 1}
    assert {row.subject for row in Obligation.objects.all()} == {Programme.objects.get()}


def test_36_37_no_tax_and_no_local_hire_on_record():
    assert not Observation.objects.filter(Q(metric__code__startswith="tax") | Q(metric="local_hire_share")).exists()


def test_38_the_approval_queue_is_empty():
    assert not Update.objects.filter(status="submitted").exists()


def test_39_nobody_changed_the_cost_of_the_plant():
    plant = Project.objects.get(reference=PLANT)
    history = Amount._meta.get_field("events").related_model.objects.filter(project_id=plant.pk)
    assert not history.exists()
    assert not plant.amounts.exists()


@pytest.mark.parametrize("language", ["kk", "ru", "en", "zh-hans"])
def test_40_the_summary_is_the_same_in_every_language(language):
    with translation.override(language):
        assert everything()["announced"].value == Decimal("134000000000.00")
        assert str(Programme.objects.get()) == getattr(
            Programme.objects.get(), f"name_{language.replace('-hans', '_hans')}"
        )
        assert all(str(row) for row in named())


# ---- Questions beside the statements (the last column of the list of claims) ------------------


def test_who_said_what():
    speakers = dict(
        Statement.objects.exclude(speaker=None)
        .values_list("speaker__name_en")
        .annotate(Count("pk"))
        .order_by("speaker")
    )
    assert speakers == {"Kassym-Jomart Tokayev": 2, "Nariman Turegaliyev": 11, "Xu Kunlin": 2}


def test_sources_without_a_date_and_those_of_the_akimat():
    assert [row.code for row in Source.objects.filter(published_on=None)] == ["qazinform-jiangsu-talks"]
    assert [row.code for row in Source.objects.filter(photo_credit__name_en__startswith="Akimat")] == [
        "qazinform-2025-10-10"
    ]


def test_agreements_without_a_document_and_verbal_ones():
    assert Agreement.objects.filter(document=None).count() == 2
    assert [row.statement.code for row in Agreement.objects.filter(kind="verbal")] == ["s51"]


def test_members_of_the_consortium_are_not_stated():
    assert not Membership.objects.exists()


def test_engagements_headed_by_the_akim_supported_by_the_embassy_and_on_healthcare():
    headed = Engagement.objects.filter(
        participations__role="head", participations__person__name_en="Nariman Turegaliyev"
    )
    assert sorted(headed.values_list("kind", flat=True)) == ["ceremony", "meeting", "talks", "visit"]
    supported = Engagement.objects.filter(participations__role="support", participations__organisation__kind="embassy")
    assert sorted(supported.values_list("kind", flat=True)) == ["ceremony", "talks"]
    health = Engagement.objects.filter(sector="HEALTH")
    assert [row.participations.get(role="host").organisation.is_investor for row in health] == [False]


def test_provinces_visited():
    provinces = Engagement.objects.filter(place__kind="province").values_list("place", "held_on", "date_precision")
    assert sorted(provinces) == [("CN-JS", None, "unknown"), ("CN-SD", ANNOUNCED_ON, "by")]


def test_commitments_of_a_first_phase_only():
    assert [row.statement.code for row in Amount.objects.filter(phase__number=1)] == ["s21"]


def test_demo_sign_ins_do_not_change_the_figures(settings):
    settings.DEMO = True
    call_command("create_demo_users", verbosity=0)
    assert everything()["announced"].value == Decimal("134000000000.00")
