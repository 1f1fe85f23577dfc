"""The sums that the database keeps of each project are those of its amounts, whoever wrote these and however."""

import contextlib
import io
import threading
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from projects import exchange, rates, rollups
from projects.models import Amount, ExchangeRate, Project, ProjectMoney
from projects.models.choices import AmountKind
from tests import factories
from tests.test_rollups import random_portfolio, store, world  # noqa: F401 -- `world` is a fixture

DAY = factories.DAY
COUNTS = ("value", *rollups.COUNTS)


def kept():
    """(project, kind) -> the sums of all, and of all that is not confidential, as the database keeps them."""
    return {
        row.pk: [[getattr(row, f"{prefix}{name}") for name in COUNTS] for prefix in ("", "open_")]
        for row in ProjectMoney.objects.all()
    }


def added_up():
    """The same, added up in Python from the amounts that lists show."""
    found = {}
    for amounts in (Amount.objects.all(), Amount.objects.filter(is_confidential=False)):
        for project in rollups.with_listed_amounts(Project.objects.all(), amounts=amounts):
            for kind in AmountKind.values:
                rows = [amount for amount in project.listed_amounts if amount.kind == kind]
                total = rollups.sum_of(rows, kind, "KZT")
                found.setdefault((project.pk, kind), []).append([getattr(total, name) for name in COUNTS])
    return found


# ---- Random writes --------------------------------------------------------------------------


def change_a_value(random, amounts):
    amounts.filter(pk=some(random, amounts)).update(value=random.randint(1, 10**6), bound=random.choice(["eq", "lt"]))


def hide_some(random, amounts):
    amounts.filter(pk__gte=some(random, amounts)).update(is_confidential=random.random() < 0.5)


def move_some(random, amounts):
    own = amounts.filter(project__isnull=False)
    own.filter(pk__lte=some(random, own)).update(project=random.choice(list(Project.objects.all())))


def doubt_a_whole(random, amounts):
    parts = amounts.filter(included_in__isnull=False)
    parts.filter(pk=some(random, parts)).update(inclusion=random.choice(["yes", "unknown"]))


def free_the_parts(random, amounts):
    amounts.filter(pk__gte=some(random, amounts)).update(included_in=None, inclusion="no")


def delete_one(random, amounts):
    free = amounts.filter(parts__isnull=True, supersedes__isnull=True)
    free.filter(pk=some(random, free)).delete()


def delete_a_project(random, amounts):
    Project.objects.filter(amounts__isnull=True).delete()


def publish_a_rate(random, amounts):
    day = DAY - timedelta(days=random.randint(0, 12))
    if not ExchangeRate.objects.filter(currency="USD", day=day).exists():
        rates.store(rates.Feed({("USD", day): (Decimal(random.randint(1, 900)), 1)}))


def copy_some(random, amounts):
    """By COPY, as large imports write them."""
    statement, project = factories.statement().pk, random.choice(list(Project.objects.all())).pk
    columns = ["project_id", "statement_id", "kind", "value", "currency", "bound", "date_precision", "inclusion"]
    columns += ["certainty", "money_source", "is_confidential", "created_at", "updated_at", "version"]
    columns += ["note_kk", "note_ru", "note_en", "note_zh_hans"]
    line = [project, statement, "committed", 7, random.choice(["KZT", "EUR"]), "ge", "unknown", "no"]
    line += ["likely", "own", "f", "2026-01-01", "2026-01-01", 1, "", "", "", ""]
    text = "\n".join(["\t".join(map(str, line))] * random.randint(1, 4))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY projects_amount ({', '.join(columns)}) FROM STDIN", io.StringIO(text))


def take_back(random, amounts):
    try:
        with transaction.atomic():
            amounts.update(value=1)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass


def some(random, amounts):
    return random.choice([0, *amounts.values_list("pk", flat=True)])


WRITES = (
    change_a_value,
    hide_some,
    move_some,
    doubt_a_whole,
    free_the_parts,
    delete_one,
    delete_a_project,
    publish_a_rate,
    copy_some,
    take_back,
)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**9))
def test_after_any_writes_the_kept_sums_are_those_of_the_amounts(world, seed):  # noqa: F811
    random = Random(seed)
    with transaction.atomic():
        store(random_portfolio(random))
        assert kept() == added_up()
        done = []
        for write in random.choices(WRITES, k=8):
            done.append(write.__name__)
            write(random, Amount.objects.all())
            assert kept() == added_up(), done
        transaction.set_rollback(True)


def test_a_part_of_a_whole_of_another_project_follows_it(world):  # noqa: F811
    whole = factories.amount(programme=factories.programme(), value=100)
    part = factories.amount(project=factories.project(), value=30, included_in=whole, inclusion="yes")
    row = ProjectMoney.objects.filter(project=part.project, kind="announced")
    assert row.get().value == 30
    Amount.objects.filter(pk=whole.pk).update(programme=None, project=factories.project())
    assert row.get().value is None


def test_lost_sums_are_added_up_again(world):  # noqa: F811
    factories.amount(project=factories.project(), value=30)
    ProjectMoney.objects.update(value=1)
    call_command("rebuild_totals", stdout=io.StringIO())
    assert kept() == added_up()


# ---- Two writers at once --------------------------------------------------------------------


def at_once(first, second):
    """Run `second` in another connection between `first` and its commit. Raises: what `second` raises."""
    failed = []

    def run():
        try:
            with transaction.atomic():
                second()
        except Exception as error:  # told in the thread of the test
            failed.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        other.join(0.5)
    other.join(20)
    assert not other.is_alive()
    if failed:
        raise failed[0]


@pytest.mark.django_db(transaction=True)
def test_two_writers_of_one_project_lose_nothing():
    project = factories.project()
    factories.amount(project=project, value=1)
    statement = factories.statement()
    at_once(
        lambda: factories.amount(project=project, value=10, statement=statement),
        lambda: factories.amount(project=project, value=100, statement=statement),
    )
    assert kept() == added_up()
    assert ProjectMoney.objects.get(project=project, kind="announced").value == 111


@pytest.mark.django_db(transaction=True)
def test_a_new_part_and_a_change_of_its_whole_see_each_other():
    whole = factories.amount(programme=factories.programme(), value=100)
    statement, one, two = factories.statement(), factories.project(), factories.project()

    def doubt():
        Amount.objects.filter(pk=whole.pk).update(programme=None, project=two)

    def add():
        factories.amount(project=one, value=10, statement=statement, included_in=whole, inclusion="yes")

    at_once(doubt, add)
    assert kept() == added_up()
    Amount.objects.filter(pk=whole.pk).update(project=None, programme=factories.programme())
    at_once(add, doubt)
    assert kept() == added_up()


@pytest.mark.django_db(transaction=True)
def test_imports_of_the_same_projects_in_opposite_order_both_succeed():
    one, two = factories.project(), factories.project()
    statement = factories.statement()
    turns = threading.Barrier(2, timeout=1)

    def write(*projects):
        exchange.one_at_a_time()
        for project in projects:
            factories.amount(project=project, value=10, statement=statement)
            with contextlib.suppress(threading.BrokenBarrierError):
                turns.wait()  # without the lock both would be here, each holding what the other needs next

    failed = []

    def run(*projects):
        try:
            with transaction.atomic():
                write(*projects)
        except Exception as error:  # told in the thread of the test
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=order) for order in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed and not any(thread.is_alive() for thread in threads)
    assert kept() == added_up()
    assert ProjectMoney.objects.filter(kind="announced", value=20).count() == 2
