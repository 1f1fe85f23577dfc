"""The list of projects, with its totals, groups and facets."""

from urllib.parse import urlsplit

from django.db.models import Case, CharField, Prefetch, Value, When
from django.db.models.functions import Cast, Concat, LPad
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import facets, figures, permissions, rollups
from projects.columns.projects import DEFAULT_COLUMNS, NOT_SHOWN, OF_AMOUNTS, OF_PARTIES, PROJECT_COLUMNS
from projects.filters import ProjectFilterSet
from projects.filters.base import changed
from projects.filters.dimensions import DIMENSIONS
from projects.filters.projects import FACETS
from projects.models import (
    Amount,
    Project,
    ProjectParty,
)
from projects.models.choices import AmountKind, Bound, StageGroup
from projects.portfolio import papers
from projects.portfolio.lists import ListPage

FACET_VALUES = 12  # more than these are shown of the facet that the reader wants whole

MORE_FILTERS = (
    "announced_min",
    "announced_max",
    "starts_after",
    "starts_before",
    "missing",
    "overdue",
    "placeholders",
)


_POSITION = Cast("stage__position", CharField())
# How rows stand in groups: name -> the order of the groups, where it is not that of their keys.
GROUPS = {
    "sector": None,
    "stage_group": Case(*(When(stage_group=group, then=Value(at)) for at, group in enumerate(StageGroup))),
    # Two stages may have the same position: each is a group of its own.
    "stage": Case(When(stage__isnull=False, then=Concat(LPad(_POSITION, 5, Value("0")), "stage"))),
    "status": None,
    "district": None,
    "region": None,
    "programme": None,
    "curator": None,
    "year": None,
}


class ProjectList(ListPage):
    model = Project
    filterset = ProjectFilterSet
    columns = PROJECT_COLUMNS
    default_columns = DEFAULT_COLUMNS
    default_sort = "reference"
    export_name = "project-export"
    heading = gettext_lazy("Projects")
    add_url_name = "project-new"
    facets = FACETS
    groups = {name: DIMENSIONS[name] for name in GROUPS}
    export_formats = (*ListPage.export_formats, ("geojson", "GeoJSON"), ("json", "OC4IDS"))
    more_filters = MORE_FILTERS

    def listed(self, rows):
        shown = {"currency": self.context.currency, "rate": self.context.rate}
        shown["amounts"] = permissions.visible_to(self.request.user, Amount.objects.all())
        self.portfolio = rollups.Portfolio(rows, **shown, statements=False, state=self.filters.state)
        rows = rollups.with_listed_amounts(rows, **shown | {"amounts": shown["amounts"].only(*OF_AMOUNTS)})
        rows = rows.select_related("main_sector", "place", "stage", "programme", "curator", "department")
        if any(column.name == "investors" for column in self.shown):
            parties = ProjectParty.objects.select_related("organisation").only(*OF_PARTIES)
            rows = rows.prefetch_related(Prefetch("parties", parties))
        return rows.defer("place__boundary", *NOT_SHOWN)

    def group_order(self):
        if not self.group:
            return None
        return self.group, GROUPS[self.group] or rollups.DIMENSIONS[self.group]("")

    def group_rows(self, rows, shown):
        lines = {line.key: line for line in self.portfolio.by(self.group)}
        keys = dict(Project.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", self._group_key()))
        heads, before = {}, object()
        for row in rows:
            if keys[row.pk] != before:
                before = keys[row.pk]
                line = lines.get(None if before is None else str(before))
                if line:  # none where the row came to the group after its lines were added up
                    heads[row.pk] = self._group_row(line, shown)
        return heads

    def _group_key(self):
        return rollups.DIMENSIONS[self.group]("")

    def _group_row(self, line, shown):
        """The cells of a group's heading: its name, how many projects it has and what their money comes to."""
        url = self._url(**self.groups[self.group].narrowed(line.key), group=None, after=None, before=None)
        label = line.label if line.key is not None else _("not stated")
        first = format_html("{} {}", label, figures.count(line.projects, url, "projects"))
        sums = {kind: figures.total(total, url) for kind, total in line.amounts.items()}
        return [(first, False), *((sums.get(column.name, ""), column.is_number) for column in shown[1:])]

    def count(self, rows):
        return self.portfolio.count, True

    def _exports(self):
        """The files of the list, and the report of the last month about the same projects."""
        found = super()._exports()
        query = changed(self.request.GET, after=None, before=None, per_page=None, sort=None, columns=None)
        label = _("Monthly report, %(kind)s")
        return found + [(url, label % {"kind": kind}) for url, kind in papers.month_links(query) if found]

    def alike(self):
        data, user = self.request.GET, self.request.user
        me = (
            user.pk if "me" in [value for name in ("curator", "curator__not") for value in data.getlist(name)] else None
        )
        views = tuple((view.pk, view.name) for view in self.views)
        return "list", data.urlencode(), permissions.roles(user), me, views, bool(self.opens_with)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"more_actions": self._more_actions()}

    def results(self):
        results = super().results()
        portfolio, shown = self.portfolio, self.context
        first = {"after": None, "before": None}
        return results | {
            "totals_template": "portfolio/_totals.html",
            "compare_url": reverse("compare"),
            "views_query": changed(self.request.GET, **dict.fromkeys(("sort", "group", "columns", "per_page", *first))),
            "totals": portfolio.total,
            "totals_url": self._url(after=None, before=None) + "#results",
            "unallocated": portfolio.unallocated,
            "uncertain": portfolio.uncertain,
            "perhaps": self._perhaps(),
            "currency_links": [
                (code, self._url(currency=code, **first), code == shown.currency) for code in rollups.CURRENCIES
            ],
            "rate_links": [
                (
                    "statement",
                    _("at the rate of each statement's day"),
                    self._url(rate=None, **first),
                    shown.rate == "statement",
                ),
                ("today", _("at today's rate"), self._url(rate="today", **first), shown.rate == "today"),
            ],
            "rates_used": self._rates_used(),
        }

    def _perhaps(self):
        """How many projects may be of the investors asked for, where a source does not say of which; None: none.

        They are never counted among the rows: their number leads to a list of them alone.
        """
        asked = {perhaps: name for perhaps, name in facets.PERHAPS.items() if name in self.filters.active}
        if not asked:
            return None
        changes = {perhaps: self.request.GET.getlist(name) for perhaps, name in asked.items()}
        url = self._url(**changes, **dict.fromkeys([*asked.values(), "after", "before"]))
        rows = self.filterset(QueryDict(urlsplit(url).query), user=self.request.user).rows()
        number = rows.order_by().count()
        return figures.count(number, url, "perhaps") if number else None

    def _more_actions(self):
        """The same rows as a workbook to edit, and the files that came back, for those who may bring in files."""
        if not permissions.may_import(self.request.user) or getattr(self.request, "looking_back", None):
            return []
        query = changed(self.request.GET, **dict.fromkeys(("after", "before", "per_page", "columns", "sort", "group")))
        return [
            (reverse("project-workbook") + query, _("Edit in Excel"), "download"),
            (reverse("import-list"), _("Imports"), "clock"),
        ]

    def about(self, rows):
        portfolio, shown = self.portfolio, self.context
        today = shown.rate == "today"
        lines = [
            (_("Currency of sums"), shown.currency),
            (_("Converted"), _("at today's rate") if today else _("at the rate of each statement's day")),
            (),
            (
                _("Money"),
                _("Sum"),
                _("Exactness"),
                _("Figures"),
                _("Projects without a figure"),
                _("Lower bounds"),
                _("Without an exchange rate"),
            ),
            *(self._total_line(kind, sum) for kind, sum in portfolio.total.amounts.items()),
        ]
        if self.group:
            lines += [(), (self.groups[self.group].label, _("Projects"), *(kind.label for kind in AmountKind))]
            lines += [
                (line.label or _("not stated"), line.projects, *(sum.value for sum in line.amounts.values()))
                for line in portfolio.by(self.group)
                if line.key != "unallocated"
            ]
        for rest in portfolio.unallocated:
            label = _("not allocated: %(programme)s") % {"programme": rest.label}
            lines += [
                (f"{AmountKind(kind).label}, {label}", sum.value, Bound(sum.bound).label)
                for kind, sum in rest.amounts.items()
                if sum.value is not None
            ]
        withheld = permissions.withheld_statements(self.request.user)
        lines += [
            (
                _("Not known whether included, so not added:"),
                amount.value,
                amount.currency_id,
                amount.statement.code if amount.statement_id in withheld else str(amount.statement),
            )
            for amount in portfolio.uncertain
        ]
        rates = [(r.currency, r.tenge, r.day, r.asked, r.origin) for r in portfolio.rates_used()]
        if rates:
            head = (_("Rates used"), _("Tenge for one unit"), _("Rate of"), _("For statements of"), _("Source"))
            lines += [(), head, *rates]
        return [*super().about(rows), *lines]

    @staticmethod
    def _total_line(kind, sum):
        counts = sum.count, sum.missing, sum.lower_bounds, sum.unconverted
        return AmountKind(kind).label, sum.value, Bound(sum.bound).label if sum.count else None, *counts

    def _rates_used(self):
        """The rates behind "today": (currency, tenge for one unit, day of the rate)."""
        if self.context.rate != "today":
            return []
        return [(code, rate, day) for code, (rate, day) in rollups.latest_rates().items() if code != "KZT"]

    def _facets(self):
        counted = facets.facets(self.filters, self.facets)
        data = self.request.GET
        found = []
        for name, (title, _expression) in self.facets.items():
            chosen = data.getlist(name)
            others = {f"{name}__not": None, "after": None, "before": None}
            options = []
            for value in counted[name]:
                if value.value is None:
                    selected = bool(data.get(f"{name}__empty"))
                    url = self._url(**others | {f"{name}__empty": None if selected else "1", name: None})
                    options.append(
                        {"label": _("not stated"), "value": "", "count": value.count, "url": url, "selected": selected}
                    )
                    continue
                key = str(value.value)
                selected = key in chosen
                rest = [other for other in chosen if other != key] if selected else [*chosen, key]
                url = self._url(**others | {name: rest or None, f"{name}__empty": None})
                options.append(
                    {"label": value.label, "value": key, "count": value.count, "url": url, "selected": selected}
                )
            options = [o for o in options if o["selected"]] + [o for o in options if not o["selected"]]
            is_whole = data.get("whole") == name or len(options) <= FACET_VALUES
            whole_url = None if is_whole else self._url(whole=name)
            options = options if is_whole else options[:FACET_VALUES]
            found.append({"name": name, "title": title, "options": options, "whole_url": whole_url})
        return found
