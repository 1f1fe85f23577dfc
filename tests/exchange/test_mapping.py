"""Tables of offices: what is recognised in ten shapes and four formats, what is asked, how cells are read."""

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from projects.exchange.mapping import Reader, read_mapping
from projects.exchange.reading import read_file
from projects.exchange.records import to_rows

from . import files
from .tables import SHAPES

pytestmark = pytest.mark.django_db
DAY = datetime.date(2025, 11, 1)


def read(*given):
    """Rows, problems and notes of a sheet, read to its end."""
    stated = to_rows(*given)
    return [row for unit in stated.units for row in unit], stated.problems, stated.notes


@pytest.fixture(scope="module")
def reader(of_the_module):
    call_command("load_reference", verbosity=0)
    return Reader()


def _table(rows, kind="xlsx"):
    content = files.csv_file(rows, separator=";") if kind == "csv" else getattr(files, kind)({"Лист": rows})
    return read_file(io.BytesIO(content), f"t.{kind}").sheets[0]


def _answered(mapping):
    """The mapping with what a person would answer."""
    for question in mapping.questions():
        setattr(mapping, question, {"scale": 1_000_000, "currency": "KZT", "as_of": DAY}[question])
    return mapping


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "csv"])
@pytest.mark.parametrize("name", SHAPES)
def test_shapes(reader, name, kind):
    shape = SHAPES[name]
    table = _table(shape.rows, kind)
    mapping = reader.propose(table)
    assert [column.target for column in mapping.columns][: len(shape.targets)] == shape.targets
    assert mapping.questions() == shape.questions
    rows, problems, notes = read(reader, table, _answered(mapping))
    assert problems == []
    assert len(notes) == shape.left_out
    projects = [row for row in rows if row.noun == "projects"]
    names = [cell.value for row in projects for key, cell in row.values.items() if key.startswith("name_")]
    assert names == shape.names
    amounts = [row.values for row in rows if row.noun == "amounts"]
    found = [
        (
            *(row["kind"].value, f"{row['value'].value.normalize():f}", row["currency"].value, row["bound"].value),
            row["as_of"].value.isoformat(),
        )
        for row in amounts
    ]
    assert found == shape.amounts
    assert all(row["project"].value in projects for row in amounts)


def test_a_list_of_bare_names_is_read(reader):
    table = _table([["Наименование проекта"], ["Синтетический проект"], ["Ещё один синтетический"], ["Итого: 2"]])
    rows, problems, notes = read(reader, table, reader.propose(table))
    assert [row.values["name_ru"].value for row in rows] == ["Синтетический проект", "Ещё один синтетический"]
    assert (problems, len(notes)) == ([], 1)


def test_every_row_of_a_body_says_who_it_is(reader):
    table = _table(
        [
            ["Наименование проекта", "Инвестор", "БИН", "Страна", "Стадия"],
            ["Синтетический проект", "Синтетический консорциум", 990140000012, "Китай", "Меморандум"],
        ]
    )
    rows, _problems, _notes = read(reader, table, _answered(reader.propose(table)))
    by_noun = {row.noun: row for row in rows}
    body = by_noun["organisations"].values
    assert {name: cell.value for name, cell in body.items()} == {
        "name_ru": "Синтетический консорциум",
        "kind": "consortium",
        "is_investor": True,
        "bin": 990140000012,
        "country": "Китай",
    }
    assert (body["bin"].row, body["bin"].column) == (2, 3)
    assert by_noun["parties"].values["organisation"].value is by_noun["organisations"]
    assert by_noun["parties"].values["project"].value is by_noun["projects"]
    assert by_noun["stages"].values["stage"].value == "Меморандум"


def test_what_cannot_be_read_is_said_of_its_cell(reader):
    table = _table(
        [
            ["Наименование проекта", "Сумма, млн тенге", "Дата начала", "Мощность"],
            ["Синтетический 1", "сто", "31.02.2025", "5 попугаев"],
            ["Синтетический 2", "12 песо", "когда-нибудь", "=A1+1"],
            ["Синтетический 3", "1e400", "10.10.1899", "#REF!"],
            ["Синтетический 4", "NaN", None, None],
        ]
    )
    mapping = _answered(reader.propose(table))
    _rows, problems, _notes = read(reader, table, mapping)
    assert [(problem.row, problem.column) for problem in problems] == [
        *((2, 2), (2, 3), (2, 4)),
        *((3, 2), (3, 3), (3, 4)),
        *((4, 2), (4, 3), (4, 4)),
        (5, 2),
    ]
    assert all(problem.message for problem in problems)


def test_a_mapping_is_kept_for_tables_of_the_same_shape(reader):
    """Headings that nobody can recognise, in another order and with other spaces, are read as they were before."""
    first = reader.propose(_table([["Объект", "Смета", "Прочее"], ["Синтетический", 5, "x"]]))
    assert {column.target for column in first.columns} == {"ignore"}
    assert first.questions() == ["names"]
    first.take({"columns": {"Объект": "projects.name_ru", "Смета": "amounts.committed"}, "scale": 1000})
    first.currency = "USD"
    kept = {first.shape: first.as_json()}
    table = _table([["Смета ", "Прочее", "объект"], [7, "y", "Синтетический"]])
    again = reader.propose(table, kept.get)
    assert again.questions() == ["as_of"]
    rows, _problems, _notes = read(reader, table, again)
    assert [row.noun for row in rows] == ["projects", "amounts"]
    assert rows[1].values["value"].value == 7000
    assert rows[1].values["currency"].value == "USD"
    assert reader.propose(_table([["Смета", "объект"], [7, "Синтетический"]]), kept.get).of("amounts.committed") is None


@pytest.mark.parametrize(
    "kept",
    [{}, [], None, {"columns": ["a"]}, {"columns": {}, "scale": 7}, {"columns": {"a": "nowhere.field"}}]
    + [{"columns": {"a": ["x"]}}, {"columns": {}, "scale": [1]}],
)
def test_what_is_no_mapping_is_refused(reader, kept):
    mapping = reader.propose(_table([["Объект", "Смета"], ["Синтетический", 5]]))
    with pytest.raises(ValidationError):
        mapping.take(kept)


def test_a_file_that_is_no_mapping_is_refused():
    with pytest.raises(ValidationError):
        read_mapping("{")
