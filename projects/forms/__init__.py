"""One form per noun, shared by pages, admin, imports and API: `FORMS[model]`."""

from projects.forms.amounts import AmountForm
from projects.forms.base import CONTROL_FIELDS, RecordForm
from projects.forms.codelists import (
    CurrencyForm,
    DocumentTypeForm,
    ExchangeRateForm,
    InstrumentForm,
    MetricForm,
    MilestoneKindForm,
    ObligationKindForm,
    ObligationTemplateForm,
    PlaceForm,
    SectorForm,
    StageForm,
    StageRequirementForm,
    UnitForm,
)
from projects.forms.documents import AttachmentForm, DocumentForm, ProjectDocumentForm
from projects.forms.engagements import ActionItemForm, AgreementForm, EngagementForm, LeadForm, ParticipationForm
from projects.forms.indicators import IndicatorForm, IndicatorValueForm
from projects.forms.obligations import EvidenceForm, ObligationForm, WaiverForm
from projects.forms.organisations import (
    InvestorForm,
    MembershipForm,
    OrganisationForm,
    PersonForm,
    PositionForm,
    StaffMemberForm,
)
from projects.forms.progress import (
    HolidayForm,
    MilestoneForm,
    ObservationForm,
    ProblemForm,
    ReportingCycleForm,
    ReportingPeriodForm,
    UpdateForm,
)
from projects.forms.projects import (
    PhaseForm,
    ProgrammeForm,
    ProgrammeSectorForm,
    ProjectForm,
    ProjectLinkForm,
    ProjectPartyForm,
    ProjectSectorForm,
    StageChangeForm,
)
from projects.forms.shipments import CheckpointForm, ContainerForm, NextCheckpointForm, ShipmentForm
from projects.forms.sourced import SourcedForm
from projects.forms.sources import SourceForm, StatementForm

FORMS = {
    form._meta.model: form
    for form in (
        ActionItemForm,
        AgreementForm,
        AmountForm,
        AttachmentForm,
        CheckpointForm,
        ContainerForm,
        CurrencyForm,
        DocumentForm,
        DocumentTypeForm,
        EngagementForm,
        EvidenceForm,
        ExchangeRateForm,
        HolidayForm,
        IndicatorForm,
        IndicatorValueForm,
        InstrumentForm,
        InvestorForm,
        LeadForm,
        MembershipForm,
        MetricForm,
        MilestoneForm,
        MilestoneKindForm,
        ObligationForm,
        ObligationKindForm,
        ObligationTemplateForm,
        ObservationForm,
        OrganisationForm,
        ParticipationForm,
        PersonForm,
        PhaseForm,
        PlaceForm,
        PositionForm,
        ProblemForm,
        ProgrammeForm,
        ProgrammeSectorForm,
        ProjectDocumentForm,
        ProjectForm,
        ProjectLinkForm,
        ProjectPartyForm,
        ProjectSectorForm,
        ReportingCycleForm,
        ReportingPeriodForm,
        SectorForm,
        ShipmentForm,
        SourceForm,
        StaffMemberForm,
        StageChangeForm,
        StageForm,
        StageRequirementForm,
        StatementForm,
        UnitForm,
        UpdateForm,
        WaiverForm,
    )
}

__all__ = ["CONTROL_FIELDS", "FORMS", "NextCheckpointForm", "RecordForm", "SourcedForm"]
