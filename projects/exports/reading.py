"""Rows that are only read: made quickly, a chunk in memory at a time, with what belongs to them.

What a row points to is fetched for its whole chunk when it is first asked for, and not at all where nobody asks.
"""

from collections import defaultdict
from itertools import islice

from django.db import connection
from django.db.models import BooleanField, ForeignKey, ManyToOneRel, Prefetch, prefetch_related_objects
from django.db.models.expressions import RawSQL
from django.db.models.query import ModelIterable

CHUNK = 1000  # rows that are in memory at a time
HELD = 2000  # rows pointed to that are kept for the next chunks, of each relation


def read(rows):
    """Yield the records of a queryset, with the rows that it prefetches. To be called inside a transaction."""
    reader = _Reader(rows)
    found = reader.rows.iterator(chunk_size=CHUNK)
    are_many = False
    while records := list(islice(found, CHUNK)):
        if len(records) == CHUNK and not are_many:
            are_many = True
            _may_scan(False)
        chunks = reader.join(records)
        yield from records
        for chunk in chunks:
            chunk.end()
    if are_many:
        _may_scan(True)


def _may_scan(may):
    """Whether whole tables may be read: what belongs to one chunk of many is to be found by its keys."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = %s", [may])


def _is_any(field, keys):
    """Condition: the field of a table is one of many keys. `__in` would prepare each of them by itself."""
    column = f'"{field.model._meta.db_table}"."{field.column}"'
    return RawSQL(f"{column} = ANY(%s)", [keys], output_field=BooleanField())


class _Reader:
    """Reads one queryset: its rows, those that belong to them, and those that they point to."""

    def __init__(self, rows):
        model = rows.model
        self.rows = rows.select_related(None).prefetch_related(None)
        self.rows._iterable_class = QuickIterable
        self.links = {field.name: field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
        self.names, self.are_deferred = rows.query.deferred_loading
        self.held = defaultdict(dict)
        accessors = {
            relation.get_accessor_name(): relation.field
            for relation in model._meta.related_objects
            if type(relation) is ManyToOneRel
        }
        self.many, self.others = [], []
        for lookup in rows._prefetch_related_lookups:
            lookup = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
            if field := accessors.get(lookup.prefetch_through):
                known = field.model._default_manager.all() if lookup.queryset is None else lookup.queryset
                self.many.append((lookup, field, _Reader(known)))
            else:
                self.others.append(lookup)

    def join(self, records):
        """Join records to what belongs to them. Returns: the chunks that they and these are."""
        chunks = [_Chunk(self, records)]
        for lookup, field, reader in self.many:
            owners = defaultdict(list)
            keys = [record.pk for record in records]
            found = list(reader.rows.filter(_is_any(field, keys)))
            for row in found:
                owners[row.__dict__[field.attname]].append(row)
            for key, record in zip(keys, records, strict=True):
                own = owners.get(key, [])
                if lookup.to_attr:
                    record.__dict__[lookup.to_attr] = own
                else:  # a list is all that `.all()` needs to be read
                    record.__dict__.setdefault("_prefetched_objects_cache", {})[lookup.prefetch_to] = own
            chunks += reader.join(found)
        if self.others:
            prefetch_related_objects(records, *self.others)
        return chunks

    def pointed_to(self, name, keys):
        """Rows that the foreign key `name` points to, by key: those of `keys`, and perhaps more."""
        held = self.held[name]
        if missing := keys - held.keys():
            if len(held) > HELD:
                held.clear()
                missing = keys
            field = self.links[name]
            rows = field.related_model._base_manager.filter(_is_any(field.target_field, list(missing)))
            below = [path.removeprefix(f"{name}__") for path in self.names if path.startswith(f"{name}__")]
            if below:
                rows = rows.defer(*below) if self.are_deferred else rows.only(*below)
            reader = _Reader(rows)
            found = list(reader.rows)
            reader.join(found)
            held.update((row.__dict__[field.target_field.attname], row) for row in found)
        return held


class _Chunk:
    """Records that were read together, and are to be joined together to what they point to."""

    def __init__(self, reader, records):
        self.reader, self.records = reader, records
        for record in records:
            record._state.fields_cache = _Links(self)

    def link(self, name):
        """Join the records to what they point to by `name`. Raises: KeyError where that is no foreign key."""
        key = self.reader.links[name].attname
        keys = [record.__dict__[key] for record in self.records]
        found = self.reader.pointed_to(name, set(keys) - {None})
        for record, value in zip(self.records, keys, strict=True):
            record._state.fields_cache[name] = found.get(value)

    def end(self):
        """Let go of the records, each of which knows the chunk: without this they would outlive their use."""
        self.records = ()


class _Links(dict):
    """Where Django looks for what a record points to, before it fetches it for this record alone."""

    __slots__ = ("chunk",)

    def __init__(self, chunk):
        self.chunk = chunk

    def __missing__(self, name):
        self.chunk.link(name)
        if name not in self:  # the chunk has ended
            raise KeyError(name)
        return self[name]


class QuickIterable(ModelIterable):
    """Records whose values are set at once, without what `Model.__init__` does for each of them."""

    def __iter__(self):
        queryset = self.queryset
        compiler = queryset.query.get_compiler(using=queryset.db)
        results = compiler.execute_sql(chunked_fetch=self.chunked_fetch, chunk_size=self.chunk_size)
        model, places = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        names = {place: compiler.select[place][0].target.attname for place in places}
        names |= {place: name for name, place in compiler.annotation_col_map.items()}
        wanted = [names.get(place) for place in range(max(names) + 1)]
        for row in compiler.results_iter(results, chunked_fetch=self.chunked_fetch, chunk_size=self.chunk_size):
            record = model.__new__(model)
            record._state = _State()
            record.__dict__.update(zip(wanted, row, strict=False))
            yield record


class _State:
    """What Django keeps beside a record, as far as one that is only read needs it."""

    adding, db = False, None
