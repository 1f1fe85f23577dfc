"""Keyset paging: a page costs the same wherever it is. Cursors are signed and belong to one noun and sort order."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.core.signing import BadSignature, Signer
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext as _

from tracker.errors import BadParameter

PER_PAGE = (25, 50, 100, 200)
COUNT_LIMIT = 10_000


@dataclass(frozen=True)
class Joined:
    """What a list is sorted by where it stands in a table beside the rows: `condition` picks each row's own there.

    Unlike a subquery, an index of that table gives the order.
    """

    condition: Q
    expression: F


@dataclass
class Page:
    """Rows of one page and the cursors of its neighbours (None where there is none)."""

    rows: list
    next_cursor: str | None
    previous_cursor: str | None


def per_page(data, default=50):
    """The number of rows of a page that the query string asks for. Raises: BadParameter."""
    text = data.get("per_page", "")
    if not text:
        return default
    if text not in {str(number) for number in PER_PAGE}:
        raise BadParameter({"per_page": [_("Choose 25, 50, 100 or 200.")]})
    return int(text)


def chosen_sort(data, sorts, default):
    """The sort key asked for, with a minus for descending; only names in `sorts` are known. Raises: BadParameter."""
    text = data.get("sort", "") or default
    if text.removeprefix("-") not in sorts:
        raise BadParameter({"sort": [_("Choose one of: %(names)s.") % {"names": ", ".join(sorted(sorts))}]})
    return text


def paginate(queryset, *, sort, expression, data, size, group=None):
    """One page of `queryset` after or before a cursor.

    Args:
        sort: the sort's name as in the query string, with its minus. expression: a field name, an expression or a
            `Joined` to sort by; rows where it is NULL come last either way, and ties go by primary key.
        group: (name, expression) of what rows are grouped by: its order comes first.
        data: the query string, read for `after` and `before`. size: rows a page.
    Raises: BadParameter for a cursor that is not one of this sort.
    """
    descending = sort.startswith("-")
    keys, salt = {"sort_key": descending, "pk": descending}, f"{queryset.model._meta.label}:{sort}"
    if group:
        keys, salt = {"group_key": False} | keys, f"{salt}:{group[0]}"
    signer = Signer(salt=salt)
    backwards = bool(data.get("before"))
    name = "before" if backwards else "after"
    cursor = data.get(name, "")
    position = _decode(cursor, signer, name) if cursor else None
    if group or not _has_index(queryset.model, expression):
        parts = [_sorted(queryset, sort, expression, group, keys, position, backwards)]
    else:
        parts = _parts(queryset, expression, position, descending, backwards)
    rows = []
    for part in parts:
        rows += part[: size + 1 - len(rows)]
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next = bool(rows) and (more if not backwards else True)
    has_previous = bool(rows) and (more if backwards else bool(cursor))
    return Page(
        rows,
        _encode(rows[-1], keys, signer) if has_next else None,
        _encode(rows[0], keys, signer) if has_previous else None,
    )


def ordered(queryset, sort, expression, group=None):
    """The rows with their `sort_key`, in its order: NULL comes last either way, and ties go by primary key.

    With `group`, (name, expression), they have a `group_key` too, and its order comes first.
    """
    queryset = _keyed(queryset, expression)
    order = [F("sort_key").asc(nulls_last=True), "pk"]
    if sort.startswith("-"):
        order = [F("sort_key").desc(nulls_last=True), "-pk"]
    if group:
        queryset, order = queryset.annotate(group_key=group[1]), [F("group_key").asc(nulls_last=True), *order]
    return queryset.order_by(*order)


def _keyed(queryset, expression):
    if isinstance(expression, Joined):
        queryset, expression = queryset.filter(expression.condition), expression.expression
    return queryset.annotate(sort_key=F(expression) if isinstance(expression, str) else expression)


def _has_index(model, expression):
    """Whether an index of the rows, or of the table beside them, is in the order of the expression."""
    if isinstance(expression, Joined):
        return True
    firsts = [index.expressions[0] if index.expressions else index.fields[0] for index in model._meta.indexes]
    columns = {model._meta.get_field(first).attname for first in firsts if isinstance(first, str)}
    columns |= {field.attname for field in model._meta.concrete_fields if field.unique}
    return expression in columns if isinstance(expression, str) else expression in firsts


def _parts(queryset, expression, position, descending, backwards):
    """The rows from a position on, as querysets to be read one after another: those with a value, those without.

    Each is one range of an index on the expression and the primary key, whichever way the list runs.
    """
    queryset, falls = _keyed(queryset, expression), descending != backwards
    stated = queryset.order_by("-sort_key", "-pk") if falls else queryset.order_by("sort_key", "pk")
    if _is_always_stated(queryset, expression):
        return [_further(stated, position, falls) if position else stated]
    if position is None and not descending:  # an index has NULL where the list has it
        return [stated]
    empty = queryset.filter(sort_key=None).order_by("-pk" if falls else "pk")
    stated = stated.filter(sort_key__isnull=False)
    if position is None:
        return [stated, empty]
    if position[0] is None:
        empty = empty.filter(**{"pk__lt" if falls else "pk__gt": position[1]})
        return [empty, stated] if backwards else [empty]
    stated = _further(stated, position, falls)
    return [stated] if backwards else [stated, empty]


def _is_always_stated(queryset, expression):
    """Whether the rows are sorted by a column of theirs that is never empty."""
    columns = {field.name: field for field in queryset.model._meta.concrete_fields}
    return isinstance(expression, str) and expression in columns and not columns[expression].null


def _further(rows, position, falls):
    """The rows whose value and key come after those of a position. One comparison, which an index answers."""

    def both(*expressions):
        return Func(*expressions, function="ROW", output_field=TextField())

    comparison = LessThan if falls else GreaterThan
    return rows.filter(comparison(both(F("sort_key"), F("pk")), both(*map(Value, position))))


def _sorted(queryset, sort, expression, group, keys, position, backwards):
    """The rows from a position on, where they have to be sorted: group after group, or by what no index has."""
    queryset = ordered(queryset, sort, expression, group)
    if position:
        named = zip(keys, position, strict=True)
        queryset = queryset.filter(_beyond([(key, value, keys[key]) for key, value in named], backwards))
    return queryset.reverse() if backwards else queryset


def capped_count(queryset):
    """The number of rows, counted no further than 10,000: (number, whether it is exact)."""
    number = queryset.order_by()[: COUNT_LIMIT + 1].count()
    return (number, True) if number <= COUNT_LIMIT else (COUNT_LIMIT, False)


def _beyond(position, backwards):
    """The rows after (or before) a position, where NULL is after every value whichever way the list runs.

    Args: position: (name, value, whether it runs downwards) of each key, the first of which orders first.
    """
    (name, value, descending), *others = position
    further = Q(**{f"{name}__{'lt' if descending != backwards else 'gt'}": value}) if value is not None else None
    if not others:
        return further
    same = Q(**({f"{name}__isnull": True} if value is None else {name: value})) & _beyond(others, backwards)
    if value is None:
        return same | Q(**{f"{name}__isnull": False}) if backwards else same
    return further | same if backwards else further | same | Q(**{f"{name}__isnull": True})


_TYPES = {"d": datetime.date.fromisoformat, "t": datetime.datetime.fromisoformat, "n": Decimal, "s": str, "i": int}


def _tagged(value):
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        return ["t", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["d", value.isoformat()]
    if isinstance(value, Decimal):
        return ["n", str(value)]
    if isinstance(value, int):
        return ["i", str(value)]
    return ["s", str(value)]


def _encode(row, keys, signer):
    return signer.sign_object([_tagged(getattr(row, key)) for key in keys], compress=True)


def _decode(cursor, signer, name):
    try:
        parts = signer.unsign_object(cursor)
    except (BadSignature, ValueError) as error:
        raise BadParameter(
            {name: [_("This link to a page is not valid any more. Start from the first page.")]}
        ) from error
    return [None if part is None else _TYPES[part[0]](part[1]) for part in parts]
