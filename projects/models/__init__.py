"""The data model, in foreign-key order: each module imports only those before it."""

from projects.models.attachments import Attachment
from projects.models.closing import PeriodReport
from projects.models.codelists import (
    Currency,
    DocumentType,
    ExchangeRate,
    Holiday,
    Metric,
    MilestoneKind,
    ObligationKind,
    Place,
    Sector,
    Stage,
    StageRequirement,
    Unit,
)
from projects.models.desks import ApiToken, ImportedFile, ImportJob, Notice, SavedView, Submission, Subscription
from projects.models.engagements import ActionItem, Agreement, Engagement, Lead, Participation
from projects.models.financing import Amount, Phase, ProjectParty
from projects.models.imports import ImportRun, SavedMapping
from projects.models.indicators import Indicator, IndicatorValue
from projects.models.instruments import Instrument, ObligationTemplate
from projects.models.money import ProjectMoney
from projects.models.obligations import Evidence, Obligation, Waiver
from projects.models.organisations import (
    Investor,
    Membership,
    Organisation,
    Person,
    Position,
    StaffMember,
)
from projects.models.progress import (
    Autosave,
    Milestone,
    Observation,
    Problem,
    ReportingCycle,
    ReportingPeriod,
    Update,
)
from projects.models.projects import (
    Programme,
    ProgrammeSector,
    Project,
    ProjectDocument,
    ProjectLink,
    ProjectSector,
    StageChange,
)
from projects.models.reports import DueReport
from projects.models.second_factor import SecondFactorEvent
from projects.models.shipments import Checkpoint, Container, Shipment
from projects.models.sources import Document, Source, Statement
from projects.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "ActionItem",
    "Agreement",
    "Amount",
    "ApiToken",
    "Attachment",
    "Autosave",
    "Checkpoint",
    "Container",
    "Currency",
    "Document",
    "DocumentType",
    "DueReport",
    "Engagement",
    "Evidence",
    "ExchangeRate",
    "Holiday",
    "ImportJob",
    "ImportRun",
    "ImportedFile",
    "Indicator",
    "IndicatorValue",
    "Instrument",
    "Investor",
    "Lead",
    "Membership",
    "Metric",
    "Milestone",
    "MilestoneKind",
    "Notice",
    "Obligation",
    "ObligationKind",
    "ObligationTemplate",
    "Observation",
    "Organisation",
    "Participation",
    "PeriodReport",
    "Person",
    "Phase",
    "Place",
    "Position",
    "Problem",
    "Programme",
    "ProgrammeSector",
    "Project",
    "ProjectDocument",
    "ProjectLink",
    "ProjectMoney",
    "ProjectParty",
    "ProjectSector",
    "ReportingCycle",
    "ReportingPeriod",
    "SavedMapping",
    "SavedView",
    "SecondFactorEvent",
    "Sector",
    "Shipment",
    "Source",
    "StaffMember",
    "Stage",
    "StageChange",
    "StageRequirement",
    "Statement",
    "Submission",
    "Subscription",
    "Unit",
    "Update",
    "Waiver",
    "Webhook",
    "WebhookDelivery",
]
