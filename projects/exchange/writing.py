"""Writes what was confirmed: all of it in one transaction, each new figure with the file as its source."""

from collections import defaultdict
from contextlib import contextmanager
from functools import partial

import pghistory
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from projects import actions
from projects.exchange import bulk, one_at_a_time
from projects.exchange.keys import Keys, within
from projects.exchange.rows import FIELDS, LANGUAGES, NOUNS, Row
from projects.exchange.values import typed
from projects.forms.base import REFUSED_BY_DATABASE, sentence_of
from projects.models import Project, Source, Statement
from projects.models.choices import SourceKind, StatementKind
from projects.models.sources import POSITIONS

UNSAID = ("statement", "certainty")  # are about what a cell says
CELL_TEXT = 200  # characters of a cell that a statement repeats


class Outdated(Exception):
    """A record that is to be changed has changed since the change-set was made; nothing was written."""


@contextmanager
def begun(*, by, job, reason=""):
    """A transaction in which the portions of a file are written; what ends it with an error leaves nothing behind.

    Args:
        by: who confirms. job: the ImportJob, which becomes the source of what has none. reason: for the history.
    Yields: a Writer. Raises: actions.Refused where the database refuses what the rules let pass.
    """
    writer = Writer(job)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, door="import", reason=reason, job=job.pk):
            one_at_a_time()
            yield writer
    except REFUSED_BY_DATABASE as violation:
        _field, text = sentence_of(violation, writer.model or Project)
        raise actions.Refused(text) from violation


class Writer:
    """Writes ChangeSets, one after the other, and keeps account of it."""

    def __init__(self, job):
        self.job, self.model = job, None
        self.created, self.changed = defaultdict(Keys), defaultdict(dict)  # noun -> keys; key -> version before, names
        self.source, self.statements = None, Keys()

    def write(self, found):
        """Write all creations and changes of a ChangeSet. Raises: Outdated; what the database refuses."""
        self.creates, self.updates = defaultdict(list), defaultdict(list)
        for change in found.creates:
            self.creates[change.row.noun].append(change)
        for change in found.updates:
            self.updates[change.row.noun].append(change)
        for name, noun in NOUNS.items():
            self._lock(noun, self.updates[name])
        if sourced := [change for change in (*found.creates, *found.updates) if change.gets_statement]:
            self._write_statements(sourced)
        for name, noun in NOUNS.items():
            self.model = noun.model
            records = [change.record for change in self.creates[name]]
            if noun.model is Project:
                self._give_stages()
                waiting = [record for record in records if not record.reference]
                stated = [record.reference for record in records if record.reference]
                actions.with_next_references(waiting, partial(self._create, noun, records), stated=stated)
            else:
                self._create(noun, records)
            self._change(noun, self.updates[name])
            self._note(name)
        with connection.cursor() as cursor:  # what is checked at the end of a transaction is so now, for what is there
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def written(self):
        """What was written, as `undoing` takes it back.

        Returns: noun -> {"created": [[first key, last key, version], ...], "changed": {key: [version before, version
        after, names of the fields]}}, with "statements": [[first, last], ...] and "source" where there are any.
        """
        found = {}
        for name, noun in NOUNS.items():
            if self.created[name] or self.changed[name]:
                found[name] = {"created": self._created(noun), "changed": self._changed(noun)}
        if self.source:
            found |= {"source": self.source.pk, "statements": self.statements.runs}
        return found

    def _created(self, noun):
        """The keys of what was added, by the version that it has now: later portions may have touched it."""
        runs = []
        for keys in self.created[noun.name].chunks():
            now = noun.model._base_manager.filter(**within("pk", keys)).values_list("pk", "version")
            for key, version in sorted(now):
                if runs and runs[-1][1:] == [key - 1, version]:
                    runs[-1][1] = key
                else:
                    runs.append([key, key, version])
        return runs

    def _changed(self, noun):
        changed, found = self.changed[noun.name], {}
        for records in bulk.batches(changed.items()):
            rows = noun.model._base_manager.filter(pk__in=[key for key, _state in records])
            now = dict(rows.values_list("pk", "version"))
            found |= {str(key): [before, now[key], names] for key, (before, names) in records}
        return found

    # ---- Records ----

    @staticmethod
    def _lock(noun, updates):
        """Keep others from these records, in the order of their keys. Raises: Outdated."""
        versions = {change.before.pk: change.before.version for change in updates}
        rows = noun.model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=versions)
        if dict(rows.order_by("pk").values_list("pk", "version")) != versions:
            raise Outdated

    def _give_stages(self):
        """New projects begin at the stage that the database would move them to, row by row, once their log is there."""
        log = [change.record for change in self.creates["stages"] if change.record.project.pk is None]
        for record in sorted(log, key=lambda record: record.effective_on):
            if record.effective_on <= timezone.localdate():
                project = record.project
                project.stage, project.stage_group = record.stage, record.stage.group or project.stage_group

    @staticmethod
    def _create(noun, records):
        """Insert; records that point to new ones of their own kind (owners) come after those."""
        own = [field for field in noun.model._meta.concrete_fields if field.related_model is noun.model]
        while records:
            ready = [record for record in records if not any(_waits(record, field) for field in own)]
            bulk.insert(noun.model, ready)
            records = [record for record in records if record.pk is None]

    @staticmethod
    def _change(noun, updates):
        """Update, records with the same changed fields together."""
        groups = defaultdict(list)
        for change in updates:
            groups[tuple(_names_of(change))].append(change.record)
        for names, records in groups.items():
            bulk.update(noun.model, records, names)

    def _note(self, name):
        """Keep account of what was written of a noun."""
        for key in sorted(change.record.pk for change in self.creates[name]):
            self.created[name].add(key)
        for change in self.updates[name]:
            self.changed[name][change.before.pk] = change.before.version, _names_of(change)

    # ---- Sources ----

    def _write_statements(self, sourced):
        """The file as a source, and a statement for each of its rows that says something new.

        What is confidential in a row has one of its own: who may not see a sum does not read its statement either.
        """
        self.model = Statement
        if self.source is None:
            self.source = Source.objects.create(code=f"import-{self.job.pk}", **self._source())
        rows = defaultdict(list)
        for change in sourced:
            rows[_place_of(change)].append(change)
        made = {
            place: self._statement(number, place, changes)
            for number, (place, changes) in enumerate(rows.items(), len(self.statements) + 1)
        }
        bulk.insert(Statement, made.values())
        for place, statement in made.items():
            self.statements.add(statement.pk)
            for change in rows[place]:
                change.record.statement = statement

    def _statement(self, number, place, changes):
        """What the cells of a row say. Args: number: the how manieth of the file it is; place: see `_place_of`."""
        is_figure = any(change.noun.is_figure for change in changes)
        return Statement(
            code=f"{self.source.code}-{number}",
            source=self.source,
            position=min(number, POSITIONS),
            kind=StatementKind.FIGURE if is_figure else StatementKind.FACT,
            locator="{}, {}".format(*place[:2])[:200],
            **_texts(changes),
        )

    def _source(self):
        """What the source says of itself, see `oc4ids.about`; of a table, what is known of whoever brought it in."""
        if about := dict(self.job.mapping.get("source", {})):
            title = about.pop("title")
            return about | _in_languages("title", lambda: title)
        member = getattr(self.job.owner, "staff_member", None)
        return {
            "kind": SourceKind.REPORT,
            "published_on": self.job.as_of or timezone.localdate(),
            "publisher": member.department if member else None,
        } | _in_languages("title", lambda: _("Table “%(name)s”") % {"name": self.job.file_name[:200]})


def _names_of(change):
    """The fields of a record that are written."""
    return sorted({*change.names, *(["statement"] if change.gets_statement else [])})


def _place_of(change):
    """What changes have one statement together: those of a row, the confidential ones apart."""
    return change.row.sheet, change.row.number, getattr(change.record, "is_confidential", False)


def _waits(record, field):
    """Whether a foreign key names a record that is not in the register yet."""
    row = record._state.fields_cache.get(field.name)
    return row is not None and row.pk is None


def _in_languages(name, write):
    """A translated column in all languages. Args: write: a function without arguments -> text."""
    texts = {}
    for code, _label in settings.LANGUAGES:
        with override(code):
            texts[f"{name}_{code.replace('-', '_')}"] = write()
    return texts


def _texts(changes):
    """What the cells of a row say, with their headings, in each language; not that a sum is exact, or a day a day."""
    said = [
        (FIELDS[change.row.noun][name], text[:CELL_TEXT])
        for change in changes
        for name, cell in change.row.values.items()
        if name not in UNSAID and not isinstance(cell.value, Row) and (text := typed(cell.value))
    ]
    said = [(item.labels, text) for item, text in said if item.kind != "choice" or not item.is_usual(text)]
    return {
        f"text_{code.replace('-', '_')}": "; ".join([f"{labels[code]}: {text}" for labels, text in said]) + "."
        for code in LANGUAGES
    }
