"""Programmes, projects and their parts in the admin."""

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, in_languages, named
from projects.admin.lists import AmountIncomplete, ProjectIncomplete, ReportLacking, SectorFilter, Untranslated
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import (
    Amount,
    Milestone,
    Observation,
    Phase,
    Problem,
    Programme,
    ProgrammeSector,
    Project,
    ProjectDocument,
    ProjectLink,
    ProjectParty,
    ProjectSector,
    StageChange,
)
from projects.models.functions import Fold
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.projects import PROJECT_SEARCH
from projects.models.sources import STATEMENT_SEARCH
from projects.wording import money

PROGRAMME_SEARCH = Fold("code", "name_kk", "name_ru", "name_en", "name_zh_hans")
SUBJECTS = {"project": PROJECT_SEARCH, "programme": PROGRAMME_SEARCH}
ONE_SUBJECT = _("Choose a project or a programme, not both.")
FIGURE = (("as_of", "date_precision"), "statement", "certainty")


class PartyInline(RecordInline):
    model = ProjectParty
    fields = ("organisation", "role", "candidates", "share", "statement", "certainty")


class ProjectPartyInline(PartyInline):
    fields = ("organisation", "role", "share", "statement", "certainty")


class AmountInline(RecordInline):
    model = Amount
    fields = (
        "kind",
        "bound",
        "value",
        "currency",
        "as_of",
        "date_precision",
        "money_source",
        "payer",
        "included_in",
        "inclusion",
        "statement",
        "certainty",
    )


class MilestoneInline(RecordInline):
    model = Milestone
    fields = (
        "kind",
        "planned_on",
        "planned_precision",
        "forecast_on",
        "met_on",
        "met_precision",
        "document",
        "statement",
    )


class ObservationInline(RecordInline):
    model = Observation
    fields = (
        "metric",
        "status",
        "bound",
        "value",
        "unit",
        "period_start",
        "period_end",
        "as_of",
        "date_precision",
        "statement",
        "certainty",
    )


class SectorInline(RecordInline):
    model = ProjectSector
    fields = ("sector", "statement", "certainty")


class StageChangeInline(RecordInline):
    model = StageChange
    fields = ("stage", "effective_on", "date_precision", "reason", "document", "statement")


class PhaseInline(RecordInline):
    model = Phase
    fields = ("number", "organisation", "name_kk", "name_ru", "name_en", "name_zh_hans", "start_on", "end_on")


class ProblemInline(RecordInline):
    model = Problem
    fields = ("title_kk", "title_ru", "severity", "side", "owner", "raised_on", "due_on", "closed_on", "resolution")


class LinkInline(RecordInline):
    model = ProjectLink
    fk_name = "from_project"
    fields = ("kind", "to_project", "statement", "certainty")


class DocumentInline(RecordInline):
    model = ProjectDocument
    fields = ("document", "note")


class SectorMentionInline(RecordInline):
    model = ProgrammeSector
    verbose_name_plural = _("sectors that sources name")
    fields = ("sector", "alternative", "statement", "certainty")


@register(Programme, site=site)
class ProgrammeAdmin(RecordAdmin):
    list_display = ("code", "name_column", "consortium", "sectors_are_exhaustive")
    list_select_related = ("consortium",)
    list_filter = ("sectors_are_exhaustive", Untranslated)
    search = PROGRAMME_SEARCH
    inlines = (SectorMentionInline, AmountInline, ObservationInline, PartyInline, PhaseInline, MilestoneInline)
    fieldsets = (
        (None, {"fields": ["code", "consortium", "sectors_are_exhaustive"]}),
        named(),
        named("description", title=_("Description in four languages"), description=None),
    )


@register(Project, site=site)
class ProjectAdmin(RecordAdmin):
    list_display = (
        "reference",
        "name_column",
        "main_sector",
        "place",
        "stage_column",
        "status",
        "programme",
        "curator",
    )
    list_select_related = ("main_sector", "place", "stage", "programme", "curator")
    list_filter = (
        SectorFilter,
        "stage",
        "stage_group",
        "status",
        "programme",
        "is_placeholder",
        ReportLacking,
        ProjectIncomplete,
        Untranslated,
    )
    linked = ("place", "curator", "main_sector")
    search = PROJECT_SEARCH
    readonly_fields = ("stage",)
    inlines = (
        ProjectPartyInline,
        AmountInline,
        StageChangeInline,
        MilestoneInline,
        ObservationInline,
        SectorInline,
        PhaseInline,
        ProblemInline,
        LinkInline,
        DocumentInline,
    )
    fieldsets = (
        (
            _("Identification"),
            {"fields": ["reference", "programme", "is_placeholder", "is_public", "aliases"]},
        ),
        named(),
        (
            _("Sector and place"),
            {
                "fields": ["project_type", "main_sector", "place", ("latitude", "longitude"), "cadastral_number"],
                "description": _("One main sector, by which sums are made; further ones stand below."),
            },
        ),
        (
            _("Progress"),
            {
                "fields": [
                    ("stage", "stage_group"),
                    ("status", "status_on"),
                    "status_reason",
                    "review_on",
                    "announced_on",
                    ("planned_start_on", "planned_end_on"),
                    ("started_on", "commissioned_on"),
                ],
                "description": _(
                    "How far the project is follows from its stage changes; how well it goes is its status. "
                    "A suspension or cancellation needs a reason and a date."
                ),
            },
        ),
        (
            _("Administration"),
            {"fields": [("curator", "department"), "contract_type", ("contract_number", "platform_number")]},
        ),
        named("description", title=_("Description in four languages"), description=None, classes=["collapse"]),
        named("purpose", title=_("Purpose in four languages"), description=None, classes=["collapse"]),
    )

    @display(description=_("stage"), ordering="stage__position")
    def stage_column(self, obj):
        return obj.stage or obj.get_stage_group_display()


class PartAdmin(RecordAdmin):
    """A part of a project or programme: found by the text of what it belongs to."""

    search_related = SUBJECTS
    linked = ("project", "programme", "statement", "organisation")

    @display(description=_("belongs to"))
    def subject_column(self, obj):
        return obj.project or obj.programme


@register(Amount, site=site)
class AmountAdmin(PartAdmin):
    list_display = ("money_column", "kind", "subject_column", "as_of", "money_source", "inclusion", "certainty")
    list_select_related = ("project", "programme", "currency")
    list_filter = ("kind", "currency", "bound", "inclusion", "certainty", "is_confidential", AmountIncomplete)
    search_related = SUBJECTS | {"payer": ORGANISATION_SEARCH, "statement": STATEMENT_SEARCH}
    linked = ("project", "programme", "statement", "payer")
    readonly_fields = ("superseded_by", "rate", "rate_on", "value_kzt")
    only_new = ("corrects",)
    fieldsets = (
        (
            None,
            {
                "fields": ["kind", ("bound", "value", "currency"), "money_source"],
                "description": _(
                    "As stated, in the currency it was stated in. A correction is a new amount; "
                    "the old one then names it under “corrected by”."
                ),
            },
        ),
        (
            _("Belongs to"),
            {"fields": [("project", "programme"), "candidates", "phase", "payer"], "description": ONE_SUBJECT},
        ),
        (_("Source"), {"fields": [*FIGURE, "is_confidential"]}),
        (
            _("Relation to other amounts"),
            {
                "fields": [("included_in", "inclusion"), "corrects", "superseded_by"],
                "description": _("An amount that may be part of another one is never added to it."),
            },
        ),
        (_("In tenge, at the rate of the day"), {"fields": [("rate", "rate_on", "value_kzt")]}),
        named("note", title=_("Note"), description=None, classes=["collapse"]),
    )

    @display(description=_("amount"), ordering="value")
    def money_column(self, obj):
        return money(obj.value, obj.currency_id, obj.bound)


@register(StageChange, site=site)
class StageChangeAdmin(PartAdmin):
    list_display = ("project", "stage", "effective_on", "date_precision", "document")
    list_select_related = ("project", "stage", "document__document_type")
    list_filter = ("stage", "date_precision")
    search_related = {"project": PROJECT_SEARCH}
    linked = ("project", "statement")
    fieldsets = (
        (
            None,
            {
                "fields": [
                    "project",
                    "stage",
                    ("effective_on", "date_precision"),
                    "commissioned_on",
                    "reason",
                    "document",
                    "statement",
                ],
                "description": _("The latest change in force is the project's stage. Going back needs a reason."),
            },
        ),
    )


@register(Phase, site=site)
class PhaseAdmin(PartAdmin):
    list_display = ("number", "name_column", "subject_column", "organisation", "start_on", "end_on")
    list_select_related = ("project", "programme", "organisation")
    list_filter = (Untranslated,)
    fieldsets = (
        (
            None,
            {
                "fields": [("project", "programme"), "organisation", "number", ("start_on", "end_on")],
                "description": ONE_SUBJECT,
            },
        ),
        named(),
    )


@register(ProjectParty, site=site)
class ProjectPartyAdmin(PartAdmin):
    list_display = ("organisation", "role", "subject_column", "share", "certainty")
    list_select_related = ("organisation", "project", "programme")
    list_filter = ("role", "certainty")
    search_related = SUBJECTS | {"organisation": ORGANISATION_SEARCH}
    fieldsets = (
        (
            None,
            {
                "fields": [
                    "organisation",
                    "role",
                    ("project", "programme"),
                    "candidates",
                    "share",
                    "statement",
                    "certainty",
                ],
                "description": ONE_SUBJECT,
            },
        ),
    )


@register(ProjectSector, site=site)
class ProjectSectorAdmin(PartAdmin):
    list_display = ("project", "sector", "certainty")
    list_select_related = ("project", "sector")
    list_filter = ("certainty",)
    search_related = {"project": PROJECT_SEARCH}
    linked = ("project", "sector", "statement")
    fieldsets = ((None, {"fields": ["project", "sector", "statement", "certainty"]}),)


@register(ProgrammeSector, site=site)
class ProgrammeSectorAdmin(PartAdmin):
    list_display = ("programme", "sector", "alternative", "statement", "certainty")
    list_select_related = ("programme", "sector", "alternative", "statement")
    list_filter = ("programme", "certainty")
    search_related = {"programme": PROGRAMME_SEARCH}
    linked = ("programme", "sector", "statement")
    fieldsets = (
        (
            None,
            {
                "fields": ["programme", ("sector", "alternative"), "statement", "certainty"],
                "description": _("Each source's list stands for itself, also where two lists contradict."),
            },
        ),
    )


@register(ProjectLink, site=site)
class ProjectLinkAdmin(PartAdmin):
    list_display = ("from_project", "kind", "to_project", "certainty")
    list_select_related = ("from_project", "to_project")
    list_filter = ("kind", "certainty")
    search_related = {"from_project": PROJECT_SEARCH, "to_project": PROJECT_SEARCH}
    linked = ("from_project", "to_project", "statement")
    fieldsets = (
        (None, {"fields": ["from_project", "kind", "to_project", "statement", "certainty"]}),
        (_("Note"), {"fields": in_languages("note"), "classes": ["collapse"]}),
    )


@register(ProjectDocument, site=site)
class ProjectDocumentAdmin(PartAdmin):
    list_display = ("project", "document", "note")
    list_select_related = ("project", "document__document_type")
    search_related = {"project": PROJECT_SEARCH}
    linked = ("project", "document")
    fieldsets = ((None, {"fields": ["project", "document", "note"]}),)
