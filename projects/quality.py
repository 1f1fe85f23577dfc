"""What the register lacks or cannot be trusted in: one definition for the quality page and the administration.

A finding is a condition on the rows of one table that the reader may see; its count is the number of its rows.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from translated_fields import to_attribute

from projects import permissions
from projects.models import (
    Agreement,
    Amount,
    Engagement,
    Indicator,
    Lead,
    Obligation,
    Observation,
    Organisation,
    Programme,
    Project,
    Shipment,
    Statement,
    Update,
)
from projects.models.choices import Certainty, UpdateStatus

STALE_AFTER = timedelta(days=180)  # question 34 of the analysts: no movement for so long
MISSING, CONTRADICTORY, STALE, UNTRANSLATED = "missing", "contradictory", "stale", "untranslated"
GROUPS = {
    MISSING: _("Missing"),
    CONTRADICTORY: _("Contradictory or disputed"),
    STALE: _("Without news"),
    UNTRANSLATED: _("Untranslated"),
}


def _has(model, **conditions):
    return Exists(model.objects.filter(project=OuterRef("pk"), **conditions))


# What rows may lack: table -> name -> (label, condition, field of the form that mends it).
LACKING = {
    Project: {
        "sector": (_("no sector"), Q(main_sector=None), "main_sector"),
        "place": (_("no place"), Q(place=None), "place"),
        "stage": (_("no stage"), Q(stage=None), "stage"),
        "amounts": (_("no amount"), ~_has(Amount), ""),
        "curator": (_("no curator"), Q(curator=None), "curator"),
        "updates": (_("no update"), ~_has(Update), ""),
    },
    Organisation: {
        "identifier": (_("no identifier"), Q(bin="", uscc="", other_identifier=""), "bin"),
        "country": (_("no country"), Q(country=None), "country"),
    },
    Amount: {
        "date": (_("no date"), Q(as_of=None), "as_of"),
        "tenge": (_("no value in tenge"), Q(value_kzt=None), "as_of"),
    },
    Observation: {"date": (_("no date"), Q(as_of=None), "as_of")},
    Obligation: {
        "target": (_("no target"), Q(target=None), "target"),
        "due": (_("no due date"), Q(due_on=None), "due_on"),
    },
}
NAMED = (Project, Programme, Organisation, Engagement, Agreement, Lead, Shipment, Indicator)


@dataclass(frozen=True)
class Finding:
    """One thing that may be wrong with rows of a table. field: of the form that mends it."""

    key: str
    group: str
    model: type
    label: str
    condition: object
    field: str = ""

    def rows(self, user, owner=None):
        """The rows that the user may see it in; of the projects of one curator, where `owner` is a user's key."""
        return _seen(user, self.model, owner).filter(self.condition)


def lacking(model):
    """Name -> (label, condition) of what rows of a table may lack."""
    return {name: (label, condition) for name, (label, condition, _field) in LACKING[model].items()}


def findings(today=None):
    """Every Finding, as of a day (default: today)."""
    since = (today or timezone.localdate()) - STALE_AFTER
    for model, lacks in LACKING.items():
        for name, (label, condition, field) in lacks.items():
            yield Finding(f"missing-{model._meta.model_name}-{name}", MISSING, model, label, condition, field)
    contradicted = Exists(Statement.contradicts.through.objects.filter(from_statement=OuterRef("pk")))
    yield Finding(
        "contradicted", CONTRADICTORY, Statement, _("another statement says otherwise"), contradicted, "text_en"
    )
    for model in (Statement, Amount, Observation):
        condition = Q(certainty=Certainty.DISPUTED)
        yield Finding(f"disputed-{model._meta.model_name}", CONTRADICTORY, model, _("disputed"), condition, "certainty")
    told = _has(Update, status__in=[UpdateStatus.SUBMITTED, UpdateStatus.APPROVED], submitted_at__date__gt=since)
    unheard = Q(created_at__date__lte=since) & ~told
    yield Finding("stale", STALE, Project, _("no update for 180 days"), unheard)
    for model in NAMED:
        for code, language in settings.LANGUAGES:
            field = to_attribute("name", code)
            key = f"untranslated-{model._meta.model_name}-{code}"
            label = format_lazy(_("no name: {language}"), language=language)
            yield Finding(key, UNTRANSLATED, model, label, Q(**{field: ""}), field)


def counted(user, owner=None):
    """Every Finding with the number of its rows: a list of (Finding, number), at the cost of one query a table."""
    found = list(findings())
    numbers = {}
    for model in dict.fromkeys(finding.model for finding in found):
        mine = [finding for finding in found if finding.model is model]
        counts = {finding.key.replace("-", "_"): Count("pk", finding.condition) for finding in mine}
        numbers |= _seen(user, model, owner).aggregate(**counts)
    return [(finding, numbers[finding.key.replace("-", "_")]) for finding in found]


def _seen(user, model, owner):
    rows = permissions.visible_to(user, model.objects.all()).order_by()
    if model is Project:
        rows = rows.filter(is_placeholder=False)
    if owner is None:
        return rows
    if model is Project:
        return rows.filter(curator=owner)
    if model in (Amount, Observation, Obligation):
        return rows.filter(project__curator=owner)
    return rows.none()
