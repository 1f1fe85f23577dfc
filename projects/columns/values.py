"""What columns say of rows: of one row on a page, of a thousand rows at once in a file.

A value is a function of (row, context). Those of this module also give whole columns, out of rows that were read
together, as `exports.reading.Rows` has them: then no record is made of a row.
"""

from collections import defaultdict
from operator import attrgetter

from django.utils.translation import get_language

from projects.models.base import columns_in

KNOWN = 2000  # values of a cell that are kept: code lists are short, a chunk of a file has fewer rows


def column(value, rows, context):
    """A value of many rows, in their order. rows: `Rows`, or a list of records."""
    of = None if isinstance(rows, list) else getattr(value, "column", None)
    return of(rows, context) if of else [value(row, context) for row in rows]


class Field:
    """A field of the row as the database has it, or an annotation. name: of its attribute, as in `place_id`."""

    def __init__(self, name):
        self.name, self.get = name, attrgetter(name)

    def __call__(self, row, context):
        return self.get(row)

    def column(self, rows, context):
        return rows.column(self.name)


class Name:
    """The name of the row in the reader's language, or in the next that has one."""

    def __call__(self, row, context):
        return context.name(row)

    def column(self, rows, context):
        found, *others = [rows.column(name) for name in columns_in(get_language(), "name")]
        for names in others:
            if all(found):
                break
            found = [name or other for name, other in zip(found, names, strict=True)]
        return found


class Made:
    """What `prepare(context)`, a function of the values of others, gives."""

    def __init__(self, prepare, *others):
        self.prepare, self.others = prepare, others

    def __call__(self, row, context):
        return self.prepare(context)(*[other(row, context) for other in self.others])

    def column(self, rows, context):
        return list(map(self.prepare(context), *[column(other, rows, context) for other in self.others]))


class Once:
    """`compute(row, context)`, worked out once for rows with the same values of `names`.

    For what depends on one code of the row: its name in the reader's language, its pill. `compute` may ask a row for
    its own fields and for what it points to, not for what belongs to it.
    """

    def __init__(self, compute, *names):
        self.compute, self.names, self.key = compute, names, attrgetter(*names)

    def __call__(self, row, context):
        known, own = context.known[self.compute], self.key(row)
        try:
            return known[own]
        except KeyError:
            if len(known) >= KNOWN:
                known.clear()
            return known.setdefault(own, self.compute(row, context))

    def column(self, rows, context):
        known, keys = context.known[self.compute], rows.column(*self.names)
        if new := set(keys) - known.keys():
            if len(known) + len(new) > KNOWN:
                known.clear()
                new = set(keys)
            places = {key: place for place, key in enumerate(keys) if key in new}
            records = rows.at(places.values())
            known.update((key, self.compute(row, context)) for key, row in zip(places, records, strict=True))
        return list(map(known.__getitem__, keys))


class Each:
    """Of the rows that belong to a row by a relation, those whose field `name` is `wanted`: what `value` says of each.

    Without `value`: the rows themselves, of which only fields may be asked. relation: attribute of the row where a
    list prefetched them, or the name of the relation.
    """

    def __init__(self, relation, name, wanted, value=None):
        self.relation, self.name, self.wanted, self.value = relation, name, wanted, value

    def __call__(self, row, context):
        own = [other for other in self._of(row) if getattr(other, self.name) == self.wanted]
        return [self.value(other, context) for other in own] if self.value else own

    def _of(self, row):
        found = row.__dict__.get(self.relation)
        if found is None:
            found = row.__dict__.get("_prefetched_objects_cache", {}).get(self.relation)
        return getattr(row, self.relation).all() if found is None else found

    def column(self, rows, context):
        own = rows.kept(self._key, lambda: self._grouped(rows, context)).get(self.wanted, {})
        return [own.get(key, ()) for key in rows.keys]

    @property
    def _key(self):
        return self.relation, self.name, self.value

    def _grouped(self, rows, context):
        """Value of the field -> key of the owner -> list."""
        others, owners = rows.belonging(self.relation)
        found = column(self.value, others, context) if self.value else others.light()
        groups = defaultdict(lambda: defaultdict(list))
        for owner, own, value in zip(owners, others.column(self.name), found, strict=True):
            groups[own][owner].append(value)
        return groups
