"""The public page, where it is switched on: what is marked public, read without signing in, and nothing else.

What is shown is listed here, never what is hidden: a new field stays inside until somebody adds it. Sums are of
what is shown on the page itself, so no difference of two of them tells of anything else. Answers do not depend
on who asks, so that caches may keep them; the past is not shown, for what was public then may be no more.
"""

import hashlib
import tempfile

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, Value
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from projects import exports, figures, paging, permissions, rollups
from projects.columns.projects import PROJECT_COLUMNS
from projects.exports import maps, oc4ids, sheets, texts
from projects.exports.oc4ids.mapping import PUBLIC_PARTS
from projects.filters.base import changed
from projects.models import Milestone, Observation, Place, ProjectParty, Sector
from projects.models.choices import AmountKind
from projects.models.functions import Fold
from projects.portfolio.lists import CellContext
from projects.search import SEARCH_LENGTH
from tracker import errors

FRESH = 60  # seconds for which a cache need not ask again
SIZE = 50  # rows a page
FORMATS = {
    "csv": ("CSV", texts.CONTENT_TYPE),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "geojson": ("GeoJSON", "application/geo+json"),
    "json": ("OC4IDS", oc4ids.CONTENT_TYPE),
}
FIELDS = ("reference", "name", "sector", "place", "stage", "status", *AmountKind.values, "investors")
FIELDS += ("starts", "ends", "announced_on")
NAMES = Fold("reference", "name_kk", "name_ru", "name_en", "name_zh_hans")
PARTS = (Milestone, Observation, ProjectParty)  # whose rows are shown with a project


@method_decorator(login_not_required, name="dispatch")
class Public(View):
    """What every public answer does: only where it is switched on, of today, kept by caches, without a session."""

    http_method_names = ["get", "head", "options"]

    def dispatch(self, request, *args, **kwargs):
        if not settings.PUBLIC_PAGE:
            raise Http404
        if looking_back := getattr(request, "looking_back", None):
            names = [name for name, value in looking_back.items() if value]
            raise errors.BadParameter({name: [_("The public page shows today alone.")] for name in names})
        return shared(request, super().dispatch(request, *args, **kwargs))

    # What may be seen

    def chosen(self):
        """The public projects that the query string asks for. Raises: BadParameter."""
        rows, data = permissions.public_projects(), self.request.GET
        if sector := data.get("sector", ""):
            if "\x00" in sector or not Sector.objects.filter(pk=sector).exists():
                raise errors.BadParameter({"sector": [_("There is no such sector.")]})
            rows = rows.filter(main_sector__in=Sector.objects.within([sector]))
        if text := data.get("q", "").replace("\x00", "").strip()[:SEARCH_LENGTH]:
            rows = rows.alias(folded=NAMES).filter(folded__contains=Fold(Value(text)))
        return rows

    def with_cells(self, rows):
        """The projects with what the cells of their columns need."""
        rows = rollups.with_listed_amounts(rows, amounts=permissions.public_amounts())
        parties = ProjectParty.objects.select_related("organisation").filter(organisation__is_placeholder=False)
        return rows.select_related("main_sector", "place", "stage").prefetch_related(Prefetch("parties", parties))

    def portfolio(self, rows):
        return rollups.Portfolio(rows, amounts=permissions.public_amounts(), statements=False)


class Page(Public, TemplateView):
    """A public page: the frame of all pages, without a person."""

    def get_context_data(self, **kwargs):
        nobody = {"user": AnonymousUser(), "messages": [], "theme": "auto", "brand_url": reverse("public-list")}
        return super().get_context_data(**kwargs) | nobody


class PublicList(Page):
    template_name = "public/list.html"

    def get_context_data(self, **kwargs):
        rows, data = self.chosen(), self.request.GET
        page = paging.paginate(self.with_cells(rows), sort="reference", expression="reference", data=data, size=SIZE)
        here = self.request.path
        query = changed(data, after=None, before=None)
        total = self.portfolio(rows).total
        used = Sector.objects.filter(main_projects__in=permissions.public_projects()).distinct()
        return super().get_context_data(**kwargs) | {
            "rows": [
                (row, address(row), list(zip(AmountKind.labels, money(row, address(row)), strict=True)))
                for row in page.rows
            ],
            "count": figures.count(rows.count(), here + query, "projects"),
            "totals": [
                (AmountKind(kind).label, figures.total(found, here + query), figures.total_note(found))
                for kind, found in total.amounts.items()
                if found.value is not None
            ],
            "sectors": [(sector, sector.pk == data.get("sector")) for sector in used],
            "q": data.get("q", ""),
            "pager": {
                "next_url": page.next_cursor and here + changed(data, after=page.next_cursor, before=None),
                "previous_url": page.previous_cursor and here + changed(data, before=page.previous_cursor, after=None),
            },
            "files": [
                (reverse("public-export", kwargs={"suffix": suffix}) + query, label)
                for suffix, (label, _type) in FORMATS.items()
                if page.rows  # a package of the standard has one project at least
            ],
            "map_url": reverse("public-map") + query,
            "licence": settings.PUBLIC_LICENCE,
        }


class PublicMap(Page):
    """How many public projects each district of the region has, and their money."""

    template_name = "public/map.html"

    def get_context_data(self, **kwargs):
        rows = self.chosen()
        lines = {line.key: line for line in self.portfolio(rows).by_each(["district"])["district"]}
        places = Place.objects.filter(parent=settings.HOME_REGION, tile_row__isnull=False, tile_column__isnull=False)
        listed, count = reverse("public-list") + changed(self.request.GET), rows.count()
        placed = sum(lines[place.pk].projects for place in places if place.pk in lines)
        return super().get_context_data(**kwargs) | {
            "tiles": [(place, self.figures(lines.get(place.pk), listed)) for place in places],
            "count": figures.count(count, listed, "projects"),
            "not_placed": count - placed,
            "list_url": listed,
        }

    @staticmethod
    def figures(line, url):
        if line is None:
            return []
        money = [figures.total(found, url) for found in line.amounts.values() if found.value is not None]
        return [figures.count(line.projects, url, "projects"), *money]


class PublicProject(Page):
    template_name = "public/project.html"

    def get_context_data(self, **kwargs):
        reference = self.kwargs["reference"]
        if "\x00" in reference:
            raise Http404
        related = ("main_sector__parent", "place__parent", "stage")
        project = get_object_or_404(permissions.public_projects().select_related(*related), reference=reference)
        here = self.request.path
        amounts = permissions.public_amounts().on_projects().filter(project=project)
        observations = project.observations.select_related("metric", "unit", "statement__source")
        parties = project.parties.filter(organisation__is_placeholder=False).select_related("organisation__country")
        return super().get_context_data(**kwargs) | {
            "project": project,
            "amounts": [
                (amount, figures.figure(amount, url=f"{here}#money"))
                for amount in amounts.select_related("statement__source")
            ],
            "observations": [(row, figures.figure(row, url=f"{here}#observations")) for row in observations],
            "parties": parties,
            "milestones": project.milestones.select_related("kind"),
            "breadcrumbs": [(reverse("public-list"), _("Public projects"))],
        }


class PublicFile(Public):
    """All public projects that the query string asks for, as a file."""

    def get(self, request, suffix):
        rows = self.chosen()
        table = exports.Table(
            heading=_("Public projects"),
            columns=[PROJECT_COLUMNS[name] for name in FIELDS],
            rows=self.with_cells(rows).order_by("reference"),
            context=cell_context(),
        )
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
        try:
            self._write(suffix, table, file, last_change(rows))
        except oc4ids.Faulty as reason:
            file.close()
            nobody = {"user": AnonymousUser(), "messages": []}
            return errors.page(request, 409, _("No file was made"), reason, **nobody)
        file.seek(0)
        _label, content_type = FORMATS[suffix]
        response = FileResponse(file, as_attachment=True, filename=f"projects.{suffix}", content_type=content_type)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def _write(self, suffix, table, file, changed_at):
        if suffix == "xlsx":
            sheets.write(table, file, created=changed_at)
        elif suffix == "json":
            place = self.request.build_absolute_uri()
            oc4ids.write(table, file, address=place, parts=PUBLIC_PARTS, published=changed_at)
        else:
            for part in (texts if suffix == "csv" else maps).parts(table):
                file.write(part)


def cell_context():
    return CellContext(currency="KZT", rate="statement", suffix="", user=AnonymousUser())


def address(project):
    return reverse("public-project", args=[project.reference])


def money(project, url):
    """The sums of a project's money, kind by kind, as figures; None where nothing is stated."""
    kinds = {kind: [one for one in project.listed_amounts if one.kind == kind] for kind in AmountKind.values}
    return [
        figures.total(rollups.sum_of(found, kind, "KZT"), f"{url}#money") if found else None
        for kind, found in kinds.items()
    ]


def last_change(rows):
    """The moment at which anything of what these projects show was changed last; None without projects."""
    shown = [rows, permissions.public_amounts().filter(project__in=rows)]
    shown += [model.objects.filter(project__in=rows) for model in PARTS]
    first, *others = [part.order_by("-updated_at").values_list("updated_at", flat=True)[:1] for part in shown]
    return max(first.union(*others, all=True), default=None)


def shared(request, response):
    """The answer for everybody's caches, with an ETag of its content; 304 to who has it already."""
    if response.status_code != 200:
        return response
    if hasattr(response, "render"):
        response.render()
    digest = hashlib.sha256()
    if response.streaming:
        for chunk in iter(lambda: response.file_to_stream.read(1 << 16), b""):
            digest.update(chunk)
        response.file_to_stream.seek(0)
    else:
        digest.update(response.content)
    response.headers["ETag"] = f'"{digest.hexdigest()[:32]}"'
    response.headers["Cache-Control"] = f"public, max-age={FRESH}"
    response.headers["X-Robots-Tag"] = "all"
    answer = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    if answer is not response and response.streaming:
        response.file_to_stream.close()
    return answer


@login_not_required
def robots(request):
    """What machines may read: the public page where there is one, and nothing else."""
    allowed = [f"Allow: /{code}/public/" for code, _name in settings.LANGUAGES] if settings.PUBLIC_PAGE else []
    return HttpResponse("\n".join(["User-agent: *", *allowed, "Disallow: /", ""]), content_type="text/plain")
