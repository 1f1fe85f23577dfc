"""Forms of indicators and their values."""

from projects.forms.base import RecordForm
from projects.forms.fields import KeyField
from projects.forms.rules import names_translated
from projects.forms.sourced import SourcedForm
from projects.models import Indicator, IndicatorValue


class IndicatorForm(RecordForm):
    class Meta:
        model = Indicator
        fields = "__all__"
        field_classes = {"code": KeyField}

    fieldsets = (("", ("code", "name", "description", "place", "unit", "frequency", "is_rank")),)
    rules = (names_translated(),)


class IndicatorValueForm(SourcedForm):
    class Meta:
        model = IndicatorValue
        fields = "__all__"

    fieldsets = (
        (
            "",
            ("indicator", "partner", "period_start", "period_end", "bound", "value", "as_of", "date_precision")
            + ("is_computed", "formula"),
        ),
        SourcedForm.source_fieldset,
    )
    subjects = ("indicator",)
    date_orders = (("period_start", "period_end"),)
