"""Figures and dates as people write them in each language. Formatting only: no database, no request."""

import datetime
import functools
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from django.conf import settings
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, ngettext, override, pgettext
from django.utils.translation import gettext as _

from projects.models.choices import Bound, DatePrecision, ObligationState

ONE_DAY = datetime.timedelta(days=1)
SIGNS = {"eq": "", "gt": "> ", "ge": "≥ ", "lt": "< ", "le": "≤ ", "approx": "≈ "}
SYMBOLS = {"KZT": "₸", "USD": "$", "EUR": "€", "CNY": "¥", "RUB": "₽", "GBP": "£"}
CHINESE_CURRENCIES = {"KZT": "坚戈", "USD": "美元", "EUR": "欧元", "CNY": "元", "RUB": "卢布", "GBP": "英镑"}

# Powers of ten by which amounts are shortened: (exponent, word). Chinese counts in 万 (10^4), 亿 (10^8) and
# 万亿 (10^12): 134 bn is 1340亿.
SCALES = {
    "kk": [(12, "трлн"), (9, "млрд"), (6, "млн")],
    "ru": [(12, "трлн"), (9, "млрд"), (6, "млн")],
    "en": [(12, "tn"), (9, "bn"), (6, "mln")],
    "zh-hans": [(12, "万亿"), (8, "亿"), (4, "万")],
}


def number(value):
    """A number (int, Decimal) with the separators of the reader's language, without trailing zeros."""
    return _number(value, get_language())


def _number(value, language):
    text = f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,d}"
    return text.translate(_separators(language))


@functools.cache
def _separators(language):
    names = {",": "THOUSAND_SEPARATOR", ".": "DECIMAL_SEPARATOR"}
    return str.maketrans({sign: formats.get_format(name, language) for sign, name in names.items()})


def _shortened(value, language):
    for exponent, word in SCALES.get(language, SCALES["en"]):
        if abs(value) >= Decimal(10) ** exponent:
            short = (value / Decimal(10) ** exponent).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            return short, word
    return value, ""


def money(value, currency, bound=Bound.EQ, exact=False):
    """An amount as text: «> 134 млрд ₸», "KZT 134 bn", 「1340亿坚戈」; `exact` gives every digit.

    Args:
        value: Decimal, in whole units of the currency.
        currency: ISO 4217 code.
    """
    language = get_language() or "en"
    short, word = (value, "") if exact else _shortened(value, language)
    sign = SIGNS[bound]
    if language == "zh-hans":  # as Chinese texts write sums: no grouping before 亿, no space
        digits = _number(short, language) if exact or not word else f"{short.normalize():f}"
        return f"{sign}{digits}{word}{CHINESE_CURRENCIES.get(currency, ' ' + currency)}"
    digits = _number(short, language)
    if language == "en":
        return f"{sign}{currency} {digits}{' ' + word if word else ''}".replace(" ", "\u00a0")
    return f"{sign}{digits}{' ' + word if word else ''} {SYMBOLS.get(currency, currency)}".replace(" ", "\u00a0")


def quantity(value, unit_symbol, bound=Bound.EQ):
    """A measured value with its unit: «> 34 МВт»; a percentage without a space in English and Chinese."""
    gap = "" if unit_symbol == "%" and get_language() in ("en", "zh-hans") else "\u00a0"
    return f"{SIGNS[bound]}{number(value)}{gap if unit_symbol else ''}{unit_symbol}"


BOUNDED = {
    Bound.GT: gettext_lazy("more than %(amount)s"),
    Bound.GE: gettext_lazy("at least %(amount)s"),
    Bound.LT: gettext_lazy("less than %(amount)s"),
    Bound.LE: gettext_lazy("at most %(amount)s"),
    Bound.APPROX: gettext_lazy("about %(amount)s"),
}


def bounded(text, bound):
    """The same in whole words, for titles and screen readers: "more than KZT 134 bn"."""
    return BOUNDED[bound] % {"amount": text} if bound in BOUNDED else text


def in_each_language(name, write):
    """The columns of a translated text: {name_kk: …}. Args: write: a function without arguments -> text."""
    texts = {}
    for code, _label in settings.LANGUAGES:
        with override(code):
            texts[f"{name}_{code.replace('-', '_')}"] = write()
    return texts


def not_stated():
    return _("not stated in source")


def unknown():
    """The mark of an unknown value: never 0, never blank."""
    return _unknown(get_language())


@functools.cache
def _unknown(language):
    return format_html('<span class="unknown">{}</span>', not_stated())


def label(choices, value):
    """What a closed list calls one of its values."""
    return _label(choices, value, get_language())


@functools.cache
def _label(choices, value, language):
    return str(choices(value).label)


def day(value, precision=DatePrecision.DAY, words=""):
    """A date at the precision that is known: a day, «2025 ж. 3-тоқсан», 2025, "on or before …", the source's words."""
    return _day(value, precision, words, get_language())


@functools.lru_cache(maxsize=4096)
def _day(value, precision, words, language):
    if precision == DatePrecision.RELATIVE and words:
        return words
    if value is None:
        return not_stated()
    if precision == DatePrecision.YEAR:
        return pgettext("year alone", "%(year)s") % {"year": value.year}
    if precision == DatePrecision.QUARTER:
        return _("quarter %(quarter)s of %(year)s") % {"quarter": (value.month + 2) // 3, "year": value.year}
    if precision == DatePrecision.MONTH:
        return formats.date_format(value, "YEAR_MONTH_FORMAT")
    text = formats.date_format(value, "DATE_FORMAT")
    return _("on or before %(date)s") % {"date": text} if precision == DatePrecision.BY else text


def standing(found, today):
    """The state of an obligation as words: "overdue by 12 days", "due in 5 days", "partly met: 40 %".

    Args:
        found: what has a state, a share and a deadline on the day `today`.
    """
    left = None if found.deadline is None else (found.deadline - today).days
    if found.state == ObligationState.OVERDUE:
        return ngettext("overdue by %(days)s day", "overdue by %(days)s days", -left) % {"days": number(-left)}
    if found.state == ObligationState.DUE and left == 0:
        return _("due today")
    if found.state == ObligationState.DUE:
        return ngettext("due in %(days)s day", "due in %(days)s days", left) % {"days": number(left)}
    if found.state == ObligationState.PARTLY:
        return _("partly met: %(share)s") % {"share": percentage(found.share)}
    return str(found.state.label)


def percentage(share):
    """A share (Decimal, 1 is the whole) as per cent, cut to a tenth: what is not whole never reads as 100 %."""
    return quantity((share * 100).quantize(Decimal("0.1"), ROUND_FLOOR), "%")


def period(start, end):
    """A year, half-year, quarter or month where the dates span one exactly, else both dates."""
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    whole = start.day == 1 and (end.month != (end + ONE_DAY).month)
    if whole and months == 12 and start.month == 1:
        return day(start, DatePrecision.YEAR)
    if whole and months == 6 and start.month in (1, 7):
        text = _("first half of %(year)s") if start.month == 1 else _("second half of %(year)s")
        return text % {"year": start.year}
    if whole and months == 3 and start.month % 3 == 1:
        return day(start, DatePrecision.QUARTER)
    if whole and months == 1:
        return day(start, DatePrecision.MONTH)
    return f"{day(start)} – {day(end)}"
