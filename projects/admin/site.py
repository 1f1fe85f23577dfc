"""The admin site: who enters, where one signs in, how the records are grouped, the dashboard as its index."""

from functools import update_wrapper

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache

from projects import permissions
from projects.admin import dashboard

# Groups of the index: title, then models in the order of their use.
DAILY, LISTS, PEOPLE, SYSTEM = "daily", "lists", "people", "system"
# fmt: off
GROUPS = {
    DAILY: (
        gettext_lazy("Daily work"),
        [
            "Project", "Programme", "Investor", "Organisation", "Amount", "StageChange", "Update", "Milestone",
            "Observation", "Problem", "Phase", "ProjectParty", "ProjectSector", "ProjectLink", "ProjectDocument",
            "ProgrammeSector", "Obligation", "Evidence", "Waiver", "Shipment", "Container", "Checkpoint",
            "Engagement", "Participation", "Agreement", "Lead", "ActionItem", "Indicator", "IndicatorValue",
            "Source", "Statement", "Document", "Attachment", "Membership", "Person", "Position",
        ],
    ),
    LISTS: (
        gettext_lazy("Code lists and calendar"),
        [
            "Place", "Sector", "Stage", "StageRequirement", "MilestoneKind", "ObligationKind", "Instrument",
            "ObligationTemplate", "DocumentType", "Metric", "Unit", "Currency", "ExchangeRate", "ReportingCycle",
            "ReportingPeriod", "Holiday",
        ],
    ),
    PEOPLE: (
        gettext_lazy("People and roles"),
        ["User", "Group", "StaffMember", "AccessAttempt", "AccessLog", "SecondFactorEvent"],
    ),
    SYSTEM: (
        pgettext_lazy("group of records that the application keeps for itself", "System"),
        [
            "SavedView", "Subscription", "Notice", "ImportJob", "ImportedFile", "ImportRun", "SavedMapping",
            "Submission", "Autosave", "ApiToken", "PeriodReport", "Webhook", "WebhookDelivery",
        ],
    ),
}
# fmt: on


class RegisterSite(AdminSite):
    site_title = gettext_lazy("Investment register")
    site_header = gettext_lazy("Investment register: administration")
    index_title = gettext_lazy("Administration")
    enable_nav_sidebar = True
    empty_value_display = "–"

    def has_permission(self, request):
        return permissions.may_enter_admin(request.user)

    def admin_view(self, view, cacheable=False):
        """Somebody signed in without the right is told so (403), not sent to sign in again."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(_("Only administrators and auditors enter the administration."))
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request, extra_context=None):
        """One place to sign in: the register's own page, which leads back here."""
        target = request.GET.get("next") or reverse(f"{self.name}:index")
        return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': target})}")

    def logout(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("login"))

    def password_change(self, request, extra_context=None):
        return HttpResponseRedirect(reverse("password_change"))

    def get_app_list(self, request, app_label=None):
        """The models grouped by use; under an application's own address, those of that application."""
        if app_label:
            return super().get_app_list(request, app_label)
        apps = self._build_app_dict(request).values()
        models = {entry["object_name"]: entry for app in apps for entry in app["models"]}
        index = reverse(f"{self.name}:index")
        return [
            {
                "name": title,
                "app_label": key,
                "app_url": f"{index}#{key}",
                "has_module_perms": True,
                "models": [models[name] for name in names if name in models],
            }
            for key, (title, names) in GROUPS.items()
        ]

    def index(self, request, extra_context=None):
        return super().index(
            request, {"board": dashboard.board(request.user, list(self._registry)), **(extra_context or {})}
        )


site = RegisterSite(name="admin")
