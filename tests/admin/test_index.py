"""The index: what is late, missing, changed; each number leads to its rows."""

from projects.models import Notice
from tests import factories
from tests.admin.conftest import counts


def test_names_not_translated_are_counted(admin_client):
    factories.project(name_kk="Қ", name_en="")
    factories.project()
    page = admin_client.get("/en/admin/").content.decode()
    found = dict(counts(page, "Names not translated"))
    assert found["/en/admin/projects/project/?untranslated=kk"] == "1"
    assert found["/en/admin/projects/project/?untranslated=ru"] == "2"
    for address, value in found.items():
        assert admin_client.get(address).context["cl"].result_count == int(value)


def test_overdue_reports_are_counted(admin_client):
    period = factories.reporting_period(start_on="2026-01-01", end_on="2026-01-31", due_on="2026-02-05")
    factories.project(created_at="2026-01-01T00:00Z")
    page = admin_client.get("/en/admin/").content.decode()
    assert (f"/en/admin/projects/project/?report={period.pk}", "1") in counts(page, "Overdue")


def test_the_latest_changes_say_who_what_and_why(admin_client):
    person = factories.editor("synthetic-editor")
    with factories.acting(person, reason="Synthetic letter", door="page"):
        project = factories.project(name_en="Synthetic newest")
    board = admin_client.get("/en/admin/").context["board"]
    [change] = [each for each in board["changes"] if each.name == "Synthetic newest"]
    assert (change.person, change.reason) == ("synthetic-editor", "Synthetic letter")
    assert change.url == f"/en/admin/projects/project/{project.pk}/change/"
    assert len(board["changes"]) <= 12


def test_the_latest_changes_are_told_in_words(admin_client):
    """What commands did, rows without a name; not what the system writes to people."""
    person = factories.administrator()
    with factories.acting(person, reason="load_rates", door="command"):
        factories.reporting_period(start_on="2026-01-01", end_on="2026-01-31", due_on="2026-02-05")
    Notice.objects.create(user=person, key="update:1:1", message="synthetic")
    changes = admin_client.get("/en/admin/").context["board"]["changes"]
    [change] = [each for each in changes if each.kind == "reporting period"]
    assert (change.name, change.reason) == ("January 2026", "loading of exchange rates")
    assert "notice" not in {each.kind for each in changes}


def test_what_is_deleted_is_told_without_an_address(admin_client):
    factories.unit("synthetic").delete()
    changes = admin_client.get("/en/admin/").context["board"]["changes"]
    [change] = [each for each in changes if each.label == "delete"]
    assert (change.label, change.url, change.history_url) == ("delete", "", "")


def test_an_empty_register_has_an_index(admin_client):
    assert admin_client.get("/en/admin/").status_code == 200
