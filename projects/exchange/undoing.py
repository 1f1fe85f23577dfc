"""Takes a whole import back, or says what stands in the way: nothing that was done later is lost."""

from collections import defaultdict
from itertools import chain, islice
from typing import NamedTuple

import pghistory
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import get_candidate_relations_to_delete
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from projects import history
from projects.actions import Refused
from projects.exchange import bulk, one_at_a_time, progress
from projects.exchange.keys import Keys, within
from projects.exchange.rows import NOUNS
from projects.models import Source, Statement
from projects.models.base import Recorded

REASONS = 200  # that are given where an import cannot be taken back


class Built(Refused):
    """Later work stands on what was imported; `reasons` are sentences, one for each record."""

    def __init__(self, reasons):
        self.reasons = self.messages = reasons
        super().__init__(" ".join(reasons[:3]))


class _Entry(NamedTuple):
    """What an import wrote of a noun. runs: [first key, last key, version] of what it added, as it left it; changed:
    key -> [version before, version after, names of the fields]."""

    noun: object
    runs: list
    changed: dict

    @property
    def added(self):
        """The Keys of what was added."""
        return Keys(run[:2] for run in self.runs)

    def left(self):
        """key -> version, as the import left the records, and the condition that finds them; some at a time."""
        for first, last, version in self.runs:
            for begin, end in Keys([(first, last)]).chunks():
                yield dict.fromkeys(range(begin, end + 1), version), within("pk", (begin, end))
        for some in bulk.batches(self.changed.items()):
            yield {int(key): versions[1] for key, versions in some}, {"pk__in": [key for key, _versions in some]}


def _entries(written):
    """Args: written: as `writing.Writer.written` gave it. Returns: _Entries, in the order in which they were added."""
    return [
        _Entry(noun, entry["created"], entry["changed"]) for name, noun in NOUNS.items() if (entry := written.get(name))
    ]


def size(written):
    """How many records an import wrote. Args: written: as `writing.Writer.written` gave it."""
    return sum(len(entry.added) + len(entry.changed) for entry in _entries(written))


def undo(written, *, by, job):
    """Take back all that an import wrote: changed records get their earlier values, new ones go, with their sources.

    Args:
        written: as `writing.Writer.written` gave it. by: who takes it back. job: the ImportJob.
    Raises: Built, with the reasons; nothing was changed then.
    """
    entries, statements = _entries(written), Keys(written.get("statements", ()))
    reason = _("Import %(number)d taken back: %(name)s") % {"number": job.pk, "name": job.file_name}
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, door="import", reason=reason, job=job.pk):
            one_at_a_time()
            progress.begin("undoing", size(written))
            found = chain(map(_changed_since, entries), _stand_on(entries, statements, written.get("source")))
            if reasons := list(islice(chain.from_iterable(found), REASONS)):
                raise Built(reasons)
            for entry in entries:
                for some in bulk.batches(entry.changed.items()):
                    _restore(entry.noun.model, dict(some))
                    progress.tick(len(some))
            for entry in reversed(entries):
                for number in _removed(entry.noun.model, entry.added):
                    progress.tick(number)
            for _number in _removed(Statement, statements):
                progress.heed()
            Source.objects.filter(pk=written.get("source")).delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the database refuses is told here
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except (models.ProtectedError, IntegrityError) as error:
        raise Built([_("Other records stand on those of this import. Take them away first.")]) from error


def _changed_since(entry):
    """Lock the records; a sentence for each that is not as the import left it."""
    model = entry.noun.model
    for left, condition in entry.left():
        rows = model._base_manager.select_for_update(of=("self",)).filter(**condition).order_by("pk")
        now = dict(rows.select_related(None).values_list("pk", "version"))
        other = [key for key, version in left.items() if now.get(key) != version]
        records = model._base_manager.in_bulk(other)
        for key in other:
            if (row := records.get(key)) is None:
                text = _("%(noun)s № %(key)d was deleted after the import.")
                yield text % {"noun": model._meta.verbose_name, "key": key}
                continue
            person = history.person_name(row.updated_by) if row.updated_by_id else _("somebody")
            when = formats.date_format(timezone.localtime(row.updated_at), "DATETIME_FORMAT")
            text = _("“%(record)s” was changed later, by %(person)s on %(when)s.")
            yield text % {"record": row, "person": person, "when": when}


def _stand_on(entries, statements, source):
    """For each way to point to what the import added, a sentence for each record, not of this import, that does."""
    added = {entry.noun.model: entry.added for entry in entries} | {Statement: statements}
    added |= {Source: Keys([(source, source)])} if source else {}
    # What was changed gets its earlier values, and with them its earlier sources, back.
    changed = {entry.noun.model: entry.changed for entry in entries}
    for model, keys in added.items():
        for relation in model._meta.related_objects if keys else ():
            other, is_pointer = relation.related_model, relation.one_to_many or relation.one_to_one
            if is_pointer and issubclass(other, Recorded) and not other._meta.proxy:
                yield _pointing(relation, keys, added.get(other, ()), changed.get(other, ()))


def _pointing(relation, keys, added, changed):
    """Sentences about records that point to some of these keys, and are none of those that the import wrote."""
    model = relation.related_model
    for some in keys.chunks():
        rows = model._base_manager.filter(**within(relation.field.name, some)).order_by("pk")
        strange = [key for key in rows.values_list("pk", flat=True) if key not in added and str(key) not in changed]
        for row in model._base_manager.filter(pk__in=strange[:REASONS]):
            text = _("“%(record)s” (%(noun)s) was added later and stands on a record of the import.")
            yield text % {"record": row, "noun": model._meta.verbose_name}


def _restore(model, changed):
    """Give the records the values that they had before the import, out of their history."""
    states = history.events_of(model).objects.exclude(pgh_label="delete")
    states = states.filter(
        pgh_obj_id__in=[int(key) for key in changed], version__in={versions[0] for versions in changed.values()}
    )
    before = {(state.pgh_obj_id, state.version): state for state in states.order_by("pgh_id")}
    groups = defaultdict(list)
    records = model._base_manager.in_bulk([int(key) for key in changed])
    for key, (version, _after, names) in changed.items():
        record, state = records[int(key)], before[int(key), version]
        for name in names:
            attname = model._meta.get_field(name).attname
            setattr(record, attname, getattr(state, attname))
        groups[tuple(names)].append(record)
    for names, rows in groups.items():
        bulk.update(model, rows, names)


def _removed(model, added):
    """Delete the records, and the links and messages that go with them, by few statements; yields how many each did.

    What else points to them has been looked for; where something does all the same, the database says so in the end.
    """
    with_them = [row for row in get_candidate_relations_to_delete(model._meta) if row.on_delete is models.CASCADE]
    for chunk in added.chunks():
        for relation in with_them:
            relation.related_model._base_manager.filter(**within(relation.field.name, chunk)).delete()
        yield model._base_manager.filter(**within("pk", chunk))._raw_delete(connection.alias)
