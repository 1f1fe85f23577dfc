"""The region's figures: charts, ranks, and values out of SDMX-CSV and spreadsheets."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from projects.exchange.indicators import period_of
from projects.models import IndicatorValue, Statement
from tests import factories
from tests.pages import read

ADDRESS = "/en/indicators/import/"
SDMX = """DATAFLOW,REF_AREA,INDICATOR,COUNTERPART_AREA,FREQ,TIME_PERIOD,OBS_VALUE,UNIT_MEASURE,OBS_STATUS
SYN:TRADE(1.0),KZ-27,TRADE_TURNOVER,CN,A,2024,88400000,USD,A
SYN:TRADE(1.0),KZ-27,TRADE_TURNOVER,CN,A,2022,60500000.5,USD,A
SYN:TRADE(1.0),KZ-27,TRADE_TURNOVER,CN,A,2023,71000000,USD,A
SYN:TRADE(1.0),KZ-27,TRADE_GROWTH,,A,2021,,%,M
SYN:TRADE(1.0),KZ-27,FDI_RANK,,S,2024-S2,4,{rank},A
"""


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def editor(brief):
    return signed_in(factories.editor())


@pytest.fixture
def source(brief):
    return factories.source(code="syn-statistics", title_en="Synthetic yearbook", kind="statistics")


def sent(client, source, name, content):
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, content), "source": source.code})


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_file_is_shown_then_written_once_with_its_source(editor, source):
    before = IndicatorValue.objects.count()
    page = read(sent(editor, source, "trade.csv", SDMX.encode()))
    text = page.one("main").text
    assert "New values: 3. On record already: 1. Rows without a value, left out: 1." in text
    assert "71,000,000" in text and "70,720,000" in text  # what is on record stands beside it
    assert IndicatorValue.objects.count() == before
    form = next(form for form in page.all("form", method="post") if form.all("input", name="confirmed"))
    typed = {field["name"]: field["value"] for field in form.all("input")}
    for _twice in range(2):
        assert editor.post(ADDRESS, typed).status_code == 303
    added = IndicatorValue.objects.filter(statement__source=source)
    assert added.count() == 3 and IndicatorValue.objects.count() == before + 3
    statement = Statement.objects.get(source=source)
    assert "trade.csv" in statement.text_kk and statement.text_kk != statement.text_en
    rank = added.get(indicator__code="FDI_RANK")
    assert (str(rank.period_start), str(rank.period_end), rank.value) == ("2024-07-01", "2024-12-31", 4)
    again = read(sent(editor, source, "trade.csv", SDMX.encode()))
    assert "New values: 0. On record already: 4." in again.one("main").text
    forged = typed | {"confirmed": typed["confirmed"][:-4] + "AAAA", "submission_key": "synthetic-key-2"}
    assert editor.post(ADDRESS, forged)["Location"] == ADDRESS
    assert IndicatorValue.objects.count() == before + 3


def test_all_that_is_wrong_is_told_by_cell_and_nothing_is_written(editor, source):
    before = IndicatorValue.objects.count()
    rows = [
        ("INDICATOR", "TIME_PERIOD", "OBS_VALUE", "COUNTERPART_AREA", "UNIT_MEASURE", "REF_AREA"),
        ("NO_SUCH", 2024, 1, None, None, None),
        ("TRADE_TURNOVER", "2024-13", 1, "CN", None, None),
        ("TRADE_TURNOVER", "2020", "many", "CN", None, None),
        ("TRADE_TURNOVER", "2020", 5, "XX", None, None),
        ("TRADE_TURNOVER", "2020-Q1", 5, "CN", "EUR", "KZ-10"),
        ("TRADE_TURNOVER", 2019, 5, "CN", "USD", "KZ-27"),
        ("TRADE_TURNOVER", 2019, 6, "CN", "USD", "KZ-27"),
        ("TRADE_TURNOVER", 2018, 1e300, "CN", "USD", "KZ-27"),
    ]
    response = sent(editor, source, "wrong.xlsx", workbook(*rows))
    assert response.status_code == 422
    response.status_code = 200
    cells = [row.all("td")[1].text for row in read(response).all("tr") if len(row.all("td")) == 3]
    assert cells == ["A2", "B3", "C4", "D5", "B6", "E6", "F6", "B8", "C9"]
    assert IndicatorValue.objects.count() == before
    assert sent(editor, source, "none.csv", b"a,b\n1,2\n").status_code == 422
    assert sent(editor, source, "broken.xlsx", b"PK\x03\x04 no workbook").status_code == 422
    nameless = {"file": SimpleUploadedFile("trade.csv", SDMX.encode()), "source": ""}
    assert editor.post(ADDRESS, nameless).status_code == 422


def test_who_may_bring_values_in(brief, source):
    for user in (factories.analyst(), factories.outsider()):
        assert signed_in(user).get(ADDRESS).status_code == 403
        assert sent(signed_in(user), source, "trade.csv", SDMX.encode()).status_code == 403
    assert signed_in(factories.editor()).get(ADDRESS).status_code == 200


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("2024", ("2024-01-01", "2024-12-31", 12)),
        ("2024-S2", ("2024-07-01", "2024-12-31", 6)),
        ("2024-Q1", ("2024-01-01", "2024-03-31", 3)),
        ("2024-02", ("2024-02-01", "2024-02-29", 1)),
    ],
)
def test_periods(text, wanted):
    start, end, months = period_of(text)
    assert (str(start), str(end), months) == wanted


@pytest.mark.parametrize("text", ["", "24", "2024-00", "2024-S3", "2024-Q5", "1800", "9999", "2024-1", "x"])
def test_what_is_no_period(text):
    with pytest.raises(ValueError):
        period_of(text)


def test_charts_mark_what_is_computed_and_ranks_say_who_has_risen(brief):
    analyst = signed_in(factories.analyst())
    chart = read(analyst.get("/en/indicators/TRADE_TURNOVER/")).one("table", id="by-period")
    names = [row.one("th").text for row in chart.one("tbody").all("tr")]
    assert names == ["2023 (computed)", "2024"]
    assert [data["value"] for data in chart.all("data")] == ["70720000", "88400000"]
    rank = IndicatorValue.objects.get(indicator__code="FDI_RANK")
    page = read(analyst.get("/en/indicators/ranks/"))
    assert "no data" in page.one("main").one("tbody").text
    values = {"value": 5, "period_start": "2024-07-01", "period_end": "2024-12-31", "as_of": "2024-12-31"}
    IndicatorValue.objects.create(indicator=rank.indicator, statement=rank.statement, **values)
    words = read(analyst.get("/en/indicators/ranks/")).one("main").one("tbody").text
    assert "risen" in words and "first half of 2025" in words
