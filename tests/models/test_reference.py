"""The reference lists: complete, consistent, in four languages; loading them twice changes nothing."""

import csv
import datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunSQL
from django.db.migrations.loader import MigrationLoader

from projects.management.commands.load_reference import FOLDER, LISTS
from projects.models import (
    Currency,
    Holiday,
    Metric,
    ObligationKind,
    Place,
    ReportingCycle,
    Sector,
    Stage,
    StageRequirement,
    Unit,
)
from projects.models.choices import PlaceKind, StageGroup

LANGUAGES = ("kk", "ru", "en", "zh_hans")
OC4IDS_STATUSES = {"identification", "preparation", "implementation", "completion", "maintenance", "decommissioning"}
OC4IDS_SECTORS = {"", "economy", "education", "energy", "health", "transport", "waterAndWaste"}


def rows_of(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_code(name):
    return {row["code"]: row for row in rows_of(name)}


PLACES = rows_of("places")
WEST_KAZAKHSTAN = [row for row in PLACES if row["parent"] == "KZ-27"]
REGIONS = [row for row in PLACES if row["kind"] == "region"]
PROVINCES = [row for row in PLACES if row["kind"] == "province"]
COUNTRIES = [row for row in PLACES if row["kind"] == "country"]


@pytest.fixture
def loaded(db):
    call_command("load_reference", verbosity=0)


def history_sizes():
    return {name: model._meta.get_field("events").related_model.objects.count() for name, (model, _) in LISTS.items()}


# ---- The files ------------------------------------------------------------------------------


def test_every_file_is_a_list_and_every_list_has_its_file():
    assert {path.stem for path in FOLDER.iterdir()} == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_each_row_is_there_once(name):
    _model, key = LISTS[name]
    keys = [tuple(row[column] for column in key) for row in rows_of(name)]
    assert all(any(part) for part in keys)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", LISTS)
def test_texts_are_given_in_all_four_languages_or_in_none(name):
    rows = rows_of(name)
    texts = {column.removesuffix("_zh_hans") for column in rows[0] if column.endswith("_zh_hans")}
    for row in rows:
        for text in texts:
            cells = [row[f"{text}_{language}"] for language in LANGUAGES]
            assert all(cells), (name, row)
            assert cells == [cell.strip() for cell in cells]


@pytest.mark.parametrize("name", [name for name in LISTS if name not in {"stage_requirements", "holidays"}])
def test_kazakh_and_chinese_names_are_in_their_scripts(name):
    for row in rows_of(name):
        assert not any("一" <= character <= "鿿" for character in row["name_kk"] + row["name_ru"] + row["name_en"])
        assert any("一" <= character <= "鿿" for character in row["name_zh_hans"]) or row["code"] == "%"


def test_places_are_complete():
    assert len(COUNTRIES) == 249
    assert len(REGIONS) == 20
    assert len(PROVINCES) == 34
    assert len(WEST_KAZAKHSTAN) == 13
    assert [row["kind"] for row in WEST_KAZAKHSTAN].count("district") == 12
    assert len(PLACES) == 249 + 20 + 34 + 13
    assert {row["kind"] for row in PLACES} <= set(PlaceKind.values)


def test_places_hang_on_the_right_parents():
    assert {row["parent"] for row in COUNTRIES} == {""}
    assert {row["parent"] for row in REGIONS} == {"KZ"}
    assert {row["parent"] for row in PROVINCES} == {"CN"}
    assert all(len(row["code"]) == 2 and len(row["iso3"]) == 3 for row in COUNTRIES)
    assert all(row["code"].startswith("CN-") for row in PROVINCES)


def test_kato_codes():
    assert all(row["kato"] == row["code"] and row["kato"].startswith("27") for row in WEST_KAZAKHSTAN)
    assert all(row["kato"] == row["code"].removeprefix("KZ-") + "0000000" for row in REGIONS)
    assert all(len(row["kato"]) == 9 for row in [*REGIONS, *WEST_KAZAKHSTAN])


def test_district_centres_lie_inside_the_region():
    for row in WEST_KAZAKHSTAN:
        assert 47.95 <= float(row["latitude"]) <= 51.78
        assert 46.49 <= float(row["longitude"]) <= 54.57


@pytest.mark.parametrize("rows", [REGIONS, WEST_KAZAKHSTAN], ids=["regions", "districts"])
def test_tiles_do_not_cover_each_other(rows):
    tiles = [(int(row["tile_row"]), int(row["tile_column"])) for row in rows]
    assert len(set(tiles)) == len(rows)
    assert min(row for row, _ in tiles) == 1
    assert min(column for _, column in tiles) == 1


def test_tiles_of_the_districts_keep_the_directions_of_the_map():
    column = {row["name_en"]: int(row["tile_column"]) for row in WEST_KAZAKHSTAN}
    row = {row["name_en"]: int(row["tile_row"]) for row in WEST_KAZAKHSTAN}
    assert column["Bokey Orda District"] == column["Zhanibek District"] == min(column.values())
    assert column["Shyngyrlau (Chingirlau) District"] == max(column.values())
    assert row["Zhanibek District"] < row["Bokey Orda District"]


def test_no_alias_names_two_places_of_one_parent():
    seen = {}
    for row in PLACES:
        names = {row[f"name_{language}"] for language in LANGUAGES} | set(filter(None, row["aliases"].split("|")))
        for name in names:
            other = seen.setdefault((row["parent"], name.casefold()), row["code"])
            assert other == row["code"], (name, other, row["code"])


def test_sectors_are_a_tree_of_two_levels():
    sectors = by_code("sectors")
    for code, row in sectors.items():
        assert row["parent"] == code.rpartition(".")[0]
        assert not row["parent"] or sectors[row["parent"]]["parent"] == ""
        assert row["oc4ids"] in OC4IDS_SECTORS
        assert row["oked"] or code == "OTHER"
    assert len(sectors) == 34
    assert "Unsure" in sectors["OIL.CAT"]["note"]


def test_units_of_a_dimension_have_one_base():
    bases = [row["dimension"] for row in rows_of("units") if Decimal(row["factor"]) == 1]
    dimensions = {row["dimension"] for row in rows_of("units")}
    assert sorted(bases) == sorted(dimensions)
    assert by_code("units")["kW"]["factor"] == "0.001"


def test_usual_units_fit_their_metrics():
    units = by_code("units")
    for row in rows_of("metrics"):
        assert units[row["unit"]]["dimension"] == row["dimension"], row["code"]
    for row in rows_of("obligation_kinds"):
        assert not row["unit"] or row["unit"] in units


def test_shares_and_ranks_are_never_added():
    for row in rows_of("metrics"):
        assert row["is_additive"] == "no" or row["dimension"] not in {"share", "rank"}


def test_stages_are_in_order_and_have_what_they_require():
    stages = by_code("stages")
    assert next(iter(stages)) == "lead"
    assert list(stages)[-1] == "operation"
    assert not {"suspended", "cancelled"} & set(stages)
    assert {row["group"] for row in stages.values()} == set(StageGroup.values) - {StageGroup.UNKNOWN}
    assert {row["oc4ids_status"] for row in stages.values()} <= OC4IDS_STATUSES
    assert {code for code, row in stages.items() if row["needs_date"] == "yes"} == {"commissioning", "operation"}
    assert {row["stage"] for row in rows_of("stage_requirements")} == set(stages)


def test_positions_grow():
    for name in LISTS:
        positions = [int(row["position"]) for row in rows_of(name) if "position" in row]
        assert positions == sorted(set(positions))


def test_holidays_of_the_law_are_confirmed_and_moved_ones_are_not():
    rows = rows_of("holidays")
    fixed = {"01-01", "01-02", "01-07", "03-08", "03-21", "03-22", "03-23", "05-01", "05-07", "05-09"}
    fixed |= {"07-06", "10-25", "12-16"}
    for year in ("2025", "2026", "2027"):
        confirmed = {row["day"][5:] for row in rows if row["day"].startswith(year) and row["is_confirmed"] == "yes"}
        assert confirmed == fixed | ({"08-30"} if year == "2025" else set())
    assert all(row["is_confirmed"] == "no" for row in rows if "moved" in row["name_en"])


def test_reporting_cycles_are_labelled_as_examples():
    for row in rows_of("reporting_cycles"):
        assert row["is_active"] == "no"
        assert "мысал" in row["name_kk"] and "пример" in row["name_ru"]
        assert "example" in row["name_en"] and "示例" in row["name_zh_hans"]


# ---- Loading --------------------------------------------------------------------------------


def test_load_fills_every_list(loaded):
    for name, (model, _key) in LISTS.items():
        assert model.objects.count() == len(rows_of(name))


def test_load_keeps_the_values_of_the_files(loaded):
    district = Place.objects.get(code="274400000")
    assert (district.parent_id, district.name_ru, district.latitude) == ("KZ-27", "район Бәйтерек", Decimal("51.20"))
    assert "Зеленовский" in district.aliases.split("|")
    assert Sector.objects.get(code="ENERGY.GAS").parent.name_en == "Energy"
    assert Currency.objects.get(code="KRW").decimals == 0
    assert Unit.objects.get(code="10*9.m3/a").factor == 10**9
    assert Metric.objects.get(code="physical_progress").is_additive is False
    assert Stage.objects.get(code="operation").needs_date is True
    assert StageRequirement.objects.get(stage="land", document_type="land_lease").is_alternative is True
    assert ObligationKind.objects.get(code="TAX").unit_id == "KZT"
    assert Holiday.objects.get(day=datetime.date(2025, 1, 5)).is_working is True
    assert not ReportingCycle.objects.filter(is_active=True).exists()


def test_loaded_rows_are_valid_for_their_forms(loaded):
    for model, _key in LISTS.values():
        for row in model.objects.all()[:60]:
            row.full_clean()


def test_second_load_writes_nothing(loaded, django_assert_max_num_queries):
    before = history_sizes()

    with django_assert_max_num_queries(3 * len(LISTS)) as queries:
        call_command("load_reference", verbosity=0)

    assert not [query for query in queries if query["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert history_sizes() == before


def test_an_administrators_wording_is_kept_and_an_empty_field_is_filled(loaded):
    place = Place.objects.get(code="273600000")
    place.name_en, place.name_zh_hans = "Burlin", ""
    place.save()

    call_command("load_reference", verbosity=0)

    place = Place.objects.get(code="273600000")
    assert (place.name_en, place.name_zh_hans, place.version) == ("Burlin", "布尔林区", 3)


def test_a_deleted_row_stays_deleted(loaded):
    StageRequirement.objects.get(stage="design", document_type="technical_conditions").delete()

    call_command("load_reference", verbosity=0)

    assert not StageRequirement.objects.filter(stage="design", document_type="technical_conditions").exists()


def test_what_migrations_wrote_in_sql_is_taken_back_from_a_full_database(loaded):
    """Their own SQL alone, back to the fourth: for the tables, too, Django takes a minute."""
    loader = MigrationLoader(connection)
    plan = loader.graph.forwards_plan(*loader.graph.leaf_nodes("projects"))
    later = [loader.graph.nodes[key] for key in plan if key[0] == "projects" and key[1] > "0005"]
    with connection.cursor() as cursor, connection.schema_editor(atomic=False) as editor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for migration in reversed(later):
            for operation in reversed(migration.operations):
                if isinstance(operation, RunSQL):
                    operation.database_backwards("projects", editor, None, None)
        cursor.execute("SELECT count(*) FROM projects_stagerequirementevent WHERE document_type_id IS NULL")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proname LIKE 'tracker_obligation%' OR proname = 'tracker_reached'"
        )
        assert cursor.fetchone() == (0,)
    assert StageRequirement.objects.exists() and not StageRequirement.objects.filter(document_type=None).exists()
