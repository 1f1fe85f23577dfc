"""Reporting periods: the list, closing one and opening it again, its frozen reports with later corrections."""

from decimal import Decimal
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects import actions, closing, permissions
from projects.forms.fields import TextField
from projects.history import person_name
from projects.models import PeriodReport, Programme, Project, ReportingPeriod, Stage
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
            "periods": periods.annotate(
                has_report=Exists(PeriodReport.objects.filter(period=OuterRef("pk")))
            ).select_related("cycle")[:LISTED],
            "breadcrumbs": [(reverse("update-list"), _("Updates"))],
        }


class ReasonForm(forms.Form):
    """Why a closed period is opened again."""

    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody who reads this period sees it, and who still owes a report is told."),
    )


class PeriodPage(SignedIn, TemplateView):
    """One period: how it stands, and the report frozen last or the one asked for. A reviewer closes it here."""

    template_name = "portfolio/period.html"
    http_method_names = ["get", "head", "post", "options"]

    def period(self):
        rows = permissions.visible_to(self.request.user, ReportingPeriod.objects.select_related("cycle"))
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def post(self, request, pk, **kwargs):
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
        frozen = list(period.reports.select_related("closed_by"))
        report = self._asked_for(frozen)
        is_over, may = period.end_on < timezone.localdate(), permissions.may_close(self.request.user)
        return {
            "period": period,
            "report": report,
            "frozen": frozen,
            "closings": self._closings(period, frozen, report),
            "is_over": is_over,
            "may_close": may and is_over and (period.closed_at is None or not frozen),
            "reopening": ReasonForm() if may and period.closed_at is not None else None,
            "breadcrumbs": [(reverse("update-list"), _("Updates")), (reverse("period-list"), _("Reporting periods"))],
            **(self._report(report) if report else {}),
            **super().get_context_data(**kwargs),
        }

    @staticmethod
    def _closings(period, frozen, shown):
        """Where a period was opened again: that and each closing, the latest first, as entries of a timeline."""
        if not (reopenings := closing.reopenings(period)):
            return []
        lines = [(one.when, _("Opened again"), one.who, one.why, "") for one in reopenings] + [
            (
                report.known_at,
                _("Closed"),
                report.closed_by,
                "",
                "" if report == shown else reverse("period-report", args=[period.pk, report.pk]),
            )
            for report in frozen
        ]
        return [
            {
                "when": formats.date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT"),
                "title": f"{what}: {person_name(who)}" if who else what,
                "text": why,
                "url": url,
            }
            for when, what, who, why, url in sorted(lines, key=lambda line: line[0], reverse=True)
        ]

    def _asked_for(self, frozen):
        """Of the frozen reports, the latest first: the one that the address names, else the latest."""
        if (key := self.kwargs.get("number")) is None:
            return frozen[0] if frozen else None
        found = next((report for report in frozen if report.pk == key), None)
        if found is None:
            raise Http404
        return found

    def _report(self, report):
        words = _Words()
        then = urlencode({"as_of": report.as_of.isoformat(), "known_at": report.known_at.isoformat()})
        lines, totals = report.content["lines"], report.content["totals"]
        corrections = closing.corrections(report, self.request.user)
        corrected = {(correction.whose, correction.name) for correction in corrections}
        return {
            "is_intact": closing.is_intact(report),
            "kinds": [kind.label for kind in AmountKind],
            "totals": [words.read(kind, totals[kind]) for kind in closing.KINDS],
            "rows": [
                (
                    line["reference"],
                    words.names.get(closing.identity(line), ""),
                    f"{words.address(closing.identity(line), line['reference'])}?{then}",
                    [
                        (
                            words.read(name, line[name]),
                            name in closing.KINDS,
                            (closing.identity(line), name) in corrected,
                        )
                        for name in (*closing.FACTS, *closing.KINDS)
                    ],
                )
                for line in lines
            ],
            "corrections": [
                (
                    correction.reference,
                    words.names.get(correction.whose, ""),
                    words.address(correction.whose, correction.reference),
                    words.label(correction.name),
                    words.read(correction.name, correction.then),
                    words.read(correction.name, correction.now),
                    correction.changes,
                )
                for correction in corrections
            ],
        }


class PeriodReopening(PeriodPage):
    """A reviewer opens a closed period again, for a reason."""

    http_method_names = ["post", "options"]

    def post(self, request, pk):
        period, form = self.period(), ReasonForm(request.POST)
        if not permissions.may_close(request.user):
            raise PermissionDenied(_("Only a reviewer or an administrator opens a reporting period again."))
        try:
            if form.is_valid():
                closing.reopen_period(by=request.user, period=period, reason=form.cleaned_data["reason"])
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
        if not form.is_valid():
            return render(request, self.template_name, self.get_context_data(reopening=form), status=422)
        messages.success(request, _("The period is open again. Who still owes a report has been told."))
        return SeeOther(reverse("period-detail", args=[pk]))


class _Words:
    """How the plain data of a report reads: names and labels of the reader's language."""

    def __init__(self):
        self.stages = {stage.pk: str(stage) for stage in Stage.objects.all()}
        rests = {
            ("programme_id", row.pk): _("not allocated: %(programme)s") % {"programme": row}
            for row in Programme.objects.all()
        }
        self.names = rests | {("project_id", row.pk): str(row) for row in Project.objects.named()}

    def address(self, whose, reference):
        """The page of the project or programme that a line is of, by what it was called."""
        return reverse("programme-detail" if whose[0] == "programme_id" else "project-detail", args=[reference])

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
