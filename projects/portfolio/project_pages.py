"""The pages of one project and of one programme."""

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import deliveries, figures, permissions
from projects.columns.base import time_suffix
from projects.filters.base import changed
from projects.memory import OfProjects, remembered_of_projects
from projects.models import Amount, Obligation, Programme, Project, ProjectLink, Shipment, Update
from projects.models.shipments import with_forecast
from projects.portfolio import kinds, papers, readiness
from projects.portfolio.lists import SignedIn, day_of
from projects.portfolio.sections import section_maker, shown_amounts


def visible_project(user, reference):
    """The project of a reference that the user may see. Raises: Http404."""
    related = ("main_sector__parent", "place__parent", "stage", "programme", "curator", "department")
    return get_object_or_404(
        permissions.visible_to(user, Project.objects.select_related(*related)), reference=reference
    )


def _containers(shipments, request, **chosen):
    """How far the containers of these shipments have come, linked to the list of them."""
    url = reverse("shipment-list") + changed(request.GET, **chosen)
    return figures.containers(deliveries.tally(shipments.all()), url)


class ProjectPage(SignedIn, TemplateView):
    """Everything about one project, each figure with its source."""

    template_name = "portfolio/project.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        asked = self.kwargs["reference"], permissions.reader(user)
        project = remembered_of_projects(("project", *asked), self.found)
        may_change = permissions.may_change(user, project)
        key = "project's page", *asked, may_change, time_suffix(self.request.GET)
        frame = super().get_context_data(**kwargs) | {
            "project": project,
            "papers": papers.links(kinds.PROJECT, project),
            "may_change": may_change,
            "may_report": permissions.may_change(user, Update(project=project, author=user)),
            "breadcrumbs": [(reverse("project-list"), _("Projects"))],
        }
        return frame | {"parts": remembered_of_projects(key, lambda: self.rendered(project, may_change))}

    def found(self):
        project = visible_project(self.request.user, self.kwargs["reference"])
        return OfProjects(project, frozenset({project.pk}))

    def rendered(self, project, may_change):
        """All below the heading, with the projects that it tells of: this one, and those beside which it stands."""
        html = render_to_string("portfolio/_project.html", self.told(project, may_change), self.request)
        linked = ProjectLink.objects.filter(from_project=project).values_list("to_project", flat=True)
        money = Amount.objects.filter(Q(project=project) | Q(candidates=project))
        whole = money.values_list("included_in__project", flat=True)
        return OfProjects(html, frozenset({project.pk, *linked, *whole} - {None}))

    def told(self, project, may_change):
        """The context of all that the page tells below its heading."""
        updates = permissions.visible_to(self.request.user, Update.objects.filter(project=project))
        return {
            "project": project,
            "day": day_of(self.request),
            "containers": _containers(project.shipments, self.request, project=project.reference),
            "further_sectors": project.further_sectors.select_related("sector"),
            "sections": self.sections(project, section_maker(project.reference, may_change)),
            "timeline_url": reverse("project-timeline", args=[project.reference]) + time_suffix(self.request.GET),
            "ahead": readiness.ahead(project, self.request.user, may_change=may_change),
            "updates": updates.select_related("author")[:5],
            "may_change": may_change,
        }

    def sections(self, project, section):
        user, day = self.request.user, day_of(self.request)
        sourced = "statement__source"
        amounts = shown_amounts(user)
        shipments = Shipment.objects.select_related(sourced, "unit", "same_as")
        obligations = Obligation.objects.with_state(day).select_related(sourced, "kind", "unit")
        return [
            section(
                "money",
                _("Money"),
                "_amounts",
                amounts.filter(project=project),
                "amount",
                amounts.filter(candidates=project),
            ),
            section(
                "observations",
                _("Capacity, output, jobs"),
                "_observations",
                project.observations.select_related(sourced, "metric", "unit"),
                "observation",
                project.candidate_observations.select_related(sourced, "metric", "unit"),
            ),
            section(
                "parties",
                _("Parties"),
                "_parties",
                project.parties.select_related(sourced, "organisation__country"),
                "party",
                project.candidate_parties.select_related(sourced, "organisation__country"),
            ),
            section(
                "milestones",
                _("Milestones"),
                "_milestones",
                with_forecast(
                    project.milestones.select_related(sourced, "kind", "document__document_type"),
                    day,
                ),
                "milestone",
            ),
            section(
                "stages",
                _("Stage log"),
                "_stages",
                project.stage_changes.select_related(sourced, "stage", "document__document_type"),
                "stage",
            ),
            section("problems", _("Problems"), "_problems", project.problems.select_related("owner"), "problem"),
            section(
                "obligations",
                _("Obligations"),
                "_obligations",
                obligations.filter(project=project),
                "obligation",
            ),
            section("shipments", _("Shipments"), "_shipments", shipments.filter(projects=project)),
            section(
                "links",
                _("Links to other projects"),
                "_links",
                project.links.select_related(sourced, "to_project"),
                "link",
            ),
            section(
                "documents",
                _("Documents"),
                "_documents",
                permissions.visible_to(user, project.documents.select_related("document__document_type")),
                "document",
            ),
        ]


class ProgrammePage(SignedIn, TemplateView):
    template_name = "portfolio/programme.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        programme = get_object_or_404(Programme.objects.select_related("consortium"), code=self.kwargs["code"])
        sourced = "statement__source"
        amounts = shown_amounts(user).filter(programme=programme)
        projects = list(
            permissions.visible_to(user, programme.projects.select_related("main_sector", "stage")).order_by(
                "reference"
            )
        )
        named = sum(not project.is_placeholder for project in projects)

        may_change = permissions.may_change(user, programme)
        section = section_maker(programme.code, may_change)

        return super().get_context_data(**kwargs) | {
            "programme": programme,
            "day": day_of(self.request),
            "containers": _containers(programme.shipments, self.request, programme=programme.code),
            "named": named,
            "unnamed": len(projects) - named,
            "sector_mentions": programme.sector_mentions.select_related(sourced, "sector", "alternative"),
            "sections": [
                section("money", _("Money"), "_amounts", amounts, "programme-amount"),
                section(
                    "observations",
                    _("Declared figures"),
                    "_observations",
                    programme.observations.select_related(sourced, "metric", "unit"),
                    "programme-observation",
                ),
                section(
                    "parties",
                    _("Parties"),
                    "_parties",
                    programme.parties.select_related(sourced, "organisation__country"),
                    "programme-party",
                ),
                section("projects", _("Projects"), "_projects", projects),
                section(
                    "milestones",
                    _("Milestones"),
                    "_milestones",
                    with_forecast(
                        programme.milestones.select_related(sourced, "kind", "document__document_type"),
                        day_of(self.request),
                    ),
                    "programme-milestone",
                ),
                section(
                    "obligations",
                    _("Obligations"),
                    "_obligations",
                    programme.obligations.with_state(day_of(self.request)).select_related(sourced, "kind", "unit"),
                    "programme-obligation",
                ),
                section(
                    "shipments",
                    _("Shipments"),
                    "_shipments",
                    programme.shipments.select_related(sourced, "unit", "same_as"),
                ),
                section("engagements", _("Engagements"), "_engagements", programme.engagements.all()),
                section(
                    "agreements",
                    _("Agreements"),
                    "_agreements",
                    programme.agreements.select_related(sourced, "document__document_type"),
                ),
                section(
                    "documents",
                    _("Documents"),
                    "_documents",
                    permissions.visible_to(user, programme.attachments.select_related("document__document_type")),
                    "programme-attachment",
                ),
            ],
            "papers": papers.links(kinds.PROGRAMME, programme),
            "may_change": may_change,
            "breadcrumbs": [(reverse("project-list"), _("Projects")), (reverse("programme-list"), _("Programmes"))],
        }
