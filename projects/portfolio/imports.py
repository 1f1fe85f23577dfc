"""Pages of imports: the workbook to take away, the file that comes back, what it would change, and taking it back.

The same pages for workbooks, offices' own tables and OC4IDS packages.
"""

import io
import tempfile

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import View

from projects import permissions
from projects.actions import Refused
from projects.columns.imports import IMPORTS
from projects.columns.nouns import by_name
from projects.exchange import background, jobs, marked, workbook
from projects.exchange.changeset import ALL, THEIRS, YOURS
from projects.exchange.undoing import Built
from projects.exports.oc4ids import faults
from projects.exports.sheets import CONTENT_TYPE
from projects.filters.imports import ImportFilterSet
from projects.forms.fields import DateField, TextField
from projects.models import ImportJob
from projects.models.choices import ImportStatus
from projects.portfolio.edit import SeeOther
from projects.portfolio.lists import ListPage, SignedIn
from projects.portfolio.projects import ProjectList

CHOICE = "choose-"  # before the key of a conflict or proposal that is answered
PASTED = 1_000_000  # characters of pasted cells
ACCEPTED = ".xlsx,.xls,.ods,.csv,.json"


class ImportList(ListPage):
    model = ImportJob
    filterset = ImportFilterSet
    columns = by_name(IMPORTS)
    default_sort = "-created"
    heading = gettext_lazy("Imports")
    add_label = gettext_lazy("Bring in a file")
    lead = gettext_lazy("Files that were brought in: what they changed, by whom, and how to take it back.")
    when_empty = gettext_lazy("Editors bring in files. You see your own, and those that are shown to you for review.")

    def listed(self, rows):
        return rows.select_related("owner")

    def _add_url(self):
        return reverse("import-new") if permissions.may_import(self.request.user) else None


class Workbook(SignedIn, View):
    """The projects of the list's query string, with what belongs to them, as a workbook to edit and bring back."""

    http_method_names = ["get", "head", "options"]

    def get(self, request):
        if not permissions.may_import(request.user):
            raise PermissionDenied(_("Your role reads the register; it does not bring in files."))
        page = ProjectList()
        page.setup(request)
        rows, _sort, _expression = page.read()
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
        workbook.write(rows, request.user, file)
        file.seek(0)
        name = f"{_('projects')}-{timezone.localdate():%Y-%m-%d}.xlsx"
        return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)


def up_to_today(day):
    """Refuses a day that figures cannot be true of yet."""
    if day > timezone.localdate():
        raise ValidationError(_("Figures are true of a day up to today."))


class UploadForm(forms.Form):
    """The file, and what holds for all its rows."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy(
            "The workbook that you took with “Edit in Excel”, a table of your own, or an OC4IDS package (JSON)."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    pasted = TextField(
        label=gettext_lazy("Or cells pasted from a spreadsheet"),
        required=False,
        max_length=PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("Copy the cells with their headings and paste them here."),
    )
    as_of = DateField(
        label=gettext_lazy("Figures as of"),
        help_text=gettext_lazy("The day that new figures are true of, where their row does not say."),
        validators=[up_to_today],
    )
    reason = TextField(
        label=gettext_lazy("Reason for the changes"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Kept in the history of every record that changes."),
    )

    def clean(self):
        """The file, or the pasted cells as one."""
        data = super().clean()
        pasted = data.get("pasted", "")
        if data.get("file") and pasted.strip():
            self.add_error("pasted", _("Send either a file or pasted cells, not both."))
        elif pasted.strip():
            name = f"{_('Pasted cells')} {timezone.localtime():%Y-%m-%d %H-%M}.tsv"
            data["file"] = SimpleUploadedFile(name, pasted.encode())
        elif not data.get("file") and "file" not in self.errors:
            self.add_error("file", _("Choose a file, or paste cells."))
        return data


class ImportNew(SignedIn, View):
    """A file is sent; nothing of it is written yet."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request, *args, **kwargs):
        if permissions.may_see_register(request.user) and not permissions.may_import(request.user):
            raise PermissionDenied(_("Your role reads the register; it does not bring in files."))
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        return self.page(UploadForm(initial={"as_of": timezone.localdate()}))

    def post(self, request):
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, 422)
        data = form.cleaned_data
        try:
            given = {"as_of": data["as_of"], "reason": data["reason"]}
            given |= {"name": data["file"].name, "start": background.check}
            job = jobs.receive(by=request.user, file=data["file"], **given)
        except (ValidationError, Refused) as error:
            form.add_error("file", error if isinstance(error, ValidationError) else str(error))
            return self.page(form, 422)
        return SeeOther(job.get_absolute_url())

    def page(self, form, status=200):
        context = {"form": form, "workbook_url": reverse("project-workbook")}
        return render(self.request, "portfolio/import_new.html", context, status=status)


class OfImport(SignedIn, View):
    """Finds the import of an address, as far as the user may see it."""

    http_method_names = ["get", "head", "options"]

    def job(self):
        rows = ImportJob.objects.select_related("file", "owner", "reviewer")
        return get_object_or_404(permissions.visible_to(self.request.user, rows), pk=self.kwargs["pk"])


class ImportPage(OfImport):
    """One import: what it would change, what is asked, and what may be done with it now."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request, pk):
        job = self.job()
        if jobs.needs_mapping(job) and job.owner_id == request.user.pk:
            return redirect("import-mapping", job.pk)
        return self.page(job)

    def post(self, request, pk):
        job, data, user = self.job(), request.POST, request.user
        if jobs.needs_mapping(job):
            return SeeOther(reverse("import-mapping", args=[pk])) if job.owner_id == user.pk else self.page(job, 422)
        steps = {"answer": self._answer, "confirm": self._confirm, "undo": self._undo}
        steps |= {"approve": self._approve, "return": self._return}
        try:
            steps.get(data.get("step"), self._nothing)(job, data, user)
        except Built as refusal:
            return self.page(self.job(), 422, refusal.reasons)
        except Refused as refusal:
            job = self.job()
            if job.status in (*jobs.OPEN, ImportStatus.SUBMITTED) and not background.is_large(job):
                jobs.check(job)
            return self.page(self.job(), 422, [str(refusal)])
        return SeeOther(job.get_absolute_url())

    @staticmethod
    def _nothing(job, data, user):
        raise Refused(_("Choose what is to be done with this import."))

    @staticmethod
    def _answer(job, data, user):
        given = {name.removeprefix(CHOICE): value[:20] for name, value in data.items() if name.startswith(CHOICE)}
        asked = {entry["key"] for kind in ("conflicts", "proposals") for entry in job.file.preview.get(kind, [])}
        choices = {key: value for key, value in given.items() if key in asked}
        if data.get("all") in (THEIRS, YOURS):
            choices = {key: value for key, value in choices.items() if value not in (THEIRS, YOURS)}
            choices[ALL] = data["all"]
        jobs.answer(by=user, job=job, choices=choices, start=background.check)

    def _confirm(self, job, data, user):
        given = {"fingerprint": data.get("fingerprint", "")[:64], "reason": data.get("reason", "").strip()[:500]}
        if background.is_large(job):
            background.start(job, "confirm", by=user, **given)
            return
        job = jobs.confirm(by=user, job=job, **given)
        if job.status == ImportStatus.SUBMITTED:
            messages.success(self.request, _("Sent to a reviewer. Nothing is written until it is approved."))
        else:
            messages.success(self.request, _("Carried out."))

    def _approve(self, job, data, user):
        given = {"fingerprint": data.get("fingerprint", "")[:64], "comment": data.get("comment", "")[:2000]}
        if background.is_large(job):
            background.start(job, "approve", by=user, **given)
            return
        jobs.approve(by=user, job=job, **given)
        messages.success(self.request, _("Carried out."))

    def _return(self, job, data, user):
        jobs.return_to_owner(by=user, job=job, comment=data.get("comment", "")[:2000])
        messages.success(self.request, _("Returned."))

    def _undo(self, job, data, user):
        if background.undo(by=user, job=job):
            messages.success(self.request, _("Taken back. The register is as it was before this import."))

    def page(self, job, status=200, refusals=()):
        user, shown, fingerprint = self.request.user, job.file.preview, job.file.fingerprint
        run = background.reap(job)
        if not shown or (run and run.is_open):
            context = of_run(run, job, user) if run else {"run": None}
            return render(self.request, "portfolio/import_run.html", context | {"job": job}, status=status)
        is_open = job.status in (*jobs.OPEN, ImportStatus.SUBMITTED)
        if is_open and not run and shown.get("language") != get_language():  # the words are those of the reader
            found = jobs.looked_at(job)
            shown, fingerprint = found.told(), found.fingerprint
        is_mine = job.owner_id == user.pk and job.status in jobs.OPEN
        is_ready, is_package = not shown["problems"] and not shown["open"], jobs.is_package(job)
        context = {
            "job": job,
            "run": run,
            "shown": shown,
            "refusals": refusals,
            "fingerprint": fingerprint,
            "totals": _totals(job),
            "is_open": is_open,
            "is_mine": is_mine,
            "changes_nothing": not shown["sheets"],
            "may_confirm": is_mine and is_ready and bool(shown["sheets"]),
            "needs_approval": permissions.import_needs_approval(user),
            "may_review": job.status == ImportStatus.SUBMITTED and permissions.may_approve_import(user, job),
            "may_undo": job.status == ImportStatus.DONE and permissions.may_undo_import(user, job),
            "source_url": reverse("source-detail", args=[f"import-{job.pk}"]) if "source" in job.file.written else "",
            "has_columns": is_mine and "columns" in job.mapping,
            "has_cells": not is_package,
            "faults": _faults(shown) if is_package else [],
            "twins": permissions.visible_to(user, jobs.twins(job)) if is_mine else [],
        }
        return render(self.request, "portfolio/import.html", context, status=status)


def of_run(run, job, user):
    """What `_import_run.html` shows of the worker's step."""
    return {"run": run, "waits_long": background.waits_long(run), "may_end": permissions.may_end_run(user, job)}


def _faults(shown):
    return faults.gathered((fault["cell"], fault["message"]) for fault in shown["problems"])


def _totals(job):
    """(label, number) of what an import comes to."""
    entries = [entry for entry in job.counts.values() if isinstance(entry, dict)]
    return [
        (_("New records"), sum(entry["created"] for entry in entries)),
        (_("Changed records"), sum(entry["changed"] for entry in entries)),
        (_("Rows without a change"), job.counts.get("unchanged", 0)),
        (_("Conflicts"), job.counts.get("conflicts", 0)),
        (_("Refused cells and rows"), job.counts.get("problems", 0)),
    ]


class ImportFile(OfImport):
    """The file as it was sent, to be saved and never to be shown as a page of ours."""

    def get(self, request, pk):
        job = self.job()
        return _as_download(io.BytesIO(bytes(job.file.content)), job.file_name, "application/octet-stream")


class MarkedFile(OfImport):
    """The file with the refused cells marked and commented."""

    def get(self, request, pk):
        job = self.job()
        if jobs.is_package(job):
            raise Http404
        shown, file = job.file.preview, tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
        if shown.get("language") != get_language() and not background.is_large(job):
            shown = jobs.looked_at(job).told()
        marked.write(jobs.book_of(job), shown["problems"], file)
        file.seek(0)
        stem = job.file_name.rpartition(".")[0] or job.file_name
        return _as_download(file, f"{stem} ({_('marked')}).xlsx", CONTENT_TYPE)


def _as_download(file, name, content_type):
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
