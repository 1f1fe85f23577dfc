"""Columns of the projects list."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects import figures, permissions, rollups, wording
from projects.columns.base import Cell, Column, choice, dated, linked, moment, name_key, related, text
from projects.history import person_name
from projects.models import Amount
from projects.models.choices import AmountKind, Bound, PartyRole, ProjectStatus


def _address(row, context):
    return context.url(row)


def _stage_html(row, context):
    if row.stage_id:
        return str(row.stage)
    if row.stage_group != "unknown":
        return format_html(
            '{} <span class="unknown">{}</span>', row.get_stage_group_display(), _("exact stage not stated")
        )
    return wording.unknown()


def _stage(row, context):
    if row.stage_id:
        return context.name(row.stage)
    return row.get_stage_group_display() if row.stage_group != "unknown" else None


def _of_kind(row, kind):
    return [amount for amount in row.listed_amounts if amount.kind == kind]


def _money(kind, exactness_label, stated_label):
    """The cell of a sum, and what files have beside it: how exact it is, and each amount in its own currency."""

    def total(row, context):
        known = row.__dict__.setdefault("_totals", {})  # asked for by each column of this kind
        if kind not in known:
            known[kind] = rollups.sum_of(_of_kind(row, kind), kind, context.currency)
        return known[kind]

    def exactness(row, context):
        found = total(row, context)
        return str(Bound(found.bound).label) if found.count else None

    def stated(row, context):
        amounts = _of_kind(row, kind)
        return "; ".join(f"{wording.SIGNS[a.bound]}{a.value:.2f} {a.currency_id}" for a in amounts) or None

    return {
        "cell": Cell(
            lambda row, context: total(row, context).value,
            lambda row, context: figures.project_money(row, kind, context),
        ),
        "sort": _sum_key(kind),
        "is_number": True,
        "beside": (
            Column(f"{kind}_exactness", exactness_label, Cell(exactness)),
            Column(f"{kind}_stated", stated_label, Cell(stated)),
        ),
    }


def _sum_key(kind):
    def key(context):
        seen = permissions.visible_to(context.user, Amount.objects.all())
        return rollups.amount_total(kind, context.currency, context.rate, seen)

    return key


def _investing(row):
    parties = getattr(row, "_prefetched_objects_cache", {}).get("parties") or row.parties.all()
    return [party.organisation for party in parties if party.role == PartyRole.INVESTOR]


def _investors(row, context):
    return "; ".join(map(context.name, _investing(row))) or None


def _investors_html(row, context):
    links = ((context.investor_url(one), one) for one in _investing(row))
    return format_html_join(", ", '<a href="{}">{}</a>', links) or wording.unknown()


def _curator(row, context):
    return person_name(row.curator) if row.curator_id else None


PROJECT_COLUMNS = {
    column.name: column
    for column in [
        Column("reference", _("Reference"), linked(_address, lambda row, context: row.reference), "reference"),
        Column("name", _("Project"), linked(_address), lambda context: name_key()),
        Column("sector", _("Sector"), related("main_sector"), "main_sector_id"),
        Column(
            "place",
            _("Place"),
            related("place"),
            "place_id",
            beside=(
                Column("latitude", _("Latitude"), text("latitude")),
                Column("longitude", _("Longitude"), text("longitude")),
            ),
        ),
        Column("stage", _("Stage"), Cell(_stage, _stage_html), "stage__position"),
        Column("status", _("Status"), choice("status", ProjectStatus), "status"),
        Column(
            "announced",
            _("Announced"),
            **_money(AmountKind.ANNOUNCED, _("Announced: exactness"), _("Announced: as stated")),
        ),
        Column(
            "committed",
            _("Committed"),
            **_money(AmountKind.COMMITTED, _("Committed: exactness"), _("Committed: as stated")),
        ),
        Column(
            "disbursed",
            _("Disbursed"),
            **_money(AmountKind.DISBURSED, _("Disbursed: exactness"), _("Disbursed: as stated")),
        ),
        Column("updated", pgettext_lazy("date of the last change", "Changed"), moment("updated_at"), "updated_at"),
        Column("programme", _("Programme"), related("programme"), "programme__code"),
        Column(
            "investors",
            _("Investors"),
            Cell(_investors, _investors_html),
        ),
        Column("starts", _("Planned start"), dated("planned_start_on"), "planned_start_on"),
        Column("ends", _("Planned end"), dated("planned_end_on"), "planned_end_on"),
        Column("announced_on", _("First announced"), dated("announced_on"), "announced_on"),
        Column("curator", _("Curator"), Cell(_curator), "curator__username"),
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
