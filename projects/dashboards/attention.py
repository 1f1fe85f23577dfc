"""The action centre: what is late, at risk, blocked or unanswered, in money and jobs, and by whom."""

from collections import defaultdict

from django.db.models import Count, Exists, F, Q, Sum, Value
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import attention, figures, permissions, rollups
from projects.columns.base import time_suffix
from projects.dashboards.board import KeptBoard
from projects.filters.dimensions import DIMENSIONS, Dimension
from projects.models import Obligation, Observation, Organisation, Project, Update
from projects.models.choices import AmountKind, Attention, ObligationState, ObservationStatus, Side, UpdateStatus
from projects.models.obligations import waiting_evidence

JOBS = "jobs_permanent"  # as planned: what is at stake
BY = {"department": gettext_lazy("By department"), "curator": gettext_lazy("By curator")}
GROUPS = {
    "department": Dimension("department", gettext_lazy("Responsible department"), "department"),
    "curator": DIMENSIONS["curator"],
}


class Needing(rollups.Portfolio):
    """Projects that need attention, each with its own money and jobs, so that any of them can be added up."""

    @cached_property
    def money(self):
        """Project -> kind -> Total, of those that have any."""
        found = defaultdict(dict)
        amounts = self.amounts.on_projects().filter(project__in=self.keys)
        for row in self._summed(amounts, "project"):
            total = found[row["project"]][row["kind"]] = rollups.Total(row["kind"], self.currency)
            total.add(row)
        return found

    @cached_property
    def jobs(self):
        """Project -> the jobs planned there (Decimal), of those that say so."""
        planned = Observation.objects.filter(project__in=self.keys, metric=JOBS, status=ObservationStatus.PLANNED)
        said = rollups.latest_of(planned).order_by().values_list("project")
        return dict(said.annotate(number=Sum(F("value") * F("unit__factor") / F("metric__unit__factor"))))

    @cached_property
    def whole(self):
        """Programme with money of its own -> all its named projects: what is in no project counts with all of them."""
        named = Project.objects.named().filter(programme__amounts__isnull=False).order_by()
        found = defaultdict(set)
        for programme, project in named.values_list("programme", "pk").distinct():
            found[programme].add(project)
        return found

    def totals(self, keys):
        """A Total for each kind over some of the projects, with what their programmes announced beyond them."""
        together = {kind: rollups.Total(kind, self.currency) for kind in rollups.KINDS}
        for kind, total in together.items():
            own = [self.money[key][kind] for key in keys if kind in self.money.get(key, ())]
            total.missing = len(keys) - len(own)
            for one in own:
                total.add(vars(one))
        for rest in self.beyond(keys):
            for kind, total in together.items():
                total.add(vars(rest.amounts[kind]))
        return together

    def beyond(self, keys):
        """What programmes all of whose named projects are among these announced beyond what the projects carry."""
        if not any(projects <= keys for projects in self.whole.values()):
            return []
        shown = {"currency": self.currency, "rate": self.rate, "amounts": self.amounts, "statements": False}
        return rollups.Portfolio(Project.objects.filter(pk__in=keys), **shown).unallocated


class ActionCentre(KeptBoard):
    template_name = "dashboards/attention.html"
    content_template = "dashboards/_attention.html"
    view_name = "actions"

    def seen(self):
        found = self.found()
        everything = Project.objects.filter(pk__in=set().union(*found.values()))
        shown = {"currency": self.currency, "rate": self.rate, "amounts": self.seen_amounts}
        self.portfolio = Needing(everything, **shown, statements=False)
        held = attention.holders(found[Attention.BLOCKED], self.day)
        bodies = {key for key in (*held, *self.owners["department"].values()) if key is not None}
        self.names = {
            "department": {row.pk: str(row) for row in Organisation.objects.filter(pk__in=bodies)},
            "curator": rollups.labels("curator", {name for name in self.owners["curator"].values() if name}),
        }
        return {
            "day": self.day,
            "lines": list(self.lines(found)),
            "heads": [AmountKind(kind).label for kind in rollups.KINDS],
            "holders": list(self.holders(held)),
            "people": list(self.people(found)),
            "rows": [] if self.chosen.active else self.rows_behind(),
        }

    def found(self):
        """Attention -> keys of the projects that need it; `owners`: what they are grouped by -> project -> its key."""
        rows, (first, *others) = self.rows().order_by(), Attention
        needing = [
            rows.filter(attention.condition(kind, self.day)).values_list(
                Value(kind.value), "pk", "department", "curator__username"
            )
            for kind in (first, *others)
        ]
        found, self.owners = {kind: set() for kind in Attention}, {name: {} for name in BY}
        for kind, key, department, curator in needing[0].union(*needing[1:], all=True):
            found[Attention(kind)].add(key)
            self.owners["department"][key], self.owners["curator"][key] = department, curator
        return found

    def money(self, keys, url):
        return [figures.total(total, url) for total in self.portfolio.totals(keys).values()]

    def lines(self, found):
        """One line a kind of attention: its projects, their money by kind, never added, and the jobs planned there."""
        for kind, keys in found.items():
            url = self.listed(attention=kind.value)
            jobs = [self.portfolio.jobs[key] for key in keys if key in self.portfolio.jobs]
            planned = figures.quantity_of(sum(jobs), "{job}", "", JOBS, url) if jobs else _("no data")
            yield {
                "label": kind.label,
                "colour": kind.colour_of(kind),
                "count": figures.count(len(keys), url, kind.value),
                "cells": [*self.money(keys, url), planned],
            }

    def holders(self, held):
        """Who holds projects up: a project counts once for each body, and once in the total above."""
        names = self.names["department"]
        for body in sorted(held, key=lambda body: (body is None, -len(held[body]), names.get(body, ""))):
            url = self.listed(**({"blocked_by": body} if body else {"blocked_by__empty": "1"}))
            number = figures.count(len(held[body]), url, "blocked")
            yield names.get(body) or _("nobody named"), number, self.money(held[body], url)

    def people(self, found):
        """By department and by curator: how many projects of each kind, and the money of those that are late."""
        for name, title in BY.items():
            whose, labels = self.owners[name], self.names[name]
            theirs = defaultdict(set)
            for kind, keys in found.items():
                for key in keys:
                    theirs[kind, whose[key]].add(key)
            lines = []
            for owner in sorted(set(whose.values()), key=lambda one: (one is None, labels.get(one, ""))):
                narrowed = GROUPS[name].narrowed(owner)
                counts, cells = [], ["–"] * len(rollups.KINDS)
                for kind in Attention:
                    url = self.listed(attention=kind.value, **narrowed)
                    number = len(theirs[kind, owner])
                    counts.append(figures.count(number, url, kind.value) if number else "–")
                if late := theirs[Attention.LATE, owner]:
                    cells = self.money(late, self.listed(attention=Attention.LATE.value, **narrowed))
                lines.append((labels.get(owner) or _("not stated"), counts, cells))
            yield {"title": title, "lines": lines}

    def rows_behind(self):
        """The single rows that wait, over the whole register: (label, count that leads to them)."""
        seen = permissions.visible_to(self.request.user, Obligation.objects.all()).with_state(self.day)
        overdue, due = Q(state_on_day=ObligationState.OVERDUE), Q(state_on_day=ObligationState.DUE)
        numbers = seen.order_by().aggregate(
            owed=Count("pk", overdue & Q(side=Side.INVESTOR)),
            ours=Count("pk", overdue & Q(side=Side.REGION)),
            due=Count("pk", due),
            offered=Count("pk", Exists(waiting_evidence(self.day))),
        )
        waiting = permissions.visible_to(self.request.user, Update.objects.filter(status=UpdateStatus.SUBMITTED))
        listed, updates = reverse("obligation-list"), reverse("update-list")
        time = time_suffix(self.request.GET).replace("?", "&", 1)
        for label, number, url in (
            (_("Obligations of investors overdue"), numbers["owed"], f"{listed}?state=overdue&side=investor{time}"),
            (_("Obligations of the region overdue"), numbers["ours"], f"{listed}?state=overdue&side=region{time}"),
            (_("Obligations due soon"), numbers["due"], f"{listed}?state=due{time}"),
            (_("Obligations whose evidence waits for a decision"), numbers["offered"], f"{listed}?evidence=1{time}"),
            (_("Updates waiting for approval"), waiting.count(), f"{updates}?status=submitted{time}"),
        ):
            yield label, figures.count(number, url, "rows")
