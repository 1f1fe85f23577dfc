"""The timeline: plan and actual of each project side by side, with all that is dated about it."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from projects import agenda, paging
from projects.dashboards.board import Board, dated

WIDTH = 1000  # units of the drawing of a row


@dataclass
class Row:
    project: object
    plan: tuple | None
    actual: tuple | None
    marks: list
    events: list


class Timeline(Board):
    template_name = "dashboards/timeline.html"
    view_name = "timeline"

    def get_context_data(self, **kwargs):
        page = paging.paginate(
            self.rows().select_related("stage"),
            sort="reference",
            expression="reference",
            data=self.request.GET,
            size=paging.per_page(self.request.GET, 25),
        )
        chosen = [project.pk for project in page.rows]
        events = agenda.events(self.rows().filter(pk__in=chosen))
        days = [event.day for event in events]
        today = timezone.localdate()
        first = min([*days, today]).replace(month=1, day=1)
        last = max([*days, today]).replace(month=12, day=31)
        self.first, self.span = first, (last - first).days + 1
        of_all = [event for event in events if not event.references]
        return super().get_context_data(**kwargs) | {
            "years": [(year, self.at(datetime.date(year, 1, 1))) for year in range(first.year, last.year + 1)],
            "today_at": self.at(today),
            "rows": [self.row(project, events, today) for project in page.rows],
            "of_programmes": [dated(event) for event in of_all],
            "next_url": page.next_cursor and self.address(after=page.next_cursor, before=None),
            "previous_url": page.previous_cursor and self.address(before=page.previous_cursor, after=None),
        }

    def at(self, day):
        """Where a day lies on the drawing, from 0 to WIDTH."""
        return round(WIDTH * (day - self.first).days / self.span, 1)

    def row(self, project, events, today):
        mine = [event for event in events if project.reference in event.references]
        actual_end = project.commissioned_on or (today if project.started_on else None)
        return Row(
            project,
            self.bar(project.planned_start_on, project.planned_end_on),
            self.bar(project.started_on, actual_end),
            [(self.at(event.day), event) for event in mine],
            [dated(event) for event in mine],
        )

    def bar(self, start, end):
        """(left, width) of the bar between two days, or None where one is not known."""
        if not start or not end or end < start:
            return None
        left = self.at(start)
        return left, max(round(self.at(end) - left, 1), 2)
