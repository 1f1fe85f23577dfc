"""Shipments, containers and checkpoints in the admin."""

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, named
from projects.admin.lists import FigureIncomplete, Untranslated
from projects.admin.projects import FIGURE
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import Checkpoint, Container, Shipment
from projects.models.functions import Fold
from projects.models.organisations import ORGANISATION_SEARCH
from projects.wording import quantity

SHIPMENT_SEARCH = Fold("name_kk", "name_ru", "name_en", "name_zh_hans", "waybill")


class ContainerInline(RecordInline):
    model = Container
    fields = ("number", "size_type", "contents")


class CheckpointInline(RecordInline):
    model = Checkpoint
    fields = ("container", "kind", "reached_on", "place", "document", "statement")


@register(Shipment, site=site)
class ShipmentAdmin(RecordAdmin):
    list_display = ("name_column", "quantity_column", "status", "origin", "destination", "dispatched_on", "arrived_on")
    list_select_related = ("unit", "origin", "destination")
    list_filter = ("status", "certainty", FigureIncomplete, Untranslated)
    linked = ("programme", "statement", "consignor", "consignee", "same_as")
    search = SHIPMENT_SEARCH
    search_related = {"consignor": ORGANISATION_SEARCH, "consignee": ORGANISATION_SEARCH}
    inlines = (ContainerInline, CheckpointInline)
    fieldsets = (
        (None, {"fields": ["status", ("bound", "quantity", "unit"), "waybill"]}),
        named(),
        (_("Belongs to"), {"fields": ["programme", "projects", "milestone", "same_as"]}),
        (
            _("Way"),
            {
                "fields": [
                    ("origin", "destination"),
                    ("consignor", "consignee"),
                    ("dispatched_on", "dispatched_precision"),
                    ("planned_on", "expected_on", "arrived_on"),
                ]
            },
        ),
        (_("Source"), {"fields": [*FIGURE]}),
        named("note", title=_("Note"), description=None, classes=["collapse"]),
    )

    @display(description=_("quantity"), ordering="quantity")
    def quantity_column(self, obj):
        return quantity(obj.quantity, obj.unit.symbol or str(obj.unit), obj.bound) if obj.quantity is not None else None


@register(Container, site=site)
class ContainerAdmin(RecordAdmin):
    list_display = ("number", "shipment", "size_type")
    list_select_related = ("shipment",)
    linked = ("shipment",)
    search_columns = ("number", "contents")
    search_related = {"shipment": SHIPMENT_SEARCH}
    fieldsets = ((None, {"fields": ["shipment", "number", "size_type", "contents"]}),)


@register(Checkpoint, site=site)
class CheckpointAdmin(RecordAdmin):
    list_display = ("shipment", "container", "kind", "reached_on", "place")
    list_select_related = ("shipment", "container", "place")
    list_filter = ("kind",)
    linked = ("shipment", "container", "place", "statement")
    search_columns = ("kind",)
    search_related = {"shipment": SHIPMENT_SEARCH}
    fieldsets = ((None, {"fields": ["shipment", "container", "kind", "reached_on", "place", "document", "statement"]}),)
