"""OC4IDS packages: looked at, confirmed by whoever may, kept with their source or not at all; what is lost is told."""

import copy
import datetime
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from projects.exchange import jobs, oc4ids, reading
from projects.models import (
    Amount,
    ImportJob,
    Milestone,
    Observation,
    Organisation,
    Project,
    ProjectParty,
    Sector,
    Source,
)
from projects.models.choices import ImportStatus
from tests import factories

EXAMPLE = Path(__file__).parent / "oc4ids/example.json"
TODAY = datetime.date(2026, 11, 20)
SHORT = {
    "uri": "https://example.org/package.json",
    "publishedDate": "2026-01-02T00:00:00Z",
    "version": "0.9",
    "publisher": {"name": "Synthetic publisher"},
    "projects": [
        {
            "id": "oc4ids-synthe-1",
            "title": "Synthetic road",
            "sector": ["energy"],
            "status": "implementation",
            "budget": {"amount": {"amount": 1234567.89, "currency": "USD"}, "approvalDate": "2025-05-06T00:00:00Z"},
            "parties": [
                {"id": "1", "name": "Synthetic bank", "identifier": {"scheme": "KZ-BIN", "id": "251040000012"}}
            ],
            "metrics": [{"id": "physicalProgress", "observations": [{"id": "1", "measure": "12.5"}]}],
            "milestones": [{"id": "1", "title": "Synthetic start", "dueDate": "2026-03-01T00:00:00Z"}],
            "documents": [{"id": "1", "title": "Synthetic paper"}],
        }
    ],
}


@pytest.fixture
def person(brief):
    with override("en"):
        yield factories.administrator("synthetic-admin")


def changed(place, value):
    """The short package with another value in its project."""
    package = copy.deepcopy(SHORT)
    package["projects"][0][place] = value
    return package


def bring_in(package, person, **options):
    """Job, ChangeSet and whether they were kept."""
    data = package if isinstance(package, bytes) else json.dumps(package).encode()
    given = {"by": person, "name": "synthetic.json", "as_of": TODAY, "reason": "Synthetic"} | options
    return jobs.bring_in(file=io.BytesIO(data), **given)


def made(found):
    """kind of record -> how many are new and changed."""
    return {name: tuple(entry.values()) for name, entry in found.counts().items() if isinstance(entry, dict)}


def test_the_example_of_the_standard_and_taking_it_back(person):
    data, before = EXAMPLE.read_bytes(), Organisation.objects.count()
    _job, found, is_kept = bring_in(data, person, dry_run=True)
    assert (found.problems, is_kept) == ([], False) and not ImportJob.objects.exists()
    job, found, is_kept = bring_in(data, person)
    assert (found.problems, is_kept) == ([], True)
    source = Source.objects.get(code=f"import-{job.pk}")
    assert (source.title_kk, source.kind) == ("OC4IDS: Open Data Services Co-operative Limited", "document")
    assert str(source.published_on) == "2018-12-10" and source.url.endswith("example.json")
    project = Project.objects.get(reference=oc4ids.reference_of("oc4ids-bu3kcz-m75-junctions-4-to-5-smart-motorway"))
    assert project.name_en == "M75 Junctions 4 to 5 upgrade smart motorway"
    assert (project.project_type, project.stage_group) == ("expansion", "operation")
    amount = Amount.objects.get(project=project, kind="announced")
    assert (amount.value, amount.currency_id, str(amount.as_of)) == (40_000_000, "GBP", "2015-06-24")
    assert (amount.statement.source, amount.statement.locator) == (source, "OC4IDS, projects[0].budget.amount")
    assert Milestone.objects.get(project=project).note_en == "Grant disbursement"
    for lost in ("contractingProcesses", "lobbyingMeetings", "locations.geometry", "budget.budgetBreakdowns"):
        assert lost in found.left_out, lost
    assert (job.owner, job.status, job.counts["projects"]["created"]) == (person, ImportStatus.DONE, 1)

    _job, again, _is_kept = bring_in(data, person)
    assert made(again) == {} and again.problems == []
    jobs.undo(by=person, job=job)
    assert not Project.objects.filter(pk=project.pk).exists() and not Source.objects.filter(pk=source.pk).exists()
    assert Organisation.objects.count() == before


def test_each_value_comes_to_its_place_and_a_newer_package_changes_it(person):
    bank = factories.organisation(name_en="Synthetic other name", bin="251040000012")
    bring_in(SHORT, person)
    project = Project.objects.get(reference="oc4ids-synthe-1")
    assert (project.main_sector_id, project.stage_group) == ("ENERGY", "construction")
    amount = Amount.objects.get(project=project)
    assert (amount.value, amount.currency_id, str(amount.as_of)) == (Decimal("1234567.89"), "USD", "2025-05-06")
    party = ProjectParty.objects.get(project=project)
    assert (party.organisation, party.role, bank.name_en) == (bank, "unknown", "Synthetic other name")
    observation = Observation.objects.get(project=project)
    assert (observation.value, observation.metric_id, observation.as_of) == (Decimal("12.5"), "physical_progress", None)

    newer = changed("status", "completion")
    newer["projects"][0]["transactions"] = [{"id": "1", "value": {"amount": 5, "currency": "USD"}}]
    _job, found, _is_kept = bring_in(newer, person)
    assert made(found) == {"projects": (0, 1), "amounts": (1, 0)} and found.left_out == {"documents": 1}
    project.refresh_from_db()
    assert project.stage_group == "operation"


def test_our_own_package_changes_nothing_and_another_registers_is_new(person, tmp_path):
    path = tmp_path / "package.json"
    call_command("export_projects", format="oc4ids", output=str(path), language="ru")
    package = json.loads(path.read_text())
    _job, found, _is_kept = bring_in(package, person)
    assert (made(found), found.problems, found.left_out) == ({}, [], {})
    assert "comes from this register itself" in found.notes[0] or "come from this register itself" in found.notes[0]

    package["publisher"]["name"] = "Synthetic register"
    _job, found, _is_kept = bring_in(package, person)
    assert made(found)["projects"] == (len(package["projects"]), 0)
    first = Project.objects.get(reference="WKR-0001")
    twin = Project.objects.get(reference="oc4ids-xxxxxx-WKR-0001")
    assert (twin.name_ru, twin.main_sector_id) == (first.name_ru, "ENERGY")
    capacity = Observation.objects.get(project=twin, metric="capacity_electric")
    assert (capacity.value, capacity.unit_id) == (34, "MW")


def _doubled():
    package = copy.deepcopy(SHORT)
    package["projects"] *= 2
    return package


POINT = [{"id": "1", "geometry": {"type": "Point", "coordinates": [400, 1]}}]
HINDERED = {
    "empty": (changed("title", ""), "projects[0].title", "This is empty."),
    "code": (changed("status", "operation"), "projects[0].status", "Choose one of: identification"),
    "type": (changed("parties", {}), "projects[0].parties", "a list in brackets"),
    "missing": (changed("id", None), "projects[0].id", "text in quotation marks"),
    "minus": (
        changed("budget", {"amount": {"amount": -5, "currency": "USD"}}),
        "projects[0].budget.amount.amount",
        "greater than zero",
    ),
    "1e308": (
        changed("budget", {"amount": {"amount": 1e308, "currency": "USD"}}),
        "projects[0].budget.amount.amount",
        "The number is too long.",
    ),
    "measure": (
        changed("metrics", [{"id": "physicalProgress", "observations": [{"id": "1", "measure": 1e308}]}]),
        "projects[0].metrics[0].observations[0].measure",
        "The number is too long.",
    ),
    "1066": (
        changed("completion", {"endDate": "1066-10-14T00:00:00Z"}),
        "projects[0].completion.endDate",
        "between 1990 and 2099",
    ),
    "day": (changed("period", {"startDate": "2026-02-31T00:00:00Z"}), "projects[0].period.startDate", "Write the day"),
    "published": (SHORT | {"publishedDate": "1899-12-31T00:00:00Z"}, "publishedDate", "between 1990 and 2099"),
    "place": (changed("locations", POINT), "projects[0].locations[0].geometry.coordinates", ""),
    "twice": (_doubled(), "projects[1].id", "about the same record"),
    "publisher": ({key: SHORT[key] for key in SHORT if key != "publisher"}, "", "“publisher” is missing"),
}


@pytest.mark.parametrize("name", HINDERED)
def test_what_hinders_is_told_by_path_and_nothing_is_written(person, name):
    package, path, said = copy.deepcopy(HINDERED[name])
    package["projects"].append({"id": "oc4ids-synthe-2", "title": "Synthetic second"})
    before = Organisation.objects.count()
    _job, found, is_kept = bring_in(package, person)
    places = [(problem.row, problem.message) for problem in found.problems]
    assert not is_kept and any(row == path and said in text for row, text in places), places
    shown = json.dumps(found.told(), ensure_ascii=False)
    assert said in shown and "None" not in shown
    assert not Project.objects.filter(reference__startswith="oc4ids").exists()
    assert Organisation.objects.count() == before and not ImportJob.objects.exists()


HOSTILE = {
    "nothing": (b"", "The file is empty."),
    "letters": (b'{"projects": ["\xff"]}', "letters that cannot be kept"),
    "cut short": (b'{"projects": [', "line 1, column 15"),
    "a list": (b"[]", "no list of projects"),
    "no list": (b'{"projects": 1}', "no list of projects"),
    "NaN": (b'{"projects": [NaN]}', "“NaN” is no number"),
    "exponent": (b'{"projects": [1e999999999]}', "“1e999999999” is no number"),
    "digits": (b'{"projects": [' + b"9" * 100_000 + b"]}", "is no number"),
    "deep": (b'{"projects": ' + b"[" * 100_000, "nested too deeply"),
    "not so deep": (b'{"projects": ' + b"[" * 100 + b"]" * 100 + b"}", "nested too deeply"),
    "key twice": (b'{"projects": [], "uri": "a", "uri": "b"}', "“uri” twice"),
    "half a letter": (b'{"projects": ["\\ud800"]}', "letters that cannot be kept"),
    "a long text": (b'{"projects": ["' + b"a" * 40_000 + b'"]}', "longer than 32,767 letters"),
    "many values": (b'{"projects": [' + b"0," * 1_000_001 + b"0]}", "more than 1,000,000 values"),
    "much too large": (b'{"projects": [' + b" " * 100 * 2**20 + b"]}", "larger than 50 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_a_sentence(name):
    data, said = HOSTILE[name]
    with override("en"):
        with pytest.raises(ValidationError) as refusal:
            reading.read_file(io.BytesIO(data), "synthetic.json", takes_packages=True)
        assert said in " ".join(refusal.value.messages)


def test_three_people_and_the_page(brief):
    """An editor sends, a reviewer approves, an analyst may not; each sees the preview in their language."""
    editor = factories.department_editor("synthetic-editor", sectors=[Sector.objects.get(pk="ENERGY")])
    reviewer, analyst = factories.reviewer(), factories.analyst()
    clients = {user: Client() for user in (editor, reviewer, analyst)}
    for user, client in clients.items():
        client.force_login(user)

    def upload(user, package):
        file = io.BytesIO(json.dumps(package).encode())
        file.name = "synthetic.json"
        return clients[user].post("/ru/imports/new/", {"file": file, "as_of": "20.11.2026"})

    assert upload(analyst, SHORT).status_code == 403
    address = upload(editor, changed("status", "operation"))["Location"]
    refused = clients[editor].get(address).content.decode()
    assert "projects[0].status" in refused and "marked.xlsx" not in refused and "Выберите" in refused
    assert clients[editor].get(f"{address}marked.xlsx").status_code == 404
    assert clients[editor].get(f"{address}mapping/").status_code == 303

    many = changed("status", "operation")
    many["projects"] = [many["projects"][0] | {"id": f"oc4ids-synthe-{number}"} for number in range(9)]
    refused = clients[editor].get(upload(editor, many)["Location"]).content.decode()
    assert refused.count("Выберите") == 1 and '<td class="number">9</td>' in refused
    assert "projects[0].status, projects[1].status, projects[2].status …" in refused and "[3]" not in refused

    address = upload(editor, SHORT)["Location"]
    page = clients[editor].get(address)
    shown = page.content.decode()
    assert (
        "<ins>Synthetic road</ins>" in shown
        and "documents" in shown
        and not Project.objects.filter(reference="oc4ids-synthe-1")
    )
    given = {"step": "confirm", "fingerprint": page.context["fingerprint"], "reason": "Synthetic"}
    assert clients[analyst].post(address, given).status_code == 404
    sent = clients[editor].post(address, given)
    assert sent.status_code == 303, sent.context["refusals"]
    assert ImportJob.objects.latest("pk").status == ImportStatus.SUBMITTED
    given = {"step": "approve", "fingerprint": clients[reviewer].get(address).context["fingerprint"]}
    assert clients[reviewer].post(address, given).status_code == 303
    assert Project.objects.filter(reference="oc4ids-synthe-1").exists()
    assert clients[reviewer].post(address, {"step": "undo"}).status_code == 303
    assert not Project.objects.filter(reference="oc4ids-synthe-1").exists()


def test_the_command_and_its_exit_statuses(person, tmp_path):
    path, wrong, out = tmp_path / "package.json", tmp_path / "wrong.json", io.StringIO()
    path.write_text(json.dumps(SHORT))
    wrong.write_text(json.dumps(changed("title", "")))
    call_command("import_oc4ids", str(path), "--dry-run", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["errors"], report["job"], report["left_out"]) == ([], None, {"documents": 1})
    assert not ImportJob.objects.exists()
    call_command("import_oc4ids", str(path), "--user", "synthetic-admin", stdout=io.StringIO())
    job = ImportJob.objects.get()
    assert (job.owner, job.status) == (person, ImportStatus.DONE)
    told = io.StringIO()
    wrong.write_text(json.dumps(changed("title", "") | {"projects": changed("title", "")["projects"] * 4}))
    with override("en"), pytest.raises(CommandError):
        call_command("import_oc4ids", str(wrong), stdout=io.StringIO(), stderr=told)
    assert "projects[0].title, projects[1].title, projects[2].title … (4 places): This is empty." in told.getvalue()
    for arguments, status in (
        ([str(wrong)], 1),
        ([str(tmp_path / "none.json")], 2),
        ([str(path), "--user", "nobody"], 2),
    ):
        with pytest.raises(CommandError) as refusal:
            call_command("import_oc4ids", *arguments, stdout=io.StringIO(), stderr=io.StringIO())
        assert refusal.value.returncode == status, arguments
    call_command("undo_import", job.pk, stdout=io.StringIO())
    assert not Project.objects.filter(reference="oc4ids-synthe-1").exists()
