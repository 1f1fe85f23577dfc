"""Amounts, quantities, dates and periods as people write them in each language."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation

from projects import wording
from projects.models.choices import Bound, DatePrecision

LANGUAGES = ["kk", "ru", "en", "zh-hans"]
DAY = datetime.date(2025, 10, 10)


def in_each(write):
    """What `write` gives in each language, with ordinary spaces for those that do not break."""
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(str(write()).replace("\u00a0", " "))
    return found


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("134000000000.00", "KZT", ["134 млрд ₸", "134 млрд ₸", "KZT 134 bn", "1340亿坚戈"]),
        ("30000000.00", "USD", ["30 млн $", "30 млн $", "USD 30 mln", "3000万美元"]),
        ("88400000", "USD", ["88,4 млн $", "88,4 млн $", "USD 88.4 mln", "8840万美元"]),
        ("1340000000000", "KZT", ["1,34 трлн ₸", "1,34 трлн ₸", "KZT 1.34 tn", "1.34万亿坚戈"]),
        ("16200000000", "KZT", ["16,2 млрд ₸", "16,2 млрд ₸", "KZT 16.2 bn", "162亿坚戈"]),
        ("1234567.89", "CNY", ["1,23 млн ¥", "1,23 млн ¥", "CNY 1.23 mln", "123.46万元"]),
        ("999999.99", "EUR", ["999 999,99 €", "999 999,99 €", "EUR 999,999.99", "100万欧元"]),
        ("9999", "RUB", ["9 999 ₽", "9 999 ₽", "RUB 9,999", "9,999卢布"]),
        ("0.01", "KZT", ["0,01 ₸", "0,01 ₸", "KZT 0.01", "0.01坚戈"]),
        ("5", "CHF", ["5 CHF", "5 CHF", "CHF 5", "5 CHF"]),
    ],
)
def test_money(value, currency, expected):
    assert in_each(lambda: wording.money(Decimal(value), currency)) == expected


def test_money_to_the_last_digit():
    assert in_each(lambda: wording.money(Decimal("134000000000.50"), "KZT", exact=True)) == [
        "134 000 000 000,5 ₸",
        "134 000 000 000,5 ₸",
        "KZT 134,000,000,000.5",
        "134,000,000,000.5坚戈",
    ]


def test_an_amount_is_not_broken_over_lines():
    for language in ("kk", "ru", "en"):
        with translation.override(language):
            assert " " not in wording.money(Decimal("134000000000"), "KZT", Bound.GT)


@pytest.mark.parametrize(
    ("bound", "sign"), [("eq", ""), ("gt", "> "), ("ge", "≥ "), ("lt", "< "), ("le", "≤ "), ("approx", "≈ ")]
)
def test_bounds(bound, sign):
    assert in_each(lambda: wording.money(Decimal("134000000000"), "KZT", bound)) == [
        f"{sign}134 млрд ₸",
        f"{sign}134 млрд ₸",
        f"{sign}KZT 134 bn",
        f"{sign}1340亿坚戈",
    ]
    assert in_each(lambda: wording.quantity(Decimal("10"), "", bound)) == [f"{sign}10"] * 4


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (Bound.EQ, ["10", "10", "10", "10"]),
        (Bound.GT, ["10 мөлшерінен астам", "свыше 10", "more than 10", "超过 10"]),
        (Bound.GE, ["кемінде 10", "не менее 10", "at least 10", "至少 10"]),
        (Bound.LT, ["10 мөлшерінен кем", "менее 10", "less than 10", "少于 10"]),
        (Bound.LE, ["ең көбі 10", "не более 10", "at most 10", "至多 10"]),
        (Bound.APPROX, ["шамамен 10", "около 10", "about 10", "约 10"]),
    ],
)
def test_bounds_in_words(bound, expected):
    assert in_each(lambda: wording.bounded("10", bound)) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("34.000000", "MW", ["34 MW", "34 MW", "34 MW", "34 MW"]),
        ("25", "%", ["25 %", "25 %", "25%", "25%"]),
        ("1234.5", "t", ["1 234,5 t", "1 234,5 t", "1,234.5 t", "1,234.5 t"]),
        ("1E+3", "", ["1 000", "1 000", "1,000", "1,000"]),
    ],
)
def test_quantities(value, unit, expected):
    assert in_each(lambda: wording.quantity(Decimal(value), unit)) == expected


@pytest.mark.parametrize(
    ("precision", "expected"),
    [
        ("day", ["2025 ж. 10 қазан", "10 октября 2025 г.", "10 October 2025", "2025年10月10日"]),
        ("month", ["2025 ж. қазан", "Октябрь 2025 г.", "October 2025", "2025年10月"]),
        ("quarter", ["2025 ж. 4-тоқсан", "4-й квартал 2025 г.", "quarter 4 of 2025", "2025年第4季度"]),
        ("year", ["2025 жыл", "2025 год", "2025", "2025年"]),
        (
            "by",
            [
                "2025 ж. 10 қазан немесе бұрын",
                "не позднее 10 октября 2025 г.",
                "on or before 10 October 2025",
                "2025年10月10日或之前",
            ],
        ),
    ],
)
def test_dates(precision, expected):
    assert in_each(lambda: wording.day(DAY, precision)) == expected


def test_every_precision_is_worded():
    assert set(DatePrecision) - {"day", "month", "quarter", "year", "by"} == {"relative", "unknown"}


def test_a_relative_date_keeps_the_words_of_the_source():
    assert in_each(lambda: wording.day(None, DatePrecision.RELATIVE, "soon")) == ["soon"] * 4


NOT_STATED = ["дереккөзде көрсетілмеген", "в источнике не указано", "not stated in source", "来源未说明"]


def test_what_is_unknown_says_so():
    for precision in DatePrecision:
        assert in_each(lambda precision=precision: wording.day(None, precision)) == NOT_STATED
    assert in_each(wording.unknown) == [f'<span class="unknown">{text}</span>' for text in NOT_STATED]


def period(start, end):
    return wording.period(datetime.date.fromisoformat(start), datetime.date.fromisoformat(end))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-01-01", "2024-12-31", ["2024 жыл", "2024 год", "2024", "2024年"]),
        (
            "2025-01-01",
            "2025-06-30",
            ["2025 ж. 1-жартыжылдық", "1-е полугодие 2025 г.", "first half of 2025", "2025年上半年"],
        ),
        (
            "2025-07-01",
            "2025-12-31",
            ["2025 ж. 2-жартыжылдық", "2-е полугодие 2025 г.", "second half of 2025", "2025年下半年"],
        ),
        (
            "2025-04-01",
            "2025-06-30",
            ["2025 ж. 2-тоқсан", "2-й квартал 2025 г.", "quarter 2 of 2025", "2025年第2季度"],
        ),
        ("2024-02-01", "2024-02-29", ["2024 ж. ақпан", "Февраль 2024 г.", "February 2024", "2024年2月"]),
    ],
)
def test_periods(start, end, expected):
    assert in_each(lambda: period(start, end)) == expected


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-02-01", "2025-02-27"),
        ("2025-01-02", "2025-12-31"),
        ("2024-12-01", "2025-01-31"),
        ("2024-04-01", "2025-03-31"),
        ("2025-02-01", "2025-07-31"),
        ("2025-02-01", "2025-04-30"),
        ("2025-01-01", "2026-12-31"),
        ("2025-02-05", "2025-02-05"),
    ],
)
def test_other_spans_give_both_days(start, end):
    days = [wording.day(datetime.date.fromisoformat(text)) for text in (start, end)]
    with translation.override("en"):
        assert period(start, end).count(" – ") == 1 == len({*days}) - (start != end)
