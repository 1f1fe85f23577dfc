"""Forms of obligations, evidence and waivers."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.forms.documents import DocumentedForm
from projects.forms.rules import number_with_unit
from projects.forms.sourced import SourcedForm
from projects.models import Evidence, Obligation, Waiver
from projects.models.choices import EvidenceStatus


class ObligationForm(SourcedForm):
    class Meta:
        model = Obligation
        fields = "__all__"

    fieldsets = (
        (
            "",
            ("project", "programme", "organisation", "kind", "side", "strength", "description", "responsible"),
        ),
        (gettext_lazy("Basis"), ("basis", "agreement", "clause", "engagement")),
        (gettext_lazy("Target"), ("target", "unit", "frequency", "start_on", "due_on", "end_on")),
        SourcedForm.source_fieldset,
    )
    subjects = ("project", "programme", "organisation")
    date_orders = (("start_on", "end_on"), ("start_on", "due_on"))
    rules = (number_with_unit("target", "unit"),)


class EvidenceForm(DocumentedForm, SourcedForm):
    """Offers evidence; whether it is accepted is decided by somebody else, not here."""

    class Meta:
        model = Evidence
        fields = ("obligation", "period_start", "period_end", "value", "document", "statement", "certainty")

    fieldsets = (
        ("", ("obligation", "period_start", "period_end", "value", "document")),
        DocumentedForm.document_fieldset,
        SourcedForm.source_fieldset,
    )
    subjects = ("obligation",)
    date_orders = (("period_start", "period_end"),)
    past_dates = ("period_end",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_new and self.user is not None:
            self.instance.author = self.user

    def clean(self):
        if self.instance.status != EvidenceStatus.OFFERED:
            self.add_error(None, _("This evidence has been decided on. Offer new evidence instead."))
        return super().clean()


class WaiverForm(DocumentedForm):
    class Meta:
        model = Waiver
        fields = "__all__"

    fieldsets = (("", ("obligation", "start_on", "end_on", "reason", "document")), DocumentedForm.document_fieldset)
    needs_document = True
    subjects = ("obligation",)
    date_orders = (("start_on", "end_on"),)
