"""Facts of the register as cells of a paper: each figure with the number of the footnote that says where it is from."""

import datetime
from collections import Counter
from dataclasses import replace
from functools import cached_property

from django.conf import settings
from django.db.models import Count, Q
from django.utils import formats, timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from projects import agenda, figures, history, permissions, rollups, wording
from projects.briefs.content import Cell, Paper, Section, Tile
from projects.models import Amount, Place, Problem
from projects.models.choices import AmountKind, Inclusion, ObligationState, Side

SHOWN = 6  # rows of a section of a one-page paper
PAGES = 10  # of the history that are read
LENGTH = 150  # characters of a footnote's or a row's words
RECENT = 30  # days that "since" goes back to where there was no engagement
SUBJECTS = ("project", "programme", "organisation")  # of an obligation
TONES = {
    ObligationState.OVERDUE: "late",
    ObligationState.MET: "done",
    ObligationState.NO_TARGET: "unknown",
}


def unknown():
    return Cell(wording.not_stated(), tone="unknown")


def stated(value):
    """A cell of a text that may be missing."""
    return Cell(str(value)) if value else unknown()


def shortened(text):
    return Truncator(str(text)).chars(LENGTH)


class Writer:
    """Writes one paper for a reader: collects its sections, numbers its sources.

    Args:
        day: the day of all states and figures. known_at: moment by which they were recorded. since: of changes.
    """

    def __init__(self, user, day, known_at, since=None):
        self.user, self.day, self.known_at, self.since = user, day, known_at, since
        self.sections, self.notes = [], {}

    def seen(self, rows):
        return permissions.visible_to(self.user, rows)

    def paper(self, kind, title, lead, **drawn):
        taken = _("As of %(day)s; as recorded by %(moment)s") % {
            "day": wording.day(self.day),
            "moment": formats.date_format(timezone.localtime(self.known_at), "SHORT_DATETIME_FORMAT"),
        }
        return Paper(
            kind=kind,
            title=title,
            lead=lead,
            sections=self.sections,
            footnotes=[text for _number, text in self.notes.values()],
            day=self.day,
            since=self.since,
            language=get_language(),
            known_at=self.known_at,
            taken=taken,
            **drawn,
        )

    def section(self, key, title, rows, *, head=(), place="full", limit=SHOWN, empty=""):
        """Add a section; of many rows the first `limit`, and a sentence about the rest. Without rows, `empty`."""
        rows = list(rows)
        left = len(rows) - limit
        more = ngettext("and %(count)d more in the register", "and %(count)d more in the register", left)
        if not rows:
            rows, head, left = ([[Cell(empty, tone="unknown")]] if empty else []), (), 0
        if rows:
            more = more % {"count": left} if left > 0 else ""
            self.sections.append(Section(key, title, rows[:limit], tuple(head), place, more))

    def note(self, statement):
        """The number of the footnote of a statement, as a tuple for a cell. Needs `statement.source` loaded."""
        if statement.pk not in self.notes:
            source = statement.source
            dated = wording.day(source.published_on, source.date_precision)
            words = {"words": shortened(statement.text), "source": source, "date": dated, "code": statement.code}
            text = _("%(code)s: %(words)s — %(source)s, %(date)s") % words
            if statement.pk in self.withheld:
                text = _("%(code)s: confidential") % words
            self.notes[statement.pk] = (len(self.notes) + 1, text)
        return (self.notes[statement.pk][0],)

    @cached_property
    def withheld(self):
        """The keys of the statements that the reader may not read: few of very many."""
        return permissions.withheld_statements(self.user)

    # ---- Figures ----

    def amount(self, row):
        """Two cells of an Amount: its kind, and the sum with its day and what is unclear about it."""
        words = [wording.money(row.value, row.currency_id, row.bound)]
        if row.as_of:
            words.append(wording.day(row.as_of, row.date_precision))
        if row.payer:
            words.append(str(row.payer))
        if row.inclusion == Inclusion.UNKNOWN:
            words.append(_("not known whether it is part of another sum"))
        elif row.inclusion == Inclusion.YES:
            words.append(_("part of another sum"))
        text = " · ".join(words)
        figure = Cell(text, self.note(row.statement), value=f"{row.value:.2f}", unit=row.currency_id)
        return [Cell(capfirst(row.get_kind_display())), figure]

    def observation(self, row):
        text = wording.quantity(row.value, figures.unit_label(row.unit), row.bound)
        words = f"{text} · {row.get_status_display()}"
        figure = Cell(words, self.note(row.statement), value=figures.plain(row.value), unit=row.unit_id)
        return [Cell(capfirst(str(row.metric))), figure]

    def perhaps(self, cells):
        """The same row about what only perhaps belongs here."""
        label, figure = cells
        return [Cell(_("Perhaps: %(what)s") % {"what": label.text}, tone="unknown"), figure]

    @staticmethod
    def sum(total):
        """The cell of a computed sum, in short."""
        if total.value is None:
            return Cell(_("no data"), tone="unknown")
        text = wording.money(total.value, total.currency, total.bound)
        return Cell(text, value=f"{total.value:.2f}", unit=total.currency)

    def total(self, total):
        """The cell of a computed sum, with what a reader must know of it."""
        cell = self.sum(total)
        return replace(cell, text=f"{cell.text} ({figures.total_note(total)})") if cell.value else cell

    def amounts(self):
        """The standing amounts that the reader may see, with what their cells need."""
        return self.seen(Amount.objects.standing().select_related("statement__source", "payer")).order_by("pk")

    def totals(self, portfolio, with_apart=True):
        """Rows of the three kinds of money of a set of projects; below them what is not allocated, and what is apart.

        Where there is no project, there are no sums to tell.

        with_apart: also the amounts of which nobody knows whether they are part of another; not where they are listed.
        """
        total = portfolio.total
        rows = [[Cell(_("Projects named")), Cell(wording.number(portfolio.count), value=str(portfolio.count))]]
        if portfolio.count or portfolio.unallocated:
            rows += [
                [Cell(capfirst(AmountKind(kind).label)), self.total(total.amounts[kind])] for kind in rollups.KINDS
            ]
        for line in portfolio.unallocated:
            label = _("not allocated: %(programme)s") % {"programme": line.label}
            rows += [[Cell(label), self.total(part)] for part in line.amounts.values() if part.value is not None]
        return rows + ([self.amount(amount) for amount in portfolio.uncertain] if with_apart else [])

    def portfolio(self, projects):
        return rollups.Portfolio(projects, amounts=self.seen(Amount.objects.all()), statements=False)

    def projects(self, projects, **options):
        """A section: each of these projects with its stage and what is announced."""
        listed = rollups.with_listed_amounts(projects, amounts=self.seen(Amount.objects.all()))
        rows = []
        for project in listed.select_related("stage").order_by("reference")[:200]:
            stage = project.stage or project.get_stage_group_display()
            amounts = [amount for amount in project.listed_amounts if amount.kind == AmountKind.ANNOUNCED]
            notes = tuple(number for amount in amounts for number in self.note(amount.statement))
            summed = rollups.sum_of(amounts, AmountKind.ANNOUNCED, "KZT")
            money = unknown()
            if summed.value is not None:
                text = wording.money(summed.value, "KZT", summed.bound)
                money = Cell(text, notes, value=f"{summed.value:.2f}", unit="KZT")
            state = [str(stage)] + ([project.get_status_display()] if project.status else [])
            rows.append([Cell(project.reference), Cell(str(project)), Cell(" · ".join(state)), money])
        head = (_("Reference"), _("Project"), _("Stage"), _("Announced"))
        self.section("projects", _("Projects"), rows, head=head, **options)

    # ---- Promises ----

    def promises(self, owed, problems=None, items=None, limit=SHOWN):
        """Two sections, one for each side: what it owes, what waits for it.

        Args:
            owed: queryset of Obligation; problems: open Problems; items: open ActionItems.
        """
        rows = owed.with_state(self.day).select_related("statement__source", "kind", "unit", *SUBJECTS)
        sides = {Side.INVESTOR: [], Side.REGION: []}
        for row in rows.order_by("kind__position", "pk"):
            sides[row.side].append(self._obligation(row))
        for row in problems or ():
            sides[row.side].append(self._problem(row))
        for row in items or ():
            sides[Side.REGION].append(self._item(row))
        titles = {Side.INVESTOR: _("What the investor owes"), Side.REGION: _("What the region owes")}
        places = {Side.INVESTOR: "left", Side.REGION: "right"}
        for side, found in sides.items():
            key = f"promises-{side.value}"
            self.section(key, titles[side], found, place=places[side], limit=limit, empty=_("Nothing is recorded."))

    def _obligation(self, row):
        label = f"{row.kind} ({row.get_strength_display()})"
        words = [str(row.state.label)]
        if row.target is not None:
            unit = figures.unit_label(row.unit)
            reached = {"reached": wording.number(row.reached), "target": wording.quantity(row.target, unit)}
            words.append(_("%(reached)s of %(target)s") % reached)
        if row.deadline:
            words.append(_("due on %(day)s") % {"day": wording.day(row.deadline)})
        value = "" if row.target is None else figures.plain(row.target)
        text, tone = " · ".join(words), TONES.get(row.state, "")
        return [Cell(label), Cell(text, self.note(row.statement), tone, value, row.unit_id or "")]

    def _problem(self, row):
        words = [shortened(row.title)] + ([str(row.owner)] if row.owner else [])
        if row.due_on:
            words.append(_("due on %(day)s") % {"day": wording.day(row.due_on)})
        is_late = row.due_on is not None and row.due_on < self.day
        return [Cell(_("Problem")), Cell(" · ".join(words), tone="late" if is_late else "")]

    def _item(self, row):
        owner = history.person_name(row.owner) if row.owner else row.organisation
        words = [shortened(row.task), str(owner or _("no owner"))]
        if row.due_on:
            words.append(_("due on %(day)s") % {"day": wording.day(row.due_on)})
        is_late = row.due_on is not None and row.due_on < self.day
        return [Cell(_("Decision")), Cell(" · ".join(words), tone="late" if is_late else "")]

    def problems(self, projects):
        """The open problems of projects on the day."""
        is_open = Q(closed_on=None) | Q(closed_on__gt=self.day)
        found = self.seen(Problem.objects.filter(is_open, project__in=projects.order_by().values("pk")))
        return found.select_related("owner").order_by("due_on", "pk")

    def open_items(self, items):
        is_open = Q(done_on=None) | Q(done_on__gt=self.day)
        return self.seen(items.filter(is_open)).select_related("owner", "organisation").order_by("due_on", "pk")

    # ---- Time ----

    def happenings(self, projects):
        """Two sections of what is dated about projects: since `since`, and ahead; what is late comes first."""
        past = [event for event in agenda.events(projects, self.since, self.day) if event.is_actual]
        tomorrow, in_a_year = self.day + datetime.timedelta(days=1), self.day + datetime.timedelta(days=365)
        ahead = [event for event in agenda.events(projects, tomorrow, in_a_year) if not event.is_actual]
        late = agenda.late(projects, self.day - datetime.timedelta(days=1))
        title = _("What happened since %(day)s") % {"day": wording.day(self.since)}
        rows = [[Cell(wording.day(event.day)), Cell(event.title)] for event in reversed(past)]
        self.section("happened", title, rows, empty=_("Nothing is recorded."))
        rows = [[Cell(_("late: %(day)s") % {"day": wording.day(e.day)}, tone="late"), Cell(e.title)] for e in late]
        rows += [[Cell(wording.day(event.day)), Cell(event.title)] for event in ahead]
        self.section("ahead", _("Late, and next"), rows, empty=_("No dates are recorded."))

    def changes(self, record, children, keys=()):
        """A section: what was changed in the register since `since`, from its history.

        Args:
            children: (model, name of the foreign key to the record) of the rows that belong to it.
            keys: of the rows of its kind that are told together with it.
        """
        start = timezone.make_aware(datetime.datetime.combine(self.since, datetime.time.min))
        end = timezone.make_aware(datetime.datetime.combine(self.day, datetime.time.max))
        span = (start, min(end, self.known_at))
        entries, page, has_older = [], 0, True
        while has_older and page < PAGES:
            page += 1
            found, has_older = history.timeline(self.user, record, children=children, keys=keys, span=span, page=page)
            entries += found
        added = Counter(entry.noun for entry in entries if entry.is_new)
        rows = []
        for entry in entries:
            if entry.is_new or not entry.changes:
                continue
            told = "; ".join(
                _("%(field)s: %(before)s → %(after)s")
                % {"field": c.label, "before": shortened(c.before) or "—", "after": shortened(c.after) or "—"}
                for c in entry.changes[:3]
            )
            rows.append([Cell(wording.day(timezone.localdate(entry.at))), Cell(f"{entry.noun}. {told}")])
        if added:
            nouns = ", ".join(f"{noun} ({count})" for noun, count in sorted(added.items()))
            rows.append([Cell(_("Added to the register")), Cell(nouns)])
        title = _("Changed in the register since %(day)s") % {"day": wording.day(self.since)}
        self.section("changes", title, rows, empty=_("Nothing was changed."))

    # ---- Map ----

    def map(self, projects):
        """The tile map of the region's districts with the numbers of these projects, as options of `paper`."""
        by_district = projects.order_by().annotate(key=rollups.DIMENSIONS["district"]("")).values("key")
        counts = {row["key"]: row["number"] for row in by_district.annotate(number=Count("pk", distinct=True))}
        tiled = Place.objects.filter(parent=settings.HOME_REGION, tile_row__isnull=False, tile_column__isnull=False)
        tiles = [
            Tile(str(place), place.tile_row, place.tile_column, counts.pop(place.pk, 0))
            for place in tiled.order_by("tile_row", "tile_column")
        ]
        elsewhere = sum(counts.values())
        note = ngettext(
            "%(count)d project whose district is not stated",
            "%(count)d projects whose district is not stated",
            elsewhere,
        )
        note = note % {"count": elsewhere} if elsewhere else ""
        return {"map_title": _("Districts of the region"), "tiles": tiles, "map_note": note}
