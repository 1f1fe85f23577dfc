"""The search page: all nouns at once, ranked, with what was found shown; the keyboard palette asks for the same."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Case, CharField, Q, Value, When, lookups
from django.db.models.functions import Cast
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from translated_fields import to_attribute

from projects import figures, filters, permissions
from projects.filters.documents import DocumentFilterSet
from projects.memory import remembered
from projects.models.base import FALLBACKS
from projects.models.functions import Fold
from projects.portfolio.lists import SignedIn
from projects.search import READABLE, SEARCH_LENGTH, TOO_COMMON, contains, marked, nearly, search_words

SHOWN = 5  # finds of one noun on the page
COUNTED = 100  # further finds are counted as "100+"
SNIPPET = 160  # characters around a find
EXACT, AT_BEGINNING, IN_NAME, ELSEWHERE = range(4)
LANGUAGES = ("kk", "ru", "en", "zh_hans")


@dataclass(frozen=True)
class Noun:
    """What is searched as one group.

    list_name: of the page with all finds. text: its field of names; languages: those that it is kept in, none where
    names are not translated. keys: columns of references and numbers,
    which come first where they are the search itself. others: further columns a find may be in. related: what rows
    are read with. url: function of a row, where it has no page of its own. query: of the list, beside `q`.
    """

    name: str
    title: str
    filterset: type
    list_name: str = ""
    text: str = "name"
    languages: tuple = LANGUAGES
    keys: tuple = ()
    others: tuple = ()
    related: tuple = ()
    url: object = None
    query: dict = field(default_factory=dict)

    @property
    def model(self):
        return self.filterset._meta.model

    def rows(self, user, words):
        """The rows that the user may see and the words are found in: those of the list, by the same filter."""
        filterset = self.filterset(QueryDict(urlencode(self.query | {"q": "…"}), mutable=True), user=user)
        filterset.filters["q"].words = words
        return filterset.rows()

    def ranked(self, rows, text, words):
        """Keys of the rows with their rank, the best first."""
        names = Fold(*([f"{self.text}_{language}" for language in self.languages] or [self.text]))
        exact = Q()
        for key in self.keys:
            exact |= Q(**{f"{key}__iexact": text})
        named = Q()
        beginning = Q()
        for word in words:
            named &= contains(names, word)
            spellings = "|".join(map(_literal, word.spellings))
            beginning &= Q(lookups.Regex(names, rf"(^|\W)({spellings})"))
        whens = [When(exact, then=EXACT)] if self.keys else []
        rank = Case(*whens, When(beginning, then=AT_BEGINNING), When(named, then=IN_NAME), default=ELSEWHERE)
        rows = rows.annotate(noun=Value(self.name), key=Cast("pk", CharField()), rank=rank).order_by("rank", "pk")
        return rows.values_list("noun", "key", "rank")[: COUNTED + 1]

    def texts(self, row):
        """The texts of a row that a find may be in: its names first as the reader reads them."""
        language = get_language() or "en"
        codes = (language, *FALLBACKS.get(language, FALLBACKS["en"]))
        if self.languages:
            yield from (getattr(row, to_attribute(self.text, code)) for code in codes)
        else:
            yield getattr(row, self.text)
        yield from (str(getattr(row, name) or "") for name in (*self.keys, *self.others) if name != "aliases")
        if "aliases" in self.others:
            yield from row.aliases.split("|")
        for name in ("description", "summary"):
            if hasattr(row, to_attribute(name, "kk")):
                yield from (getattr(row, to_attribute(name, code)) for code in codes)

    def address(self, row):
        return self.url(row) if self.url else row.get_absolute_url()


def _literal(text):
    """A text as a regular expression of PostgreSQL that matches it alone."""
    return "".join(letter if letter.isalnum() or letter == " " else f"\\{letter}" for letter in text)


def _projects_of(parameter):
    return lambda row: f"{reverse('project-list')}?{urlencode({parameter: row.pk})}"


def _texts_of_project(row):
    """What else finds a project: its parties and its place."""
    yield from (str(party.organisation) for party in [*row.parties.all(), *row.candidate_parties.all()])
    yield str(row.place or "")


NOUNS = [
    Noun(
        "projects",
        gettext_lazy("Projects"),
        filters.ProjectFilterSet,
        "project-list",
        keys=("reference",),
        others=("aliases",),
        related=("place", "parties__organisation", "candidate_parties__organisation"),
        query={"placeholders": "include"},
    ),
    Noun("programmes", gettext_lazy("Programmes"), filters.ProgrammeFilterSet, "programme-list", keys=("code",)),
    Noun(
        "organisations",
        gettext_lazy("Organisations"),
        filters.OrganisationFilterSet,
        keys=("bin", "uscc", "other_identifier"),
        others=("aliases",),
    ),
    Noun(
        "places",
        gettext_lazy("Places"),
        filters.PlaceFilterSet,
        keys=("code", "kato"),
        others=("aliases",),
        url=_projects_of("place"),
    ),
    Noun("sectors", gettext_lazy("Sectors"), filters.SectorFilterSet, keys=("code",), url=_projects_of("sector")),
    Noun("agreements", gettext_lazy("Agreements"), filters.AgreementFilterSet, "agreement-list"),
    Noun("engagements", gettext_lazy("Engagements"), filters.EngagementFilterSet, "engagement-list"),
    Noun("leads", gettext_lazy("Leads"), filters.LeadFilterSet, "lead-list", others=("tags",)),
    Noun("shipments", gettext_lazy("Shipments"), filters.ShipmentFilterSet, "shipment-list", keys=("waybill",)),
    Noun(
        "obligations",
        gettext_lazy("Obligations"),
        filters.ObligationFilterSet,
        "obligation-list",
        text="description",
        others=("kind", "clause"),
        related=("kind", "project", "programme", "organisation"),
    ),
    Noun("indicators", gettext_lazy("Indicators"), filters.IndicatorFilterSet, "indicator-list", keys=("code",)),
    Noun(
        "documents",
        gettext_lazy("Documents"),
        DocumentFilterSet,
        "file-list",
        "title",
        languages=(),
        keys=("number",),
        others=("file_name",),
    ),
    Noun("sources", gettext_lazy("Sources"), filters.SourceFilterSet, "source-list", "title", keys=("code", "url")),
    Noun(
        "statements",
        gettext_lazy("Statements"),
        filters.StatementFilterSet,
        "statement-list",
        "text",
        keys=("code",),
        others=("locator",),
        related=("source",),
        url=figures.statement_url,
    ),
]


@dataclass
class Find:
    """A row that was found: its name and the part of it that was found, both as safe HTML, and its page."""

    title: str
    snippet: str
    url: str
    key: str


@dataclass
class Group:
    """The finds of one noun; `all_url` leads to all of them where not all are shown."""

    title: str
    finds: list
    count: int
    is_exact: bool
    all_url: str

    @property
    def has_more(self):
        return self.count > len(self.finds)

    @property
    def count_text(self):
        return str(self.count) if self.is_exact else f"{self.count}+"


def found(user, text, words):
    """What a search finds for the user: (groups, the best first; whether only what looks alike was found).

    Costs one query for all nouns (two where only what looks alike is found), then one for each noun with finds.
    """
    keys = _keys(user, text, words)
    near = not keys
    if near:
        words = nearly(words)
        keys = _keys(user, text, words)
    groups = []
    for noun in NOUNS:
        ranks = keys.get(noun.name)
        if ranks:
            groups.append((min(rank for _key, rank in ranks), _group(noun, ranks, text, words)))
    groups.sort(key=lambda ranked: ranked[0])
    return [group for _rank, group in groups], near


def _keys(user, text, words):
    """Noun -> [(key, rank)] of all finds, the best first, in one query."""
    arms = [noun.ranked(noun.rows(user, words), text, words) for noun in NOUNS]
    keys = {}
    for name, key, rank in arms[0].union(*arms[1:], all=True).order_by("rank"):
        keys.setdefault(name, []).append((key, rank))
    return keys


def _group(noun, ranks, text, words):
    shown = [key for key, _rank in ranks[:SHOWN]]
    rows = noun.model._default_manager.filter(pk__in=shown)
    if noun.name == "projects":
        rows = rows.prefetch_related(*noun.related)
    elif noun.related:
        rows = rows.select_related(*noun.related)
    rows = {str(row.pk): row for row in rows}
    finds = [_find(noun, rows[key], words) for key in shown]
    query = urlencode(noun.query | {"q": text})
    return Group(
        noun.title,
        finds,
        min(len(ranks), COUNTED),
        len(ranks) <= COUNTED,
        f"{reverse(noun.list_name)}?{query}" if noun.list_name else "",
    )


def _find(noun, row, words):
    title = str(row)
    texts = list(noun.texts(row))
    if noun.name == "projects":
        texts += _texts_of_project(row)
        title = f"{row.reference} {title}"
    in_title = marked(title, words)
    snippet = "" if in_title else next(filter(None, (marked(text, words, SNIPPET) for text in texts)), "")
    return Find(in_title or title, snippet, noun.address(row), str(row.pk))


class Search(SignedIn, TemplateView):
    """`q` over the whole register. A search that cannot be read is told so in a sentence, not refused.

    With `part=palette`, only the finds, for the keyboard palette.
    """

    template_name = "portfolio/search.html"

    def get(self, request, *args, **kwargs):
        if request.GET.get("part") == "palette":
            return HttpResponse(self.finds())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        shown = self.text[:SEARCH_LENGTH].replace("\x00", "")
        return super().get_context_data(**kwargs) | {
            "q": shown,
            "finds": self.finds(),
            "heading": _("Search the register"),
        }

    @property
    def text(self):
        return " ".join(self.request.GET.get("q", "").split())

    def finds(self):
        """What is found, as HTML: rendered once for all who see the same."""
        text, user = self.text, self.request.user
        if not text:
            return ""
        return remembered(("search", permissions.reader(user), text), lambda: _finds(user, text))


def _finds(user, text):
    try:
        for check in READABLE:
            check(text)
    except ValidationError as refused:
        return render_to_string("portfolio/_finds.html", {"problem": refused.messages[0]})
    words = search_words(text)
    groups, is_near = found(user, text, words) if words else ([], False)
    problem = "" if words else TOO_COMMON
    return render_to_string(
        "portfolio/_finds.html", {"problem": problem, "q": text, "groups": groups, "is_near": is_near}
    )
