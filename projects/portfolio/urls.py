"""Addresses of the register's pages; those that write come before those that take any reference."""

from itertools import groupby

from django.urls import include, path

from projects.portfolio import (
    compliance,
    contacts,
    desk,
    documents,
    downloads,
    edit_urls,
    import_mapping,
    imports,
    indicators,
    nouns,
    obligations,
    papers,
    periods,
    project_pages,
    projects,
    shipments,
    staff,
    timelines,
)


def _by_noun(patterns):
    """The same addresses, those of a noun together, so that an address is compared with those of its noun alone."""

    def split(pattern):
        noun, slash, rest = str(pattern.pattern).partition("/")
        return noun + slash, rest

    def noun(pattern):
        return split(pattern)[0]

    return [
        path(first, include([path(split(p)[1], p.callback, p.default_args, p.name) for p in of_noun]))
        for first, of_noun in groupby(sorted(patterns, key=noun), key=noun)
    ]


_addresses = [
    *edit_urls.urlpatterns,
    *papers.urlpatterns,
    *compliance.urlpatterns,
    *downloads.addresses("documents/", documents.DocumentList),
    path("documents/", documents.DocumentList.as_view(), name="file-list"),
    path("documents/<int:pk>/", documents.DocumentPage.as_view(), name="file-detail"),
    path("documents/<int:pk>/file/", documents.DocumentFile.as_view(), name="file-content"),
    path("updates/periods/", periods.PeriodList.as_view(), name="period-list"),
    path("updates/periods/<int:pk>/", periods.PeriodPage.as_view(), name="period-detail"),
    path("updates/periods/<int:pk>/reopen/", periods.PeriodReopening.as_view(), name="period-reopen"),
    path("updates/periods/<int:pk>/reports/<int:number>/", periods.PeriodPage.as_view(), name="period-report"),
    path("imports/", imports.ImportList.as_view(), name="import-list"),
    path("imports/new/", imports.ImportNew.as_view(), name="import-new"),
    path("imports/<int:pk>/", imports.ImportPage.as_view(), name="import-detail"),
    path("imports/<int:pk>/mapping/", import_mapping.MappingPage.as_view(), name="import-mapping"),
    path("imports/<int:pk>/run/", import_mapping.RunPart.as_view(), name="import-run"),
    path("imports/<int:pk>/file/", imports.ImportFile.as_view(), name="import-file"),
    path("imports/<int:pk>/marked.xlsx", imports.MarkedFile.as_view(), name="import-marked"),
    path("projects/edit.xlsx", imports.Workbook.as_view(), name="project-workbook"),
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<str:reference>/", project_pages.ProjectPage.as_view(), name="project-detail"),
    path("projects/<str:reference>/timeline/", timelines.ProjectTimeline.as_view(), name="project-timeline"),
    path("programmes/", nouns.ProgrammeList.as_view(), name="programme-list"),
    path("programmes/<slug:code>/", project_pages.ProgrammePage.as_view(), name="programme-detail"),
    path("investors/", nouns.InvestorList.as_view(), name="investor-list"),
    path("investors/<int:pk>/", nouns.InvestorPage.as_view(), name="investor-detail"),
    path("sectors/", nouns.SectorPage.as_view(), name="sector-list"),
    path("sources/", nouns.SourceList.as_view(), name="source-list"),
    path("sources/<str:code>/", nouns.SourcePage.as_view(), name="source-detail"),
    path("engagements/", nouns.EngagementList.as_view(), name="engagement-list"),
    path("engagements/contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("places/<str:code>/", contacts.PlacePage.as_view(), name="place-detail"),
    path("engagements/<int:pk>/", nouns.EngagementPage.as_view(), name="engagement-detail"),
    path("agreements/", nouns.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<int:pk>/", nouns.AgreementPage.as_view(), name="agreement-detail"),
    path("statements/", nouns.StatementList.as_view(), name="statement-list"),
    path("leads/", nouns.LeadList.as_view(), name="lead-list"),
    path("leads/<int:pk>/project/", nouns.LeadConversion.as_view(), name="lead-project"),
    path("leads/<int:pk>/", nouns.LeadPage.as_view(), name="lead-detail"),
    path("shipments/", shipments.ShipmentList.as_view(), name="shipment-list"),
    path("shipments/<int:parent>/next/", shipments.NextCheckpoint.as_view(), name="checkpoint-next"),
    path("shipments/<int:pk>/same/<int:twin>/", shipments.SameShipment.as_view(), name="shipment-same"),
    path("shipments/<int:pk>/", shipments.ShipmentPage.as_view(), name="shipment-detail"),
    path("obligations/", obligations.ObligationList.as_view(), name="obligation-list"),
    path("obligations/<int:pk>/", obligations.ObligationPage.as_view(), name="obligation-detail"),
    path(
        "obligations/<int:pk>/evidence/<int:key>/decision/",
        obligations.EvidenceDecision.as_view(),
        name="evidence-decision",
    ),
    path("indicators/", indicators.IndicatorList.as_view(), name="indicator-list"),
    path("indicators/import/", indicators.IndicatorImport.as_view(), name="indicator-import"),
    path("indicators/ranks/", indicators.Ranks.as_view(), name="indicator-ranks"),
    path("indicators/<slug:code>/", indicators.IndicatorPage.as_view(), name="indicator-detail"),
    path("updates/", desk.Desk.as_view(), name="desk"),
    path("updates/all/", nouns.UpdateList.as_view(), name="update-list"),
    path("updates/confirm/", desk.Confirm.as_view(), name="update-confirm"),
    path("updates/timeliness/", staff.Timeliness.as_view(), name="timeliness"),
    path("updates/timeliness/rows/", staff.TimelinessRows.as_view(), name="timeliness-rows"),
    path("updates/timeliness/export.csv", staff.TimelinessExport.as_view(), name="timeliness-export"),
    path("updates/handover/", staff.Handover.as_view(), name="handover"),
    path("inbox/", staff.Inbox.as_view(), name="inbox"),
    path("updates/<int:pk>/", nouns.UpdatePage.as_view(), name="update-detail"),
    *downloads.addresses("projects/", projects.ProjectList),
    *downloads.addresses("programmes/", nouns.ProgrammeList),
    *downloads.addresses("investors/", nouns.InvestorList),
    *downloads.addresses("sources/", nouns.SourceList),
    *downloads.addresses("engagements/", nouns.EngagementList),
    *downloads.addresses("agreements/", nouns.AgreementList),
    *downloads.addresses("statements/", nouns.StatementList),
    *downloads.addresses("leads/", nouns.LeadList),
    *downloads.addresses("shipments/", shipments.ShipmentList),
    *downloads.addresses("obligations/", obligations.ObligationList),
    *downloads.addresses("indicators/", indicators.IndicatorList),
    *downloads.addresses("updates/", nouns.UpdateList),
]

urlpatterns = _by_noun(_addresses)
