"""Numbers, dates and scales as offices write them in four languages."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from projects.exchange.phrases import date_in, read_date, read_period, read_phrase, scale_in

NUMBERS = {
    "34 МВт": ("34", "eq", "мвт"),
    "свыше 134 млрд тенге": ("134000000000", "gt", "тенге"),
    "134 млрд теңгеден астам": ("134000000000", "gt", "теңгеден"),
    "USD 30 mln": ("30000000", "eq", "usd"),
    "$30 млн.": ("30000000", "eq", "$"),
    "约1.2亿元": ("120000000", "approx", "元"),
    "1\u202f234\u00a0567,5": ("1234567.5", "eq", ""),
    "до 500 тыс. тенге": ("500000", "le", "тенге"),
    "долларов США 5 млн": ("5000000", "eq", "долларов сша"),
    "не менее 120*": ("120", "ge", ""),
    "10 000 тонн в год": ("10000", "eq", "тонн в год"),
    "-3,5": ("-3.5", "eq", ""),
    7.5: ("7.5", "eq", ""),
    12: ("12", "eq", ""),
}
DAYS = {
    "15.10.2025": ("2025-10-15", "day"),
    "2025-10-15 00:00:00": ("2025-10-15", "day"),
    "15 октября 2025 г.": ("2025-10-15", "day"),
    "2025 жылғы 15 қазан": ("2025-10-15", "day"),
    "October 15, 2025": ("2025-10-15", "day"),
    "2025年10月15日": ("2025-10-15", "day"),
    "01/02/25": ("2025-02-01", "day"),
    45945: ("2025-10-15", "day"),
    "45945": ("2025-10-15", "day"),
    datetime.datetime(2025, 10, 15): ("2025-10-15", "day"),
    "2025-10": ("2025-10-31", "month"),
    "октябрь 2025": ("2025-10-31", "month"),
    "II.2025": None,
    "III квартал 2025": ("2025-09-30", "quarter"),
    "3 кв. 2025 г.": ("2025-09-30", "quarter"),
    "2025 ж. III тоқсан": ("2025-09-30", "quarter"),
    "Q3 2025": ("2025-09-30", "quarter"),
    "2025年第三季度": ("2025-09-30", "quarter"),
    "2026 год": ("2026-12-31", "year"),
    "31.02.2025": None,
    "10.10.1899": None,
    "": None,
    "9" * 500: None,
}
HEADINGS = {
    "Освоено на 01.07.2025, млн тенге": ("2025-07-01", 10**6),
    "по состоянию на 1 октября 2025 года (тыс. тг)": ("2025-10-01", 10**3),
    "总投资（万元），截至2025年9月30日": ("2025-09-30", 10**4),
    "Инвестиции, млрд. долл. США": (None, 10**9),
    "Тысячелетний проект": (None, None),
}


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers(value):
    phrase = read_phrase(value, "ru")
    number, bound, mark = NUMBERS[value]
    assert (phrase.value, phrase.bound, phrase.mark) == (Decimal(number), bound, mark)


def test_separators_are_those_of_the_table():
    assert read_phrase("12,345", "ru").value == Decimal("12.345")
    assert read_phrase("12,345", "en").value == 12345


@pytest.mark.parametrize("value", ["сто", "1e400", "NaN", float("nan"), float("inf"), True, "5 - 10", "", "=1+1"])
def test_no_numbers(value):
    with pytest.raises(ValidationError):
        read_phrase(value, "ru")


@pytest.mark.parametrize("value", DAYS)
def test_days(value):
    if DAYS[value] is None:
        with pytest.raises(ValidationError):
            read_date(value)
        return
    day, precision = read_date(value)
    assert (day.isoformat(), precision) == DAYS[value]


def test_periods():
    day = datetime.date
    assert read_period("2024-2026 гг.") == (day(2024, 1, 1), day(2026, 12, 31))
    assert read_period("с марта 2024 по декабрь 2026 года") == (day(2024, 3, 1), day(2026, 12, 31))
    assert read_period("2026 год") == (None, day(2026, 12, 31))
    with pytest.raises(ValidationError):
        read_period("скоро")


@pytest.mark.parametrize("text", HEADINGS)
def test_days_and_scales_of_headings(text):
    found = date_in(text)
    assert (found and found[0].isoformat(), scale_in(text)) == HEADINGS[text]
