"""A set of projects with its money: totals, lines by dimension, what is not allocated, what is told apart."""

from bisect import bisect_right
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Sum,
    Value,
)
from django.utils import timezone
from django.utils.functional import cached_property

from projects.memory import added_up, remembered, whole
from projects.models import (
    Amount,
    ExchangeRate,
    Observation,
    Programme,
    Project,
    ProjectMoney,
)
from projects.models.choices import Bound, Inclusion
from projects.models.codelists import RATE_DAYS
from projects.rollups.dimensions import key_text, labels, with_keys
from projects.rollups.money import (
    KEPT_FIGURES,
    RateUsed,
    different,
    kept_columns,
    kept_sums,
    kept_sums_by_each,
    no_money,
    sums_of,
)
from projects.rollups.quantities import Quantity, latest_of


@dataclass
class Rollup:
    """One line of totals: a group of projects with its three totals."""

    key: str | None
    label: str
    projects: int = 0
    amounts: dict = field(default_factory=dict)
    url_value: str | None = None

    def add(self, other):
        """Count the projects of another line, none of which are in this one, with their money."""
        self.projects += other.projects
        for kind, total in other.amounts.items():
            self.amounts[kind].add(vars(total))
            self.amounts[kind].missing += total.missing


class Portfolio:
    """A set of projects with its money in one currency: totals, by dimension, what is not allocated, what is apart.

    Args:
        projects: a filtered queryset of Project. currency: KZT, USD or CNY.
        rate: "statement" (of each statement's day) or "today". amounts: those the reader may see (default all).
        statements: whether to count the statements behind each sum, which is one more reading.
        state: what tells these projects and amounts from all others (`ProjectFilterSet.state`), so that what is
            computed of them is remembered, in parts where these can be added up; None: it is not.
    """

    def __init__(self, projects, *, currency="KZT", rate="statement", amounts=None, statements=True, state=None):
        self.projects, self.currency, self.rate, self.statements = projects, currency, rate, statements
        self.amounts = Amount.objects.all() if amounts is None else amounts
        self.keys = projects.order_by().values("pk")
        self.kept = kept_columns(currency, rate, self.amounts)
        self.state = state and ("portfolio", state, currency, rate, statements)
        self.is_in_parts = bool(state) and state.is_in_parts and self.kept is not None

    def _remembered(self, name, compute):
        return remembered((*self.state, name), compute) if self.state else compute()

    @cached_property
    def count(self):
        return self._everything.projects

    @cached_property
    def covered(self):
        """Programmes all of whose named projects are in the set (one at least): their headlines count with it."""
        inside = self.projects.filter(is_placeholder=False, programme=OuterRef("pk"))
        outside = Project.objects.filter(~self._is_mine("pk"), is_placeholder=False, programme=OuterRef("pk"))
        programmes = Programme.objects.filter(
            pk__in=Amount.objects.filter(programme__isnull=False).order_by().values("programme")
        )
        return {programme.pk: programme for programme in programmes.filter(Exists(inside), ~Exists(outside))}

    def _is_mine(self, path):
        """The condition that a project is among these; answered row by row where few rows ask."""
        return Exists(self.projects.order_by().filter(pk=OuterRef(path)))

    @cached_property
    def unallocated(self):
        """What covered programmes announced beyond what their projects carry: a list of Rollup, one each."""
        return self._remembered("unallocated", self._unallocated)

    def _unallocated(self):
        if not self.covered:
            return []
        carried = self._carried()
        found = {}
        wholes = self.amounts.headlines().filter(programme__in=self.covered)
        for row in self._summed(wholes, "programme", "pk", different=("statement",) if self.statements else ()):
            programme = self.covered[row["programme"]]
            line = Rollup("unallocated", str(programme), 0, no_money(self.currency), programme.code)
            line = found.setdefault(programme.pk, line)
            if row["value"] is not None:
                row["value"] = max(Decimal(0), row["value"] - carried[row["pk"], row["kind"]])
            line.amounts[row["kind"]].add(row)
        return list(found.values())

    def _carried(self):
        """What these projects carry of headlines, directly or as parts of their parts: (key, kind) -> sum."""
        carried = defaultdict(Decimal)
        parts = self.amounts.on_projects().filter(included_in__programme__isnull=False, project__in=self.keys)
        rows = list(self._summed(parts, "included_in"))
        if rows:
            above = _above()
            for row in rows:
                carried[_topmost(row["included_in"], above), row["kind"]] += row["value"] or 0
        return carried

    @cached_property
    def uncertain(self):
        """Amounts of unknown inclusion, of these projects or of covered programmes: shown apart, never added."""
        return self._remembered("uncertain", self._uncertain)

    def _uncertain(self):
        mine = Q(self._is_mine("project")) | Q(programme__in=self.covered)
        related = ("statement__source", "payer", "phase", "programme", "project")
        return list(self.amounts.uncertain().filter(mine).select_related(*related))

    def rates_used(self):
        """The official rates behind the sums of the projects: a list of RateUsed, by currency and day."""
        origins = dict(ExchangeRate.ORIGINS)
        if self.rate == "today":
            newest = ExchangeRate.objects.filter(day__lte=timezone.localdate())
            newest = newest.order_by("currency_id", "-day", "-origin").distinct("currency_id")
            return [RateUsed(r.currency_id, None, r.rate, r.day, str(origins[r.origin])) for r in newest]
        rows = self.amounts.on_projects().filter(project__in=self.keys, as_of__isnull=False).order_by()
        asked = set(rows.exclude(currency="KZT").values_list("currency", "as_of").distinct())
        if self.currency != "KZT":
            asked |= {(self.currency, day) for (day,) in rows.values_list("as_of").distinct()}
        published = defaultdict(list)
        wanted = ExchangeRate.objects.filter(currency__in={code for code, _day in asked})
        for rate in wanted.order_by("day", "origin"):
            published[rate.currency_id].append(rate)
        found = []
        for code, day in sorted(asked):
            # As tracker_rate_row: of the day, or of at most ten days before; the National Bank's before a manual one.
            place = bisect_right(published[code], day, key=lambda rate: rate.day)
            rate = published[code][place - 1] if place else None
            if rate and (day - rate.day).days <= RATE_DAYS:
                found.append(RateUsed(code, day, rate.rate, rate.day, str(origins[rate.origin])))
        return found

    @cached_property
    def total(self):
        """One Rollup of everything: the listed rows and what is not allocated to them."""
        everything = deepcopy(self._everything)
        for rest in self.unallocated:
            for kind, total in rest.amounts.items():
                everything.amounts[kind].add(vars(total))
        return everything

    @cached_property
    def _everything(self):
        """One Rollup of the listed rows alone."""
        return self._remembered("everything", self._of_rows)

    def _of_rows(self):
        if self.kept is not None:
            return self._grouped().get((), Rollup(None, "", 0, no_money(self.currency)))
        everything = Rollup(None, "", self.projects.order_by().count(), no_money(self.currency))
        self._fill({(): everything}, ())
        return everything

    def by(self, dimension):
        """One Rollup for each value of a key of DIMENSIONS, the largest announced first, then what is not allocated.

        A project with several investors counts in the line of each.
        """
        return self._remembered(dimension, lambda: self._lines(dimension)) + self.unallocated

    def _lines(self, dimension):
        return self._labelled(dimension, {key: line for (key,), line in self._grouped(dimension).items()})

    def by_each(self, dimensions):
        """What `by` gives for each of several dimensions, none of parties, from one reading of the rows.

        Returns: dimension -> list of Rollup. A statement counts once for each combination of their values.
        """
        lines = self._remembered(tuple(dimensions), lambda: self._by_each(dimensions))
        return {dimension: lines[dimension] + self.unallocated for dimension in dimensions}

    def _by_each(self, dimensions):
        if self.kept is not None:
            lines = self._each_of_kept(dimensions)
            return {dimension: self._labelled(dimension, lines[dimension]) for dimension in dimensions}
        found = {dimension: {} for dimension in dimensions}
        for keys, cell in self._grouped(*dimensions).items():
            for dimension, key in zip(dimensions, keys, strict=True):
                found[dimension].setdefault(key, Rollup(key, "", 0, no_money(self.currency))).add(cell)
        return {dimension: self._labelled(dimension, lines) for dimension, lines in found.items()}

    def across(self, first, second):
        """One Rollup for each pair of values that a project has: (key of the first, key of the second) -> Rollup.

        Keys are text, or None. What is not allocated belongs to no pair; a project with several investors counts in
        the pair of each.
        """
        return {tuple(map(key_text, keys)): line for keys, line in self._grouped(first, second).items()}

    def quantities(self, metric, status, *dimensions):
        """Sums of an additive metric, in its usual unit, by dimensions: keys (text or None) -> Quantity.

        Of each project and phase the latest observation counts.
        """
        rows = latest_of(Observation.objects.filter(project__in=self.keys, metric=metric, status=status))
        rows, groups = with_keys(rows, dimensions, "project__")
        rows = rows.annotate(**groups, everything=Value(1)).order_by().values("everything", *groups)
        summed = rows.annotate(
            value_sum=Sum(F("value") * F("unit__factor") / F("metric__unit__factor")),
            count=Count("pk"),
            lower_bounds=Count("pk", Q(bound__in=[Bound.GT, Bound.GE])),
            with_figure=Count("project", distinct=True),
        )
        return {
            tuple(key_text(row[name]) for name in groups): Quantity(
                row["value_sum"], row["count"], row["lower_bounds"], row["with_figure"]
            )
            for row in summed
            if row["count"]  # without dimensions there is a row for no observations at all
        }

    def _grouped(self, *dimensions):
        """Keys of each dimension -> Rollup, without labels."""
        if self.kept is not None:
            return self._grouped_of_kept(dimensions)
        keyed, groups = with_keys(Project.objects.filter(pk__in=self.keys), dimensions, "")
        counted = keyed.annotate(**groups).order_by().values(*groups).annotate(n=Count("pk", distinct=True))
        lines = {
            tuple(row[name] for name in groups): Rollup(None, "", row["n"], no_money(self.currency)) for row in counted
        }
        self._fill(lines, dimensions)
        return lines

    def _labelled(self, dimension, lines):
        words = labels(dimension, [key for key in lines if key is not None])
        for key, line in lines.items():
            line.label = words.get(key, "")
            line.key = key_text(key)
        ordered = sorted(
            lines.values(), key=lambda line: (-(line.amounts["announced"].value or 0), -line.projects, line.key or "~")
        )
        return ordered

    def _fill(self, lines, dimensions):
        amounts, groups = with_keys(self.amounts.on_projects().filter(project__in=self.keys), dimensions, "project__")
        for line in lines.values():
            for total in line.amounts.values():
                total.missing = line.projects
        different = ("project", "statement") if self.statements else ("project",)
        for row in self._summed(amounts.annotate(**groups), *groups, different=different):
            line = lines[tuple(row[name] for name in groups)]
            total = line.amounts[row["kind"]]
            total.add(row)
            total.missing = line.projects - row["projects"]

    def _grouped_of_kept(self, dimensions):
        """What `_grouped` gives, from the sums that the database keeps of each project."""
        return self._lines_of(self._in_parts(dimensions, lambda part: self._figures(dimensions, part)))

    def _in_parts(self, name, figures):
        """What `figures` gives: function of a part to (key…, kind) -> KEPT_FIGURES and statements."""
        return added_up((*self.state, name), figures) if self.is_in_parts else figures(whole)

    def _lines_of(self, figures):
        """Key -> Rollup without label, of (key…, kind) -> figures."""
        lines = {}
        for (*key, kind), row in figures.items():
            row = dict(zip((*KEPT_FIGURES, "statements"), row, strict=True))
            key = tuple(key)
            if key not in lines:
                lines[key] = Rollup(None, "", row["number"], no_money(self.currency))
            total = lines[key].amounts[kind]
            total.add(row | {"statements": len(row["statements"] or ())})
            total.missing = row["number"] - row["projects"]
        return lines

    def _kept_rows(self, dimensions, part):
        """The rows that kept sums are added up from, names of the keys of dimensions, path to the sums."""
        if self.is_in_parts:
            rows, path, projects = self.projects.order_by(), "money__", ""
            rows = rows.filter(part("pk"), part("money__project_id"), money__kind__isnull=False)
        else:  # conditions may join a project several times
            rows, path, projects = ProjectMoney.objects.filter(project__in=self.keys), "", "project__"
        rows, groups = with_keys(rows, dimensions, projects, part)
        return rows.annotate(**groups), list(groups), path

    def _figures(self, dimensions, part):
        rows, groups, path = self._kept_rows(dimensions, part)
        stated = self._statements(dimensions, part)
        return {key: (*figures, stated.get(key)) for key, figures in kept_sums(rows, self.kept, *groups, path=path)}

    def _each_of_kept(self, dimensions):
        """Dimension -> key -> Rollup without label, from the kept sums, read once."""
        found = {dimension: {} for dimension in dimensions}
        figures = self._in_parts(("each", *dimensions), lambda part: self._figures_of_each(dimensions, part))
        for (dimension, key), line in self._lines_of(figures).items():
            found[dimension][key] = line
        return found

    def _figures_of_each(self, dimensions, part):
        rows, groups, path = self._kept_rows(dimensions, part)
        stated = [self._statements((dimension,), part) for dimension in dimensions]
        return {
            (dimensions[place], *key): (*figures, stated[place].get(key))
            for place, key, figures in kept_sums_by_each(rows, self.kept, groups, path)
        }

    def _statements(self, dimensions, part):
        """The statements that stand behind the listed amounts: (key of each dimension…, kind) -> Different."""
        if not self.statements:
            return {}
        amounts = self.amounts.on_projects().filter(part("project_id"), project__in=self.keys)
        amounts, groups = with_keys(amounts, dimensions, "project__", part)
        return different(amounts.annotate(**groups).order_by(), "statement", *groups, "kind")

    def _summed(self, amounts, *groups, different=()):
        return sums_of(amounts, self.currency, self.rate, *groups, different=different)


def totals(projects, *, by=None, **options):
    """The totals of a Portfolio as a list of Rollup: one line, or one for each value of a dimension."""
    portfolio = Portfolio(projects, **options)
    return portfolio.by(by) if by else [portfolio.total]


def _above():
    """Amounts of programmes that another one stands for: key -> key of the correction, or of its whole."""
    rows = Amount.objects.filter(Q(superseded_by__isnull=False) | Q(inclusion=Inclusion.YES), programme__isnull=False)
    return {pk: later or whole for pk, later, whole in rows.values_list("pk", "superseded_by", "included_in")}


def _topmost(key, above):
    seen = set()
    while key in above and key not in seen:
        seen.add(key)
        key = above[key]
    return key
