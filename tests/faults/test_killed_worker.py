"""A process killed, or its connection cut, amid a submission or an approval: sent again, it is done once."""

import os
import signal

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from projects import actions
from projects.forms.reports import ReportForm
from projects.models import Amount, Source, Submission, Update
from projects.reports import publishing
from tests import factories
from tests.filling import filled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def post():
    """Sends the same report of the same editor, as often as it is called."""
    factories.currency()
    editor, project = factories.editor(), factories.project()
    form = ReportForm(instance=Update(project=project, author=editor), user=editor, fixed={"project": project})
    data = filled(form, narrative="Synthetic", submit="on") | {"paid-period": "500"}
    client = Client(raise_request_exception=False)
    client.force_login(editor)
    return lambda: client.post(reverse("update-new", args=[project.reference]), data)


def killed(act, *places):
    """Run `act()` in a process of its own, which is killed (SIGKILL) when it comes to one of these (object, name)."""
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the process was not killed: it never came to that place"
        assert os.WTERMSIG(status) == signal.SIGKILL
        return
    try:
        parents_connection = connection.connection  # kept, so that the child does not close it
        connection.connection = None
        assert parents_connection is not None
        for owner, name in places:
            setattr(owner, name, lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL))
        act()
    finally:
        os._exit(1)


PLACES = {
    "before anything is written": (actions, "save_record"),
    "between draft and submission": (actions, "submit_update"),
    "after all is written": (Submission, "save"),
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_worker_killed_while_an_update_is_sent(post, place):
    killed(post, place)
    assert (Update.objects.count(), Submission.objects.count()) == (0, 0)
    answers = [post(), post()]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].url == answers[1].url
    assert (Update.objects.get().status, Submission.objects.count()) == ("submitted", 1)


def test_a_connection_cut_while_an_update_is_sent(post, monkeypatch):
    submit = actions.submit_update

    def cut(**arguments):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(actions, "submit_update", cut)
    assert post().status_code >= 500
    connection.close()
    monkeypatch.setattr(actions, "submit_update", submit)
    assert Update.objects.count() == 0
    assert [post().status_code for _time in range(2)] == [303, 303]
    assert (Update.objects.get().status, Submission.objects.count()) == ("submitted", 1)


def test_a_worker_killed_while_an_update_is_applied(post):
    post()
    update, reviewer = Update.objects.get(), factories.reviewer()
    for name in ("_paid", "source"):
        killed(lambda: actions.approve_update(by=reviewer, update=update), (publishing._Writer, name))
        update.refresh_from_db()
        assert (update.status, Amount.objects.count(), Source.objects.count()) == ("submitted", 0, 0)
    actions.approve_update(by=reviewer, update=update)
    with pytest.raises(actions.Refused):
        actions.approve_update(by=reviewer, update=update)
    assert (Amount.objects.count(), Source.objects.count()) == (1, 1)


def test_negative_control_a_process_that_is_not_killed_is_told(post):
    """The harness sees a kill that never came, and one that came after the write had been kept."""
    with pytest.raises(AssertionError, match="never came to that place"):
        killed(post)
    assert Update.objects.count() == 1
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert Update.objects.get().status == "submitted"
