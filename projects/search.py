"""Search: how words that people type find rows. Lists, look-ups, the admin and the search page all match by this.

Each noun has one folded document (`Fold` in its model, under a trigram index). A word finds it where the document
contains, in the same folding, the word, its stem (Russian and English word forms), or another name of the place that
the word is a name of («Орал», «Уральск», "Oral"). Where all of that finds nothing at all, words that look alike are
found instead (typing errors).
"""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from django.contrib.postgres.lookups import TrigramWordSimilar
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import connection
from django.db.models import Q, lookups
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from projects.models import Place
from projects.models.codelists import PLACE_SEARCH
from projects.models.functions import fold, fold_letter

SEARCH_LENGTH = 200
SEARCH_WORDS = 8
STEM_LENGTH = 3  # a shorter stem is in too many words
SPELLING_LENGTH = 4  # shorter names of places are abbreviations, found in too many words
NEAR_LENGTH = 4  # shorter words look like too many others
TOO_COMMON = gettext_lazy("These words are in nearly every text. Add a name, a number or a reference.")
READABLE = [  # what a search must be
    MaxLengthValidator(
        SEARCH_LENGTH, gettext_lazy("The search is longer than %(limit_value)d characters. Shorten it.")
    ),
    ProhibitNullCharactersValidator(),
]
PUNCTUATION = " \t\n\r.,;:!?()[]{}«»„“”\"'…"

_CHINESE = re.compile("[\u3400-\u9fff]")
_RUSSIAN = re.compile("[а-яё]+")
_ENGLISH = re.compile("[a-z]+")


@dataclass(frozen=True)
class Word:
    """One word of a search.

    text: as typed. spellings: folded strings, each of which is a find. near: words that look alike are found too.
    """

    text: str
    spellings: tuple
    near: bool = False

    @property
    def folded(self):
        return fold(self.text)


def search_words(text):
    """The words of a search, at most eight, without those that are in nearly every text; one name of a place is one.

    Costs two queries; none for an empty text.
    """
    typed = [word.strip(PUNCTUATION) or word for word in text.split()[:SEARCH_WORDS]]
    if not typed:
        return []
    whole = " ".join(typed)
    names = _names_of_places({fold(text) for text in (whole, *typed)})
    if len(typed) > 1 and fold(whole) in names:
        typed = [whole]
    stems = _stems(typed)
    return [
        Word(word, _shortest(names.get(fold(word)) or {fold(stem)}))
        for word, stem in zip(typed, stems, strict=True)
        if stem and (len(word) > 1 or not word.isalnum() or _CHINESE.match(word))
    ]


def contains(expression, word):
    """The condition that a folded expression contains a `Word`; `%` and `_` are letters."""
    found = Q()
    for spelling in word.spellings:
        if len(spelling) < 3 and spelling.isascii() and spelling.isalnum():
            # Too short for the trigram index, unless as the beginning of a word.
            found |= Q(lookups.Regex(expression, rf"\m{spelling}"))
        else:
            found |= Q(lookups.Contains(expression, spelling))
    if word.near and len(word.folded) >= NEAR_LENGTH and not re.search("[0-9]", word.text):
        found |= Q(TrigramWordSimilar(expression, word.folded))
    return found


def nearly(words):
    """The same words, finding what looks like them too."""
    return [replace(word, near=True) for word in words]


def _shortest(spellings):
    """The spellings that contain none of the others: what contains a longer one contains a shorter one."""
    found = []
    for spelling in sorted(filter(None, spellings), key=len):
        if not any(other in spelling for other in found):
            found.append(spelling)
    return tuple(found)


def _stems(words):
    """The stem of each word, "" where the word is in nearly every text, the word itself where it has none."""
    asked = []
    for word in words:
        lower = word.lower().replace("ё", "е")
        dictionary = (
            "russian_stem" if _RUSSIAN.fullmatch(lower) else "english_stem" if _ENGLISH.fullmatch(lower) else None
        )
        asked.append((dictionary, lower))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE dictionary WHEN 'russian_stem' THEN ts_lexize('russian_stem', word) "
            "WHEN 'english_stem' THEN ts_lexize('english_stem', word) END "
            "FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS asked (dictionary, word, place) ORDER BY place",
            [[dictionary for dictionary, _word in asked], [word for _dictionary, word in asked]],
        )
        found = [lexemes for (lexemes,) in cursor.fetchall()]
    return [_stem(word, lexemes) for word, lexemes in zip(words, found, strict=True)]


def _stem(word, lexemes):
    if lexemes is None:
        return word
    if not lexemes:
        return ""
    stem = lexemes[0].removesuffix("i") if word.lower().endswith(("y", "ies")) else lexemes[0]
    return stem if len(stem) >= STEM_LENGTH and word.lower().replace("ё", "е").startswith(stem) else word


def _names_of_places(words):
    """All folded names of the places that have one of these folded words as a name: word -> names."""
    words = {word for word in words if len(word) > 1}
    found = {}
    if not words:
        return found
    condition = Q()
    for word in words:
        condition |= Q(lookups.Contains(PLACE_SEARCH, word))
    columns = ("name_kk", "name_ru", "name_en", "name_zh_hans", "aliases")
    for row in Place.objects.filter(condition).order_by().values_list(*columns):
        names = {fold(name).strip() for column in row for name in column.split("|")}
        long = {name for name in names if len(name) >= SPELLING_LENGTH or (_CHINESE.match(name) and len(name) > 1)}
        for word in words & names:
            found.setdefault(word, {word}).update(long)
    return found


# Showing where a text was found


def marks(text, words):
    """Where the words are found in a text: a list of (start, end), in order, none within another."""
    folded, at = _folded_with_places(text)
    found = []
    for word in words:
        places = [place for spelling in word.spellings for place in _places(folded, spelling)]
        if not places and word.near:
            places = _nearest(folded, word.folded)
        found += [(at[start], at[end - 1] + 1) for start, end in places]
    merged = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def marked(text, words, width=None):
    """A text as safe HTML with what was found in <mark>; with `width`, about so many characters around the first find.

    Returns "" where nothing is found.
    """
    places = marks(text, words)
    if not places:
        return ""
    first, last = 0, len(text)
    if width:
        first = max(0, places[0][0] - width // 3)
        first = text.rfind(" ", 0, first) + 1 if first else 0
        last = min(len(text), first + width)
    parts, position = [], first
    for start, end in places:
        if end <= last:
            parts += [escape(text[position:start]), format_html("<mark>{}</mark>", text[start:end])]
            position = end
    parts.append(escape(text[position:last]))
    return mark_safe(("… " if first else "") + "".join(parts) + (" …" if last < len(text) else ""))


def _folded_with_places(text):
    """A text folded letter by letter, and for each letter of it the place in the text that it comes from."""
    folded, places = [], []
    for place, letter in enumerate(text):
        for part in "".join(fold_letter(lower) for lower in letter.lower()):
            folded.append(" " if part.isspace() else part)
            places.append(place)
    return "".join(folded), places


def _places(folded, spelling):
    pattern = re.escape(spelling)
    if len(spelling) < 3 and spelling.isascii() and spelling.isalnum():
        pattern = rf"\b{pattern}"
    return [match.span() for match in re.finditer(pattern, folded)]


def _nearest(folded, word):
    """The place of the word of a text that looks most like another, if any does."""
    best, place = 0, None
    for match in re.finditer(r"\w+", folded):
        alike = SequenceMatcher(None, match[0][: len(word) + 2], word).ratio()
        if alike > max(best, 0.6):
            best, place = alike, match.span()
    return [place] if place else []
