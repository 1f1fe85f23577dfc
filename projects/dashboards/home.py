"""The dashboard: the portfolio in one page, each number one click from its rows."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import figures, filters, permissions, rollups
from projects.filters.projects import MISSING, lacks
from projects.models import (
    Agreement,
    Amount,
    IndicatorValue,
    Lead,
    Obligation,
    Project,
    Shipment,
    Statement,
    Update,
)
from projects.models.choices import ObservationStatus, ShipmentStatus, UpdateStatus

WATCHED = [
    "sector",
    "place",
    "district",
    "stage",
    "status",
    "investor",
    "capacity",
    "cost",
    "committed",
    "disbursed",
    "curator",
]


@dataclass
class Tile:
    label: str
    content: str
    note: str = ""
    url: str = ""


class Home(TemplateView):
    template_name = "dashboards/home.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        if not permissions.may_see_register(user):
            raise PermissionDenied(_("Your sign-in has no role yet. Ask an administrator for one."))
        self.chosen = filters.ProjectFilterSet(self.request.GET, user=user)
        projects = self.chosen.rows()
        portfolio = rollups.Portfolio(projects, amounts=permissions.visible_to(user, Amount.objects.all()))
        return super().get_context_data(**kwargs) | {
            "totals": portfolio.total,
            "totals_url": self.listed(),
            "unallocated": portfolio.unallocated,
            "uncertain": portfolio.uncertain,
            "tiles": self.tiles(projects, portfolio.count),
            "sector_header": [_("Sector"), _("Projects"), _("Announced"), _("Committed"), _("Disbursed")],
            "stage_header": [_("Stage"), _("Projects"), _("Announced"), _("Committed"), _("Disbursed")],
            "sectors": self.bars(portfolio.by("sector"), "main_sector", "sector__empty"),
            "stages": self.bars(portfolio.by("stage_group"), "stage_group", "stage_group__empty"),
            "missing": self.missing(projects),
            "indicators": self.indicators(),
            "updates": self.last_updates(),
            "late": projects.filter(filters.projects.is_overdue()).select_related("stage").order_by("reference")[:10],
            "changed": projects.order_by("-updated_at", "-pk")[:6],
            "looking_back": getattr(self.request, "looking_back", None),
        }

    def listed(self, **changes):
        """The address of the list of the same projects, with some parameters set to other values."""
        return f"{reverse('project-list')}{self.chosen.query(**changes)}"

    def tiles(self, projects, named):
        unnamed = permissions.visible_to(self.request.user, Project.objects.filter(is_placeholder=True)).count()
        planned, _n = rollups.measured(projects, "capacity_electric", ObservationStatus.PLANNED)
        running, _n = rollups.measured(projects, "capacity_electric", ObservationStatus.ACTUAL)
        containers = rollups.shipped(Shipment.objects.all())
        arrived = sum(
            containers.get(status, 0)
            for status in (ShipmentStatus.ARRIVED, ShipmentStatus.CLEARED, ShipmentStatus.INSTALLED)
        )
        leads = Lead.objects.aggregate(all=Count("pk"), converted=Count("pk", Q(converted_to__isnull=False)))
        obligations = Obligation.objects.aggregate(all=Count("pk"), untargeted=Count("pk", Q(target__isnull=True)))
        agreements = Agreement.objects.aggregate(all=Count("pk"), undocumented=Count("pk", Q(document__isnull=True)))
        contradictions = Statement.contradicts.through.objects.count() // 2  # kept in both directions
        waiting = permissions.visible_to(
            self.request.user, Update.objects.filter(status=UpdateStatus.SUBMITTED)
        ).count()
        megawatts = _("MW")

        def count(number, name, kind, query=""):
            return figures.count(number, reverse(name) + query, kind)

        def power(value):
            return figures.quantity_of(value, "MW", megawatts, "capacity_electric", self.listed()) if value else ""

        return [
            Tile(
                _("Projects named"),
                figures.count(named, self.listed(), "projects"),
                _("%(count)d more are counted but not named in the source") % {"count": unnamed} if unnamed else "",
                self.listed(),
            ),
            Tile(_("Power planned"), power(planned), _("commissioned: %(value)s") % {"value": running or _("no data")}),
            Tile(
                _("Containers in transit"),
                count(
                    containers.get(ShipmentStatus.IN_TRANSIT, 0), "shipment-list", "containers", "?status=in_transit"
                ),
                _("arrived: %(value)s") % {"value": arrived or _("no data")},
                reverse("shipment-list"),
            ),
            Tile(
                _("Leads"),
                count(leads["all"], "lead-list", "leads"),
                _("became projects: %(count)d") % {"count": leads["converted"]},
                reverse("lead-list"),
            ),
            Tile(
                _("Obligations without a target"),
                count(obligations["untargeted"], "obligation-list", "obligations", "?missing=target"),
                _("of %(count)d in all") % {"count": obligations["all"]},
                reverse("obligation-list"),
            ),
            Tile(
                _("Agreements without a document"),
                count(agreements["undocumented"], "agreement-list", "agreements", "?without_document=1"),
                _("of %(count)d reported") % {"count": agreements["all"]},
                reverse("agreement-list"),
            ),
            Tile(
                _("Contradictions between statements"),
                count(contradictions, "statement-list", "contradictions", "?certainty=disputed"),
                _("both are kept"),
            ),
            Tile(
                _("Updates waiting for approval"),
                count(waiting, "update-list", "updates", "?status=submitted"),
                "",
                reverse("update-list"),
            ),
        ]

    def bars(self, lines, name, empty):
        """Rows of the bars component: projects and money of each group, the bar by projects.

        name, empty: the parameters of the list that give a group's projects, and those of no group.
        """
        most = max((line.projects for line in lines), default=0)
        rows = []
        for line in lines:
            if line.key == "unallocated":
                url, label = (
                    reverse("programme-detail", args=[line.url_value]),
                    _("not allocated: %(programme)s") % {"programme": line.label},
                )
            elif line.key is None:
                url, label = self.listed(**{empty: "1"}), _("not stated")
            else:
                url, label = self.listed(**{name: line.key}), line.label
            cells = [
                figures.count(line.projects, url, "projects") if line.projects else "—",
                figures.total(line.amounts["announced"], url),
                figures.total(line.amounts["committed"], url),
                figures.total(line.amounts["disbursed"], url),
            ]
            share = round(100 * line.projects / most) if most else None
            rows.append({"label": label, "url": url, "cells": cells, "share": share})
        return rows

    def missing(self, projects):
        """What projects lack, each with its number and the list of those rows."""
        counts = projects.order_by().aggregate(
            **{f"without_{name}": Count("pk", lacks(name, self.request.user)) for name in WATCHED}
        )
        lacked = self.request.GET.getlist("missing")
        return [
            (MISSING[name][0], figures.count(number, self.listed(missing=[*lacked, name]), "missing"))
            for name in WATCHED
            if (number := counts[f"without_{name}"])
        ]

    def indicators(self):
        values = IndicatorValue.objects.select_related("statement__source", "indicator__unit", "partner")
        return values.order_by("indicator__code", "-period_end", "-pk").distinct("indicator__code")

    def last_updates(self):
        updates = permissions.visible_to(self.request.user, Update.objects.select_related("project", "author"))
        return updates.order_by("-pk")[:5]
