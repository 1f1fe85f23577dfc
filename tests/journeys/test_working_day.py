"""The way of a report through the hands of people, in a browser: the desk, the report, the review, the inbox."""

import datetime
import io
import re

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from projects.models import Document, Update
from tests import factories

pytestmark = pytest.mark.browser

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def project(live_server, transactional_db):
    """A project that owes a report for last month, of an editor whose head decides first."""
    factories.currency()
    factories.document_type("site_photo")
    share = factories.unit("%", "share", symbol_en="%")
    factories.metric("physical_progress", "share", unit=share, name_en="Physical progress")
    editor = factories.editor("synthetic-editor", email="editor@example.org")
    head = factories.department_editor("synthetic-head", email="head@example.org")
    editor.staff_member.superior = head
    editor.staff_member.save()
    today = timezone.localdate()
    end = today.replace(day=1) - datetime.timedelta(days=1)
    factories.reporting_period(start_on=end.replace(day=1), end_on=end, due_on=today)
    project = factories.project(reference="SYN-1", name_en="Synthetic plant", curator=editor, created_at=LONG_AGO)
    call_command("send_reminders", stdout=io.StringIO())
    return project


def photograph(folder):
    """A photograph of several hundred kilobytes, as a camera makes them."""
    noise = Image.effect_noise((1600, 1200), 90).convert("RGB")
    path = folder / "synthetic-site.jpg"
    noise.save(path, "JPEG", quality=95)
    assert path.stat().st_size > 300_000
    return path


def test_a_report_from_the_desk_to_the_figures(live_server, project, sign_in, tmp_path):
    editor, head = project.curator, project.curator.staff_member.superior
    photo = photograph(tmp_path)

    mine = sign_in(editor)
    mine.goto("/en/updates/")
    mine.get_by_role("link", name=re.compile("Report.*SYN-1")).click()
    mine.get_by_label("Physical progress").fill("45")
    mine.get_by_label("Add photographs and documents").set_input_files(photo)
    enclosed = mine.locator("[data-enclosed]")
    expect(enclosed.get_by_role("link", name="synthetic-site")).to_be_visible()
    document = Document.objects.get()
    assert document.size < photo.stat().st_size
    mine.get_by_role("button", name="Send for review").click()
    expect(mine.get_by_text("synthetic-head")).to_be_visible()

    theirs = sign_in(head)
    theirs.goto("/en/inbox/")
    theirs.get_by_role("link", name="SYN-1").first.click()
    expect(theirs.get_by_role("link", name="synthetic-site")).to_be_visible()
    theirs.get_by_label("Physical progress").fill("Synthetic: the act says 44")
    theirs.get_by_role("button", name="Return").click()
    expect(theirs.get_by_text("returned to")).to_be_visible()

    mine.goto("/en/inbox/")
    mine.get_by_role("link", name="returned").first.click()
    expect(mine.get_by_text("Synthetic: the act says 44").first).to_be_visible()
    mine.get_by_label("Physical progress").fill("44")
    mine.get_by_role("button", name="Send for review").click()
    expect(mine.get_by_text("Sent for review.")).to_be_visible()

    theirs.goto("/en/updates/queue/")
    theirs.locator("tbody a").first.click()
    theirs.get_by_role("button", name="Approve").click()
    expect(theirs.get_by_text("stands in the register now")).to_be_visible()
    expect(theirs.get_by_text("approved").first).to_be_visible()

    update = Update.objects.get()
    assert (update.status, update.holder, project.observations.get().value) == ("approved", None, 44)
    assert project.documents.get().document == document
    mine.goto("/en/projects/SYN-1/")
    expect(mine.get_by_text("44").first).to_be_visible()
    expect(mine.get_by_role("link", name="synthetic-site").first).to_be_visible()
    mine.goto("/en/updates/timeliness/")
    expect(mine.get_by_role("table")).to_contain_text("100")


def test_a_stage_is_moved_back_and_the_project_handed_over(live_server, project, sign_in):
    for code, position in (("design", 70), ("construction", 80)):
        factories.stage(code, position=position, name_en=code.capitalize())
    factories.stage_change(project=project, stage=factories.stage("construction"), effective_on=LONG_AGO.date())
    project.curator.staff_member.superior = None
    project.curator.staff_member.save()
    heir = factories.editor("synthetic-heir")

    mine = sign_in(project.curator)
    mine.goto("/en/projects/SYN-1/updates/new/")
    mine.get_by_label("Stage", exact=True).select_option("Design")
    mine.get_by_label("In force from").fill("1.2.2026")
    mine.get_by_role("button", name="Send for review").click()
    expect(mine.get_by_text("Give a reason").first).to_be_visible()
    mine.get_by_label("Reason", exact=True).fill("Synthetic: the plot has changed")
    mine.get_by_role("button", name="Send for review").click()
    expect(mine.get_by_text("Sent for review.")).to_be_visible()

    chief = sign_in(factories.administrator())
    chief.goto(f"/en/updates/{Update.objects.get().pk}/review/")
    chief.get_by_role("button", name="Approve").click()
    expect(chief.get_by_text("stands in the register now")).to_be_visible()
    project.refresh_from_db()
    assert (project.stage_id, project.stage_changes.count()) == ("design", 2)

    chief.goto("/en/updates/handover/?from=synthetic-editor")
    chief.get_by_label("To whom").select_option("synthetic-heir")
    chief.get_by_label("Reason for the change").fill("Synthetic: leave")
    chief.get_by_role("button", name="See what will change").click()
    chief.get_by_role("button", name="Hand over").click()
    expect(chief.get_by_text("Handed over to synthetic-heir. Projects: 1")).to_be_visible()
    theirs = sign_in(heir)
    theirs.goto("/en/updates/")
    expect(theirs.get_by_role("link", name="SYN-1", exact=True)).to_be_visible()
