"""Form fields that read what people type: numbers and dates of four languages, scale words, text from Word.

What cannot be read is refused with a sentence; what was typed stays in the form (the widgets are text inputs).
"""

import datetime
import re
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from projects.models.base import EARLIEST, LATEST

TEXT_LIMIT = 20_000
NUMBER_LIMIT = 60  # characters

# Control characters, lone surrogates, marks that turn the direction of text, byte-order marks: pasted, never meant.
# NUL stays, for Django's own validator to refuse.
UNWANTED = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")

# Words after a number, by the power of ten they stand for; the longest that fits is taken.
SCALE_WORDS = {
    3: ["тыс", "тысяч", "тысячи", "тысяча", "мың", "thousand", "千"],
    4: ["万"],
    6: ["млн", "миллион", "миллиона", "миллионов", "mln", "mn", "million", "millions", "百万"],
    7: ["千万"],
    8: ["亿"],
    9: ["млрд", "миллиард", "миллиарда", "миллиардов", "bn", "bln", "billion", "billions", "十亿"],
    12: ["трлн", "триллион", "триллиона", "триллионов", "tn", "trn", "trillion", "trillions", "万亿"],
}
_SCALES = sorted(((word, power) for power, words in SCALE_WORDS.items() for word in words), key=lambda s: -len(s[0]))
_AMOUNT = re.compile(r"(?P<before>[^0-9+,-]*)(?P<number>[+-]?[0-9](?:[0-9 ,.]*[0-9])?)(?P<after>[^0-9,]*)")
_GROUPED = {mark: re.compile(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in " ,."}
_DATE_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]  # read in every language, beside its own


def clean_text(text, is_one_line=True):
    """Text without control characters; in one line, breaks and tabs become spaces."""
    if text.isprintable():  # then there is none of these in it
        return text
    text = UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r"[\n\t\u2028\u2029]+", " ", text) if is_one_line else text


class NotANumber(ValidationError):
    def __init__(self):
        example = formats.number_format(Decimal("1234.5"), use_l10n=True, force_grouping=True)
        super().__init__(_("Enter a number, for example %(example)s."), code="invalid", params={"example": example})


def _plain(number, language):
    """Digits with a decimal point, from digits with the separators that the language uses."""
    commas, points = number.count(","), number.count(".")
    decimal, grouping = ".", None  # a plain decimal is read alike in every language
    if commas and points:
        decimal, grouping = (",", ".") if number.rindex(",") > number.rindex(".") else (".", ",")
    elif commas + points > 1:
        decimal, grouping = None, "," if commas else "."
    elif commas:
        is_grouping = language not in ("kk", "ru") and re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", number)
        decimal, grouping = (None, ",") if is_grouping else (",", None)
    whole, _mark, fraction = number.partition(decimal) if decimal else (number, "", "")
    for mark in filter(None, (grouping, " ")):
        if mark in whole and not _GROUPED[mark].fullmatch(whole):
            raise NotANumber
        whole = whole.replace(mark, "")
    if not whole.isdigit() or not (fraction or "0").isdigit():
        raise NotANumber
    return f"{whole}.{fraction or 0}"


def read_number(text, *, with_words=False):
    """Read a number typed by a person.

    Args:
        text: «134 000,5», "134,000.5", "134000.5"; with words also «134 млрд ₸», "USD 30 mln", 「1340亿」.
    Returns: the Decimal; what else stood there (a currency, in small letters); whether a scale word was read.
    Raises: ValidationError with a sentence.
    """
    if len(text) > NUMBER_LIMIT:
        raise ValidationError(_("The number is too long."), code="invalid")
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    match = _AMOUNT.fullmatch(text.casefold())
    if match is None:
        raise NotANumber
    number, after, power = match["number"].strip(), match["after"].strip(), 0
    for word, exponent in _SCALES:
        if after.startswith(word):
            after, power = after.removeprefix(word).strip(" ."), exponent
            break
    mark = f"{match['before']} {after}".strip()
    if (mark or power) and not with_words:
        raise NotANumber
    value = Decimal(_plain(number.lstrip("+-").strip(), get_language()))
    return (-value if number.startswith("-") else value) * 10**power, mark, bool(power)


def shown(value):
    """A number as the form shows it: separators of the language, no trailing zeros."""
    if not isinstance(value, Decimal | int | float) or isinstance(value, bool):
        return value
    value = Decimal(str(value)).normalize()
    places = max(0, -value.as_tuple().exponent) if value.is_finite() else 0
    return formats.number_format(value, places, use_l10n=True, force_grouping=True)


class TextField(forms.CharField):
    """Text without control characters, and never without a limit."""

    def __init__(self, *, max_length=None, **kwargs):
        super().__init__(max_length=max_length or TEXT_LIMIT, **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = clean_text(value, is_one_line=not isinstance(self.widget, forms.Textarea))
        return super().to_python(value)


class KeyField(TextField):
    """A reference or code that stands in addresses: Latin letters, digits and a few marks; not a word of ours."""

    form = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
    taken = re.compile(r"new|edit|history|export\..*", re.IGNORECASE)

    def __init__(self, *, allow_unicode=False, **kwargs):
        super().__init__(**kwargs)

    def clean(self, value):
        key = super().clean(value)
        if key and not self.form.fullmatch(key):
            raise ValidationError(_("Use Latin letters, digits, dots, hyphens and underscores only."), code="invalid")
        if key and self.taken.fullmatch(key):
            raise ValidationError(_("“%(word)s” has another meaning in addresses."), params={"word": key}, code="taken")
        return key


class RegistrationField(TextField):
    """A registration number, without the spaces and hyphens that people set between its parts."""

    def to_python(self, value):
        return re.sub(r"[\s-]", "", super().to_python(value) or "").upper()

    def widget_attrs(self, widget):
        return {"autocomplete": "off"}  # no maxlength: the separators count there


class NumberField(forms.DecimalField):
    """A number in the notation of any of the languages; never NaN, infinite or with an exponent.

    After `clean`: `mark` is what stood beside the number, `is_scaled` says whether a scale word was read.
    """

    widget = forms.TextInput
    with_words = False
    mark, is_scaled = "", False

    def __init__(self, *, localize=False, **kwargs):
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off"}

    def prepare_value(self, value):
        return shown(value)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        value, self.mark, self.is_scaled = read_number(str(value), with_words=self.with_words)
        return value


class AmountField(NumberField):
    """Money: also with scale words and a currency («134 млрд ₸»)."""

    with_words = True


class WholeNumberField(forms.IntegerField):
    """A whole number, with the separators of any of the languages."""

    widget = forms.TextInput

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "autocomplete": "off"}

    def prepare_value(self, value):
        return shown(value)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        number = read_number(str(value))[0]
        if number != number.to_integral_value():
            raise ValidationError(_("Enter a whole number."), code="invalid")
        return int(number)


class DateField(forms.DateField):
    """A date as 31.12.2026 or 2026-12-31, or as the language writes it, between 1990 and 2099."""

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Enter a date such as 31.12.2026 or 2026-12-31.")}

    def widget_attrs(self, widget):
        return {"autocomplete": "off", "placeholder": self._written(datetime.date(2026, 12, 31))}

    @staticmethod
    def _written(day):
        return formats.date_format(day, "SHORT_DATE_FORMAT")

    def prepare_value(self, value):
        return self._written(value) if isinstance(value, datetime.date) else value

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
            self.input_formats = [*formats.get_format("DATE_INPUT_FORMATS"), *_DATE_FORMATS]
        day = super().to_python(value)
        if day is not None and not EARLIEST <= day < LATEST:
            raise ValidationError(_("A date must lie between 1990 and 2099."), code="range")
        return day
