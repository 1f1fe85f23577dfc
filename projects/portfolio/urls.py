"""Addresses of the register's pages; those that write come before those that take any reference."""

from django.urls import path

from projects.portfolio import edit_urls, nouns, projects

urlpatterns = [
    *edit_urls.urlpatterns,
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<str:reference>/", projects.ProjectPage.as_view(), name="project-detail"),
    path("programmes/", nouns.ProgrammeList.as_view(), name="programme-list"),
    path("programmes/<slug:code>/", projects.ProgrammePage.as_view(), name="programme-detail"),
    path("investors/", nouns.InvestorList.as_view(), name="investor-list"),
    path("investors/<int:pk>/", nouns.InvestorPage.as_view(), name="investor-detail"),
    path("sectors/", nouns.SectorPage.as_view(), name="sector-list"),
    path("sources/", nouns.SourceList.as_view(), name="source-list"),
    path("sources/<str:code>/", nouns.SourcePage.as_view(), name="source-detail"),
    path("engagements/", nouns.EngagementList.as_view(), name="engagement-list"),
    path("engagements/<int:pk>/", nouns.EngagementPage.as_view(), name="engagement-detail"),
    path("agreements/", nouns.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<int:pk>/", nouns.AgreementPage.as_view(), name="agreement-detail"),
    path("statements/", nouns.StatementList.as_view(), name="statement-list"),
    path("leads/", nouns.LeadList.as_view(), name="lead-list"),
    path("leads/<int:pk>/", nouns.LeadPage.as_view(), name="lead-detail"),
    path("shipments/", nouns.ShipmentList.as_view(), name="shipment-list"),
    path("shipments/<int:pk>/", nouns.ShipmentPage.as_view(), name="shipment-detail"),
    path("obligations/", nouns.ObligationList.as_view(), name="obligation-list"),
    path("obligations/<int:pk>/", nouns.ObligationPage.as_view(), name="obligation-detail"),
    path("indicators/", nouns.IndicatorList.as_view(), name="indicator-list"),
    path("indicators/<slug:code>/", nouns.IndicatorPage.as_view(), name="indicator-detail"),
    path("updates/", nouns.UpdateList.as_view(), name="update-list"),
    path("updates/<int:pk>/", nouns.UpdatePage.as_view(), name="update-detail"),
]
