"""The admin's index: what the register holds and lacks, what is late, what changed; each number leads to its rows."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from axes.conf import settings as axes_settings
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, Q, Sum, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from translated_fields import to_attribute

from projects import cadence, figures, permissions
from projects.admin import history, lists
from projects.filters.projects import is_overdue
from projects.models import Amount, Observation, Organisation, Project
from projects.models.choices import Bound, Inclusion
from projects.rollups import KINDS, Portfolio, Total

CHANGES = 12
LOCKED_SHOWN = 5
LANGUAGES = settings.LANGUAGES


@dataclass
class Line:
    """A row of a table: its label, where it leads, and the cells (safe HTML or text)."""

    label: str
    url: str = ""
    cells: list = field(default_factory=list)


def changelist(model, **query):
    """Address of a model's list in the admin, narrowed by filters."""
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{address}?{urlencode(query)}" if query else address


def board(user, registered):
    """What the index shows to the user; `registered` are the models of the admin."""
    projects = permissions.visible_to(user, Project.objects.named())
    amounts = permissions.visible_to(user, Amount.objects.all())
    portfolio = Portfolio(projects, amounts=amounts)
    lacking, overdue = _lacking(user, projects)
    return {
        "kinds": [label for _value, label in Amount._meta.get_field("kind").choices],
        "currencies": list(_by_currency(amounts)),
        "uncertain": [figures.figure(amount) for amount in portfolio.uncertain],
        "stages": list(_lines(portfolio.by("stage_group"), "stage_group")),
        "sectors": list(_lines(portfolio.by("sector"), "sector")),
        "overdue": overdue,
        "lacking": [*lacking, *_lacking_elsewhere(user)],
        "languages": [str(name) for _code, name in LANGUAGES],
        "untranslated": list(_untranslated(user, registered)),
        "changes": history.latest(registered, CHANGES),
        "locked": _locked(),
        "locked_url": changelist(AccessAttempt),
    }


def _lines(rolled, parameter):
    page = reverse("project-list")
    for line in rolled:
        if line.key == "unallocated":
            label = _("not allocated: %(programme)s") % {"programme": line.label}
            url = reverse("programme-detail", args=[line.url_value])
        elif line.key is None:
            label, url = _("not stated"), f"{page}?{parameter}__empty=1"
        else:
            label, url = line.label, f"{page}?{urlencode({parameter: line.key})}"
        count = figures.count(line.projects, url, "projects") if line.projects else "–"
        yield Line(label, url, [count, *(figures.total(line.amounts[kind], url) for kind in KINDS)])


def _by_currency(amounts):
    """Sums as stated, each currency and kind apart: standing amounts that are no part of another."""
    rows = (
        amounts.standing()
        .filter(inclusion=Inclusion.NO)
        .order_by()
        .values("currency", "kind")
        .annotate(
            value=Sum("value"),
            count=Count("pk"),
            lower_bounds=Count("pk", Q(bound__in=[Bound.GT, Bound.GE])),
            upper_bounds=Count("pk", Q(bound__in=[Bound.LT, Bound.LE])),
            approximate=Count("pk", Q(bound=Bound.APPROX)),
            statements=Count("statement", distinct=True),
        )
    )
    found = {}
    for row in rows:
        totals = found.setdefault(row["currency"], {kind: Total(kind, row["currency"]) for kind in KINDS})
        totals[row["kind"]].add(row | {"unconverted": 0})
    for currency, totals in sorted(found.items()):
        cells = [
            figures.total(totals[kind], changelist(Amount, currency__code__exact=currency, kind__exact=kind))
            for kind in KINDS
        ]
        yield Line(currency, changelist(Amount, currency__code__exact=currency), cells)


def _lacking(user, projects):
    """What named projects lack, and which reports are overdue: one query for all counts."""
    conditions = lists.ProjectIncomplete.conditions
    periods = list(cadence.due_periods())
    counts = projects.aggregate(
        **{f"lacks_{key}": Count("pk", lack.condition(user)) for key, lack in conditions.items()},
        **{f"due_{period.pk}": Count("pk", cadence.report_overdue(period=period)) for period in periods},
        late=Count("pk", is_overdue()),
    )
    named = {"is_placeholder__exact": 0}
    lacking = [
        _counted(
            _("projects: %(what)s") % {"what": lack.finding}, counts[f"lacks_{key}"], Project, missing=key, **named
        )
        for key, lack in conditions.items()
    ]
    overdue = [
        _counted(
            _("No report for %(period)s, due on %(day)s") % {"period": period, "day": date_format(period.due_on)},
            counts[f"due_{period.pk}"],
            Project,
            report=period.pk,
        )
        for period in periods
    ]
    late = f"{reverse('project-list')}?overdue=1"
    overdue.append(
        Line(_("Milestone, planned end or report overdue"), late, [figures.count(counts["late"], late, "overdue")])
    )
    return lacking, overdue


def _lacking_elsewhere(user):
    """What organisations, amounts and observations lack."""
    for model, conditions in (
        (Organisation, lists.OrganisationIncomplete.conditions),
        (Amount, lists.AmountIncomplete.conditions),
        (Observation, lists.FigureIncomplete.conditions),
    ):
        rows = permissions.visible_to(user, model.objects.all())
        counts = rows.aggregate(**{key: Count("pk", lack.condition(user)) for key, lack in conditions.items()})
        for key, lack in conditions.items():
            text = _("%(records)s: %(what)s") % {"records": model._meta.verbose_name_plural, "what": lack.finding}
            yield _counted(text, counts[key], model, missing=key)


def _counted(label, number, model, **query):
    url = changelist(model, **query)
    return Line(capfirst(str(label)), url, [figures.count(number, url, "missing", unit="{record}")])


def _untranslated(user, registered):
    """Names that are missing in each language, by kind of record: one query for all of them."""
    queries, models = [], {}
    for model in registered:
        if (name := lists.text_of(model)) and not model._meta.proxy:
            models[model._meta.model_name] = model
            counts = {
                code.replace("-", "_"): Count("pk", Q(**{to_attribute(name, code): ""})) for code, _n in LANGUAGES
            }
            rows = permissions.visible_to(user, model._default_manager.all()).order_by()
            queries.append(rows.values(record=Value(model._meta.model_name)).annotate(**counts))
    for row in queries[0].union(*queries[1:], all=True):
        model = models[row["record"]]
        counts = [(code, row[code.replace("-", "_")]) for code, _n in LANGUAGES]
        if any(number for _code, number in counts):
            cells = [
                figures.count(number, changelist(model, untranslated=code), "untranslated", unit="{record}")
                if number
                else "–"
                for code, number in counts
            ]
            yield Line(capfirst(str(model._meta.verbose_name_plural)), changelist(model), cells)


def _locked():
    """Sign-ins that are refused now, the latest first."""
    since = timezone.now() - timedelta(hours=axes_settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(
        failures_since_start__gte=axes_settings.AXES_FAILURE_LIMIT, attempt_time__gte=since
    )
    return list(attempts.order_by("-attempt_time")[:LOCKED_SHOWN])
