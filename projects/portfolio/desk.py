"""My desk: the projects of a person with the report that each owes now, and all else that waits for the person."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from projects import actions, cadence, days_off, permissions, wording
from projects.columns import desk as columns
from projects.filters.desk import DeskFilterSet
from projects.forms.progress import UpdateForm
from projects.models import ActionItem, Milestone, Obligation, Problem, Project, ReportingPeriod, Update
from projects.models.choices import OF_AUTHOR, ObligationState, ReportState, Side, UpdateStatus
from projects.portfolio.edit import KEY, SeeOther
from projects.portfolio.lists import ListPage, SignedIn

LISTED = 10  # rows of each list beside that of projects


def projects_of(user):
    """The named projects that the user reports on; of an administrator, those that he or she is the curator of."""
    projects = permissions.editable_projects(user).named()
    return projects.filter(curator=user.pk) if permissions.is_administrator(user) else projects


@dataclass
class Waiting:
    """A list of what waits: at most LISTED rows, each (address, label, note); `more` leads to all of them."""

    title: str
    rows: list
    more: str = ""


class Desk(ListPage):
    model = Project
    filterset = DeskFilterSet
    columns = columns.COLUMNS
    default_sort = "due"
    heading = gettext_lazy("My desk")
    lead = gettext_lazy("The reports of my projects for this period, and what else waits for me.")
    when_empty = gettext_lazy("Reports are owed by the curator of a project. You are the curator of none.")
    template_name = "portfolio/desk.html"
    more_filters = ("report", "sector", "stage", "status")
    as_cards = True

    def dispatch(self, request, *args, **kwargs):
        if request.method == "GET" and not getattr(request, "looking_back", None):
            cadence.keep_periods()
        return super().dispatch(request, *args, **kwargs)

    def filter_options(self):
        return {"projects": projects_of(self.request.user)}

    def listed(self, rows):
        self.context.own_updates = {update.pk for update in self.open_updates}
        return rows.select_related("main_sector", "place", "stage")

    @property
    def open_updates(self):
        if not hasattr(self, "_open_updates"):
            open_ = Update.objects.filter(author=self.request.user, status__in=OF_AUTHOR)
            self._open_updates = list(open_.select_related("project", "period").order_by("-pk")[:200])
        return self._open_updates

    def get_context_data(self, **kwargs):
        user = self.request.user
        context = super().get_context_data(**kwargs)
        mine = projects_of(user)
        is_administrator = permissions.is_administrator(user)
        years = days_off.years_not_entered(timezone.localdate()) if is_administrator else []
        return context | {
            "remarks": [_(days_off.NOT_ENTERED) % {"year": year} for year in years],
            "key": get_random_string(20),
            "states": list(self.states(mine)),
            "waiting": [waiting for waiting in self.waiting(user, mine.values("pk")) if waiting.rows],
            "may_hand_over": permissions.may_hand_over_some(user),
            "may_review": permissions.may_review_some(user),
        }

    def states(self, mine):
        """How many of my projects are in each state of their report: (label, colour, number, address)."""
        reported = cadence.with_report(mine).order_by().annotate(state_now=F("report_state"))
        numbers = dict(reported.values_list("state_now").annotate(Count("pk")))
        for state in (ReportState.OVERDUE, ReportState.DUE, ReportState.NOT_DUE, ReportState.REPORTED):
            if number := numbers.get(state):
                url = self._url(report=[state.value], after=None, before=None)
                yield state.label, ReportState.colour_of(state), number, url

    def waiting(self, user, mine):
        today = timezone.localdate()
        for status, title in ((UpdateStatus.RETURNED, _("Returned to me")), (UpdateStatus.DRAFT, _("My drafts"))):
            rows = [update for update in self.open_updates if update.status == status]
            yield Waiting(
                title,
                [
                    (
                        reverse("update-edit", args=[update.pk]),
                        str(update.project),
                        update.review_comment
                        or (update.period and wording.period(update.period.start_on, update.period.end_on)),
                    )
                    for update in rows[:LISTED]
                ],
                f"{reverse('update-list')}?status={status}&author={user.get_username()}",
            )
        member = getattr(user, "staff_member", None)
        ours = Q(owner=member.department_id) if member and member.department_id else Q(pk=None)
        problems = Problem.objects.filter(ours | Q(owner=None, side=Side.REGION, project__in=mine), closed_on=None)
        yield Waiting(
            _("Problems where we must act"),
            [
                (f"{row.project.get_absolute_url()}#problems", f"{row.project.reference} {row}", row.due_on)
                for row in problems.select_related("project")[:LISTED]
            ],
        )
        late = Milestone.objects.filter(project__in=mine, met_on=None, planned_on__lt=today)
        yield Waiting(
            _("Late milestones"),
            [
                (f"{row.project.get_absolute_url()}#milestones", f"{row.project.reference} {row.kind}", row.planned_on)
                for row in late.select_related("project", "kind")[:LISTED]
            ],
        )
        owed = Obligation.objects.filter(project__in=mine).with_state(today)
        owed = owed.filter(state__in=[ObligationState.DUE, ObligationState.OVERDUE]).order_by("deadline", "pk")
        yield Waiting(
            _("Obligations that need evidence"),
            [
                (row.get_absolute_url(), f"{row.project.reference} {row.kind}", row.deadline)
                for row in owed.select_related("project", "kind")[:LISTED]
            ],
        )
        items = ActionItem.objects.filter(owner=user, done_on=None).select_related("engagement")
        yield Waiting(
            _("Decisions to carry out"),
            [(row.engagement.get_absolute_url(), str(row), row.due_on) for row in items[:LISTED]],
        )


class Confirm(SignedIn, View):
    """“Nothing changed” for one project and period, in one click from the desk."""

    http_method_names = ["post", "options"]

    def post(self, request):
        reference, _colon, period = request.POST.get("report", "").partition(":")
        key = request.POST.get("key", "")
        if not (period.isdecimal() and len(period) < 19 and KEY.fullmatch(key) and len(key) <= 40):
            raise Http404
        project = get_object_or_404(permissions.visible_to(request.user, Project.objects.all()), reference=reference)
        period = get_object_or_404(ReportingPeriod, pk=period)
        try:
            actions.submit_once(
                by=request.user,
                key=f"{key}-{project.pk}-{period.pk}",
                body=f"no change {project.pk} {period.pk}".encode(),
                write=lambda: self.write(project, period),
            )
        except actions.AlreadyDone:
            pass
        except actions.Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("desk")
        messages.success(request, _("Confirmed: nothing changed. %(project)s") % {"project": project})
        return SeeOther(reverse("desk"))

    def write(self, project, period):
        """Write the update by its form, so that every rule of updates is asked."""
        user = self.request.user
        answers = {"project": project.pk, "period": period.pk, "is_no_change": "on", "submission_key": "confirmed"}
        form = UpdateForm(answers, user=user, fixed={"project": project})
        if not form.is_valid():
            raise actions.Refused(" ".join(error for errors in form.errors.values() for error in errors))
        update = actions.submit_update(by=user, update=actions.save_record(by=user, form=form))
        return {"location": update.get_absolute_url(), "status_code": SeeOther.status_code}
