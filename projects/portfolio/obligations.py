"""The list of obligations, one obligation with its periods, and the decision on its evidence."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from projects import evidence, figures, filters, ledger, permissions, wording
from projects.actions import Refused
from projects.columns import nouns as columns
from projects.models import Evidence, Metric, Obligation, ObligationKind, Unit
from projects.models.choices import BudgetLevel, EvidenceStatus, Frequency, ObligationState, Side
from projects.portfolio.edit import SeeOther
from projects.portfolio.lists import ListPage, SignedIn, day_of
from projects.portfolio.nouns import SOURCED, RecordPage

PERIODS = 24  # of one obligation, on its page
# What is counted beside the list: filter -> (title, column of its value, function giving the words of each value).
FACETS = {
    "state": (gettext_lazy("State"), "state_on_day", lambda: dict(ObligationState.choices)),
    "kind": (gettext_lazy("Kind"), "kind", lambda: {row.pk: str(row) for row in ObligationKind.objects.all()}),
    "side": (gettext_lazy("Who owes"), "side", lambda: dict(Side.choices)),
}


class ObligationList(ListPage):
    model = Obligation
    filterset = filters.ObligationFilterSet
    columns = columns.by_name(columns.OBLIGATIONS)
    default_columns = [name for name in columns if name not in ("instrument", "measured", "basis")]
    default_sort = "kind"
    export_name = "obligation-export"
    heading = gettext_lazy("Obligations")
    lead = gettext_lazy("What each side owes. The state is computed for a day; nobody sets it.")
    add_url_name = "obligation-new"
    as_cards = True
    more_filters = (
        *("strength", "basis", "instrument", "programme", "project", "investor", "turn", "responsible", "owner"),
        *("metric", "frequency", "budget", "due_after", "due_before", "evidence", "missing"),
    )

    def results(self):
        return super().results() | {"below_template": "portfolio/_obligation_sums.html", "sums": list(self._sums())}

    def _sums(self):
        """Targets and what was reached of the listed obligations together: label, number, target, reached, share."""
        found = ledger.sums(self.filters.rows())
        names = {
            name: model.objects.in_bulk({line.sort[name] for line in found} - {None})
            for name, model in (("kind", ObligationKind), ("metric", Metric), ("unit", Unit))
        }
        for line in found:
            kind, metric, unit = (names[name].get(line.sort[name]) for name in ("kind", "metric", "unit"))
            budget, frequency = line.sort["budget_level"], line.sort["frequency"]
            url = self._url(
                kind=kind.pk,
                unit=unit.pk,
                frequency=frequency,
                state=self._not_waived(),
                **({"metric": metric.pk} if metric else {"metric": None, "metric__empty": "1"}),
                **({"budget": budget} if budget else {"budget": None, "budget__empty": "1"}),
                after=None,
                before=None,
            )
            words = [metric, BudgetLevel(budget).label if budget else "", Frequency(frequency).label]
            yield {
                "label": str(kind),
                "note": ", ".join(str(word) for word in words if word),
                "number": figures.count(line.figures + line.missing, url, "obligations", unit="{obligation}"),
                "missing": line.missing,
                "target": figures.computed(line.target, unit, "target", url),
                "reached": figures.computed(line.reached, unit, "reached", url) if line.reached else "–",
                "share": wording.percentage(line.reached / line.target) if line.reached else "–",
            }

    def _not_waived(self):
        """The states asked for, or else all, but waived: what is waived is in no sum."""
        asked = self.request.GET.getlist("state") or ObligationState.values
        return [state for state in asked if state != ObligationState.WAIVED]

    def _facets(self):
        """How many obligations are of each kind, state and side, each counted without its own filter."""
        for name, (title, column, words) in FACETS.items():
            rows = self.filters.rows(without=[name]).order_by().values_list(column).annotate(number=Count("pk"))
            chosen = self.request.GET.getlist(name)
            labels = words()
            options = []
            for value, number in sorted(rows, key=lambda row: -row[1]):
                rest = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
                options.append(
                    {
                        "label": labels[value],
                        "value": value,
                        "count": number,
                        "url": self._url(**{name: rest or None, "after": None, "before": None}),
                        "selected": value in chosen,
                    }
                )
            yield {"name": name, "title": title, "options": options}

    def listed(self, rows):
        self.context.day = self.filters.day
        related = (
            "kind",
            "unit",
            "metric",
            "instrument",
            "project",
            "programme",
            "organisation",
            "responsible",
            "owner",
        )
        return rows.select_related(SOURCED, *related)


class ObligationPage(RecordPage):
    noun, list_heading = "obligation", gettext_lazy("Obligations")
    template_name = "portfolio/obligation.html"

    def rows(self):
        day = day_of(self.request)
        return (
            Obligation.objects.with_state(day)
            .with_periods(day, PERIODS)
            .select_related(
                SOURCED,
                *("kind", "unit", "metric", "project", "programme", "organisation"),
                *("instrument", "agreement", "engagement", "responsible", "owner"),
            )
        )

    def sections(self, record):
        offered = record.evidence.select_related(
            SOURCED, "document__document_type", "author", "decided_by", "obligation__unit"
        )
        rows = list(permissions.visible_to(self.request.user, offered))
        is_now = not getattr(self.request, "looking_back", None)
        for row in rows:
            open_ = row.status != EvidenceStatus.REJECTED and is_now
            row.may_decide = open_ and permissions.may_accept(self.request.user, row)
        return [
            self.section("evidence", _("Evidence"), "_evidence", rows, "evidence"),
            self.section(
                "waivers",
                _("Waivers"),
                "_waivers",
                record.waivers.select_related("document__document_type"),
                "waiver",
            ),
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        record = context["record"]
        new = reverse("evidence-new", args=[record.pk]) if self.may_change else ""
        return context | {
            "day": day_of(self.request),
            "periods": [(one, _address(new, one)) for one in record.in_periods] if record.period else [],
            "turn_of": turn_of(record),
        }


def _address(new, standing):
    """Where evidence for this period is offered, its dates filled in."""
    first, last = standing.period
    return f"{new}?{urlencode({'period_start': first, 'period_end': last})}" if new else ""


def turn_of(obligation):
    """Who has to act, as words: the body or the one who owes; None once nothing is left to do."""
    if not obligation.turn:
        return None
    body = obligation.responsible if obligation.turn == Side.REGION else obligation.organisation
    return str(body or Side(obligation.turn).label)


class EvidenceDecision(SignedIn, View):
    """Evidence is accepted or refused, in one click, on the page of its obligation."""

    http_method_names = ["post", "options"]

    def post(self, request, pk, key):
        rows = permissions.visible_to(request.user, Evidence.objects.filter(obligation=pk))
        row = get_object_or_404(rows, pk=key)
        try:
            if request.POST.get("decision") == "accept":
                evidence.accept(by=request.user, evidence=row)
                messages.success(request, _("Accepted. It counts from today."))
            else:
                evidence.refuse(by=request.user, evidence=row, reason=request.POST.get("reason", "")[:1000])
                messages.success(request, _("Refused. Its author is told why."))
        except Refused as refusal:
            messages.error(request, str(refusal))
        return SeeOther(f"{reverse('obligation-detail', args=[pk])}#evidence")
