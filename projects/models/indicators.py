"""The region's own figures: series by period and partner. Never summed with project amounts."""

from django.db import models
from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    NUMBER_LIMIT,
    Figure,
    Recorded,
    dates_in_range,
    figure_constraints,
    has_name,
    in_order,
    recorded,
    translated_name,
    translated_text,
)
from projects.models.choices import Frequency
from projects.models.codelists import Place, Unit
from tracker.addresses import address


@recorded
class Indicator(Recorded):
    """A series: what is measured, of which place, in which unit."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = translated_name()
    description = translated_text(_("description"))
    place = models.ForeignKey(Place, models.PROTECT, verbose_name=_("place"), related_name="indicators")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"), related_name="indicators")
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency)
    is_rank = models.BooleanField(_("rank (1 is best)"), default=False)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["code"]
        constraints = [has_name("indicator")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("indicator-detail", self.code)


@recorded
class IndicatorValue(Figure):
    """One value of a series. A computed one names its formula and is marked wherever it is shown."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, verbose_name=_("indicator"), related_name="values")
    partner = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("partner"), related_name="indicator_values", null=True, blank=True
    )
    period_start = models.DateField(_("period from"))
    period_end = models.DateField(_("period to"))
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6)
    is_computed = models.BooleanField(_("computed"), default=False)
    formula = models.CharField(_("formula"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("indicator value")
        verbose_name_plural = _("indicator values")
        ordering = ["indicator", "-period_start", "id"]
        constraints = [
            *figure_constraints("indicator_value"),
            in_order("indicator_value", "period_start", "period_end"),
            dates_in_range("indicator_value_period", "period_start", "period_end"),
            models.UniqueConstraint(
                fields=["indicator", "partner", "period_start", "period_end", "statement"],
                nulls_distinct=False,
                name="indicator_value_unique",
                violation_error_message=_("This source already gives the value of that period."),
            ),
            models.CheckConstraint(
                condition=Q(value__gt=-NUMBER_LIMIT, value__lt=NUMBER_LIMIT),
                name="indicator_value_is_a_number",
                violation_error_message=_("The value is not a number that can be kept."),
            ),
            models.CheckConstraint(
                condition=Q(is_computed=False) | ~Q(formula=""),
                name="indicator_value_computed_has_formula",
                violation_error_message=_("Give the formula of a computed value."),
            ),
        ]

    def __str__(self):
        return f"{self.indicator}, {formats.date_format(self.period_start)}: {self.value.normalize():f}"
