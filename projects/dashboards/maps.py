"""The map: districts of the region and regions of the country, as tiles or as outlines once those are loaded."""

from dataclasses import dataclass
from math import ceil

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import figures
from projects.dashboards.board import KeptBoard
from projects.dashboards.outlines import Drawing
from projects.filters.dimensions import DIMENSIONS
from projects.models import Place
from projects.models.choices import PlaceKind

SHADES = 5
POINTS = 500  # projects drawn as points; the list has them all
MEASURES = {
    "projects": gettext_lazy("Projects"),
    "announced": gettext_lazy("Announced"),
    "committed": gettext_lazy("Committed"),
    "disbursed": gettext_lazy("Disbursed"),
}


@dataclass
class Area:
    """A tile or an outline: its place, where its name and its figures lead, how dark it is (0 to SHADES)."""

    place: Place
    narrowed_url: str
    rows_url: str
    figures: list
    words: str
    shade: int
    path: str = ""
    name_at: tuple | None = None


@dataclass
class Point:
    label: str
    url: str
    at: tuple


class Map(KeptBoard):
    template_name = "dashboards/map.html"
    content_template = "dashboards/_map.html"
    view_name = "map"

    def seen(self):
        self.measure = self.one_of("measure", MEASURES)
        portfolio = self.portfolio()
        lines = portfolio.by_each(["district", "region"])
        tiled = Place.objects.filter(tile_row__isnull=False, tile_column__isnull=False)
        places = {place.pk: place for place in tiled}
        home = [place for place in places.values() if place.parent_id == settings.HOME_REGION]
        regions = [place for place in places.values() if place.kind == PlaceKind.REGION]
        return {
            "measures": [(label, self.address(measure=name), name == self.measure) for name, label in MEASURES.items()],
            "maps": [
                self.map_of("district", _("Districts of the region"), home, lines["district"]),
                self.map_of("region", _("Regions of the country"), regions, lines["region"]),
            ],
            "total_count": figures.count(portfolio.count, self.listed(), "projects"),
        }

    def map_of(self, dimension, title, places, lines):
        """The context of one map: areas, the drawing if its places have boundaries, the table of the same figures."""
        found = {line.key: line for line in lines}
        most = max((self.value(found.get(place.pk)) for place in places), default=0)
        areas = [self.area(dimension, place, found.get(place.pk), most) for place in places]
        boundaries = {place.pk: place.boundary for place in places if place.boundary}
        context = {
            "title": title,
            "areas": areas,
            "id": dimension,
            "table": self.table(dimension, lines, title),
        }
        if not boundaries:
            return context
        drawing = Drawing(boundaries)
        for area in areas:
            area.path = drawing.paths.get(area.place.pk, "")
            if area.path:
                area.name_at = drawing.middle(area.place.boundary)
        return context | {
            "drawing": drawing,
            "points": self.points(drawing),
            "undrawn": [area for area in areas if not area.path],
        }

    def value(self, line):
        if line is None:
            return 0
        return line.projects if self.measure == "projects" else line.amounts[self.measure].value or 0

    def area(self, dimension, place, line, most):
        narrowing = DIMENSIONS[dimension].narrowed(place.pk)
        rows_url, value = self.listed(**narrowing), self.value(line)
        shown = []
        if line is not None:
            shown = [figures.count(line.projects, rows_url, "projects")]
            shown += [figures.total(total, rows_url) for total in line.amounts.values() if total.value is not None]
        projects = line.projects if line else 0
        return Area(
            place,
            self.address(**narrowing),
            rows_url,
            shown,
            _("%(place)s: projects %(count)d") % {"place": place, "count": projects},
            ceil(SHADES * value / most) if most and value else 0,
        )

    def points(self, drawing):
        """Projects whose own coordinates are known and lie on the drawing."""
        placed = self.rows().filter(latitude__isnull=False, longitude__isnull=False).order_by("reference")[:POINTS]
        return [
            Point(
                f"{project.reference} {project}",
                project.get_absolute_url(),
                drawing.at(project.longitude, project.latitude),
            )
            for project in placed
            if drawing.holds(project.longitude, project.latitude)
        ]
