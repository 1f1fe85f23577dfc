"""Forms of sources and statements."""

from django.utils.translation import gettext_lazy

from projects.forms.base import RecordForm
from projects.forms.fields import KeyField
from projects.models import Source, Statement


class SourceForm(RecordForm):
    class Meta:
        model = Source
        fields = "__all__"
        field_classes = {"code": KeyField}

    fieldsets = (
        ("", ("code", "kind", "title", "language", "url")),
        (gettext_lazy("Publication"), ("published_on", "date_precision", "date_note", "publisher", "photo_credit")),
    )
    past_dates = ("published_on",)


class StatementForm(RecordForm):
    class Meta:
        model = Statement
        fields = "__all__"
        field_classes = {"code": KeyField}

    fieldsets = (
        ("", ("source", "code", "position", "kind", "text", "locator", "speaker", "certainty")),
        (gettext_lazy("Doubts"), ("note", "contradicts")),
    )
    subjects = ("source",)
