"""What the filters of several nouns are put together from."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects import permissions
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
NAMELESS = {
    "name_kk": (_("name in Kazakh"), Q(name_kk="")),
    "name_ru": (_("name in Russian"), Q(name_ru="")),
    "name_en": (_("name in English"), Q(name_en="")),
    "name_zh_hans": (_("name in Chinese"), Q(name_zh_hans="")),
}


class MissingFilter(django_filters.MultipleChoiceFilter):
    """`missing`: rows that lack what is named; conditions: name -> (label, Q)."""

    def __init__(self, conditions):
        super().__init__(choices=[(name, label) for name, (label, _q) in conditions.items()], label=_("Missing"))
        self.conditions = conditions

    def filter(self, queryset, value):
        for name in value or ():
            queryset = queryset.filter(self.conditions[name][1])
        return queryset


class OneOfTwoFilter(django_filters.ChoiceFilter):
    """`name=1` keeps the rows under a condition, `name=0` the others."""

    def __init__(self, condition, **kwargs):
        super().__init__(choices=[("1", _("yes")), ("0", _("no"))], **kwargs)
        self.condition = condition

    def filter(self, queryset, value):
        return queryset if not value else queryset.filter(self.condition if value == "1" else ~self.condition)


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
    return CodesFilter(condition, label=_("Project"), queryset=Project.objects.all(), to_field_name="reference")


def by_programme(condition=lambda codes: Q(programme__code__in=codes)):
    return CodesFilter(condition, label=_("Programme"), queryset=Programme.objects.all())


def by_organisation(condition, label):
    return CodesFilter(condition, label=label, queryset=Organisation.objects.all(), to_field_name="id")


def by_place(name, label, **conditions):
    """Places with all that lies in them."""
    places = Place.objects.filter(**conditions)
    return CodesFilter(
        lambda codes: Q(**{f"{name}__in": Place.objects.within(codes).values("code")}), label=label, queryset=places
    )


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
