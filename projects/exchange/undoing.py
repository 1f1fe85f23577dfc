"""Takes a whole import back, or says what stands in the way: nothing that was done later is lost."""

from collections import defaultdict

import pghistory
from django.db import IntegrityError, models, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from projects import history
from projects.actions import Refused
from projects.exchange import bulk, one_at_a_time, progress
from projects.exchange.rows import NOUNS
from projects.models import Source, Statement
from projects.models.base import Recorded

NAMED = 50  # rows that are named where an import cannot be taken back


class Built(Refused):
    """Later work stands on what was imported; `reasons` are sentences, one for each record."""

    def __init__(self, reasons):
        self.reasons = self.messages = reasons
        super().__init__(" ".join(reasons[:3]))


def size(written):
    """How many records an import wrote. Args: written: as `writing.apply` returned it."""
    return sum(len(written[name]["created"]) + len(written[name]["changed"]) for name in NOUNS if name in written)


def undo(written, *, by, job):
    """Take back all that an import wrote: changed records get their earlier values, new ones go, with their sources.

    Args:
        written: as `writing.apply` returned it. by: who takes it back. job: the ImportJob.
    Raises: Built, with all the reasons; nothing was changed then.
    """
    nouns = [(noun, written[name]) for name, noun in NOUNS.items() if name in written]
    reason = _("Import %(number)d taken back: %(name)s") % {"number": job.pk, "name": job.file_name}
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, door="import", reason=reason, job=job.pk):
            one_at_a_time()
            progress.begin("undoing", size(written))
            reasons = [text for noun, entry in nouns for text in _changed_since(noun.model, entry)]
            reasons += _stand_on(nouns, written)
            if reasons:
                raise Built(reasons)
            for noun, entry in nouns:
                _restore(noun.model, entry["changed"])
            for noun, entry in reversed(nouns):
                _remove(noun.model, entry["created"])
                progress.tick(len(entry["created"]))
            Statement.objects.filter(pk__in=written.get("statements", ())).delete()
            Source.objects.filter(pk=written.get("source")).delete()
    except (models.ProtectedError, IntegrityError) as error:
        raise Built([_("Other records stand on those of this import. Take them away first.")]) from error


def _changed_since(model, entry):
    """Lock the records; a sentence for each that is not as the import left it."""
    left = {int(key): version for key, version in entry["created"].items()}
    left |= {int(key): versions[1] for key, versions in entry["changed"].items()}
    rows = model._base_manager.select_for_update(of=("self",)).filter(pk__in=left).order_by("pk")
    found = {row.pk: row for row in rows.select_related(None)}
    for key, version in left.items():
        row = found.get(key)
        if row is None:
            text = _("%(noun)s № %(key)d was deleted after the import.")
            yield text % {"noun": model._meta.verbose_name, "key": key}
        elif row.version != version:
            person = history.person_name(row.updated_by) if row.updated_by_id else _("somebody")
            when = formats.date_format(timezone.localtime(row.updated_at), "DATETIME_FORMAT")
            text = _("“%(record)s” was changed later, by %(person)s on %(when)s.")
            yield text % {"record": row, "person": person, "when": when}


def _stand_on(nouns, written):
    """A sentence for each record, not of this import, that points to what the import added."""
    created = {noun.model: [int(key) for key in entry["created"]] for noun, entry in nouns}
    own = defaultdict(set, {model: set(keys) for model, keys in created.items()})
    for noun, entry in nouns:  # these get their earlier values, and with them their earlier sources, back
        own[noun.model] |= {int(key) for key in entry["changed"]}
    created |= {Statement: written.get("statements", []), Source: [written["source"]] if "source" in written else []}
    own[Statement] = set(created[Statement])
    found = []
    for model, keys in created.items():
        for relation in model._meta.related_objects if keys else ():
            if not relation.one_to_many and not relation.one_to_one:
                continue
            if not issubclass(relation.related_model, Recorded) or relation.related_model._meta.proxy:
                continue
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": keys})
            for row in rows.exclude(pk__in=own[relation.related_model])[:NAMED]:
                text = _("“%(record)s” (%(noun)s) was added later and stands on a record of the import.")
                found.append(text % {"record": row, "noun": relation.related_model._meta.verbose_name})
    return found


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


def _remove(model, created):
    """Delete the records; those that others of their own kind point to (owners) go last."""
    left = model._base_manager.filter(pk__in=[int(key) for key in created])
    own = [field.name for field in model._meta.concrete_fields if field.related_model is model]
    for name in own:
        left.filter(**{f"{name}__isnull": False}).update(**{name: None})
    left.delete()
