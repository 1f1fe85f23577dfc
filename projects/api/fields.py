"""How rows become JSON: each value is declared once, and its SQL, its JSON and its schema follow from that.

A page of rows costs one query, each list within the rows one more; names come in the caller's language from SQL.
"""

import datetime
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import get_language
from translated_fields import to_attribute

from projects.models.base import FALLBACKS
from projects.models.choices import Bound, Certainty, DatePrecision


@dataclass(frozen=True)
class Context:
    """Who asks, for which day, and in which currency at which rates sums are told."""

    user: object
    day: datetime.date
    currency: str = "KZT"
    rate: str = "statement"


@dataclass(frozen=True)
class Field:
    """One value.

    sources: paths of columns, or functions () -> expression; show: function of their values -> JSON.
    schema: JSON Schema of the result.
    """

    sources: tuple
    show: Callable
    schema: dict


def _same(value):
    return value


def _or_null(value):
    return value or None


def nullable(kind, **more):
    return {"type": [kind, "null"], **more}


# ---- Values ---------------------------------------------------------------------------------------


def text(path):
    """A text; null where it is empty."""
    return Field((path,), _or_null, nullable("string"))


def key(path, **schema):
    """The key of the row itself: never null."""
    return Field((path,), _same, {"type": "string", **schema})


def integer(path):
    return Field((path,), _same, nullable("integer"))


def boolean(path):
    return Field((path,), _same, {"type": "boolean"})


def day(path):
    return Field((path,), lambda value: value and value.isoformat(), nullable("string", format="date"))


def moment(path):
    return Field((path,), lambda value: value and value.isoformat(), nullable("string", format="date-time"))


def shown_money(value):
    return None if value is None else f"{value:.2f}"


def shown_number(value):
    """Digits and a point: no exponent, no zeros at the end."""
    return None if value is None else f"{value.normalize() + 0:f}"


MONEY = nullable("string", pattern=r"^-?\d+\.\d\d$")
NUMBER = nullable("string", pattern=r"^-?\d+(\.\d+)?$")


def money(path):
    """A sum as a string with two decimals."""
    return Field((path,), shown_money, MONEY)


def number(path):
    """A decimal as a string, as precise as it is stored."""
    return Field((path,), shown_number, NUMBER)


def _in_language(path):
    language = get_language() or "en"
    names = [to_attribute(path, code) for code in (language, *FALLBACKS.get(language, FALLBACKS["en"]))]
    return Coalesce(*(NullIf(F(name), Value("")) for name in names), output_field=TextField())


def words(path):
    """A text of four columns, in the caller's language or the next that has one."""
    return Field((lambda: _in_language(path),), _or_null, nullable("string"))


def in_languages(name, path=None):
    """The text in the caller's language, and each of its four columns: `name`, `name_kk`, …"""
    path = path or name
    return {name: words(path)} | {to_attribute(name, code): text(to_attribute(path, code)) for code in FALLBACKS}


def choice(name, choices, part=None):
    """A code of a closed list, and its label: `stage`, `stage_label`.

    part: where the code stands inside a column of JSON, (column, name in it).
    """
    labels = dict(choices.choices)
    path, inside = part or (name, None)

    def code(value):
        return (value[inside] if inside else value) or None

    def label(value):
        return str(labels[code(value)]) if code(value) else None

    return {
        name: Field((path,), code, {"type": ["string", "null"], "enum": [*choices.values, None]}),
        f"{name}_label": Field((path,), label, nullable("string")),
    }


def related(name, path=None, pk=None, label="name"):
    """The key of a related row, and its name: `sector`, `sector_label`.

    pk: the path of the key that callers know it by, where that is not the primary key.
    """
    path = path or name
    own = Field((pk or f"{path}_id",), _same, {"type": ["string", "integer", "null"]})
    return {name: own, f"{name}_label": words(f"{path}__{label}")}


def project(name="project", path=None):
    return related(name, path, pk=f"{path or name}__reference")


def programme(name="programme", path=None):
    return related(name, path, pk=f"{path or name}__code")


def user(name, path=None):
    path = path or name
    return {name: Field((f"{path}__username",), _same, nullable("string"))}


def _shown_statement(code, source):
    if code is None:
        return None
    return {"code": code, "source": source, "url": f"{reverse('api:statement-list')}{quote(code)}/"}


STATEMENT = {
    "statement": Field(
        ("statement__code", "statement__source__code"),
        _shown_statement,
        {
            "type": ["object", "null"],
            "properties": {
                "code": {"type": "string"},
                "source": {"type": "string"},
                "url": {"type": "string", "format": "uri-reference"},
            },
        },
    )
}
SOURCED = choice("certainty", Certainty) | STATEMENT
FIGURE = choice("bound", Bound) | {"as_of": day("as_of")} | choice("date_precision", DatePrecision) | SOURCED


# ---- Rows -----------------------------------------------------------------------------------------


class Representation:
    """A kind of row as JSON: fields of its own, and lists of rows that belong to it.

    Args:
        name: of the schema. fields: name -> Field. nested: name -> Nested, or anything with its two methods.
    """

    def __init__(self, name, fields, nested=None):
        self.name, self.fields, self.nested = name, fields, nested or {}
        sources = dict.fromkeys(source for field in fields.values() for source in field.sources)
        self._sources = {source: f"value_{number}" for number, source in enumerate(sources)}
        self._plan = [
            (name, [self._sources[source] for source in field.sources], field.show) for name, field in fields.items()
        ]

    def __or__(self, other):
        """The same with further fields and lists."""
        return Representation(other.name, self.fields | other.fields, self.nested | other.nested)

    def read(self, queryset):
        """The queryset with everything that the fields need, and no more columns than that."""
        expressions = {
            alias: F(source) if isinstance(source, str) else source() for source, alias in self._sources.items()
        }
        return queryset.select_related(None).prefetch_related(None).only("pk").annotate(**expressions)

    def show(self, rows, context):
        """The JSON of rows that were read: a list of dictionaries."""
        keys = [row.pk for row in rows]
        nested = {name: part.by_owner(keys, context) for name, part in self.nested.items()} if keys else {}
        shown = []
        for row in rows:
            values = vars(row)
            body = {name: show(*(values[alias] for alias in aliases)) for name, aliases, show in self._plan}
            for name, part in self.nested.items():
                body[name] = nested[name].get(row.pk) or part.empty(context)
            shown.append(body)
        return shown

    def schema(self):
        properties = {name: field.schema for name, field in self.fields.items()}
        properties |= {name: part.schema() for name, part in self.nested.items()}
        return {"type": "object", "properties": properties, "required": list(properties)}


class Nested:
    """A list of rows that belong to the rows of a page, read by one query for all of them.

    Args:
        rows: function (context) -> queryset, ordered. owner: path from such a row to the key of the one it belongs to.
    """

    def __init__(self, representation, rows, owner):
        self.representation, self.rows, self.owner = representation, rows, owner

    def by_owner(self, keys, context):
        rows = self.rows(context).filter(**{f"{self.owner}__in": keys})
        rows = list(self.representation.read(rows).annotate(owner_key=F(self.owner)))
        found = defaultdict(list)
        for row, body in zip(rows, self.representation.show(rows, context), strict=True):
            found[row.owner_key].append(body)
        return found

    def empty(self, context):
        return []

    def schema(self):
        return {"type": "array", "items": self.representation.schema()}
