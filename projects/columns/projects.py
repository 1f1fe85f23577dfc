"""Columns of the projects list."""

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from translated_fields import to_attribute

from projects import figures, permissions, rollups, wording
from projects.columns.base import Cell, Column, choice, dated, linked, moment, name_key, related, text
from projects.columns.values import Each, Field, Made, Name, Once
from projects.history import person_name
from projects.models import Amount
from projects.models.base import FALLBACKS
from projects.models.choices import AmountKind, Bound, PartyRole, ProjectStatus

# What cells need of the amounts, the parties and the names of a project; what else these say is not read.
OF_AMOUNTS = ("project", "kind", "value", "currency", "bound", "statement__code", "statement__source__code")
OF_PARTIES = ("project", "role", "organisation")
_OF_STAGE = "stage_id", "stage_group"
NOT_SHOWN = [to_attribute(name, code) for name in ("description", "purpose") for code in FALLBACKS]


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
        return str(row.stage)
    return row.get_stage_group_display() if row.stage_group != "unknown" else None


def _money(kind, exactness_label, stated_label):
    """The cell of a sum, and what files have beside it: how exact it is, and each amount in its own currency."""
    own = Each("listed_amounts", "kind", kind)

    def value(context):
        def of(amounts):
            if len(amounts) == 1:
                return amounts[0].converted_value
            return rollups.sum_of(amounts, kind, context.currency).value if amounts else None

        return of

    def exactness(context):
        known = context.known[exactness]

        def of(amounts):
            bounds = frozenset([amount.bound for amount in amounts])
            if bounds and bounds not in known:
                known[bounds] = str(Bound(rollups.sum_of(amounts, kind, context.currency).bound).label)
            return known.get(bounds)

        return of

    def stated(context):
        return lambda amounts: "; ".join([_stated(amount) for amount in amounts]) or None

    return {
        "cell": Cell(Made(value, own), lambda row, context: figures.project_money(row, kind, context)),
        "sort": _sum_key(kind),
        "is_number": True,
        "beside": (
            Column(f"{kind}_exactness", exactness_label, Cell(Made(exactness, own))),
            Column(f"{kind}_stated", stated_label, Cell(Made(stated, own))),
        ),
    }


def _stated(amount):
    return f"{wording.SIGNS[amount.bound]}{amount.value:.2f} {amount.currency_id}"


def _sum_key(kind):
    def key(context):
        seen = permissions.visible_to(context.user, Amount.objects.all())
        return rollups.amount_total(kind, context.currency, context.rate, seen)

    return key


_INVESTORS = "parties", "role", PartyRole.INVESTOR
_investing = Each(*_INVESTORS)
_names = Each(*_INVESTORS, Once(lambda party, context: str(party.organisation), "organisation_id"))


def _investors_html(row, context):
    links = [(context.investor_url(party.organisation), party.organisation) for party in _investing(row, context)]
    return format_html_join(", ", '<a href="{}">{}</a>', links) or wording.unknown()


def _curator(row, context):
    return person_name(row.curator) if row.curator_id else None


PROJECT_COLUMNS = {
    column.name: column
    for column in [
        Column("reference", _("Reference"), linked(_address, Field("reference")), "reference"),
        Column("name", _("Project"), linked(_address, Name()), lambda context: name_key()),
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
        Column("stage", _("Stage"), Cell(Once(_stage, *_OF_STAGE), Once(_stage_html, *_OF_STAGE)), "stage__position"),
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
            Cell(Made(lambda context: lambda names: "; ".join(names) or None, _names), _investors_html),
        ),
        Column("starts", _("Planned start"), dated("planned_start_on"), "planned_start_on"),
        Column("ends", _("Planned end"), dated("planned_end_on"), "planned_end_on"),
        Column("announced_on", _("First announced"), dated("announced_on"), "announced_on"),
        Column("curator", _("Curator"), Cell(Once(_curator, "curator_id")), "curator__username"),
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
