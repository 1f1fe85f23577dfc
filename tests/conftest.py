"""What every test stands on: plain static files, files of its own, and a browser that starts."""

import io
import os
import socket

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models.signals import post_migrate

from tests.letters import Box
from tracker import database, install

# The browser's driver keeps an event loop in the thread of the test, which Django would refuse.
os.environ |= {"DJANGO_ALLOW_ASYNC_UNSAFE": "true", **install.driver_variables()}

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure():
    """Leave out what tests do not need: collected static files, passwords that are slow to check, second factors."""
    from django.conf import settings

    if database.is_embedded() and not database.is_running():
        raise pytest.UsageError("No database is up for the tests: run `make test`, or set DATABASE_URL.")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    settings.SECOND_FACTOR = "offered"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    post_migrate.connect(_roles_again)


def _roles_again(**_signal):
    """Write the roles again, which a migration wrote: the flush after a test with a live server takes them."""
    from django.contrib.auth.models import Group

    from projects.permissions import ROLE_NAMES

    for name in ROLE_NAMES:
        Group.objects.get_or_create(name=name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database; at the end the last answers to closed browsers do not keep it from being dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _files_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def box(settings):
    """A mail server on this machine, which the register sends by."""
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    server.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | {"executable_path": install.browser(), "args": BROWSER_ARGUMENTS}


@pytest.fixture(scope="module")
def of_the_module(django_db_setup, django_db_blocker):
    """A transaction around a module: what fixtures of its scope write in it is gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def _brief_of_the_module(of_the_module):
    _load_brief()


@pytest.fixture
def brief(_brief_of_the_module, db):
    """The reference lists and the brief in the database.

    They are loaded once a module and gone after it; each test takes back what it changed. A test with
    a live server takes `live_brief` instead, in a module without `brief`.
    """


@pytest.fixture
def live_brief(transactional_db):
    """The reference lists and the brief, committed, as a live server and other connections see them."""
    _load_brief()


def _load_brief():
    call_command("load_reference", stdout=io.StringIO())
    call_command("load_brief", stdout=io.StringIO())
