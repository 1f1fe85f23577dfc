"""Addresses of the API. Those that name a record by a code take any letters that a code may have."""

from django.urls import path

from projects.api import projects, registers, updates
from projects.api.schema import Docs, Schema

app_name = "api"

urlpatterns = [
    path("projects/", projects.Projects.as_view(), name="project-list"),
    path("projects/<str:reference>/", projects.OneProject.as_view(), name="project-detail"),
    path("totals/", projects.Totals.as_view(), name="totals"),
    path("facets/", projects.Facets.as_view(), name="facets"),
    path("programmes/", registers.Programmes.as_view(), name="programme-list"),
    path("programmes/<str:code>/", registers.OneProgramme.as_view(), name="programme-detail"),
    path("investors/", registers.Investors.as_view(), name="investor-list"),
    path("investors/<int:pk>/", registers.OneInvestor.as_view(), name="investor-detail"),
    path("updates/", updates.Updates.as_view(), name="update-list"),
    path("updates/<int:pk>/", updates.OneUpdate.as_view(), name="update-detail"),
    path("updates/<int:pk>/approve/", updates.Approval.as_view(), name="update-approve"),
    path("updates/<int:pk>/return/", updates.Return.as_view(), name="update-return"),
    path("obligations/", registers.Obligations.as_view(), name="obligation-list"),
    path("obligations/<int:pk>/", registers.OneObligation.as_view(), name="obligation-detail"),
    path("shipments/", registers.Shipments.as_view(), name="shipment-list"),
    path("shipments/<int:pk>/", registers.OneShipment.as_view(), name="shipment-detail"),
    path("engagements/", registers.Engagements.as_view(), name="engagement-list"),
    path("engagements/<int:pk>/", registers.OneEngagement.as_view(), name="engagement-detail"),
    path("agreements/", registers.Agreements.as_view(), name="agreement-list"),
    path("agreements/<int:pk>/", registers.OneAgreement.as_view(), name="agreement-detail"),
    path("leads/", registers.Leads.as_view(), name="lead-list"),
    path("leads/<int:pk>/", registers.OneLead.as_view(), name="lead-detail"),
    path("indicators/", registers.Indicators.as_view(), name="indicator-list"),
    path("indicators/<str:code>/", registers.OneIndicator.as_view(), name="indicator-detail"),
    path("sources/", registers.Sources.as_view(), name="source-list"),
    path("sources/<path:code>/", registers.OneSource.as_view(), name="source-detail"),
    path("statements/", registers.Statements.as_view(), name="statement-list"),
    path("statements/<path:code>/", registers.OneStatement.as_view(), name="statement-detail"),
    path("sectors/", registers.Sectors.as_view(), name="sector-list"),
    path("sectors/<path:code>/", registers.OneSector.as_view(), name="sector-detail"),
    path("places/", registers.Places.as_view(), name="place-list"),
    path("places/<path:code>/", registers.OnePlace.as_view(), name="place-detail"),
    path("rates/", registers.Rates.as_view(), name="rate-list"),
    path("rates/<int:pk>/", registers.OneRate.as_view(), name="rate-detail"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", Docs.as_view(), name="docs"),
]
