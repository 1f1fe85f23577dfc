"""What all boards share: the projects of a query string, their money, and the addresses of the other boards of them."""

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import figures, filters, permissions, rollups
from projects.filters.base import changed
from projects.filters.dimensions import DIMENSIONS
from projects.memory import remembered
from projects.models import Amount
from tracker.errors import BadParameter

# What the list's query string says beside its filters, kept from board to board.
KEPT = ("currency", "rate", "as_of", "known_at")


class Board(TemplateView):
    """A page about the projects under the filters of the query string: the same rows as the list shows.

    `narrowed(dimension, key)` is this board for the projects of one group; `listed(…)` is the list of them.
    """

    view_name = ""  # the URL name, by which the board is the current one of the tabs
    own = ()  # parameters of this board alone, kept by its own links

    def dispatch(self, request, *args, **kwargs):
        if not permissions.may_see_register(request.user):
            raise PermissionDenied(_("Your sign-in has no role yet. Ask an administrator for one."))
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | self.about()

    def about(self):
        """What the templates say of any board. Raises: BadParameter."""
        return {
            "chips": self.chosen.chips(self.request.GET, self.address),
            "clear_url": self.address(**dict.fromkeys(self.chosen.active)),
            "board": self.view_name,
            "board_query": self.same_rows(),
            "list_url": self.listed(),
            "currency_links": [
                (code, self.address(currency=code), code == self.currency) for code in rollups.CURRENCIES
            ],
            "rate_links": [
                (_("at the rate of each statement's day"), self.address(rate=None), self.rate == "statement"),
                (_("at today's rate"), self.address(rate="today"), self.rate == "today"),
            ],
            "looking_back": getattr(self.request, "looking_back", None),
            "now_url": self.address(as_of=None, known_at=None),
        }

    # What is asked for

    @cached_property
    def chosen(self):
        return filters.ProjectFilterSet(self.request.GET, user=self.request.user)

    @cached_property
    def day(self):
        return self.chosen.day

    @cached_property
    def currency(self):
        return self.one_of("currency", rollups.CURRENCIES)

    @cached_property
    def rate(self):
        return self.one_of("rate", rollups.RATES)

    @cached_property
    def seen_amounts(self):
        return permissions.visible_to(self.request.user, Amount.objects.all())

    def rows(self):
        """The projects under the filters. Raises: BadParameter."""
        return self.chosen.rows()

    def portfolio(self):
        shown = {"currency": self.currency, "rate": self.rate, "amounts": self.seen_amounts}
        return rollups.Portfolio(self.rows(), **shown, statements=False, state=self.chosen.state)

    def one_of(self, name, allowed, default=None):
        """The value of a parameter that knows only some. Raises: BadParameter."""
        value = self.request.GET.get(name, "") or default or next(iter(allowed))
        if value not in allowed:
            raise BadParameter({name: [_("Choose one of: %(names)s.") % {"names": ", ".join(allowed)}]})
        return value

    # Addresses

    def address(self, **changes):
        """This board with some parameters changed; None removes one, a list repeats it."""
        return self.request.path + changed(self.request.GET, **changes)

    def same_rows(self, **changes):
        """The query string of the same projects for any other view of them."""
        data = self.request.GET.copy()
        known = {*self.chosen.filters, *KEPT}
        for name in [name for name in data if name not in known or not any(data.getlist(name))]:
            del data[name]
        return changed(data, **changes)

    def listed(self, **changes):
        """The list of the same projects, with some parameters changed."""
        return reverse("project-list") + self.same_rows(**changes)

    def narrowed(self, dimension, key):
        return self.address(**DIMENSIONS[dimension].narrowed(key))

    # Tables that charts are drawn from

    def table(self, dimension, lines, caption, money=True):
        """A table of the groups of a dimension for the component bars.html: projects and money, a bar for each.

        money: the bars compare the three kinds of money; otherwise the numbers of projects.
        """
        lines = DIMENSIONS[dimension].sorted(lines)
        return {
            "id": f"by-{dimension}",
            "caption": caption,
            "header": [
                str(DIMENSIONS[dimension].label),
                _("Projects"),
                _("Announced"),
                _("Committed"),
                _("Disbursed"),
            ],
            "series": [2, 3, 4] if money else [1],
            "shape": "column" if dimension == "year" else "bar",
            "rows": self.bars(dimension, lines, money),
        }

    def bars(self, dimension, lines, money):
        """Rows of the component bars.html: label (links to this board narrowed), figures (to their rows), bars."""
        if money:
            values = [[line.amounts[kind].value or Decimal(0) for kind in rollups.KINDS] for line in lines]
        else:
            values = [[line.projects] for line in lines]
        most = max((value for row in values for value in row), default=0)
        rows = []
        for line, row in zip(lines, values, strict=True):
            if line.key == "unallocated":
                url = rows_url = reverse("programme-detail", args=[line.url_value])
                label = _("not allocated: %(programme)s") % {"programme": line.label}
            else:
                url = self.narrowed(dimension, line.key)
                rows_url = self.listed(**DIMENSIONS[dimension].narrowed(line.key))
                label = _("not stated") if line.key is None else line.label
            cells = [
                figures.count(line.projects, rows_url, "projects") if line.projects else "—",
                *(figures.total(line.amounts[kind], rows_url) for kind in rollups.KINDS),
            ]
            bars = [{"width": round(100 * value / most) if most else 0, "top": 10 * n} for n, value in enumerate(row)]
            rows.append({"label": label, "url": url, "cells": cells, "bars": bars, "height": 10 * len(row)})
        return rows


class KeptBoard(Board):
    """A board that is made once for a state of the data, and kept for who sees the same.

    Class attributes: content_template: all below the title. Its context: that of any board, and what `seen` gives.
    """

    content_template = ""

    def get_context_data(self, **kwargs):
        key = self.view_name, permissions.reader(self.request.user), self.request.GET.urlencode()
        return {"content": remembered(key, self._content)}

    def _content(self):
        return render_to_string(self.content_template, self.about() | self.seen())

    def seen(self):
        """What the board shows beside what all boards do. Raises: BadParameter."""
        raise NotImplementedError
