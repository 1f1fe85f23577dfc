"""Forms of shipments, containers and checkpoints."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.forms.base import RecordForm
from projects.forms.documents import DocumentedForm
from projects.forms.fields import RegistrationField
from projects.forms.rules import error, names_translated, no_circle, number_with_unit
from projects.forms.sourced import SourcedForm
from projects.models import Checkpoint, Container, Shipment


class ShipmentForm(SourcedForm):
    class Meta:
        model = Shipment
        fields = "__all__"

    fieldsets = (
        ("", ("name", "programme", "projects", "bound", "quantity", "unit", "status", "as_of", "date_precision")),
        (
            gettext_lazy("Way"),
            ("consignor", "consignee", "origin", "destination", "waybill", "dispatched_on", "dispatched_precision")
            + ("expected_on", "arrived_on"),
        ),
        (gettext_lazy("Belongs to"), ("same_as", "milestone", "note")),
        SourcedForm.source_fieldset,
    )
    date_orders = (("dispatched_on", "arrived_on"),)
    past_dates = ("arrived_on",)
    rules = (number_with_unit("quantity", "unit"), no_circle("same_as"), names_translated())


class ContainerForm(RecordForm):
    class Meta:
        model = Container
        fields = "__all__"
        field_classes = {"number": RegistrationField}

    fieldsets = (("", ("shipment", "number", "size_type", "contents")),)
    subjects = ("shipment",)


def _container_of_shipment(form):
    shipment, container = form.value("shipment"), form.value("container")
    if shipment and container and container.shipment_id != shipment.pk:
        yield error(_("This container belongs to another shipment."), "container")


class CheckpointForm(DocumentedForm, SourcedForm):
    class Meta:
        model = Checkpoint
        fields = "__all__"

    fieldsets = (
        ("", ("shipment", "container", "kind", "reached_on", "place", "document")),
        DocumentedForm.document_fieldset,
        SourcedForm.source_fieldset,
    )
    subjects = ("shipment",)
    past_dates = ("reached_on",)
    rules = (*DocumentedForm.rules, _container_of_shipment)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if shipment := self.fixed.get("shipment"):
            self.fields["container"].queryset = self.fields["container"].queryset.filter(shipment=shipment)
