"""What one writer has not committed yet, another one waits for: neither writes over the other, nor fails by it."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

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
