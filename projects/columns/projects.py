"""Columns of the projects list."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects import figures, permissions, rollups, wording
from projects.columns.base import Column, choice, dated, name_key, related
from projects.models import Amount
from projects.models.choices import AmountKind, PartyRole, ProjectStatus


def _name(row, context):
    return format_html('<a href="{}">{}</a>', context.url(row), row.name)


def _reference(row, context):
    return format_html('<a href="{}">{}</a>', context.url(row), row.reference)


def _stage(row, context):
    if row.stage_id:
        return str(row.stage)
    if row.stage_group != "unknown":
        return format_html(
            '{} <span class="unknown">{}</span>', row.get_stage_group_display(), _("exact stage not stated")
        )
    return wording.unknown()


def _money(kind):
    def cell(row, context):
        return figures.project_money(row, kind, context)

    return cell


def _sum_key(kind):
    def key(context):
        seen = permissions.visible_to(context.user, Amount.objects.all())
        return rollups.amount_total(kind, context.currency, context.rate, seen)

    return key


def _investors(row, context):
    parties = [party for party in row.parties.all() if party.role == PartyRole.INVESTOR]
    if not parties:
        return wording.unknown()
    return format_html_join(
        ", ", '<a href="{}">{}</a>', ((context.investor_url(p.organisation), p.organisation) for p in parties)
    )


def _curator(row, context):
    return (row.curator.get_full_name() or row.curator.get_username()) if row.curator_id else wording.unknown()


def _updated(row, context):
    return wording.day(context.local(row.updated_at).date())


PROJECT_COLUMNS = {
    column.name: column
    for column in [
        Column("reference", _("Reference"), _reference, "reference"),
        Column("name", _("Project"), _name, lambda context: name_key()),
        Column("sector", _("Sector"), related("main_sector"), "main_sector_id"),
        Column("place", _("Place"), related("place"), "place_id"),
        Column("stage", _("Stage"), _stage, "stage__position"),
        Column("status", _("Status"), choice("status", ProjectStatus), "status"),
        Column("announced", _("Announced"), _money(AmountKind.ANNOUNCED), _sum_key(AmountKind.ANNOUNCED), True),
        Column("committed", _("Committed"), _money(AmountKind.COMMITTED), _sum_key(AmountKind.COMMITTED), True),
        Column("disbursed", _("Disbursed"), _money(AmountKind.DISBURSED), _sum_key(AmountKind.DISBURSED), True),
        Column("updated", pgettext_lazy("date of the last change", "Changed"), _updated, "updated_at"),
        Column("programme", _("Programme"), related("programme"), "programme__code"),
        Column("investors", _("Investors"), _investors),
        Column("starts", _("Planned start"), dated("planned_start_on"), "planned_start_on"),
        Column("ends", _("Planned end"), dated("planned_end_on"), "planned_end_on"),
        Column("announced_on", _("First announced"), dated("announced_on"), "announced_on"),
        Column("curator", _("Curator"), _curator, "curator__username"),
        Column("department", _("Department"), related("department")),
    ]
}
DEFAULT_COLUMNS = [
    "reference",
    "name",
    "sector",
    "place",
    "stage",
    "status",
    "announced",
    "committed",
    "disbursed",
    "updated",
]
