"""When a session ends: without anybody there, in any case after twelve hours; and what is there after the next one."""

import datetime
import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from projects.models import Autosave
from projects.signin import SEEN
from tests import factories

pytestmark = pytest.mark.django_db
LOGIN, HOME = "/en/accounts/login/", "/en/projects/"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def person():
    return factories.editor("synthetic-editor")


@pytest.fixture
def signed_in(client, person):
    client.post(LOGIN, {"username": person.username, "password": factories.PASSWORD})
    return client


def away(client, **span):
    """As if this long had passed since somebody was there."""
    session = client.session
    session[SEEN] -= int(datetime.timedelta(**span).total_seconds())
    session.save()


def test_who_comes_in_time_stays(signed_in):
    for _turn in range(3):
        away(signed_in, minutes=59)
        assert signed_in.get(HOME).status_code == 200


def test_after_an_hour_one_signs_in_again_and_is_back(signed_in, person):
    away(signed_in, minutes=61)
    key = signed_in.session.session_key
    answer = signed_in.get(f"{HOME}?q=x")
    assert (answer.status_code, answer.url) == (302, f"{LOGIN}?next=/en/projects/%3Fq%3Dx")
    assert "nothing was done for 60 minutes" in signed_in.get(answer.url).content.decode()
    data = {"username": person.username, "password": factories.PASSWORD, "next": f"{HOME}?q=x"}
    assert signed_in.post(answer.url, data).url == f"{HOME}?q=x"
    old = Client()
    old.cookies["sessionid"] = key
    assert old.get(HOME).status_code == 302, "the former session stays ended"


def test_the_setting_decides(signed_in, settings):
    settings.SESSION_IDLE_MINUTES = 5
    away(signed_in, minutes=6)
    assert signed_in.get(HOME).status_code == 302


def test_part_of_a_page_leads_the_whole_page_to_the_sign_in(signed_in):
    away(signed_in, minutes=61)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/en/projects/?sector=ENERGY"}
    answer = signed_in.get("/en/projects/?sector=OIL", headers=headers)
    assert answer.headers["HX-Redirect"] == f"{LOGIN}?next=/en/projects/%3Fsector%3DENERGY"
    assert signed_in.get("/api/v1/projects/").status_code == 401


def test_the_past_is_refused_as_the_present_is(signed_in):
    away(signed_in, minutes=61)
    assert signed_in.get(f"{HOME}?as_of=2025-10-10").status_code == 302
    assert signed_in.get(HOME).status_code == 302


def test_what_a_page_asks_for_by_itself_keeps_no_session(signed_in):
    away(signed_in, minutes=59)
    for _turn in range(2):
        assert signed_in.get(HOME, headers={"X-Background": "1"}).status_code == 200
    away(signed_in, minutes=2)
    assert signed_in.get(HOME, headers={"X-Background": "1"}).status_code == 302


def test_the_session_is_written_once_a_minute(signed_in, django_assert_num_queries):
    url = reverse("theme")
    signed_in.get(url)
    with django_assert_num_queries(2):  # session and person
        signed_in.get(url)
    away(signed_in, seconds=61)
    with django_assert_num_queries(5):  # and the session, in a savepoint
        signed_in.get(url)
    with django_assert_num_queries(2):
        signed_in.get(url)


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_that_jumps_makes_no_session_eternal(signed_in, days):
    away(signed_in, days=days)
    assert signed_in.get(HOME).status_code == (200 if days < 0 else 302)
    if days < 0:
        assert signed_in.session[SEEN] <= time.time()


def test_the_day_ends_for_who_was_always_there(signed_in):
    began = timezone.now()
    away(signed_in, seconds=61)
    assert signed_in.get(HOME).status_code == 200
    row = Session.objects.get(pk=signed_in.session.session_key)
    assert abs(row.expire_date - began - datetime.timedelta(hours=12)) < datetime.timedelta(minutes=1)
    session = signed_in.session
    session.set_expiry(timezone.now() - datetime.timedelta(seconds=1))  # as if it had begun twelve hours ago
    session.save()
    assert signed_in.get(HOME).status_code == 302


def test_what_was_typed_is_there_after_the_next_sign_in(signed_in, person):
    project = factories.project()
    address = reverse("update-autosave", args=[project.reference])
    typed = {"submission_key": "synthetickey12345678", "narrative": "Synthetic words", "version": "", "revision": "0"}
    answer = signed_in.post(address, typed)
    assert (answer.status_code, Autosave.objects.count()) == (200, 1), answer.content
    draft = reverse("update-edit", args=[Autosave.objects.get().update_id])
    away(signed_in, minutes=61)
    assert signed_in.post(address, typed | {"narrative": "more"}).status_code == 302
    asked = signed_in.post(draft, typed)
    assert asked.url == f"{LOGIN}?next={draft}"
    data = {"username": person.username, "password": factories.PASSWORD, "next": draft}
    back = signed_in.post(asked.url, data, follow=True)
    assert back.redirect_chain[-1][0] == draft
    assert "Synthetic words" in back.content.decode()
