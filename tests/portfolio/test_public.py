"""The public page: off unless switched on; what is marked public and nothing else, for everybody and for caches."""

import csv
import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client

from projects.exports.oc4ids import schema
from projects.forms import FORMS
from projects.models import Amount, Document, Project
from tests import factories

FILES = ["projects.csv", "projects.xlsx", "projects.geojson", "projects.json"]
LANGUAGES = ["kk", "ru", "en", "zh-hans"]


@pytest.fixture
def is_on(settings):
    settings.PUBLIC_PAGE = True


@pytest.fixture
def visitor(is_on, db):
    return Client()


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def get(client, path, status=200):
    response = client.get(f"/en/public/{path}")
    assert response.status_code == status, (path, response.content[-600:])
    return body(response)


def row_of_each(project):
    """A row of every kind that hangs on a project."""
    party = factories.party(project=project, role="supplier", share=Decimal("12.5"))
    factories.amount(project=project, payer=party.organisation, phase=factories.phase(project=project))
    amount = factories.amount(project=project, value=777_001, is_confidential=True)
    factories.amount(project=project, value=777_002, kind="disbursed", included_in=amount, inclusion="unknown")
    factories.observation(project=project)
    factories.milestone(project=project, planned_on=None, planned_precision="relative", document=factories.document())
    factories.stage_change(project=project)
    factories.problem(project=project)
    factories.evidence(obligation=factories.obligation(project=project))
    factories.project_document(project=project)
    factories.update(project=project)
    factories.shipment(projects=[project])
    engagement = factories.engagement(projects=[project])
    factories.participation(engagement=engagement)
    factories.action_item(engagement=engagement)
    factories.project_link(from_project=project)


# Texts of a public project that are meant to be read; all others are secrets.
OPEN = {
    "Project": {"name", "description", "purpose", "reference"},
    "Organisation": {"name", "bin", "uscc", "other_identifier", "other_identifier_scheme"},
    "Phase": {"name"},
}
OPEN_LISTS = {"Place", "Sector", "Stage", "Unit", "Metric", "MilestoneKind", "Currency"}


def plant():
    """Write a secret into every text that is not meant to be read, in every table. Returns: how many columns."""
    planted = 0
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # neither triggers nor foreign keys
        for model in apps.get_app_config("projects").get_models():
            if model._meta.proxy or not model._meta.managed or model.__name__ in OPEN_LISTS | {"WebhookEvent"}:
                continue
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
                name = field.name.rsplit("_zh_hans")[0]
                name = name[:-3] if name[-3:] in ("_kk", "_ru", "_en") else name
                if not is_text or field.primary_key or name in OPEN.get(model.__name__, ()) or field.unique:
                    continue
                secret = f"hush{field.column}"[: field.max_length]
                try:
                    cursor.execute("SAVEPOINT planting")
                    cursor.execute(f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s', [secret])
                    planted += cursor.rowcount > 0
                except Exception:  # a constraint of the column refuses it: nothing to leak
                    cursor.execute("ROLLBACK TO SAVEPOINT planting")
        cursor.execute("SET session_replication_role = origin")
    return planted


def test_switched_off_there_is_nothing(db, settings):
    settings.PUBLIC_PAGE = False
    project = factories.project(is_public=True)
    for path in ["", "map/", f"projects/{project.reference}/", *FILES]:
        get(Client(), path, 404)
        client = Client()
        client.force_login(factories.administrator())
        get(client, path, 404)
    assert Client().get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_what_is_public_and_only_that(visitor):
    factories.project(reference="SYN-HID", name_en="Synthetic hidden")
    factories.project(reference="SYN-NON", is_public=True, is_placeholder=True)
    shown = factories.project(reference="SYN-PUB", name_en="Synthetic shown", is_public=True)
    factories.amount(project=shown, value=5_000_000)
    everything = get(visitor, "").decode()
    assert "Synthetic shown" in everything and "SYN-NON" not in everything
    assert "Synthetic hidden" not in everything and "SYN-HID" not in everything
    for reference, status in (("SYN-PUB", 200), ("SYN-HID", 404), ("SYN-NON", 404), ("none", 404), ("%00", 404)):
        get(visitor, f"projects/{reference}/", status)
    rows = list(csv.DictReader(io.StringIO(get(visitor, "projects.csv").decode("utf-8-sig"))))
    assert [(row["Reference"], row["Announced"]) for row in rows] == [("SYN-PUB", "5000000.00")]
    assert [f["id"] for f in json.loads(get(visitor, "projects.geojson"))["features"]] == ["SYN-PUB"]
    package = json.loads(get(visitor, "projects.json"))
    assert schema.faults_of_package(package) == []
    assert [project["title"] for project in package["projects"]] == ["Synthetic shown"]
    assert get(visitor, "projects.xlsx")[:2] == b"PK"
    assert "SYN-PUB" in get(visitor, "?q=shown").decode() and "SYN-PUB" not in get(visitor, "?q=zzz").decode()
    get(visitor, "projects.json?q=zzz", 409)
    assert "projects.json" in everything and "projects.json" not in get(visitor, "?q=zzz").decode()
    assert "SYN-PUB" in get(visitor, "?sector=ENERGY").decode()
    for query in ("?sector=none", "?sector=%00", "?as_of=2025-10-10", "?known_at=2025-10-10", "?after=x"):
        get(visitor, query, 400)
    assert visitor.post("/en/public/").status_code == 405


def test_projects_that_name_no_district_are_counted_below_the_map(visitor):
    factories.project(is_public=True, place=factories.place(tile_row=1, tile_column=1))
    assert "no district" not in get(visitor, "map/").decode()
    factories.project(is_public=True, place=None)
    assert "1 project names no district; it is in the list." in get(visitor, "map/").decode()


def test_secrets_are_in_no_public_answer(visitor):
    """A secret in every text of every table, and in confidential money: found in no page and in no file."""
    public = factories.project(
        reference="SYN-PUB", is_public=True, programme=factories.programme(), curator=factories.editor("hushcurator")
    )
    hidden = factories.project(reference="SYN-HID", programme=public.programme, name_en="hushhidden")
    row_of_each(public)
    row_of_each(hidden)
    factories.amount(project=hidden, value=777_003)
    factories.amount(programme=public.programme, value=777_004_000)
    Document.objects.update(is_confidential=False)
    assert plant() > 60
    Project.objects.filter(pk=hidden.pk).update(description_en="hushhidden", purpose_en="hushhidden")
    for language in LANGUAGES:
        for path in ["", "map/", "projects/SYN-PUB/", *FILES]:
            response = visitor.get(f"/{language}/public/{path}")
            assert response.status_code == 200, path
            found = body(response)
            if path.endswith("xlsx"):
                found = unzipped(found)
            for secret in (b"hush", b"77700", b"777,00", b"777 00", "777\u00a000".encode(), b"SYN-HID"):
                at = found.find(secret)
                assert at < 0, (language, path, secret, found[max(0, at - 80) : at + 80])


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_sums_are_of_what_is_shown(visitor):
    """What is confidential changes no sum and no count, so that nothing can be told by taking one from another."""
    project = factories.project(is_public=True, programme=factories.programme())
    factories.amount(project=project, value=4_000_000)
    before = {path: get(visitor, path) for path in ["", "map/", *FILES]}
    factories.amount(project=project, value=1_000_000, is_confidential=True)
    factories.amount(project=factories.project(programme=project.programme), value=2_000_000)
    factories.amount(programme=project.programme, value=9_000_000)
    assert {path: get(visitor, path) for path in before} == before
    Amount.objects.filter(value=1_000_000).update(is_confidential=False)
    assert get(visitor, "") != before[""]


def test_caches_may_keep_it_and_nobody_is_known(visitor):
    project = factories.project(is_public=True)

    def etag(client, path):
        response = client.get(f"/en/public/{path}")
        body(response)
        return response["ETag"]

    for path in ["", "map/", f"projects/{project.reference}/", *FILES]:
        response = visitor.get(f"/en/public/{path}")
        body(response)
        assert not response.cookies and "Cookie" not in response.get("Vary", ""), path
        assert response["Cache-Control"] == "public, max-age=60"
        again = visitor.get(f"/en/public/{path}", headers={"if-none-match": response["ETag"]})
        assert (again.status_code, body(again)) == (304, b""), path
        client = Client()
        client.force_login(factories.administrator())
        assert etag(client, path) == response["ETag"], path
    before = {path: etag(visitor, path) for path in ["", *FILES]}
    Project.objects.update(name_en="Synthetic other name")
    for path, tag in before.items():
        assert etag(visitor, path) != tag, path
    assert b"Allow: /en/public/" in visitor.get("/robots.txt").content


def test_only_administrators_mark_what_is_public(db):
    project = factories.project()
    offered = {
        name: "is_public" in FORMS[Project](instance=project, user=user).fields
        for name, user in {"administrator": factories.administrator(), "editor": factories.editor()}.items()
    }
    assert offered == {"administrator": True, "editor": False}


def test_the_number_of_queries_does_not_grow(visitor, django_assert_max_num_queries):
    for _number in range(20):
        project = factories.project(is_public=True)
        factories.amount(project=project)
        factories.party(project=project)
    for path in ["", "map/", f"projects/{project.reference}/", *FILES]:
        with django_assert_max_num_queries(20):
            get(visitor, path)
