"""Pages of shipments: the list, one with what it moves and what is perhaps the same, the next checkpoint."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from projects import actions, deliveries, figures, filters, permissions
from projects.columns import nouns as columns
from projects.forms import NextCheckpointForm
from projects.models import Shipment
from projects.models.choices import CheckpointKind
from projects.portfolio.edit import RecordEdit, SeeOther
from projects.portfolio.kinds import CHILDREN
from projects.portfolio.lists import ListPage, SignedIn, day_of
from projects.portfolio.nouns import SOURCED, RecordPage

CHECKPOINT = next(kind for kind in CHILDREN if kind.name == "checkpoint")


class ShipmentList(ListPage):
    model = Shipment
    filterset = filters.ShipmentFilterSet
    columns = columns.by_name(columns.SHIPMENTS)
    default_sort = "-dispatched"
    export_name = "shipment-export"
    heading = gettext_lazy("Shipments")
    add_url_name = "shipment-new"

    def listed(self, rows):
        return rows.select_related(SOURCED, "unit", "origin", "destination", "same_as")


class ShipmentPage(RecordPage):
    template_name = "portfolio/shipment.html"
    noun, list_heading = "shipment", gettext_lazy("Shipments")

    def rows(self):
        return Shipment.objects.select_related(
            SOURCED,
            "unit",
            "origin",
            "destination",
            "same_as",
            "programme",
            "consignor",
            "consignee",
            "milestone__kind",
            "milestone__project",
            "milestone__programme",
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        record, day = context["record"], day_of(self.request)
        station = deliveries.next_station(record) if self.may_change else None
        return context | {
            "containers": figures.containers(
                deliveries.tally(Shipment.objects.filter(pk=record.pk)), record.get_absolute_url()
            ),
            "delay": deliveries.delay_of(record, day),
            "days_late": Shipment.objects.with_days_late(day).values_list("days_late", flat=True).get(pk=record.pk),
            "twins": deliveries.twins(self.request.user, record),
            "next_station": station and CheckpointKind(station),
            "today": timezone.localdate(),
            "submission_key": uuid.uuid4(),
        }

    def sections(self, record):
        return [
            self.section(
                "projects", _("Projects"), "_projects", record.projects.select_related("main_sector", "stage")
            ),
            self.section("containers", _("Containers"), "_containers", record.containers.all(), "container"),
            self.section(
                "checkpoints",
                _("Checkpoints"),
                "_checkpoints",
                record.checkpoints.select_related(SOURCED, "container", "place", "document__document_type"),
                "checkpoint",
            ),
        ]


class NextCheckpoint(RecordEdit):
    """A checkpoint as it is recorded on the way, on a phone: station, day, photo; the source is this report."""

    kind, is_new = CHECKPOINT, True

    def form_class(self):
        return NextCheckpointForm


class SameShipment(SignedIn, View):
    """Two shipments are the same goods: the later record is no longer counted."""

    http_method_names = ["post", "options"]

    def post(self, request, pk, twin):
        seen = permissions.visible_to(request.user, Shipment.objects.all())
        shipment, twin = (get_object_or_404(seen, pk=key) for key in (pk, twin))
        if not permissions.may_change(request.user, shipment):
            raise PermissionDenied(permissions.refusal(request.user, shipment))
        try:
            later = deliveries.link_twins(by=request.user, shipment=shipment, twin=twin)
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Linked. “%(shipment)s” is no longer counted.") % {"shipment": later})
        return SeeOther(shipment.get_absolute_url())
