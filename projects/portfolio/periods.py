"""Reporting periods: the list, closing one, and the frozen report of a closed one with its later corrections."""

from decimal import Decimal
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import actions, closing, permissions
from projects.models import Programme, Project, ReportingPeriod, Stage
from projects.models.choices import AmountKind, ProjectStatus
from projects.portfolio.edit import SeeOther
from projects.portfolio.lists import SignedIn
from projects.wording import money

LISTED = 60  # periods on the page, the newest first


class PeriodList(SignedIn, TemplateView):
    """Periods that have begun, open and closed."""

    template_name = "portfolio/periods.html"

    def get_context_data(self, **kwargs):
        periods = ReportingPeriod.objects.filter(start_on__lte=timezone.localdate()).order_by("-end_on", "cycle")
        return super().get_context_data(**kwargs) | {
            "periods": periods.select_related("cycle", "report")[:LISTED],
            "breadcrumbs": [(reverse("update-list"), _("Updates"))],
        }


class PeriodPage(SignedIn, TemplateView):
    """One period: how it stands, or its frozen report. A reviewer closes it here."""

    template_name = "portfolio/period.html"
    http_method_names = ["get", "head", "post", "options"]

    def period(self):
        rows = permissions.visible_to(self.request.user, ReportingPeriod.objects.select_related("cycle"))
        return get_object_or_404(rows.select_related("report__closed_by"), pk=self.kwargs["pk"])

    def post(self, request, pk):
        period = self.period()
        if not permissions.may_close(request.user):
            raise PermissionDenied(_("Only a reviewer or an administrator closes a reporting period."))
        try:
            closing.close_period(by=request.user, period=period)
        except actions.Refused as refusal:
            return render(request, self.template_name, self.get_context_data(refusal=str(refusal)), status=422)
        messages.success(request, _("The period is closed, and its report is frozen."))
        return SeeOther(reverse("period-detail", args=[pk]))

    def get_context_data(self, **kwargs):
        period = self.period()
        report = getattr(period, "report", None)
        today = timezone.localdate()
        return super().get_context_data(**kwargs) | {
            "period": period,
            "report": report,
            "is_over": period.end_on < today,
            "may_close": report is None and period.end_on < today and permissions.may_close(self.request.user),
            "breadcrumbs": [(reverse("update-list"), _("Updates")), (reverse("period-list"), _("Reporting periods"))],
            **(self._report(report) if report else {}),
        }

    def _report(self, report):
        words = _Words()
        then = urlencode({"as_of": report.as_of.isoformat(), "known_at": report.known_at.isoformat()})
        lines, totals = report.content["lines"], report.content["totals"]
        corrections = closing.corrections(report, self.request.user)
        corrected = {(correction.reference, correction.name) for correction in corrections}
        return {
            "is_intact": closing.is_intact(report),
            "kinds": [kind.label for kind in AmountKind],
            "totals": [words.read(kind, totals[kind]) for kind in closing.KINDS],
            "rows": [
                (
                    line["reference"],
                    words.projects.get(line["reference"], ""),
                    f"{words.address(line['reference'])}?{then}",
                    [
                        (words.read(name, line[name]), name in closing.KINDS, (line["reference"], name) in corrected)
                        for name in (*closing.FACTS, *closing.KINDS)
                    ],
                )
                for line in lines
            ],
            "corrections": [
                (
                    correction.reference,
                    words.projects.get(correction.reference, ""),
                    words.address(correction.reference),
                    words.label(correction.name),
                    words.read(correction.name, correction.then),
                    words.read(correction.name, correction.now),
                    correction.changes,
                )
                for correction in corrections
            ],
        }


class _Words:
    """How the plain data of a report reads: names and labels of the reader's language."""

    def __init__(self):
        self.stages = {stage.pk: str(stage) for stage in Stage.objects.all()}
        self.rests = {
            row.code: _("not allocated: %(programme)s") % {"programme": row} for row in Programme.objects.all()
        }
        self.projects = self.rests | {project.reference: str(project) for project in Project.objects.named()}

    def address(self, reference):
        """The page of the project or programme that a line is about."""
        return reverse("programme-detail" if reference in self.rests else "project-detail", args=[reference])

    def label(self, name):
        fields = {"stage": _("Stage"), "status": _("Status"), "progress": _("Physical progress")}
        return fields.get(name) or AmountKind(name).label

    def read(self, name, value):
        """A value as people read it; empty where there is none."""
        if value is None:
            return ""
        if name == "stage":
            return self.stages.get(value, value)
        if name == "status":
            return ProjectStatus(value).label
        if name == "progress":
            return f"{value} %"
        if value["value"] is None:
            return _("no exchange rate") if value["unconverted"] else ""
        return money(Decimal(value["value"]), "KZT", value["bound"], exact=True)
