"""A large import in the worker: carried out, ended by a person, and killed (SIGKILL) without leaving half of it."""

import datetime
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from projects import permissions
from projects.exchange import background, jobs, writing
from projects.models import Amount, ImportJob, ImportRun, Organisation, Project, Source
from tests import factories
from tests.exchange import files
from tests.faults.test_killed_worker import killed

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = 40  # rows, where a test takes more than 30 for many


@pytest.fixture(autouse=True)
def _many(monkeypatch):
    monkeypatch.setattr(jobs, "AT_ONCE", 30)
    monkeypatch.setattr(background, "BEAT", 0.05)
    with translation.override("en"):
        factories.currency("KZT", symbol="₸", name_ru="казахстанский тенге", aliases="тенге|тг|tenge")
        yield


@pytest.fixture
def signed_in(client):
    client.force_login(factories.administrator())
    return client


@pytest.fixture
def waiting(signed_in):
    return sent(signed_in)


def sent(signed_in):
    """Send a table of LARGE rows. Returns: the address of its import, which waits for the worker to check it."""
    rows = [["Наименование проекта", "Сумма, млн тенге"]]
    rows += [[f"Синтетический проект {number}", number] for number in range(1, LARGE + 1)]
    content = SimpleUploadedFile("t.csv", files.csv_file(rows))
    sent = signed_in.post(reverse("import-new"), {"file": content, "as_of": "01.11.2025", "reason": "synthetic"})
    page = signed_in.get(signed_in.get(sent.url).url)
    form = page.context["form"]
    data = {name: value for name in form.fields if (value := form[name].value()) is not None}
    return signed_in.post(page.request["PATH_INFO"], data).url


def as_person(user):
    client = Client()
    client.force_login(user)
    return client


def worker():
    """The worker does what waits, and goes."""
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0, stdout=io.StringIO())


def written():
    return [model.objects.count() for model in (Project, Amount, Organisation, Source)]


def confirm(signed_in, address):
    shown = signed_in.get(address)
    return signed_in.post(
        address, {"step": "confirm", "fingerprint": shown.context["fingerprint"], "reason": "synthetic"}
    )


def test_a_large_file_is_checked_and_written_by_the_worker(signed_in, waiting):
    run = ImportRun.objects.get()
    assert run.state == "waiting"
    part = reverse("import-run", args=[run.pk])
    assert "waits for the worker" in signed_in.get(waiting).content.decode()
    assert "waits for the worker" in signed_in.get(part).content.decode()
    worker()
    assert signed_in.get(part).headers["HX-Refresh"] == "true"
    assert ImportJob.objects.get().status == "checked"
    confirm(signed_in, waiting)
    assert written() == [0, 0, 0, 0]
    worker()
    run.refresh_from_db()
    assert (run.state, run.message, ImportJob.objects.get().status) == ("done", "", "done")
    assert written() == [LARGE, LARGE, 0, 1]

    # It is taken back by the worker too: refused with the reasons, then, without what stands on it, done.
    later = factories.milestone(project=Project.objects.first())
    signed_in.post(waiting, {"step": "undo"})
    assert "waits for the worker" in signed_in.get(waiting).content.decode()
    worker()
    assert "stands on a record of the import" in signed_in.get(waiting).content.decode()
    assert written()[:2] == [LARGE, LARGE]
    later.delete()
    signed_in.post(waiting, {"step": "undo"})
    worker()
    run.refresh_from_db()
    assert (run.step, run.done, run.total) == ("undoing", 2 * LARGE, 2 * LARGE)
    assert "Taken back." in signed_in.get(waiting).content.decode()
    assert (ImportJob.objects.get().status, written()[:2]) == ("undone", [0, 0])


@pytest.mark.parametrize("place", [(writing.Writer, "_write_statements"), (writing.Writer, "_note")])
def test_a_killed_worker_leaves_nothing_half_done_and_the_import_says_so(signed_in, waiting, place):
    worker()
    confirm(signed_in, waiting)
    killed(worker, place)
    run = ImportRun.objects.get()
    assert (run.state, written()) == ("running", [0, 0, 0, 0])
    assert "End this work" in signed_in.get(waiting).content.decode()
    ImportRun.objects.update(beat_at=timezone.now() - datetime.timedelta(minutes=1))
    assert "interrupted; nothing of it was written" in signed_in.get(waiting).content.decode()
    assert DBTaskResult.objects.filter(status="FAILED").count() == 1
    confirm(signed_in, waiting)
    worker()
    assert written() == [LARGE, LARGE, 0, 1]


def test_a_killed_check_is_begun_again(signed_in, waiting):
    killed(worker, (jobs, "looked_at"))
    ImportRun.objects.update(beat_at=timezone.now() - datetime.timedelta(minutes=1))
    assert "Start it again" in signed_in.get(waiting).content.decode()
    signed_in.post(reverse("import-run", args=[ImportRun.objects.get().pk]), {"step": "again"})
    worker()
    assert ImportJob.objects.get().status == "checked"


def test_only_who_may_calls_or_ends_the_worker(signed_in, waiting):
    """Reviewers may end what was sent to them, auditors see it, others not even that; nobody calls it in vain."""
    part, job = reverse("import-run", args=[ImportRun.objects.get().pk]), ImportJob.objects.get()
    people = (factories.user(None, permissions.AUDITOR), factories.editor(), factories.reviewer())
    statuses = [as_person(person).post(part).status_code for person in people]
    assert (statuses, ImportRun.objects.get().state) == ([403, 404, 404], "waiting")
    worker()
    for step in ("confirm", "approve"):
        answer = as_person(people[0]).post(waiting, {"step": step})
        assert (answer.status_code, ImportRun.objects.get().state) == (422, "done"), step
    assert "End this work" not in as_person(people[0]).get(waiting).content.decode()
    ImportJob.objects.update(status="submitted")
    background.start(job, "check", by=job.owner)
    assert "End this work" not in as_person(people[0]).get(part).content.decode()
    assert as_person(people[2]).post(part).status_code == 303
    assert ImportRun.objects.get().state == "cancelled"


def test_a_run_is_ended_by_a_person_before_and_while_it_works(signed_in, waiting, monkeypatch):
    part = reverse("import-run", args=[ImportRun.objects.get().pk])
    signed_in.post(part)
    assert ImportRun.objects.get().state == "cancelled"
    assert DBTaskResult.objects.count() == 0
    signed_in.post(part, {"step": "again"})
    worker()
    confirm(signed_in, waiting)
    create = writing.Writer._create

    def slow(noun, records):
        create(noun, records)
        if noun.name == "projects":
            background.cancel(ImportRun.objects.get())  # within the work's transaction: seen by its own word only
            heart[0]._say()

    heart = []
    enter = background._Heart.__enter__
    monkeypatch.setattr(background._Heart, "__enter__", lambda self: heart.append(self) or enter(self))
    monkeypatch.setattr(writing.Writer, "_create", staticmethod(slow))
    worker()
    assert written() == [0, 0, 0, 0]
    assert ImportRun.objects.get().state == "cancelled"
    assert "ended before it was done" in signed_in.get(waiting).content.decode()


def test_a_second_start_is_refused_while_the_first_goes_on(signed_in, waiting):
    answer = signed_in.post(waiting, {"step": "confirm", "fingerprint": "x"})
    assert answer.status_code == 422
    assert DBTaskResult.objects.count() == 1
