"""The region's own figures in the admin."""

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, named
from projects.admin.lists import FigureIncomplete, Untranslated
from projects.admin.projects import FIGURE
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import Indicator, IndicatorValue
from projects.models.functions import Fold
from projects.wording import quantity

INDICATOR_SEARCH = Fold("code", "name_kk", "name_ru", "name_en", "name_zh_hans")


class ValueInline(RecordInline):
    model = IndicatorValue
    fields = (
        "period_start",
        "period_end",
        "partner",
        "bound",
        "value",
        "as_of",
        "date_precision",
        "is_computed",
        "formula",
        "statement",
        "certainty",
    )


@register(Indicator, site=site)
class IndicatorAdmin(RecordAdmin):
    list_display = ("code", "name_column", "place", "unit", "frequency", "is_rank")
    list_select_related = ("place", "unit")
    list_filter = ("frequency", "is_rank", Untranslated)
    linked = ("place",)
    search = INDICATOR_SEARCH
    inlines = (ValueInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ["code", "place", "unit", "frequency", "is_rank"],
                "description": _("A series of the region's own figures: never added to amounts of projects."),
            },
        ),
        named(),
        named("description", title=_("Description in four languages"), description=None, classes=["collapse"]),
    )


@register(IndicatorValue, site=site)
class IndicatorValueAdmin(RecordAdmin):
    list_display = ("indicator", "value_column", "period_start", "period_end", "partner", "is_computed", "certainty")
    list_select_related = ("indicator__unit", "partner")
    list_filter = ("indicator", "is_computed", "certainty", FigureIncomplete)
    linked = ("partner", "statement")
    search_columns = ("formula",)
    search_related = {"indicator": INDICATOR_SEARCH}
    fieldsets = (
        (None, {"fields": ["indicator", ("period_start", "period_end"), "partner", ("bound", "value")]}),
        (_("Source"), {"fields": [*FIGURE]}),
        (
            _("Computed"),
            {
                "fields": ["is_computed", "formula"],
                "description": _("A value that no source states but that follows from others: give the formula."),
            },
        ),
    )

    @display(description=_("value"), ordering="value")
    def value_column(self, obj):
        unit = obj.indicator.unit
        return quantity(obj.value, unit.symbol or str(unit), obj.bound)
