"""Papers of the register as files: the one-page brief of a record, and the monthly report."""

import calendar
import io

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from projects import filters, permissions, timetravel
from projects.briefs import monthly, subjects
from projects.portfolio import kinds
from projects.portfolio.lists import SignedIn, day_of
from tracker.errors import BadParameter

BRIEFED = (kinds.PROJECT, kinds.PROGRAMME, kinds.INVESTOR, kinds.ENGAGEMENT, kinds.PLACE)
SUFFIXES = {"pdf": "PDF", "docx": "DOCX", "pptx": "PPTX"}
MONTHLY = ("pdf", "docx")


def links(kind, record):
    """(address, label) of the files of a record's brief."""
    key = getattr(record, kind.key)
    return [
        (reverse(f"{kind.name}-brief", kwargs={"key": key, "suffix": suffix}), label)
        for suffix, label in SUFFIXES.items()
    ]


def month_links(query):
    """(address, label) of the files of the report of the last month about the projects of a query string."""
    return [(reverse("monthly-report", kwargs={"suffix": suffix}) + query, SUFFIXES[suffix]) for suffix in MONTHLY]


class PaperFile(SignedIn, View):
    """A paper in the language of the address. A subclass gives `paper(day, known_at)` and the stem of its name."""

    http_method_names = ["get", "head", "options"]
    pages = 1

    def get(self, request, suffix, **kwargs):
        if not permissions.may_export(request.user):
            raise PermissionDenied
        known_at = (getattr(request, "looking_back", None) or {}).get("known_at") or timezone.now()
        paper, stem = self.paper(day_of(request), known_at)
        renderer, content = _renderer(suffix), io.BytesIO()
        renderer.write(paper, content, pages=self.pages)
        response = HttpResponse(content.getvalue(), content_type=renderer.CONTENT_TYPE)
        way = "inline" if suffix == "pdf" else "attachment"
        name = f"{stem}-{paper.day:%Y-%m-%d}-{get_language()}.{suffix}"
        response.headers["Content-Disposition"] = f'{way}; filename="{name}"'
        response.headers["X-Content-SHA256"] = paper.hash
        return response


def _renderer(suffix):
    """The module that writes such files; each brings a large library, read when it is first asked for."""
    from projects.briefs import pdf, slides, word

    return {"pdf": pdf, "docx": word, "pptx": slides}[suffix]


class Brief(PaperFile):
    """The brief of one record. `since=` gives the day from which changes are told."""

    kind = None

    def paper(self, day, known_at):
        kind, user, data = self.kind, self.request.user, self.request.GET
        key = self.kwargs["key"]
        record = get_object_or_404(permissions.visible_to(user, kind.model._default_manager.all()), **{kind.key: key})
        since = timetravel.parse_day(data["since"], "since") if data.get("since") else None
        if since and since > day:
            raise BadParameter({"since": [_("Give a day that is not after the day of the brief.")]})
        children = [(child.model, child.parent_field) for child in kinds.children_of(kind)]
        paper = subjects.brief(user, record, day=day, known_at=known_at, since=since, children=children)
        return paper, f"brief-{kind.name}-{key}"


class MonthlyReport(PaperFile):
    """The report on a month (`month=2026-10`, by default the last one) about the projects of the list's filters."""

    pages = None

    def paper(self, day, known_at):
        first = self.month(day)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        if getattr(self.request, "looking_back", None) or last >= day:
            return self.report(first, min(last, day), known_at)
        with timetravel.looking_back(as_of=last):
            return self.report(first, last, known_at)

    def report(self, first, last, known_at):
        user, data = self.request.user, self.request.GET
        chosen = filters.ProjectFilterSet(data, user=user)
        rows = chosen.rows()
        said = [(chip["label"], chip["value"] or _("yes")) for chip in chosen.chips(data, lambda **changes: "")]
        paper = monthly.report(user, rows, month=first, day=last, known_at=known_at, chosen=said)
        return paper, f"monthly-{first:%Y-%m}"

    def month(self, day):
        """The first day of the month that is asked for. Raises: BadParameter."""
        text = self.request.GET.get("month", "")
        if not text:
            return day.replace(year=day.year - (day.month == 1), month=(day.month - 2) % 12 + 1, day=1)
        try:
            first = timetravel.parse_day(f"{text}-01", "month")
        except BadParameter as error:
            raise BadParameter({"month": [_("Give a month like 2026-10.")]}) from error
        if first > day:
            raise BadParameter({"month": [_("This month has not begun.")]})
        return first


def _files(route, view, name, suffixes):
    return [path(f"{route}.{suffix}", view, {"suffix": suffix}, name=name) for suffix in suffixes]


urlpatterns = [
    *(
        address
        for kind in BRIEFED
        for address in _files(
            f"{kind.path}/<{kind.converter}:key>/brief", Brief.as_view(kind=kind), f"{kind.name}-brief", SUFFIXES
        )
    ),
    *_files("reports/monthly", MonthlyReport.as_view(), "monthly-report", MONTHLY),
]
