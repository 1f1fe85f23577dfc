"""What is remembered of a state of the data is never shown for another one, nor to others than it is for."""

import contextlib
import random
import re
import threading
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from django_filters import MultipleChoiceFilter

from projects import memory, permissions, rollups, timetravel
from projects.attention import is_at_risk, is_overdue
from projects.dashboards.home import lacking, numbers
from projects.facets import facets
from projects.filters import ProjectFilterSet
from projects.filters.base import CodesFilter, MoneyFilter
from projects.filters.projects import FACETS, IN_PARTS
from projects.models import (
    Amount,
    Organisation,
    Place,
    Programme,
    Project,
    ProjectLink,
    ProjectParty,
    Sector,
    Source,
    Update,
)
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


@pytest.mark.parametrize("address", ["/en/map/", "/en/actions/"])
def test_boards_are_kept_until_something_is_written(people, address, django_assert_max_num_queries):
    client = Client()
    client.force_login(people[0])
    first = client.get(address).text
    with django_assert_max_num_queries(4):
        assert TOKEN.sub("", client.get(address).text) == TOKEN.sub("", first)
    factories.project(status="delayed")
    assert TOKEN.sub("", client.get(address).text) != TOKEN.sub("", first)


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
    assert 0 < sum(kept.size for kept in memory._answers.values()) == memory._size <= 3 * page


def test_what_is_asked_at_once_is_made_once(people, amount):
    """Readers who come while the answer is made wait for it; where making it fails, one of them makes it."""
    made, begun = [], threading.Event()

    def make():
        made.append(threading.get_ident())
        begun.set()
        time.sleep(0.2)
        if len(made) == 1:
            raise ValueError
        return "answer"

    def ask():
        with contextlib.closing(connection), memory.used(), contextlib.suppress(ValueError):
            answers.append(memory.remembered("at once", make))

    answers = []
    readers = [threading.Thread(target=ask) for _reader in range(4)]
    readers[0].start()
    begun.wait()
    for reader in readers[1:]:
        reader.start()
    for reader in readers:
        reader.join()
    assert (answers, len(made)) == (["answer"] * 3, 2)


# The register in parts

FAR = (1, 1500, 40_000, 70_001)  # keys of projects, each in a part of its own


@pytest.fixture
def far(people):
    """A few projects in each of several parts of the register, with what they count by."""
    found = [factories.project(pk=first + place) for first in FAR for place in range(2)]
    for project in found[::2]:
        factories.party(project=project)
        factories.amount(project=project, value=7)
    candidates = factories.party(programme=factories.programme())
    candidates.candidates.set(found[:3])
    return found


def figures(user, query=""):
    """All that is kept in parts, as the pages of the user's compute it."""
    chosen = ProjectFilterSet(QueryDict(query), user=user)
    amounts, today = permissions.visible_to(user, Amount.objects.all()), timezone.localdate()
    portfolio = rollups.Portfolio(chosen.rows(), amounts=amounts, statements=False, state=chosen.state)
    return (
        portfolio.total,
        portfolio.by_each(["stage_group", "sector", "district", "year"]),
        portfolio.by("investor_country"),
        rollups.Portfolio(chosen.rows(), amounts=amounts, state=chosen.state).by("sector"),
        {name: sorted(values, key=str) for name, values in facets(chosen, FACETS).items()},
        lacking(chosen, user),
        numbers(chosen, "flagged", {"late": is_overdue(today), "at_risk": is_at_risk(today)}),
    )


def _moved(far, dice):
    Project.objects.filter(pk=dice.choice(far).pk).update(
        place=factories.place(dice.choice(["KZ-27", "KZ-CHINGIRLAU"]))
    )


def _any(model, dice):
    return dice.choice(list(model.objects.order_by("pk")))


WRITES = {
    "amount": lambda far, dice: factories.amount(
        project=dice.choice(far), value=dice.randrange(900), is_confidential=dice.random() < 0.3
    ),
    "part of an amount": lambda far, dice: factories.amount(
        project=dice.choice(far), inclusion="yes", included_in=factories.amount(programme=factories.programme())
    ),
    "amount moved": lambda far, dice: Amount.objects.filter(pk=_any(Amount, dice).pk).update(project=dice.choice(far)),
    "amounts at once": lambda far, dice: Amount.objects.filter(project__isnull=False).update(value=dice.randrange(99)),
    "project": lambda far, dice: factories.project(pk=dice.choice(FAR) + dice.randrange(3, 900)),
    "announced": lambda far, dice: Project.objects.filter(pk=dice.choice(far).pk).update(
        announced_on=f"20{dice.randrange(10, 30)}-05-01"
    ),
    "unnamed": lambda far, dice: Project.objects.filter(pk=dice.choice(far).pk).update(
        is_placeholder=dice.random() < 0.5
    ),
    "sector of a project": lambda far, dice: factories.project_sector(
        project=factories.project(pk=dice.choice(FAR) + dice.randrange(3, 900))
    ),
    "party": lambda far, dice: factories.party(project=dice.choice(far)),
    "party of another": lambda far, dice: ProjectParty.objects.filter(pk=_any(ProjectParty, dice).pk).update(
        organisation=factories.investor()
    ),
    "party gone": lambda far, dice: ProjectParty.objects.exclude(project=None).order_by("?").first().delete(),
    "candidates": lambda far, dice: ProjectParty.objects.get(project=None).candidates.set(dice.sample(far, 2)),
    "country": lambda far, dice: Organisation.objects.filter(pk=_any(Organisation, dice).pk).update(
        country=dice.choice([None, factories.place("CN"), factories.place("KZ")])
    ),
    "observation": lambda far, dice: factories.observation(project=dice.choice(far)),
    "sectors in another": lambda far, dice: Sector.objects.filter(pk="HEALTH").update(
        parent=dice.choice([None, factories.sector("ENERGY")])
    ),
    "places elsewhere": lambda far, dice: Place.objects.filter(parent__isnull=False).update(
        kind=dice.choice(["district", "settlement"])
    ),
    "statement of another": lambda far, dice: Amount.objects.filter(pk=_any(Amount, dice).pk).update(
        statement=_any(Amount, dice).statement
    ),
    "milestone": lambda far, dice: factories.milestone(project=dice.choice(far), planned_on="2021-05-01"),
    "problem": lambda far, dice: factories.problem(project=dice.choice(far), severity="critical"),
    "report that is due": lambda far, dice: factories.reporting_period(),
    "report": lambda far, dice: factories.update(project=dice.choice(far)),
    "programme": lambda far, dice: Programme.objects.update(code=f"synthetic-{dice.randrange(10**9)}"),
}


@pytest.mark.parametrize("seed", range(2))
def test_figures_in_parts_are_those_of_the_whole(far, people, seed):
    """After each of many writes by everybody, what was kept of other parts added to what is new equals a new count."""
    factories.sector("ENERGY")
    dice, written = random.Random(seed), 0
    while written < 30:
        name = dice.choice(sorted(WRITES))
        try:
            with transaction.atomic():
                WRITES[name](far, dice)
        except IntegrityError:
            continue
        written += 1
        asked = dice.choice(people), dice.choice(["", "sector=ENERGY&announced_max=500&missing=stage"])
        with memory.unused():
            expected = figures(*asked)
        with memory.used():
            assert figures(*asked) == expected, (name, asked)


def test_only_what_was_written_is_counted_anew(far, people):
    """The whole is asked once; each write then narrows what is asked, down to the blocks that are written in."""
    asked = []

    def count(part):
        asked.append(Project.objects.filter(part("pk")).count())
        return {"projects": (asked[-1],)}

    def anew():
        asked.clear()
        with memory.used():
            found = memory.added_up("projects", count)
        assert found == {"projects": (Project.objects.count(),)}
        return asked

    assert anew() == [8]
    assert anew() == []
    for expected in ([4, 0, 2, 0, 2], [2, 2, *[0] * 14], [2]):
        factories.amount(project=far[0])
        assert anew() == expected
    for write, parts in [
        (lambda: factories.amount(project=far[2]), 1),
        (lambda: Project.objects.filter(pk__in=[far[0].pk, far[2].pk]).update(status="delayed"), 2),
        (lambda: factories.milestone(project=far[0]), 1),
        (lambda: factories.observation(project=far[2]), 1),
        (lambda: factories.statement(), 0),
        (lambda: factories.obligation(project=far[0]), 0),
        (lambda: Organisation.objects.update(name_en="Synthetic other name"), 0),
        (lambda: Project.objects.filter(pk=0).update(status="delayed"), 0),
        (lambda: Organisation.objects.update(country=None), 1),
        (lambda: factories.reporting_period(), 1),
    ]:
        write()
        assert len(anew()) == parts


def _hangs_on_what_is_noted(sql):
    """Asserts that the tables and columns of a query are those whose changes are noted for the parts."""
    tables = defaultdict(set)  # of each alias: subqueries take the same ones
    for table, alias in re.findall(r'(?:FROM|JOIN) "(\w+)"(?: (?!ON|WHERE|LEFT|INNER|GROUP)(\w+))?', sql):
        tables[alias or table].add(table)
    # The view of due reports is of projects, updates, and tables all of which is noted.
    assert set().union(*tables.values()) <= memory.COUNTED.keys() | memory.SHARED.keys() | {"projects_duereport"}
    for alias, named in tables.items():
        if named <= memory.SHARED.keys():
            used = set(re.findall(rf'"?\b{alias}"?\."(\w+)"', sql))
            noted = {name for table in named for name in memory.SHARED[table].split(", ")}
            assert used <= {"id", "code"} | noted, named


def test_what_is_counted_in_parts_hangs_on_nothing_else(far, people):
    seen = []
    with connection.execute_wrapper(lambda run, *call: seen.append(call[0]) or run(*call)), memory.used():
        figures(people[0])
    parts = [sql for sql in seen if re.search(r'"id" (>=|<) ', sql)]
    assert len(parts) > 6
    for sql in parts:
        _hangs_on_what_is_noted(sql)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.view_table_usage WHERE view_name = 'projects_duereport'"
        )
        assert {table for (table,) in cursor} == {"projects_project", "projects_update", *memory.OF_ALL}


def test_filters_of_what_is_counted_in_parts_hang_on_nothing_else(far, people):
    factories.project(
        curator=people[0], department=factories.investor(), programme=factories.programme(), stage=factories.stage()
    )
    Organisation.objects.update(country=factories.place("CN"), province=factories.place("KZ-27"))
    for name in sorted(IN_PARTS):
        filter_ = ProjectFilterSet.base_filters[name]
        if isinstance(filter_, CodesFilter):
            values = filter_.queryset.values_list(filter_.extra["to_field_name"], flat=True)[:2]
        else:
            values = [value for value, _label in filter_.extra.get("choices", [("2020-01-01", "")])]
            values = ["7"] if isinstance(filter_, MoneyFilter) else values
        query = QueryDict(mutable=True)
        query.setlist(name, values if isinstance(filter_, (CodesFilter, MultipleChoiceFilter)) else values[-1:])
        chosen = ProjectFilterSet(query, user=people[1])
        assert chosen.state.is_in_parts
        assert chosen.active == [name]
        _hangs_on_what_is_noted(str(chosen.rows().query))


# Pages of one project


@pytest.fixture
def told(far, people):
    """The first of the projects, whose page tells of others in other parts of the register too."""
    project = far[0]
    factories.project_link(from_project=project, to_project=far[6])
    whole = factories.amount(project=far[4], value=70)
    factories.amount(project=project, value=3, inclusion="yes", included_in=whole)
    for make in (factories.observation, factories.milestone, factories.problem, factories.update, factories.obligation):
        make(project=project)
    factories.shipment().projects.add(project)
    return project


@pytest.fixture
def told_page(told, people):
    """Function: the page of the project told of, as one of the people sees it."""
    client = Client()
    client.force_login(people[0])
    return lambda: TOKEN.sub("", client.get(f"/en/projects/{told.reference}/").text)


TOLD = {
    "name of another": lambda far, dice: Project.objects.filter(pk=far[6].pk).update(
        name_en=f"Synthetic name {dice.randrange(10**9)}"
    ),
    "whole": lambda far, dice: Amount.objects.filter(project=far[4], value__gt=7).update(value=dice.randrange(20, 900)),
    "whole of another": lambda far, dice: Amount.objects.filter(included_in__isnull=False).update(
        included_in=Amount.objects.filter(included_in=None).order_by("?").first()
    ),
    "link": lambda far, dice: ProjectLink.objects.update(to_project=dice.choice(far)),
    "name": lambda far, dice: Organisation.objects.update(name_en=f"Synthetic body {dice.randrange(10**9)}"),
    "source": lambda far, dice: Source.objects.update(published_on=f"20{dice.randrange(10, 26)}-03-01"),
    "stage": lambda far, dice: factories.stage_change(project=dice.choice(far)),
    "requirement": lambda far, dice: factories.stage_requirement(),
    "document": lambda far, dice: factories.project_document(project=dice.choice(far)),
    "obligation": lambda far, dice: factories.obligation(project=dice.choice(far)),
    "shipment": lambda far, dice: factories.shipment().projects.add(dice.choice(far)),
    "update gone": lambda far, dice: Update.objects.order_by("?")[:1].get().delete(),
}


def test_the_page_of_a_project_is_never_older_than_what_is_written(told_page, far):
    dice = random.Random(3)
    told_page()
    for name in [*TOLD, *dice.sample(sorted(WRITES), 8)]:
        with contextlib.suppress(IntegrityError, ObjectDoesNotExist), transaction.atomic():
            (TOLD | WRITES)[name](far, dice)
        shown = told_page()
        memory._answers.clear()
        assert told_page() == shown, name


def test_the_page_of_a_project_outlives_writes_to_others(told_page, far, people, django_assert_max_num_queries):
    document = factories.document()
    told_page()
    for write in (
        lambda: factories.amount(project=far[2], statement=factories.statement()),
        lambda: factories.update(project=far[2], author=people[0]),
        lambda: Project.objects.filter(pk=far[2].pk).update(status="delayed"),
        lambda: factories.project_document(project=far[2], document=document),
    ):
        write()
        with django_assert_max_num_queries(4):
            told_page()
