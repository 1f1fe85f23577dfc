"""How often one person may call: counted over all tokens of the person, also where the past is read."""

import time

import pytest

from tests import factories
from tests.api.conftest import Caller
from tests.api.test_reading import is_problem

MIDDLE = 1_800_000_030  # seconds, in the middle of a minute


@pytest.fixture(autouse=True)
def _clock(monkeypatch, settings):
    monkeypatch.setattr(time, "time", lambda: MIDDLE)
    settings.API_REQUESTS_PER_MINUTE = 3


def test_too_many_requests_of_one_person_wait(db, monkeypatch):
    user = factories.analyst()
    one, other, stranger = Caller(user), Caller(user), Caller(factories.analyst())
    browser = Caller()
    browser.client.force_login(user)
    for call, path in ((one, "leads/"), (other, "leads/?as_of=2025-10-10"), (browser, "leads/")):
        assert call(path).status_code == 200
    for call in (one, other, browser):
        response = call("leads/", **{"Accept-Language": "ru"})
        assert "запрос" in is_problem(response, 429)["title"].lower()
        assert response.headers["Retry-After"] == "30"
    assert stranger("leads/").status_code == 200
    monkeypatch.setattr(time, "time", lambda: MIDDLE + 30)
    assert one("leads/").status_code == 200


def test_callers_whom_nobody_knows_leave_no_trace(db, django_assert_max_num_queries):
    for _number in range(5):
        assert Caller()("leads/").status_code == 401
        assert Caller()("leads/", Authorization="Bearer wkr_" + "x" * 43).status_code == 401
