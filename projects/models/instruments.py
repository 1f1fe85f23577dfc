"""What binds an investor or the region, and what each such instrument usually asks: reference data."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models.base import NUMBER_LIMIT, CodeList, dates_in_range, in_order, recorded
from projects.models.choices import BudgetLevel, Frequency, ObligationBasis, Side, Strength
from projects.models.codelists import Metric, ObligationKind, Unit


@recorded
class Instrument(CodeList):
    """A form of agreement, permit or demand, with the days between which the law lets it be concluded."""

    basis = models.CharField(_("basis"), max_length=10, choices=ObligationBasis)
    valid_from = models.DateField(_("concluded from"), null=True, blank=True)
    valid_to = models.DateField(_("concluded to"), null=True, blank=True)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["position", "code"]
        constraints = [
            in_order("instrument", "valid_from", "valid_to"),
            dates_in_range("instrument", "valid_from", "valid_to"),
        ]

    def may_be_concluded_on(self, day):
        """Whether the law knows this instrument on that day, as far as the reference data say."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@recorded
class ObligationTemplate(CodeList):
    """An obligation that an instrument usually has. A target only where the instrument itself sets one."""

    instrument = models.ForeignKey(Instrument, models.PROTECT, verbose_name=_("instrument"), related_name="templates")
    kind = models.ForeignKey(ObligationKind, models.PROTECT, verbose_name=_("kind"), related_name="templates")
    side = models.CharField(_("who owes"), max_length=10, choices=Side, default=Side.INVESTOR)
    strength = models.CharField(_("strength"), max_length=10, choices=Strength, default=Strength.MUST)
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency, default=Frequency.NOT_STATED)
    clause = models.CharField(_("clause"), max_length=100, blank=True)
    metric = models.ForeignKey(
        Metric, models.PROTECT, verbose_name=_("what is measured"), related_name="+", null=True, blank=True
    )
    target = models.DecimalField(_("target"), max_digits=24, decimal_places=6, null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"), related_name="+", null=True, blank=True)
    budget_level = models.CharField(_("budget that counts"), max_length=10, choices=BudgetLevel, blank=True)

    class Meta:
        verbose_name = _("obligation of an instrument")
        verbose_name_plural = _("obligations of instruments")
        ordering = ["instrument", "position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gt=0, target__lt=NUMBER_LIMIT, unit__isnull=False),
                name="obligation_template_target_with_unit",
                violation_error_message=_("A target is greater than zero and has a unit."),
            ),
        ]
