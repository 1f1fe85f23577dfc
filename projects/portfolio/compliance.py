"""The compliance page of a project, investor or programme: both sides by period; all of it as a file; instruments."""

import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from projects import exports, figures, ledger, permissions, wording
from projects.columns import nouns as columns
from projects.columns.base import Cell, CellContext, Column, time_suffix
from projects.filters.base import DateField
from projects.forms.obligations import OfInstrumentForm
from projects.models import Instrument, Obligation, ObligationTemplate, Unit
from projects.models.choices import BudgetLevel, Frequency, Side
from projects.portfolio.downloads import Download
from projects.portfolio.edit import RecordEdit
from projects.portfolio.kinds import INVESTOR, PROGRAMME, PROJECT, children_of
from projects.portfolio.lists import SignedIn, day_of
from projects.portfolio.obligations import turn_of
from projects.timetravel import looking_back
from tracker.errors import BadParameter

SHOWN, TAKEN = 4, 120  # periods of an obligation: on the page, in a file
FILES = (("xlsx", "XLSX"), ("csv", "CSV"))

# One line of a file for each period of each obligation: the columns of the list, with the period.
PERIOD = Column(
    "period",
    gettext_lazy("Period"),
    Cell(lambda row, context: wording.period(*row.period) if row.period else None),
)
LINES = [
    *(column for column in columns.OBLIGATIONS if column.name in ("kind", "subject", "side", "strength")),
    PERIOD,
    *(column for column in columns.OBLIGATIONS if column.name not in ("kind", "subject", "side", "strength")),
]


@dataclass
class LedgerTable(exports.Table):
    """The periods of each obligation as lines, the oldest first."""

    def chunks(self):
        for obligation in self.rows():
            yield [self._line(obligation, standing) for standing in reversed(obligation.in_periods)]

    @staticmethod
    def _line(obligation, standing):
        line = copy.copy(obligation)
        line.standing = standing
        return line


class Compliance(SignedIn, TemplateView):
    """Both sides of one subject. `kind` says of what: PROJECT, INVESTOR or PROGRAMME."""

    kind = None
    template_name = "portfolio/compliance.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.day = day_of(request)
        self.time = {name: request.GET[name] for name in ("as_of", "known_at") if request.GET.get(name)}
        self.suffix = time_suffix(request.GET)

    @property
    def subject(self):
        if not hasattr(self, "_subject"):
            rows = permissions.visible_to(self.request.user, self.kind.model._default_manager.all())
            self._subject = get_object_or_404(rows, **{self.kind.key: self.kwargs["key"]})
        return self._subject

    def ledger(self, periods):
        obligations = permissions.visible_to(self.request.user, Obligation.objects.all())
        return ledger.Ledger(self.subject, obligations, self.day, periods)

    def get_context_data(self, **kwargs):
        subject, found = self.subject, self.ledger(SHOWN)
        user, key = self.request.user, self.kwargs["key"]
        child = next(child for child in children_of(self.kind) if child.model is Obligation)
        may_add = permissions.may_change(user, Obligation(**{child.parent_field: subject}))
        is_now = not getattr(self.request, "looking_back", None)
        return super().get_context_data(**kwargs) | {
            "subject": subject,
            "day": self.day,
            "sides": [self.side(found, *side) for side in found.sides()],
            "measures": [table for table in (self.taxes(found), self.hires(found), self.training(found)) if table],
            "exports": self.exports(),
            "of_instrument_url": reverse(f"{self.kind.name}-of-instrument", args=[key]) if may_add and is_now else "",
            "new_url": reverse(f"{child.name}-new", args=[key]) if may_add and is_now else "",
            "looking_back": getattr(self.request, "looking_back", None),
            "now_url": self.request.path,
            "breadcrumbs": [(subject.get_absolute_url() + self.suffix, str(subject))],
        }

    def side(self, found, side, rows, shared):
        """(title, counts of states with their rows, rows, rows of those beside), each row with what it shows."""
        titles = {Side.INVESTOR: _("What the investor owes"), Side.REGION: _("What the region owes")}
        states = [
            (
                figures.count(number, self.listed(side=side, state=state), "obligations", unit="{obligation}"),
                state.label,
                state.colour_of(state),
            )
            for state, number in found.states(side)
        ]
        return {
            "anchor": side.value,
            "title": titles[side],
            "states": states,
            "groups": [
                (title, [self.entry(found, row) for row in group])
                for title, group in (("", rows), (_("Beside it: of its programme, or of those who invest"), shared))
                if group
            ],
        }

    def entry(self, found, row):
        accepted, waiting = found.evidence[row.pk]
        words = [ngettext("%(count)d accepted", "%(count)d accepted", accepted) % {"count": accepted}]
        if waiting:
            words.append(ngettext("%(count)d waiting", "%(count)d waiting", waiting) % {"count": waiting})
        return {
            "row": row,
            "url": row.get_absolute_url() + self.suffix,
            "periods": row.in_periods if row.period else [],
            "evidence": ", ".join(words) if accepted or waiting else "",
            "turn": turn_of(row),
        }

    def listed(self, **chosen):
        """The list of these obligations, chosen further."""
        query = QueryDict(mutable=True)
        query.update({self.kind.name: self.subject.pk if self.kind is INVESTOR else self.kwargs["key"]})
        query.update(chosen | self.time)
        return f"{reverse('obligation-list')}?{query.urlencode()}"

    # ---- What came of it

    def taxes(self, found):
        if not found.taxes:
            return None
        tenge, url = Unit.objects.get(pk="KZT"), self.listed(kind="TAX")

        def cells(sums):
            return [_computed(sums[level], tenge, "tax_paid", url) for level in BudgetLevel.values]

        levels = [str(BudgetLevel(level).label) for level in BudgetLevel.values]
        heads = [f"{level}, {self.day.year}" for level in levels] + [
            _("%(what)s, in all") % {"what": w} for w in levels
        ]
        rows = [(paid.label, [*cells(paid.year), *cells(paid.ever)]) for paid in found.taxes]
        if len(rows) > 1:
            sums = [
                {level: sum(getattr(paid, span)[level] for paid in found.taxes) for level in BudgetLevel.values}
                for span in ("year", "ever")
            ]
            rows.append((_("Together"), [*cells(sums[0]), *cells(sums[1])]))
        return {"title": _("Taxes by kind and budget"), "head": _("Tax"), "heads": heads, "rows": rows}

    def hires(self, found):
        if not found.hires:
            return None
        url, percent = self.listed(kind="LOCAL_HIRE"), Unit.objects.get(pk="%")
        rows = []
        for hired in found.hires:
            part, whole = wording.number(hired.local), wording.number(hired.whole)
            words = _("%(part)s of %(whole)s") % {"part": part, "whole": whole}
            share = figures.computed(round(hired.share * 100, 1), percent, hired.metric.pk, url)
            rows.append((str(hired.metric), [words, share]))
        return {
            "title": _("Local workers"),
            "head": _("Counter"),
            "heads": [_("Local, of all"), _("Share")],
            "rows": rows,
            "note": _("Two counters, never added; a share is the sum of the parts over the sum of the wholes."),
        }

    def training(self, found):
        if not found.training:
            return None
        url = self.listed(kind=ledger.TRAINING)
        rows = [
            (str(unit.name), [_computed(value, unit, "training", url) for value in (year, ever)])
            for unit, year, ever in found.training
        ]
        heads = [str(self.day.year), _("In all")]
        return {"title": _("Training"), "head": _("Measured in"), "heads": heads, "rows": rows}

    # ---- Taking it away

    def exports(self):
        if not permissions.may_export(self.request.user):
            return []
        name, key = f"{self.kind.name}-compliance-export", self.kwargs["key"]
        return [(reverse(name, kwargs={"key": key, "suffix": suffix}) + self.suffix, label) for suffix, label in FILES]

    def table(self):
        when = getattr(self.request, "looking_back", None)
        context = CellContext("KZT", "statement", "", self.request.user, self.day)
        return LedgerTable(
            heading=_("Obligations: %(subject)s") % {"subject": self.subject},
            columns=LINES,
            rows=lambda: self.ledger(TAKEN).rows,
            context=context,
            about=lambda: [
                (_("Obligations: %(subject)s") % {"subject": self.subject},),
                *exports.particulars(when, self.request.user),
            ],
            reading=lambda: looking_back(**when) if when else exports.one_moment(),
        )


def _computed(value, unit, kind, url):
    """A sum of what was accepted; a dash where nothing was, which is not 0."""
    return figures.computed(value, unit, kind, url) if value else "–"


class OfInstrument(RecordEdit):
    """The obligations of an instrument are added in one step, after a look at what they will be."""

    is_new = True
    template_name = "portfolio/of_instrument.html"

    def form(self, data=None, files=None):
        known = {"templates": ObligationTemplate.objects.none(), "already": set()}
        self.day, self.instrument = self.chosen()
        if self.instrument is not None:
            offered = self.instrument.templates.filter(is_active=True)
            known["templates"] = offered.select_related("kind", "metric", "unit", "instrument")
            known["already"] = self.already(known["templates"])
        fixed = {self.kind.parent_field: self.parent}
        initial = {"start_on": self.day}
        return OfInstrumentForm(
            data, files, user=self.request.user, fixed=fixed, initial=initial, words=self.words, **known
        )

    def chosen(self):
        """The day of conclusion and the instrument that the address names, as far as the law knows it on that day."""
        try:
            day = DateField(required=False).clean(self.request.GET.get("on")) or timezone.localdate()
        except ValidationError as error:
            raise BadParameter({"on": error.messages}) from error
        rows = Instrument.objects.filter(is_active=True, pk=self.request.GET.get("instrument", ""))
        found = rows.first()
        return day, found if found is not None and found.may_be_concluded_on(day) else None

    def already(self, templates):
        standing = Obligation.objects.filter(**{self.kind.parent_field: self.parent}, instrument=self.instrument)
        known = set(standing.values_list("kind", "metric", "side"))
        return {row.pk for row in templates if (row.kind_id, row.metric_id, row.side) in known}

    @staticmethod
    def words(template):
        """What a template will be, in one line."""
        target = _("to be done") if template.unit and template.unit.dimension == "done" else _("no target set")
        if template.target is not None and template.unit.dimension != "done":
            target = figures.value_in(template.target, template.unit)
        how_often = template.get_frequency_display() if template.frequency != Frequency.NOT_STATED else None
        parts = filter(None, (template.get_strength_display(), how_often, target))
        return f"{template.kind}: {template.name} ({', '.join(str(part) for part in parts)})"

    def more_context(self, form):
        listed = Instrument.objects.filter(is_active=True)
        return {
            "instruments": [row for row in listed if row.may_be_concluded_on(self.day)],
            "instrument": self.instrument,
            "day": self.day,
            "already": len(form.already),
            "heading": _("Obligations of an instrument"),
        }

    def address_of(self, record):
        return self.cancel_url()

    def cancel_url(self):
        return reverse(f"{self.kind.parent.name}-compliance", args=[getattr(self.parent, self.kind.parent.key)])


def _addresses(kind):
    place = f"{kind.path}/<{kind.converter}:key>/compliance/"
    child = next(child for child in children_of(kind) if child.model is Obligation)
    page = Compliance.as_view(kind=kind)
    yield path(place, page, name=f"{kind.name}-compliance")
    for suffix, _label in FILES:
        yield path(
            f"{place}export.{suffix}",
            Download.as_view(page=lambda kind=kind: Compliance(kind=kind), stem=f"{kind.path}-compliance"),
            {"suffix": suffix},
            name=f"{kind.name}-compliance-export",
        )
    yield path(
        f"{kind.path}/<{kind.converter}:parent>/obligations/of-instrument/",
        OfInstrument.as_view(kind=child),
        name=f"{kind.name}-of-instrument",
    )


urlpatterns = [pattern for kind in (PROJECT, INVESTOR, PROGRAMME) for pattern in _addresses(kind)]
