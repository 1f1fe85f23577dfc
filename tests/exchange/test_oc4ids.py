"""OC4IDS packages of other publishers: brought in whole with their source, or not at all; what is lost is told."""

import copy
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from projects.exchange import oc4ids
from projects.models import Amount, ImportJob, Milestone, Observation, Organisation, Project, ProjectParty, Source
from tests import factories

EXAMPLE = Path(__file__).parent / "oc4ids/example.json"
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
        }
    ],
}


@pytest.fixture
def person(brief):
    with override("en"):
        yield factories.administrator("synthetic-admin")


def bring_in(package, person, **options):
    return oc4ids.bring_in(json.dumps(package).encode(), by=person, file_name="synthetic.json", **options)


def test_the_example_of_the_standard(person):
    data = EXAMPLE.read_bytes()
    assert oc4ids.bring_in(data, by=person, file_name="example.json", dry_run=True).errors == []
    assert not Source.objects.filter(code__startswith="oc4ids").exists() and not ImportJob.objects.exists()
    report = oc4ids.bring_in(data, by=person, file_name="example.json")
    assert (report.errors, report.projects) == ([], 1)
    source = Source.objects.get(code__startswith="oc4ids")
    assert source.code == f"oc4ids-{report.sha256[:32]}"
    assert source.publisher.name == "Open Data Services Co-operative Limited"
    assert str(source.published_on) == "2018-12-10"
    project = Project.objects.get(reference=oc4ids.reference_of("oc4ids-bu3kcz-m75-junctions-4-to-5-smart-motorway"))
    assert project.name_en == "M75 Junctions 4 to 5 upgrade smart motorway"
    assert (project.project_type, project.stage_group) == ("expansion", "operation")
    amount = Amount.objects.get(project=project, kind="announced")
    assert (amount.value, amount.currency_id, str(amount.as_of)) == (40_000_000, "GBP", "2015-06-24")
    assert amount.statement.source == source
    assert Milestone.objects.filter(project=project).exists()
    for lost in ("contractingProcesses", "lobbyingMeetings", "locations.geometry", "budget.budgetBreakdowns"):
        assert lost in report.left_out, lost
    job = ImportJob.objects.get()
    assert (job.pk, job.sha256, job.owner, job.counts) == (report.job, report.sha256, person, report.created)
    again = oc4ids.bring_in(data, by=person, file_name="example.json")
    assert again.errors == ["This very file was brought in before."]


def test_each_value_comes_to_its_place(person):
    bank = factories.organisation(name_en="Synthetic other name", bin="251040000012")
    assert bring_in(SHORT, person).errors == []
    project = Project.objects.get(reference="oc4ids-synthe-1")
    assert (project.main_sector_id, project.stage_group) == ("ENERGY", "construction")
    amount = Amount.objects.get(project=project)
    assert (amount.value, amount.currency_id, str(amount.as_of)) == (Decimal("1234567.89"), "USD", "2025-05-06")
    party = ProjectParty.objects.get(project=project)
    assert (party.organisation, party.role) == (bank, "unknown")
    observation = Observation.objects.get(project=project)
    assert (observation.value, observation.metric_id, observation.as_of) == (Decimal("12.5"), "physical_progress", None)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("title", "", "non-empty"),
        ("status", "operation", "operation"),
        ("budget", {"amount": {"amount": -5, "currency": "USD"}}, "budget.amount"),
        ("completion", {"endDate": "1066-10-14T00:00:00Z"}, "1990"),
        ("id", "WKR-0001", "already on record"),
        ("locations", [{"id": "1", "geometry": {"type": "Point", "coordinates": [400, 1]}}], "oc4ids-synthe-1"),
    ],
)
def test_what_hinders_is_told_and_nothing_is_written(person, place, value, said):
    package = copy.deepcopy(SHORT)
    package["projects"][0][place] = value
    package["projects"].append({"id": "oc4ids-synthe-2", "title": "Synthetic second"})
    before = Organisation.objects.count()
    report = bring_in(package, person)
    assert report.job is None and any(said in error for error in report.errors), report.errors
    assert not Project.objects.filter(reference__startswith="oc4ids").exists()
    assert Organisation.objects.count() == before and not ImportJob.objects.exists()


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"{", b"[]", b'{"projects": 1}', b'{"projects": [NaN]}', b"[" * 100_000]
)
def test_files_that_are_no_packages(person, data):
    with pytest.raises(oc4ids.Unreadable):
        oc4ids.bring_in(data, by=person, file_name="synthetic.json")


def test_our_own_package_comes_back(person, tmp_path):
    """What we export, another register of ours can bring in: here under other ids, for ours are on record."""
    path = tmp_path / "package.json"
    call_command("export_projects", format="oc4ids", output=str(path), language="ru")
    assert bring_in(json.loads(path.read_text()), person).errors == []
    first = Project.objects.get(reference="WKR-0001")
    twin = Project.objects.get(reference="oc4ids-xxxxxx-WKR-0001")
    assert (twin.name_ru, twin.main_sector_id) == (first.name_ru, "ENERGY")
    capacity = Observation.objects.get(project=twin, metric="capacity_electric")
    assert (capacity.value, capacity.unit_id) == (34, "MW")


def test_the_command_and_its_exit_statuses(person, tmp_path):
    path, out = tmp_path / "package.json", io.StringIO()
    path.write_text(json.dumps(SHORT))
    call_command("import_oc4ids", str(path), "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue())["errors"] == [] and not ImportJob.objects.exists()
    call_command("import_oc4ids", str(path), "--user", "synthetic-admin", stdout=io.StringIO())
    assert ImportJob.objects.get().owner == person
    for arguments, status in (
        ([str(path)], 1),
        ([str(tmp_path / "none.json")], 2),
        ([str(path), "--user", "nobody"], 2),
    ):
        with pytest.raises(CommandError) as refusal:
            call_command("import_oc4ids", *arguments, stdout=io.StringIO(), stderr=io.StringIO())
        assert refusal.value.returncode == status, arguments
