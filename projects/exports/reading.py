"""Rows that are only read: a chunk in memory at a time, as columns of values, with what belongs to them.

Records are made where somebody asks for them. What a row points to, and the rows that belong to it, are fetched for
its whole chunk when they are first asked for, and not at all where nobody asks.
"""

from collections import defaultdict, namedtuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, ForeignKey, ManyToOneRel, Prefetch, prefetch_related_objects
from django.db.models.expressions import RawSQL

CHUNK = 1000  # rows that are in memory at a time
HELD = 2000  # rows pointed to that are kept for the next chunks, of each relation
KEYS = object()  # where the keys stand in the parameters of a query that is prepared for many of them


def read(rows):
    """Yield the rows of a queryset as `Rows`, with the rows that it prefetches. To be called inside a transaction."""
    are_many = False
    for chunk in _Reader(rows).chunks():
        if len(chunk) == CHUNK and not are_many:
            are_many = True
            _set("enable_seqscan = off", "max_parallel_workers_per_gather = 0")
        yield chunk
        chunk.end()
    if are_many:
        _set("enable_seqscan TO DEFAULT", "max_parallel_workers_per_gather TO DEFAULT")


def _set(*settings):
    """Of the session: what belongs to one chunk of many is to be found by its keys, by one process."""
    with connection.cursor() as cursor:
        for setting in settings:
            cursor.execute(f"SET LOCAL {setting}")


class Rows:
    """Rows of one queryset that were read together: iterated, they are records with all that belongs to them."""

    def __init__(self, reader, columns):
        self.reader, self.columns = reader, columns
        self.made, self.all, self.others, self._kept = [], None, {}, {}

    def __len__(self):
        return len(self.keys)

    def __iter__(self):
        return iter(self.records())

    @property
    def keys(self):
        return self.columns[self.reader.model._meta.pk.attname]

    def column(self, *names):
        """The values of a field or an annotation, row by row; of several: tuples of them."""
        columns = [self.columns[name] if name in self.columns else self._attribute(name) for name in names]
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))

    def _attribute(self, name):
        return [getattr(record, name) for record in self]

    def at(self, places):
        """Records of some of the rows, which know what they point to, but not what belongs to them."""
        columns = self.columns.values()
        return self._records(tuple([column[place] for column in columns]) for place in places)

    def light(self):
        """The rows as named tuples: of their own fields and annotations, and cheaper than records."""
        return self.reader.light(self.columns)

    def belonging(self, name):
        """The rows that belong to these by a relation that the queryset prefetches, and the key of the owner of each.

        Returns: `Rows`; a list. name: of the attribute where a record has them.
        """
        if name not in self.others:
            field, reader, _is_attribute = self.reader.many[name]
            rows = reader.which(field, list(self.keys))
            self.others[name] = rows, rows.column(field.attname)
        return self.others[name]

    def kept(self, key, compute):
        """What `compute()` gives, worked out once for these rows and this key."""
        if key not in self._kept:
            self._kept[key] = compute()
        return self._kept[key]

    def records(self):
        """All rows as records, joined to what belongs to them."""
        if self.all is None:
            self.all = self._records(zip(*self.columns.values(), strict=True))
            for name, (_field, _reader, is_attribute) in self.reader.many.items():
                own = defaultdict(list)
                for owner, record in zip(*reversed(self.belonging(name)), strict=True):
                    own[owner].append(record)
                for key, record in zip(self.keys, self.all, strict=True):
                    if is_attribute:
                        record.__dict__[name] = own[key]
                    else:  # a list is all that `.all()` needs to be read
                        record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = own[key]
            if self.reader.others:
                prefetch_related_objects(self.all, *self.reader.others)
        return self.all

    def _records(self, rows):
        """Records whose values are set at once, without what `Model.__init__` does for each of them."""
        names, model, made = tuple(self.columns), self.reader.model, []
        for values in rows:
            record = model.__new__(model)
            record._state = _State()
            record._state.fields_cache = _Links(self)
            record.__dict__.update(zip(names, values, strict=True))
            made.append(record)
        self.made += made
        return made

    def link(self, name):
        """Join the records to what they point to by `name`. Raises: KeyError where that is no foreign key."""
        key = self.reader.links[name].attname
        found = self.reader.pointed_to(name, set(self.columns.get(key, ())) - {None})
        for record in self.made:
            record._state.fields_cache[name] = found.get(record.__dict__[key])

    def end(self):
        """Let go of the records, each of which knows these rows: without this they would outlive their use."""
        for rows, _owners in self.others.values():
            rows.end()
        self.columns, self.made, self.all, self.others, self._kept = {}, [], None, {}, {}


class _Links(dict):
    """Where Django looks for what a record points to, before it fetches it for this record alone."""

    __slots__ = ("rows",)

    def __init__(self, rows):
        self.rows = rows

    def __missing__(self, name):
        self.rows.link(name)
        if name not in self:  # the rows have ended
            raise KeyError(name)
        return self[name]


class _State:
    """What Django keeps beside a record, as far as one that is only read needs it."""

    adding, db = False, None


class _Reader:
    """Reads one queryset: its rows, those that belong to them, and those that they point to."""

    def __init__(self, rows):
        model = self.model = rows.model
        self.rows = rows.select_related(None).prefetch_related(None)
        self.links = {field.name: field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
        self.names, self.are_deferred = rows.query.deferred_loading
        self.held, self.prepared, self.tuples = defaultdict(dict), {}, {}
        accessors = {
            relation.get_accessor_name(): relation.field
            for relation in model._meta.related_objects
            if type(relation) is ManyToOneRel
        }
        self.many, self.others = {}, []  # many: attribute -> (field, reader, whether it is an attribute of its own)
        for lookup in rows._prefetch_related_lookups:
            lookup = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
            if field := accessors.get(lookup.prefetch_through):
                known = field.model._default_manager.all() if lookup.queryset is None else lookup.queryset
                self.many[lookup.prefetch_to] = field, _Reader(known), bool(lookup.to_attr)
            else:
                self.others.append(lookup)

    def chunks(self):
        """Yield all rows as `Rows`."""
        compiler = self.rows.query.get_compiler(using=self.rows.db)
        results = compiler.execute_sql(chunked_fetch=True, chunk_size=CHUNK)
        columns = None
        for found in results:
            columns = columns or _Columns(compiler)
            yield Rows(self, columns.of(found))

    def which(self, field, keys):
        """The rows in which a field is one of the keys, as one `Rows`."""
        if field not in self.prepared:
            self.prepared[field] = _Prepared(self.rows.filter(_is_any(field, KEYS)))
        return Rows(self, self.prepared[field].of(keys))

    def pointed_to(self, name, keys):
        """Rows that the foreign key `name` points to, by key: those of `keys`, and perhaps more."""
        held = self.held[name]
        if missing := keys - held.keys():
            if len(held) > HELD:
                held.clear()
                missing = keys
            field = self.links[name]
            rows = field.related_model._base_manager.all()
            below = [path.removeprefix(f"{name}__") for path in self.names if path.startswith(f"{name}__")]
            if below:
                rows = rows.defer(*below) if self.are_deferred else rows.only(*below)
            found = _Reader(rows).which(field.target_field, list(missing))
            held.update(zip(found.column(field.target_field.attname), found, strict=True))
        return held

    def light(self, columns):
        names = tuple(columns)
        if names not in self.tuples:
            self.tuples[names] = namedtuple(self.model.__name__, names)
        return list(map(self.tuples[names]._make, zip(*columns.values(), strict=True)))


def _is_any(field, keys):
    """Condition: the field of a table is one of many keys. `__in` would prepare each of them by itself."""
    column = f'"{field.model._meta.db_table}"."{field.column}"'
    return RawSQL(f"{column} = ANY(%s)", [keys], output_field=BooleanField())


class _Columns:
    """What the columns of a compiled query are called, and how Django wants their values."""

    def __init__(self, compiler):
        names = {place: compiler.select[place][0].target.attname for place in compiler.klass_info["select_fields"]}
        names |= {place: name for name, place in compiler.annotation_col_map.items()}
        self.names = names
        self.converters = compiler.get_converters([selected[0] for selected in compiler.select[: compiler.col_count]])

    def of(self, found):
        """Name -> values. found: the rows as the database gave them."""
        columns = list(zip(*found, strict=True)) or [()] * (max(self.names) + 1)
        for place, (convert, expression) in self.converters.items():
            for converter in convert:
                columns[place] = [converter(value, expression, connection) for value in columns[place]]
        return {name: columns[place] for place, name in self.names.items()}


class _Prepared:
    """A query that is compiled once, and asked for one list of keys after the other."""

    def __init__(self, rows):
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            self.sql, self.parameters = compiler.as_sql()
        except EmptyResultSet:  # known to be empty without a look at the tables
            self.sql = None
        self.columns = _Columns(compiler)

    def of(self, keys):
        if self.sql is None:
            return self.columns.of([])
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [keys if value is KEYS else value for value in self.parameters])
            return self.columns.of(cursor.fetchall())
