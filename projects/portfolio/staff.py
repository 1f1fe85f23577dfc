"""Pages on the work of the staff: who reports on time, the inbox, handing projects over."""

import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from projects import handover, notices, permissions, timeliness
from projects.actions import Refused
from projects.columns.base import pill
from projects.exports import texts
from projects.filters import ProjectFilterSet
from projects.forms.fields import TextField
from projects.history import person_name
from projects.models import Notice, Project
from projects.models.choices import ReportState
from projects.portfolio.lists import SignedIn
from projects.wording import period as period_in_words
from tracker.errors import BadParameter

SHOWN = 200  # notices of the inbox, reports behind a number, projects to be handed over

# ---- Timeliness ------------------------------------------------------------------------------


def _by(request):
    by = request.GET.get("by", "") or "department"
    if by not in timeliness.BY:
        raise BadParameter({"by": [_("Choose one of: %(names)s.") % {"names": ", ".join(timeliness.BY)}]})
    return by


def _projects(request):
    return permissions.visible_to(request.user, Project.objects.named())


def _month(text):
    """The first day of a month given as 2026-10; None for nothing. Raises: BadParameter."""
    try:
        return datetime.date.fromisoformat(f"{text}-01") if text else None
    except ValueError as error:
        raise BadParameter({"month": [_("Give a month like 2026-10.")]}) from error


def _without(label):
    return label or _("not stated")


class Timeliness(SignedIn, TemplateView):
    """The share of reports that came on time, by department, district or person, for the last twelve months."""

    template_name = "portfolio/timeliness.html"

    def get_context_data(self, **kwargs):
        today, by = timezone.localdate(), _by(self.request)
        months = timeliness.months_until(today)
        lines = timeliness.board(_projects(self.request), by, today)
        address = reverse("timeliness-rows")

        def cell(line, tally, month=None):
            asked = {"by": by, "of": "" if line.key is None else line.key}
            if month:
                asked["month"] = f"{month:%Y-%m}"
            return tally and (tally, f"{address}?{urlencode(asked)}")

        return super().get_context_data(**kwargs) | {
            "by": by,
            "choices": [(f"?by={key}", label, key == by) for key, label in timeliness.BY.items()],
            "noun": timeliness.BY[by],
            "months": months,
            "lines": [
                (
                    _without(line.label),
                    cell(line, line.total),
                    [cell(line, line.months.get(month), month) for month in months],
                )
                for line in lines
            ],
            "export_url": f"{reverse('timeliness-export')}?by={by}",
        }


class TimelinessRows(SignedIn, TemplateView):
    """The reports behind one number of the board."""

    template_name = "portfolio/timeliness_rows.html"

    def get_context_data(self, **kwargs):
        data, by = self.request.GET, _by(self.request)
        key = data.get("of", "")
        if by != "district" and key and not (key.isdecimal() and len(key) < 19):
            raise BadParameter({"of": [_("There is no such row.")]})
        if "\x00" in key:
            raise BadParameter({"of": [_("Null characters are not allowed.")]})
        rows = timeliness.rows_of(_projects(self.request), by, key, _month(data.get("month", "")), timezone.localdate())
        found = list(rows[: SHOWN + 1])
        return super().get_context_data(**kwargs) | {
            "rows": [
                (
                    row,
                    period_in_words(row.period.start_on, row.period.end_on),
                    _("on time")
                    if row.submitted_on and row.submitted_on <= row.due_on
                    else pill(ReportState(row.state).label, ReportState.colour_of(row.state))
                    if row.state != ReportState.REPORTED
                    else pill(_("late"), "amber"),
                )
                for row in found[:SHOWN]
            ],
            "is_cut": len(found) > SHOWN,
            "shown": SHOWN,
        }


class TimelinessExport(SignedIn, View):
    """The board as a CSV file."""

    def get(self, request):
        today, by = timezone.localdate(), _by(request)
        months = timeliness.months_until(today)
        heads = [_("%(month)s: due"), _("%(month)s: on time")]
        rows = [
            [timeliness.BY[by], _("Due"), _("On time")]
            + [head % {"month": f"{month:%Y-%m}"} for month in months for head in heads]
        ]
        for line in timeliness.board(_projects(request), by, today):
            tallies = [line.months.get(month, timeliness.Tally()) for month in months]
            rows.append(
                [_without(line.label), line.total.owed, line.total.on_time]
                + [number for tally in tallies for number in (tally.owed, tally.on_time)]
            )
        return texts.answer(f"timeliness-{by}-{today:%Y-%m-%d}", rows)


# ---- Inbox -----------------------------------------------------------------------------------


class Inbox(SignedIn, View):
    """What the register has to tell the reader; posting marks it all as read."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request):
        told = list(Notice.objects.filter(user=request.user).order_by("-pk")[:SHOWN])
        lines = [(notices.address_of(notice), notices.text_of(notice), notice) for notice in told]
        lines.sort(key=lambda line: line[2].read_at is not None)
        unread = sum(notice.read_at is None for notice in told)
        return render(request, "portfolio/inbox.html", {"lines": lines, "unread": unread})

    def post(self, request):
        Notice.objects.filter(user=request.user, read_at=None).update(read_at=timezone.now())
        return redirect("inbox")


# ---- Handover --------------------------------------------------------------------------------


class HandoverForm(forms.Form):
    """To whom, why, and what goes along beside the projects."""

    to = forms.ModelChoiceField(
        get_user_model().objects.none(), label=gettext_lazy("To whom"), to_field_name="username"
    )
    reason = TextField(
        label=gettext_lazy("Reason for the change"),
        max_length=500,
        help_text=gettext_lazy("Kept in the history beside your name."),
    )
    with_drafts = forms.BooleanField(
        label=gettext_lazy("Drafts and returned updates go along, otherwise they stay with their author"),
        required=False,
    )

    with_rest = forms.BooleanField(
        label=gettext_lazy(
            "Tasks and obligations that belong to no project of theirs go along too: this person leaves"
        ),
        required=False,
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = get_user_model().objects.filter(pk__in=[person.pk for person in people])
        self.fields["to"].label_from_instance = person_name


class Handover(SignedIn, View):
    """Gives projects of one person to another: choose, look at what changes, carry out."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not permissions.may_hand_over_some(request.user):
            raise PermissionDenied(_("Only administrators and heads hand projects over."))
        return super().dispatch(request, *args, **kwargs)

    def givers(self):
        return permissions.givers(self.request.user).order_by("last_name", "username")

    def receivers(self, giver):
        people = get_user_model().objects.filter(is_active=True).exclude(pk=giver.pk).prefetch_related("groups")
        return [person for person in people if permissions.may_receive(self.request.user, person)]

    def get(self, request):
        name = request.GET.get("from", "")
        giver = self.givers().filter(username=name).first() if name and "\x00" not in name else None
        return self.page(giver)

    def post(self, request):
        giver = self.givers().filter(username=request.POST.get("from", "").replace("\x00", "")).first()
        if giver is None:
            return self.page(None, status=422)
        form = HandoverForm(request.POST, people=self.receivers(giver))
        keys = [int(key) for key in request.POST.getlist("project") if key.isdecimal() and len(key) < 19]
        if not form.is_valid():
            return self.page(giver, form, keys, status=422)
        wanted = {"by": request.user, "giver": giver, "keys": keys, "to": form.cleaned_data["to"]}
        wanted |= {name: form.cleaned_data[name] for name in ("with_drafts", "with_rest")}
        try:
            if "sure" not in request.POST:
                return self.page(giver, form, keys, plan=handover.plan(**wanted))
            done = handover.hand_over(**wanted, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(giver, form, keys, status=422)
        text = _(
            "Handed over to %(person)s. Projects: %(projects)d, action items: %(items)d, obligations: %(obligations)d, "
            "updates: %(updates)d."
        )
        numbers = {name: len(getattr(done, name)) for name in ("projects", "items", "obligations")}
        numbers["updates"] = len(done.moving)
        messages.success(request, text % ({"person": person_name(wanted["to"])} | numbers))
        return redirect("handover")

    def form(self, giver, has_projects):
        """Empty; who curates nothing can only give what belongs to no project of theirs."""
        return HandoverForm(people=self.receivers(giver), initial={"with_rest": not has_projects})

    def page(self, giver, form=None, keys=(), plan=None, status=200):
        user, q = self.request.user, self.request.POST.get("q") or self.request.GET.get("q", "")
        projects = permissions.to_hand_over(user).filter(curator=giver) if giver else Project.objects.none()
        if q:
            found = ProjectFilterSet({"q": q}, user=user).rows()
            projects = projects.filter(pk__in=found.order_by().values("pk"))
        shown = list(projects.order_by("reference")[: SHOWN + 1])
        context = {
            "givers": [(person.get_username(), person_name(person)) for person in self.givers()],
            "giver": giver,
            "giver_name": person_name(giver) if giver else "",
            "q": q,
            "projects": shown[:SHOWN],
            "is_cut": len(shown) > SHOWN,
            "shown": SHOWN,
            "chosen": set(keys),
            "form": form or (self.form(giver, has_projects=bool(shown or q)) if giver else None),
            "plan": plan,
            "receiver_name": person_name(form.cleaned_data["to"]) if plan else "",
        }
        return render(self.request, "portfolio/handover.html", context, status=status)
