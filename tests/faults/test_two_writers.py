"""What one writer has not committed yet, another one waits for: neither writes over the other, nor fails by it."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

from projects import actions, closing
from projects.models import Project
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # seconds


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def beside(first, second):
    """Run `first()` in a transaction of another connection, which ends once `second()` waits for it, or is through.

    Returns: what `second` returns.
    """
    begun, done, failed = threading.Event(), threading.Event(), []

    def run():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                first()
                begun.set()
                end, is_waiting = time.monotonic() + PATIENCE, False
                while not (is_waiting or done.wait(0.02)) and time.monotonic() < end:
                    cursor.execute(
                        "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                        " WHERE NOT l.granted AND a.datname = current_database())"
                    )
                    (is_waiting,) = cursor.fetchone()
        except Exception as error:
            failed.append(error)
        finally:
            begun.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    begun.wait(PATIENCE)
    try:
        return second()
    finally:
        done.set()
        thread.join()
        assert not failed


@pytest.fixture
def draft():
    return factories.update(period=factories.reporting_period())


def refusal_of(act, **given):
    try:
        act(**given)
    except actions.Refused as refused:
        return str(refused)
    return ""


def test_a_period_is_not_closed_over_an_update_that_is_being_sent(draft):
    reviewer = factories.reviewer()
    refused = beside(
        lambda: actions.submit_update(by=draft.author, update=draft),
        lambda: refusal_of(closing.close_period, by=reviewer, period=draft.period),
    )
    assert "still wait for review: 1" in refused


def test_an_update_is_not_sent_into_a_period_that_is_being_closed(draft):
    reviewer = factories.reviewer()
    refused = beside(
        lambda: closing.close_period(by=reviewer, period=draft.period),
        lambda: refusal_of(actions.submit_update, by=draft.author, update=draft),
    )
    assert "is closed" in refused
    draft.refresh_from_db()
    assert (draft.status, draft.period) == ("draft", None)


def test_two_statements_of_one_source_have_numbers_of_their_own():
    source = factories.source(code="SYN-1")
    factories.statement(source=source, code="SYN-1-7", position=1)
    texts = {"text_en": "Synthetic"}
    second = beside(lambda: source.add_statement(**texts), lambda: source.add_statement(**texts))
    assert (second.code, second.position) == ("SYN-1-9", 3)


def test_a_lead_becomes_a_project_while_another_project_is_added():
    sector = factories.sector("SYN-L")
    lead, editor = factories.lead(sector=sector), factories.department_editor(sectors=[sector])
    client = Client()
    client.force_login(editor)
    answer = beside(
        lambda: factories.project(reference="WKR-0001"), lambda: client.post(f"/en/leads/{lead.pk}/project/")
    )
    assert answer.status_code == 303
    lead.refresh_from_db()
    assert lead.converted_to.reference == "WKR-0002"
    assert Project.objects.count() == 2
