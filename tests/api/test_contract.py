"""What other systems were promised of the API and of commands, line by line, on the portfolio of the brief."""

import datetime
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.test import Client

from tests import factories

MONEY = re.compile(r"-?[0-9]+\.[0-9]{2}")
LISTS = ("projects", "investors", "sectors", "places", "updates", "obligations", "shipments", "engagements", "leads")
LISTS += ("indicators", "sources", "statements", "rates")
DIMENSIONS = ("sector", "stage", "place", "programme", "investor", "investor_country", "year")
KINDS = {"announced", "committed", "disbursed"}
SUM = {"value", "currency", "bound", "statements", "missing", "lower_bounds", "unconverted"}
PARTS = {"parties", "amounts", "milestones", "observations", "obligations", "shipments", "sources"}
STATES = {"no_target", "not_due", "due", "met", "partly", "overdue", "waived"}
COMMANDS = ("load_reference", "load_brief", "create_demo_users", "make_synthetic", "load_rates", "load_boundaries")
COMMANDS += ("import_projects", "undo_import", "export_projects", "import_oc4ids", "send_reminders")
COMMANDS += ("check_integrity", "backup", "restore", "create_token")


@pytest.fixture
def client(brief):
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.administrator("synthetic-caller"))
    return client


def asked(client, path, **query):
    answer = client.get(f"/api/v1/{path}", query)
    assert answer.status_code == 200, (path, answer.content[:300])
    assert answer["Content-Type"] == "application/json", path
    return answer.json()


@pytest.mark.parametrize("name", LISTS)
def test_every_list(client, name):
    page = asked(client, f"{name}/", count=1, per_page=25)
    assert {"next", "previous", "results", "count"} <= page.keys()
    assert "count" not in asked(client, f"{name}/", per_page=25)
    assert len(page["results"]) == min(25, page["count"])
    assert asked(client, f"{name}/", q="nothing is called so", count=1)["count"] == 0
    if page["count"] > 25:
        following = client.get(page["next"]).json()
        assert following["results"] != page["results"] and following["previous"]


def test_one_project(client):
    reference = asked(client, "projects/")["results"][0]["reference"]
    answer = client.get(f"/api/v1/projects/{reference}/")
    assert answer.json().keys() >= PARTS and answer["ETag"]
    for amount in answer.json()["amounts"]:
        assert MONEY.fullmatch(amount["value"]), amount
        assert amount["as_of"] is None or datetime.date.fromisoformat(amount["as_of"])
    change = {"data": {"name_en": "Synthetic"}, "content_type": "application/json"}
    for headers, status in (({}, 428), ({"If-Match": '"0"'}, 412)):
        refused = client.patch(f"/api/v1/projects/{reference}/", **change, headers=headers)
        assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
        assert {"type", "title", "status"} <= refused.json().keys()


@pytest.mark.parametrize("by", ["", *DIMENSIONS])
def test_totals(client, by):
    lines = asked(client, "totals/", **({"by": by} if by else {}))
    assert lines and (by or len(lines) == 1)
    for line in lines:
        assert {"key", "label", "projects", "amounts"} <= line.keys()
        assert set(line["amounts"]) == KINDS
        for found in line["amounts"].values():
            assert found.keys() >= SUM
            assert found["value"] is None or MONEY.fullmatch(found["value"])


def test_obligations_of_a_day(client):
    found = asked(client, "obligations/", as_of="2026-01-01")["results"]
    assert found
    for row in found:
        assert {"kind", "subject", "target", "unit", "strength", "state", "share"} <= row.keys()
        assert row["state"] in STATES


@pytest.mark.parametrize("path", ["facets/", "schema/"])
def test_what_describes(client, path):
    found = asked(client, path)
    assert found and (path != "schema/" or found["openapi"].startswith("3.1"))


def test_an_update_is_sent_once_and_decided(client):
    reference = asked(client, "projects/")["results"][0]["reference"]
    given = {"project": reference, "submit": False, "no_change": False, "narrative": "Synthetic"}

    def sent(body):
        headers = {"Idempotency-Key": "synthetic-1"}
        return client.post("/api/v1/updates/", body, content_type="application/json", headers=headers)

    first = sent(given)
    assert (first.status_code, first.json()["status"]) == (201, "draft")
    assert sent(given).json()["id"] == first.json()["id"]
    assert sent(given | {"narrative": "Other"}).status_code == 422
    for step in ("approve", "return"):
        body = {"comment": "Synthetic"}
        answer = client.post(f"/api/v1/updates/{first.json()['id']}/{step}/", body, content_type="application/json")
        assert answer.status_code in (403, 409, 422) and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name):
    assert get_commands()[name] == "projects"


@pytest.mark.parametrize("kind", ["csv", "json", "oc4ids", "geojson"])
def test_projects_are_exported_by_a_command(brief, kind, tmp_path):
    path = tmp_path / f"projects.{kind}"
    call_command("export_projects", format=kind, query="sector=ENERGY", output=str(path))
    content = path.read_text(encoding="utf-8-sig")
    assert content.startswith("Reference") or json.loads(content)


@pytest.mark.parametrize(
    ("command", "arguments", "status"),
    [("import_projects", ["missing.xlsx"], 2), ("import_oc4ids", ["missing.json"], 2), ("undo_import", ["0"], None)],
)
def test_bad_calls_end_with_a_sentence(brief, command, arguments, status):
    with pytest.raises(CommandError) as refused:
        call_command(command, *arguments, stdout=io.StringIO(), stderr=io.StringIO())
    assert str(refused.value).strip()
    assert status is None or refused.value.returncode == status
