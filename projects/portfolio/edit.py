"""Pages that write: one record is added or changed, by its form, once, and never over somebody else's change."""

import hashlib
import json
import re
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import View

from projects import actions, deliveries, evidence, history, permissions
from projects.forms import FORMS
from projects.forms.base import REFUSED_BY_DATABASE
from projects.models import Checkpoint, Evidence, Update
from projects.models.base import StaleRecord
from projects.portfolio import conflicts
from projects.portfolio.kinds import children_of, label_of
from projects.portfolio.lists import SignedIn

KEY = re.compile(r"[A-Za-z0-9-]{8,100}")
LISTED = 100  # rows that belong to a record, on the page where it is changed


class SeeOther(HttpResponseRedirect):
    """What was posted is done; the browser fetches the page that shows it."""

    status_code = 303


def body_of(request):
    """The content of a post as bytes, alike whenever the same is sent again (the anti-forgery token varies)."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = []
    for name, sent in sorted(request.FILES.lists()):
        for file in sent:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            files.append([name, file.name, digest.hexdigest()])
    return json.dumps([request.path, fields, files]).encode()


class Editing(SignedIn, View):
    """Finds the record of an address (and the one that it belongs to), and asks whether the user may change it."""

    kind = None
    is_new = False

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.parent = self.record = None

    def visible(self, kind, value, **belongs):
        """The row of this kind that the address names. Raises: Http404 where there is none, or it may not be seen."""
        rows = permissions.visible_to(self.request.user, kind.model._default_manager.filter(**belongs))
        return get_object_or_404(rows, **{kind.key: value})

    def load(self):
        """Read the record afresh. What may not be seen is not found; what may not be changed is refused."""
        user, kind = self.request.user, self.kind
        self.parent = self.visible(kind.parent, self.kwargs["parent"]) if kind.parent else None
        belongs = {kind.parent_field: self.parent} if self.parent else {}
        self.record = kind.model(**belongs) if self.is_new else self.visible(kind, self.kwargs["key"], **belongs)
        if self.is_new and isinstance(self.record, Update):
            self.record.author = user
        is_allowed = permissions.may_add(user, kind.model) if self.is_new else True
        if is_allowed and (self.parent or not self.is_new):
            is_allowed = permissions.may_change(user, self.record)
        if not is_allowed:
            raise PermissionDenied(permissions.refusal(user, self.record))

    def cancel_url(self):
        if self.parent is not None:
            return self.kind.parent.address(self.parent)
        return reverse("home") if self.is_new else self.kind.address(self.record)


class RecordEdit(Editing):
    """Adds or changes one record of a kind."""

    http_method_names = ["get", "head", "post", "options"]
    template_name = "generic/form.html"

    def form_class(self):
        return (self.is_new and self.kind.new_form) or FORMS[self.kind.model]

    def form(self, data=None, files=None):
        form_class = self.form_class()
        fixed = {self.kind.parent_field: self.parent} if self.parent else {}
        record = None if self.is_new else self.record
        given = {name: value for name, value in self.request.GET.items() if name in form_class.from_address}
        options = {"initial": given} if self.is_new and data is None else {}
        return form_class(data, files, instance=record, user=self.request.user, fixed=fixed, **options)

    def posted_form(self):
        """The form as posted; for the fields of a conflict where that was chosen, with what stands now."""
        data = self.request.POST
        if not self.is_new and any(name.startswith(conflicts.CHOICE) for name in data):
            data = conflicts.with_theirs(data, self.form())
        return self.form(data, self.request.FILES)

    def get(self, request, **kwargs):
        self.load()
        return self.page(self.form())

    def post(self, request, **kwargs):
        self.load()
        user, body, key = request.user, body_of(request), request.POST.get("submission_key", "")
        form = self.posted_form()
        try:
            if not KEY.fullmatch(key):
                raise actions.Refused(_("The form has lost its key. Send it again."))
            actions.previous_submission(by=user, key=key, body=body)
            if not form.is_valid():
                return self.conflict(form) if form.is_stale else self.page(form, status=422)
            submission = self.submit(form, key, body)
        except actions.AlreadyDone as done:
            return SeeOther(done.submission.location)
        except actions.Refused as refusal:
            form.add_error(None, str(refusal))
            return self.page(form, status=422)
        except StaleRecord:
            return self.conflict(form)
        except REFUSED_BY_DATABASE as violation:
            form.add_violation(violation)
            return self.page(form, status=422)
        except OSError:
            form.add_error(None, _("The file cannot be stored now, and nothing was saved. Tell an administrator."))
            return self.page(form, status=HTTPStatus.INSUFFICIENT_STORAGE)
        messages.success(request, self.done(form))
        for note in form.notes:
            messages.info(request, note)
        return SeeOther(submission.location)

    def done(self, form):
        """What was done, in a sentence."""
        return _("Saved.")

    def submit(self, form, key, body):
        """Save once; where that fails, nothing is left, in the database or beside it."""
        try:
            return actions.submit_once(by=self.request.user, key=key, body=body, write=lambda: self.write(form))
        except BaseException:
            form.forget()
            raise

    def write(self, form):
        """Save, in the transaction of the submission. Returns what the submission remembers."""
        user = self.request.user
        record = actions.save_record(by=user, form=form, reason=form.cleaned_data.get("change_reason", ""))
        if isinstance(record, Checkpoint) and self.is_new:
            deliveries.follow(record)
        if isinstance(record, Update) and form.cleaned_data.get("submit"):
            actions.submit_update(by=user, update=record)
        if isinstance(record, Evidence) and self.is_new:
            evidence.offer(by=user, evidence=record)
        return {"location": self.address_of(record), "status_code": SeeOther.status_code}

    def address_of(self, record):
        """Where the saved record is seen: its own page, else that of the record it belongs to."""
        if self.parent is None or hasattr(record, "get_absolute_url"):
            return self.kind.address(record)
        return self.kind.parent.address(self.parent)

    def page(self, form, status=200):
        """The form, with what was typed; sent again it is another submission."""
        if form.is_bound:
            form.data = form.data.copy()
            form.data["submission_key"] = form.fields["submission_key"].initial()
            self.load()
        name = self.kind.model._meta.verbose_name
        context = {
            "form": form,
            "lists": form.lists(),
            "sections": list(form.sections()),
            "heading": _("New: %(noun)s") % {"noun": name} if self.is_new else str(self.record) or capfirst(name),
            "noun": capfirst(name),
            "belongs_to": self.parent,
            "cancel_url": self.cancel_url(),
            "belongings": [] if self.is_new else self.belongings(),
        }
        return render(self.request, self.template_name, context | self.more_context(form), status=status)

    def more_context(self, form):
        """What the template of a subclass needs beside the form."""
        return {}

    def belongings(self):
        """The rows that belong to this record and are changed on pages of their own: (title, rows, where to add)."""
        user, key = self.request.user, getattr(self.record, self.kind.key)
        for child in children_of(self.kind):
            owners = {child.parent_field: self.record}
            rows = permissions.visible_to(user, child.model._default_manager.filter(**owners))
            links = []
            for row in rows.select_related(*child.related)[:LISTED]:
                setattr(row, child.parent_field, self.record)
                if permissions.may_change(user, row):
                    links.append((reverse(f"{child.name}-edit", args=[key, getattr(row, child.key)]), label_of(row)))
            yield capfirst(child.model._meta.verbose_name_plural), links, reverse(f"{child.name}-new", args=[key])

    def conflict(self, form):
        """409: what it was, what it became, what was typed; the person chooses, nothing is merged silently."""
        self.load()
        user = self.request.user
        base = history.state_at(self.record, form.cleaned_data.get("version") or 0)
        rows = list(conflicts.differences(form, self.form(), base, user))
        entries, _more = history.timeline(user, self.record)
        context = {
            "form": form,
            "record": self.record,
            "rows": rows,
            "kept": list(conflicts.kept(form, rows)),
            "version": self.record.version,
            "submission_key": form.fields["submission_key"].initial(),
            "change_reason": form.data.get("change_reason", ""),
            "last": entries[0] if entries else None,
            "cancel_url": self.cancel_url(),
            "has_files": bool(self.request.FILES),
        }
        return render(self.request, "generic/conflict.html", context, status=409)
