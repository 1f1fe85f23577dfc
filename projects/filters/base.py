"""What all FilterSets share: strict reading of the query string, search, choices by code, exclusion, emptiness."""

import copy
import datetime
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects import timetravel, wording
from projects.lacks import LACKS
from projects.models.base import EARLIEST, LATEST
from projects.search import READABLE, TOO_COMMON, contains, nearly, search_words
from tracker.errors import BadParameter

FEW = 1000  # keys that are handed from query to query; of more finds each query searches by itself


class SearchFilter(django_filters.CharFilter):
    """`q`: every word somewhere in the noun's searched columns, or in what belongs to a row; see `projects.search`.

    Args:
        more: function of a word -> condition on the rows. keys: function of a word -> querysets of the keys of rows,
            each found by an index of its own, where a condition would read the whole table.
    """

    def __init__(self, expression, more=None, keys=None, **kwargs):
        super().__init__(label=kwargs.pop("label", _("Search")), validators=READABLE, **kwargs)
        self.expression, self.more, self.keys = expression, more, keys
        self.words = None  # of the search, once read
        self.found = None  # the keys of what it finds, where these are few

    @property
    def is_near(self):
        """Whether nothing has exactly the words of the search, so that what looks like them is found."""
        return any(word.near for word in self.words or ())

    def filter(self, queryset, value):
        if not value:
            return queryset
        if self.words is None:
            self._search(value)
        return self._matching(queryset, self.words) if self.found is None else queryset.filter(pk__in=self.found)

    def _search(self, value):
        """Search once for the page, its totals and its facets; for what looks like the words where nothing has them."""
        words = search_words(value)
        if not words:
            raise BadParameter({"q": [TOO_COMMON]})
        keys = self._keys_of(words)
        if not keys:
            words = nearly(words)
            keys = self._keys_of(words)
        self.words, self.found = words, keys if len(keys) <= FEW else None

    def _keys_of(self, words):
        return list(self._matching(self.parent.queryset, words).order_by().values_list("pk", flat=True)[: FEW + 1])

    def _matching(self, queryset, words):
        for word in words:
            found = Q(contains(self.expression, word))
            if self.more:
                found |= self.more(word)
            if self.keys:
                own = self.model._default_manager.filter(found).order_by().values("pk")
                found = Q(pk__in=own.union(*self.keys(word), all=True))
            queryset = queryset.filter(found)
        return queryset


class DateField(forms.DateField):
    """ISO dates, and those of the reader's language, between 1990 and 2099."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}))
        super().__init__(**kwargs)

    def to_python(self, value):
        day = super().to_python(value)
        if day and not EARLIEST <= day < LATEST:
            raise forms.ValidationError(_("A date must lie between 1990 and 2099."))
        return day


class DayFilter(django_filters.DateFilter):
    field_class = DateField


class MoneyFilter(django_filters.NumberFilter):
    """A sum in tenge, up to 17 digits and two decimals; NaN and infinities are refused by the form field."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=19, decimal_places=2, min_value=0, **kwargs)


class CodesFilter(django_filters.ModelMultipleChoiceFilter):
    """Any of the given codes; repeatable in the query string. Unknown codes are errors, not empty lists."""

    def __init__(self, condition, exclude=False, **kwargs):
        kwargs.setdefault("to_field_name", "code")
        super().__init__(widget=forms.SelectMultiple, **kwargs)
        self.condition, self.is_exclusion = condition, exclude

    def filter(self, queryset, value):
        if isinstance(value, QuerySet) or not value:  # not asked for: `none()`, which costs a query to look at
            return queryset
        found = self.found([getattr(row, self.extra["to_field_name"]) for row in value])
        return queryset.exclude(found) if self.is_exclusion else queryset.filter(found)

    def found(self, codes):
        return self.condition(codes)


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Any of the given values of a closed list."""

    def __init__(self, condition, exclude=False, **kwargs):
        super().__init__(widget=forms.SelectMultiple, **kwargs)
        self.condition, self.is_exclusion = condition, exclude

    def filter(self, queryset, value):
        if not value:
            return queryset
        found = self.condition(value)
        return queryset.exclude(found) if self.is_exclusion else queryset.filter(found)


class FlagFilter(django_filters.ChoiceFilter):
    """`name=1` switches the condition on; anything else but nothing is an error."""

    def __init__(self, condition, **kwargs):
        super().__init__(choices=[("1", _("yes"))], **kwargs)
        self.condition = condition

    def filter(self, queryset, value):
        return queryset.filter(self._asked()) if value == "1" else queryset

    def _asked(self):
        return self.condition()


class DayFlagFilter(FlagFilter):
    """A flag whose condition is a function of the day that the rows are of."""

    def _asked(self):
        return self.condition(self.parent.day)


class MissingFilter(django_filters.MultipleChoiceFilter):
    """`missing`: rows that lack what is named, as far as the reader sees: see `projects.lacks`."""

    def __init__(self, model):
        self.lacks = LACKS[model]
        super().__init__(choices=[(name, lack.label) for name, lack in self.lacks.items()], label=_("Missing"))

    def filter(self, queryset, value):
        for name in value or ():
            queryset = queryset.filter(self.lacks[name].condition(self.parent.user))
        return queryset


def _without_empty_values(data):
    """A form sends empty values for what was not filled: they ask for nothing."""
    if data is None:
        return None
    data = data.copy()
    for name, values in list(data.lists()):
        data.setlist(name, [value for value in values if value])
    return data


def changed(data, **changes):
    """The query string of `data` (QueryDict) with some parameters changed; None removes one, a list repeats it.

    Returns: "?…", or nothing where no parameter is left.
    """
    data = data.copy()
    for name, value in changes.items():
        if value is None:
            data.pop(name, None)
        elif isinstance(value, list):
            data.setlist(name, value)
        else:
            data[name] = str(value)
    query = data.urlencode()
    return f"?{query}" if query else ""


class Filters(dict):
    """The filters of a FilterSet's declaration. A FilterSet takes copies of them that share all that stays the same:
    copying the choices of each, too, takes longer than many an answer."""

    def __deepcopy__(self, memo):
        copies = {name: copy.copy(filter_) for name, filter_ in self.items()}
        for filter_ in copies.values():
            filter_.extra = dict(filter_.extra)
        return copies


class RegisterFilterSet(django_filters.FilterSet):
    """A FilterSet that refuses what it cannot read, and can leave out one of its facets.

    Usage: `ProjectFilterSet(request.GET, queryset).rows()`.
    """

    def __init__(self, data=None, queryset=None, *, user=None, **kwargs):
        self.user = user
        super().__init__(_without_empty_values(data), queryset, **kwargs)

    @classmethod
    def get_filters(cls):
        return Filters(super().get_filters())

    @cached_property
    def day(self):
        """The day that the rows are of: the one looked back to (`as_of` of the query string), or today."""
        asked = self.data.get("as_of")
        return timetravel.parse_as_of(asked) if asked else timezone.localdate()

    def rows(self, without=()):
        """The filtered queryset, leaving out the named filters and their `__not`, `__empty` companions.

        Raises: BadParameter, naming each parameter that cannot be read.
        """
        left_out = {f"{name}{suffix}" for name in without for suffix in ("", "__not", "__empty")}
        queryset = self.queryset.all()
        for name, value in self.asked.items():
            if name not in left_out:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    @property
    def asked(self):
        """The value of each filter as the query string gives it. Raises: BadParameter."""
        if not self.form.is_valid():
            raise BadParameter({name: list(errors) for name, errors in self.form.errors.items()})
        return self.form.cleaned_data

    def query(self, **changes):
        """The query string of the filters at work and of the day looked back to, some set otherwise; or nothing."""
        kept = {name: self.data.getlist(name) for name in (*self.active, "as_of", "known_at") if name in self.data}
        text = urlencode(kept | changes, doseq=True)
        return f"?{text}" if text else ""

    def value_labels(self, name):
        """Query-string value -> words, for the values that a filter has now."""
        chosen, filter_ = self.asked.get(name), self.filters[name]
        if isinstance(chosen, datetime.date):
            return {self.data[name]: wording.day(chosen)}
        if isinstance(chosen, Decimal):
            return {self.data[name]: wording.number(chosen)}
        if isinstance(filter_, CodesFilter):
            return {str(getattr(row, filter_.extra["to_field_name"])): str(row) for row in chosen}
        choices = getattr(filter_, "extra", {}).get("choices") or ()
        return {str(value): label for value, label in choices}

    def chips(self, asked, address):
        """One chip for each value at work, with the address without it: list of label, value, remove_url.

        Args:
            asked: the query string as the reader gave it. address: function of changed parameters -> address.
        """
        chips = []
        for name in self.active:
            filter_, labels = self.filters[name], self.value_labels(name)
            values = [value for value in asked.getlist(name) if value]
            # What was asked for, and as the filter reads it: `me` as a user name, a KATO code as a place's key.
            for value, read in zip(values, self.data.getlist(name), strict=True):
                rest = [other for other in values if other != value]
                word = {"not": _("not"), "empty": _("not stated")}.get(name.partition("__")[2])
                chips.append(
                    {
                        "label": f"{filter_.label} ({word})" if word else str(filter_.label),
                        "value": "" if name.endswith("__empty") else labels.get(read, read),
                        "remove_url": address(**{name: rest or None}),
                    }
                )
        return chips

    @property
    def active(self):
        """The names of the filters that the query string sets, in the order of the declaration."""
        return [name for name in self.filters if any(self.data.getlist(name))]


def companions(name, condition, empty, label, **kwargs):
    """Three filters of one facet: `name`, `name__not` and `name__empty`."""
    choices = "choices" in kwargs
    kind = ChoicesFilter if choices else CodesFilter
    return {
        name: kind(condition, label=label, **kwargs),
        f"{name}__not": kind(condition, exclude=True, label=label, **kwargs),
        f"{name}__empty": FlagFilter(empty, label=label),
    }
