"""One FilterSet a noun, shared by page, admin, export and API."""

from projects.filters.engagements import AgreementFilterSet, EngagementFilterSet, LeadFilterSet
from projects.filters.nouns import (
    IndicatorFilterSet,
    InvestorFilterSet,
    ObligationFilterSet,
    OrganisationFilterSet,
    PlaceFilterSet,
    ProgrammeFilterSet,
    RateFilterSet,
    SectorFilterSet,
    ShipmentFilterSet,
    SourceFilterSet,
    StatementFilterSet,
    UpdateFilterSet,
)
from projects.filters.projects import ProjectFilterSet

__all__ = [
    "AgreementFilterSet",
    "EngagementFilterSet",
    "IndicatorFilterSet",
    "InvestorFilterSet",
    "LeadFilterSet",
    "ObligationFilterSet",
    "OrganisationFilterSet",
    "PlaceFilterSet",
    "ProgrammeFilterSet",
    "ProjectFilterSet",
    "RateFilterSet",
    "SectorFilterSet",
    "ShipmentFilterSet",
    "SourceFilterSet",
    "StatementFilterSet",
    "UpdateFilterSet",
]
