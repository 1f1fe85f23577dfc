"""Lists and pages of every noun beside projects."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from projects import actions, filters, permissions, reports, rollups
from projects.columns import nouns as columns
from projects.forms.base import REFUSED_BY_DATABASE, text_of
from projects.models import (
    Agreement,
    Amount,
    Attachment,
    Engagement,
    Lead,
    Organisation,
    Programme,
    Project,
    Sector,
    Source,
    Statement,
    Update,
)
from projects.models.choices import UpdateStatus
from projects.portfolio import papers
from projects.portfolio.edit import SeeOther
from projects.portfolio.kinds import CHILDREN, ENGAGEMENT, INVESTOR
from projects.portfolio.lists import ListPage, SignedIn, day_of
from projects.portfolio.sections import section_maker, shown_amounts

SOURCED = "statement__source"


class InvestorList(ListPage):
    model = Organisation
    filterset = filters.InvestorFilterSet
    columns = columns.by_name(columns.INVESTORS)
    default_sort = "name"
    export_name = "investor-export"
    heading = gettext_lazy("Investors")
    add_url_name = "investor-new"

    def listed(self, rows):
        return rows.select_related("country", "province", "local_entity")


class ProgrammeList(ListPage):
    model = Programme
    filterset = filters.ProgrammeFilterSet
    columns = columns.by_name(columns.PROGRAMMES)
    default_sort = "name"
    export_name = "programme-export"
    heading = gettext_lazy("Programmes")


class SourceList(ListPage):
    model = Source
    filterset = filters.SourceFilterSet
    columns = columns.by_name(columns.SOURCES)
    default_sort = "-published"
    export_name = "source-export"
    heading = gettext_lazy("Sources")
    lead = gettext_lazy("Every figure of the register rests on a statement of one of these.")
    add_url_name = "source-new"

    def listed(self, rows):
        counted = permissions.statements_counted(self.request.user)
        return rows.select_related("publisher").annotate(statement_count=counted)


class EngagementList(ListPage):
    model = Engagement
    filterset = filters.EngagementFilterSet
    columns = columns.by_name(columns.ENGAGEMENTS)
    default_sort = "-held"
    export_name = "engagement-export"
    template_name = "portfolio/engagements.html"
    heading = gettext_lazy("Engagements")
    lead = gettext_lazy("Visits, talks, meetings and ceremonies, and what came out of them.")
    add_url_name = "engagement-new"

    def listed(self, rows):
        return rows.select_related(SOURCED, "place", "sector")


class LeadList(ListPage):
    model = Lead
    filterset = filters.LeadFilterSet
    columns = columns.by_name(columns.LEADS)
    default_sort = "name"
    export_name = "lead-export"
    heading = gettext_lazy("Leads")
    lead = gettext_lazy("Areas of interest that may become projects.")
    add_url_name = "lead-new"

    def listed(self, rows):
        return rows.select_related(SOURCED, "place", "sector", "engagement", "converted_to")


class AgreementList(ListPage):
    model = Agreement
    filterset = filters.AgreementFilterSet
    columns = columns.by_name(columns.AGREEMENTS)
    default_sort = "name"
    export_name = "agreement-export"
    heading = gettext_lazy("Agreements")

    def listed(self, rows):
        return rows.select_related(SOURCED, "engagement", "document__document_type")


class StatementList(ListPage):
    model = Statement
    filterset = filters.StatementFilterSet
    columns = columns.by_name(columns.STATEMENTS)
    default_sort = "code"
    export_name = "statement-export"
    heading = gettext_lazy("Statements")
    lead = gettext_lazy("What the sources say, in our own words. Every figure rests on one of these.")

    def listed(self, rows):
        return rows.select_related("source", "speaker")


class UpdateList(ListPage):
    model = Update
    filterset = filters.UpdateFilterSet
    columns = columns.by_name(columns.UPDATES)
    default_sort = "-created"
    export_name = "update-export"
    heading = gettext_lazy("Updates")

    def listed(self, rows):
        return rows.select_related("project", "author", "period", "holder")


class SectorPage(SignedIn, TemplateView):
    """The sector tree with the projects and money of each; sums use the main sector, so that parts add up."""

    template_name = "portfolio/sectors.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        chosen = filters.ProjectFilterSet(self.request.GET, user=user)
        portfolio = rollups.Portfolio(
            chosen.rows(),
            amounts=permissions.visible_to(user, Amount.objects.all()),
            statements=False,
            state=chosen.state,
        )
        by_parent = {line.key: line for line in portfolio.by("sector")}
        by_child = {line.key: line for line in portfolio.by("subsector")}
        listed = reverse("project-list")

        def entry(sector, lines):
            return sector, lines.get(sector.pk), f"{listed}{chosen.query(main_sector=sector.pk)}"

        parents = Sector.objects.filter(parent__isnull=True).prefetch_related("children")
        return super().get_context_data(**kwargs) | {
            "tree": [
                (*entry(parent, by_parent), [entry(child, by_child) for child in parent.children.all()])
                for parent in parents
            ],
            "without": by_parent.get(None),
            "without_url": f"{listed}{chosen.query(sector__empty=1)}",
            "unallocated": portfolio.unallocated,
        }


class RecordPage(SignedIn, TemplateView):
    """One record: facts above, sections below. A subclass gives `record()`, `facts()` and `sections()`."""

    template_name = "portfolio/record.html"
    list_heading = None
    paper_kind = None  # where there is a brief of such records
    key = "pk"

    def get_context_data(self, **kwargs):
        record = get_object_or_404(
            permissions.visible_to(self.request.user, self.rows()), **{self.key: self.kwargs[self.key]}
        )
        self.may_change = permissions.may_change(self.request.user, record)
        self.section = section_maker(self.kwargs[self.key], self.may_change)
        address = [self.kwargs[self.key]]
        return super().get_context_data(**kwargs) | {
            "record": record,
            "facts_template": f"portfolio/_facts_{self.noun}.html",
            "sections": [*self.sections(record), *self.attachments(record)],
            "edit_url": reverse(f"{self.noun}-edit", args=address) if self.may_change else "",
            "history_url": reverse(f"{self.noun}-history", args=address),
            "papers": papers.links(self.paper_kind, record) if self.paper_kind else (),
            "breadcrumbs": [(reverse(f"{self.noun}-list"), self.list_heading)],
            "day": day_of(self.request),
        }

    def attachments(self, record):
        """The documents that hang on the record itself, where such records have some."""
        kind = next((kind for kind in CHILDREN if kind.name == f"{self.noun}-attachment"), None)
        if kind is not None:
            rows = Attachment.objects.filter(**{kind.parent_field: record}).select_related("document__document_type")
            rows = permissions.visible_to(self.request.user, rows)
            yield self.section("documents", _("Documents"), "_documents", rows, kind.name)


class InvestorPage(RecordPage):
    noun, list_heading = "investor", gettext_lazy("Investors")
    paper_kind = INVESTOR

    def get_context_data(self, **kwargs):
        url = reverse("investor-compliance", args=[self.kwargs["pk"]])
        return super().get_context_data(**kwargs) | {"compliance_url": url}

    def rows(self):
        return Organisation.objects.select_related("country", "province", "parent", "local_entity")

    def sections(self, record):
        user = self.request.user
        projects = permissions.visible_to(
            user, Project.objects.filter(parties__organisation=record).select_related("main_sector", "stage").distinct()
        )
        perhaps = permissions.visible_to(
            user,
            Project.objects.filter(candidate_parties__organisation=record)
            .select_related("main_sector", "stage")
            .distinct(),
        )
        amounts = shown_amounts(user).filter(payer=record)
        return [
            self.section("projects", _("Projects"), "_projects", projects, possible=perhaps),
            self.section("money", _("Money"), "_amounts", amounts),
            self.section(
                "parties", _("Roles"), "_parties", record.parties.select_related(SOURCED, "organisation__country")
            ),
            self.section(
                "obligations",
                _("Obligations"),
                "_obligations",
                record.obligations.with_state(day_of(self.request)).select_related(SOURCED, "kind", "unit"),
                "investor-obligation",
            ),
            self.section(
                "engagements",
                _("Engagements"),
                "_engagements",
                Engagement.objects.filter(participations__organisation=record).distinct(),
            ),
            self.section(
                "agreements",
                _("Agreements"),
                "_agreements",
                record.agreements.select_related(SOURCED, "document__document_type"),
            ),
        ]


class SourcePage(RecordPage):
    noun, list_heading, key = "source", gettext_lazy("Sources"), "code"

    def get_context_data(self, **kwargs):
        try:
            return super().get_context_data(**kwargs)
        except Http404:
            if Source.objects.filter(code=self.kwargs["code"]).exists():  # facts that all may see still lead here
                raise PermissionDenied(_("This source is a confidential document.")) from None
            raise

    def rows(self):
        return Source.objects.select_related("publisher", "photo_credit")

    def sections(self, record):
        statements = permissions.visible_to(self.request.user, Statement.objects.filter(source=record))
        statements = statements.select_related("speaker").prefetch_related("contradicts__source")
        return [self.section("statements", _("Statements"), "_statements", statements, "statement")]


class EngagementPage(RecordPage):
    noun, list_heading = "engagement", gettext_lazy("Engagements")
    paper_kind = ENGAGEMENT

    def rows(self):
        return Engagement.objects.select_related(SOURCED, "place__parent", "sector", "programme")

    def sections(self, record):
        took_part = record.participations.select_related("person", "organisation")
        speakers = took_part.order_by().values("person")
        said = Statement.objects.filter(source__statements=record.statement_id, speaker__in=speakers)
        said = permissions.visible_to(self.request.user, said)
        return [
            self.section("participants", _("Participants"), "_participants", took_part, "participation"),
            self.section(
                "said", _("Words of participants in this source"), "_said", said.select_related("source", "speaker")
            ),
            self.section(
                "agreements",
                _("Agreements"),
                "_agreements",
                record.agreements.select_related(SOURCED, "document__document_type"),
            ),
            self.section("leads", _("Leads"), "_leads", record.leads.select_related(SOURCED, "converted_to")),
            self.section(
                "obligations",
                _("Obligations"),
                "_obligations",
                record.obligations.with_state(day_of(self.request)).select_related(SOURCED, "kind", "unit"),
            ),
            self.section(
                "decisions",
                _("Decisions"),
                "_decisions",
                record.action_items.select_related("owner", "organisation"),
                "action-item",
            ),
        ]


class LeadPage(RecordPage):
    template_name = "portfolio/lead.html"
    noun, list_heading = "lead", gettext_lazy("Leads")

    def rows(self):
        return Lead.objects.select_related(SOURCED, "sector", "place", "engagement", "organisation", "converted_to")

    def sections(self, record):
        return []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"may_convert": actions.may_convert(self.request.user, context["record"])}


class LeadConversion(SignedIn, View):
    """A lead becomes a project, and the person goes on with it."""

    http_method_names = ["post", "options"]

    def post(self, request, pk):
        lead = get_object_or_404(permissions.visible_to(request.user, Lead.objects.all()), pk=pk)
        if not permissions.may_change(request.user, lead):
            raise PermissionDenied(permissions.refusal(request.user, lead))
        try:
            project = actions.convert_lead(by=request.user, lead=lead)
        except (actions.Refused, *REFUSED_BY_DATABASE) as refusal:
            messages.error(request, text_of(refusal, Project))
            return SeeOther(lead.get_absolute_url())
        messages.success(request, _("The lead became the project %(reference)s.") % {"reference": project.reference})
        return SeeOther(reverse("project-edit", args=[project.reference]))


class AgreementPage(RecordPage):
    noun, list_heading = "agreement", gettext_lazy("Agreements")

    def rows(self):
        return Agreement.objects.select_related(
            SOURCED, "document__document_type", "engagement", "programme", "project"
        )

    def sections(self, record):
        obligations = record.obligations.with_state(day_of(self.request)).select_related(SOURCED, "kind", "unit")
        return [self.section("obligations", _("Obligations"), "_obligations", obligations)]


class UpdatePage(RecordPage):
    noun, list_heading = "update", gettext_lazy("Updates")
    template_name = "portfolio/update.html"

    def rows(self):
        people = ("author", "reviewer", "holder__staff_member__delegate")
        return Update.objects.select_related("project", "period", *people)

    def sections(self, record):
        return []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        record = context["record"]
        may_review = record.status == UpdateStatus.SUBMITTED and permissions.may_review(self.request.user, record)
        next_step = _("Correct and send again") if record.status == UpdateStatus.RETURNED else ""
        return context | {
            "may_review": may_review,
            "told": reports.told(record, self.request.user),
            "edit_label": next_step,
        }
