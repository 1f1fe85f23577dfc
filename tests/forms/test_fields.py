"""Numbers, amounts, dates and texts as people type them, in four languages."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from projects.forms.fields import (
    AmountField,
    DateField,
    NumberField,
    TextField,
    WholeNumberField,
    clean_text,
    read_number,
)

LANGUAGES = ["kk", "ru", "en", "zh-hans"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0", "0"),
        ("34", "34"),
        ("134000.5", "134000.5"),
        ("134 000", "134000"),
        ("134\u00a0000\u00a0000,5", "134000000.5"),
        ("134\u2009000", "134000"),
        ("134\u202f000", "134000"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("16,2", "16.2"),
        ("0,125", "0.125"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("１２３", "123"),
        ("000123", "123"),
    ],
)
def test_numbers_read_alike_in_every_language(language, typed, value):
    with translation.override(language):
        assert NumberField().clean(typed) == Decimal(value)


@pytest.mark.parametrize(("language", "value"), [("kk", "1.234"), ("ru", "1.234"), ("en", "1234"), ("zh-hans", "1234")])
def test_one_comma_before_three_digits_is_what_the_language_says(language, value):
    with translation.override(language):
        assert NumberField().clean("1,234") == Decimal(value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "value", "mark"),
    [
        ("134 млрд", "134000000000", ""),
        ("134 млрд ₸", "134000000000", "₸"),
        ("16,2 млрд. тенге", "16200000000", "тенге"),
        ("30 mln", "30000000", ""),
        ("$30 mln", "30000000", "$"),
        ("USD 88.4 mln", "88400000", "usd"),
        ("KZT 134 bn", "134000000000", "kzt"),
        ("1340亿", "134000000000", ""),
        ("1340亿坚戈", "134000000000", "坚戈"),
        ("3000万美元", "30000000", "美元"),
        ("1.2万亿", "1200000000000", ""),
        ("5 мың", "5000", ""),
        ("500 тыс. тенге", "500000", "тенге"),
        ("2 трлн", "2000000000000", ""),
        ("700 ₸", "700", "₸"),
        ("1 234 567,89", "1234567.89", ""),
    ],
)
def test_amounts_with_scale_words(language, typed, value, mark):
    field = AmountField()
    with translation.override(language):
        assert field.clean(typed) == Decimal(value)
    assert field.mark == mark


@pytest.mark.parametrize("field", [NumberField(), AmountField(), WholeNumberField()], ids=lambda f: type(f).__name__)
@pytest.mark.parametrize(
    "typed",
    ["NaN", "Infinity", "-inf", "1e308", "1e-999999", "=1+1", "0b11", "0x1F", "١٢", "1 2", "12 34", "1,23,456"]
    + ["1.2.3", "1..2", ",5,", "--5", "9" * 4400, "five", "5 5 5", "1_000", "\x00", "12\t000", "½"],
)
def test_what_is_no_number_is_refused_with_a_sentence(field, typed):
    with translation.override("ru"), pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert refused.value.messages[0].endswith(".")


def test_scale_words_are_for_amounts_only():
    with pytest.raises(ValidationError):
        NumberField().clean("134 млрд")


def test_whole_numbers():
    assert WholeNumberField().clean("1 000") == 1000
    assert WholeNumberField().clean("3.0") == 3
    with pytest.raises(ValidationError):
        WholeNumberField().clean("3.5")


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=st.decimals(min_value=-(10**15), max_value=10**15, places=4))
def test_a_shown_number_is_read_back(language, value):
    field = NumberField(max_digits=24, decimal_places=6)
    with translation.override(language):
        assert field.clean(field.prepare_value(value)) == value


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    for with_words in (False, True):
        try:
            value, _mark, _is_scaled = read_number(text, with_words=with_words)
        except ValidationError:
            continue
        assert value.is_finite()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", ["2026-02-28", "28.02.2026", " 28.02.2026 ", "２０２６-０２-２８"])
def test_dates_in_every_language(language, typed):
    with translation.override(language):
        assert DateField().clean(typed) == datetime.date(2026, 2, 28)


def test_dates_as_the_language_writes_them():
    for language, typed in [("zh-hans", "2026年2月28日"), ("en", "28 Feb 2026")]:
        with translation.override(language):
            assert DateField().clean(typed) == datetime.date(2026, 2, 28)


@pytest.mark.parametrize("typed", ["0001-01-01", "9999-12-31", "1989-12-31", "2100-01-01"])
def test_absurd_years_are_refused(typed):
    with pytest.raises(ValidationError, match="1990"):
        DateField().clean(typed)


@pytest.mark.parametrize("typed", ["10000-01-01", "31.02.2026", "2026-13-01", "yesterday", "2026", "\x00", "1" * 5000])
def test_what_is_no_date_is_refused(typed):
    with pytest.raises(ValidationError, match=r"31\.12\.2026"):
        DateField().clean(typed)


def test_control_characters_go_and_nul_is_refused():
    field = TextField(widget=forms.Textarea)
    assert field.clean(" a\x0bb\x01\u202e\r\nc\ud800 ") == "ab\nc"
    assert TextField().clean("one\r\ntwo\tthree") == "one two three"
    assert clean_text("әңғ\ufeff") == "әңғ"
    with pytest.raises(ValidationError):
        field.clean("a\x00b")


def test_no_text_is_without_a_limit():
    with pytest.raises(ValidationError):
        TextField().clean("x" * 20_001)
