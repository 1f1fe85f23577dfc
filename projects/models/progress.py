"""What happens to a project: reporting rhythm, updates, milestones, observations, problems."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from projects import wording
from projects.models.base import (
    NUMBER_LIMIT,
    Figure,
    Recorded,
    Sourced,
    dates_in_range,
    exactly_one,
    figure_constraints,
    in_order,
    recorded,
    recorded_links,
    translated,
    translated_text,
)
from projects.models.choices import (
    DatePrecision,
    Frequency,
    ObservationStatus,
    Severity,
    Side,
    UpdateStatus,
    WorkingDayRule,
)
from projects.models.codelists import Metric, MilestoneKind, Unit
from projects.models.engagements import Engagement
from projects.models.financing import Phase
from projects.models.organisations import Organisation
from projects.models.projects import Programme, Project
from projects.models.sources import Document
from tracker.addresses import address


@recorded
class ReportingCycle(Recorded):
    """A rhythm of reports to one audience: frequency, due day and what happens on days off."""

    name = translated(models.CharField(_("name"), max_length=200, blank=True))
    audience = models.CharField(_("audience"), max_length=200, blank=True)
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency)
    due_day = models.PositiveSmallIntegerField(_("due day of the month"))
    due_month_offset = models.PositiveSmallIntegerField(_("months after the period's last month"), default=1)
    working_day_rule = models.CharField(
        _("if the due day is a day off"), max_length=10, choices=WorkingDayRule, default=WorkingDayRule.NEXT
    )
    is_active = models.BooleanField(_("in use"), default=False)
    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("reporting cycle")
        verbose_name_plural = _("reporting cycles")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_day__gte=1, due_day__lte=31),
                name="reporting_cycle_due_day",
                violation_error_message=_("The due day lies between 1 and 31."),
            ),
        ]

    def __str__(self):
        return self.name or self.code


@recorded
class ReportingPeriod(Recorded):
    """One turn of a cycle. Periods of a cycle never overlap; a closed one takes no updates."""

    cycle = models.ForeignKey(ReportingCycle, models.PROTECT, verbose_name=_("cycle"), related_name="periods")
    start_on = models.DateField(_("start"))
    end_on = models.DateField(_("end"))
    due_on = models.DateField(_("due on"))
    follows_calendar = models.BooleanField(
        _("follows the cycle and the calendar"),
        default=False,
        help_text=_("The due date is computed anew when the cycle or the holidays change. Untick to set it by hand."),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        ordering = ["-start_on", "cycle"]
        constraints = [
            in_order("reporting_period", "start_on", "end_on"),
            dates_in_range("reporting_period", "start_on", "end_on", "due_on"),
            ExclusionConstraint(
                name="reporting_periods_do_not_overlap",
                expressions=[
                    ("cycle", RangeOperators.EQUAL),
                    (
                        Func(
                            F("start_on"), F("end_on"), Value("[]"), function="daterange", output_field=DateRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("The period overlaps another one of the same cycle."),
            ),
        ]

    def __str__(self):
        return wording.period(self.start_on, self.end_on)


def _are_changes(changes):
    """Reported values are pairs of texts by the name of their question. Raises: ValidationError."""
    pairs = changes.values() if isinstance(changes, dict) else [None]
    for pair in pairs:
        is_pair = isinstance(pair, dict) and set(pair) == {"was", "now"}
        if not is_pair or not all(isinstance(text, str) for text in pair.values()):
            raise ValidationError(_("Reported values are stored with what they were and what they are now."))


@recorded
class Update(Recorded):
    """A dated report on a project. Drafts are the author's; approved ones are what analysts see."""

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("project"), related_name="updates")
    period = models.ForeignKey(
        ReportingPeriod,
        models.PROTECT,
        verbose_name=_("reporting period"),
        related_name="updates",
        null=True,
        blank=True,
    )
    status = models.CharField(_("status"), max_length=10, choices=UpdateStatus, default=UpdateStatus.DRAFT)
    is_no_change = models.BooleanField(_("nothing changed"), default=False)
    narrative = models.TextField(_("what happened"), blank=True)
    # Name of a question of the report -> {"was": as it stood, "now": as reported}; see projects/reports.
    changes = models.JSONField(_("reported values"), default=dict, blank=True, validators=[_are_changes])
    reported_on = models.DateField(_("reported on"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("author"), related_name="updates"
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("reviewer"),
        related_name="reviewed_updates",
        null=True,
        blank=True,
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_comment = models.TextField(_("reviewer's comment"), blank=True)
    field_comments = models.JSONField(_("reviewer's comments on single values"), default=dict, blank=True)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("who has it now"),
        related_name="held_updates",
        null=True,
        blank=True,
        editable=False,
    )

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "period"],
                name="update_one_per_period",
                violation_error_message=_("There is already an update for this period. Edit that one."),
            ),
            models.CheckConstraint(
                condition=Q(status=UpdateStatus.DRAFT) | Q(submitted_at__isnull=False),
                name="update_submitted_has_time",
                violation_error_message=_("A submitted update has the time of its submission."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[UpdateStatus.APPROVED, UpdateStatus.RETURNED])
                | Q(reviewer__isnull=False, reviewed_at__isnull=False),
                name="update_reviewed_has_reviewer",
                violation_error_message=_("An approved or returned update names its reviewer."),
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("author")),
                name="update_not_reviewed_by_author",
                violation_error_message=_("Nobody reviews an update of their own."),
            ),
            models.CheckConstraint(
                condition=~Q(status=UpdateStatus.RETURNED) | ~Q(review_comment=""),
                name="update_returned_has_comment",
                violation_error_message=_("Say what is to be mended before returning the update."),
            ),
            models.CheckConstraint(
                condition=Q(is_no_change=False) | Q(changes={}),
                name="update_no_change_is_empty",
                violation_error_message=_("'Nothing changed' and changed values exclude each other."),
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=True) | Q(status=UpdateStatus.SUBMITTED) & ~Q(holder=F("author")),
                name="update_holder_of_a_submitted_one",
                violation_error_message=_("Only a submitted update waits for somebody, and never for its author."),
            ),
            dates_in_range("update", "reported_on"),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="update_by_project"),
            models.Index(fields=["status", "submitted_at"], name="update_by_status"),
        ]

    def __str__(self):
        return f"{self.project}, {formats.date_format(timezone.localtime(self.created_at))}"

    def get_absolute_url(self):
        return address("update-detail", self.pk)


class Autosave(models.Model):
    """The form of a draft as it was last typed, checked or not; gone once the form itself is saved.

    Outside the history, like `Submission`: what is being typed is no fact of the register yet. `page` is the
    submission key of the page that wrote it: a page never stands in its own way where an answer was lost.
    """

    update = models.OneToOneField(
        Update, models.CASCADE, verbose_name=_("update"), related_name="autosave", primary_key=True
    )
    page = models.CharField(_("key of the page"), max_length=100)
    typed = models.JSONField(_("as typed"), default=dict)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    saved_at = models.DateTimeField(_("saved at"), default=timezone.now)

    class Meta:
        verbose_name = _("unfinished form")
        verbose_name_plural = _("unfinished forms")

    def __str__(self):
        return str(self.update)


@recorded
class Milestone(Sourced):
    """A dated event of a project or programme: planned, forecast, met. Lateness is computed."""

    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="milestones", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="milestones", null=True, blank=True
    )
    kind = models.ForeignKey(MilestoneKind, models.PROTECT, verbose_name=_("kind"), related_name="milestones")
    note = translated_text(_("note"))
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    planned_precision = models.CharField(
        _("precision of the plan"), max_length=10, choices=DatePrecision, default=DatePrecision.DAY
    )
    planned_words = translated(models.CharField(_("plan in the source's words"), max_length=200, blank=True))
    forecast_on = models.DateField(_("forecast for"), null=True, blank=True)
    met_on = models.DateField(_("met on"), null=True, blank=True)
    met_precision = models.CharField(
        _("precision of the actual date"), max_length=10, choices=DatePrecision, default=DatePrecision.DAY
    )
    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name=_("document"), related_name="milestones", null=True, blank=True
    )

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["planned_on", "id"]
        constraints = [
            exactly_one("milestone", "project", "programme"),
            dates_in_range("milestone", "planned_on", "forecast_on", "met_on"),
            models.CheckConstraint(
                condition=Q(planned_on__isnull=False)
                | Q(planned_precision__in=[DatePrecision.UNKNOWN, DatePrecision.RELATIVE]),
                name="milestone_planned_or_unknown",
                violation_error_message=_("Give the planned date, or choose 'unknown' as its precision."),
            ),
        ]

    def __str__(self):
        return f"{self.project or self.programme}: {self.kind}"


@recorded
class Observation(Figure):
    """A measured or planned quantity: capacity, jobs, products, progress, a declared count."""

    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="observations", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="observations", null=True, blank=True
    )
    candidates = models.ManyToManyField(
        Project,
        verbose_name=_("candidate projects"),
        related_name="candidate_observations",
        blank=True,
        help_text=_("Projects that may be meant, where the source does not say which."),
    )
    phase = models.ForeignKey(
        Phase, models.PROTECT, verbose_name=_("phase"), related_name="observations", null=True, blank=True
    )
    metric = models.ForeignKey(Metric, models.PROTECT, verbose_name=_("what is measured"), related_name="observations")
    status = models.CharField(_("planned or actual"), max_length=10, choices=ObservationStatus)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("unit"), related_name="observations")
    period_start = models.DateField(_("period from"), null=True, blank=True)
    period_end = models.DateField(_("period to"), null=True, blank=True)
    cumulative = models.DecimalField(
        _("cumulative from the start of the year"), max_digits=24, decimal_places=6, null=True, blank=True
    )
    update = models.ForeignKey(
        Update, models.PROTECT, verbose_name=_("update"), related_name="observations", null=True, blank=True
    )
    note = translated_text(_("note"))

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        ordering = ["metric", "-as_of", "-id"]
        constraints = [
            *figure_constraints("observation"),
            exactly_one("observation", "project", "programme"),
            in_order("observation", "period_start", "period_end"),
            dates_in_range("observation_period", "period_start", "period_end"),
            models.CheckConstraint(
                condition=Q(value__gte=0, value__lt=NUMBER_LIMIT),
                name="observation_not_negative",
                violation_error_message=_("The value must not be negative."),
            ),
            models.CheckConstraint(
                condition=Q(cumulative__isnull=True) | Q(cumulative__gte=F("value"), cumulative__lt=NUMBER_LIMIT),
                name="observation_cumulative_covers_value",
                violation_error_message=_("The cumulative value cannot be smaller than the value of the period."),
            ),
        ]
        indexes = [models.Index(fields=["project", "metric", "-as_of"], name="observation_by_project")]

    def __str__(self):
        return f"{self.metric}: {self.value.normalize():f} {self.unit}"


recorded_links(Observation.candidates.through)


@recorded
class Problem(Recorded):
    """What blocks a project, whose turn it is, and by when."""

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("project"), related_name="problems")
    title = translated(models.CharField(_("title"), max_length=300, blank=True))
    description = translated_text(_("description"))
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.NORMAL)
    side = models.CharField(_("whose turn"), max_length=10, choices=Side, default=Side.REGION)
    owner = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("who must act"),
        related_name="problems",
        null=True,
        blank=True,
    )
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("raised at"), related_name="problems", null=True, blank=True
    )
    raised_on = models.DateField(_("raised on"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    resolution = models.TextField(_("how it was solved"), blank=True)

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        ordering = ["closed_on", "due_on", "id"]
        constraints = [
            in_order("problem", "raised_on", "closed_on"),
            dates_in_range("problem", "raised_on", "due_on", "closed_on"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(resolution=""),
                name="problem_closed_has_resolution",
                violation_error_message=_("Say how the problem was solved."),
            ),
        ]

    def __str__(self):
        return self.title
