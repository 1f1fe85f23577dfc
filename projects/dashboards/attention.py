"""The action centre: what is late, at risk, blocked or unanswered, in money and jobs, and by whom."""

from collections import Counter

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import attention, figures, permissions, rollups
from projects.columns.base import time_suffix
from projects.dashboards.board import Board
from projects.filters.dimensions import DIMENSIONS, Dimension
from projects.models import Obligation, Organisation, Project, Unit, Update
from projects.models.choices import AmountKind, Attention, ObligationState, ObservationStatus, Side, UpdateStatus

JOBS = "jobs_permanent"  # as planned: what is at stake
BY = {"department": gettext_lazy("By department"), "curator": gettext_lazy("By curator")}
GROUPS = {
    "department": Dimension("department", gettext_lazy("Responsible department"), "department"),
    "curator": DIMENSIONS["curator"],
}


class ActionCentre(Board):
    template_name = "dashboards/attention.html"
    view_name = "actions"

    def get_context_data(self, **kwargs):
        rows = self.rows().order_by()
        found = {
            kind: set(rows.filter(attention.condition(kind, self.day)).values_list("pk", flat=True))
            for kind in Attention
        }
        self.jobs_unit = Unit.objects.filter(pk="{job}").first()
        return super().get_context_data(**kwargs) | {
            "day": self.day,
            "lines": [self.line(kind, found[kind]) for kind in Attention],
            "heads": [AmountKind(kind).label for kind in rollups.KINDS],
            "holders": self.holders(found[Attention.BLOCKED]),
            "people": list(self.people(found)),
            "rows": [] if self.chosen.active else self.rows_behind(),
        }

    def money(self, keys):
        shown = {"currency": self.currency, "rate": self.rate, "amounts": self.seen_amounts}
        return rollups.Portfolio(Project.objects.filter(pk__in=keys), **shown, statements=False)

    def line(self, kind, keys):
        """One kind of attention: its projects, their money by kind, never added, and the jobs planned there."""
        url = self.listed(attention=kind.value)
        portfolio = self.money(keys)
        total, jobs = portfolio.total, portfolio.quantities(JOBS, ObservationStatus.PLANNED).get(())
        cells = [figures.total(total.amounts[name], url) for name in rollups.KINDS]
        if jobs is None or self.jobs_unit is None:
            cells.append(_("no data"))
        else:
            cells.append(figures.computed(jobs.value, self.jobs_unit, JOBS, url))
        return {
            "label": kind.label,
            "colour": kind.colour_of(kind),
            "count": figures.count(len(keys), url, kind.value),
            "cells": cells,
        }

    def holders(self, blocked):
        """Who holds projects up: a project counts once for each body, and once in the total above."""
        held = attention.holders(blocked, self.day)
        names = {row.pk: str(row) for row in Organisation.objects.filter(pk__in=[key for key in held if key])}
        projects = rollups.with_listed_amounts(
            Project.objects.filter(pk__in=blocked),
            currency=self.currency,
            rate=self.rate,
            amounts=self.seen_amounts,
        )
        amounts = {project.pk: project.listed_amounts for project in projects}
        lines = []
        bodies = sorted(held, key=lambda body: (body is None, -len(held[body]), names.get(body, "")))
        for body, keys in ((body, held[body]) for body in bodies):
            chosen = {"blocked_by": body} if body else {"blocked_by__empty": "1"}
            url = self.listed(**chosen)
            theirs = [amount for key in keys for amount in amounts[key]]
            cells = []
            for kind in rollups.KINDS:
                of_kind = [amount for amount in theirs if amount.kind == kind]
                total = rollups.sum_of(of_kind, kind, self.currency)
                total.missing = sum(not any(amount.kind == kind for amount in amounts[key]) for key in keys)
                cells.append(figures.total(total, url))
            lines.append((names.get(body) or _("nobody named"), figures.count(len(keys), url, "blocked"), cells))
        return lines

    def people(self, found):
        """By department and by curator: how many projects of each kind, and the money of those that are late."""
        everything = Project.objects.filter(pk__in=set().union(*found.values())).order_by()
        keys = {name: rollups.DIMENSIONS[name]("") for name in BY}
        whose = {pk: dict(zip(BY, own, strict=True)) for pk, *own in everything.values_list("pk", *keys.values())}
        late = self.money(found[Attention.LATE]).by_each(list(BY))
        for name, title in BY.items():
            sums = {line.key: line.amounts for line in late[name] if line.key != "unallocated"}
            counted = Counter((kind, whose[pk][name]) for kind, pks in found.items() for pk in pks)
            owners = {owner for _kind, owner in counted}
            labels = rollups.labels(name, [owner for owner in owners if owner is not None])
            lines = []
            for owner in sorted(owners, key=lambda one: (one is None, labels.get(one, ""))):
                narrowed = GROUPS[name].narrowed(owner)
                counts, cells = [], ["–"] * len(rollups.KINDS)
                for kind in Attention:
                    url = self.listed(attention=kind.value, **narrowed)
                    number = counted[kind, owner]
                    counts.append(figures.count(number, url, kind.value) if number else "–")
                if amounts := sums.get(None if owner is None else str(owner)):
                    url = self.listed(attention=Attention.LATE.value, **narrowed)
                    cells = [figures.total(amounts[kind], url) for kind in rollups.KINDS]
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
        )
        waiting = permissions.visible_to(self.request.user, Update.objects.filter(status=UpdateStatus.SUBMITTED))
        offered = seen.filter(evidence__status="offered").order_by().values("pk").distinct().count()
        listed, updates = reverse("obligation-list"), reverse("update-list")
        time = time_suffix(self.request.GET).replace("?", "&", 1)
        for label, number, url in (
            (_("Obligations of investors overdue"), numbers["owed"], f"{listed}?state=overdue&side=investor{time}"),
            (_("Obligations of the region overdue"), numbers["ours"], f"{listed}?state=overdue&side=region{time}"),
            (_("Obligations due soon"), numbers["due"], f"{listed}?state=due{time}"),
            (_("Obligations whose evidence waits for a decision"), offered, f"{listed}?evidence=1{time}"),
            (_("Updates waiting for approval"), waiting.count(), f"{updates}?status=submitted{time}"),
        ):
            yield label, figures.count(number, url, "rows")
