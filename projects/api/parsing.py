"""Reading the body of a request: one JSON object, bounded in size and depth, without what the register cannot keep."""

import codecs
import json
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from projects.api.problems import TooLarge

DEEPEST = 10  # objects and lists in each other


class JsonParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """Returns a dictionary. Raises: ParseError, TooLarge, UnsupportedMediaType."""
        if codecs.lookup(parser_context["encoding"]).name != "utf-8":
            raise UnsupportedMediaType(media_type, _("Send JSON in UTF-8."))
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge(_("Send less at once."))
        try:
            found = json.loads(
                body.decode(), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_without_duplicates
            )
            _check(found)
        except (ValueError, InvalidOperation, RecursionError) as error:
            raise ParseError(_("The body is not JSON that can be read.")) from error
        if not isinstance(found, dict):
            raise ParseError(_("Send one JSON object."))
        return found


def _refuse(constant):
    raise ValueError(constant)  # NaN and the infinities are no JSON


def _without_duplicates(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is given twice")
    return found


def _check(value, depth=0):
    """Raises: ValueError for what is too deep, and for texts with NUL or half a character (a lone surrogate)."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise ValueError("unreadable text")
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _check(part, depth + 1)
