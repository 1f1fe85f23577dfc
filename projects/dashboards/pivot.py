"""The pivot: any two dimensions of the projects against any measure, each cell one click from its rows."""

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import figures, rollups
from projects.dashboards.board import Board
from projects.exports import texts
from projects.filters.dimensions import DIMENSIONS
from projects.models import Metric
from projects.models.choices import Bound, ObservationStatus
from tracker.errors import BadParameter

ROWS, COLUMNS = 200, 40  # shown at most; the totals count all, and so does the CSV
MEASURED = {
    "jobs_planned": ("jobs_permanent", ObservationStatus.PLANNED),
    "jobs_actual": ("jobs_permanent", ObservationStatus.ACTUAL),
    "capacity_planned": ("capacity_electric", ObservationStatus.PLANNED),
    "capacity_actual": ("capacity_electric", ObservationStatus.ACTUAL),
}
MEASURES = {
    "projects": gettext_lazy("Projects"),
    "announced": gettext_lazy("Announced"),
    "committed": gettext_lazy("Committed"),
    "disbursed": gettext_lazy("Disbursed"),
    "jobs_planned": gettext_lazy("Permanent jobs, planned"),
    "jobs_actual": gettext_lazy("Permanent jobs, actual"),
    "capacity_planned": gettext_lazy("Electric capacity, planned"),
    "capacity_actual": gettext_lazy("Electric capacity, actual"),
}


@dataclass
class Cell:
    """What one pair of groups comes to. value: Decimal, int, or None where no project has such a figure."""

    projects: int
    value: Decimal | int | None
    bound: str = Bound.EQ
    figures: int = 0
    missing: int = 0
    lower_bounds: int = 0
    unconverted: int = 0
    total: rollups.Total | None = None
    content: str = ""


def quantity_cell(projects, found):
    """The cell of a measured quantity of so many projects. found: a rollups.Quantity, or None where none has it."""
    if found is None:
        return Cell(projects, None, missing=projects)
    return Cell(projects, found.value, found.bound, found.count, projects - found.projects, found.lower_bounds)


class Pivot(Board):
    template_name = "dashboards/pivot.html"
    view_name = "pivot"

    def get(self, request, *args, **kwargs):
        self.first, self.second = self.one_of("by", DIMENSIONS, "sector"), self.one_of("and", DIMENSIONS, "year")
        self.measure = self.one_of("measure", MEASURES, "projects")
        if self.first == self.second:
            raise BadParameter({"and": [_("Choose two different groupings.")]})
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        self.read()
        shown_rows, shown_columns = self.rows_[:ROWS], self.columns_[:COLUMNS]
        return super().get_context_data(**kwargs) | {
            "choices": [
                ("by", _("Rows"), self.options(DIMENSIONS, self.first)),
                ("and", _("Columns"), self.options(DIMENSIONS, self.second)),
                ("measure", _("Measure"), self.options(MEASURES, self.measure)),
            ],
            "kept": [
                (name, value)
                for name, values in self.request.GET.lists()
                for value in values
                if name not in ("by", "and", "measure")
            ],
            "caption": _("%(measure)s: %(rows)s by %(columns)s")
            % {
                "measure": MEASURES[self.measure],
                "rows": DIMENSIONS[self.first].label,
                "columns": DIMENSIONS[self.second].label,
            },
            "corner": DIMENSIONS[self.first].label,
            "heads": [(self.label(line), self.narrowed(self.second, line.key)) for line in shown_columns],
            "lines": [self.line(row, shown_columns) for row in shown_rows],
            "totals": [self.shown(self.cell((None, line)), None, line) for line in shown_columns],
            "whole": self.shown(self.cell((None, None)), None, None),
            "unallocated": self.unallocated(),
            "is_cut": len(shown_rows) < len(self.rows_) or len(shown_columns) < len(self.columns_),
            "several": {self.first, self.second} & rollups.OF_PARTIES.keys(),
            "csv_url": reverse("pivot-csv") + self.csv_query(),
            "is_money": self.measure in rollups.KINDS,
        }

    # Reading

    def read(self):
        """The groups of both dimensions, and what each pair comes to."""
        self.all = self.portfolio()
        by_first, by_second = self.all.by(self.first), self.all.by(self.second)
        self.rows_ = DIMENSIONS[self.first].sorted([line for line in by_first if line.key != "unallocated"])
        self.columns_ = DIMENSIONS[self.second].sorted([line for line in by_second if line.key != "unallocated"])
        self.pairs = self.all.across(self.first, self.second)
        if self.measure in MEASURED:
            metric, status = MEASURED[self.measure]
            self.unit = Metric.objects.select_related("unit").get(pk=metric).unit
            self.quantities = {
                dimensions: self.all.quantities(metric, status, *dimensions)
                for dimensions in ((), (self.first,), (self.second,), (self.first, self.second))
            }

    def cell(self, groups):
        """The cell of a row and a column (lines of a rollup); None stands for all of them."""
        row, column = groups
        if row is not None and column is not None:
            line = self.pairs.get((row.key, column.key))
        else:
            line = row or column or self.all.total
        if line is None:
            return None
        if self.measure == "projects":
            return Cell(line.projects, line.projects, figures=line.projects)
        if self.measure in rollups.KINDS:
            total = line.amounts[self.measure]
            notes = (total.count, total.missing, total.lower_bounds, total.unconverted)
            return Cell(line.projects, total.value, total.bound, *notes, total=total)
        keys = {self.first: row, self.second: column}
        dimensions = tuple(name for name, group in keys.items() if group is not None)
        found = self.quantities[dimensions].get(tuple(keys[name].key for name in dimensions))
        return quantity_cell(line.projects, found)

    # Showing

    def line(self, row, columns):
        return {
            "label": self.label(row),
            "url": self.narrowed(self.first, row.key),
            "cells": [self.shown(self.cell((row, column)), row, column) for column in columns],
            "total": self.shown(self.cell((row, None)), row, None),
        }

    def shown(self, cell, row, column):
        """The cell as a figure that opens its rows; an empty pair as a dash."""
        if cell is None:
            return "–"
        narrowing = {}
        for name, group in ((self.first, row), (self.second, column)):
            if group is not None:
                narrowing |= DIMENSIONS[name].narrowed(group.key)
        url = self.listed(**narrowing)
        if self.measure == "projects":
            return figures.count(cell.projects, url, "projects")
        if cell.total is not None:
            return figures.total(cell.total, url)
        return figures.quantity_total(cell, self.unit, MEASURED[self.measure][0], url)

    def label(self, line):
        return _("not stated") if line.key is None else line.label

    def options(self, known, chosen):
        return [(name, getattr(known[name], "label", known[name]), name == chosen) for name in known]

    def unallocated(self):
        """What belongs to no cell although the whole counts it: (label, figure) of each programme."""
        if self.measure not in rollups.KINDS:
            return []
        return [
            (rest.label, figures.total(rest.amounts[self.measure], reverse("programme-detail", args=[rest.url_value])))
            for rest in self.all.unallocated
            if rest.amounts[self.measure].value
        ]

    def csv_query(self):
        return self.same_rows(by=self.first, measure=self.measure, **{"and": self.second})


class PivotCsv(Pivot):
    """The same as a file: a line for each pair, each group and the whole, with all that a reader must know of it."""

    def render_to_response(self, context, **kwargs):
        name = f"pivot-{self.first}-{self.second}-{self.measure}-{timezone.localdate():%Y-%m-%d}"
        return texts.answer(name, self.lines())

    def lines(self):
        head = [DIMENSIONS[self.first].label, DIMENSIONS[self.second].label, _("Projects"), _("Measure"), _("Value")]
        yield head + [_("Unit"), _("Bound"), _("Figures"), _("Without a figure"), _("Lower bounds"), _("Unconverted")]
        everything = _("all")
        for row in [*self.rows_, None]:
            for column in [*self.columns_, None]:
                cell = self.cell((row, column))
                if cell is not None:
                    yield [
                        *(everything if line is None else self.label(line) for line in (row, column)),
                        *self.plain(cell),
                    ]

    def plain(self, cell):
        unit = {"projects": "{project}"}.get(self.measure) or (
            self.currency if cell.total is not None else self.unit.code
        )
        value = "" if cell.value is None else figures.plain(cell.value) if cell.total is None else f"{cell.value:.2f}"
        notes = (cell.figures, cell.missing, cell.lower_bounds, cell.unconverted)
        return [cell.projects, MEASURES[self.measure], value, unit, cell.bound, *notes]
