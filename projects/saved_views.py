"""Saved views: which lists they are of, the rows that they show, the addresses that they open, what lists open with."""

from datetime import timedelta
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from projects import filters, permissions
from projects.memory import remembered
from projects.models import SavedView
from projects.models.choices import AsOfRule, ViewAudience

NOT_KEPT = ("after", "before", "view")  # of a list's address
NEAREST = [ViewAudience.ME, ViewAudience.GROUP, ViewAudience.ALL]  # whose choice of what a list opens with counts first

# The lists that views are saved of: the part of their address, their filters. The page is called "<noun>-list".
LISTS = {
    "projects": ("project", filters.ProjectFilterSet),
    "programmes": ("programme", filters.ProgrammeFilterSet),
    "investors": ("investor", filters.InvestorFilterSet),
    "sources": ("source", filters.SourceFilterSet),
    "engagements": ("engagement", filters.EngagementFilterSet),
    "agreements": ("agreement", filters.AgreementFilterSet),
    "statements": ("statement", filters.StatementFilterSet),
    "leads": ("lead", filters.LeadFilterSet),
    "shipments": ("shipment", filters.ShipmentFilterSet),
    "obligations": ("obligation", filters.ObligationFilterSet),
    "indicators": ("indicator", filters.IndicatorFilterSet),
}


def page_of(view):
    """The name of the URL of the list that the view is of."""
    return f"{LISTS[view.path][0]}-list"


def as_of(rule, day):
    """The day that a rule means when asked on `day`, or None where the address itself says it."""
    first = {
        AsOfRule.MONTH: day.replace(day=1),
        AsOfRule.QUARTER: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        AsOfRule.YEAR: day.replace(month=1, day=1),
    }.get(rule)
    return first and first - timedelta(days=1)


def rows_of(view, user):
    """The rows that a view shows the user now. Raises: BadParameter where a value of its filters is gone."""
    return LISTS[view.path][1](QueryDict(view.query), user=user).rows()


def kept(query):
    """A query string as it is saved: without what belongs to one page of it."""
    data = QueryDict(query, mutable=True)
    for name in NOT_KEPT:
        data.pop(name, None)
    return data.urlencode()


def list_url(view):
    """The list's address with the whole state of the view, its day computed."""
    data = QueryDict(view.query, mutable=True)
    if day := as_of(view.as_of_rule, timezone.localdate()):
        data["as_of"] = day.isoformat()
    data["view"] = str(view.pk)
    return f"{reverse(page_of(view))}?{data.urlencode()}"


def menu(user, page, query):
    """What a list says of views: (those of this list, the one that it opens with or None, where this state is saved).

    Args: page: the name of the list's URL. query: its query string.
    """
    path = next((path for path, (noun, _filters) in LISTS.items() if page == f"{noun}-list"), None)
    if path is None:
        return [], None, ""
    views = remembered(
        ("saved views", path, permissions.reader(user)),
        lambda: list(permissions.visible_to(user, SavedView.objects.filter(path=path)).order_by("name", "pk")),
    )
    defaults = [
        view for view in views if view.is_default and (view.audience != ViewAudience.ME or view.owner_id == user.pk)
    ]
    if any(view.audience == ViewAudience.GROUP for view in defaults):
        groups = set(user.groups.values_list("pk", flat=True))
        defaults = [view for view in defaults if view.group_id is None or view.group_id in groups]
    first = min(defaults, key=lambda view: NEAREST.index(view.audience), default=None)
    return views, first, f"{reverse('view-new')}?{urlencode({'path': path, 'query': kept(query)})}"
