"""/metrics: for the machine itself and for administrators' tokens; numbers as Prometheus reads them."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from projects import tokens
from projects.models.choices import UpdateStatus
from tests import factories

pytestmark = pytest.mark.django_db
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def read(**request):
    return Client().get("/metrics", **request)


def numbers(answer):
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {(row.name, *row.labels.values()): row.value for family in families for row in family.samples}


def test_the_machine_itself_reads_the_numbers_of_now(django_assert_max_num_queries):
    before = numbers(read())
    factories.update(status=UpdateStatus.SUBMITTED)
    with django_assert_max_num_queries(8):
        now = numbers(read())
    waiting, projects = ("tracker_updates_waiting",), ("tracker_projects",)
    assert (now[waiting] - before[waiting], now[projects] - before[projects]) == (1, 1)
    assert now["tracker_database_bytes",] > 1_000_000
    assert now["process_resident_memory_bytes",] > 1_000_000


@pytest.mark.parametrize(
    "request_", [ELSEWHERE, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, ELSEWHERE | {"HTTP_AUTHORIZATION": "Bearer no"}]
)
def test_nobody_else_reads_them(request_):
    answer = read(**request_)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"tracker_" not in answer.content


@pytest.mark.parametrize(("person", "status"), [(factories.administrator, 200), (factories.editor, 401)])
def test_a_token_of_an_administrator_reads_them(person, status):
    _row, text = tokens.create_token(user=person(), name="synthetic")
    assert read(HTTP_AUTHORIZATION=f"Bearer {text}", **ELSEWHERE).status_code == status


def test_nothing_is_done_there():
    assert Client().post("/metrics").status_code == 405
