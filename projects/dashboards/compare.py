"""Two to four projects, or groups of projects, side by side: the figures of their lists, with what differs marked."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import figures, permissions, rollups
from projects.columns.base import CellContext, Column, dated, time_suffix
from projects.columns.projects import PROJECT_COLUMNS
from projects.dashboards.board import Board
from projects.dashboards.pivot import MEASURED, MEASURES, quantity_cell
from projects.exports import Lines, particulars, sheets, texts
from projects.filters import ProjectFilterSet
from projects.filters.base import changed
from projects.filters.dimensions import DIMENSIONS
from projects.filters.projects import is_at_risk, is_overdue
from projects.models import Metric, Observation, Project
from projects.models.choices import Bound, StageGroup
from tracker.errors import BadParameter

MOST = 4  # side by side
SHOWN = 2  # the largest groups, where none is chosen
OFFERED = 200  # to choose from; others are typed, or ticked in the list
PROJECT = "project"
COMPARED = {PROJECT: gettext_lazy("Projects"), **{name: dimension.label for name, dimension in DIMENSIONS.items()}}
OF_PROJECTS = [
    *(column for name, column in PROJECT_COLUMNS.items() if name not in ("reference", "name")),
    Column("started", gettext_lazy("Started"), dated("started_on")),
    Column("commissioned", gettext_lazy("Commissioned"), dated("commissioned_on")),
]


@dataclass
class Side:
    """One of what is compared. query: of the list of its rows; portfolio: of the same rows."""

    key: str
    label: str
    url: str
    query: str = ""
    portfolio: rollups.Portfolio | None = None


@dataclass
class Line:
    """One thing told of every side. values: as data, for files; cells: as shown.

    bounds: how exact the values are, where they are figures; beside: further lines that files have: (label, values).
    """

    label: str
    values: list
    cells: list
    bounds: tuple = ()
    beside: tuple = ()

    @property
    def differs(self):
        return any(told != row[0] for row in (self.values, self.bounds) for told in row)

    @property
    def in_files(self):
        """The lines that a file has of it."""
        lines = [[self.label, *self.values], *([str(label), *values] for label, values in self.beside)]
        if self.bounds:
            words = [None if bound is None else str(Bound(bound).label) for bound in self.bounds]
            lines.append([self.told(_("Exactness")), *words])
        return lines

    def told(self, what):
        """The label of a line beside this one."""
        return f"{self.label}: {what}"


class Compare(Board):
    template_name = "dashboards/compare.html"
    view_name = "compare"

    def get(self, request, *args, **kwargs):
        self.by = self.one_of("by", COMPARED, "sector")
        keys = list(dict.fromkeys(filter(None, request.GET.getlist("key"))))
        if len(keys) > MOST:
            raise BadParameter({"key": [_("Choose at most %(count)d to compare.") % {"count": MOST}]})
        if self.by == PROJECT:
            self.options = [(row.reference, str(row)) for row in self.rows().order_by("reference")[:OFFERED]]
            self.sides = self.projects(keys)
        else:
            groups = [line for line in self.portfolio().by(self.by) if line.key not in (None, "unallocated")]
            self.options = [(line.key, line.label) for line in DIMENSIONS[self.by].sorted(groups)[:OFFERED]]
            self.sides = [self.group(key) for key in keys or [line.key for line in groups[:SHOWN]]]
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        lines = list(self.lines())
        only = self.one_of("only", ("", "differences"))
        chosen, known = [side.key for side in self.sides], dict(self.options)
        return super().get_context_data(**kwargs) | {
            "kinds": [(label, self.address(by=name, key=None), name == self.by) for name, label in COMPARED.items()],
            "kind": COMPARED[self.by],
            "of_projects": self.by == PROJECT,
            "options": self.options + [(side.key, side.label) for side in self.sides if side.key not in known],
            "chosen": [*chosen, *[""] * (MOST - len(chosen))],
            "kept": [(name, value) for name, values in self.request.GET.lists() for value in values if name != "key"],
            "heads": [
                (side, self.address(by=self.by, key=[key for key in chosen if key != side.key] or None))
                for side in self.sides
            ],
            "lines": [line for line in lines if line.differs] if only else lines,
            "is_comparison": len(self.sides) > 1,
            "only_url": self.address(only=None if only else "differences"),
            "only": only,
            "exports": [
                (reverse("compare-export", args=[suffix]) + changed(self.request.GET), suffix.upper())
                for suffix in ("xlsx", "csv")
            ],
        }

    # What is compared

    def projects(self, references):
        """The projects of these references as sides, in this order. Raises: BadParameter."""
        shown = {"currency": self.currency, "rate": self.rate, "amounts": self.seen_amounts}
        asked = [reference for reference in references if "\x00" not in reference]
        seen = permissions.visible_to(self.request.user, Project.objects.filter(reference__in=asked))
        related = ("main_sector", "place", "stage", "programme", "curator", "department")
        rows = rollups.with_listed_amounts(seen.select_related(*related), **shown)
        self.found = {row.reference: row for row in rows.prefetch_related("parties__organisation")}
        if unknown := [reference for reference in references if reference not in self.found]:
            raise BadParameter({"key": [_("There is no project %(reference)s.") % {"reference": unknown[0]}]})
        self.context = CellContext(self.currency, self.rate, time_suffix(self.request.GET), self.request.user)
        return [
            Side(reference, f"{reference} {self.found[reference]}", self.context.url(self.found[reference]))
            for reference in references
        ]

    def group(self, key):
        """The projects of one group as a side: those that its list shows. Raises: BadParameter."""
        narrowing = DIMENSIONS[self.by].narrowed(key)
        query = self.same_rows(**narrowing)
        chosen = ProjectFilterSet(QueryDict(query.removeprefix("?")), user=self.request.user)
        try:
            rows = chosen.rows()
        except BadParameter as error:
            raise BadParameter({"key": error.errors.get(DIMENSIONS[self.by].parameter, [])}) from error
        label = chosen.value_labels(DIMENSIONS[self.by].parameter).get(key, key)
        shown = {"currency": self.currency, "rate": self.rate, "amounts": self.seen_amounts}
        portfolio = rollups.Portfolio(rows, **shown, statements=False)
        return Side(key, str(label), self.listed(**narrowing), query, portfolio)

    # What is told of them

    def lines(self):
        if not self.sides:
            return []
        return self.of_projects() if self.by == PROJECT else self.of_groups()

    def of_projects(self):
        rows = [self.found[side.key] for side in self.sides]
        lines = [
            Line(
                str(column.label),
                [column.cell.value(row, self.context) for row in rows],
                [column.cell(row, self.context) for row in rows],
                beside=[(more.label, [more.cell.value(row, self.context) for row in rows]) for more in column.beside],
            )
            for column in OF_PROJECTS
        ]
        return [*lines, *self.observed(rows)]

    def observed(self, rows):
        """A line for each measure that any of the projects has, planned and actual apart; of each the latest."""
        latest = {}
        found = Observation.objects.filter(project__in=rows).select_related("statement__source", "metric", "unit")
        for row in found.order_by("metric_id", "-status", F("as_of").asc(nulls_first=True), "pk"):
            latest.setdefault((row.metric, row.get_status_display()), {})[row.project_id] = row
        for (metric, status), by_project in latest.items():
            mine = [by_project.get(project.pk) for project in rows]
            line = Line(
                _("%(measure)s, %(status)s") % {"measure": metric, "status": status},
                [row and row.value for row in mine],
                [figures.figure(row) for row in mine],
                [row and row.bound for row in mine],
            )
            line.beside = [(line.told(_("Unit")), [row and figures.unit_label(row.unit) for row in mine])]
            yield line

    def of_groups(self):
        counted = [self.counted(side.portfolio.projects) for side in self.sides]
        yield self.count_line(_("Projects"), "projects", [side.portfolio.count for side in self.sides])
        for kind in rollups.KINDS:
            yield from self.money(kind)
        yield self.count_line(_("Overdue"), "overdue", [row["overdue"] for row in counted], overdue="1")
        yield self.count_line(_("At risk"), "at_risk", [row["at_risk"] for row in counted], at_risk="1")
        if self.by not in ("stage", "stage_group"):
            for group in StageGroup:
                numbers = [row[group.value] for row in counted]
                if any(numbers):
                    yield self.count_line(str(group.label), "projects", numbers, stage_group=group.value)
        # What has no usual unit cannot be added up.
        added = Metric.objects.filter(unit__isnull=False).select_related("unit")
        metrics = added.in_bulk({metric for metric, _status in MEASURED.values()})
        for name, (metric, status) in MEASURED.items():
            if metric in metrics:
                yield self.measured(str(MEASURES[name]), metrics[metric], status)

    def counted(self, rows):
        counts = {group.value: Count("pk", Q(stage_group=group)) for group in StageGroup}
        counts |= {"overdue": Count("pk", is_overdue(self.day)), "at_risk": Count("pk", is_at_risk(self.day))}
        return rows.order_by().aggregate(**counts)

    def narrower(self, side, **changes):
        """The list of some of a side's rows."""
        return self.listed(**DIMENSIONS[self.by].narrowed(side.key) | changes)

    def count_line(self, label, kind, numbers, **narrowing):
        sides = zip(self.sides, numbers, strict=True)
        return Line(label, numbers, [figures.count(n, self.narrower(side, **narrowing), kind) for side, n in sides])

    def money(self, kind):
        totals = [side.portfolio.total.amounts[kind] for side in self.sides]
        line = Line(
            f"{MEASURES[kind]}, {self.currency}",
            [total.value for total in totals],
            [figures.total(total, side.url) for side, total in zip(self.sides, totals, strict=True)],
            [total.bound if total.count else None for total in totals],
        )
        line.beside = [
            (line.told(_("Projects without a figure")), [total.missing for total in totals]),
            (line.told(_("Without an exchange rate")), [total.unconverted for total in totals]),
        ]
        yield line
        rests = [self.unallocated(side, kind) for side in self.sides]
        if any(rest.value for rest in rests):
            cells = [figures.total(rest, side.url) for side, rest in zip(self.sides, rests, strict=True)]
            yield Line(_("of this not allocated to projects"), [rest.value for rest in rests], cells)

    def unallocated(self, side, kind):
        whole = rollups.Total(kind, self.currency)
        for rest in side.portfolio.unallocated:
            whole.add(vars(rest.amounts[kind]))
        return whole

    def measured(self, label, metric, status):
        found = [side.portfolio.quantities(metric.pk, status).get(()) for side in self.sides]
        values, bounds = [row and row.value for row in found], [row and row.bound for row in found]
        cells = [
            figures.quantity_total(quantity_cell(side.portfolio.count, row), metric.unit, metric.pk, side.url)
            for side, row in zip(self.sides, found, strict=True)
        ]
        return Line(f"{label} ({figures.unit_label(metric.unit)})", values, cells, bounds)


class CompareFile(Compare):
    """The same as a file: a line for each thing told, with a column for each side."""

    def get(self, request, *args, suffix, **kwargs):
        if suffix not in ("xlsx", "csv"):
            raise Http404
        self.suffix = suffix
        return super().get(request, *args, **kwargs)

    def render_to_response(self, context, **kwargs):
        name = f"compare-{self.by}-{timezone.localdate():%Y-%m-%d}"
        headings = [str(COMPARED[self.by]), *(side.label for side in self.sides)]
        lines = [row for line in context["lines"] for row in line.in_files]
        if self.suffix == "csv":
            return texts.answer(name, [headings, *lines])
        about = [
            (_("Compare"), COMPARED[self.by]),
            *((chip["label"], chip["value"] or _("yes")) for chip in context["chips"]),
            *particulars(context["looking_back"], self.request.user),
            (_("Currency of sums"), self.currency),
        ]
        return sheets.answer(name, Lines(_("Compare"), headings, lines, lambda: about))
