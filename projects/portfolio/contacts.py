"""Whom the region met: contacts by province and by organisation over the years, and the page of one place."""

from collections import Counter, defaultdict
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.db.models.functions import ExtractYear
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import TemplateView

from projects import figures, permissions
from projects.models import Agreement, Engagement, Lead, Organisation, Participation, Place, Project, ProjectParty
from projects.models.choices import PartyRole, PlaceKind
from projects.portfolio import kinds, papers
from projects.portfolio.lists import SignedIn
from projects.portfolio.sections import Section

SOURCED = "statement__source"
LISTED = 200  # organisations of the table, those met most


class Contacts(SignedIn, TemplateView):
    """Two tables of numbers of engagements, each a link to those engagements: provinces and organisations by year."""

    template_name = "portfolio/contacts.html"

    def get_context_data(self, **kwargs):
        engagements = permissions.visible_to(self.request.user, Engagement.objects.all()).order_by()
        by_place = self.by_place(engagements)
        by_body = self.by_organisation(engagements)
        years = sorted({year for numbers in (*by_place.values(), *by_body.values()) for year in numbers if year})
        places = Place.objects.in_bulk([code for code in by_place if code])
        bodies = Organisation.objects.in_bulk(by_body)
        return super().get_context_data(**kwargs) | {
            "years": years,
            "tables": [
                (_("Province or country"), list(self.lines(by_place, places, years, "place"))),
                (_("Organisation"), list(self.lines(by_body, bodies, years, "organisation"))),
            ],
            "breadcrumbs": [(reverse("engagement-list"), _("Engagements"))],
        }

    @staticmethod
    def by_place(engagements):
        """Code of a country or province (None: not stated) -> Counter of years (None: no date), all in it included."""
        shown = (PlaceKind.COUNTRY, PlaceKind.PROVINCE, PlaceKind.REGION)
        above = {
            code: (parent, kind in shown) for code, parent, kind in Place.objects.values_list("pk", "parent", "kind")
        }
        found = defaultdict(Counter)
        for row in engagements.annotate(year=ExtractYear("held_on")).values("place", "year").annotate(n=Count("pk")):
            code = row["place"]
            if code is None:
                found[None][row["year"]] += row["n"]
            while code:
                parent, is_shown = above[code]
                if is_shown:
                    found[code][row["year"]] += row["n"]
                code = parent
        return found

    @staticmethod
    def by_organisation(engagements):
        """Key of an organisation that took part -> Counter of years."""
        rows = Participation.objects.filter(organisation__isnull=False, engagement__in=engagements.values("pk"))
        rows = rows.order_by().annotate(year=ExtractYear("engagement__held_on")).values("organisation", "year")
        found = defaultdict(Counter)
        for row in rows.annotate(n=Count("engagement", distinct=True)):
            found[row["organisation"]][row["year"]] = row["n"]
        most = sorted(found, key=lambda key: (-found[key].total(), key))[:LISTED]
        return {key: found[key] for key in most}

    @staticmethod
    def lines(numbers, records, years, parameter):
        """(record or None, its address, the cells of "in all", each year, without a date), those met most first."""
        listed = reverse("engagement-list")

        def cell(number, key, **more):
            chosen = {parameter: key} if key else {f"{parameter}__empty": 1}
            return figures.count(number, f"{listed}?{urlencode(chosen | more)}", "engagements") if number else "–"

        for key in sorted(numbers, key=lambda key: (-numbers[key].total(), str(key))):
            by_year, url = numbers[key], ""
            if key:
                url = reverse("place-detail" if parameter == "place" else "investor-detail", args=[key])
            spans = [(y, {"held_after": f"{y}-01-01", "held_before": f"{y}-12-31"}) for y in years]
            cells = [cell(by_year.total(), key), *(cell(by_year[year], key, **span) for year, span in spans)]
            yield records.get(key), url, [*cells, cell(by_year[None], key, undated=1)]


class PlacePage(SignedIn, TemplateView):
    """What connects the region with a place: engagements, leads, investors and projects; and the way to its brief."""

    template_name = "portfolio/record.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        place = get_object_or_404(Place.objects.select_related("parent"), code=self.kwargs["code"])
        within = Place.objects.within([place.pk]).values("code")
        engagements = Engagement.objects.filter(place__in=within)
        bodies = Organisation.objects.filter(Q(country__in=within) | Q(province__in=within), is_investor=True)
        investing = ProjectParty.objects.filter(
            organisation__in=bodies.values("pk"), role=PartyRole.INVESTOR, project__isnull=False
        )
        projects = Project.objects.filter(Q(place__in=within) | Q(pk__in=investing.values("project"))).named()
        sections = [
            ("engagements", _("Engagements"), engagements.order_by(F("held_on").desc(nulls_last=True), "pk")),
            ("leads", _("Leads"), Lead.objects.filter(place__in=within).select_related(SOURCED, "converted_to")),
            ("organisations", _("Investors"), bodies.select_related("country", "province")),
            ("projects", _("Projects"), projects.select_related("main_sector", "stage").order_by("reference")),
            (
                "agreements",
                _("Agreements"),
                Agreement.objects.filter(engagement__in=engagements.values("pk")).select_related(
                    SOURCED, "document__document_type"
                ),
            ),
        ]
        return super().get_context_data(**kwargs) | {
            "record": place,
            "facts_template": "portfolio/_facts_place.html",
            "sections": [
                Section(name, title, f"portfolio/_{name}.html", permissions.visible_to(user, rows)[:LISTED])
                for name, title, rows in sections
            ],
            "papers": papers.links(kinds.PLACE, place),
            "breadcrumbs": [
                (reverse("engagement-list"), _("Engagements")),
                (reverse("contacts"), pgettext("whom the region met", "Contacts")),
            ],
        }
