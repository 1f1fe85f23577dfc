"""The query strings of the other lists: one FilterSet a noun, for its page, its exports and the API."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects import permissions
from projects.filters.base import (
    ChoicesFilter,
    CodesFilter,
    DayFilter,
    DayFlagFilter,
    FlagFilter,
    MissingFilter,
    SearchFilter,
)
from projects.filters.parts import (
    DESCRIPTIONS,
    NAMES,
    NounFilterSet,
    PlacesFilter,
    RowsFilter,
    by_choice,
    by_organisation,
    by_place,
    by_programme,
    by_project,
    either,
    of_organisations,
    of_programmes,
    of_projects,
    search_in,
)
from projects.filters.projects import in_sectors
from projects.models import (
    Currency,
    ExchangeRate,
    Indicator,
    Instrument,
    Investor,
    Metric,
    Obligation,
    ObligationKind,
    Organisation,
    Person,
    Place,
    Programme,
    Project,
    ProjectParty,
    ReportingPeriod,
    Sector,
    Shipment,
    Source,
    Statement,
    Unit,
    Update,
)
from projects.models.choices import (
    BudgetLevel,
    Certainty,
    Frequency,
    ObligationBasis,
    ObligationState,
    OrganisationKind,
    PartyRole,
    PlaceKind,
    ShipmentStatus,
    Side,
    SourceKind,
    StatementKind,
    Strength,
    UpdateStatus,
)
from projects.models.codelists import PLACE_SEARCH, SECTOR_SEARCH
from projects.models.functions import Fold
from projects.models.obligations import waiting_evidence
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.sources import STATEMENT_SEARCH

# Organisations


def invests_in(**conditions):
    """The organisation (outer row) is an investor of such a project or programme."""
    return Exists(ProjectParty.objects.filter(organisation=OuterRef("pk"), role=PartyRole.INVESTOR, **conditions))


class OrganisationFilterSet(NounFilterSet):
    places = ("country", "province")

    q = SearchFilter(ORGANISATION_SEARCH)
    kind = by_choice("kind", OrganisationKind, _("Kind"))
    country = PlacesFilter("country", _("Country"), Place.objects.filter(kind=PlaceKind.COUNTRY), within=False)
    province = PlacesFilter(
        "province",
        _("Region or province"),
        Place.objects.filter(kind__in=[PlaceKind.PROVINCE, PlaceKind.REGION]),
        within=False,
    )
    programme = by_programme(
        lambda codes: invests_in(programme__code__in=codes) | invests_in(project__programme__code__in=codes)
    )
    project = by_project(lambda references: invests_in(project__reference__in=references))
    sector = CodesFilter(
        lambda codes: invests_in(project__in=Project.objects.filter(in_sectors(codes)).values("pk")),
        label=_("Sector of their projects"),
        queryset=Sector.objects.all(),
    )
    missing = MissingFilter(Organisation)

    class Meta:
        model = Organisation
        fields = []


class InvestorFilterSet(OrganisationFilterSet):
    class Meta:
        model = Investor
        fields = []


# Code lists


class SectorFilterSet(NounFilterSet):
    q = SearchFilter(SECTOR_SEARCH)
    parent = CodesFilter(lambda codes: Q(parent__in=codes), label=_("Parent sector"), queryset=Sector.objects.all())

    class Meta:
        model = Sector
        fields = []


class PlaceFilterSet(NounFilterSet):
    places = ("parent",)

    q = SearchFilter(PLACE_SEARCH)
    kind = by_choice("kind", PlaceKind, _("Kind"))
    parent = CodesFilter(lambda codes: Q(parent__in=codes), label=_("Part of"), queryset=Place.objects.all())

    class Meta:
        model = Place
        fields = []


class RateFilterSet(NounFilterSet):
    q = SearchFilter(
        Fold("currency__code", "currency__name_kk", "currency__name_ru", "currency__name_en", "currency__name_zh_hans")
    )
    currency = CodesFilter(lambda codes: Q(currency__in=codes), label=_("Currency"), queryset=Currency.objects.all())
    day_after = DayFilter(field_name="day", lookup_expr="gte", label=_("Day from"))
    day_before = DayFilter(field_name="day", lookup_expr="lte", label=_("Day to"))

    class Meta:
        model = ExchangeRate
        fields = []


class ProgrammeFilterSet(NounFilterSet):
    q = SearchFilter(Fold("code", *NAMES, *DESCRIPTIONS))

    class Meta:
        model = Programme
        fields = []


# Updates and obligations


class UpdateFilterSet(NounFilterSet):
    people = ("author",)

    q = SearchFilter(Fold("narrative"), of_projects)
    project = by_project(lambda references: Q(project__reference__in=references))
    status = by_choice("status", UpdateStatus, _("Status"))
    author = CodesFilter(
        lambda names: Q(author__username__in=names),
        label=_("Author"),
        queryset=get_user_model().objects.all(),
        to_field_name="username",
    )
    period = CodesFilter(
        lambda ids: Q(period__in=ids),
        label=_("Reporting period"),
        queryset=ReportingPeriod.objects.all(),
        to_field_name="id",
    )

    class Meta:
        model = Update
        fields = []

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        super().__init__(data, queryset, user=user, **kwargs)
        # Authors of what the reader may see, so that the choices give nobody else's name away.
        authors = permissions.visible_to(user, Update.objects.all()).order_by().values("author")
        self.filters["author"].queryset = get_user_model().objects.filter(
            Q(pk__in=authors) | Q(pk=getattr(user, "pk", None))
        )


def _subject_invested_in(ids):
    """Obligations of these organisations, or of projects that they invest in."""
    theirs = ProjectParty.objects.filter(organisation__in=ids, role=PartyRole.INVESTOR, project__isnull=False)
    return Q(organisation__in=ids) | Q(project__in=theirs.values("project"))


class ObligationFilterSet(NounFilterSet):
    """Rows carry their state on the day: see `with_state`."""

    people = ("owner",)

    q = SearchFilter(
        Fold(*DESCRIPTIONS, "clause"),
        either(search_in(ObligationKind, Fold("code", *NAMES), "kind"), of_projects, of_programmes, of_organisations),
    )
    kind = CodesFilter(lambda codes: Q(kind__in=codes), label=_("Kind"), queryset=ObligationKind.objects.all())
    side = by_choice("side", Side, _("Who owes"))
    strength = by_choice("strength", Strength, _("Strength"))
    basis = by_choice("basis", ObligationBasis, _("Basis"))
    state = by_choice("state", ObligationState, _("State"))
    programme = by_programme(lambda codes: Q(programme__code__in=codes) | Q(project__programme__code__in=codes))
    project = by_project(lambda references: Q(project__reference__in=references))
    investor = by_organisation(_subject_invested_in, _("Investor"))
    turn = by_choice("turn", Side, _("Whose turn"))
    responsible = by_organisation(lambda ids: Q(responsible__in=ids), _("Responsible body"))
    owner = CodesFilter(
        lambda names: Q(owner__username__in=names),
        label=_("Responsible person"),
        queryset=get_user_model().objects.all(),
        to_field_name="username",
    )
    instrument = CodesFilter(
        lambda codes: Q(instrument__in=codes), label=_("Instrument"), queryset=Instrument.objects.all()
    )
    metric = CodesFilter(lambda codes: Q(metric__in=codes), label=_("What is measured"), queryset=Metric.objects.all())
    metric__empty = FlagFilter(lambda: Q(metric__isnull=True), label=_("What is measured"))
    unit = CodesFilter(lambda codes: Q(unit__in=codes), label=_("Unit"), queryset=Unit.objects.all())
    frequency = by_choice("frequency", Frequency, _("Frequency"))
    budget = by_choice("budget_level", BudgetLevel, _("Budget that counts"))
    budget__empty = FlagFilter(lambda: Q(budget_level=""), label=_("Budget that counts"))
    due_after = DayFilter(field_name="deadline", lookup_expr="gte", label=_("Deadline from"))
    due_before = DayFilter(field_name="deadline", lookup_expr="lte", label=_("Deadline to"))
    evidence = DayFlagFilter(lambda day: Exists(waiting_evidence(day)), label=_("Evidence waits for a decision"))
    missing = MissingFilter(Obligation)

    class Meta:
        model = Obligation
        fields = []

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        super().__init__(data, queryset, user=user, **kwargs)
        self.queryset = self.queryset.with_state(self.day)
        owners = get_user_model().objects.filter(Q(owned_obligations__isnull=False) | Q(pk=getattr(user, "pk", None)))
        self.filters["owner"].queryset = owners.distinct()


# Shipments


class ShipmentFilterSet(NounFilterSet):
    """Rows carry how late they are on the day: see `with_days_late`."""

    places = ("origin", "destination")

    q = SearchFilter(Fold(*NAMES, "waybill"), of_programmes)
    status = by_choice("status", ShipmentStatus, _("Status"))
    programme = by_programme()
    project = by_project(
        lambda references: Exists(
            Shipment.projects.through.objects.filter(shipment=OuterRef("pk"), project__reference__in=references)
        )
    )
    origin = by_place("origin", pgettext_lazy("of a shipment", "From"))
    destination = by_place("destination", pgettext_lazy("of a shipment", "To"))
    late = FlagFilter(lambda: Q(days_late__gt=0), label=_("Later than planned"))

    class Meta:
        model = Shipment
        fields = []

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        super().__init__(data, queryset, user=user, **kwargs)
        self.queryset = self.queryset.with_days_late(self.day)


# Indicators and sources


class IndicatorFilterSet(NounFilterSet):
    places = ("place",)

    q = SearchFilter(Fold("code", *NAMES, *DESCRIPTIONS))
    place = by_place("place", _("Place"))

    class Meta:
        model = Indicator
        fields = []


class SourceFilterSet(NounFilterSet):
    q = SearchFilter(Fold("code", "title_kk", "title_ru", "title_en", "title_zh_hans", "url"))
    kind = by_choice("kind", SourceKind, _("Kind"))
    language = ChoicesFilter(
        lambda values: Q(language__in=values), label=_("Language of the original"), choices=settings.LANGUAGES
    )
    publisher = by_organisation(lambda ids: Q(publisher__in=ids), _("Publisher"))
    undated = FlagFilter(lambda: Q(published_on__isnull=True), label=_("Without a date"))

    class Meta:
        model = Source
        fields = []


class StatementFilterSet(NounFilterSet):
    q = SearchFilter(STATEMENT_SEARCH)
    source = RowsFilter(lambda codes: Q(source__code__in=codes), label=_("Source"), queryset=Source.objects.all())
    kind = by_choice("kind", StatementKind, _("Kind"))
    certainty = by_choice("certainty", Certainty, _("Certainty"))
    speaker = RowsFilter(
        lambda ids: Q(speaker__in=ids), label=_("Speaker"), queryset=Person.objects.all(), to_field_name="id"
    )

    class Meta:
        model = Statement
        fields = []

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        super().__init__(data, queryset, user=user, **kwargs)
        self.filters["source"].queryset = permissions.visible_to(user, Source.objects.all())
