"""The page of who changed what in the whole register, and its file: proof for auditors and administrators."""

from django import forms
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import TemplateView, View

from projects import audit, history, permissions
from projects.exports import texts
from projects.filters.base import changed
from projects.forms.fields import DateField
from projects.portfolio.past import whole_number
from tracker.errors import BadParameter

FILE = 20000  # changes in one file; it says where there are more
ANY = [("", gettext_lazy("all"))]


class AskedForm(forms.Form):
    """What is looked for: the query string of the page and of the file."""

    person = forms.ModelChoiceField(
        get_user_model().objects.order_by("last_name", "first_name", "username"),
        label=gettext_lazy("Person"),
        to_field_name="username",
        required=False,
        empty_label=ANY[0][1],
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of record"), required=False)
    door = forms.ChoiceField(
        label=gettext_lazy("Where it came from"),
        choices=[*ANY, *history.DOORS.items(), (audit.DATABASE, pgettext_lazy("where a change came from", "database"))],
        required=False,
    )
    since = DateField(label=gettext_lazy("From"), required=False)
    until = DateField(label=gettext_lazy("Until"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kinds = {model._meta.model_name: model for model in audit.kinds()}
        named = sorted((capfirst(str(model._meta.verbose_name)), name) for name, model in self.kinds.items())
        self.fields["kind"].choices = [*ANY, *((name, label) for label, name in named)]
        self.fields["person"].label_from_instance = history.person_name

    def asked(self):
        """The audit.Asked of the query string. Raises: BadParameter."""
        if not self.is_valid():
            raise BadParameter({name: list(errors) for name, errors in self.errors.items()})
        found = self.cleaned_data
        if found["since"] and found["until"] and found["since"] > found["until"]:
            raise BadParameter({"until": [_("The end is before the beginning.")]})
        return audit.Asked(**found | {"kind": self.kinds.get(found["kind"])})


class Audit:
    """For those who answer for the whole register."""

    def dispatch(self, request, *args, **kwargs):
        if not permissions.may_enter_admin(request.user):
            raise PermissionDenied(_("Only administrators and auditors see who changed what in the whole register."))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def form(self):
        return AskedForm(self.request.GET)


class AuditPage(Audit, TemplateView):
    """Changes of all records under filters, each with what was before and after."""

    template_name = "portfolio/audit.html"

    def get_context_data(self, **kwargs):
        data = self.request.GET
        asked, page = self.form.asked(), whole_number(data, "page", audit.LAST_PAGE) or 1
        entries, has_older = audit.changes(self.request.user, asked, page)
        for entry in entries:
            options = entry.model._meta
            entry.url = reverse(f"admin:{options.app_label}_{options.model_name}_history", args=[quote(entry.row)])
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "entries": entries,
            "is_narrowed": any(self.form.cleaned_data.values()),
            "newer_url": changed(data, page=page - 1) if page > 1 else "",
            "older_url": changed(data, page=page + 1) if has_older and page < audit.LAST_PAGE else "",
            "is_end": has_older and page == audit.LAST_PAGE,
            "export_url": reverse("audit-export") + changed(data, page=None),
        }


class AuditFile(Audit, View):
    """The same as CSV, a line for each field that was changed."""

    def get(self, request):
        entries, has_more = audit.changes(request.user, self.form.asked(), size=FILE)
        head = [_("Time"), _("Person"), _("Where it came from"), _("Kind of record"), _("Record"), _("Number")]
        lines = [[*head, _("Version"), _("What happened"), _("Field"), _("Before"), _("After"), _("Reason")]]
        for entry in entries:
            moment = timezone.localtime(entry.at).isoformat(timespec="seconds")
            first = [moment, entry.person, str(entry.door), entry.noun, entry.name, str(entry.row), entry.version or ""]
            told = [(each.label, each.before, each.after) for each in entry.changes] or [("", "", "")]
            lines += [[*first, str(entry.action), *change, str(entry.reason)] for change in told]
        if has_more:
            lines.append([_("Older changes are left out: narrow the filters.")])
        return texts.answer(f"changes-{timezone.localdate():%Y-%m-%d}", lines)
