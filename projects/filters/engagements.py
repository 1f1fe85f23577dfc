"""The query strings of engagements and of what came out of them."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from projects.filters.base import (
    DayFilter,
    FlagFilter,
    SearchFilter,
)
from projects.filters.parts import (
    NAMES,
    NounFilterSet,
    OneOfTwoFilter,
    RowsFilter,
    by_choice,
    by_organisation,
    by_place,
    by_programme,
    by_project,
    by_sector,
)
from projects.models import (
    Agreement,
    Engagement,
    Lead,
    Participation,
    Person,
)
from projects.models.choices import (
    AgreementKind,
    EngagementKind,
    LeadStage,
    ParticipantRole,
)
from projects.models.engagements import ENGAGEMENT_SEARCH, LEAD_SEARCH
from projects.models.functions import Fold


def took_part(**conditions):
    return Exists(Participation.objects.filter(engagement=OuterRef("pk"), **conditions))


class EngagementFilterSet(NounFilterSet):
    places = ("place",)

    q = SearchFilter(ENGAGEMENT_SEARCH)
    kind = by_choice("kind", EngagementKind, _("Kind"))
    place = by_place("place", _("Place"))
    sector = by_sector()
    programme = by_programme()
    project = by_project(
        lambda references: Exists(
            Engagement.projects.through.objects.filter(engagement=OuterRef("pk"), project__reference__in=references)
        )
    )
    organisation = by_organisation(lambda ids: took_part(organisation__in=ids), _("Organisation"))
    person = RowsFilter(
        lambda ids: took_part(person__in=ids), label=_("Person"), queryset=Person.objects.all(), to_field_name="id"
    )
    support = by_organisation(
        lambda ids: took_part(organisation__in=ids, role=ParticipantRole.SUPPORT), _("Supported by")
    )
    held_after = DayFilter(field_name="held_on", lookup_expr="gte", label=_("Held from"))
    held_before = DayFilter(field_name="held_on", lookup_expr="lte", label=_("Held to"))
    undated = FlagFilter(lambda: Q(held_on__isnull=True), label=_("Without a date"))
    place__empty = FlagFilter(lambda: Q(place__isnull=True), label=_("Place"))

    class Meta:
        model = Engagement
        fields = []


class LeadFilterSet(NounFilterSet):
    places = ("place",)

    q = SearchFilter(LEAD_SEARCH)
    stage = by_choice("stage", LeadStage, _("Stage"))
    sector = by_sector()
    place = by_place("place", _("Province or country"))
    engagement = RowsFilter(
        lambda ids: Q(engagement__in=ids),
        label=_("Came out of"),
        queryset=Engagement.objects.all(),
        to_field_name="id",
    )
    organisation = by_organisation(lambda ids: Q(organisation__in=ids), _("Organisation"))
    converted = OneOfTwoFilter(Q(converted_to__isnull=False), label=_("Became a project"))

    class Meta:
        model = Lead
        fields = []


class AgreementFilterSet(NounFilterSet):
    q = SearchFilter(Fold(*NAMES))
    kind = by_choice("kind", AgreementKind, _("Kind"))
    programme = by_programme()
    project = by_project(lambda references: Q(project__reference__in=references))
    without_document = FlagFilter(lambda: Q(document__isnull=True), label=_("Without a document"))

    class Meta:
        model = Agreement
        fields = []
