"""Registration numbers: the form of a BIN and of a USCC, and what a BIN says about its bearer.

Sources: the structure of the business identification number (12 digits, check digit by two rounds of weights
mod 11) and GB 32100-2015 for Chinese credit codes. The database checks the same by functions of its own.
"""

import re

from django.utils.translation import gettext as _
from stdnum.cn import uscc

BIN_FORM = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])[456][0-3][0-9]{6}")
NON_RESIDENT = "5"
_WEIGHTS = (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


def bin_check_digit(digits):
    """The twelfth digit that belongs to the first eleven, or None where no BIN may begin so."""
    for weights in _WEIGHTS:
        remainder = sum(int(digit) * weight for digit, weight in zip(digits[:11], weights, strict=True)) % 11
        if remainder < 10:
            return remainder
    return None


def bin_error(value):
    """Rule 12: why this is not a BIN, as a sentence; empty where it is one."""
    if not BIN_FORM.fullmatch(value):
        return _("A BIN has 12 digits: year and month of registration, kind of entity, a number and a check digit.")
    digit = bin_check_digit(value)
    if digit is None:
        return _(
            "This BIN is not valid: no check digit belongs to its first eleven digits. Compare it with the certificate."
        )
    if digit != int(value[11]):
        return _("This BIN is not valid: check digit should be %(digit)s. Compare it with the certificate.") % {
            "digit": digit
        }
    return ""


def bin_month(value):
    """Year and month of registration that a valid BIN carries: (2025, 10)."""
    year = int(value[:2])
    return (1900 if year >= 90 else 2000) + year, int(value[2:4])


def uscc_error(value):
    """Rule 16: why this is not a Chinese credit code, as a sentence; empty where it is one."""
    if uscc.is_valid(value):
        return ""
    return _("This Chinese credit code is not valid (18 characters, last one is a check character).")
