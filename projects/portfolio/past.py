"""Pages of what happened to a record, and of the difference between two of its versions."""

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from projects import history, permissions
from projects.portfolio.edit import Editing
from projects.portfolio.kinds import children_of
from tracker.errors import BadParameter


def whole_number(data, name, highest):
    """A positive whole number of the query string, or None where it is not given. Raises: BadParameter."""
    text = data.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19 and 0 < int(text) <= highest):
        raise BadParameter({name: [_("Give a whole number from 1 to %(highest)d.") % {"highest": highest}]})
    return int(text)


class Past(Editing):
    """A page about a record that may be seen, whether or not it may be changed."""

    def load(self):
        if not permissions.may_see_history(self.request.user):
            raise Http404
        kind = self.kind
        self.parent = self.visible(kind.parent, self.kwargs["parent"]) if kind.parent else None
        belongs = {kind.parent_field: self.parent} if self.parent else {}
        self.record = self.visible(kind, self.kwargs["key"], **belongs)


class History(Past):
    """All states of a record and of the rows that belong to it, the newest first; with `?a=…&b=…`, two compared."""

    def get(self, request, **kwargs):
        self.load()
        context = {"record": self.record, "record_url": self.cancel_url(), "history_url": request.path}
        if "a" in request.GET or "b" in request.GET:
            before, after = self.two_states()
            return render(request, "generic/compare.html", context | {"states": [before, after], "after": after})
        page = whole_number(request.GET, "page", history.LAST_PAGE) or 1
        children = [(child.model, child.parent_field) for child in children_of(self.kind)]
        entries, has_older = history.timeline(request.user, self.record, children=children, page=page)
        context |= {
            "entries": entries,
            "versions": history.versions(self.record),
            "newer_url": f"{request.path}?page={page - 1}" if page > 1 else "",
            "older_url": f"{request.path}?page={page + 1}" if has_older else "",
        }
        return render(request, "generic/history.html", context)

    def two_states(self):
        """The states that the query string names, the older one first. Raises: BadParameter; Http404 for a stranger."""
        data = self.request.GET
        numbers = [whole_number(data, name, 2**63 - 1) for name in ("a", "b")]
        if None in numbers:
            raise BadParameter({name: [_("Choose two versions.")] for name in ("a", "b") if not data.get(name)})
        try:
            return history.compare(self.request.user, self.record, *sorted(numbers))
        except ObjectDoesNotExist as stranger:
            raise Http404 from stranger
