"""Webhooks: what is told, to whom, signed, again after a failure, and never into a private network."""

import datetime
import http.server
import io
import json
import threading

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from projects import actions, permissions, webhooks
from projects.api.fields import Context
from projects.api.representations import PROJECT_PARTS
from projects.models import Amount, Project, WebhookDelivery
from projects.models.webhooks import LINKED, PARTS
from tests import factories

OF_ONE = ["amount", "milestone", "obligation", "observation", "phase", "problem", "project_document", "party"]
OF_ONE += ["project_sector", "stage_change"]


class Receiver:
    """A system that is told, on this machine: keeps what it gets and answers with `status`."""

    def __init__(self):
        self.got, self.status = [], 200
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((self.path, dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?from=register"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def waiting():
    return sorted(WebhookDelivery.objects.filter(attempts=0).values_list("event", "project__reference"))


def test_what_is_told_is_written_with_the_change(db):
    factories.project(reference="SYN-0")
    factories.webhook()
    factories.webhook(is_active=False)
    project = factories.project(reference="SYN-1")
    assert waiting() == [("project.changed", "SYN-1")]
    factories.amount(project=project)
    factories.amount(programme=factories.programme())
    Project.objects.filter(pk=project.pk).update(is_public=True)
    assert waiting() == [("project.changed", "SYN-1"), ("project.published", "SYN-1")]
    with transaction.atomic():
        Project.objects.update(name_en="Synthetic other name")
        transaction.set_rollback(True)
    WebhookDelivery.objects.all().delete()
    Amount.objects.filter(project=project).update(value=7)
    assert waiting() == [("project.changed", "SYN-1")]
    update = factories.update(project=project)
    actions.submit_update(by=update.author, update=update)
    WebhookDelivery.objects.all().delete()
    actions.approve_update(by=factories.reviewer(), update=update)
    told = WebhookDelivery.objects.get(event="update.approved")
    assert (told.project, told.update_id, told.attempts) == (project, update.pk, 0)


def parts(project):
    """A row of each kind that belongs to a project, or perhaps belongs to it."""
    of_programme = {"programme": factories.programme()}
    return [
        *(getattr(factories, name)(project=project) for name in OF_ONE),
        factories.project_link(from_project=project),
        factories.project_link(to_project=project),
        factories.shipment(projects=[project]),
        *(
            getattr(factories, name)(candidates=[project], **of_programme)
            for name in ("party", "amount", "observation")
        ),
    ]


def told_now():
    told = set(WebhookDelivery.objects.filter(event="project.changed").values_list("project", flat=True))
    WebhookDelivery.objects.all().delete()
    return told


def test_each_part_tells_its_project(db):
    project, other = factories.project(), factories.project()
    rows = parts(project)
    factories.webhook()
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(created_by=factories.reviewer())
        assert project.pk in told_now(), row._meta.label
    for name, row in zip(OF_ONE, rows, strict=False):
        type(row).objects.filter(pk=row.pk).update(project=other)
        assert told_now() == {project.pk, other.pk}, name
    for row in rows[-4:]:  # those that are linked to any number of projects
        links = row.projects if hasattr(row, "projects") else row.candidates
        for change, keys in ((links.add, {other.pk}), (links.clear, {project.pk, other.pk})):
            told_now()
            change(*([other] if change == links.add else []))
            assert told_now() == keys, row._meta.label
    lone = factories.project()
    factories.shipment(projects=[lone])
    lone.delete()  # with the link, of which nothing is left to be told
    assert lone.pk not in told_now()


def test_what_callers_read_of_a_project_is_told():
    for name, nested in PROJECT_PARTS.items():
        model = nested.rows(Context(user=permissions.Operator(), day=timezone.localdate())).model
        field = model._meta.get_field(nested.owner.removesuffix("_id"))
        assert model in PARTS, name
        if field.many_to_many:
            assert field.remote_field.through in PARTS and model in LINKED, name


def test_messages_are_signed_and_sent_once(db, receiver):
    hook = factories.webhook(address=receiver.address)
    factories.project(reference="SYN-1")
    out = io.StringIO()
    call_command("send_webhooks", stdout=out)
    call_command("send_webhooks", stdout=out)
    ((path, headers, body),) = receiver.got
    assert path == "/hook?from=register" and headers["X-Tracker-Event"] == "project.changed"
    moment, signed = (part.partition("=")[2] for part in headers["X-Tracker-Signature"].split(","))
    assert webhooks.signature(hook.secret, int(moment), body) == signed
    assert webhooks.signature("another secret", int(moment), body) != signed
    said = json.loads(body)
    row = WebhookDelivery.objects.get()
    assert (said["id"], said["project"], said["update"]) == (row.pk, "SYN-1", None)
    assert (row.status_code, row.attempts, row.next_at, row.error) == (200, 1, None, "")
    assert row.delivered_at is not None


@pytest.mark.parametrize("status", [500, 302])
def test_what_fails_is_tried_again_later_and_then_given_up(db, receiver, status):
    factories.webhook(address=receiver.address)
    project = factories.project()
    receiver.status, moment = status, timezone.now()
    for attempt in range(1, webhooks.ATTEMPTS + 1):
        with time_machine.travel(moment, tick=False):
            assert webhooks.send() == (0, 1)
            assert webhooks.send() == (0, 0)  # not yet
        moment += webhooks.wait_after(attempt)
        Project.objects.filter(pk=project.pk).update(review_on=None)  # no change, nothing to tell
    row = WebhookDelivery.objects.get()
    assert (row.attempts, row.next_at, row.delivered_at, row.status_code) == (webhooks.ATTEMPTS, None, None, status)
    assert len(receiver.got) == webhooks.ATTEMPTS
    assert all(path == "/hook?from=register" for path, _headers, _body in receiver.got)
    with time_machine.travel(moment + webhooks.KEPT, tick=False):
        assert webhooks.send() == (0, 0)
    assert not WebhookDelivery.objects.exists()


def test_a_change_while_a_message_is_on_its_way_is_told_again(db, receiver):
    factories.webhook(address=receiver.address)
    project = factories.project()
    assert webhooks._claim() is not None  # and the sender dies here
    Project.objects.filter(pk=project.pk).update(name_en="Synthetic other name")
    assert webhooks.send() == (1, 0)
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2), tick=False):
        assert webhooks.send() == (1, 0)
    assert not WebhookDelivery.objects.exclude(next_at=None).exists()


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/",
        "https://192.168.0.1/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "http://93.184.215.14/",
        "https://user:word@93.184.215.14/",
        "ftp://93.184.215.14/",
        "https:///path",
    ],
)
def test_nothing_is_sent_where_it_must_not_go(db, address):
    factories.webhook(address=address)
    factories.project()
    told = []
    assert webhooks.send(told.append) == (0, 1)
    row = WebhookDelivery.objects.get()
    assert row.status_code is None and row.error and told


def test_an_address_that_does_not_answer_is_a_failure_and_no_crash(db, receiver):
    receiver.server.shutdown()
    receiver.server.server_close()
    factories.webhook(address=receiver.address)
    factories.project()
    assert webhooks.send() == (0, 1)
    assert "Error" in WebhookDelivery.objects.get().error
