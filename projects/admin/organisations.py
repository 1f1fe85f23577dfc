"""Organisations, investors, consortia, people and their offices in the admin."""

from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.admin.base import RecordInline, in_languages, named
from projects.admin.lists import OrganisationIncomplete, Untranslated
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import Investor, Membership, Organisation, Person, Position, ProjectParty
from projects.models.functions import Fold
from projects.models.organisations import ORGANISATION_SEARCH

PERSON_SEARCH = Fold("name_kk", "name_ru", "name_en", "name_zh_hans", "aliases")


class MemberInline(RecordInline):
    model = Membership
    fk_name = "consortium"
    verbose_name_plural = _("members of the consortium")
    fields = ("member", "role", "statement", "certainty")


class OfficeInline(RecordInline):
    model = Position
    verbose_name_plural = _("people and their offices")
    fields = ("person", "title_kk", "title_ru", "title_en", "title_zh_hans", "start_on", "end_on")


class PartyInline(RecordInline):
    model = ProjectParty
    verbose_name_plural = _("roles in projects and programmes")
    fields = ("role", "project", "programme", "candidates", "share", "statement", "certainty")


@register(Organisation, site=site)
class OrganisationAdmin(RecordAdmin):
    list_display = ("name_column", "kind", "country", "bin", "uscc", "is_investor", "is_placeholder")
    list_select_related = ("country",)
    list_filter = ("kind", "is_investor", "is_placeholder", OrganisationIncomplete, Untranslated)
    linked = ("country", "parent")
    search = ORGANISATION_SEARCH
    inlines = (MemberInline, PartyInline, OfficeInline)
    fieldsets = (
        (None, {"fields": ["kind", "is_investor", "is_placeholder", "aliases"]}),
        named(),
        (
            _("Identification"),
            {
                "fields": [("bin", "uscc"), ("other_identifier_scheme", "other_identifier")],
                "description": _("The check digit is computed. An identifier belongs to one organisation only."),
            },
        ),
        (
            _("Place and ownership"),
            {"fields": [("country", "province"), "parent", "local_entity", "legal_form", "registered_on"]},
        ),
        (_("Contacts"), {"fields": ["legal_address", "website", "oked"], "classes": ["collapse"]}),
        named("note", title=_("Note"), description=None, classes=["collapse"]),
    )


@register(Investor, site=site)
class InvestorAdmin(OrganisationAdmin):
    readonly_fields = ("is_investor",)
    list_filter = ("kind", "is_placeholder", OrganisationIncomplete, Untranslated)


@register(Membership, site=site)
class MembershipAdmin(RecordAdmin):
    list_display = ("consortium", "member", "role", "certainty")
    list_select_related = ("consortium", "member")
    list_filter = ("role", "certainty")
    linked = ("consortium", "member")
    search_related = {"consortium": ORGANISATION_SEARCH, "member": ORGANISATION_SEARCH}
    search_columns = ("role",)
    fieldsets = ((None, {"fields": ["consortium", "member", "role", "statement", "certainty"]}),)


class PositionInline(RecordInline):
    model = Position
    fields = ("organisation", "place", "title_kk", "title_ru", "title_en", "title_zh_hans", "start_on", "end_on")


@register(Person, site=site)
class PersonAdmin(RecordAdmin):
    list_display = ("name_column", "consent_basis")
    list_filter = (Untranslated,)
    search = PERSON_SEARCH
    inlines = (PositionInline,)
    fieldsets = (
        (None, {"fields": ["aliases"]}),
        named(title=_("Full name in four languages")),
        (
            _("Contacts"),
            {
                "fields": [("phone", "email"), "consent_basis"],
                "description": _(
                    "Personal data: only with a legal basis, and never an individual identification number."
                ),
            },
        ),
    )

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if permissions.may_see_contacts(request.user):
            return fieldsets
        return [entry for entry in fieldsets if "email" not in str(entry[1]["fields"])]


@register(Position, site=site)
class PositionAdmin(RecordAdmin):
    list_display = ("person", "title_column", "organisation", "place", "start_on", "end_on")
    list_select_related = ("person", "organisation", "place")
    list_filter = (Untranslated,)
    linked = ("person", "organisation")
    search_columns = ("title_kk", "title_ru", "title_en", "title_zh_hans")
    search_related = {"person": PERSON_SEARCH, "organisation": ORGANISATION_SEARCH}
    fieldsets = (
        (None, {"fields": ["person", "organisation", "place", ("start_on", "end_on")]}),
        (_("Title in four languages"), {"fields": in_languages("title")}),
    )
