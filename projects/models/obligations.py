"""What each side owes, what proves it, and waivers. The state is computed for a day, never stored."""

import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Case, CharField, Exists, F, Func, OuterRef, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import formats
from django.utils.functional import cached_property
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
from projects.models.choices import (
    BudgetLevel,
    EvidenceStatus,
    Frequency,
    ObligationBasis,
    ObligationState,
    Side,
    Strength,
    TaxKind,
)
from projects.models.codelists import Metric, ObligationKind, Unit
from projects.models.engagements import Agreement, Engagement
from projects.models.instruments import Instrument
from projects.models.organisations import Organisation
from projects.models.projects import Programme, Project
from projects.models.sources import Document
from tracker.addresses import address

DUE_WITHIN = 30  # days before its deadline in which an obligation counts as due
SETTLED = (ObligationState.MET, ObligationState.WAIVED)  # nobody's turn any more
SHARE, DONE = "share", "done"  # dimensions of units: of percentages; of what is either done or not
_COLUMNS = ("pk", "unit__dimension", "budget_level", "frequency", "target", "start_on", "due_on", "end_on")


class ObligationQuerySet(models.QuerySet):
    def with_state(self, day):
        """Each obligation with what it is on a day; the one place where this is asked (`tracker_obligation_on` in SQL).

        An obligation that falls due once (or whose frequency is not stated) is judged on all its accepted evidence,
        by `due_on`, or else `end_on`. A recurring one is judged by calendar periods (month, quarter, half-year,
        year) while it is in force: on the last period that ended, if `start_on` says that it was in force then,
        until its evidence reaches the target or a waiver covers its deadline; otherwise on the running period. The
        deadline is the period's last day. Evidence counts where it is accepted, decided and about a period ended by
        `day`, and of taxes where it went to the budget that counts. Values of a period are added. Of shares, ranks
        and numbers of jobs only those at the latest day count: jobs are added, a share is the sum of the parts over
        the sum of the wholes (never a mean of percentages), or as last stated where no whole is.

        Rows have `state`, `reached`, `share`, `deadline`, `period`, `turn`; these but `period` may also be filtered
        and sorted by. state: an ObligationState: waived > no target > met > overdue (deadline passed) > due (at most
        30 days left) > partly (some evidence accepted) > not due. turn: whose move it is, one side while it is open,
        none once it is met or waived: the region's while evidence waits for a decision, else as `waits_for` says,
        else of the side that owes.
        """
        number = models.DecimalField(max_digits=34, decimal_places=6)
        return (
            self.annotate(on_day=_computed("tracker_obligation_on", day))
            .annotate(
                state_on_day=KeyTextTransform("state", "on_day"),
                turn=Case(
                    When(state_on_day__in=SETTLED, then=Value("")),
                    When(Exists(waiting_evidence(day)), then=Value(Side.REGION)),
                    When(~Q(waits_for=""), then=F("waits_for")),
                    default=F("side"),
                    output_field=CharField(),
                ),
            )
            .alias(
                state=KeyTextTransform("state", "on_day"),
                reached=Cast(KeyTextTransform("reached", "on_day"), number),
                share=Cast(KeyTextTransform("share", "on_day"), number),
                deadline=Cast(KeyTextTransform("deadline", "on_day"), models.DateField()),
            )
        )

    def with_periods(self, day, at_most):
        """Each obligation with its periods up to `day`, the newest first, at most so many (`in_periods`).

        A recurring one has every period since `start_on`, by itself; one that falls due once has one. A period that
        has ended is waived where a waiver was in force on its deadline, a running one where one is on `day`.
        """
        return self.annotate(periods_on_day=_computed("tracker_obligation_periods", day, Value(at_most)))


def _computed(function, day, *more):
    given = (Value(day, models.DateField()), Value(DUE_WITHIN), *more)
    return Func(*_COLUMNS, *given, function=function, output_field=models.JSONField())


def waiting_evidence(day):
    """Evidence of an obligation (OuterRef) that was offered by `day` and not yet decided on then."""
    waiting = Q(status=EvidenceStatus.OFFERED) | Q(decided_on__gt=day)
    return Evidence.objects.filter(waiting, obligation=OuterRef("pk"), created_at__date__lte=day)


class Standing:
    """What an obligation is in one period on one day, read from what `tracker_obligation_in` gives."""

    def __init__(self, found):
        self.state = ObligationState(found["state"])
        # What accepted evidence comes to (Decimal), in the obligation's unit.
        self.reached = Decimal(found["reached"])
        # Reached ÷ target (Decimal), cut to four decimals; None without a target.
        self.share = None if found["share"] is None else Decimal(found["share"]).quantize(Decimal("0.0001"))
        self.deadline = _date(found["deadline"])
        # First and last day of the period that is judged; None where the obligation does not recur.
        self.period = (_date(found["period_from"]), _date(found["period_to"])) if found["period_from"] else None


def _date(text):
    return None if text is None else datetime.date.fromisoformat(text)


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
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, verbose_name=_("instrument"), related_name="obligations", null=True, blank=True
    )
    clause = models.CharField(_("clause"), max_length=100, blank=True)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, verbose_name=_("agreement"), related_name="obligations", null=True, blank=True
    )
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("made at"), related_name="obligations", null=True, blank=True
    )
    metric = models.ForeignKey(
        Metric,
        models.PROTECT,
        verbose_name=_("what is measured"),
        related_name="obligations",
        null=True,
        blank=True,
        help_text=_("Citizens and residents of the region are two different counters."),
    )
    budget_level = models.CharField(
        _("budget that counts"),
        max_length=10,
        choices=BudgetLevel,
        blank=True,
        help_text=_("Of taxes: only payments to this budget count. Tax paid is not the same as tax to the region."),
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
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("responsible person"),
        related_name="owned_obligations",
        null=True,
        blank=True,
    )
    waits_for = models.CharField(
        _("whose turn"),
        max_length=10,
        choices=Side,
        blank=True,
        help_text=_("Left empty: of the side that owes; of the region while evidence waits for a decision."),
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
        return address("obligation-detail", self.pk)

    @property
    def subject(self):
        return self.project or self.programme or self.organisation

    # What it is on the day of `with_state`

    @cached_property
    def standing(self):
        return Standing(self.on_day)

    @property
    def state(self):
        return self.standing.state

    @property
    def reached(self):
        return self.standing.reached

    @property
    def share(self):
        return self.standing.share

    @property
    def deadline(self):
        return self.standing.deadline

    @property
    def period(self):
        return self.standing.period

    @cached_property
    def in_periods(self):
        """The Standing of each period of `with_periods`, the newest first."""
        return [Standing(found) for found in self.periods_on_day]

    @property
    def is_to_be_done(self):
        """Whether the target is no number: it is done, or it is not."""
        return self.unit is not None and self.unit.dimension == DONE


@recorded
class Evidence(Sourced):
    """Proof of an obligation for a period. It counts once somebody other than its author accepts it."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, verbose_name=_("obligation"), related_name="evidence")
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"))
    value = models.DecimalField(_("value reached"), max_digits=24, decimal_places=6, null=True, blank=True)
    out_of = models.DecimalField(
        _("out of"),
        max_digits=24,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("Of a share: all workers, all purchases. Then the value is the part, counted in the same unit."),
    )
    tax_kind = models.CharField(_("kind of tax"), max_length=20, choices=TaxKind, blank=True)
    budget_level = models.CharField(_("paid to"), max_length=10, choices=BudgetLevel, blank=True)
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
                condition=Q(out_of__isnull=True)
                | Q(value__isnull=False, out_of__gt=0, out_of__lt=NUMBER_LIMIT, value__lte=F("out_of")),
                name="evidence_part_of_whole",
                violation_error_message=_("The part cannot be greater than the whole."),
            ),
            models.CheckConstraint(
                condition=Q(tax_kind="", budget_level="") | ~Q(tax_kind="") & ~Q(budget_level=""),
                name="evidence_tax_says_budget",
                violation_error_message=_("Of a tax, give both its kind and the budget that it was paid to."),
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
        return f"{self.obligation}: {formats.date_format(self.period_end)}"


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
        return f"{self.obligation} ({formats.date_format(self.start_on)})"
