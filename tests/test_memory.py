"""What is remembered of a state of the data is never shown for another one, nor to others than it is for."""

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from projects import memory, permissions, rollups, timetravel
from projects.filters import ProjectFilterSet
from projects.models import Amount, Project
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def announced(user, query=None):
    """The announced total as a page of the user's computes it, and how many queries that took."""
    chosen = ProjectFilterSet(query or QueryDict(), user=user)
    amounts = permissions.visible_to(user, Amount.objects.all())
    seen = []
    with connection.execute_wrapper(lambda run, *call: seen.append(call[0]) or run(*call)):
        portfolio = rollups.Portfolio(chosen.rows(), amounts=amounts, statements=False, state=chosen.state)
        value = portfolio.total.amounts["announced"].value
    return value, len(seen)


def on_a_page(*arguments):
    with memory.used():
        return announced(*arguments)


@pytest.fixture
def people():
    for user in (found := [factories.administrator(), factories.analyst()]):
        permissions.roles(user)
    return found


@pytest.fixture
def amount(people):
    return factories.amount(project=factories.project(), value=30)


def test_what_was_computed_is_asked_once(people, amount):
    first, asked = on_a_page(people[0])
    assert (first, asked > 1) == (30, True)
    assert on_a_page(people[0]) == (30, 1)


@pytest.mark.parametrize(
    "write",
    [
        lambda amount: Amount.objects.filter(pk=amount.pk).update(value=50),
        lambda amount: factories.amount(project=amount.project, value=20),
        lambda amount: Amount.objects.filter(pk=amount.pk).delete(),
        lambda amount: Project.objects.filter(pk=amount.project_id).update(is_placeholder=True),
    ],
)
def test_any_write_is_seen_at_once(people, amount, write):
    on_a_page(people[0])
    write(amount)
    with memory.unused():
        now, _asked = announced(people[0])
    assert now != 30
    assert on_a_page(people[0])[0] == now


def test_confidential_money_is_remembered_for_those_alone_who_may_see_it(people, amount):
    factories.amount(project=amount.project, value=500, is_confidential=True)
    for _turn in range(2):
        assert [on_a_page(user)[0] for user in people] == [530, 30]


def test_each_filter_has_its_own(people, amount):
    assert on_a_page(people[0])[0] == 30
    assert on_a_page(people[0], QueryDict("status=delayed"))[0] is None


def test_nothing_is_remembered_of_what_is_not_written_yet(people, amount):
    with memory.used(), transaction.atomic():
        Amount.objects.filter(pk=amount.pk).update(value=50)
        assert announced(people[0])[0] == 50
        transaction.set_rollback(True)
    assert on_a_page(people[0])[0] == 30


def test_the_past_is_not_the_present(people, amount):
    assert on_a_page(people[0])[0] == 30
    with memory.used(), timetravel.looking_back(known_at=timetravel.parse_known_at("2001-01-01")):
        assert announced(people[0])[0] is None
    assert on_a_page(people[0])[0] == 30


def test_each_past_is_remembered_for_itself(people, amount):
    """What was known before the amount was written; what is known now of that day; and that again after a write."""
    written = timezone.now()
    before = {"known_at": written - timedelta(days=1)}

    def then(**past):
        with memory.used(), timetravel.looking_back(**past):
            return announced(people[0])

    for _turn in range(2):
        assert [then(**before)[0], then(known_at=timezone.now())[0]] == [None, 30]
    assert then(**before) == (None, 1)
    Amount.objects.filter(pk=amount.pk).update(value=50)
    assert [then(**before)[0], then(known_at=timezone.now())[0], on_a_page(people[0])[0]] == [None, 50, 50]
    with memory.unused(), timetravel.looking_back(**before):
        assert announced(people[0])[0] is None


def test_states_differ_after_the_notes_are_added_up(people, amount):
    before = on_a_page(people[0])
    states = set()
    for turn in range(1, 506):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_amount SET value = %s WHERE id = %s", [turn, amount.pk])
            cursor.execute("SELECT sum(step) FROM projects_change")
            states.add(cursor.fetchone())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM projects_change")
        assert cursor.fetchone()[0] < 505
    assert len(states) == 505
    assert (before[0], on_a_page(people[0])[0]) == (30, 505)


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/en/projects/", 4),
        ("/ru/projects/?stage_group=unknown&announced_min=1&sort=-announced&group=sector", 4),
        ("/en/?stage_group=unknown", 4),
        ("/zh-hans/projects/{reference}/", 4),
        ("/en/search/?q=SYN", 5),
        ("/api/v1/projects/?count=1", 4),
        ("/api/v1/totals/?by=sector", 4),
        ("/api/v1/facets/", 4),
    ],
)
def test_pages_are_made_once_for_a_state(people, amount, address, most, django_assert_max_num_queries):
    address = address.format(reference=amount.project.reference)
    for user, sees_all in zip(people, (True, False), strict=True):
        client = Client()
        client.force_login(user)
        Amount.objects.filter(is_confidential=True).delete()
        assert "530" not in client.get(address).text
        factories.amount(project=amount.project, value=500, is_confidential=True)
        first = TOKEN.sub("", client.get(address).text)
        with django_assert_max_num_queries(most):
            again = client.get(address).text
        assert TOKEN.sub("", again) == first
        if "facets" not in address and "search" not in address:
            assert ("530.00" in first or "500.00" in first) == sees_all


def test_a_person_s_own_filter_is_remembered_for_that_person_alone(people, amount):
    factories.project(curator=people[0])
    rows = []
    for user in (*people, *people):
        client = Client()
        client.force_login(user)
        rows.append(client.get("/en/projects/?curator=me").text.count("<tr data-reference"))
    assert rows == [1, 0, 1, 0]


def test_memory_is_bounded(people, amount, monkeypatch):
    client = Client()
    client.force_login(people[0])
    page = len(client.get("/en/projects/").content)
    monkeypatch.setattr(memory, "KEPT", 3 * page)
    for number in range(10):
        client.get(f"/en/projects/?announced_max={number + 100}")
    assert 0 < sum(map(memory._size, memory._answers.values())) <= 3 * page
