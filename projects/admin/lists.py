"""Lists of the admin: strict parameters, folded search, and the filters that several of them share."""

import re

from django.conf import settings
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.paginator import InvalidPage
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from translated_fields import to_attribute

from projects import cadence, quality
from projects.history import column_label
from projects.models import Amount, Obligation, Observation, Organisation, Project, Sector
from projects.models.base import FALLBACKS
from projects.models.functions import KazakhKey
from projects.search import SEARCH_LENGTH, contains, search_words
from tracker.errors import BadParameter

ORDER = re.compile(r"-?[0-9]{1,3}(\.-?[0-9]{1,3}){0,9}")
EXACT, EMPTY = "exact", "isnull"
TRUTH = {"0", "1", "True", "False", "true", "false"}
LATEST_PAGE = 10**9


def name_key(name="name"):
    """Sort key of a text in four languages: as the reader sees it, in the order of the Kazakh alphabet."""
    language = get_language() or "en"
    codes = (language, *FALLBACKS.get(language, FALLBACKS["en"]))
    columns = [NullIf(F(to_attribute(name, code)), Value("")) for code in codes]
    return KazakhKey(Coalesce(*columns, Value("")))


def text_of(model):
    """The field in four languages that names a row of the model: name, title, text or task; None without one."""
    return next((name for name in ("name", "title", "text", "task") if hasattr(model, to_attribute(name, "kk"))), None)


def label_with_language(field):
    """“Name (Kazakh)” for one of the four columns of a text; None for other fields."""
    return column_label(field) if hasattr(field, "_translated_field_language_code") else None


class RecordList(ChangeList):
    """A list that sorts columns in four languages as they are read."""

    def get_ordering_field(self, field_name):
        if field_name in self.model_admin.sorted_by_text:
            return name_key(self.model_admin.sorted_by_text[field_name])
        return super().get_ordering_field(field_name)


def check_parameters(request):
    """Raise BadParameter for page, order and search words that cannot be read."""
    errors = {}
    words = request.GET.get(SEARCH_VAR, "")
    if "\x00" in words:
        errors[SEARCH_VAR] = [_("Null characters are not allowed.")]
    elif len(words) > SEARCH_LENGTH:
        errors[SEARCH_VAR] = [
            _("The search is longer than %(limit_value)d characters. Shorten it.") % {"limit_value": SEARCH_LENGTH}
        ]
    page = request.GET.get(PAGE_VAR, "1")
    if not (page.isascii() and page.isdigit() and 0 < int(page[:12]) < LATEST_PAGE):
        errors[PAGE_VAR] = [_("There is no such page.")]
    order = request.GET.get(ORDER_VAR, "")
    if order and not ORDER.fullmatch(order):
        errors[ORDER_VAR] = [_("The list cannot be sorted so.")]
    if request.GET.get(ALL_VAR):
        errors[ALL_VAR] = [_("This parameter takes no value.")]
    if errors:
        raise BadParameter(errors)


def unreadable(lookup):
    return BadParameter({lookup: [_("The list cannot be filtered by this value.")]})


def check_lookup(model, paths, lookup, value):
    """Raise BadParameter unless `lookup` is a field of `paths`, exactly or by emptiness, with a fitting value."""
    path, _separator, last = lookup.rpartition("__")
    if last not in (EXACT, EMPTY):
        path, last = lookup, EXACT
    try:
        fields = _fields(model, path)
    except FieldDoesNotExist:
        fields = []
    names = "__".join(field.name for field in fields)
    parent = "__".join(field.name for field in fields[:-1])
    if not fields or not (names in paths or (parent in paths and fields[-1].primary_key)):
        raise BadParameter({lookup: [_("The list has no filter of this name.")]})
    if not fits(fields[-1], last, value):
        raise unreadable(lookup)


def _fields(model, path):
    found = []
    for name in path.split("__"):
        if found:
            if not found[-1].is_relation:
                raise FieldDoesNotExist
            model = found[-1].related_model
        name = model._meta.pk.name if name == "pk" else name
        field = model._meta.get_field(name)
        if not field.concrete:
            raise FieldDoesNotExist
        found.append(field)
    return found


def fits(field, last, value):
    """Whether a value of the query string can be compared with the field."""
    if "\x00" in value or len(value) > SEARCH_LENGTH:
        return False
    if last == EMPTY:
        return value in TRUTH
    if isinstance(field, models.BooleanField):
        return value in TRUTH
    if field.choices:
        return value in {str(key) for key, _label in field.flatchoices}
    if field.is_relation:
        field = field.target_field
    try:
        number = field.to_python(value)
    except (ValidationError, ValueError):
        return False
    return not isinstance(number, int) or abs(number) < 2**63


def incorrect(error):
    """The answer to what Django's list refused: which page, or that some filter cannot be read."""
    if isinstance(error.__context__, InvalidPage):
        return BadParameter({PAGE_VAR: [_("There is no such page.")]})
    cause = error.args[0] if error.args else ""
    return BadParameter({_("filter"): [str(cause) or _("The list cannot be filtered by this value.")]})


def matching(queryset, document, related, text):
    """Rows where each word is found, folded, in `document` or in a related row's document.

    Takes:
        document: expression over the model's own columns (see projects.models.functions.Fold).
        related: {foreign key: that model's expression}.
    """
    for word in search_words(text):
        found = Q(contains(document, word)) if document else Q()
        for name, expression in related.items():
            target = queryset.model._meta.get_field(name).related_model
            found |= Q(**{f"{name}__in": target._base_manager.filter(contains(expression, word)).values("pk")})
        queryset = queryset.filter(found)
    return queryset


class Choice(SimpleListFilter):
    """A filter whose unknown values are refused instead of ignored, also where it has nothing to choose."""

    def has_output(self):
        return bool(self.lookup_choices) or self.value() is not None

    def value(self):
        value = super().value()
        if value is not None and value not in {str(key) for key, _label in self.lookup_choices}:
            raise unreadable(self.parameter_name)
        return value


class SectorFilter(Choice):
    """Sectors of the first level; each takes those below it."""

    title = gettext_lazy("sector")
    parameter_name = "sector"
    field = "main_sector"

    def lookups(self, request, model_admin):
        return [(sector.code, str(sector)) for sector in Sector.objects.filter(parent=None)]

    def queryset(self, request, queryset):
        if code := self.value():
            return queryset.filter(**{f"{self.field}__in": Sector.objects.within([code]).values("code")})
        return queryset


class OwnSectorFilter(SectorFilter):
    field = "sector"


class Untranslated(Choice):
    """Rows without a name in a language; kk and ru are demanded by law, en and zh-hans are wishes."""

    title = gettext_lazy("untranslated")
    parameter_name = "untranslated"

    def lookups(self, request, model_admin):
        return list(settings.LANGUAGES)

    def queryset(self, request, queryset):
        if code := self.value():
            return queryset.filter(**{to_attribute(text_of(queryset.model), code): ""})
        return queryset


class Incomplete(Choice):
    """Rows that lack something; `conditions` gives for each value its Lack."""

    title = gettext_lazy("incomplete")
    parameter_name = "missing"
    conditions = {}

    def lookups(self, request, model_admin):
        return [(key, lack.finding) for key, lack in self.conditions.items()]

    def queryset(self, request, queryset):
        if key := self.value():
            return queryset.filter(self.conditions[key].condition(request.user))
        return queryset


def incomplete(**conditions):
    """A filter class of `missing` values: name=Lack."""
    return type("Incomplete", (Incomplete,), {"conditions": conditions})


class ReportLacking(Choice):
    """Projects without a report for a period that is due."""

    title = gettext_lazy("report lacking")
    parameter_name = "report"

    def lookups(self, request, model_admin):
        self.periods = {str(period.pk): period for period in cadence.due_periods()}
        return [(key, str(period)) for key, period in self.periods.items()]

    def queryset(self, request, queryset):
        if key := self.value():
            return queryset.filter(cadence.report_overdue(period=self.periods[key]))
        return queryset


ProjectIncomplete = incomplete(**quality.lacking(Project))
OrganisationIncomplete = incomplete(**quality.lacking(Organisation))
AmountIncomplete = incomplete(**quality.lacking(Amount))
FigureIncomplete = incomplete(**quality.lacking(Observation))
ObligationIncomplete = incomplete(**quality.lacking(Obligation))
