"""What the rows of a file would change: created, changed cell by cell, in conflict, refused. Nothing is written."""

import copy
from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint
from django.db.models.base import ModelState
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from projects import history, permissions
from projects.exchange import progress
from projects.exchange.around import Gathered
from projects.exchange.changeset import (
    ALL,
    NEW,
    SAME_SOURCE,
    YOURS,
    CellChange,
    Change,
    ChangeSet,
    Proposal,
    are_alike,
    differ,
    key,
    names_of,
    node,
    stated,
)
from projects.exchange.checks import Draft, broken
from projects.exchange.rows import FIELDS, NOUNS, Problem, Row
from projects.exchange.values import NAMES, Known, Reader, is_empty, key_of, typed
from projects.forms.organisations import most_alike_of_each
from projects.models import Organisation, Project
from projects.models.choices import DatePrecision

UNANSWERED = gettext_noop(
    "Somebody changed this in the register after the file was taken. Choose on the page “Imports”."
)
NAMED = 50  # organisations that several rows name, which are told one by one
# A new row with the same values in these is the record that has them.
NATURAL = {"parties": ("project", "organisation", "role"), "stages": ("project", "stage", "effective_on")}


class Planner:
    """What a file would change, for a user, by the rules of the forms; told portion by portion of its rows.

    Of a portion that was planned, and perhaps written, the later ones know the organisations, and what may come once in
    a file only: they find the same, whether it was written or not.
    """

    def __init__(self, user, *, as_of, choices=None, reason="", asks=True):
        """Args:
        as_of: the day that figures are true of where a row does not say. choices: key of a conflict or proposal -> the
        answer. reason: why, which rules may ask for. asks: whether somebody can still be asked: if not, what only looks
        like a record of the register is a new one.
        """
        self.user, self.as_of, self.choices, self.reason, self.asks = user, as_of, choices or {}, reason, asks
        self.known, self.readers = Known(user), {}
        self.taken = defaultdict(dict)  # noun -> primary key -> number of the row that is about the record
        self.met = defaultdict(dict)  # noun -> what names a new record -> its first row, and what that was
        self.again = {}  # first row of an organisation that others name too -> the second, the name, how many more
        self.found, self.first = ChangeSet(), defaultdict(dict)  # of the portion that is planned

    def plan(self, rows):
        """What these Rows would change, whichever records they are of.

        Returns: the ChangeSet. Costs a number of queries that does not grow with the rows, but for what rules look up.
        """
        self._leave()
        self.records = {}  # Row -> record
        self.rows_of = defaultdict(list)  # id of a new record -> the rows that are about it
        self.natural = set()  # what makes a new record the only one of its kind
        by_noun = defaultdict(list)
        for row in rows:
            by_noun[row.noun].append(row)
        self.known.prepare_for(by_noun)
        for name, noun in NOUNS.items():
            if by_noun[name]:
                self._noun(noun, by_noun[name])
        self.found.problems.sort(key=lambda problem: (problem.sheet, problem.row, problem.column))
        return self.found

    def _leave(self):
        """Keep of the portion that was planned last what later ones have to know, and forget the rest."""
        for noun, marks in self.first.items():
            for mark, row in marks.items():
                record = self.records[row] if noun == "organisations" else None
                self.met[noun][mark] = (row.sheet, row.number), record
        self.known.leave([change.record for change in self.found.changes if change.is_new])
        self.found, self.first = ChangeSet(), defaultdict(dict)

    def notes(self):
        """Sentences about rows that name the same organisation."""
        for (sheet, first), (second, name, more) in list(self.again.items())[:NAMED]:
            numbers = {"first": first, "second": second, "count": more, "sheet": sheet, "name": name}
            if more:
                text = ngettext(
                    "Rows %(first)s, %(second)s and %(count)d more of “%(sheet)s” name one organisation: %(name)s.",
                    "Rows %(first)s, %(second)s and %(count)d more of “%(sheet)s” name one organisation: %(name)s.",
                    more,
                )
            else:
                text = _("Rows %(first)s and %(second)s of “%(sheet)s” name the same organisation: %(name)s.")
            yield text % numbers
        if (left := len(self.again) - NAMED) > 0:
            text = ngettext("The same holds of %(count)d more.", "The same holds of %(count)d more.", left)
            yield text % {"count": left}

    def problem(self, row, cell, text):
        place = (cell.sheet, cell.row, cell.column) if cell else (row.sheet, row.number, 0)
        self.found.problems.append(Problem(*place, str(text)))

    # ---- What the register has ----

    def _existing(self, noun, rows):
        """primary key as text -> the record as it stands."""
        keys = {row.key for row in rows if row.key.isascii() and row.key.isdigit() and len(row.key) < 19}
        related = [name for name, item in FIELDS[noun.name].items() if item.column.is_relation]
        related += ["stage"] if noun.model is Project else []
        seen = permissions.visible_to(self.user, noun.model._default_manager.prefetch_related(*related))
        return {str(key): record for key, record in seen.in_bulk([int(key) for key in keys]).items()}

    def _states(self, noun, pairs):
        """(primary key, version) -> the state in which a record was taken away, where it has changed since."""
        stale = [(row, before) for row, before in pairs if row.version and before and before.version != row.version]
        if not stale:
            return {}
        events = history.events_of(noun.model).objects.exclude(pgh_label="delete")
        events = events.filter(
            pgh_obj_id__in={before.pk for _row, before in stale}, version__in={row.version for row, _b in stale}
        )
        return {(event.pgh_obj_id, event.version): event for event in events.order_by("pgh_id")}

    # ---- One noun ----

    def _noun(self, noun, rows):
        if noun.name not in self.readers:
            self.readers[noun.name] = Reader(noun, self.known)
        self.reader, taken = self.readers[noun.name], self.taken[noun.name]
        existing, pairs = self._existing(noun, rows), []
        for row in rows:
            before = self._before(noun, row, existing)
            if row.key and before is None:
                text = _("This record is not in the register, or you may not see it. Take the workbook anew.")
                self.problem(row, None, text)
                continue
            if before is not None and before.pk in taken:
                self._twice(row, taken[before.pk])
                continue
            if before is not None:
                taken[before.pk] = row.number
                self.records[row] = before
            pairs.append((row if row.key or before is None else stated(row), before))
        states, self.blank = self._states(noun, pairs), noun.model()
        new = {row: self._new_record(noun, row) for row, before in pairs if before is None}
        changes = []
        for row, before in pairs:
            progress.heed()
            if before is None and self._is_known(row, new[row]):
                changes.append(Change(row, new[row]))
                continue
            state = states.get((before.pk, row.version)) if before else None
            changes.append(self._read(noun, row, before, new.get(row), state))
        changes = self._matched(noun, changes)
        self._circles(noun, changes)
        self.around = Gathered(noun.model, changes)
        for change in changes:
            self._check(noun, change)

    def _before(self, noun, row, existing):
        if row.key:
            return existing.get(row.key)
        cell = row.values.get("reference")
        if noun.model is Project and cell and not is_empty(cell.value):
            return self.known.by_key(Project, key_of(typed(cell.value)))
        return None

    def _is_known(self, row, record):
        """Whether a new project will be one of the register: then its cells are read beside those of that one alone."""
        cell = row.values.get("reference")
        is_named = cell is None or is_empty(cell.value)
        return isinstance(record, Project) and is_named and bool(self._certain(record))

    def _twice(self, row, first):
        cell = row.values.get("reference")
        text = _("Row %(row)s is about the same record. Leave one of them; write a new record into an empty row.")
        self.problem(row, cell, text % {"row": first})

    def _new_record(self, noun, row):
        """An empty record, known by its name and reference to the rows that belong to it."""
        record = _like(self.blank)
        self._is_about(row, record)
        if noun.model in self.known.new:
            for name in (name for name in NAMES if name in row.values):
                setattr(record, name, typed(row.values[name].value).strip())
            cell = row.values.get("reference")
            self.known.add_new(record, typed(cell.value).strip() if cell else "")
        return record

    def _is_about(self, row, record):
        self.records[row] = record
        self.rows_of[id(record)].append(row)

    def _is_same(self, record, other):
        """A new record turns out to be another one: what names it means that one."""
        self.known.replace(record, other)
        for row in self.rows_of.pop(id(record), ()):
            self._is_about(row, other)

    def _read(self, noun, row, before, record=None, state=None):
        """Read the cells that differ from what stands. Returns: the Change; its record is `before` where none does."""
        if before is not None:
            record = self.records[row] = before
        change = Change(row, record, before)
        fields = self.reader.fields
        for name, cell in row.values.items():
            item = fields[name]
            if before is None and is_empty(cell.value):
                continue
            if before is not None and self.reader.is_same(item, before, cell.value):
                continue
            try:
                value = self._value(item, cell)
                mark = self.reader.currency() if noun.name == "amounts" and name == "value" else None
            except ValidationError as invalid:
                change.errors[name] = (cell, " ".join(invalid.messages))
                continue
            self._set(change, item, cell, value, state)
            if mark is not None:
                self._marked(change, mark, cell, state)
        if before is None and "as_of" in noun.names and record.as_of is None and "as_of" not in change.errors:
            is_unknown = record.date_precision == DatePrecision.UNKNOWN
            record.as_of = None if is_unknown else self.as_of
        return change

    def _value(self, item, cell):
        if isinstance(cell.value, Row):
            if (record := self.records.get(cell.value)) is None:
                raise ValidationError(_("The row that this one belongs to cannot be read."))
            return record
        return self.reader.read(item, cell.value)

    def _set(self, change, item, cell, value, state):
        before = change.before
        if before is None:
            item.put(change.record, value)
            change.cells.append(CellChange(item, cell, None, value))
            return
        old = getattr(before, item.column.attname)
        if key(value) == key(old):
            return
        found = CellChange(item, cell, getattr(before, item.name), value)
        if change.row.version and change.row.version != before.version:
            was = getattr(state, item.column.attname) if state is not None else None
            if state is not None and key(value) == key(was):
                return  # not touched outside; what the register has by now stays
            if state is None or key(was) != key(old):
                found.was, found.key = was, f"{change.row.noun}-{before.pk}-{item.name}"
                found.choice = self.choices.get(found.key) or self.choices.get(ALL, "")
                change.conflicts.append(found)
                if not found.choice and not self.asks:
                    self.problem(change.row, cell, _(UNANSWERED))
                if found.choice != YOURS:
                    return
        if change.record is before:
            change.record = copy.copy(before)
        item.put(change.record, value)
        change.cells.append(found)

    def _marked(self, change, currency, cell, state):
        """The currency that stands beside an amount fills in its field, or must agree with it."""
        other = change.row.values.get("currency")
        if other is None or is_empty(other.value):
            self._set(change, FIELDS["amounts"]["currency"], cell, currency, state)
            return
        spelled = key_of(typed(other.value)).upper()
        if spelled != currency.pk and self.reader.read(FIELDS["amounts"]["currency"], other.value) != currency:
            text = _("The amount is written in %(written)s, the currency chosen is %(chosen)s.")
            change.errors["currency"] = (other, text % {"written": currency, "chosen": spelled})

    # ---- What may be there already ----

    def _matched(self, noun, changes):
        """The same changes, where new rows that are records of the register change those instead."""
        if noun.model in (Organisation, Project):
            once = list(self._once(noun, changes))
            new = [change.record for change in once if change.is_new and noun.model is Organisation]
            texts = {name for record in new if not self._certain(record) for name in names_of(record)}
            self.alike = most_alike_of_each(texts, self.known.own_from.get(Organisation)) if texts else {}
            return [self._proposed(noun, change) for change in once]
        if not noun.belongs_to:
            return changes
        new = [change for change in changes if change.is_new and not change.errors]
        projects = {change.record.project_id: change.record.project for change in new if change.record.project_id}
        standing = defaultdict(list)
        related = [name for name, item in FIELDS[noun.name].items() if item.column.is_relation]
        related = [name for name in related if name not in ("project", "statement")]  # one is here, the other not asked
        rows = permissions.visible_to(self.user, noun.model._default_manager.filter(project__in=projects.keys()))
        rows = self.known.before_this(rows)
        for record in rows.prefetch_related(*related) if projects else ():
            record.project = projects[record.project_id]
            standing[record.project_id].append(record)
        return [self._on_record(noun, change, standing) for change in changes]

    def _on_record(self, noun, change, standing):
        if not change.is_new or change.errors:
            return change
        names = NATURAL.get(noun.name) or [*change.names, *(["as_of"] if "as_of" in noun.names else [])]
        names = [FIELDS[noun.name][name].column.attname for name in names if name not in SAME_SOURCE]
        for record in standing.get(change.record.project_id, ()):
            if are_alike(record, change.record, names):
                own = [cell.field.column.attname for cell in change.cells]
                if are_alike(record, change.record, own):
                    self.records[change.row] = record
                    return Change(change.row, record, record)
                return self._read(noun, stated(change.row), record)
        return change

    def _once(self, noun, changes):
        """Rows of one new organisation are one record; two new projects never have one reference."""
        first, met = self.first[noun.name], self.met[noun.name]
        for change in changes:
            if change.is_new:
                own = self._marks_of(change.record)
                here = next((first[mark] for mark in own if mark in first), None)
                before = next((met[mark] for mark in own if mark in met), None)
                if here or before:
                    place, record = ((here.sheet, here.number), self.records[here]) if here else before
                    if noun.model is Project:
                        self._twice(change.row, place[1])
                        continue
                    self._is_same(change.record, record)
                    second, name, more = self.again.get(place, (change.row.number, record, -1))
                    self.again[place] = second, name, more + 1
                    continue
                first |= dict.fromkeys(own, change.row)
            yield change

    @staticmethod
    def _marks_of(record):
        if isinstance(record, Project):
            return [record.reference.upper()] if record.reference else []
        return [mark for mark in (record.bin, record.uscc) if mark] or [record.name] * bool(record.name)

    def _proposed(self, noun, change):
        """The change of the record that a new row is, as far as somebody has said so or it is certain."""
        if not change.is_new or change.errors:
            return change
        row, record = change.row, change.record
        candidates, is_certain = self._candidates(change.record)
        if not candidates:
            return change
        name = f"same-{change.row.noun}-{change.row.sheet}-{change.row.number}"
        proposal = Proposal(name, change, candidates, self.choices.get(name, ""))
        keys = {str(record.pk): record for record, _why in candidates}
        if proposal.choice not in (*keys, NEW):
            certain = str(candidates[0][0].pk) if is_certain and len(candidates) == 1 else ""
            proposal.choice = certain or ("" if self.asks else NEW)
        self.found.proposals.append(proposal)
        if proposal.choice not in keys:
            return self._read(noun, row, None, record) if self._is_known(row, record) else change
        same = keys[proposal.choice]
        self._is_same(change.record, same)
        return self._read(noun, stated(change.row), same)

    def _candidates(self, record):
        """Records of the register that a new one may be, each with a sentence why, and whether that is certain."""
        if found := self._certain(record):  # a project that the file calls otherwise is asked about, whatever its name
            return found, not getattr(record, "reference", "")
        if alike := next((self.alike[name] for name in names_of(record) if name in self.alike), None):
            return [(alike, _("Its name is much like this one."))], False
        return [], False

    def _certain(self, record):
        """The records that have the same registration number, or else the same name."""
        model = type(record)
        for number in filter(None, (record.bin, record.uscc) if model is Organisation else ()):
            if found := self.known.by_key(model, number):
                return [(found, _("It has the same registration number."))]
        found = dict.fromkeys(row for name in names_of(record) for row in self.known.named(model, name))
        if model is Organisation:  # of one name, and yet two bodies with a number each
            found = [row for row in found if not differ(row, record)]
        return [(row, _("It has the same name.")) for row in found]

    # ---- Rules ----

    def _circles(self, noun, changes):
        """Rule 26 for the rows of one file together: followed upwards, an owner does not come back."""
        if noun.model is not Organisation:
            return
        above = {node(change.record): change.record.parent for change in changes if "parent" in change.names}
        for change in changes:
            owner, seen = above.get(node(change.record)), set()
            while owner is not None and node(owner) not in seen:
                seen.add(node(owner))
                owner = above[node(owner)] if node(owner) in above else owner.parent  # noqa: SIM401 -- asks the database
            if node(change.record) in seen:
                change.errors["parent"] = (change.row.values["parent"], _("This would make a circle."))

    def _check(self, noun, change):
        if not change.is_new and not change.cells and not change.errors:
            if not change.conflicts:
                self.found.unchanged += 1
                return
            self.found.changes.append(change)
            return
        self._needed(noun, change)
        if text := self._refusal(noun, change):
            self.problem(change.row, None, text)
        self.around.settle(change.record)
        known = {"around": self.around, "reason": self.reason}
        draft = Draft(self.reader.form, change.record, is_new=change.is_new, changed=change.names, **known)
        draft.errors, refused = change.errors, len(self.found.problems)
        faulty = set()
        for found in draft.findings():
            cell = change.row.values.get(found.field)
            if found.is_error:
                faulty.add(found.field)
                self.problem(change.row, cell, found.text)
            elif (cell, found.text) not in change.warnings:
                change.warnings.append((cell, found.text))
        for cell, text in change.errors.values():
            self.problem(change.row, cell, text)
        faulty |= change.errors.keys() | ({"reference"} if getattr(change.record, "reference", None) == "" else set())
        for names, text in broken(change.record):
            if not faulty & set(names):  # as in forms: said once, in the better words
                cells = (change.row.values[name] for name in names if name in change.names)
                self.problem(change.row, next(cells, None), text)
        if len(self.found.problems) == refused and (text := self._said_twice(noun, change)):
            self.problem(change.row, None, text)
        if len(self.found.problems) == refused:
            self.around.add(change.record)
        self.found.changes.append(change)

    def _said_twice(self, noun, change):
        """A sentence where a row above adds the same record, else nothing."""
        if not change.is_new or noun.name not in NATURAL:
            return ""
        values = (getattr(change.record, name) for name in NATURAL[noun.name])
        mark = (noun.name, *(node(value) if hasattr(value, "_meta") else value for value in values))
        if mark not in self.natural:
            self.natural.add(mark)
            return ""
        rules = (each for each in noun.model._meta.constraints if isinstance(each, UniqueConstraint))
        rule = next(each for each in rules if set(NATURAL[noun.name]) <= set(each.fields))
        return rule.get_violation_error_message()

    def _needed(self, noun, change):
        """What a new record lacks."""
        if not change.is_new:
            if "project" in change.names:
                text = _("A record stays with its project. Write a new one into an empty row instead.")
                change.errors["project"] = (change.row.values["project"], text)
            return
        given = {*change.names, *change.errors}
        for name, item in noun.required.items():
            if name not in given:
                text = _("“%(heading)s” is needed for a new record.") % {"heading": item.label}
                change.errors[name] = (change.row.values.get(name), text)

    def _refusal(self, noun, change):
        """A sentence where the user may not do this, else nothing."""
        if noun.belongs_to in change.errors:
            return ""
        user, record, before = self.user, change.record, change.before
        for state in filter(None, (before, record)):
            if not permissions.may_change(user, state):
                return permissions.refusal(user, state)
        if isinstance(record, Project) and not permissions.may_move(user, before, record):
            return _("The place or the sector must be among those that you answer for.")
        return ""


def _like(blank):
    """A new record like one that holds no rows of other tables, for a fraction of what making or copying one costs."""
    record = type(blank).__new__(type(blank))
    record.__dict__.update(blank.__dict__, _state=ModelState())
    return record
