"""Numbers, dates, scales and currencies as offices write them into cells and headings, in four languages.

«свыше 134 млрд тенге», "USD 30 mln", 「约1.2亿元」, «III квартал 2025», «15 октября 2025 г.», «н/д».
"""

import calendar
import datetime
import functools
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from projects.forms.fields import SCALE_WORDS, NotANumber, clean_text, read_number
from projects.models.choices import Bound, DatePrecision

NOT_STATED = {
    *("-", "–", "—", "--", "---", "…", "...", "?", "x", "х"),
    *("н/д", "нд", "н.д.", "б/д", "нет", "нет данных", "нет сведений", "не указано", "не указан", "не определено"),
    *("не определен", "не определён", "не известно", "неизвестно", "уточняется", "на уточнении"),
    *("жоқ", "деректер жоқ", "мәлімет жоқ", "көрсетілмеген", "анықталмаған", "белгісіз"),
    *("n/a", "na", "n.a.", "no data", "not stated", "not available", "unknown", "tbd", "tbc", "none"),
    *("无", "暂无", "未定", "待定", "不详", "未提供", "未说明", "无数据"),
    "",
}
BEFORE = {  # words before a number -> what they make of it
    Bound.GT: [
        "свыше",
        "более чем",
        "более",
        "больше",
        "выше",
        "over",
        "more than",
        "above",
        ">",
        "超过",
        "逾",
        "大于",
    ],
    Bound.GE: ["не менее чем", "не менее", "кемінде", "at least", "≥", ">=", "至少", "不少于"],
    Bound.LT: ["менее чем", "менее", "меньше", "less than", "below", "under", "<", "少于", "低于"],
    Bound.LE: ["не более чем", "не более", "до", "at most", "up to", "≤", "<=", "不超过", "最多"],
    Bound.APPROX: ["около", "порядка", "примерно", "приблизительно", "ориентировочно", "шамамен", "about", "around"]
    + ["approximately", "approx", "circa", "ca", "~", "≈", "约", "大约"],
}
AFTER = {
    Bound.GT: ["астам", "аса", "+"],
    Bound.GE: ["кем емес", "以上"],
    Bound.LE: ["дейін", "以下", "以内"],
    Bound.APPROX: ["жуық", "左右", "примерно", "approx"],
}
_BEFORE = sorted(((word, bound) for bound, words in BEFORE.items() for word in words), key=lambda pair: -len(pair[0]))
_AFTER = sorted(((word, bound) for bound, words in AFTER.items() for word in words), key=lambda pair: -len(pair[0]))
_POWERS = sorted(((word, power) for power, words in SCALE_WORDS.items() for word in words), key=lambda p: -len(p[0]))
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")

MONTHS = [  # the beginnings of the names of the months in Russian, Kazakh and English
    ("янв", "қаңтар", "кантар", "jan"),
    ("фев", "ақпан", "акпан", "feb"),
    ("мар", "наурыз", "mar"),
    ("апр", "сәуір", "сауир", "apr"),
    ("май", "мая", "мамыр", "may"),
    ("июн", "маусым", "jun"),
    ("июл", "шілде", "шилде", "jul"),
    ("авг", "тамыз", "aug"),
    ("сен", "қыркүйек", "кыркуйек", "sep"),
    ("окт", "қазан", "казан", "oct"),
    ("ноя", "қараша", "караша", "nov"),
    ("дек", "желтоқсан", "желтоксан", "dec"),
]
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_QUARTER = r"(?P<quarter>iv|i{1,3}|[1-4]|[一二三四])"
DATES = [
    (
        re.compile(rf"{YEAR}[-./](?P<month>[0-9]{{1,2}})[-./](?P<day>[0-9]{{1,2}})(?:[ t]00:00(?::00)?)?"),
        DatePrecision.DAY,
    ),
    (re.compile(rf"(?P<day>[0-9]{{1,2}})[-./](?P<month>[0-9]{{1,2}})[-./]{YEAR}"), DatePrecision.DAY),
    (re.compile(r"(?P<day>[0-9]{1,2})[-./](?P<month>[0-9]{1,2})[-./](?P<short>[0-9]{2})"), DatePrecision.DAY),
    (re.compile(rf"{YEAR}年(?P<month>[0-9]{{1,2}})月(?P<day>[0-9]{{1,2}})[日号]"), DatePrecision.DAY),
    (re.compile(rf"(?P<day>[0-9]{{1,2}})[ -](?P<name>[^\W\d]+)\.?,?[ -]{YEAR}"), DatePrecision.DAY),
    (re.compile(rf"{YEAR} (?P<day>[0-9]{{1,2}}) (?P<name>[^\W\d]+)"), DatePrecision.DAY),
    (re.compile(rf"(?P<name>[^\W\d]+)\.? (?P<day>[0-9]{{1,2}}),? {YEAR}"), DatePrecision.DAY),
    (re.compile(rf"{YEAR}年(?P<month>[0-9]{{1,2}})月"), DatePrecision.MONTH),
    (re.compile(rf"{YEAR}[-./](?P<month>[0-9]{{1,2}})"), DatePrecision.MONTH),
    (re.compile(rf"(?P<month>[0-9]{{1,2}})[-./]{YEAR}"), DatePrecision.MONTH),
    (re.compile(rf"(?P<name>[^\W\d]+)\.?,? {YEAR}"), DatePrecision.MONTH),
    (re.compile(rf"{YEAR} (?P<name>[^\W\d]+)"), DatePrecision.MONTH),
    (
        re.compile(
            rf"{_QUARTER}[ -]*(?:й |ый |ий |-ші |-шы )?(?:квартал[а-я]*|кв\.?|тоқсан[а-я]*|тоқ\.?)\.?,? ?{YEAR}"
        ),
        DatePrecision.QUARTER,
    ),
    (re.compile(rf"{YEAR},? {_QUARTER}[ -]*(?:квартал[а-я]*|кв\.?|тоқсан[а-я]*|тоқ\.?)"), DatePrecision.QUARTER),
    (re.compile(rf"(?:q|кв\.? ?){_QUARTER}[ -/]*{YEAR}"), DatePrecision.QUARTER),
    (re.compile(rf"{YEAR}[ -/]*q{_QUARTER}"), DatePrecision.QUARTER),
    (re.compile(rf"{YEAR}年第?{_QUARTER}季度"), DatePrecision.QUARTER),
    (re.compile(rf"{YEAR}年?"), DatePrecision.YEAR),
]
# What stands beside a date and says nothing: "г.", "года", «жылғы», «ж.», "year".
_YEAR_WORDS = re.compile(r"(?<=[0-9])\s*(?:года|году|год|гг?\.?|жылғы|жылдың|жылы|жыл|ж\.)(?=\s|,|$)")
SERIALS = (32874, 73050)  # days that a spreadsheet counts from 1899-12-30: the years 1990 to 2099
FIRST_SERIAL = datetime.date(1899, 12, 30)


REMEMBERED = 5000  # texts: cells of a column say the same again and again


@dataclass(frozen=True)
class Phrase:
    """A number and what was written around it: mark is the currency or unit in small letters, or empty."""

    value: Decimal
    bound: str = Bound.EQ
    mark: str = ""
    is_scaled: bool = False


@functools.lru_cache(REMEMBERED)
def tidy(text):
    """One line of text: all kinds of spaces and dashes alike, no control characters but NUL."""
    text = "№".join(unicodedata.normalize("NFKC", part) for part in clean_text(text).split("№"))
    text = text.replace("\u2212", "-").replace("\u2011", "-")
    return re.sub(r"\s+", " ", text).strip()


def is_not_stated(value):
    """Whether a cell says that nothing is known: empty, a dash, «н/д», "n/a", 「待定」."""
    return value is None or (isinstance(value, str) and tidy(value).casefold() in NOT_STATED)


def _bounded(text):
    """What a number's text says beside the words that bound it, and the bound."""
    for word, bound in _BEFORE:
        rest = text.removeprefix(word)
        is_part = word[-1].isalpha() and not IDEOGRAPH.search(word) and rest[:1].isalpha()
        if rest != text and not is_part:
            return rest.strip(" .,"), bound
    for word, bound in _AFTER:
        if text.endswith(word) and text != word:
            return text.removesuffix(word).strip(), bound
    return text, Bound.EQ


@functools.lru_cache(REMEMBERED, typed=True)
def read_phrase(value, language):
    """Read a number as an office wrote it.

    Args:
        value: of a cell: a number, or text such as «свыше 134 млрд тенге»; language: whose separators it uses.
    Returns: a Phrase. Raises: ValidationError with a sentence.
    """
    if isinstance(value, bool):
        raise NotANumber
    if isinstance(value, int | float | Decimal):
        value = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not value.is_finite():
            raise NotANumber
        return Phrase(value)
    text, bound = _bounded(tidy(str(value)).casefold().rstrip("*¹²³ "))
    with override(language):
        number, mark, is_scaled = read_number(text, with_words=True)
    return Phrase(number, bound, mark.strip(" .,()"), is_scaled)


# ---- Dates -----------------------------------------------------------------------------------


def _month(found):
    if not found.get("name"):
        return int(found["month"])
    for number, beginnings in enumerate(MONTHS, 1):
        if found["name"].startswith(beginnings):
            return number
    raise ValueError(found["name"])


def _day_of(found, precision):
    year = int(found.get("year") or 2000 + int(found["short"]))
    if precision == DatePrecision.YEAR:
        return datetime.date(year, 12, 31)
    if precision == DatePrecision.QUARTER:
        month = 3 * QUARTERS[found["quarter"]]
    else:
        month = _month(found)
    if precision == DatePrecision.DAY:
        return datetime.date(year, month, int(found["day"]))
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


@functools.lru_cache(REMEMBERED, typed=True)
def read_date(value):
    """Read a date as an office wrote it.

    Args: value: of a cell: a date, a spreadsheet's count of days, or text such as «III квартал 2025».
    Returns: the day (of a month, quarter or year its last), and its DatePrecision. Raises: ValidationError.
    """
    if isinstance(value, datetime.datetime):
        return value.date(), DatePrecision.DAY
    if isinstance(value, datetime.date):
        return value, DatePrecision.DAY
    text = tidy(str(value)).casefold()
    text = re.sub(r"\.0$", "", text) if isinstance(value, float) else text
    if re.fullmatch(r"[0-9]{5}", text) and SERIALS[0] <= int(text) < SERIALS[1]:
        return FIRST_SERIAL + datetime.timedelta(days=int(text)), DatePrecision.DAY
    text = _YEAR_WORDS.sub("", text).strip(" .,")
    for form, precision in DATES:
        if match := form.fullmatch(text):
            try:
                return _day_of(match.groupdict(), precision), precision
            except ValueError:
                continue
    raise ValidationError(
        _("“%(text)s” is no date. Write it as 31.12.2026 or 2026-12-31."), params={"text": text[:80]}, code="invalid"
    )


def first_day(day, precision):
    """The first day of the month, quarter or year that ends on `day`."""
    months = {DatePrecision.MONTH: day.month, DatePrecision.QUARTER: day.month - 2, DatePrecision.YEAR: 1}
    return day.replace(month=months[precision], day=1) if precision in months else day


def read_period(value):
    """Start and end as offices write them together: «2024-2026 гг.», «03.2024 – 12.2026»; one date is the end.

    Returns: (start or None, end). Raises: ValidationError with a sentence.
    """
    text = re.sub(r"\s*(?:–|—|/| - | по | до )\s*", " — ", tidy(value) if isinstance(value, str) else "")
    text = re.sub(r"^((?:19|20)[0-9]{2})-((?:19|20)[0-9]{2})(?![0-9])", r"\1 — \2", text).removeprefix("с ")
    start, divider, end = text.partition(" — ")
    if not divider or not re.search(r"[0-9]", start):
        return None, read_date(value)[0]
    return first_day(*read_date(start)), read_date(end)[0]


def date_in(text):
    """A date that a heading or title names («на 01.07.2025», «за 2024 год»): (day, precision), or None."""
    text = tidy(text).casefold()
    words = [word.strip("(),;: ") for word in re.split(r"[ ()]+", _YEAR_WORDS.sub("", text))]
    for width in (3, 2, 1):
        for place in range(len(words) - width + 1):
            part = re.sub("^[\u4e00-\u9fff]+", "", " ".join(words[place : place + width]))
            if re.search(r"[0-9]{2}", part):
                try:
                    return read_date(part)
                except ValidationError:
                    continue
    return None


# ---- Scales, currencies, units ---------------------------------------------------------------


def scale_in(text):
    """The scale that a heading or title states: 1000000 for «млн тенге», 10000 for 「万元」; None without one."""
    text = tidy(text).casefold()
    for word, power in _POWERS:
        is_ideograph = IDEOGRAPH.search(word)
        if re.search(re.escape(word) if is_ideograph else rf"(?<![^\W\d_]){word}(?![^\W\d_])", text):
            return 10**power
    return None


class Names:
    """Codes by what people call them: spellings of currencies, of units."""

    def __init__(self, spellings):
        """Args: spellings: (spelling, code), the more exact ones first."""
        self._codes = {}
        for spelling, code in spellings:
            if spelling := tidy(spelling).casefold().strip(" ."):
                self._codes.setdefault(spelling, code)
        self._longest = sorted(self._codes, key=len, reverse=True)

    def code(self, mark):
        """The code that a mark beside a number names, also in another case («теңгеден», "юаней"); or None."""
        mark = tidy(mark).casefold().strip(" .")
        if mark in self._codes:
            return self._codes[mark]
        beginnings = (name for name in self._longest if len(name) > 3 and mark.startswith(name[:-1]))
        return next((self._codes[name] for name in beginnings if len(mark) <= len(name) + 4), None)

    def within(self, text):
        """The code that a heading or title names somewhere («Сумма, млн тенге», 「投资额（万元）」); or None."""
        text = tidy(text).casefold()
        for name in self._longest:
            if name == "元" and not re.search(r"[万亿千百(]元|元[)/]|元$", text):
                continue
            is_word = name[0].isalpha() and not IDEOGRAPH.search(name)
            if re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])" if is_word else re.escape(name), text):
                return self._codes[name]
        return None
