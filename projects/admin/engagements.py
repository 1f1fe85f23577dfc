"""Visits, talks, agreements, leads and decisions in the admin."""

from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, named
from projects.admin.lists import OwnSectorFilter, Untranslated
from projects.admin.organisations import PERSON_SEARCH
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import ActionItem, Agreement, Engagement, Lead, Participation
from projects.models.engagements import ENGAGEMENT_SEARCH, LEAD_SEARCH
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.projects import PROJECT_SEARCH


class ParticipationInline(RecordInline):
    model = Participation
    fields = ("role", "person", "organisation")


class AgreementInline(RecordInline):
    model = Agreement
    fields = ("kind", "name_kk", "name_ru", "concluded_on", "date_precision", "project", "statement", "certainty")


class LeadInline(RecordInline):
    model = Lead
    fields = (
        "name_kk",
        "name_ru",
        "stage",
        "sector",
        "place",
        "organisation",
        "converted_to",
        "statement",
        "certainty",
    )


class ActionItemInline(RecordInline):
    model = ActionItem
    fields = ("task_kk", "task_ru", "project", "owner", "organisation", "due_on", "done_on")


@register(Engagement, site=site)
class EngagementAdmin(RecordAdmin):
    list_display = ("name_column", "kind", "held_on", "place", "sector", "certainty")
    list_select_related = ("place", "sector")
    list_filter = ("kind", OwnSectorFilter, "certainty", Untranslated)
    linked = ("place", "programme", "statement")
    search = ENGAGEMENT_SEARCH
    inlines = (ParticipationInline, AgreementInline, LeadInline, ActionItemInline)
    fieldsets = (
        (None, {"fields": ["kind", ("held_on", "date_precision"), "place", "sector"]}),
        named(),
        (_("Belongs to"), {"fields": ["programme", "projects"]}),
        (_("Source"), {"fields": ["statement", "certainty"]}),
        named("venue", title=_("Venue in four languages"), description=None, classes=["collapse"]),
        named("summary", title=_("Summary in four languages"), description=None, classes=["collapse"]),
    )


@register(Participation, site=site)
class ParticipationAdmin(RecordAdmin):
    list_display = ("engagement", "role", "person", "organisation")
    list_select_related = ("engagement", "person", "organisation")
    list_filter = ("role",)
    linked = ("engagement", "person", "organisation")
    search_columns = ("role",)
    search_related = {
        "engagement": ENGAGEMENT_SEARCH,
        "person": PERSON_SEARCH,
        "organisation": ORGANISATION_SEARCH,
    }
    fieldsets = (
        (
            None,
            {
                "fields": ["engagement", "role", "person", "organisation"],
                "description": _("Choose a person, an organisation, or both."),
            },
        ),
    )


@register(Agreement, site=site)
class AgreementAdmin(RecordAdmin):
    list_display = ("name_column", "kind", "concluded_on", "expires_on", "project", "certainty")
    list_select_related = ("project",)
    list_filter = ("kind", "certainty", Untranslated)
    linked = ("project", "programme", "engagement", "statement")
    search_columns = ("name_kk", "name_ru", "name_en", "name_zh_hans")
    search_related = {"project": PROJECT_SEARCH}
    fieldsets = (
        (None, {"fields": ["kind", ("concluded_on", "date_precision"), "expires_on", "document"]}),
        named(),
        (_("Belongs to"), {"fields": ["engagement", ("programme", "project"), "parties"]}),
        (_("Source"), {"fields": ["statement", "certainty"]}),
    )


@register(Lead, site=site)
class LeadAdmin(RecordAdmin):
    list_display = ("name_column", "stage", "sector", "place", "engagement", "converted_to")
    list_select_related = ("sector", "place", "engagement", "converted_to")
    list_filter = ("stage", OwnSectorFilter, "certainty", Untranslated)
    linked = ("place", "engagement", "organisation", "statement")
    search = LEAD_SEARCH
    fieldsets = (
        (None, {"fields": ["stage", "sector", "place", "organisation", "tags"]}),
        named(),
        (
            _("Where it came from, what it became"),
            {
                "fields": ["engagement", "converted_to"],
                "description": _("A lead that became a project names it, and has that stage."),
            },
        ),
        (_("Source"), {"fields": ["statement", "certainty"]}),
        named("description", title=_("Description in four languages"), description=None, classes=["collapse"]),
    )


@register(ActionItem, site=site)
class ActionItemAdmin(RecordAdmin):
    list_display = ("task_column", "engagement", "project", "owner", "organisation", "due_on", "done_on")
    list_select_related = ("engagement", "project", "owner", "organisation")
    list_filter = (Untranslated,)
    linked = ("engagement", "project", "owner", "organisation")
    search_columns = ("task_kk", "task_ru", "task_en", "task_zh_hans")
    search_related = {"project": PROJECT_SEARCH}
    fieldsets = (
        (None, {"fields": ["engagement", "project", ("owner", "organisation"), ("due_on", "done_on")]}),
        named("task", title=_("Task in four languages")),
    )

    def task_column(self, obj):
        return obj.task[:160]

    task_column.short_description = _("task")
