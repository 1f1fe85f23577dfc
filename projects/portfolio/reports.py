"""The way of an update: its page, which keeps itself while it is typed, the queue of approvals, the review."""

from dataclasses import replace

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from projects import actions, permissions, reports
from projects.columns import nouns as columns
from projects.columns.base import linked
from projects.filters import UpdateFilterSet
from projects.forms import CONTROL_FIELDS
from projects.forms.base import REFUSED_BY_DATABASE, text_of
from projects.forms.enclosures import EnclosureForm
from projects.forms.fields import TextField
from projects.forms.reports import ReportForm
from projects.history import person_name
from projects.models import Attachment, Document, Project, Update
from projects.models.choices import OF_AUTHOR, ImportStatus, UpdateStatus
from projects.portfolio import conflicts
from projects.portfolio.edit import KEY, RecordEdit, SeeOther, body_of
from projects.portfolio.lists import ListPage, SignedIn

NEVER_KEPT = {"csrfmiddlewaretoken", "submission_key", "version", "revision", "draft", "submit"}
TYPED_LIMIT = 200_000  # characters of an unfinished form
PAGE_FIELDS = ("base", "revision", "draft", *CONTROL_FIELDS)


def enclosed(update):
    """The documents that hang on an update, oldest first; none where there is no update yet."""
    return update.attachments.select_related("document__document_type").order_by("pk") if update else []


class ReportPage(RecordEdit):
    """The report on a project: new, or a draft or returned update that is gone on with."""

    def get(self, request, **kwargs):
        self.load()
        if self.is_new:
            drafts = Update.objects.filter(project=self.parent, author=request.user, status__in=OF_AUTHOR)
            if draft := drafts.filter(period__closed_at=None).order_by("-pk").first():
                return redirect("update-edit", draft.pk)
        return self.page(self.form())

    def post(self, request, **kwargs):
        """Sent once already, the update is not the author's to change any more: that is asked before."""
        key = request.POST.get("submission_key", "")
        try:
            if KEY.fullmatch(key):
                actions.previous_submission(by=request.user, key=key, body=body_of(request))
        except actions.AlreadyDone as done:
            return SeeOther(done.submission.location)
        except actions.DifferentBody:
            pass  # said on the form
        return super().post(request, **kwargs)

    def load(self):
        super().load()
        if self.is_new and self.request.method == "POST" and (draft := self._draft()):
            self.record, self.is_new = draft, False

    def _draft(self):
        """The draft that this page has made by keeping itself."""
        data, user = self.request.POST, self.request.user
        drafts = Update.objects.filter(project=self.parent, author=user, status__in=OF_AUTHOR)
        if (number := data.get("draft", "")).isdecimal() and len(number) < 19:
            return drafts.filter(pk=number).first()
        key = data.get("submission_key", "")
        return drafts.filter(autosave__page=key).first() if KEY.fullmatch(key) else None

    def form(self, data=None, files=None):
        fixed = {"project": self.parent} if self.parent else {}
        record = Update(project=self.parent, author=self.request.user) if self.is_new else self.record
        return ReportForm(data, files, instance=record, user=self.request.user, fixed=fixed)

    def posted_form(self):
        data, standing = self.request.POST.copy(), None
        if not self.is_new and not data.get("version"):
            data["version"] = self.record.version  # the page kept itself, and never heard the answer
        if any(name.startswith(conflicts.CHOICE) for name in data):
            standing = self.form()
            data = conflicts.with_theirs(data, standing)
        return self.form(data, self.request.FILES)

    def done(self, form):
        if not form.cleaned_data.get("submit"):
            return _("Kept as a draft. It is not sent yet.")
        return _("Sent for review. What is decided will be told in your inbox.")

    def page(self, form, status=200):
        if form.is_bound:
            form.data = form.data.copy()
            form.data["submission_key"] = form.fields["submission_key"].initial()
        project, record = form.project, None if self.is_new else self.record
        context = {
            "form": form,
            "project": project,
            "record": record,
            "heading": _("Report on the project"),
            "sections": list(form.report_sections()),
            "lists": form.lists(),
            "comments": self._comments(form, record) if record and record.status == UpdateStatus.RETURNED else [],
            "cancel_url": project.get_absolute_url(),
            "autosave_url": reverse("update-autosave", args=[project.reference]),
            "enclosed": enclosed(record),
            "may_take_off": True,
            "saved_at": form.autosave.saved_at if form.autosave else None,
            "may_confirm": record is None
            or (record.status in OF_AUTHOR and not record.changes and not record.narrative),
        }
        return render(self.request, "portfolio/report.html", context, status=status)

    @staticmethod
    def _comments(form, update):
        """What the reviewer wrote at single values: (label, field, words)."""
        labels = {question.name: question.full_label for question in form.questions if question.is_asked}
        return [(labels[name], form[name], text) for name, text in update.field_comments.items() if name in labels]

    def conflict(self, form):
        """409: what the page began with, what stands now, what was typed."""
        self.load()
        standing = self.form()
        record = form.project if self.is_new else self.record
        rows = list(self._differences(form, standing))
        context = {
            "form": form,
            "record": record,
            "rows": rows,
            "kept": [
                *((name, value) for name, value in conflicts.kept(form, rows) if name not in PAGE_FIELDS),
                ("base", standing.initial["base"]),
                ("revision", standing.initial["revision"]),
                ("draft", "" if self.is_new else self.record.pk),
            ],
            "version": "" if self.is_new else self.record.version,
            "submission_key": form.fields["submission_key"].initial(),
            "change_reason": form.data.get("change_reason", ""),
            "cancel_url": form.project.get_absolute_url(),
            "has_files": bool(self.request.FILES),
        }
        return render(self.request, "generic/conflict.html", context, status=409)

    @staticmethod
    def _differences(form, standing):
        """The fields in which what was typed is not what stands now, but for those that nobody else has touched."""
        asked = {question.name: question for question in form.questions if question.is_asked}
        for name, question in asked.items():
            was, yours = form.began_with[name], form.changes.get(name, {"now": form.began_with[name]})["now"]
            theirs = standing.changes_of_draft(question)
            if name in form.data and yours != theirs and theirs != was:
                words = (question.shown(value) for value in (was, theirs, yours))
                yield conflicts.Difference(name, question.full_label, *words, choice="theirs" if yours == was else "")
        for name in ("narrative", "is_no_change"):
            theirs, yours = standing[name].value() or "", form[name].value() or ""
            if theirs and theirs != yours:
                texts = [str(_("yes")) if value is True else str(value) for value in (theirs, yours)]
                yield conflicts.Difference(name, form.fields[name].label, "", *texts, choice="")


class UpdateAutosave(SignedIn, View):
    """Keeps the form of an update while it is typed, and files as soon as they are chosen.

    Answers in JSON, for static/js/draft.js.
    """

    http_method_names = ["post", "options"]

    def post(self, request, reference):
        projects = permissions.visible_to(request.user, Project.objects.all())
        project = get_object_or_404(projects, reference=reference)
        data, page = request.POST, request.POST.get("submission_key", "")
        typed = {name: value for name, value in data.items() if name not in NEVER_KEPT and "\x00" not in value}
        if not KEY.fullmatch(page) or sum(map(len, typed.values())) > TYPED_LIMIT:
            return JsonResponse({"text": _("The form has lost its key. Send it again.")}, status=400)
        numbers = {
            name: int(value)
            for name in ("draft", "revision")
            if (value := data.get(name, "")).isdecimal() and len(value) < 10
        }
        try:
            saved = actions.autosave(by=request.user, project=project, page=page, typed=typed, **numbers)
        except actions.AlreadyDone as done:
            return JsonResponse({"location": done.submission.location})  # it was sent: no fault, there it is
        except actions.Overtaken:
            text = _("This report was typed on in another window or on another device. Sending will compare both.")
            return JsonResponse({"text": text}, status=409)
        except actions.Refused as refusal:
            return JsonResponse({"text": str(refusal)}, status=403)
        at = formats.date_format(timezone.localtime(saved.saved_at), "H:i")
        answer = {
            "draft": saved.update_id,
            "version": saved.update.version,
            "revision": saved.revision,
            "text": _("Saved at %(time)s") % {"time": at},
        }
        return JsonResponse(answer | ({"enclosed": self.enclose(saved.update)} if request.FILES else {}))

    def enclose(self, update):
        """Hang the files that came along on the draft. Returns: its list of files, with what was refused."""
        form = EnclosureForm(self.request.POST, self.request.FILES, user=self.request.user)
        if form.is_valid():
            try:
                actions.enclose(by=self.request.user, update=update, form=form)
            except (actions.Refused, *REFUSED_BY_DATABASE) as refusal:
                form.add_error("files", text_of(refusal, Document))
            except OSError:
                form.add_error("files", _("The file cannot be stored now. Tell an administrator."))
        errors = [text for texts in form.errors.values() for text in texts]
        context = {"enclosed": enclosed(update), "errors": errors, "may_take_off": True}
        return render_to_string("portfolio/_enclosed.html", context, self.request)


class TakeOff(SignedIn, View):
    """Takes a document off an update that is not sent yet."""

    http_method_names = ["post", "options"]

    def post(self, request):
        key = request.POST.get("attachment", "")
        rows = permissions.visible_to(request.user, Attachment.objects.exclude(update=None))
        is_key = key.isdecimal() and len(key) < 19
        attachment = get_object_or_404(rows.select_related("update__project", "document"), pk=key if is_key else 0)
        update = attachment.update_id
        try:
            actions.take_off(by=request.user, attachment=attachment)
        except actions.Refused as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return SeeOther(reverse("update-edit", args=[update]))


# ---- Approval --------------------------------------------------------------------------------


def _with_review(column):
    """The column of the queue that leads to where the update is decided on."""
    return replace(column, cell=linked(lambda row, context: reverse("update-review", args=[row.pk]), column.cell.value))


class UpdateQueue(ListPage):
    """The updates that wait for the reader's decision, each a click away from it."""

    model = Update
    filterset = UpdateFilterSet
    columns = columns.by_name([_with_review(columns.UPDATES[0]), *columns.UPDATES[1:]])
    heading = gettext_lazy("Updates to approve")
    lead = gettext_lazy("Submitted updates that wait for your decision.")
    when_empty = gettext_lazy("No report waits for your decision. You are told in the inbox when one comes.")
    default_sort = "created"
    as_cards = True

    def dispatch(self, request, *args, **kwargs):
        if permissions.may_see_register(request.user) and not permissions.may_review_some(request.user):
            raise PermissionDenied(_("No updates come to you for approval."))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"more_actions": self._imports()}

    def _imports(self):
        """Where files wait for the same reader, the way to them."""
        if waiting := permissions.imports_to_review(self.request.user).count():
            label = ngettext("%(count)d import to approve", "%(count)d imports to approve", waiting)
            yield f"{reverse('import-list')}?status={ImportStatus.SUBMITTED}", label % {"count": waiting}, "check"

    def listed(self, rows):
        return self._mine(rows).select_related("project", "author", "period", "holder")

    def count(self, rows):
        return super().count(self._mine(rows))

    def _mine(self, rows):
        return rows.filter(pk__in=permissions.to_review(self.request.user).order_by().values("pk"))


class ReviewForm(forms.Form):
    """A reviewer's decision on an update, with words for each value that is reported."""

    comment = TextField(
        label=gettext_lazy("Comment"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Needed to return the update: say what is to be mended."),
    )

    def __init__(self, *args, names=(), **kwargs):
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[f"comment-{name}"] = TextField(label=_("Comment"), required=False, max_length=1000)

    def field_comments(self):
        words = self.cleaned_data.items()
        return {name.removeprefix("comment-"): text for name, text in words if name.startswith("comment-")}


class UpdateReview(SignedIn, View):
    """The next in the chain sees what an update changes, old and new, and approves it or returns it."""

    http_method_names = ["get", "head", "post", "options"]

    def update(self):
        user = self.request.user
        rows = permissions.visible_to(user, Update.objects.select_related("project", "period", "author", "holder"))
        update = get_object_or_404(rows, pk=self.kwargs["pk"])
        if not permissions.may_review(user, update):
            raise PermissionDenied(_("Only a reviewer decides on an update, and nobody on their own."))
        return update

    def get(self, request, **kwargs):
        update = self.update()
        return self.page(update, ReviewForm(names=update.changes))

    def post(self, request, **kwargs):
        update, data = self.update(), request.POST
        form = ReviewForm(data, names=update.changes)
        if not form.is_valid():
            return self.page(update, form, 422)
        try:
            comment = form.cleaned_data["comment"]
            if data.get("decision") == "approve":
                seen = data.getlist("seen")
                update = actions.approve_update(by=request.user, update=update, comment=comment, seen=seen)
            else:
                words = form.field_comments()
                update = actions.return_update(by=request.user, update=update, comment=comment, field_comments=words)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(self.update(), form, 422)
        waiting = permissions.to_review(request.user).order_by("created_at", "pk")
        if following := waiting.first():
            text = ngettext(
                "One more waits for your decision; here it is.",
                "%(count)d more wait for your decision; here is the first of them.",
                count := waiting.count(),
            )
            messages.success(request, f"{self.done(update)} {text % {'count': count}}")
            return SeeOther(reverse("update-review", args=[following.pk]))
        messages.success(request, self.done(update))
        is_seen = permissions.visible_to(request.user, Update.objects.filter(pk=update.pk)).exists()
        return SeeOther(update.get_absolute_url() if is_seen else reverse("update-queue"))

    @staticmethod
    def done(update):
        """What was decided, in a sentence."""
        said = {"project": update.project, "author": person_name(update.author)}
        if update.status == UpdateStatus.RETURNED:
            return _("%(project)s: returned to %(author)s.") % said
        if update.status == UpdateStatus.APPROVED:
            return _("%(project)s: approved. What was reported stands in the register now.") % said
        return _("%(project)s: approved by you and passed on to %(holder)s.") % (
            said | {"holder": person_name(update.holder)}
        )

    def page(self, update, form, status=200):
        told = reports.told(update, self.request.user)
        context = {
            "update": update,
            "form": form,
            "told": [(row, form[f"comment-{row.name}"]) for row in told],
            "seen": [row.mark for row in told if row.standing],
            "enclosed": enclosed(update),
        }
        return render(self.request, "portfolio/review.html", context, status=status)
