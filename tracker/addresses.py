"""Addresses of records, of which a page has hundreds: what surrounds the key is worked out once."""

import functools
import re

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

SAMPLE = "7777777777"  # a key that any pattern takes, and no address has beside it
is_plain = re.compile(r"[A-Za-z0-9_-]+").fullmatch


def address(name, key):
    """As `reverse(name, args=[key])`: the address of a record in the reader's language."""
    text = str(key)
    if not is_plain(text):
        return reverse(name, args=[key])
    before, after = _around(name, get_language(), get_script_prefix())
    return f"{before}{text}{after}"


@functools.lru_cache(maxsize=512)
def _around(name, language, prefix):
    before, _sample, after = reverse(name, args=[SAMPLE]).partition(SAMPLE)
    return before, after
