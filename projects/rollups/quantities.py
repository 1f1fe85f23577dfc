"""Sums of what is measured: power, workers, shares of the work."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import (
    Count,
    F,
    Sum,
)

from projects.models import (
    Observation,
)
from projects.models.choices import Bound


@dataclass
class Quantity:
    """A computed sum of a measured quantity: of how many observations, lower bounds, and projects that have one."""

    value: Decimal
    count: int
    lower_bounds: int
    projects: int

    @property
    def bound(self):
        return Bound.GE if self.lower_bounds else Bound.EQ


def latest_of(observations):
    """Of observations of one metric and status the latest of each project and phase."""
    newest = observations.order_by("project_id", "phase_id", F("as_of").desc(nulls_last=True), "-pk")
    return Observation.objects.filter(pk__in=newest.distinct("project_id", "phase_id").values("pk"))


def measured(projects, metric, status):
    """Sum of an additive metric over projects, in its usual unit: (value or None, number of observations).

    Of each project and phase the latest observation counts.
    """
    rows = latest_of(Observation.objects.filter(project__in=projects, metric=metric, status=status))
    summed = rows.aggregate(value=Sum(F("value") * F("unit__factor") / F("metric__unit__factor")), count=Count("pk"))
    return summed["value"], summed["count"]
