"""SQL functions of the register, made by the first migration, as expressions for queries and constraints."""

import functools
import re

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Func, Value
from django.db.models.expressions import RawSQL

from projects.models.sql import FOLDED_LETTERS


class Fold(Func):
    """Text folded for search: lower case, Kazakh, Russian and Latin spellings made one.

    `Fold("name_kk", "name_ru")` joins the columns; «Қазақстан», «казахстан» and "qazaqstan" fold alike.
    """

    function = "tracker_fold"
    output_field = models.TextField()

    def as_sql(self, compiler, connection, **context):
        return super().as_sql(compiler, connection, arg_joiner=" || ' ' || ", **context)


class IsConfidentialAmount(Func):
    """Whether the key of an amount is that of a confidential one: of today, also where one looks back."""

    template = "(%(expressions)s IN (SELECT id FROM public.projects_confidentialamount))"
    output_field = models.BooleanField()


class IsWithheldSource(Func):
    """Whether the code of a source is that of a confidential document."""

    template = "(%(expressions)s IN (SELECT 'document-' || id FROM public.projects_confidentialdocument))"
    output_field = models.BooleanField()


class IsWithheldStatement(Func):
    """Whether the key of a statement is one that a confidential amount rests on, or ever did."""

    template = "(%(expressions)s IN (SELECT id FROM public.projects_withheldstatement))"
    output_field = models.BooleanField()


_FOLDED = str.maketrans(FOLDED_LETTERS)
_SPACES = re.compile(r"\s+")


def fold_letter(letter):
    """One letter folded: none, one or two letters."""
    return FOLDED_LETTERS.get(letter, letter)


@functools.lru_cache(5000)  # tables say the same names and words again and again
def fold(text):
    """A text folded as `tracker_fold` of the database does it."""
    return _SPACES.sub(" ", text.lower().translate(_FOLDED))


class FoldedText(Fold):
    """A search word folded the same way, for use on the right-hand side."""

    def __init__(self, text):
        super().__init__(Value(text, output_field=models.TextField()))


class FoldedNames(Func):
    """The folded texts of columns as an array, of which an index finds those that hold any of many names."""

    template = "ARRAY[%(expressions)s]"
    output_field = ArrayField(models.TextField())

    def __init__(self, *columns):
        super().__init__(*map(Fold, columns))


# Of whatever has a name in each language.
FOLDED_NAMES = FoldedNames("name_kk", "name_ru", "name_en", "name_zh_hans")


def keys_of_names(rows, names):
    """Keys of the rows of a queryset that have one of many names in one of the languages.

    Args: names: folded. Each is asked of the index by itself: asked for all, it compares each with whatever it finds.
    """
    one = RawSQL("ARRAY[names.text]", (), ArrayField(models.TextField()))
    found = rows.alias(folded=FOLDED_NAMES).filter(folded__overlap=one).order_by().values("pk")
    statement, values = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT found.* FROM unnest(%s) AS names(text), LATERAL ({statement}) AS found",
            [list(names), *values],
        )
        return [key for (key,) in cursor.fetchall()]


class KazakhKey(Func):
    """Sort key in the order of the Kazakh alphabet (right for Russian and Latin too), COLLATE "C"."""

    function = "tracker_sort_key"
    output_field = models.TextField()
    template = '%(function)s(%(expressions)s) COLLATE "C"'


class IsValidBin(Func):
    """True where a Kazakh business identification number has a right form and check digit."""

    function = "tracker_bin_is_valid"
    output_field = models.BooleanField()
    conditional = True


class IsValidUscc(Func):
    """True where a Chinese unified social credit code has a right form and check character."""

    function = "tracker_uscc_is_valid"
    output_field = models.BooleanField()
    conditional = True


class IsValidContainer(Func):
    """True where a freight container number has a right form and check digit (ISO 6346)."""

    function = "tracker_container_is_valid"
    output_field = models.BooleanField()
    conditional = True


class DaysBetween(Func):
    """How many days a date is after another one; 0 where it is not after it."""

    template = "GREATEST(0, %(expressions)s)"
    arg_joiner = " - "
    output_field = models.IntegerField()


class DaysAfter(Func):
    """The date a number of days after another one."""

    template = "(%(expressions)s)"
    arg_joiner = " + "
    output_field = models.DateField()


class RateOn(Func):
    """Tenge for one unit of a currency: the official rate of a day, or of at most ten days before; else NULL."""

    function = "tracker_rate_on"
    output_field = models.DecimalField(max_digits=18, decimal_places=6)
