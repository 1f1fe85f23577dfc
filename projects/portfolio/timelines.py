"""The timeline of one project: a page of its own, which the project's page brings in after itself."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import agenda
from projects.columns.base import time_suffix
from projects.models import Project
from projects.portfolio.lists import SignedIn
from projects.portfolio.project_pages import visible_project


class ProjectTimeline(SignedIn, TemplateView):
    """Plan and actual, milestones, stages, shipments, obligations, visits, problems; those of its programme too."""

    template_name = "portfolio/timeline.html"

    def get_context_data(self, **kwargs):
        project = visible_project(self.request.user, self.kwargs["reference"])
        events = agenda.events(Project.objects.filter(pk=project.pk))
        address = project.get_absolute_url() + time_suffix(self.request.GET)
        return super().get_context_data(**kwargs) | {
            "project": project,
            "drawing": agenda.Drawing([project], events),
            "of_programme": [agenda.entry(event) for event in events if not event.references],
            "breadcrumbs": [(reverse("project-list"), _("Projects")), (address, project)],
        }
