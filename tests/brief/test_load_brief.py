"""The files of the brief, and what they are in the database: complete, in four languages, with every doubt kept."""

import pytest
from django.db.models import Sum

from projects import brief as the_brief
from projects.models import (
    Agreement,
    Amount,
    Engagement,
    IndicatorValue,
    Lead,
    Milestone,
    Obligation,
    Observation,
    Organisation,
    Person,
    Place,
    Position,
    Programme,
    ProgrammeSector,
    Project,
    ProjectLink,
    ProjectParty,
    Shipment,
    Source,
    Statement,
)

LANGUAGES = ["kk", "ru", "en", "zh_hans"]
STATEMENTS = [f"s{number}" for number in range(1, 53)]
CLEAR = {1, 2, 7, 11, 12, 19, 30, 31, 32, 36, 37, 38, 39, 42, 43, 45, 46, 47, 48, 50}  # no doubt of the list of doubts
UNCLEAR = {f"s{number}" for number in range(1, 53)} - {f"s{number}" for number in CLEAR}


def rows_of(name):
    return [row for model, row in the_brief.rows() if model == name]


def texts_of(row):
    return {name: value for name, value in row.items() if isinstance(value, dict)}


# ---- The files ------------------------------------------------------------------------------


def test_every_file_of_the_folder_is_loaded():
    assert {path.stem for path in the_brief.FOLDER.glob("*.toml")} == set(the_brief.FILES)


def test_every_text_is_there_in_four_different_wordings():
    for model, row in the_brief.rows():
        for name, texts in texts_of(row).items():
            assert list(texts) == LANGUAGES, (model, name, texts)
            assert all(text and text == text.strip() for text in texts.values()), (model, texts)


@pytest.mark.parametrize("text", ["text", "note"])
def test_statements_are_not_the_same_in_two_languages(text):
    for row in rows_of("Statement"):
        if text in row:
            assert len(set(row[text].values())) == len(LANGUAGES), row["code"]


def test_each_language_uses_its_own_letters():
    for model, row in the_brief.rows():
        for name, texts in texts_of(row).items():
            where = (model, name, texts)
            assert not any(
                "\u0400" <= letter <= "\u04ff" or "\u4e00" <= letter <= "\u9fff" for letter in texts["en"]
            ), where
            assert not any("\u0400" <= letter <= "\u04ff" for letter in texts["zh_hans"]), where
            assert not any(letter in "әғқңөұүһі" for letter in texts["ru"].lower()), where
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in texts["kk"] + texts["ru"]), where


def test_statements_are_in_our_own_words():
    """No run of seven words of an article's sentence; names and figures are shorter than that."""
    said = [
        "China is the largest trading partner of Kazakhstan",
        "plan to channel over 134 billion tenge in vitally important spheres",
        "have already been shipped to Kazakhstan",
        "companies must be registered in the region, tax revenues should be transferred to the regional budget",
        "expressed a strong interest in deepening trade and economic cooperation with the region",
        "enhance bilateral engagement and increase the participation of Chinese investors",
    ]
    ours = [" ".join(row["text"]["en"].lower().split()) for row in rows_of("Statement")]
    for sentence in said:
        words = sentence.lower().split()
        for start in range(len(words) - 5):
            run = " ".join(words[start : start + 6])
            assert not any(run in text for text in ours), run


def test_identities_tell_the_rows_of_a_table_apart():
    seen = set()
    for model, row in the_brief.rows():
        columns = [name.removesuffix("_en") for name in the_brief.IDENTITY[model]]
        identity = (model, *(str(row.get(name)) for name in columns))
        assert identity not in seen
        seen.add(identity)


# ---- What is loaded -------------------------------------------------------------------------


def test_both_sources_and_every_statement(brief):
    assert list(Statement.objects.order_by("position").values_list("code", flat=True)) == STATEMENTS
    dated = Source.objects.get(published_on__isnull=False)
    undated = Source.objects.get(published_on=None)
    assert dated.published_on.isoformat() == "2025-10-10" and undated.date_precision == "unknown"
    assert "2025" in undated.date_note_en
    assert dated.photo_credit.kind == "state_body" and undated.photo_credit is None
    assert (dated.statements.count(), undated.statements.count()) == (35, 17)
    for statement in Statement.objects.all():
        assert all(getattr(statement, f"text_{language}") for language in LANGUAGES)
        assert statement.locator


def test_what_is_unclear_is_said_at_the_statement(brief):
    noted = set(Statement.objects.exclude(note_en="").values_list("code", flat=True))
    assert noted >= UNCLEAR


def test_figures_of_the_dashboard(brief):
    assert Project.objects.named().count() == 2
    assert Project.objects.filter(is_placeholder=True).count() == 12
    programme = Programme.objects.get()
    assert programme.code == "china-wkr" and not programme.sectors_are_exhaustive
    counted = Amount.objects.headlines().get()
    assert (counted.kind, counted.bound, counted.value, counted.currency_id) == ("announced", "gt", 134 * 10**9, "KZT")
    assert counted.value_kzt == 134 * 10**9
    beside = Amount.objects.uncertain().get()
    assert not Amount.objects.on_projects().exists()
    assert (beside.value, beside.currency_id, beside.included_in, beside.bound) == (30 * 10**6, "USD", counted, "eq")
    assert (beside.rate, beside.value_kzt) == (None, None)
    assert beside.phase.number == 1 and beside.payer.name_en == "VEGA Power"
    assert not Amount.objects.exclude(kind="announced").exists()
    assert Observation.objects.get(metric="capacity_electric").value == 34
    assert Shipment.objects.aggregate(Sum("quantity"))["quantity__sum"] == 5
    assert Lead.objects.count() == 7
    assert Obligation.objects.filter(target=None).count() == Obligation.objects.count() == 4
    disputed = Statement.objects.filter(certainty="disputed").order_by("position")
    assert [statement.code for statement in disputed] == ["s4", "s17"]
    assert list(disputed[0].contradicts.all()) == [disputed[1]] and list(disputed[1].contradicts.all()) == [disputed[0]]


def test_the_two_plants(brief):
    station, plant = Project.objects.named().order_by("reference")
    assert [station.reference, plant.reference] == ["WKR-0001", "WKR-0002"]
    assert [station.main_sector_id, plant.main_sector_id] == ["ENERGY.GAS", "OIL.CAT"]
    for project in (station, plant):
        assert (project.stage, project.stage_group, project.status) == (None, "pre_construction", None)
        assert (project.planned_start_on, project.started_on, project.curator) == (None, None, None)
    assert station.place.kind == "industrial_zone" and station.place.parent_id == "KZ-27"
    assert plant.place is None
    link = ProjectLink.objects.get()
    assert (link.from_project, link.kind, link.to_project) == (station, "supplies", None)
    assert set(Project.objects.filter(is_placeholder=True).values_list("stage_group", flat=True)) == {"unknown"}
    starts = Milestone.objects.filter(kind="construction_start")
    assert {start.project for start in starts} == {station, plant}
    assert {(start.planned_on, start.planned_precision, start.met_on, start.certainty) for start in starts} == {
        (None, "relative", None, "likely")
    }
    assert all("soon" in start.planned_words_en for start in starts)


def test_candidates_instead_of_a_guess(brief):
    both = {"WKR-0001", "WKR-0002"}
    vega = ProjectParty.objects.get(role="investor")
    products = Observation.objects.get(metric="product_types")
    amount = Amount.objects.get(currency="USD")
    for row in (vega, products, amount):
        assert row.project is None and row.programme.code == "china-wkr"
        assert set(row.candidates.values_list("reference", flat=True)) == both
    assert vega.certainty == "possible"
    assert (products.value, products.bound) == (10, "gt")


def test_organisations_in_their_roles(brief):
    investor = Organisation.objects.get(is_investor=True)
    assert investor.country_id == "CN" and investor.province is None
    assert (investor.uscc, investor.bin, investor.local_entity) == ("", "", None)
    consortium = Organisation.objects.get(is_placeholder=True)
    assert consortium.kind == "consortium" and not consortium.members.exists()
    assert Organisation.objects.get(name_zh_hans__startswith="爱康国宾").is_investor is False
    assert Person.objects.count() == 4 and Position.objects.count() == 4


def test_sectors_named_by_the_two_lists(brief):
    first = ProgrammeSector.objects.filter(statement__code="s4").values_list("sector", flat=True)
    second = ProgrammeSector.objects.filter(statement__code="s17")
    assert set(first) == {"ENERGY", "AGRI", "HEALTH"}
    assert {row.sector_id for row in second} == {"ENERGY", "AGTECH", "OIL", "CONSTR", "HEALTH"}
    doubtful = ProgrammeSector.objects.get(certainty="disputed")
    assert (doubtful.sector_id, doubtful.alternative_id) == ("AGTECH", "MACH.AGRI")


def test_the_shipment_and_the_ceremony_are_counted_once(brief):
    shipment = Shipment.objects.get()
    assert (shipment.status, shipment.origin_id, shipment.destination_id) == ("in_transit", "CN", "KZ")
    assert shipment.dispatched_precision == "by" and not shipment.projects.exists()
    dispatched = Milestone.objects.get(kind="equipment_dispatched")
    assert shipment.milestone == dispatched and dispatched.statement.code == "s13"
    assert dispatched.programme.code == "china-wkr" and dispatched.met_precision == "by"


def test_engagements_agreements_and_obligations(brief):
    assert Engagement.objects.count() == 5
    assert Engagement.objects.get(held_on=None).place_id == "CN-JS"
    dated = Engagement.objects.exclude(held_on=None)
    assert {row.date_precision for row in dated} == {"by"}
    assert set(dated.values_list("place", flat=True)) == {"CN", "CN-SD"}
    assert dict(Agreement.objects.values_list("statement__code", "kind")) == {"s5": "unspecified", "s51": "verbal"}
    assert not Agreement.objects.exclude(document=None).exists()
    strengths = dict(Obligation.objects.values_list("kind", "strength"))
    assert strengths == {"REG": "must", "TAX": "must", "LOCAL_HIRE": "must", "TRAINING": "should"}
    assert set(Obligation.objects.values_list("basis", "frequency", "due_on")) == {("oral", "not_stated", None)}


def test_indicators_with_the_computed_one_marked(brief):
    computed = IndicatorValue.objects.get(is_computed=True)
    assert (computed.value, computed.bound, computed.period_start.year) == (70_720_000, "approx", 2023)
    assert computed.formula
    stated = IndicatorValue.objects.filter(is_computed=False)
    assert {int(row.value) for row in stated} == {3, 25, 88_400_000}


def test_nothing_beyond_the_brief(brief):
    """No place, firm or figure of other reports on the same events; one place of its own."""
    text = " ".join(path.read_text(encoding="utf-8") for path in the_brief.FOLDER.glob("*.toml"))
    for foreign in ("Weifang", "Вэйфан", "潍坊", "66", "Karachaganak", "Карачаганак"):
        assert foreign not in text
    assert Place.objects.filter(kind="industrial_zone").count() == 1
