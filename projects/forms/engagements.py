"""Forms of engagements and of what came out of them."""

from django.utils.translation import gettext_lazy

from projects.forms.base import RecordForm
from projects.forms.documents import DocumentedForm
from projects.forms.rules import names_translated
from projects.forms.sourced import SourcedForm
from projects.models import ActionItem, Agreement, Engagement, Lead, Participation


class EngagementForm(SourcedForm):
    class Meta:
        model = Engagement
        fields = "__all__"

    fieldsets = (
        ("", ("kind", "name", "held_on", "date_precision", "place", "venue", "sector", "summary")),
        (gettext_lazy("About"), ("programme", "projects")),
        SourcedForm.source_fieldset,
    )
    rules = (names_translated(),)


class ParticipationForm(RecordForm):
    class Meta:
        model = Participation
        fields = "__all__"

    fieldsets = (("", ("engagement", "role", "person", "organisation")),)
    subjects = ("engagement",)


class AgreementForm(DocumentedForm, SourcedForm):
    class Meta:
        model = Agreement
        fields = "__all__"

    fieldsets = (
        ("", ("kind", "name", "concluded_on", "date_precision", "expires_on", "document", "parties")),
        DocumentedForm.document_fieldset,
        (gettext_lazy("Belongs to"), ("engagement", "programme", "project")),
        SourcedForm.source_fieldset,
    )
    date_orders = (("concluded_on", "expires_on"),)
    past_dates = ("concluded_on",)
    rules = (*DocumentedForm.rules, names_translated())


class LeadForm(SourcedForm):
    class Meta:
        model = Lead
        fields = "__all__"

    fieldsets = (
        ("", ("name", "description", "stage", "converted_to", "sector", "place", "organisation", "engagement", "tags")),
        SourcedForm.source_fieldset,
    )
    rules = (names_translated(),)


class ActionItemForm(RecordForm):
    class Meta:
        model = ActionItem
        fields = "__all__"

    fieldsets = (("", ("engagement", "task", "project", "owner", "organisation", "due_on", "done_on")),)
    subjects = ("engagement",)
    past_dates = ("done_on",)
