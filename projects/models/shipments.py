"""Equipment on its way: shipments, containers, checkpoints."""

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models.base import (
    NUMBER_LIMIT,
    Figure,
    Recorded,
    dates_in_range,
    figure_constraints,
    has_name,
    in_order,
    recorded,
    recorded_links,
    translated_name,
    translated_text,
)
from projects.models.choices import CheckpointKind, DatePrecision, ShipmentStatus
from projects.models.codelists import Place, Unit
from projects.models.functions import DaysAfter, DaysBetween, IsValidContainer
from projects.models.organisations import Organisation
from projects.models.progress import Milestone
from projects.models.projects import Programme, Project
from projects.models.sources import Document
from tracker.addresses import address


class ShipmentQuerySet(models.QuerySet):
    def with_days_late(self, day):
        """Each shipment with `days_late` on a day: how much later than planned it came, or is now to be expected.

        The plan is `planned_on`, or else `expected_on`. Goods that have not come are expected on `expected_on`, or as
        planned, and not before `day`. 0 where they are in time, or nothing was planned.
        """
        expected = Greatest(Coalesce("expected_on", "planned_on"), Value(day, models.DateField()))
        came = Case(When(arrived_on__lte=day, then="arrived_on"), default=expected)
        return self.annotate(days_late=DaysBetween(came, Coalesce("planned_on", "expected_on")))


def with_forecast(milestones, day):
    """Milestones (a queryset) with `days_moved`, what late shipments that feed them move them by (None: nothing), and
    `forecast`: the one entered, or the plan so moved, whichever is later. The plan itself stays.
    """
    feeding = Shipment.objects.with_days_late(day).filter(milestone=OuterRef("pk"), same_as__isnull=True)
    moved = Subquery(feeding.filter(days_late__gt=0).order_by("-days_late").values("days_late")[:1])
    later = Greatest("forecast_on", DaysAfter("planned_on", "days_moved"))
    forecast = Case(When(met_on__isnull=True, then=later), default="forecast_on")
    return milestones.annotate(days_moved=moved).annotate(forecast=forecast)


@recorded
class Shipment(Figure):
    """Goods in movement. One reported twice is linked by `same_as`, and counted once."""

    name = translated_name()
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="shipments", null=True, blank=True
    )
    projects = models.ManyToManyField(
        Project,
        verbose_name=_("projects"),
        related_name="shipments",
        blank=True,
        help_text=_("Leave empty where the source does not say for which project."),
    )
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=3, null=True, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("unit"), related_name="shipments", null=True, blank=True
    )
    status = models.CharField(_("status"), max_length=20, choices=ShipmentStatus)
    consignor = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("consignor"), related_name="sent_shipments", null=True, blank=True
    )
    consignee = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("consignee"),
        related_name="received_shipments",
        null=True,
        blank=True,
    )
    origin = models.ForeignKey(
        Place,
        models.PROTECT,
        verbose_name=pgettext_lazy("of a shipment", "from"),
        related_name="shipments_from",
        null=True,
        blank=True,
    )
    destination = models.ForeignKey(
        Place,
        models.PROTECT,
        verbose_name=pgettext_lazy("of a shipment", "to"),
        related_name="shipments_to",
        null=True,
        blank=True,
    )
    waybill = models.CharField(_("waybill or bill of lading"), max_length=60, blank=True)
    dispatched_on = models.DateField(_("dispatched on"), null=True, blank=True)
    dispatched_precision = models.CharField(
        _("precision of the dispatch date"), max_length=10, choices=DatePrecision, default=DatePrecision.UNKNOWN
    )
    planned_on = models.DateField(
        _("arrival planned for"),
        null=True,
        blank=True,
        help_text=_("The plan is kept; a delay is entered as the day that is expected now."),
    )
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    arrived_on = models.DateField(_("arrived on"), null=True, blank=True)
    same_as = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("the same as"),
        related_name="reported_again",
        null=True,
        blank=True,
        help_text=_("Another report of the same goods: this one is not counted."),
    )
    milestone = models.ForeignKey(
        Milestone,
        models.PROTECT,
        verbose_name=_("feeds the milestone"),
        related_name="shipments",
        null=True,
        blank=True,
    )
    note = translated_text(_("note"))

    objects = ShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["-dispatched_on", "id"]
        constraints = [
            *figure_constraints("shipment"),
            has_name("shipment"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0, quantity__lt=NUMBER_LIMIT),
                name="shipment_quantity_positive",
                violation_error_message=_("The quantity must be greater than zero. Leave it empty if it is not known."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True, unit__isnull=True) | Q(quantity__isnull=False, unit__isnull=False),
                name="shipment_quantity_has_unit",
                violation_error_message=_("Give both the number and the unit."),
            ),
            models.CheckConstraint(
                condition=Q(same_as__isnull=True) | ~Q(same_as=F("id")),
                name="shipment_not_same_as_itself",
                violation_error_message=_("This would make a circle: a shipment cannot repeat itself."),
            ),
            in_order("shipment", "dispatched_on", "arrived_on"),
            dates_in_range("shipment_dates", "dispatched_on", "planned_on", "expected_on", "arrived_on"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("shipment-detail", self.pk)


recorded_links(Shipment.projects.through)


@recorded
class Container(Recorded):
    """A freight container of a shipment, with its ISO 6346 number."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, verbose_name=_("shipment"), related_name="containers")
    number = models.CharField(
        _("container number"),
        max_length=11,
        help_text=_("Four letters and seven digits, as on the container (ISO 6346)."),
    )
    size_type = models.CharField(_("size and type code"), max_length=4, blank=True)
    contents = models.TextField(_("contents"), blank=True)

    class Meta:
        verbose_name = _("container")
        verbose_name_plural = _("containers")
        ordering = ["shipment", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "number"],
                name="container_unique",
                violation_error_message=_("The container is already listed in this shipment."),
            ),
            models.CheckConstraint(
                condition=IsValidContainer("number"),
                name="container_number_valid",
                violation_error_message=_(
                    "This container number is not valid: four letters, six digits, a check digit."
                ),
            ),
        ]

    def __str__(self):
        return self.number


@recorded
class Checkpoint(Recorded):
    """A dated station of a shipment or of one of its containers."""

    shipment = models.ForeignKey(Shipment, models.PROTECT, verbose_name=_("shipment"), related_name="checkpoints")
    container = models.ForeignKey(
        Container, models.PROTECT, verbose_name=_("container"), related_name="checkpoints", null=True, blank=True
    )
    kind = models.CharField(_("kind"), max_length=20, choices=CheckpointKind)
    reached_on = models.DateField(_("reached on"))
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="checkpoints", null=True, blank=True
    )
    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name=_("document"), related_name="checkpoints", null=True, blank=True
    )
    statement = models.ForeignKey(
        "projects.Statement", models.PROTECT, verbose_name=_("source statement"), related_name="checkpoints"
    )

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["shipment", "reached_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "container", "kind"],
                nulls_distinct=False,
                name="checkpoint_unique",
                violation_error_message=_("This checkpoint is already recorded."),
            ),
            dates_in_range("checkpoint", "reached_on"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {formats.date_format(self.reached_on)}"
