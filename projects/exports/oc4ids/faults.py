"""What is wrong with a package by the standard's schema, as sentences that say how to mend it."""

from collections import defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

CHOICES = 20  # codes of a list that are named
FIRST = 3  # places that are named of those where the same is wrong
TYPES = {
    "object": gettext_lazy("Here an object in braces is expected."),
    "array": gettext_lazy("Here a list in brackets is expected."),
    "string": gettext_lazy("Here a text in quotation marks is expected."),
    "number": gettext_lazy("Here a number without quotation marks is expected."),
    "integer": gettext_lazy("Here a whole number without quotation marks is expected."),
    "boolean": gettext_lazy("Here true or false is expected, without quotation marks."),
}
FORMATS = {
    "date-time": gettext_lazy("Write the day and the time as in 2026-11-30T00:00:00Z."),
    "uri": gettext_lazy("Write a whole address, as in https://example.org/."),
    "email": gettext_lazy("This is no e-mail address."),
}
EMPTY = gettext_lazy("This is empty. Fill it in, or leave it out altogether.")
SENTENCES = {
    "minLength": EMPTY,
    "minItems": EMPTY,
    "minProperties": EMPTY,
    "uniqueItems": gettext_lazy("The list holds the same thing twice. Leave one of them."),
    "minimum": gettext_lazy("This number is less than the standard allows."),
}


def sentence(fault):
    """The sentence of a fault, as `schema` finds it, without its place."""
    _path, rule, value, asked = fault
    if rule == "required":
        return _("“%(names)s” is missing here; the standard asks for it.") % {"names": "”, “".join(asked)}
    if rule == "enum":
        choices = ", ".join(str(code) for code in asked[:CHOICES] if code is not None)
        return _("“%(text)s” is not in the list. Choose one of: %(choices)s.") % {"text": value, "choices": choices}
    if rule == "type":
        kinds = [asked] if isinstance(asked, str) else asked
        return str(TYPES[next(kind for kind in kinds if kind != "null")])
    if rule == "format" and asked in FORMATS:
        return str(FORMATS[asked])
    return str(SENTENCES.get(rule) or _("This is not as the schema of OC4IDS asks."))


def told(fault):
    """A fault as one line: its path in the document and what is wrong."""
    return f"{fault[0] or '-'}: {sentence(fault)}"


class Repeated(NamedTuple):
    """One sentence for all places of a package where the same is wrong. first: paths, at most FIRST of `number`."""

    sentence: str
    number: int
    first: list

    def __str__(self):
        places = ", ".join(self.first)
        if self.number > len(self.first):
            places = _("%(places)s … (%(number)d places)") % {"places": places, "number": self.number}
        return f"{places}: {self.sentence}"


def gathered(found):
    """Each sentence once, in the order in which they come.

    Args: found: pairs of a path and the sentence that says what is wrong there.
    Returns: list of Repeated.
    """
    places = defaultdict(list)
    for path, text in found:
        places[text].append(path or "-")
    return [Repeated(text, len(paths), paths[:FIRST]) for text, paths in places.items()]
