"""The timeline: plan and actual of each project side by side, with all that is dated about it."""

from projects import agenda, paging
from projects.dashboards.board import Board


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
        return super().get_context_data(**kwargs) | {
            "drawing": agenda.Drawing(page.rows, events),
            "of_programmes": [agenda.entry(event) for event in events if not event.references],
            "next_url": page.next_cursor and self.address(after=page.next_cursor, before=None),
            "previous_url": page.previous_cursor and self.address(before=page.previous_cursor, after=None),
        }
