"""Reporting rhythm, updates, milestones, observations and problems in the admin."""

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, named
from projects.admin.lists import FigureIncomplete, Untranslated
from projects.admin.projects import FIGURE, ONE_SUBJECT, PartAdmin
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import Milestone, Observation, Problem, ReportingCycle, ReportingPeriod, Update
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.projects import PROJECT_SEARCH
from projects.wording import quantity


class PeriodInline(RecordInline):
    model = ReportingPeriod
    fields = ("start_on", "end_on", "due_on", "follows_calendar", "closed_at")
    readonly_fields = ("closed_at",)


@register(ReportingCycle, site=site)
class ReportingCycleAdmin(RecordAdmin):
    list_display = ("code", "name_column", "audience", "frequency", "due_day", "working_day_rule", "is_active")
    list_filter = ("frequency", "is_active", Untranslated)
    search_columns = ("code", "name_kk", "name_ru", "name_en", "name_zh_hans", "audience")
    inlines = (PeriodInline,)
    fieldsets = (
        (None, {"fields": ["code", "audience", "is_active"]}),
        named(),
        (
            _("When reports are due"),
            {"fields": ["frequency", ("due_day", "due_month_offset"), "working_day_rule"]},
        ),
    )


@register(ReportingPeriod, site=site)
class ReportingPeriodAdmin(RecordAdmin):
    list_display = ("start_on", "end_on", "cycle", "due_on", "closed_at")
    readonly_fields = ("closed_at",)
    list_display_links = ("start_on", "end_on")
    list_select_related = ("cycle",)
    list_filter = ("cycle",)
    search_columns = ("start_on", "end_on")
    fieldsets = (
        (
            None,
            {
                "fields": ["cycle", ("start_on", "end_on"), ("due_on", "follows_calendar"), "closed_at"],
                "description": _("A closed period takes no updates. Periods of one cycle do not overlap."),
            },
        ),
    )

    def get_search_results(self, request, queryset, search_term):
        """Periods are found by their days, typed as 2026-10."""
        text = search_term.strip()
        if text and text.replace("-", "").isdigit():
            queryset = queryset.filter(start_on__startswith=text) | queryset.filter(end_on__startswith=text)
        return queryset, False


REVIEW = ("status", "submitted_at", "holder", "reviewer", "reviewed_at", "review_comment", "field_comments")


@register(Update, site=site)
class UpdateAdmin(PartAdmin):
    # Reported on the page of the report, decided on the page of the review.
    readonly_fields = ("author", "changes", *REVIEW)
    list_display = ("project", "period", "status", "is_no_change", "author", "submitted_at", "reviewer", "reviewed_at")
    list_select_related = ("project", "period", "author", "reviewer")
    list_filter = ("status", "is_no_change")
    search_related = {"project": PROJECT_SEARCH}
    linked = ("project", "period", "author", "reviewer")
    fieldsets = (
        (None, {"fields": ["project", "period", "reported_on", "author"]}),
        (_("Report"), {"fields": ["is_no_change", "narrative", "changes"]}),
        (
            _("Review"),
            {
                "fields": [*REVIEW],
                "description": _(
                    "Updates are approved on their own page, where what they report is written to the project. "
                    "Nobody reviews an update of their own."
                ),
            },
        ),
    )


@register(Milestone, site=site)
class MilestoneAdmin(PartAdmin):
    list_display = ("kind", "subject_column", "planned_on", "planned_precision", "forecast_on", "met_on")
    list_select_related = ("kind", "project", "programme")
    list_filter = ("kind", "certainty")
    fieldsets = (
        (None, {"fields": ["kind", ("project", "programme")], "description": ONE_SUBJECT}),
        (
            _("Dates"),
            {"fields": [("planned_on", "planned_precision"), "forecast_on", ("met_on", "met_precision"), "document"]},
        ),
        (_("Source"), {"fields": ["statement", "certainty"]}),
        named("planned_words", title=_("Plan in the source's words"), description=None, classes=["collapse"]),
        named("note", title=_("Note"), description=None, classes=["collapse"]),
    )


@register(Observation, site=site)
class ObservationAdmin(PartAdmin):
    readonly_fields = ("update",)
    list_display = ("metric", "value_column", "status", "subject_column", "as_of", "certainty")
    list_select_related = ("metric", "unit", "project", "programme")
    list_filter = ("metric", "status", "certainty", FigureIncomplete)
    fieldsets = (
        (
            None,
            {
                "fields": [
                    "metric",
                    "status",
                    ("bound", "value", "unit"),
                    ("period_start", "period_end"),
                    "cumulative",
                ],
                "description": _("The unit must measure the same thing as the metric."),
            },
        ),
        (
            _("Belongs to"),
            {"fields": [("project", "programme"), "candidates", "phase", "update"], "description": ONE_SUBJECT},
        ),
        (_("Source"), {"fields": [*FIGURE]}),
        named("note", title=_("Note"), description=None, classes=["collapse"]),
    )

    @display(description=_("value"), ordering="value")
    def value_column(self, obj):
        return quantity(obj.value, obj.unit.symbol or str(obj.unit), obj.bound)


@register(Problem, site=site)
class ProblemAdmin(PartAdmin):
    list_display = ("title_column", "project", "severity", "side", "owner", "raised_on", "due_on", "closed_on")
    list_select_related = ("project", "owner")
    list_filter = ("severity", "side", Untranslated)
    search_columns = ("title_kk", "title_ru", "title_en", "title_zh_hans")
    search_related = {"project": PROJECT_SEARCH, "owner": ORGANISATION_SEARCH}
    linked = ("project", "owner", "engagement")
    fieldsets = (
        (None, {"fields": ["project", ("severity", "side"), "owner", "engagement"]}),
        named("title", title=_("Title in four languages")),
        (_("Course"), {"fields": [("raised_on", "due_on", "closed_on"), "resolution"]}),
        named("description", title=_("Description in four languages"), description=None, classes=["collapse"]),
    )
