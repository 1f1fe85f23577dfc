"""Code lists in the admin. A code is fixed once it is saved: other records stand on it."""

from django.contrib import messages
from django.contrib.admin import register
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects import days_off
from projects.admin.base import RecordInline, in_languages, named
from projects.admin.lists import Untranslated
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import (
    Currency,
    DocumentType,
    ExchangeRate,
    Holiday,
    Instrument,
    Metric,
    MilestoneKind,
    ObligationKind,
    ObligationTemplate,
    Place,
    Sector,
    Stage,
    StageRequirement,
    Unit,
)
from projects.models.codelists import PLACE_SEARCH, SECTOR_SEARCH

FIXED = _("Choose the code with care: it cannot be changed later, since other records stand on it.")
NAMES = ("name_kk", "name_ru", "name_en", "name_zh_hans")


def code(*more):
    return (None, {"fields": ["code", "position", "is_active", *more, "note"], "description": FIXED})


class CodeListAdmin(RecordAdmin):
    """A simple list: code, names, position."""

    list_display = ("code", "name_column", "position", "is_active")
    list_filter = ("is_active", Untranslated)
    search_columns = ("code", *NAMES)
    fieldsets = (code(), named())


@register(Place, site=site)
class PlaceAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "kind", "parent", "kato", "is_active")
    list_select_related = ("parent",)
    list_filter = ("kind", "is_active", Untranslated)
    search = PLACE_SEARCH
    fieldsets = (
        code("kind", "parent", "kato", "iso3"),
        named(),
        (_("Finding it"), {"fields": ["aliases"]}),
        (
            _("On the map"),
            {
                "fields": ["centre", ("latitude", "longitude"), ("tile_row", "tile_column"), "boundary"],
                "classes": ["collapse"],
                "description": _("Degrees with a decimal point; the boundary as GeoJSON."),
            },
        ),
    )


@register(Sector, site=site)
class SectorAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "parent", "oked", "isic", "oc4ids", "is_active")
    list_select_related = ("parent",)
    list_filter = ("is_active", Untranslated)
    linked = ("parent",)
    search = SECTOR_SEARCH
    fieldsets = (
        code("parent"),
        named(),
        (_("Codes of other classifications"), {"fields": ["oked", "isic", "oc4ids"]}),
    )


@register(Currency, site=site)
class CurrencyAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "symbol", "numeric", "decimals", "is_active")
    fieldsets = (code("numeric", "decimals", "symbol", "aliases"), named())


@register(Unit, site=site)
class UnitAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "dimension", "factor", "is_active")
    fieldsets = (
        code("dimension", "factor"),
        named(),
        named("symbol", title=_("Symbol in four languages"), description=None),
    )


@register(Metric, site=site)
class MetricAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "dimension", "unit", "is_additive", "is_active")
    list_select_related = ("unit",)
    list_filter = ("is_additive", "is_active", Untranslated)
    fieldsets = (code("dimension", "unit", "is_additive"), named())


@register(DocumentType, site=site)
class DocumentTypeAdmin(CodeListAdmin):
    pass


class RequirementInline(RecordInline):
    model = StageRequirement
    fields = ("document_type", "fact", "is_alternative")


@register(Stage, site=site)
class StageAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "group", "oc4ids_status", "needs_date", "position", "is_active")
    list_filter = ("group", "needs_date", "is_active", Untranslated)
    fieldsets = (code("group", "oc4ids_status", "needs_date"), named())
    inlines = (RequirementInline,)


@register(StageRequirement, site=site)
class StageRequirementAdmin(RecordAdmin):
    list_display = ("stage", "document_type", "fact", "is_alternative")
    list_select_related = ("stage", "document_type")
    list_filter = ("stage", "fact", "is_alternative")
    fieldsets = ((None, {"fields": ["stage", "document_type", "fact", "is_alternative"]}),)


@register(MilestoneKind, site=site)
class MilestoneKindAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "stage", "position", "is_active")
    list_select_related = ("stage",)
    list_filter = ("stage", "is_active", Untranslated)
    fieldsets = (code("stage"), named())


@register(ObligationKind, site=site)
class ObligationKindAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "frequency", "unit", "is_active")
    list_select_related = ("unit",)
    list_filter = ("frequency", "is_active", Untranslated)
    fieldsets = (
        code("frequency", "unit"),
        named(),
        (_("What is measured, and what proves it"), {"fields": in_languages("measure", "evidence")}),
    )


@register(Instrument, site=site)
class InstrumentAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "basis", "valid_from", "valid_to", "is_active")
    list_filter = ("basis", "is_active", Untranslated)
    fieldsets = (code("basis", ("valid_from", "valid_to")), named())


@register(ObligationTemplate, site=site)
class ObligationTemplateAdmin(CodeListAdmin):
    list_display = ("code", "name_column", "instrument", "kind", "side", "strength", "is_active")
    list_select_related = ("instrument", "kind")
    list_filter = ("instrument", "kind", "side", "strength", "is_active", Untranslated)
    fieldsets = (
        code("instrument", "kind", ("side", "strength"), ("frequency", "clause")),
        (_("Target"), {"fields": ["metric", "budget_level", ("target", "unit")]}),
        named(),
    )


@register(Holiday, site=site)
class HolidayAdmin(RecordAdmin):
    list_display = ("day", "name_column", "is_working", "is_confirmed")
    list_filter = ("is_working", "is_confirmed", Untranslated)
    search_columns = NAMES
    fieldsets = (
        (
            None,
            {
                "fields": ["day", "is_working", "is_confirmed"],
                "description": _("A day off, or a weekend that was moved and is worked."),
            },
        ),
        named(),
    )

    def changelist_view(self, request, extra_context=None):
        for year in days_off.years_not_entered(timezone.localdate()) if request.method == "GET" else ():
            messages.warning(request, gettext(days_off.NOT_ENTERED) % {"year": year})
        return super().changelist_view(request, extra_context)


@register(ExchangeRate, site=site)
class ExchangeRateAdmin(RecordAdmin):
    list_display = ("day", "currency", "source_rate", "quant", "origin")
    list_select_related = ("currency",)
    list_filter = ("currency", "origin")
    fieldsets = (
        (
            None,
            {
                "fields": ["currency", "day", "source_rate", "quant", "origin"],
                "description": _("Tenge for so many units of the currency, as the National Bank published it."),
            },
        ),
    )
