"""Saved views: a list's whole state under a name, opened, changed, followed; what lists open with."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from projects import permissions, saved_views, subscriptions
from projects.forms.views import ViewForm
from projects.models import SavedView, Subscription
from projects.models.choices import Frequency
from projects.portfolio.lists import SignedIn
from tracker.errors import BadParameter

FREQUENCIES = [Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.HALF_YEARLY, Frequency.YEARLY]


def visible_view(user, pk):
    """The view that the user may see. Raises: Http404."""
    views = SavedView.objects.select_related("owner", "person", "group")
    return get_object_or_404(permissions.visible_to(user, views), pk=pk)


def own_view(user, pk):
    """The view that the user may change. Raises: Http404, PermissionDenied."""
    view = visible_view(user, pk)
    if not permissions.may_change(user, view):
        raise PermissionDenied(_("Only its owner changes a view. Save one of your own instead."))
    return view


class OpenView(SignedIn, View):
    """Leads to the list. A view that names what is gone from the code lists says so; it never shows more instead."""

    def get(self, request, pk):
        view = visible_view(request.user, pk)
        try:
            saved_views.rows_of(view, request.user)
        except BadParameter as error:
            data = QueryDict(view.query, mutable=True)
            for name in error.errors:
                data.pop(name, None)
            context = {
                "view": view,
                "errors": {name: [str(text) for text in texts] for name, texts in error.errors.items()},
                "without_url": f"{reverse(saved_views.page_of(view))}?{data.urlencode() or 'view=none'}",
                "may_change": permissions.may_change(request.user, view),
                "mended": data.urlencode(),
            }
            return render(request, "portfolio/view_gone.html", context, status=400)
        return HttpResponseRedirect(saved_views.list_url(view))


class ViewList(SignedIn, TemplateView):
    """The views that the reader may open, by list, with what may be done with each."""

    template_name = "portfolio/views.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        views = permissions.visible_to(user, SavedView.objects.select_related("owner", "person", "group"))
        views = views.annotate(others=Count("subscriptions", filter=~Q(subscriptions__user=user)))
        followed = dict(Subscription.objects.filter(user=user).values_list("view", "frequency"))
        rows = [
            {
                "view": view,
                "may_change": permissions.may_change(user, view),
                "group": permissions.ROLE_NAMES.get(view.group.name) if view.group else "",
                "frequency": followed.get(view.pk, ""),
            }
            for view in views.order_by("path", "name", "pk")
        ]
        frequencies = [(choice.value, choice.label) for choice in FREQUENCIES]
        return super().get_context_data(**kwargs) | {"rows": rows, "frequencies": frequencies}


class SaveView(SignedIn, TemplateView):
    """Saves the state of a list, given as `path` and `query`; or changes a view, with a new state if one is given."""

    template_name = "portfolio/view_form.html"

    def dispatch(self, request, *args, **kwargs):
        self.pk = kwargs.get("pk")
        return super().dispatch(request, *args, **kwargs)

    def form(self, data=None):
        request = self.request
        instance = own_view(request.user, self.pk) if self.pk else SavedView(owner=request.user)
        initial = {}
        if "query" in request.GET:
            initial["query"] = saved_views.kept(request.GET["query"])
        if not self.pk:
            initial["path"] = request.GET.get("path", "projects")
        path = (data or initial).get("path") or instance.path
        if path not in saved_views.LISTS:
            names = ", ".join(saved_views.LISTS)
            raise BadParameter({"path": [_("Choose one of: %(names)s.") % {"names": names}]})
        return ViewForm(data, instance=instance, initial=initial, user=request.user)

    def get_context_data(self, **kwargs):
        form = kwargs.pop("form", None) or self.form()
        heading = _("Change the view") if self.pk else _("Save this view")
        return super().get_context_data(**kwargs) | {"form": form, "heading": heading}

    def post(self, request, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        view = form.save()
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
        return HttpResponseRedirect(view.get_absolute_url())


class DeleteView(SignedIn, View):
    def post(self, request, pk):
        view = own_view(request.user, pk)
        with transaction.atomic():
            view.subscriptions.all().delete()
            view.delete()
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return HttpResponseRedirect(reverse("view-list"))


class FollowView(SignedIn, View):
    """Follows a view by e-mail as often as `frequency` says; an empty one stops."""

    def post(self, request, pk):
        view = visible_view(request.user, pk)
        frequency = request.POST.get("frequency", "")
        if frequency and frequency not in FREQUENCIES:
            raise BadParameter({"frequency": [_("Choose how often you want to be told.")]})
        mine = Subscription.objects.filter(view=view, user=request.user)
        if not frequency:
            is_followed, _by_model = mine.delete()
            text = _("You are not told about this view any more.") if is_followed else _("You do not follow this view.")
            messages.success(request, text)
            return HttpResponseRedirect(reverse("view-list"))
        if not mine.update(frequency=frequency):
            state = subscriptions.state_of(view, request.user)
            mine.get_or_create(view=view, user=request.user, defaults={"frequency": frequency, "last_rows": state})
        if request.user.email:
            text = _("You will be told by e-mail when its rows change: %(frequency)s.")
            messages.success(request, text % {"frequency": Frequency(frequency).label})
        else:
            messages.warning(request, _("You have no e-mail address yet. Ask an administrator to enter it."))
        return HttpResponseRedirect(reverse("view-list"))
