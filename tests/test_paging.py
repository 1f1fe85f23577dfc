"""Keyset pages: whatever the sort, forwards and backwards, each row once and in order; cursors cannot be made up."""

import base64
import datetime
import json
from decimal import Decimal
from itertools import chain, pairwise

import pytest
from django.contrib.auth import get_user_model
from django.core.signing import Signer
from django.http import QueryDict
from django.utils import timezone, translation

from projects import paging, rollups
from projects.columns.projects import PROJECT_COLUMNS
from projects.models import Amount, Obligation, Project, Shipment
from projects.portfolio import indicators, nouns, obligations, shipments
from projects.portfolio.lists import CellContext, ListPage
from projects.portfolio.projects import GROUPS
from tests import factories
from tracker.errors import BadParameter

EVERYTHING = get_user_model()(pk=0, is_superuser=True)
CONTEXT = CellContext(currency="KZT", rate="statement", suffix="", user=EVERYTHING)
DAY = factories.DAY


def sorts_of(columns):
    return [f"{sign}{name}" for name, column in columns.items() if column.sort is not None for sign in ("", "-")]


def page(queryset, sort, columns, size, group=None, **cursor):
    expression = columns[sort.removeprefix("-")].sort
    expression = expression(CONTEXT) if callable(expression) else expression
    return paging.paginate(queryset, sort=sort, expression=expression, data=cursor, size=size, group=group)


def walk(queryset, sort, columns, size, group=None):
    """The keys of the pages forwards to the end, and from the last page backwards to the first."""
    there = [page(queryset, sort, columns, size, group)]
    while there[-1].next_cursor:
        there.append(page(queryset, sort, columns, size, group, after=there[-1].next_cursor))
    back = [there[-1]]
    while back[-1].previous_cursor:
        back.append(page(queryset, sort, columns, size, group, before=back[-1].previous_cursor))
    return [[row.pk for row in one.rows] for one in there], [row.pk for one in back[::-1] for row in one.rows]


def in_order(queryset, sort, columns):
    """The keys of all rows: by value, those without one last, those alike by key."""
    (everything,) = walk(queryset, sort, columns, 10_000)[0]
    rows = page(queryset, sort, columns, 10_000).rows
    stated = [row for row in rows if row.sort_key is not None]
    assert rows[: len(stated)] == stated
    for before, after in pairwise(rows):
        if before.sort_key == after.sort_key:
            assert (before.pk > after.pk) is sort.startswith("-")
        elif not isinstance(before.sort_key, str) and after.sort_key is not None:
            assert (before.sort_key > after.sort_key) is sort.startswith("-")
    return everything


@pytest.fixture
def portfolio(db):
    """120 projects with ties and empty values in every column that sorts."""
    stages = [None, *(factories.stage(code, position=n) for n, code in enumerate(["first", "second", "third"]))]
    users = [None, factories.user("synthetic-b"), factories.user("synthetic-a")]
    programmes = [None, factories.programme(), factories.programme()]
    sectors = [None, factories.sector("SYN-B"), factories.sector("SYN-A")]
    places = [None, factories.place("273600000"), factories.place("276600000")]
    names = ["Synthetic Ә", "Synthetic А", "Synthetic Я", "Synthetic b", "Synthetic B", "Synthetic 亿", "Synthetic \\"]
    days = [None, DAY, DAY + datetime.timedelta(days=1), datetime.date(1999, 12, 31)]
    projects = Project.objects.bulk_create(
        Project(
            reference=f"SYN-{n * 37 % 120}",
            name_en=names[n % 7] if n % 3 else "",
            name_kk=names[(n + 3) % 7],
            stage=stages[n % 4],
            curator=users[n % 3],
            programme=programmes[n % 3],
            main_sector=sectors[n // 2 % 3],
            place=places[n // 3 % 3],
            status=[None, "ongoing", "delayed"][n // 5 % 3],
            planned_start_on=days[n % 4],
            planned_end_on=days[n % 4] and DAY + datetime.timedelta(days=n % 5 + 2),
            announced_on=days[n // 7 % 4],
        )
        for n in range(120)
    )
    statement = factories.statement()
    factories.currency()
    Amount.objects.bulk_create(
        Amount(
            project=projects[n],
            kind=kind,
            value=Decimal(n % 4 + 1) / 3,
            currency_id="KZT",
            as_of=DAY,
            statement=statement,
        )
        for n in range(0, 120, 2)
        for kind in ("announced", "committed", "disbursed")
    )


@pytest.mark.parametrize(
    ("sort", "language"), [*((sort, "en") for sort in sorts_of(PROJECT_COLUMNS)), ("name", "kk"), ("-name", "kk")]
)
def test_every_project_once_and_in_order(portfolio, sort, language):
    with translation.override(language):
        expected = in_order(Project.objects.all(), sort, PROJECT_COLUMNS)
        forwards, backwards = walk(Project.objects.all(), sort, PROJECT_COLUMNS, 25)
    assert [len(keys) for keys in forwards] == [25, 25, 25, 25, 20]
    assert [*chain(*forwards)] == expected == backwards
    assert len(set(expected)) == 120


@pytest.mark.parametrize("sort", ["reference", "-announced", "status"])
@pytest.mark.parametrize("name", ["sector", "stage", "year"])
def test_groups_come_one_after_another_each_in_order(portfolio, sort, name):
    group = name, GROUPS[name] or rollups.DIMENSIONS[name]("")
    forwards, backwards = walk(Project.objects.all(), sort, PROJECT_COLUMNS, 25, group)
    assert [*chain(*forwards)] == backwards
    keys = dict(Project.objects.annotate(key=group[1]).values_list("pk", "key"))
    place = {pk: at for at, pk in enumerate(in_order(Project.objects.all(), sort, PROJECT_COLUMNS))}
    assert backwards == sorted(keys, key=lambda pk: (keys[pk] is None, keys[pk] or 0, place[pk]))


LISTS = {
    name: view
    for module in (nouns, shipments, obligations, indicators)
    for name, view in vars(module).items()
    if isinstance(view, type) and issubclass(view, ListPage) and view is not ListPage
}
MAKERS = {
    "InvestorList": lambda n: factories.investor(
        country=[None, factories.country("CN"), factories.country("KZ")][n % 3], kind=["company", "other"][n % 2]
    ),
    "ProgrammeList": lambda n: factories.programme(name_ru="Synthetic alike"),
    "SourceList": lambda n: [
        row := factories.source(published_on=[None, DAY][n % 2], date_precision=["unknown", "day"][n % 2]),
        *(factories.statement(source=row) for _n in range(n % 3)),
    ],
    "EngagementList": lambda n: factories.engagement(
        held_on=[None, DAY][n % 2], date_precision=["unknown", "day"][n % 2], name_en=f"Synthetic {n % 3}"
    ),
    "AgreementList": lambda n: factories.agreement(concluded_on=[None, DAY][n % 2]),
    "StatementList": lambda n: factories.statement(kind=["fact", "figure"][n % 2]),
    "LeadList": lambda n: factories.lead(sector=[None, factories.sector()][n % 2]),
    "ShipmentList": lambda n: factories.shipment(
        **[{"quantity": None, "unit": None}, {"quantity": 1}, {"quantity": 2}][n % 3], dispatched_on=[None, DAY][n % 2]
    ),
    "ObligationList": lambda n: factories.obligation(
        target=[None, 5][n % 2], unit=factories.unit(), due_on=[None, DAY][n // 2 % 2]
    ),
    "IndicatorList": lambda n: factories.indicator(place=[factories.region(), factories.country("KZ")][n % 2]),
    "UpdateList": lambda n: factories.update(
        status=["draft", "submitted"][n % 2], author=factories.user(f"synthetic-{n % 2}-{n}")
    ),
}


def test_every_list_is_walked():
    assert MAKERS.keys() == LISTS.keys()


@pytest.mark.parametrize("name", LISTS)
def test_every_row_of_the_other_lists_once_and_in_order(db, name):
    view = LISTS[name]
    for n in range(9):
        MAKERS[name](n)
    rows = view.filterset._meta.model.objects.all()
    if view.model is Obligation:
        rows = rows.with_state(timezone.localdate())
    if view.model is Shipment:
        rows = rows.with_days_late(timezone.localdate())
    for sort in sorts_of(view.columns):
        expected = in_order(rows, sort, view.columns)
        forwards, backwards = walk(rows, sort, view.columns, 2)
        assert [*chain(*forwards)] == expected == backwards, sort
        assert len(set(expected)) == rows.count() >= 9, sort


# ---- The ends, and rows that come and go ----------------------------------------------------


def test_the_ends_have_no_way_on(portfolio):
    first = page(Project.objects.all(), "reference", PROJECT_COLUMNS, 100)
    last = page(Project.objects.all(), "reference", PROJECT_COLUMNS, 100, after=first.next_cursor)
    assert (first.previous_cursor, last.next_cursor) == (None, None)
    only = page(Project.objects.all(), "reference", PROJECT_COLUMNS, 120)
    assert (only.previous_cursor, only.next_cursor) == (None, None)
    none = page(Project.objects.none(), "reference", PROJECT_COLUMNS, 25)
    assert (none.rows, none.previous_cursor, none.next_cursor) == ([], None, None)


def test_a_row_that_goes_shifts_no_other(portfolio):
    everything = list(Project.objects.order_by("announced_on", "pk").values_list("pk", flat=True))
    first = page(Project.objects.all(), "announced_on", PROJECT_COLUMNS, 25)
    Amount.objects.all().delete()
    Project.objects.filter(pk__in=[row.pk for row in first.rows]).delete()
    second = page(Project.objects.all(), "announced_on", PROJECT_COLUMNS, 25, after=first.next_cursor)
    assert [row.pk for row in second.rows] == everything[25:50]


# ---- Cursors --------------------------------------------------------------------------------


@pytest.fixture
def reader(client, portfolio):
    client.force_login(factories.analyst())
    return client


def cursor_of(reader, **data):
    text = reader.get("/en/projects/", {"per_page": 25} | data).text
    url = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    return QueryDict(url.partition("?")[2])["after"]


def refused(reader, name, cursor, **data):
    response = reader.get("/en/projects/", {name: cursor} | data)
    assert response.status_code == 400
    assert f"<code>{name}</code>" in response.text
    assert reader.get("/api/v1/projects/", {name: cursor} | data).status_code == 400


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_of_another_sort_is_refused(reader, name):
    cursor = cursor_of(reader, sort="reference")
    assert reader.get("/en/projects/", {name: cursor, "sort": "reference"}).status_code == 200
    for sort in ("-reference", "name", "announced"):
        refused(reader, name, cursor, sort=sort)


def test_a_cursor_of_another_list_is_refused(reader):
    cursor = cursor_of(reader, sort="name")
    assert reader.get("/en/sources/", {"after": cursor, "sort": "published"}).status_code == 400
    assert reader.get("/en/investors/", {"after": cursor, "sort": "name"}).status_code == 400


def made_up(value, key):
    return base64.urlsafe_b64encode(json.dumps(["reference", value, key]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    ["x", "0", "-1", "a:b", ":", "a:b:c", "\x00", "%", "9" * 30, "я" * 50, "A" * 10_000, "[]", "e30", "bnVsbA"]
    + [made_up(["s", "SYN-1"], ["i", "1"]), made_up(None, None), made_up(["n", "NaN"], ["i", "9" * 99])]
    + [Signer().sign_object([["s", "SYN-1"], ["i", "1"]])],
    ids=lambda cursor: ascii(cursor)[:20],
)
def test_a_cursor_that_was_made_up_is_refused(reader, cursor):
    refused(reader, "after", cursor)


def test_a_cursor_that_was_changed_is_refused(reader):
    cursor = cursor_of(reader)
    for place in (0, len(cursor) // 2, -1):
        other = "A" if cursor[place] != "A" else "B"
        changed = [*cursor]
        changed[place] = other
        refused(reader, "after", "".join(changed))
    refused(reader, "after", cursor[:-1])


def test_sums_in_another_currency_begin_at_the_first_page(reader):
    cursor = cursor_of(reader, sort="announced")
    text = reader.get("/en/projects/", {"after": cursor, "sort": "announced", "per_page": 25}).text
    for parameter in ("currency=USD", "rate=today"):
        (url,) = {part.split('"')[0] for part in text.split('href="') if parameter in part.split('"')[0]}
        assert "after=" not in url and "sort=announced" in url


# ---- What else the query string says of a page ----------------------------------------------


@pytest.mark.parametrize("text", ["10", "0", "-25", "25.0", "1e2", "201", "9" * 30, "x", "\x00", "٢٥", " 25"])
def test_other_sizes_are_refused(text):
    with pytest.raises(BadParameter) as raised:
        paging.per_page({"per_page": text})
    assert raised.value.errors.keys() == {"per_page"}


def test_sizes():
    assert [paging.per_page({"per_page": text}) for text in ("", "25", "200")] == [50, 25, 200]
    assert paging.per_page({}) == 50


@pytest.mark.parametrize("text", ["x", "-", "--name", "name,place", "pk", "name__x", "-\x00", "?", "x" * 10_000])
def test_other_sorts_are_refused(text):
    with pytest.raises(BadParameter) as raised:
        paging.chosen_sort({"sort": text}, {"name": None, "place": None}, "name")
    assert raised.value.errors.keys() == {"sort"}


def test_sorts():
    sorts = {"name": None, "place": None}
    assert [paging.chosen_sort({"sort": text}, sorts, "name") for text in ("", "place", "-place")] == [
        "name",
        "place",
        "-place",
    ]


def test_a_count_stops_at_its_limit(portfolio, monkeypatch):
    assert paging.capped_count(Project.objects.all()) == (120, True)
    monkeypatch.setattr(paging, "COUNT_LIMIT", 100)
    assert paging.capped_count(Project.objects.all()) == (100, False)
