"""Steps of an import between its file and its preview: which column fills what, and the work of the worker."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.actions import Refused
from projects.exchange import background, jobs
from projects.exchange.headings import targets
from projects.exchange.layout import text_of
from projects.exchange.mapping import SCALES
from projects.forms.fields import DateField
from projects.models import Currency
from projects.portfolio.edit import SeeOther
from projects.portfolio.imports import OfImport, of_run, up_to_today

FIRST_ROWS = 8
COLUMNS = 100  # that are offered
SCALE_LABELS = {
    1: gettext_lazy("whole units"),
    10**3: gettext_lazy("thousands"),
    10**4: gettext_lazy("tens of thousands (万)"),
    10**6: gettext_lazy("millions"),
    10**8: gettext_lazy("hundreds of millions (亿)"),
    10**9: gettext_lazy("billions"),
}


class MappingForm(forms.Form):
    """A select for each column, and what is true of the whole table."""

    scale = forms.TypedChoiceField(label=gettext_lazy("Amounts are written in"), required=False, coerce=int)
    currency = forms.ModelChoiceField(Currency.objects.filter(is_active=True), required=False)
    as_of = DateField(
        label=gettext_lazy("Figures as of"),
        help_text=gettext_lazy("Where neither a column nor its heading names another day."),
        validators=[up_to_today],
    )
    keep = forms.BooleanField(
        label=gettext_lazy("Read the next table with these headings in the same way"),
        help_text=gettext_lazy("Kept for your department."),
        required=False,
        initial=True,
    )

    def __init__(self, *args, foreign, as_of, **kwargs):
        super().__init__(*args, **kwargs)
        self.foreign, mapping = foreign, foreign.mapping
        choices = [(key, str(target.label)) for key, target in targets().items()]
        self.columns = [column for column in mapping.columns if column.heading or column.samples][:COLUMNS]
        for column in self.columns:
            self.fields[f"column-{column.place}"] = forms.ChoiceField(
                label=column.heading or _("Column %(number)d") % {"number": column.place + 1},
                choices=choices,
                initial=column.target,
                help_text=" · ".join(column.samples),
            )
        self.fields["scale"].choices = [("", _("as the headings say")), *((key, SCALE_LABELS[key]) for key in SCALES)]
        self.fields["currency"].label = _("Currency of the amounts")
        self.fields["currency"].empty_label = _("as the headings and cells say")
        self.initial |= {"scale": mapping.scale, "currency": mapping.currency or None, "as_of": mapping.as_of or as_of}

    def selects(self):
        """The field of each column of the table."""
        return [self[f"column-{column.place}"] for column in self.columns]

    def general(self):
        return [self[name] for name in ("as_of", "scale", "currency", "keep")]

    def clean(self):
        data, mapping = super().clean(), self.foreign.mapping
        for column in self.columns:
            column.target = data.get(f"column-{column.place}", column.target)
        mapping.scale, mapping.currency = data.get("scale") or None, data["currency"].pk if data.get("currency") else ""
        self.foreign.reader.read_headings(mapping)
        taken = {}
        for column in self.columns:
            if (
                column.target != "ignore"
                and (first := taken.setdefault((column.target, column.as_of), column)) != column
            ):
                text = _("This and “%(heading)s” fill the same field. Choose one of them.")
                self.add_error(f"column-{column.place}", text % {"heading": first.heading})
        if not self.errors:
            for sentence in self.foreign.open_questions(data["as_of"]):
                self.add_error(None, sentence)
        return data


class MappingPage(OfImport):
    """Which column of an office's own table fills which field; asked once for each shape of table."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return SeeOther(reverse("import-detail", args=[self.kwargs["pk"]]))

    def get(self, request, pk):
        return self.page(*self.found())

    def found(self):
        job = self.job()
        if job.owner_id != self.request.user.pk:
            raise Refused(_("Only who brought the file in says what its columns mean."))
        sheet = self.request.POST.get("sheet") or self.request.GET.get("sheet", "")
        try:
            foreign = jobs.foreign_of(job, sheet)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        return job, foreign, MappingForm(self.request.POST or None, foreign=foreign, as_of=job.as_of)

    def post(self, request, pk):
        job, foreign, form = self.found()
        if not form.is_valid():
            return self.page(job, foreign, form, 422)
        day = form.cleaned_data["as_of"]
        jobs.map_columns(by=request.user, job=job, foreign=foreign, as_of=day, start=background.check)
        if form.cleaned_data["keep"]:
            foreign.keep()
        return SeeOther(job.get_absolute_url())

    def page(self, job, foreign, form, status=200):
        layout, table = foreign.mapping.layout, foreign.table
        shown = [column.place for column in form.columns]
        rows = [
            (number + table.first_row, [text_of(table.cell(number, place))[:60] for place in shown])
            for number in range(layout.begins, min(len(table.cells), layout.begins + FIRST_ROWS))
        ]
        context = {"job": job, "form": form, "table": table, "rows": rows, "titles": layout.titles[:5]}
        context["sheets"] = [sheet.name for sheet in foreign.sheets]
        return render(self.request, "portfolio/import_mapping.html", context, status=status)


class RunPart(OfImport):
    """How far the worker is: a part of the page of an import, asked for again while the work goes on; its end."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, pk):
        job = self.job()
        run = background.reap(job)
        if run is None or not run.is_open:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "portfolio/_import_run.html", of_run(run, job, request.user))

    def post(self, request, pk):
        job = self.job()
        if run := background.reap(job):
            if not permissions.may_end_run(request.user, job):
                raise PermissionDenied(
                    _("Only who brought the file in, who may approve it, or an administrator ends this.")
                )
            if request.POST.get("step") == "again" and not run.is_open and job.owner_id == request.user.pk:
                background.check(job)
            else:
                background.cancel(run)
        return SeeOther(job.get_absolute_url())
