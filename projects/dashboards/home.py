"""The dashboard: the portfolio in one page, each number one click from its rows."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from projects import deliveries, figures, permissions, rollups
from projects.dashboards.board import KeptBoard
from projects.filters import ProjectFilterSet
from projects.filters.projects import is_at_risk, is_overdue
from projects.lacks import LACKS
from projects.memory import added_up, whole
from projects.models import (
    Agreement,
    IndicatorValue,
    Lead,
    Obligation,
    Project,
    Shipment,
    Statement,
    Update,
)
from projects.models.choices import ObservationStatus, UpdateStatus

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


class Home(KeptBoard):
    template_name = "dashboards/home.html"
    content_template = "dashboards/_home.html"
    view_name = "home"

    def seen(self):
        user, projects, portfolio = self.request.user, self.rows(), self.portfolio()
        lines = portfolio.by_each(["stage_group", "sector", "district", "year"])
        is_late, is_threatened = is_overdue(self.day), is_at_risk(self.day)
        flagged = numbers(self.chosen, ("flagged", self.day), {"late": is_late, "at_risk": is_threatened})
        return {
            "totals": portfolio.total,
            "totals_url": self.listed(),
            "unallocated": portfolio.unallocated,
            "uncertain": portfolio.uncertain,
            "tiles": self.tiles(projects, portfolio.count),
            "charts": [
                self.table("stage_group", lines["stage_group"], _("By stage"), money=False),
                self.table("sector", lines["sector"], _("By sector")),
                self.table("investor_country", portfolio.by("investor_country"), _("By investor's country")),
                self.table("district", lines["district"], _("By district")),
                self.table("year", lines["year"], _("By year of announcement")),
            ],
            "missing": self.missing(),
            "indicators": list(self.indicators()),
            "updates": list(
                permissions.visible_to(user, Update.objects.select_related("project", "author")).order_by("-pk")[:5]
            ),
            "late": list(projects.filter(is_late).select_related("stage").order_by("reference")[:10]),
            "late_count": figures.count(flagged["late"], self.listed(overdue="1"), "overdue"),
            "at_risk": list(projects.filter(is_threatened).order_by("reference")[:10]),
            "at_risk_count": figures.count(flagged["at_risk"], self.listed(at_risk="1"), "at_risk"),
            "changed": list(projects.order_by("-updated_at", "-pk")[:6]),
        }

    def tiles(self, projects, named):
        unnamed = numbers(
            ProjectFilterSet(QueryDict("placeholders=only"), user=self.request.user), "all", {"all": None}
        )
        planned, _n = rollups.measured(projects, "capacity_electric", ObservationStatus.PLANNED)
        running, _n = rollups.measured(projects, "capacity_electric", ObservationStatus.ACTUAL)
        containers = deliveries.tally(Shipment.objects.all())
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
                _("%(count)d more are counted but not named in the source") % {"count": unnamed["all"]}
                if unnamed["all"]
                else "",
                self.listed(),
            ),
            Tile(_("Power planned"), power(planned), _("commissioned: %(value)s") % {"value": running or _("no data")}),
            Tile(
                _("Containers in transit"),
                count(containers.shipped - containers.arrived, "shipment-list", "containers", "?status=in_transit"),
                _("arrived: %(value)s") % {"value": containers.arrived or _("no data")},
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

    def missing(self):
        """What projects lack, each with its number and the list of those rows."""
        counts = lacking(self.chosen, self.request.user)
        lacked = self.request.GET.getlist("missing")
        return [
            (LACKS[Project][name].label, figures.count(number, self.listed(missing=[*lacked, name]), "missing"))
            for name in WATCHED
            if (number := counts[f"without_{name}"])
        ]

    def indicators(self):
        values = IndicatorValue.objects.select_related("statement__source", "indicator__unit", "partner")
        return values.order_by("indicator__code", "-period_end", "-pk").distinct("indicator__code")


def lacking(chosen, user):
    """How many of the projects of a ProjectFilterSet lack each of WATCHED, as far as the user sees: name -> number."""
    return numbers(chosen, "lacking", {f"without_{name}": LACKS[Project][name].condition(user) for name in WATCHED})


def numbers(chosen, key, conditions):
    """How many of the projects of a ProjectFilterSet meet each condition: name -> number.

    Args: key: hashable, tells these conditions from others of the same reader. conditions: name -> Q.
    """
    asked = {name: Count("pk", condition) for name, condition in conditions.items()}

    def counted(part):
        return {name: (n,) for name, n in chosen.rows().order_by().filter(part("pk")).aggregate(**asked).items()}

    found = added_up((key, chosen.state), counted) if chosen.state.is_in_parts else counted(whole)
    return {name: n for name, (n,) in found.items()}
