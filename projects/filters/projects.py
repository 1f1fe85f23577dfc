"""The query string of the projects list and of every view of the same rows (map, totals, export, API)."""

from typing import NamedTuple

import django_filters
from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from projects import attention, permissions
from projects.attention import blocked_by_nobody_named, is_at_risk, is_overdue
from projects.filters.base import (
    CodesFilter,
    DayFilter,
    DayFlagFilter,
    FlagFilter,
    MissingFilter,
    MoneyFilter,
    RegisterFilterSet,
    SearchFilter,
    companions,
)
from projects.lacks import in_no_district
from projects.models import (
    Amount,
    Investor,
    Organisation,
    Place,
    Programme,
    Project,
    ProjectMoney,
    ProjectParty,
    ProjectSector,
    Sector,
    Stage,
)
from projects.models.base import EARLIEST, LATEST
from projects.models.choices import AmountKind, Attention, PartyRole, PlaceKind, ProjectStatus, StageGroup
from projects.models.codelists import PLACE_SEARCH
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.projects import PROJECT_SEARCH
from projects.rollups import KEPT_CURRENCY, KEPT_RATE, kept_columns
from projects.search import contains


def _has(model, **conditions):
    return Exists(model.objects.filter(project=OuterRef("pk"), **conditions))


def in_sectors(codes):
    below = Sector.objects.within(codes).values("code")
    return Q(main_sector__in=below) | _has(ProjectSector, sector__in=below)


def in_places(codes):
    return Q(place__in=Place.objects.within(codes).values("code"))


def with_investors(**conditions):
    return _has(ProjectParty, role=PartyRole.INVESTOR, **conditions)


def perhaps_of_investors(**conditions):
    """The projects that a source may mean where it names an investor, but not the project."""
    parties = ProjectParty.objects.filter(role=PartyRole.INVESTOR, candidates=OuterRef("pk"), **conditions)
    return Q(Exists(parties))


def found_elsewhere(word):
    """Keys of the projects whose parties, certain or possible, or whose place contain the word."""
    organisations = Organisation.objects.filter(contains(ORGANISATION_SEARCH, word)).values("pk")
    parties = ProjectParty.objects.filter(organisation__in=organisations).order_by()
    places = Place.objects.filter(contains(PLACE_SEARCH, word)).values("code")
    yield parties.filter(project__isnull=False).values("project")
    yield ProjectParty.candidates.through.objects.filter(projectparty__in=parties.values("pk")).values("project")
    yield Project.objects.filter(place__in=places).order_by().values("pk")


class AmountRange(MoneyFilter):
    """`announced_min` and its like: tenge at statement-date rates; projects without such a figure are left out."""

    def __init__(self, kind, comparison, **kwargs):
        super().__init__(**kwargs)
        self.kind, self.comparison = kind, comparison

    def filter(self, queryset, value):
        if value is None:
            return queryset
        seen = permissions.visible_to(self.parent.user, Amount.objects.all())
        columns = kept_columns(KEPT_CURRENCY, KEPT_RATE, seen)
        if columns is None:  # nothing may be seen
            return queryset.none()
        sums = ProjectMoney.objects.filter(project=OuterRef("pk"), kind=self.kind)
        return queryset.filter(Exists(sums.filter(**{f"{columns}value__{self.comparison}": value})))


class AttentionFilter(django_filters.ChoiceFilter):
    """Late, at risk, blocked or unanswered: what the action centre counts."""

    def __init__(self):
        super().__init__(choices=Attention.choices, label=_("Needs attention"))

    def filter(self, queryset, value):
        return queryset.filter(attention.condition(value, self.parent.day)) if value else queryset


class BlockedByFilter(CodesFilter):
    """Bodies that hold a project up: owners of open problems, or responsible for what the region owes."""

    def __init__(self):
        super().__init__(None, label=_("Held up by"), queryset=Organisation.objects.all(), to_field_name="id")

    def found(self, ids):
        return attention.blocked_by(ids, self.parent.day)


class CuratorFilter(CodesFilter):
    """User names; `me` is the reader."""

    def __init__(self, **kwargs):
        super().__init__(
            lambda names: Q(curator__username__in=names),
            queryset=get_user_model().objects.filter(curated_projects__isnull=False).distinct(),
            to_field_name="username",
            **kwargs,
        )


class PlaceholderFilter(django_filters.ChoiceFilter):
    CHOICES = [
        ("hide", _("named projects")),
        ("include", _("with those not named")),
        ("only", _("only those not named")),
    ]

    def __init__(self):
        super().__init__(choices=self.CHOICES, label=_("Projects not named in source"))

    def filter(self, queryset, value):
        if value == "include":
            return queryset
        return queryset.filter(is_placeholder=value == "only")


_COUNTRIES = Place.objects.filter(kind=PlaceKind.COUNTRY)
_PROVINCES = Place.objects.filter(kind__in=[PlaceKind.PROVINCE, PlaceKind.REGION])


_REGIONS = Place.objects.filter(kind=PlaceKind.REGION)
_DISTRICTS = Place.objects.filter(kind__in=[PlaceKind.DISTRICT, PlaceKind.CITY])
_YEARS = [(str(year), str(year)) for year in range(EARLIEST.year, LATEST.year)]


def _in_no_region():
    return Q(place__isnull=True) | ~Q(place__in=Place.objects.within(_REGIONS.values("code")).values("code"))


_FACETS = {
    **companions("sector", in_sectors, lambda: Q(main_sector__isnull=True), _("Sector"), queryset=Sector.objects.all()),
    **companions("place", in_places, lambda: Q(place__isnull=True), _("Place"), queryset=Place.objects.all()),
    **companions("region", in_places, _in_no_region, _("Region"), queryset=_REGIONS),
    **companions("district", in_places, in_no_district, _("District"), queryset=_DISTRICTS),
    **companions(
        "year",
        lambda years: Q(announced_on__year__in=years),
        lambda: Q(announced_on__isnull=True),
        _("Year of announcement"),
        choices=_YEARS,
    ),
    **companions(
        "stage",
        lambda codes: Q(stage__in=codes),
        lambda: Q(stage__isnull=True),
        _("Stage"),
        queryset=Stage.objects.all(),
    ),
    **companions(
        "stage_group",
        lambda values: Q(stage_group__in=values),
        lambda: Q(stage_group=StageGroup.UNKNOWN),
        _("Stage group"),
        choices=StageGroup.choices,
    ),
    **companions(
        "status",
        lambda values: Q(status__in=values),
        lambda: Q(status__isnull=True),
        _("Status"),
        choices=ProjectStatus.choices,
    ),
    **companions(
        "programme",
        lambda codes: Q(programme__code__in=codes),
        lambda: Q(programme__isnull=True),
        _("Programme"),
        queryset=Programme.objects.all(),
    ),
    **companions(
        "investor",
        lambda ids: with_investors(organisation__in=ids),
        lambda: ~with_investors(),
        _("Investor"),
        queryset=Investor.objects.all(),
        to_field_name="id",
    ),
    **companions(
        "investor_country",
        lambda codes: with_investors(organisation__country__in=codes),
        lambda: ~with_investors(organisation__country__isnull=False),
        _("Investor's country"),
        queryset=_COUNTRIES,
    ),
    **companions(
        "investor_province",
        lambda codes: with_investors(organisation__province__in=codes),
        lambda: ~with_investors(organisation__province__isnull=False),
        _("Investor's province"),
        queryset=_PROVINCES,
    ),
}


# Filters that ask what `memory.added_up` may be asked: what hangs on rows of single projects, and on no day.
IN_PARTS = {
    *_FACETS,
    "main_sector",
    "curator",
    "curator__not",
    "curator__empty",
    "announced_min",
    "announced_max",
    "committed_min",
    "committed_max",
    "disbursed_min",
    "disbursed_max",
    "starts_after",
    "starts_before",
    "department",
    "department__empty",
    "missing",
    "placeholders",
}


class Seen(NamedTuple):
    """Which projects somebody sees: by the roles, and by the filters chosen, each with its values."""

    roles: frozenset
    chosen: tuple

    @property
    def is_in_parts(self):
        return all(name in IN_PARTS for name, _values in self.chosen)


class ProjectFilterSet(RegisterFilterSet):
    q = SearchFilter(PROJECT_SEARCH, keys=found_elsewhere)
    locals().update(_FACETS)
    main_sector = CodesFilter(
        lambda codes: Q(main_sector__in=Sector.objects.within(codes).values("code")),
        label=_("Main sector"),
        queryset=Sector.objects.all(),
    )
    perhaps_investor = CodesFilter(
        lambda ids: perhaps_of_investors(organisation__in=ids),
        label=_("Possible investor"),
        queryset=Investor.objects.all(),
        to_field_name="id",
    )
    perhaps_country = CodesFilter(
        lambda codes: perhaps_of_investors(organisation__country__in=codes),
        label=_("Possible investor's country"),
        queryset=_COUNTRIES,
    )
    curator = CuratorFilter(label=_("Curator"))
    curator__not = CuratorFilter(label=_("Curator"), exclude=True)
    curator__empty = FlagFilter(lambda: Q(curator__isnull=True), label=_("Curator"))
    announced_min = AmountRange(AmountKind.ANNOUNCED, "gte", label=_("Announced from, ₸"))
    announced_max = AmountRange(AmountKind.ANNOUNCED, "lte", label=_("Announced to, ₸"))
    committed_min = AmountRange(AmountKind.COMMITTED, "gte", label=_("Committed from, ₸"))
    committed_max = AmountRange(AmountKind.COMMITTED, "lte", label=_("Committed to, ₸"))
    disbursed_min = AmountRange(AmountKind.DISBURSED, "gte", label=_("Disbursed from, ₸"))
    disbursed_max = AmountRange(AmountKind.DISBURSED, "lte", label=_("Disbursed to, ₸"))
    starts_after = DayFilter(field_name="planned_start_on", lookup_expr="gte", label=_("Starts from"))
    starts_before = DayFilter(field_name="planned_start_on", lookup_expr="lte", label=_("Starts to"))
    department = CodesFilter(
        lambda ids: Q(department__in=ids),
        label=_("Responsible department"),
        queryset=Organisation.objects.filter(supervised_projects__isnull=False).distinct(),
        to_field_name="id",
    )
    department__empty = FlagFilter(lambda: Q(department__isnull=True), label=_("Responsible department"))
    attention = AttentionFilter()
    blocked_by = BlockedByFilter()
    blocked_by__empty = DayFlagFilter(blocked_by_nobody_named, label=_("Held up by"))
    overdue = DayFlagFilter(is_overdue, label=_("Overdue"))
    at_risk = DayFlagFilter(is_at_risk, label=_("At risk"))
    missing = MissingFilter(Project)
    placeholders = PlaceholderFilter()

    class Meta:
        model = Project
        fields = []

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        data = data.copy() if data is not None else None
        if data is not None and user is not None:
            for name in ("curator", "curator__not"):
                values = [user.get_username() if value == "me" else value for value in data.getlist(name)]
                if values:
                    data.setlist(name, values)
            for name in ("place", "place__not"):
                if values := data.getlist(name):
                    data.setlist(name, Place.objects.codes_of(values))
        self.is_of_all = queryset is None
        queryset = permissions.visible_to(user, Project.objects.all()) if queryset is None else queryset
        super().__init__(data, queryset, user=user, **kwargs)
        for name in ("curator", "curator__not"):
            # One's own name is always a choice, also where one curates nothing.
            self.filters[name].queryset = (
                get_user_model()
                .objects.filter(Q(curated_projects__isnull=False) | Q(pk=getattr(user, "pk", None)))
                .distinct()
            )

    @property
    def state(self):
        """What tells the rows of the reader from all others; None where they are chosen from others."""
        chosen = tuple((name, tuple(self.data.getlist(name))) for name in self.active)
        return Seen(permissions.roles(self.user), chosen) if self.is_of_all else None


# What facets count: parameter -> (label, column of the project's own table or path to it).
FACETS = {
    "sector": (_("Sector"), F("main_sector")),
    "stage_group": (_("Stage group"), F("stage_group")),
    "stage": (_("Stage"), F("stage")),
    "status": (_("Status"), F("status")),
    "place": (_("Place"), F("place")),
    "programme": (_("Programme"), F("programme__code")),
    "investor_country": (_("Investor's country"), None),
    "investor_province": (_("Investor's province"), None),
    "perhaps_country": (_("Possible investor's country"), None),
    "perhaps_investor": (_("Possible investor"), None),
    "curator": (_("Curator"), F("curator__username")),
}
