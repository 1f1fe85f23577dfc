"""Writes a change-set that was confirmed: all of it in one transaction, each new figure with the file as its source."""

from collections import defaultdict

import pghistory
from django.conf import settings
from django.db import DataError, IntegrityError, InternalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from projects import actions
from projects.exchange import bulk, one_at_a_time, progress
from projects.exchange.rows import FIELDS, LANGUAGES, NOUNS, Row
from projects.exchange.values import typed
from projects.forms.base import sentence_of
from projects.models import Project, Source, Statement
from projects.models.choices import SourceKind, StatementKind

POSITIONS = 32_767  # the greatest position of a statement in its source
UNSAID = ("statement", "certainty")  # are about what a cell says
CELL_TEXT = 200  # characters of a cell that a statement repeats
REFUSED_BY_DATABASE = (IntegrityError, DataError, InternalError)


class Outdated(Exception):
    """A record that is to be changed has changed since the change-set was made; nothing was written."""


def apply(changeset, *, by, job, reason=""):
    """Write all creations and changes, or nothing.

    Args:
        by: who confirms. job: the ImportJob, which becomes the source of what has none. reason: for the history.
    Returns: what was written, as `undoing` takes it back: noun -> {"created": {key: version}, "changed": {key:
        [version before, version after, names of the fields]}}, with "statements" and "source".
    Raises: Outdated; actions.Refused where the database refuses what the rules let pass.
    """
    writer = _Writer(changeset, by, job)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, door="import", reason=reason, job=job.pk):
            one_at_a_time()
            return writer.write()
    except REFUSED_BY_DATABASE as violation:
        _field, text = sentence_of(violation, writer.model or Project)
        raise actions.Refused(text) from violation


class _Writer:
    def __init__(self, changeset, by, job):
        self.by, self.job, self.model = by, job, None
        self.written = {}
        self.creates, self.updates = defaultdict(list), defaultdict(list)
        for change in changeset.creates:
            self.creates[change.row.noun].append(change)
        for change in changeset.updates:
            self.updates[change.row.noun].append(change)
        self.sourced = [change for change in (*changeset.creates, *changeset.updates) if change.gets_statement]

    def write(self):
        records = (*self.creates.values(), *self.updates.values())
        progress.begin("writing", sum(map(len, records)) + len({_place(change) for change in self.sourced}))
        for name, noun in NOUNS.items():
            self._lock(noun, self.updates[name])
        if self.sourced:
            self._write_statements()
        for name, noun in NOUNS.items():
            self.model = noun.model
            if noun.model is Project:
                self._give_references(self.creates[name])
                self._give_stages()
            self._create(noun, [change.record for change in self.creates[name]])
            self._change(noun, self.updates[name])
        for name, noun in NOUNS.items():
            self._note(noun, self.creates[name], self.updates[name])
        return self.written

    # ---- Records ----

    @staticmethod
    def _lock(noun, updates):
        """Keep others from these records, in the order of their keys. Raises: Outdated."""
        versions = {change.before.pk: change.before.version for change in updates}
        rows = noun.model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=versions)
        if dict(rows.order_by("pk").values_list("pk", "version")) != versions:
            raise Outdated

    @staticmethod
    def _give_references(creates):
        """The next free references, in the order of the file, for the projects that have none."""
        waiting = [change.record for change in creates if not change.record.reference]
        if waiting:
            first = int(actions.next_reference().split("-")[1])
            for number, record in enumerate(waiting, first):
                record.reference = f"WKR-{number:04d}"

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
            names = {*change.names, *(["statement"] if change.gets_statement else [])}
            groups[tuple(sorted(names))].append(change.record)
        for names, records in groups.items():
            bulk.update(noun.model, records, names)

    def _note(self, noun, creates, updates):
        """Keep what was written, at the versions that it has now, for whoever takes it back."""
        keys = [change.record.pk for change in (*creates, *updates)]
        if not keys:
            return
        now = dict(noun.model._base_manager.filter(pk__in=keys).values_list("pk", "version"))
        self.written[noun.name] = {
            "created": {str(change.record.pk): now[change.record.pk] for change in creates},
            "changed": {
                str(change.record.pk): [
                    change.before.version,
                    now[change.record.pk],
                    sorted({*change.names, *(["statement"] if change.gets_statement else [])}),
                ]
                for change in updates
            },
        }

    # ---- Sources ----

    def _write_statements(self):
        """The file as a source, and a statement for each of its rows that says something new."""
        self.model = Statement
        source = Source.objects.create(code=f"import-{self.job.pk}", **self._source())
        rows = defaultdict(list)
        for change in self.sourced:
            rows[_place(change)].append(change)
        statements = {}
        for number, ((sheet, row), changes) in enumerate(rows.items(), 1):
            is_figure = any(change.noun.is_figure for change in changes)
            statements[sheet, row] = Statement(
                code=f"{source.code}-{number}",
                source=source,
                position=min(number, POSITIONS),
                kind=StatementKind.FIGURE if is_figure else StatementKind.FACT,
                locator=f"{sheet}, {row}"[:200],
                **_texts(changes),
            )
        bulk.insert(Statement, statements.values())
        for change in self.sourced:
            change.record.statement = statements[_place(change)]
        self.written |= {"source": source.pk, "statements": [statement.pk for statement in statements.values()]}

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


def _place(change):
    """Where a row stands in the file: what it says is one statement."""
    return change.row.sheet, change.row.number


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
