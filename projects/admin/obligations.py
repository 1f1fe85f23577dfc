"""Obligations, their evidence and waivers in the admin."""

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, named
from projects.admin.lists import ObligationIncomplete
from projects.admin.projects import SUBJECTS, PartAdmin
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import Evidence, Obligation, Waiver
from projects.models.organisations import ORGANISATION_SEARCH
from projects.wording import quantity


class EvidenceInline(RecordInline):
    model = Evidence
    fields = (
        "period_start",
        "period_end",
        "tax_kind",
        "budget_level",
        "value",
        "out_of",
        "document",
        "author",
        "statement",
        "certainty",
    )


class WaiverInline(RecordInline):
    model = Waiver
    fields = ("start_on", "end_on", "reason", "document")


@register(Obligation, site=site)
class ObligationAdmin(PartAdmin):
    list_display = ("kind", "subject_column", "side", "strength", "target_column", "frequency", "due_on")
    list_select_related = ("kind", "unit", "project", "programme", "organisation")
    list_filter = ("kind", "side", "strength", "basis", "certainty", ObligationIncomplete)
    search_related = SUBJECTS | {"organisation": ORGANISATION_SEARCH}
    linked = ("project", "programme", "organisation", "agreement", "engagement", "statement")
    inlines = (EvidenceInline, WaiverInline)
    fieldsets = (
        (
            None,
            {
                "fields": ["kind", ("project", "programme", "organisation")],
                "description": _("An obligation belongs to a project, a programme or an organisation: choose one."),
            },
        ),
        (
            _("What is owed"),
            {"fields": [("side", "strength"), "metric", "budget_level", ("target", "unit"), "frequency"]},
        ),
        (_("Whose turn"), {"fields": ["responsible", "owner", "waits_for"]}),
        (
            _("Basis"),
            {"fields": ["basis", "instrument", "clause", ("agreement", "engagement"), "statement", "certainty"]},
        ),
        (_("In force"), {"fields": [("start_on", "due_on", "end_on")]}),
        named("description", title=_("Description in four languages"), description=None, classes=["collapse"]),
    )

    @display(description=_("belongs to"))
    def subject_column(self, obj):
        return obj.subject

    @display(description=_("target"), ordering="target")
    def target_column(self, obj):
        return quantity(obj.target, obj.unit.symbol or str(obj.unit)) if obj.target is not None else _("no target set")


@register(Evidence, site=site)
class EvidenceAdmin(RecordAdmin):
    list_display = ("obligation", "period_end", "value", "status", "author", "decided_by", "decided_on")
    list_select_related = (
        "obligation__kind",
        "obligation__project",
        "obligation__programme",
        "obligation__organisation",
        "author",
        "decided_by",
    )
    list_filter = ("status", "certainty")
    linked = ("obligation", "author", "statement")
    readonly_fields = ("status", "decided_by", "decided_on", "comment")  # decided on its obligation's page
    fieldsets = (
        (
            None,
            {
                "fields": [
                    "obligation",
                    ("period_start", "period_end"),
                    ("tax_kind", "budget_level"),
                    ("value", "out_of"),
                    "document",
                ]
            },
        ),
        (_("Source"), {"fields": ["statement", "certainty", "author"]}),
        (
            _("Decision"),
            {
                "fields": ["status", ("decided_by", "decided_on"), "comment"],
                "description": _("It counts once somebody other than its author accepts it."),
            },
        ),
    )


@register(Waiver, site=site)
class WaiverAdmin(RecordAdmin):
    list_display = ("obligation", "start_on", "end_on", "reason")
    list_select_related = (
        "obligation__kind",
        "obligation__project",
        "obligation__programme",
        "obligation__organisation",
    )
    linked = ("obligation",)
    fieldsets = ((None, {"fields": ["obligation", ("start_on", "end_on"), "reason", "document"]}),)
