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
from projects.lacks import LACKS, NAMES, TOLD
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
from projects.models.choices import Certainty

STALE_AFTER = timedelta(days=180)  # question 34 of the analysts: no movement for so long
MISSING, CONTRADICTORY, STALE, UNTRANSLATED = "missing", "contradictory", "stale", "untranslated"
GROUPS = {
    MISSING: _("Missing"),
    CONTRADICTORY: _("Contradictory or disputed"),
    STALE: _("Without news"),
    UNTRANSLATED: _("Untranslated"),
}


NAMED = (Project, Programme, Organisation, Engagement, Agreement, Lead, Shipment, Indicator)


@dataclass(frozen=True)
class Finding:
    """One thing that may be wrong with rows of a table.

    condition: a Q, or a function of the reader that gives one. field: of the form that mends it.
    """

    key: str
    group: str
    model: type
    label: str
    condition: object
    field: str = ""

    def rows(self, user, owner=None):
        """The rows that the user may see it in; of the projects of one curator, where `owner` is a user's key."""
        return _seen(user, self.model, owner).filter(self.condition_for(user))

    def condition_for(self, user):
        """The condition that a row is wrong, as far as the user sees."""
        return self.condition(user) if callable(self.condition) else self.condition


def lacking(model):
    """Name -> Lack of what the quality page misses in rows of a table."""
    return {name: lack for name, lack in LACKS[model].items() if lack.finding}


def findings(today=None):
    """Every Finding, as of a day (default: today)."""
    since = (today or timezone.localdate()) - STALE_AFTER
    for model in LACKS:
        for name, lack in lacking(model).items():
            key = f"missing-{model._meta.model_name}-{name}"
            yield Finding(key, MISSING, model, lack.finding, lack.condition, lack.field)
    contradicted = Exists(Statement.contradicts.through.objects.filter(from_statement=OuterRef("pk")))
    yield Finding(
        "contradicted", CONTRADICTORY, Statement, _("another statement says otherwise"), contradicted, "text_en"
    )
    for model in (Statement, Amount, Observation):
        condition = Q(certainty=Certainty.DISPUTED)
        yield Finding(f"disputed-{model._meta.model_name}", CONTRADICTORY, model, _("disputed"), condition, "certainty")
    told = Update.objects.filter(project=OuterRef("pk"), status__in=TOLD, submitted_at__date__gt=since)
    unheard = Q(created_at__date__lte=since) & ~Exists(told)
    yield Finding("stale", STALE, Project, _("no update for 180 days"), unheard)
    for model in NAMED:
        for code, language in settings.LANGUAGES:
            field = to_attribute("name", code)
            key = f"untranslated-{model._meta.model_name}-{code}"
            label = format_lazy(_("no name: {language}"), language=language)
            yield Finding(key, UNTRANSLATED, model, label, NAMES[field].condition, field)


def counted(user, owner=None):
    """Every Finding with the number of its rows: a list of (Finding, number), at the cost of one query a table."""
    found = list(findings())
    numbers = {}
    for model in dict.fromkeys(finding.model for finding in found):
        mine = [finding for finding in found if finding.model is model]
        counts = {finding.key.replace("-", "_"): Count("pk", finding.condition_for(user)) for finding in mine}
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
