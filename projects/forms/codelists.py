"""Forms of the code lists, which administrators keep."""

from projects.forms.base import RecordForm
from projects.forms.rules import names_translated, no_circle
from projects.models import (
    Currency,
    DocumentType,
    ExchangeRate,
    Instrument,
    Metric,
    MilestoneKind,
    ObligationKind,
    ObligationTemplate,
    Place,
    Sector,
    Stage,
    StageRequirement,
    Unit,
)


class CodeListForm(RecordForm):
    """A row of a code list: its code stays once it is there."""

    rules = (names_translated(may_be_equal=True),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_new and "code" in self.fields:
            self.fields["code"].disabled = True


class PlaceForm(CodeListForm):
    class Meta:
        model = Place
        fields = "__all__"

    rules = (*CodeListForm.rules, no_circle("parent"))


class SectorForm(CodeListForm):
    class Meta:
        model = Sector
        fields = "__all__"

    rules = (*CodeListForm.rules, no_circle("parent"))


class CurrencyForm(CodeListForm):
    class Meta:
        model = Currency
        fields = "__all__"


class UnitForm(CodeListForm):
    class Meta:
        model = Unit
        fields = "__all__"


class MetricForm(CodeListForm):
    class Meta:
        model = Metric
        fields = "__all__"


class DocumentTypeForm(CodeListForm):
    class Meta:
        model = DocumentType
        fields = "__all__"


class StageForm(CodeListForm):
    class Meta:
        model = Stage
        fields = "__all__"


class MilestoneKindForm(CodeListForm):
    class Meta:
        model = MilestoneKind
        fields = "__all__"


class ObligationKindForm(CodeListForm):
    class Meta:
        model = ObligationKind
        fields = "__all__"


class InstrumentForm(CodeListForm):
    class Meta:
        model = Instrument
        fields = "__all__"

    date_orders = (("valid_from", "valid_to"),)


class ObligationTemplateForm(CodeListForm):
    class Meta:
        model = ObligationTemplate
        fields = "__all__"


class StageRequirementForm(RecordForm):
    class Meta:
        model = StageRequirement
        fields = "__all__"


class ExchangeRateForm(RecordForm):
    class Meta:
        model = ExchangeRate
        fields = "__all__"

    fieldsets = (("", ("currency", "day", "source_rate", "quant", "origin")),)
