"""The region's own figures: the list, one series with its chart, ranks, and values out of files."""

import uuid
from collections import defaultdict

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from projects import actions, figures, filters, permissions, wording
from projects.columns import nouns as columns
from projects.exchange import indicators, reading
from projects.forms.lookups import LookupField
from projects.models import Indicator, IndicatorValue, Source
from projects.portfolio.edit import KEY, SeeOther
from projects.portfolio.lists import ListPage, SignedIn
from projects.portfolio.nouns import SOURCED, RecordPage

SALT = "indicator values"
SHOWN = 200  # rows of a preview


class IndicatorList(ListPage):
    model = Indicator
    filterset = filters.IndicatorFilterSet
    columns = columns.by_name(columns.INDICATORS)
    default_sort = "name"
    export_name = "indicator-export"
    template_name = "portfolio/indicators.html"
    heading = gettext_lazy("Indicators")
    lead = gettext_lazy("The region's own figures. They are never added to the money of projects.")
    add_url_name = "indicator-new"

    def listed(self, rows):
        values = IndicatorValue.objects.select_related(SOURCED, "indicator__unit").order_by("-period_end", "-id")
        return rows.select_related("place", "unit").prefetch_related(Prefetch("values", values, to_attr="latest"))

    def get_context_data(self, **kwargs):
        may_add = permissions.may_add(self.request.user, IndicatorValue)
        return super().get_context_data(**kwargs) | {"may_import": may_add}


class IndicatorPage(RecordPage):
    template_name = "portfolio/indicator.html"
    noun, list_heading, key = "indicator", gettext_lazy("Indicators"), "code"

    def rows(self):
        return Indicator.objects.select_related("place", "unit")

    def sections(self, record):
        self.values = list(record.values.select_related(SOURCED, "indicator__unit", "partner"))
        return [self.section("values", _("Values"), "_values", self.values, "indicator-value")]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"chart": None if context["record"].is_rank else self.chart()}

    def chart(self):
        """The series as a table with bars, by period, one column for each partner; None with fewer than two periods."""
        newest, partners = defaultdict(dict), {}
        for value in sorted(self.values, key=lambda value: value.pk):
            newest[value.period_start, value.period_end][value.partner_id] = value
            partners[value.partner_id] = value.partner
        if len(newest) < 2:
            return None
        most = max(abs(value.value) for values in newest.values() for value in values.values()) or 1
        rows = []
        for (start, end), values in sorted(newest.items()):
            found = [values.get(key) for key in partners]
            label = wording.period(start, end)
            if any(value and value.is_computed for value in found):
                label = _("%(period)s (computed)") % {"period": label}
            widths = [round(100 * abs(value.value) / most) if value else 0 for value in found]
            rows.append(
                {
                    "label": label,
                    "url": "#values",
                    "cells": [figures.figure(value) if value else "–" for value in found],
                    "bars": [{"width": width, "top": 10 * number} for number, width in enumerate(widths)],
                    "height": 10 * len(widths),
                }
            )
        header = [_("Period"), *(str(partner) if partner else _("Value") for partner in partners.values())]
        return {"header": header, "rows": rows, "series": range(1, len(header))}


class Ranks(SignedIn, TemplateView):
    """The region's places in the country: the newest of each, the one before, and whether it has risen."""

    template_name = "portfolio/ranks.html"

    def get_context_data(self, **kwargs):
        values = IndicatorValue.objects.select_related(SOURCED, "indicator__unit", "indicator__place", "partner")
        values = permissions.visible_to(self.request.user, values.filter(indicator__is_rank=True))
        series = defaultdict(dict)
        for value in values.order_by("indicator__code", "partner", "-period_end", "-pk"):
            series[value.indicator, value.partner].setdefault((value.period_start, value.period_end), value)
        lines = []
        for (indicator, partner), found in series.items():
            newest, before, *_older = [*found.values(), None]
            lines.append((indicator, partner, newest, before, before and before.value - newest.value))
        return super().get_context_data(**kwargs) | {
            "lines": lines,
            "breadcrumbs": [(reverse("indicator-list"), _("Indicators"))],
        }


class ImportForm(forms.Form):
    """A file of values, and the source that it is."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "SDMX-CSV, or a table (XLSX, ODS, CSV) with the columns INDICATOR, TIME_PERIOD, OBS_VALUE and, where there "
            "is a partner, COUNTERPART_AREA."
        ),
    )
    source = LookupField(
        Source.objects.all(),
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("The publication that the file is. Add it to the sources first, if it is not there."),
    )

    def lists(self):
        """What is offered while a source is typed."""
        field = self.fields["source"]
        field.widget.attrs["list"] = field.list_name
        return {field.list_name: field.offered()}


class IndicatorImport(SignedIn, View):
    """Values out of a file: first what it would write, or what is wrong by cell; then, confirmed, the writing."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        if not permissions.may_add(request.user, IndicatorValue) and permissions.may_see_register(request.user):
            raise PermissionDenied(permissions.refusal(request.user, IndicatorValue()))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.page(ImportForm())

    def post(self, request):
        if "confirmed" in request.POST:
            return self.confirmed(request)
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, status=422)
        file = form.cleaned_data["file"]
        try:
            book = reading.read_file(file, file.name)
        except ValidationError as refusal:
            form.add_error("file", refusal)
            return self.page(form, status=422)
        sheet = next(sheet for sheet in book.sheets if sheet.cells)
        planned = indicators.plan(request.user, sheet)
        kept = {
            "cells": [[indicators.text_of(cell) for cell in row] for row in sheet.cells],
            "sheet": [sheet.name, sheet.first_row],
            "source": form.cleaned_data["source"].pk,
            "file": [file.name, book.sha256],
        }
        preview = {
            "planned": planned,
            "shown": [
                (row, wording.period(*row[2:4]), indicators.words(row[0], row[4]), indicators.words(row[0], row[5]))
                for row in planned.rows[:SHOWN]
            ],
            "confirmed": "" if planned.faults else signing.dumps(kept, salt=SALT, compress=True),
            "submission_key": uuid.uuid4(),
        }
        return self.page(form, status=422 if planned.faults else 200, **preview)

    def confirmed(self, request):
        """Write what was previewed: read again from what the page kept, under the rules of now."""
        key, text = request.POST.get("submission_key", ""), request.POST["confirmed"]
        try:
            kept = signing.loads(text, salt=SALT, max_age=24 * 3600)
            if not KEY.fullmatch(key):
                raise signing.BadSignature
            sheet = reading.Table(kept["sheet"][0], kept["cells"], kept["sheet"][1])
            source = Source.objects.get(pk=kept["source"])
            self.submit(key, text, sheet, source, *kept["file"])
        except (signing.BadSignature, Source.DoesNotExist):
            messages.error(request, _("The preview has expired. Send the file again."))
            return SeeOther(reverse("indicator-import"))
        except actions.AlreadyDone:
            pass
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
            return SeeOther(reverse("indicator-import"))
        messages.success(request, _("The values are written."))
        return SeeOther(reverse("indicator-list"))

    def submit(self, key, text, sheet, source, name, sha256):
        user, address = self.request.user, reverse("indicator-list")

        def write():
            planned = indicators.plan(user, sheet)
            indicators.write(by=user, planned=planned, source=source, name=name, sha256=sha256)
            return {"location": address, "status_code": SeeOther.status_code}

        actions.submit_once(by=user, key=key, body=text.encode(), write=write)

    def page(self, form, status=200, **context):
        context |= {"form": form, "lists": form.lists(), "breadcrumbs": [(reverse("indicator-list"), _("Indicators"))]}
        return render(self.request, "portfolio/indicator_import.html", context, status=status)
