"""A list page is a declaration: model, filters, columns. This is the machine behind all of them."""

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from projects import exports, figures, paging, permissions, saved_views, timetravel
from projects.columns.base import CellContext, time_suffix
from projects.filters.base import changed
from projects.memory import remembered
from projects.rollups import CURRENCIES, RATES
from tracker.errors import BadParameter

# Parameters that say how a list is shown, not which rows it has.
SHOWING = ("sort", "group", "columns", "currency", "rate", "per_page", "after", "before", "as_of", "known_at")


def day_of(request):
    """The day that states are computed for: the one looked back to (`as_of`), or today."""
    return (getattr(request, "looking_back", None) or {}).get("as_of") or timezone.localdate()


class SignedIn:
    """Every page of the register asks who may see it."""

    def dispatch(self, request, *args, **kwargs):
        if not permissions.may_see_register(request.user):
            raise PermissionDenied(_("Your sign-in has no role yet. Ask an administrator for one."))
        return super().dispatch(request, *args, **kwargs)


class ListPage(SignedIn, TemplateView):
    """Rows under the filters of the query string, with chips, facets, columns, sort and keyset pages.

    Declared by a subclass: model, filterset, columns (name -> Column), default_columns, default_sort, heading,
    and optionally facets (name -> (label, expression)), actions, related (select_related and prefetches).
    """

    template_name = "generic/list.html"
    results_template = "generic/_results.html"
    filterset = None
    columns = {}
    default_columns = None
    default_sort = None
    heading = ""
    lead = ""
    noun = ""
    when_empty = ""  # why there are no rows at all, and what makes some
    add_url_name = None
    add_label = gettext_lazy("New")
    facets = {}
    groups = {}  # what rows may be grouped by: name -> filters.dimensions.Dimension
    export_name = ""  # of the addresses of its files, where it has any
    export_formats = (("xlsx", "XLSX"), ("csv", "CSV"))
    more_filters = None  # names; by default all that are no facets
    as_cards = False  # on phones each row is a card, for lists in which something is to be done

    views, opens_with, save_url = (), None, ""

    def get(self, request, *args, **kwargs):
        page = request.resolver_match.url_name
        self.views, self.opens_with, self.save_url = saved_views.menu(request.user, page, request.GET.urlencode())
        if self.opens_with and not request.GET:
            return HttpResponseRedirect(self.opens_with.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def read(self):
        """Read the query string. Returns: the rows, and how to sort them (name, expression). Raises: BadParameter."""
        self.filters = self.filterset(self.request.GET, user=self.request.user, **self.filter_options())
        rows = self.filters.rows()
        self.context = CellContext(
            currency=self._one_of("currency", CURRENCIES),
            rate=self._one_of("rate", RATES),
            suffix=time_suffix(self.request.GET),
            user=self.request.user,
        )
        sorts = {name: column.sort for name, column in self.columns.items() if column.sort is not None}
        sort = paging.chosen_sort(self.request.GET, sorts, self.default_sort)
        self.group = self._one_of("group", ("", *self.groups))
        expression = sorts[sort.removeprefix("-")]
        return rows, sort, expression(self.context) if callable(expression) else expression

    def get_context_data(self, **kwargs):
        """The frame of the page, and its results as HTML: rendered once for all who see the same."""
        data = self.request.GET
        frame = super().get_context_data(**kwargs) | {
            # A swap of the results asks for no more than what it takes out of the page.
            "frame": "swap.html" if self.request.htmx.target == "results" else "base.html",
            "heading": self.heading,
            "lead": self.lead,
            "q": data.get("q", ""),
            "kept": [
                (name, value)
                for name, values in data.lists()
                for value in values
                if name not in ("q", "after", "before")
            ],
            "add_url": self._add_url(),
            "add_label": self.add_label,
        }
        key = self.alike()
        return frame | {"results": remembered(key, lambda: self._rendered(frame)) if key else self._rendered(frame)}

    def _rendered(self, frame):
        return render_to_string(self.results_template, frame | self.results(), self.request)

    def alike(self):
        """Hashable: what tells the results of this reader from all others; None where it is not worth remembering."""

    def results(self):
        """The context of the results. Raises: BadParameter."""
        rows, sort, expression = self.read()
        self.shown = shown = self._shown_columns()
        data, size = self.request.GET, paging.per_page(self.request.GET)
        page = paging.paginate(
            self.listed(rows), sort=sort, expression=expression, data=data, size=size, group=self.group_order()
        )
        number, is_exact = self.count(rows)
        count = figures.count(number, self._url(after=None, before=None), "rows", exact=is_exact)
        return {
            "filters": self.filters,
            "table": self._table(page.rows, shown, sort),
            "count": count,
            "number": number,
            "chips": self._chips(),
            "clear_url": self._cleared(),
            "facets": self._facets(),
            "more_filters": [self.filters.form[name] for name in self._more_filters()],
            "other_filters": [
                (name, value)
                for name, values in data.lists()
                for value in values
                if name not in (*self._more_filters(), "after", "before")
            ],
            "pager": {
                "next_url": page.next_cursor and self._url(after=page.next_cursor, before=None),
                "previous_url": page.previous_cursor and self._url(before=page.previous_cursor, after=None),
                "per_page_options": [
                    (n, self._url(per_page=n, after=None, before=None), n == size) for n in paging.PER_PAGE
                ],
            },
            "column_options": self._column_options(shown),
            "columns_reset_url": self._url(columns=None),
            "group_title": _("Group: %(name)s") % {"name": self.groups[self.group].label} if self.group else _("Group"),
            "group_options": [
                {"label": label, "url": self._url(group=name, after=None, before=None), "selected": name == self.group}
                for name, label in [
                    (None, _("no groups")),
                    *((name, dimension.label) for name, dimension in self.groups.items()),
                ]
                if self.groups and (name or self.group)
            ],
            "is_near": self.filters.filters["q"].is_near,
            "exports": self._exports(),
            "views": [(view, str(view.pk) == data.get("view")) for view in self.views],
            "open_view": next((view for view in self.views if str(view.pk) == data.get("view")), None),
            "save_view_url": self.save_url,
            "as_cards": self.as_cards,
            "when_empty": self.when_empty,
            "looking_back": getattr(self.request, "looking_back", None),
            "now_url": self._url(as_of=None, known_at=None),
        }

    def filter_options(self):
        """What the FilterSet needs beside the query string and the user."""
        return {}

    def listed(self, rows):
        """The rows with what their cells need."""
        return rows

    def group_order(self):
        """(name, expression) of what rows are grouped by now, as `paging.paginate` takes it, or None."""

    def group_rows(self, rows, shown):
        """The headings of groups on a page: key of the first row of each -> cells (content, is_number)."""
        return {}

    def count(self, rows):
        """The number of rows, and whether it is exact."""
        return paging.capped_count(rows)

    # Taking it away

    def table(self):
        """All rows of the list, as files have them: the columns asked for, or else every one that there is."""
        rows, sort, expression = self.read()
        is_asked = self.request.GET.get("columns", "")
        self.shown = self._shown_columns() if is_asked else list(self.columns.values())
        return exports.Table(
            heading=self.heading,
            columns=self.shown,
            rows=paging.ordered(self.listed(rows), sort, expression, self.group_order()),
            context=self.context,
            about=lambda: self.about(rows),
            reading=self._reading,
        )

    def about(self, rows):
        """What the sheet beside the rows says: which rows these are, of when, by whom they were taken, how many."""
        looking_back = getattr(self.request, "looking_back", None)
        chosen = [(chip["label"], chip["value"] or _("yes")) for chip in self._chips()]
        return [
            (self.heading,),
            *(chosen or [(_("Filters"), _("none: all rows"))]),
            *exports.particulars(looking_back, self.request.user),
            (_("Rows"), rows.order_by().count()),
        ]

    def _reading(self):
        looking_back = getattr(self.request, "looking_back", None)
        return timetravel.looking_back(**looking_back) if looking_back else exports.one_moment()

    def _exports(self):
        """(address, label) of the files that the list can be taken away as."""
        if not (self.export_name and permissions.may_export(self.request.user)):
            return []
        query = urlsplit(self._url(after=None, before=None, per_page=None)).query
        found = [(reverse(self.export_name, kwargs={"suffix": suffix}), label) for suffix, label in self.export_formats]
        return [(f"{address}?{query}" if query else address, label) for address, label in found]

    # The query string

    def _one_of(self, name, allowed):
        value = self.request.GET.get(name, "") or allowed[0]
        if value not in allowed:
            raise BadParameter({name: [_("Choose one of: %(names)s.") % {"names": ", ".join(allowed)}]})
        return value

    def _url(self, **changes):
        """This page's address with some parameters changed; None removes one, a list repeats it."""
        query = changed(self.request.GET, **changes)
        return self.request.path + (query or ("?view=none" if self.opens_with else ""))  # the bare address opens a view

    def _cleared(self):
        return self._url(**dict.fromkeys([*self.filters.active, "after", "before"]))

    # Chips, facets, columns

    def _chips(self):
        return self.filters.chips(self.request.GET, lambda **changes: self._url(**changes, after=None, before=None))

    def _facets(self):
        return []

    def _more_filters(self):
        return self.more_filters or [name for name in self.filters.filters if name != "q" and "__" not in name]

    def _shown_columns(self):
        asked = [name for name in self.request.GET.get("columns", "").split(",") if name]
        unknown = [name for name in asked if name not in self.columns]
        if unknown:
            raise BadParameter({"columns": [_("Choose from: %(names)s.") % {"names": ", ".join(self.columns)}]})
        return [self.columns[name] for name in dict.fromkeys(asked) or self.default_columns or self.columns]

    def _column_options(self, shown):
        names = [column.name for column in shown]
        options = []
        for column in self.columns.values():
            selected = column.name in names
            chosen = [name for name in names if name != column.name] if selected else [*names, column.name]
            if chosen:
                url = self._url(columns=",".join(chosen))
                options.append({"label": column.label, "url": url, "selected": selected})
        return options if len(self.columns) > len(names) or len(names) > 1 else []

    def _table(self, rows, shown, sort):
        heads = []
        for column in shown:
            direction = ""
            if sort.removeprefix("-") == column.name:
                direction = "descending" if sort.startswith("-") else "ascending"
            towards = (
                column.name
                if direction == "descending" or (not direction and not column.is_number)
                else f"-{column.name}"
            )
            url = self._url(sort=towards, after=None, before=None) if column.sort is not None else ""
            heads.append({"label": column.label, "url": url, "direction": direction, "number": column.is_number})
        heads_of_groups = self.group_rows(rows, shown) if self.group else {}
        body = [
            {
                "record": row,
                "group": heads_of_groups.get(row.pk),
                "cells": [(column.cell(row, self.context), column.is_number, column.label) for column in shown],
            }
            for row in rows
        ]
        return {"heads": heads, "rows": body}

    def _add_url(self):
        if self.add_url_name and permissions.may_add(self.request.user, self.model):
            return reverse(self.add_url_name)
        return None
