"""Forms of shipments, containers and checkpoints."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import deliveries
from projects.forms.base import CONTROL_FIELDS, RecordForm
from projects.forms.documents import DocumentedForm
from projects.forms.fields import RegistrationField
from projects.forms.rules import error, names_translated, no_circle, number_with_unit
from projects.forms.sourced import SourcedForm
from projects.models import Checkpoint, Container, DocumentType, Shipment

PHOTO = "site_photo"  # the type of a document that is sent with a checkpoint


class ShipmentForm(SourcedForm):
    class Meta:
        model = Shipment
        fields = "__all__"

    fieldsets = (
        ("", ("name", "programme", "projects", "bound", "quantity", "unit", "status", "as_of", "date_precision")),
        (
            gettext_lazy("Way"),
            ("consignor", "consignee", "origin", "destination", "waybill", "dispatched_on", "dispatched_precision")
            + ("planned_on", "expected_on", "arrived_on"),
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
    from_address = ("kind", *DocumentedForm.from_address)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if shipment := self.fixed.get("shipment"):
            self.fields["container"].queryset = self.fields["container"].queryset.filter(shipment=shipment)


class NextCheckpointForm(CheckpointForm):
    """What is asked on the way: the station and its day, a photo where there is one. The report is its source."""

    class Meta(CheckpointForm.Meta):
        fields = ("shipment", "container", "kind", "reached_on", "place", "document")

    fieldsets = (("", ("kind", "reached_on", "container", "place", "new_file", "keeps_place")),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        asked = {name for _title, names in self.fieldsets for name in names}
        for name in self.fields.keys() - asked - set(CONTROL_FIELDS):
            del self.fields[name]
        self.fields["new_file"].label = _("Photo or document")

    def clean(self):
        if self.cleaned_data.get("new_file"):
            self.cleaned_data["new_type"] = DocumentType.objects.get(pk=PHOTO)
        return super().clean()

    def save(self, commit=True):
        self.instance.statement = deliveries.statement_of(self.user, self.instance)
        return super().save(commit)
