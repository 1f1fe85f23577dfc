"""What each side owes, what proves it, and waivers. The state is computed for a day, never stored."""

import datetime

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    NUMBER_LIMIT,
    Recorded,
    Sourced,
    dates_in_range,
    exactly_one,
    in_order,
    recorded,
    translated_text,
)
from projects.models.choices import EvidenceStatus, Frequency, ObligationBasis, ObligationState, Side, Strength
from projects.models.codelists import ObligationKind, Unit
from projects.models.engagements import Agreement, Engagement
from projects.models.functions import Period
from projects.models.organisations import Organisation
from projects.models.projects import Programme, Project
from projects.models.sources import Document

DUE_WITHIN = datetime.timedelta(days=30)  # so long before its deadline an obligation counts as due
NOT_SUMMED = ("share", "rank")  # dimensions of units of which the latest value counts, never a sum

_DATE, _NUMBER = models.DateField(), models.DecimalField(max_digits=34, decimal_places=6)


class ObligationQuerySet(models.QuerySet):
    def with_state(self, day):
        """Annotate what each obligation is on a day; the one place where this is computed.

        An obligation that falls due once (or whose frequency is not stated) is judged on all its accepted evidence,
        by `due_on`, or else `end_on`. A recurring one is judged by calendar periods (month, quarter, half-year,
        year) while it is in force: on the last period that ended, if `start_on` says that it was in force then,
        until its evidence reaches the target; otherwise on the running period. The deadline is the period's last
        day. Evidence counts where it is accepted, decided and about a period ended by `day`; values of a period
        are added, except shares and ranks, of which the latest counts.

        Annotations:
            state: an ObligationState: waived > no target > met > overdue (deadline passed) > due (at most 30 days
                left) > partly (some evidence accepted) > not due.
            reached: Decimal in the obligation's unit. share: reached ÷ target, cut to four decimals; NULL without
                a target. period: range of dates, NULL unless recurring. deadline: date or NULL.
        """
        judged_on = Greatest(Least(Value(day, _DATE), "end_on"), "start_on")
        rows = self.annotate(running=Period("frequency", judged_on))
        rows = rows.annotate(last=Period("frequency", _first_day("running") - 1))
        always = Value(DateRange(None, day, "(]"), DateRangeField())
        rows = rows.annotate(
            running_reached=_reached(day, Coalesce(OuterRef("running"), always)),
            last_reached=_reached(day, OuterRef("last")),
        )
        judged_last = Q(last_reached__lt=F("target"), last__endswith__gt=F("start_on"))
        rows = rows.annotate(
            period=Case(When(judged_last, then="last"), default="running"),
            reached=Case(When(judged_last, then="last_reached"), default="running_reached"),
        ).annotate(
            deadline=Case(
                When(running__isnull=True, then=Coalesce("due_on", "end_on")),
                default=Least(_last_day("period"), "end_on"),
            ),
            share=Func(F("reached") * 10000, F("target"), function="div", output_field=_NUMBER) / 10000,
        )
        in_force = Q(start_on__isnull=True) | Q(start_on__lte=day)
        waivers = Waiver.objects.filter(Q(end_on__isnull=True) | Q(end_on__gte=day), start_on__lte=day)
        return rows.annotate(
            state=Case(
                When(Exists(waivers.filter(obligation=OuterRef("pk"))), then=Value(ObligationState.WAIVED)),
                When(target__isnull=True, then=Value(ObligationState.NO_TARGET)),
                When(reached__gte=F("target"), then=Value(ObligationState.MET)),
                When(deadline__lt=day, then=Value(ObligationState.OVERDUE)),
                When(in_force & Q(deadline__lte=day + DUE_WITHIN), then=Value(ObligationState.DUE)),
                When(reached__gt=0, then=Value(ObligationState.PARTLY)),
                default=Value(ObligationState.NOT_DUE),
                output_field=models.CharField(),
            )
        )


def _first_day(period):
    return Func(period, function="lower", output_field=_DATE)


def _last_day(period):
    return Func(period, template="(upper(%(expressions)s) - 1)", output_field=_DATE)


def _reached(day, period):
    """What accepted evidence of an obligation (OuterRef) adds up to for the periods that end in a range of dates."""
    counted = Evidence.objects.filter(
        obligation=OuterRef("pk"),
        status=EvidenceStatus.ACCEPTED,
        decided_on__lte=day,
        period_end__lte=day,
        period_end__contained_by=period,
        value__isnull=False,
    )
    counted = counted.order_by().values("obligation", "obligation__unit__dimension")
    counted = counted.annotate(latest=ArrayAgg("value", order_by=["-period_end", "-pk"]))
    value = Case(When(obligation__unit__dimension__in=NOT_SUMMED, then=F("latest__0")), default=Sum("value"))
    return Coalesce(Subquery(counted.annotate(total=value).values("total")), Value(0), output_field=_NUMBER)


@recorded
class Obligation(Sourced):
    """Something one side must or should do. Without a target it is kept, and said to have none."""

    kind = models.ForeignKey(ObligationKind, models.PROTECT, verbose_name=_("kind"), related_name="obligations")
    side = models.CharField(_("who owes"), max_length=10, choices=Side, default=Side.INVESTOR)
    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="obligations", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="obligations", null=True, blank=True
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="obligations", null=True, blank=True
    )
    description = translated_text(_("description"))
    strength = models.CharField(_("strength"), max_length=10, choices=Strength, default=Strength.MUST)
    basis = models.CharField(_("basis"), max_length=10, choices=ObligationBasis)
    clause = models.CharField(_("clause"), max_length=100, blank=True)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, verbose_name=_("agreement"), related_name="obligations", null=True, blank=True
    )
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("made at"), related_name="obligations", null=True, blank=True
    )
    target = models.DecimalField(
        _("target"),
        max_digits=24,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("Leave empty where no target is set."),
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("unit"), related_name="obligations", null=True, blank=True
    )
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency, default=Frequency.NOT_STATED)
    start_on = models.DateField(_("in force from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    end_on = models.DateField(_("in force to"), null=True, blank=True)
    responsible = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("responsible body"),
        related_name="responsibilities",
        null=True,
        blank=True,
    )

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["kind", "id"]
        constraints = [
            exactly_one("obligation", "project", "programme", "organisation"),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gt=0, target__lt=NUMBER_LIMIT),
                name="obligation_target_positive",
                violation_error_message=_("A target is greater than zero. Leave it empty where none is set."),
            ),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(unit__isnull=False),
                name="obligation_target_has_unit",
                violation_error_message=_("Give both the number and the unit."),
            ),
            in_order("obligation", "start_on", "end_on"),
            dates_in_range("obligation", "start_on", "due_on", "end_on"),
        ]

    def __str__(self):
        return f"{self.kind}: {self.subject}"

    def get_absolute_url(self):
        return reverse("obligation-detail", args=[self.pk])

    @property
    def subject(self):
        return self.project or self.programme or self.organisation


@recorded
class Evidence(Sourced):
    """Proof of an obligation for a period. It counts once somebody other than its author accepts it."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, verbose_name=_("obligation"), related_name="evidence")
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"))
    value = models.DecimalField(_("value reached"), max_digits=24, decimal_places=6, null=True, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name=_("document"), related_name="evidence", null=True, blank=True
    )
    status = models.CharField(_("status"), max_length=10, choices=EvidenceStatus, default=EvidenceStatus.OFFERED)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("author"), related_name="evidence"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("decided by"),
        related_name="decided_evidence",
        null=True,
        blank=True,
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["obligation", "-period_end", "-id"]
        constraints = [
            in_order("evidence", "period_start", "period_end"),
            dates_in_range("evidence", "period_start", "period_end", "decided_on"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0, value__lt=NUMBER_LIMIT),
                name="evidence_not_negative",
                violation_error_message=_("The value must not be negative."),
            ),
            models.CheckConstraint(
                condition=Q(status=EvidenceStatus.OFFERED) | Q(decided_by__isnull=False, decided_on__isnull=False),
                name="evidence_decided_by_somebody",
                violation_error_message=_("Accepted or rejected evidence names who decided, and when."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="evidence_not_decided_by_author",
                violation_error_message=_("Nobody accepts evidence of their own."),
            ),
        ]

    def __str__(self):
        return f"{self.obligation}: {self.period_end:%Y-%m-%d}"


@recorded
class Waiver(Recorded):
    """A release from an obligation, with its document and reason."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, verbose_name=_("obligation"), related_name="waivers")
    start_on = models.DateField(_("from"))
    end_on = models.DateField(_("to"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("document"), related_name="waivers")

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ["obligation", "-start_on"]
        constraints = [
            in_order("waiver", "start_on", "end_on"),
            dates_in_range("waiver", "start_on", "end_on"),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="waiver_has_reason",
                violation_error_message=_("Give the reason of the waiver."),
            ),
        ]

    def __str__(self):
        return f"{self.obligation} ({self.start_on:%Y-%m-%d})"
