"""Forms of reporting periods, updates, milestones, observations and problems."""

import calendar
import datetime

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import actions, wording
from projects.forms.around import siblings
from projects.forms.base import RecordForm
from projects.forms.documents import DocumentedForm
from projects.forms.fields import shown
from projects.forms.rules import day, error, names_translated, not_whole, warning
from projects.forms.sourced import SourcedForm
from projects.history import person_name
from projects.models import (
    Holiday,
    Milestone,
    Observation,
    Problem,
    Project,
    ReportingCycle,
    ReportingPeriod,
    Unit,
    Update,
)
from projects.models.choices import OF_AUTHOR, DatePrecision

PERIODS_BACK = 400  # days for which periods that are still open are offered
ALL_WORKERS = ("jobs_permanent", "jobs_temporary")
LOCAL_WORKERS = ("jobs_local_citizens", "jobs_local_residents")
DECLARED_PROJECTS = "declared_projects"
PHYSICAL_PROGRESS, WHOLE = "physical_progress", 100


class ReportingCycleForm(RecordForm):
    class Meta:
        model = ReportingCycle
        fields = "__all__"


class ReportingPeriodForm(RecordForm):
    """A period is closed by its page, which freezes its report (`closing.close_period`), never by typing a time."""

    class Meta:
        model = ReportingPeriod
        exclude = ("closed_at",)

    date_orders = (("start_on", "end_on"), ("start_on", "due_on"))


class HolidayForm(RecordForm):
    class Meta:
        model = Holiday
        fields = "__all__"


# ---- Updates ---------------------------------------------------------------------------------


def updates_beside(project, author):
    """The updates of a project that one of this author (key of a user) takes its turn with: those that were sent, and
    the author's own. What others have not sent gives way, see `UpdateForm.save`.
    """
    return Update.objects.filter(~Q(status__in=OF_AUTHOR) | Q(author=author), project=project)


def _update_in_turn(form):
    """Rule 20 (E): one update a period, none older than one that exists, none for a closed period."""
    project, period = form.value("project"), form.value("period")
    if project is None or period is None or not form.is_changed("project", "period"):
        return
    if period.closed_at is not None:
        yield error(_("The reporting period %(period)s is closed.") % {"period": period}, "period")
        return
    author = form.instance.author_id
    others = updates_beside(project, author).filter(period__cycle=period.cycle_id).exclude(pk=form.instance.pk)
    if same := others.filter(period=period).select_related("author").first():
        text = _("%(person)s has already reported on this period.") % {"person": person_name(same.author)}
        if same.author_id == author:
            text = _("There is already an update for this period. Edit that one.")
        yield error(text, "period")
    elif later := others.filter(period__start_on__gt=period.start_on).select_related("period").first():
        text = _("A later update (%(period)s) exists. Edit that one or choose another period.")
        yield error(text % {"period": later.period}, "period")


def _update_says_something(form):
    """An update tells what happened, or says that nothing changed."""
    if not form.value("narrative") and not form.value("is_no_change"):
        yield error(_("Write what happened, or tick 'nothing changed'."), "narrative")


class UpdateForm(RecordForm):
    """The report of a period; `submit` sends it to review, without it a draft is kept."""

    class Meta:
        model = Update
        fields = ("project", "period", "narrative", "is_no_change")

    submit = forms.BooleanField(required=False, widget=forms.HiddenInput)

    fieldsets = (("", ("project", "period", "is_no_change", "narrative")),)
    subjects = ("project",)
    rules = (_update_in_turn, _update_says_something)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_new and self.user is not None:
            self.instance.author = self.user
        if period := self.fields.get("period"):
            today = timezone.localdate()
            recent = Q(closed_at=None, start_on__lte=today, start_on__gte=today - datetime.timedelta(days=PERIODS_BACK))
            period.queryset = period.queryset.filter(recent | Q(pk=self.instance.period_id)).select_related("cycle")
            period.label_from_instance = lambda row: f"{wording.period(row.start_on, row.end_on)} – {row.cycle}"

    def _get_validation_exclusions(self):
        """That a period is reported on already is for `_update_in_turn` to say, which knows by whom."""
        return super()._get_validation_exclusions() | {"period"}

    def save(self, commit=True):
        """What others have begun and not sent for the same period goes on without the period: nobody else sees it."""
        actions.keep_open(self.instance.period_id)
        if self.instance.period_id is not None and self.is_changed("project", "period"):
            Project.objects.select_for_update(no_key=True).get(pk=self.instance.project_id)
            same = Update.objects.filter(project=self.instance.project_id, period=self.instance.period_id)
            for other in same.filter(status__in=OF_AUTHOR).exclude(author=self.instance.author_id).select_for_update():
                other.period = None
                other.save()
        return super().save(commit)


# ---- Milestones ------------------------------------------------------------------------------


def last_day(when, precision):
    """The day by which a date of this precision has passed: the end of its month, quarter or year."""
    month = {DatePrecision.MONTH: when.month, DatePrecision.QUARTER: (when.month + 2) // 3 * 3, DatePrecision.YEAR: 12}
    if precision not in month:
        return when
    return datetime.date(when.year, month[precision], calendar.monthrange(when.year, month[precision])[1])


def _milestone_late(form):
    """Rule 9 (W): the planned date has passed, and nothing says what became of it."""
    planned, today = form.value("planned_on"), timezone.localdate()
    if planned is None or form.value("met_on") or not form.is_changed("planned_on", "forecast_on", "met_on"):
        return
    forecast = form.value("forecast_on")
    due = max(filter(None, (last_day(planned, form.value("planned_precision")), forecast)))
    if due < today:
        text = _("Planned for %(day)s, now %(count)d days late. Enter the actual date or a new plan with a reason.")
        yield warning(text % {"day": day(planned), "count": (today - due).days}, "planned_on")


class MilestoneForm(DocumentedForm, SourcedForm):
    class Meta:
        model = Milestone
        fields = "__all__"

    fieldsets = (
        ("", ("project", "programme", "kind", "note")),
        (gettext_lazy("Plan"), ("planned_on", "planned_precision", "planned_words", "forecast_on")),
        (gettext_lazy("What happened"), ("met_on", "met_precision", "document")),
        DocumentedForm.document_fieldset,
        SourcedForm.source_fieldset,
    )
    subjects = ("project", "programme")
    limits = {"kind": Q(is_active=True)}
    past_dates = ("met_on",)
    rules = (*DocumentedForm.rules, _milestone_late)


# ---- Observations ----------------------------------------------------------------------------


def _unit_given(form):
    """Rule 10 (E): number and unit come together."""
    for one, other in (("value", "unit"), ("unit", "value")):
        if form.value(one) is not None and form.has_error(other, "required"):
            del form.errors[other]  # which says less
            yield error(_("Give both the number and the unit."), other)


def _unit_fits(form):
    """Rule 11 (E): the unit measures what is measured."""
    metric, unit = form.value("metric"), form.value("unit")
    if metric and unit and metric.dimension != unit.dimension:
        units = ", ".join(
            row.symbol or row.code for row in Unit.objects.filter(dimension=metric.dimension, is_active=True)
        )
        text = _("'%(unit)s' cannot measure “%(metric)s”. Use %(units)s.")
        yield error(text % {"unit": unit.symbol or unit.code, "metric": metric, "units": units}, "unit")


def _siblings(form):
    """Other observations of the same project or programme, planned or actual like this one."""
    return [row for row in siblings(form) if row.status == form.value("status")]


def _cumulative_grows(form):
    """Rule 21 (E without a reason): within a year the cumulative total does not fall."""
    total, end = form.value("cumulative"), form.value("period_end") or form.value("as_of")
    metric = form.value("metric")
    if total is None or end is None or metric is None:
        return
    unit = form.value("unit")
    same = [row for row in _siblings(form) if row.metric_id == metric.pk and row.unit_id == (unit and unit.pk)]
    earlier = [row for row in same if row.period_end and row.period_end.year == end.year and row.period_end < end]
    higher = [row for row in earlier if row.cumulative is not None and row.cumulative > total]
    if higher:
        last = max(higher, key=lambda row: row.period_end)
        text = _("Cumulative total fell from %(before)s to %(now)s. Corrections need a reason.")
        yield from form.needs_reason(text % {"before": shown(last.cumulative), "now": shown(total)})


def _local_within_all(form):
    """Rule 24 (E): local workers are not more than all workers, of the same day and status."""
    metric, value = form.value("metric"), form.value("value")
    if metric is None or value is None or metric.pk not in (*ALL_WORKERS, *LOCAL_WORKERS):
        return
    same = [row for row in _siblings(form) if row.as_of == form.value("as_of")]
    workers = [row.value for row in same if row.metric_id in ALL_WORKERS]
    everybody = sum(workers) if workers else None
    if metric.pk in ALL_WORKERS:
        everybody = (everybody or 0) + value
        local = max((row.value for row in same if row.metric_id in LOCAL_WORKERS), default=None)
    else:
        local = value
    if local is not None and everybody is not None and local > everybody:
        text = _("Local workers (%(local)s) exceed all workers (%(all)s).")
        yield error(text % {"local": shown(local), "all": shown(everybody)}, "value")


def _whole_where_counted(form):
    """(E) What is counted one by one is a whole number."""
    unit, value = form.value("unit"), form.value("value")
    if unit is not None and unit.is_counted and value is not None and value % 1 and form.is_changed("value"):
        yield error(not_whole(value), "value")


def _not_beyond_whole(form):
    """What is built is at most all of it."""
    metric, value = form.value("metric"), form.value("value")
    if metric is not None and metric.pk == PHYSICAL_PROGRESS and value is not None and value > WHOLE:
        yield error(_("Physical progress is at most a hundred per cent."), "value")


def _declared_as_listed(form):
    """Rule 30 (W), its second half: a programme lists as many projects as it declares, unnamed ones included."""
    metric, programme, value = form.value("metric"), form.value("programme"), form.value("value")
    if metric is None or programme is None or value is None or metric.pk != DECLARED_PROJECTS:
        return
    listed = Project.objects.filter(programme=programme).count()
    if listed != value and form.is_changed("value"):
        text = _("The programme declares %(declared)s projects, the register lists %(listed)d, unnamed ones included.")
        yield warning(text % {"declared": shown(value), "listed": listed}, "value")


class ObservationForm(SourcedForm):
    class Meta:
        model = Observation
        exclude = ("update",)

    fieldsets = (
        (
            "",
            ("project", "programme", "metric", "status", "bound", "value", "unit", "as_of", "date_precision", "phase")
            + ("candidates",),
        ),
        (gettext_lazy("Period"), ("period_start", "period_end", "cumulative")),
        SourcedForm.source_fieldset,
        (gettext_lazy("Note"), ("note",)),
    )
    subjects = ("project", "programme")
    limits = {"metric": Q(is_active=True), "unit": Q(is_active=True)}
    date_orders = (("period_start", "period_end"),)
    rules = (_unit_given, _unit_fits, _cumulative_grows, _local_within_all, _declared_as_listed)
    rules += (_whole_where_counted, _not_beyond_whole)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if project := self.fixed.get("project"):
            del self.fields["candidates"]
            self.fields["phase"].queryset = self.fields["phase"].queryset.filter(project=project)


class ProblemForm(RecordForm):
    class Meta:
        model = Problem
        fields = "__all__"

    fieldsets = (
        ("", ("project", "title", "description", "severity", "side", "owner", "engagement", "raised_on", "due_on")),
        (gettext_lazy("Solution"), ("closed_on", "resolution")),
    )
    subjects = ("project",)
    date_orders = (("raised_on", "closed_on"),)
    past_dates = ("raised_on", "closed_on")
    rules = (names_translated(column="title"),)
