"""Who changed what in the whole register: under filters, for those who answer for it, with before and after."""

import csv
import datetime
import io

import pghistory
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from projects import audit
from projects.models import Project, StaffMember
from tests import factories
from tests.admin.conftest import read_form

pytestmark = pytest.mark.django_db
PAGE, FILE = "/en/changes/", "/en/changes.csv"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def administrator(client):
    person = factories.administrator("synthetic-boss")
    client.force_login(person)
    return person


@pytest.fixture
def projects():
    """Two projects: one changed by an editor on a page, one by an analyst through the API, today."""
    found = [factories.project(cadastral_number="=1") for _number in range(2)]
    for project, name, door in zip(found, ("synthetic-editor", "synthetic-analyst"), ("page", "api"), strict=True):
        with pghistory.context(user=factories.user(name).pk, door=door, reason=f"because of {door}"):
            project.cadastral_number = f"after {door}"
            project.save()
    return found


def shown(client, **query):
    """The people of the changes on the page; empty where a command made one."""
    return [entry.person for entry in client.get(PAGE, query).context["entries"]]


def test_filters(client, administrator, projects):
    today = timezone.localdate()
    assert {"synthetic-editor", "synthetic-analyst"} <= set(shown(client))
    assert shown(client, person="synthetic-editor") == ["synthetic-editor"]
    assert shown(client, door="api") == ["synthetic-analyst"]
    assert shown(client, kind="project")[:2] == ["synthetic-analyst", "synthetic-editor"], "the newest first"
    assert shown(client, kind="amount") == []
    assert set(shown(client, kind="project", door="database")) == {""}
    assert shown(client, person="synthetic-editor", since=today, until=today) == ["synthetic-editor"]
    assert shown(client, until=today - datetime.timedelta(1)) == []
    assert shown(client, since=today + datetime.timedelta(1)) == []
    page = client.get(PAGE, {"person": "synthetic-editor"}).content.decode()
    assert "<del>=1</del> <ins>after page</ins>" in page
    assert "Reason: because of page" in page
    history = reverse("admin:projects_project_history", args=[projects[0].pk])
    assert f'href="{history}"' in page
    assert client.get(history).status_code == 200


def test_pages_go_on_without_a_gap(administrator, projects):
    everything, _more = audit.changes(administrator, audit.Asked(), size=1000)
    pages = [audit.changes(administrator, audit.Asked(), page, size=1) for page in (1, 2)]
    assert [entries[0].number for entries, _more in pages] == [entry.number for entry in everything[:2]]
    assert [has_older for _entries, has_older in pages] == [True, True]


def test_the_file_has_a_line_for_each_field(client, administrator, projects):
    answer = client.get(FILE, {"person": "synthetic-editor"})
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(line["Person"], line["Reason"], line["Version"]) for line in lines} == {
        ("synthetic-editor", "because of page", "2")
    }
    assert [(line["Before"], line["After"]) for line in lines if line["Field"].startswith("Cadastral")] == [
        ("'=1", "after page")
    ]


def test_roles_and_places_of_people(client, administrator):
    person = factories.editor("synthetic-editor", places=[])
    address = reverse("admin:auth_user_change", args=[person.pk])
    data = read_form(client.get(address), "user_form") | {"groups": [str(Group.objects.get(name="auditor").pk)]}
    data.pop("is_active")
    assert client.post(address, data).status_code == 302
    place = factories.place()
    StaffMember.objects.create(user=person).places.add(place)
    page = client.get(PAGE, {"kind": "user"}).content.decode()
    assert "<del>district editor</del> <ins>auditor</ins>" in page
    assert "<del>yes</del> <ins>no</ins>" in page
    assert shown(client, kind="user", door="page") == []
    assert f"<ins>{place}</ins>" in client.get(PAGE, {"kind": "staffmember"}).content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("auditor", 200), ("reviewer", 403), ("analyst", 403), (None, 302)]
)
def test_who_may_see_it(role, status):
    client = Client()
    if role:
        client.force_login(factories.user(None, role))
    assert {client.get(address).status_code for address in (PAGE, FILE)} == {status}


@pytest.mark.parametrize(
    "query",
    ["person=nobody", "person=%00", "kind=x", "door=x", "since=x", "until=31.02.2026", "page=0", "page=41", "page=x"]
    + ["since=02.01.2026&until=01.01.2026"],
)
def test_what_cannot_be_read_is_named(client, administrator, query):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 400
    assert not Project.objects.exists()


def test_queries(client, administrator, projects, django_assert_max_num_queries):
    client.get(PAGE)
    with django_assert_max_num_queries(15):
        client.get(PAGE)
