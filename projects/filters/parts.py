"""What the filters of several nouns are put together from."""

import django_filters
from django.db.models import Count, Q
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from projects import permissions, wording
from projects.facets import with_all_above
from projects.filters.base import (
    ChoicesFilter,
    CodesFilter,
    RegisterFilterSet,
)
from projects.models import (
    Organisation,
    Place,
    Programme,
    Project,
    Sector,
)
from projects.models.functions import Fold
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.projects import PROJECT_SEARCH
from projects.search import contains

NAMES = ("name_kk", "name_ru", "name_en", "name_zh_hans")
DESCRIPTIONS = ("description_kk", "description_ru", "description_en", "description_zh_hans")


class OneOfTwoFilter(django_filters.ChoiceFilter):
    """`name=1` keeps the rows under a condition, `name=0` the others."""

    def __init__(self, condition, **kwargs):
        super().__init__(choices=[("1", _("yes")), ("0", _("no"))], **kwargs)
        self.condition = condition

    def filter(self, queryset, value):
        return queryset if not value else queryset.filter(self.condition if value == "1" else ~self.condition)


class OccurringFirst(ModelChoiceIterator):
    """The choices in two groups: those that rows have, each with how many, the most frequent first; then the others."""

    def __iter__(self):
        counts = self.field.counted()
        places = sorted(self.queryset, key=str)
        found = sorted((place for place in places if place.pk in counts), key=lambda place: -counts[place.pk])
        if found:
            yield _("In this list"), [self._with_number(place, counts[place.pk]) for place in found]
        yield _("Others"), [self.choice(place) for place in places if place.pk not in counts]

    def _with_number(self, place, number):
        value, label = self.choice(place)
        return value, f"{label} · {wording.number(number)}"


class OccurringFirstField(django_filters.fields.ModelMultipleChoiceField):
    iterator = OccurringFirst


class PlacesFilter(CodesFilter):
    """Places by code, of which those that occur are offered first: the code list names the whole world.

    Args:
        column: of the rows, with the code of their place. within: whether a place finds what lies in it.
    """

    field_class = OccurringFirstField

    def __init__(self, column, label, queryset, within=True):
        super().__init__(self._condition, label=label, queryset=queryset)
        self.column, self.within = column, within

    def _condition(self, codes):
        codes = Place.objects.within(codes).values("code") if self.within else codes
        return Q(**{f"{self.column}__in": codes})

    @property
    def field(self):
        field = super().field
        field.counted = self.counted
        return field

    def counted(self):
        """Code of a place -> how many rows it would leave under all the other filters, for those that leave any."""
        rows = self.parent.rows(without=[self.field_name]).order_by().filter(**{f"{self.column}__isnull": False})
        counts = dict(rows.values_list(self.column).annotate(number=Count("pk", distinct=True)))
        return with_all_above(counts, self.extra["queryset"], 3) if self.within else counts


OFFERED = 200  # rows of a noun that grows, in the list of a filter


class SomeOffered(ModelChoiceIterator):
    """Of many rows the chosen ones and the latest; a page with all of them would be megabytes."""

    def __iter__(self):
        chosen = list(self.queryset.filter(**{f"{self.field.to_field_name}__in": self.field.chosen}))
        latest = [row for row in self.queryset.order_by("-pk")[: OFFERED + 1] if row not in chosen]
        yield from map(self.choice, sorted([*chosen, *latest[:OFFERED]], key=str))
        if len(latest) > OFFERED:
            yield _("More are found by the search above the list"), []


class SomeOfferedField(django_filters.fields.ModelMultipleChoiceField):
    iterator = SomeOffered


class RowsFilter(CodesFilter):
    """Any of the given rows of a noun that grows with the register."""

    field_class = SomeOfferedField

    @property
    def field(self):
        field = super().field
        field.chosen = self.parent.data.getlist(self.field_name)
        return field


class NounFilterSet(RegisterFilterSet):
    """Starts from the rows that the user may see; `me` and KATO codes are read as elsewhere.

    Class attributes: `people` names the filters by user name, `places` those by place.
    """

    people = ()
    places = ()

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        data = data.copy() if data is not None else None
        for name in self.people if data is not None else ():
            data.setlist(name, [user.get_username() if value == "me" else value for value in data.getlist(name)])
        for name in self.places if data is not None else ():
            data.setlist(name, Place.objects.codes_of(data.getlist(name)))
        if queryset is None:
            queryset = permissions.visible_to(user, self._meta.model.objects.all())
        super().__init__(data, queryset, user=user, **kwargs)


# Filters that several nouns have


def by_project(condition):
    return RowsFilter(condition, label=_("Project"), queryset=Project.objects.all(), to_field_name="reference")


def by_programme(condition=lambda codes: Q(programme__code__in=codes)):
    return CodesFilter(condition, label=_("Programme"), queryset=Programme.objects.all())


def by_organisation(condition, label):
    return RowsFilter(condition, label=label, queryset=Organisation.objects.all(), to_field_name="id")


def by_place(name, label, **conditions):
    """Places with all that lies in them."""
    return PlacesFilter(name, label, Place.objects.filter(**conditions))


def by_sector(name="sector"):
    """Sectors with those below them."""
    return CodesFilter(
        lambda codes: Q(**{f"{name}__in": Sector.objects.within(codes).values("code")}),
        label=_("Sector"),
        queryset=Sector.objects.all(),
    )


def by_choice(name, choices, label):
    return ChoicesFilter(lambda values: Q(**{f"{name}__in": values}), label=label, choices=choices.choices)


def search_in(model, expression, link):
    """For `q`: rows whose `link` points to a row of `model` that contains the word."""
    return lambda word: Q(**{f"{link}__in": model.objects.filter(contains(expression, word)).values("pk")})


def either(*searches):
    def found(word):
        condition = Q()
        for search in searches:
            condition |= search(word)
        return condition

    return found


of_projects = search_in(Project, PROJECT_SEARCH, "project")
of_programmes = search_in(Programme, Fold("code", *NAMES), "programme")
of_organisations = search_in(Organisation, ORGANISATION_SEARCH, "organisation")
