"""Views of lists: saved, opened, shared, opened first, mended, followed."""

import datetime
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from projects import saved_views, subscriptions
from projects.models import Project, SavedView, Subscription
from tests import factories
from tests.pages import read, references

DAY = datetime.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def analyst(client, db):
    user = factories.analyst("synthetic-analyst", email="analyst@example.org")
    client.force_login(user)
    return user


def save(client, **given):
    data = {"name": "Synthetic view", "audience": "me", "as_of_rule": "stated", "path": "projects", "query": ""}
    return client.post("/en/views/new/", data | given)


def a_view(owner, **given):
    return SavedView.objects.create(**{"name": "Synthetic view", "owner": owner, "path": "projects"} | given)


def test_a_list_is_saved_with_its_whole_state_and_opened_again(client, analyst):
    factories.project(reference="SYN-1", main_sector=factories.sector("SYN-A"))
    factories.project(reference="SYN-2", main_sector=factories.sector("SYN-B"))
    query = "sector=SYN-A&columns=reference,name&sort=-name&currency=USD&rate=today&per_page=25"
    page = read(client.get(f"/en/projects/?{query}&after="))
    (save_link,) = [link["href"] for link in page.all("a") if (link["href"] or "").startswith("/en/views/new/?")]
    form = read(client.get(save_link))
    answer = save(client, query=form.one("input", name="query")["value"])
    view = SavedView.objects.get()
    assert answer.url == f"/en/views/{view.pk}/"
    opened = client.get(answer.url)
    assert opened.status_code == 302
    page = read(client.get(opened.url))
    assert references(page) == ["SYN-1"]
    assert "View: Synthetic view" in page.text
    assert dict(client.get(opened.url).wsgi_request.GET.items()) == {
        "sector": "SYN-A",
        "columns": "reference,name",
        "sort": "-name",
        "currency": "USD",
        "rate": "today",
        "per_page": "25",
        "view": str(view.pk),
    }


@pytest.mark.parametrize(
    ("rule", "day"), [("month", "2026-10-31"), ("quarter", "2026-09-30"), ("year", "2025-12-31"), ("stated", None)]
)
def test_the_day_looked_back_to_is_computed_when_it_is_opened(rule, day):

    found = saved_views.as_of(rule, DAY)
    assert (found and found.isoformat()) == day


PEOPLE = ("owner", "named", "colleague", "other", "administrator")


@pytest.fixture
def people(db):
    return {
        "owner": factories.reviewer("synthetic-owner"),
        "named": factories.editor("synthetic-named"),
        "colleague": factories.reviewer("synthetic-colleague"),
        "other": factories.analyst("synthetic-other"),
        "administrator": factories.administrator("synthetic-administrator"),
        "outsider": factories.outsider("synthetic-outsider"),
    }


@pytest.mark.parametrize(
    ("audience", "seeing"),
    [("me", {"owner"}), ("person", {"owner", "named"}), ("group", {"owner", "colleague"}), ("all", set(PEOPLE))],
)
def test_a_view_is_opened_by_those_it_is_for_and_changed_by_its_owner(client, people, audience, seeing):
    group = people["owner"].groups.get()
    view = a_view(people["owner"], audience=audience, person=people["named"], group=group)
    for person, user in people.items():
        client.force_login(user)
        may_see = person in seeing | {"administrator"}
        expected = 403 if person == "outsider" else 302 if may_see else 404
        assert client.get(f"/en/views/{view.pk}/").status_code == expected, person
        may_change = person in ("owner", "administrator")
        changing = 200 if may_change else 403 if may_see or person == "outsider" else 404
        assert client.get(f"/en/views/{view.pk}/edit/").status_code == changing, person
        if not may_change:
            assert client.post(f"/en/views/{view.pk}/delete/").status_code == changing, person
    assert SavedView.objects.filter(pk=view.pk).exists()
    client.logout()
    assert "/accounts/login/" in client.get(f"/en/views/{view.pk}/").url


@pytest.mark.parametrize(
    ("person", "given", "status"),
    [
        ("other", {"audience": "all"}, 302),
        ("owner", {"audience": "all"}, 422),
        ("other", {"audience": "all", "is_default": "on"}, 422),
        ("administrator", {"audience": "all", "is_default": "on"}, 302),
        ("owner", {"audience": "group", "group": "reviewer"}, 302),
        ("owner", {"audience": "group", "group": "analyst"}, 422),
        ("owner", {"audience": "group"}, 422),
        ("owner", {"audience": "person"}, 422),
        ("owner", {"audience": "me", "is_default": "on"}, 302),
        ("owner", {"name": ""}, 422),
        ("owner", {"path": "nowhere"}, 400),
        ("outsider", {}, 403),
    ],
)
def test_whom_a_view_may_be_saved_for(client, people, person, given, status):

    if "group" in given:
        given = given | {"group": Group.objects.get(name=given["group"]).pk}
    client.force_login(people[person])
    assert save(client, **given).status_code == status
    assert SavedView.objects.count() == (status == 302)


def test_a_list_opens_with_the_nearest_default(client, analyst):
    first = {"is_default": True, "query": "status=delayed"}
    for_all = a_view(factories.administrator(), name="Synthetic for all", audience="all", **first)
    assert client.get("/en/projects/").url == f"/en/views/{for_all.pk}/"
    group = a_view(factories.administrator("b"), name="b", audience="group", group=analyst.groups.get(), **first)
    assert client.get("/en/projects/").url == f"/en/views/{group.pk}/"
    own = a_view(analyst, name="Synthetic own", **first)
    assert client.get("/en/projects/").url == f"/en/views/{own.pk}/"
    page = read(client.get(f"/en/projects/?status=delayed&view={own.pk}"))
    assert "/en/projects/?" in page.one("a", class_="chips-clear")["href"]
    assert client.get(page.one("a", class_="chips-clear")["href"]).status_code == 200
    assert client.get("/en/projects/" + page.one("a", href="?view=none")["href"]).status_code == 200


def test_a_view_of_what_is_gone_says_so_and_shows_nothing_more(client, analyst):
    factories.project(reference="SYN-1", main_sector=factories.sector("SYN-A"))
    view = a_view(analyst, query="sector=SYN-GONE&status=delayed")
    answer = client.get(f"/en/views/{view.pk}/")
    assert answer.status_code == 400
    assert "SYN-GONE" in answer.text
    assert "SYN-1" not in answer.text
    form = read(client.get(f"/en/views/{view.pk}/edit/", {"query": "status=delayed"}))
    data = {field["name"]: field["value"] or "" for field in form.all("input", type="hidden")}
    data |= {"name": "Synthetic mended", "audience": "me", "as_of_rule": "stated"}
    assert client.post(f"/en/views/{view.pk}/edit/", data).status_code == 302
    assert client.get(f"/en/views/{view.pk}/").status_code == 302
    assert client.post(f"/en/views/{view.pk}/edit/", data).status_code == 422  # read before the change


@pytest.fixture
def followed(analyst):
    sector = factories.sector("SYN-A")
    view = a_view(analyst, query="sector=SYN-A")
    kept = factories.project(reference="SYN-1", name_en="Synthetic kept", main_sector=sector)
    leaving = factories.project(reference="SYN-2", name_en="Synthetic leaving", main_sector=sector)
    for code in ("KZT", "USD"):
        factories.currency(code)
    factories.amount(project=kept, kind="announced", value=5_000_000, currency="KZT")
    state = subscriptions.state_of(view, analyst)
    Subscription.objects.create(view=view, user=analyst, last_rows=state)
    return view, kept, leaving


def tell(day="2026-11-22"):
    out = io.StringIO()
    call_command("send_subscriptions", on=datetime.date.fromisoformat(day), stdout=out)
    return out.getvalue().strip()


def test_followers_are_told_what_entered_left_and_changed_once(followed):
    _view, kept, leaving = followed
    assert tell() == "0 messages sent"
    Project.objects.filter(pk=leaving.pk).update(main_sector=factories.sector("SYN-B"))
    factories.project(reference="SYN-3", name_en="Synthetic entered", main_sector=factories.sector("SYN-A"))
    factories.amount(project=kept, kind="committed", value=7_000_000, currency="USD")
    assert tell() == "1 message sent"
    (message,) = mail.outbox
    entered, rest = message.body.split("\nLeft\n")
    left, rest = rest.split("\nChanged\n")
    changed, money = rest.split("\nDifference in money\n")
    assert "SYN-3" in entered
    assert "SYN-2" in left
    assert "SYN-1" in changed
    assert "committed: +USD\xa07,000,000" in money
    assert "announced" not in money
    assert tell() == tell("2026-12-01") == "0 messages sent"


def test_they_are_told_as_often_as_they_asked(followed):
    _view, kept, _leaving = followed
    for number, (day, told) in enumerate([("2026-11-22", 1), ("2026-11-30", 0), ("2026-12-01", 1)]):
        Project.objects.filter(pk=kept.pk).update(name_en=f"Synthetic {number}")
        assert tell(day) == f"{told} message{'' if told == 1 else 's'} sent"


def test_nobody_is_told_who_may_not_see_it_any_more(followed, analyst):
    _view, kept, _leaving = followed
    analyst.groups.clear()
    Project.objects.filter(pk=kept.pk).update(name_en="Synthetic other")
    assert tell() == "0 messages sent"


def test_following_is_asked_for_and_taken_back(client, analyst):
    view = a_view(factories.administrator(), audience="all")
    assert client.post(f"/en/views/{view.pk}/follow/", {"frequency": "monthly"}).status_code == 302
    assert client.post(f"/en/views/{view.pk}/follow/", {"frequency": "quarterly"}).status_code == 302
    assert Subscription.objects.get(user=analyst).frequency == "quarterly"
    assert client.post(f"/en/views/{view.pk}/follow/", {"frequency": "hourly"}).status_code == 400
    assert "every quarter" in client.get("/en/views/").text
    for said in ("not told about this view any more", "do not follow this view"):
        assert said in client.post(f"/en/views/{view.pk}/follow/", {"frequency": ""}, follow=True).text
        assert not Subscription.objects.exists()


def test_a_letter_that_fails_stops_no_other_and_is_tried_again(followed, box, settings):
    settings.SITE_URL = "https://tracker.example.org"
    view, kept, _leaving = followed
    other = factories.analyst(email="other@example.org")
    view.audience = "all"
    view.save()
    Subscription.objects.create(view=view, user=other, last_rows=subscriptions.state_of(view, other))
    Project.objects.filter(pk=kept.pk).update(name_en="Synthetic other")
    box.refused = {"analyst@example.org"}
    with pytest.raises(CommandError, match=rf": {view.owner_id}$"):
        tell()
    ((address, _subject, text),) = box.take()
    assert address == "other@example.org"
    assert f"https://tracker.example.org/en/views/{view.pk}/" in text
    box.refused = set()
    assert tell() == "1 message sent"
    assert [address for address, _subject, _text in box.take()] == ["analyst@example.org"]


def test_a_view_of_what_is_gone_is_told_about_as_often(followed):
    """Its follower does not wait in vain for news; what it showed last is kept to compare with once it is mended."""
    view, kept, _leaving = followed
    SavedView.objects.filter(pk=view.pk).update(query="sector=GONE")
    Project.objects.filter(pk=kept.pk).update(name_en="Synthetic other")
    assert [tell(day) for day in ("2026-11-22", "2026-11-30")] == ["1 message sent", "0 messages sent"]
    letter = mail.outbox.pop()
    assert letter.subject == "“Synthetic view” cannot be shown any more"
    assert "Its owner can mend it" in letter.body
    assert "SYN-1" not in letter.body
    SavedView.objects.filter(pk=view.pk).update(query="sector=SYN-A")
    assert tell("2026-12-01") == "1 message sent"
    body = mail.outbox.pop().body
    assert "SYN-1 Synthetic other" in body
    assert "told about it: every month" in body


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once(followed):
    _view, kept, _leaving = followed
    Project.objects.filter(pk=kept.pk).update(name_en="Synthetic other")

    def run(_number):
        try:
            return subscriptions.send(DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(sent for sent, _failed in pool.map(run, range(2))) == 1
