"""The roles of a server's database: the application works as one that makes nothing and forgets nothing."""

import io

import psycopg2.errors
import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_otp.oath import totp

from projects import database_roles
from projects.exchange import jobs
from projects.forms import FORMS
from projects.models import Project, Update
from projects.second_factor import device_of
from tests import factories
from tests.faults.test_killed_import import LARGE, confirm, sent, worker, written
from tests.filling import filled

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "synthetic-password-of-roles"
KEPT = ("projects_projectevent", "projects_amountevent", "projects_secondfactorevent", "django_admin_log")


@pytest.fixture
def speak_as(transactional_db, monkeypatch):
    """Makes the roles; speak_as(kind) lets the application sign in to the database as one of them."""
    for kind in database_roles.LIMITS:
        monkeypatch.setenv(f"{kind.upper()}_DATABASE_PASSWORD", PASSWORD)
    call_command("create_database_roles", stdout=io.StringIO())
    own = connection.settings_dict.copy()

    def changed(kind):
        connection.close()
        connection.settings_dict |= {"USER": database_roles._names()[kind], "PASSWORD": PASSWORD}

    yield changed
    connection.close()
    connection.settings_dict.update(own)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS synthetic")
        for name in database_roles._names().values():
            cursor.execute(f'DROP OWNED BY "{name}"')
            cursor.execute(f'DROP ROLE "{name}"')


@pytest.fixture
def signed_in(speak_as, settings):
    """An administrator who signs in with password and second factor, before the application that may little."""
    factories.stage(), factories.reporting_period()
    person = factories.administrator("synthetic-administrator", is_staff=True)
    speak_as("app")
    settings.SECOND_FACTOR = "administrators"
    client = Client()
    new = client.post(reverse("login"), {"username": person.username, "password": factories.PASSWORD}, follow=True)
    key = client.session["new_second_factor"]
    client.post(new.redirect_chain[-1][0], {"code": f"{totp(bytes.fromhex(key)):06}"})
    assert device_of(person)
    return client


def refused(*statements):
    """Assert that the role may do none of these."""
    for statement in statements:
        with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert isinstance(caught.value.__cause__, psycopg2.errors.InsufficientPrivilege), statement


def shown(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return cursor.fetchone()[0]


def test_the_application_does_its_work(signed_in, monkeypatch):
    monkeypatch.setattr(jobs, "AT_ONCE", LARGE - 1)
    factories.currency("KZT", symbol="₸", name_ru="казахстанский тенге", aliases="тенге|тг|tenge")
    address = sent(signed_in)
    worker()
    confirm(signed_in, address)
    worker()
    assert written()[:2] == [LARGE, LARGE]

    names = {"name_kk": "а", "name_ru": "б", "reference": "SYN-NEW", "is_public": "on"}
    with translation.override("en"):
        new = filled(FORMS[Project](), place="", **names)
        assert signed_in.post(reverse("project-new"), new).status_code == 303
        project = Project.objects.get(reference="SYN-NEW")
        edited = filled(FORMS[Project](instance=project), cadastral_number="2", is_public="on")
        assert signed_in.post(reverse("project-edit", args=["SYN-NEW"]), edited).status_code == 303
        update = factories.update(project=project, author=factories.analyst(), status="submitted")
        decision = {"decision": "approve", "comment": ""}
        assert signed_in.post(reverse("update-review", args=[update.pk]), decision).status_code == 303
        assert Update.objects.get(pk=update.pk).status == "approved"
        assert signed_in.get("/en/projects/?as_of=2026-01-01").status_code == 200
        added = {"username": "synthetic-new", **dict.fromkeys(("password1", "password2"), "synthetic-password-1")}
        assert signed_in.post(reverse("admin:auth_user_add"), added).status_code == 302
        assert LogEntry.objects.get().object_repr == "synthetic-new"
    assert Project.objects.filter(reference="SYN-NEW", is_public=True, version=2).exists()
    for morning in ("send_reminders", "send_subscriptions", "prune_db_task_results", "clearsessions"):
        call_command(morning, stdout=io.StringIO())
    assert signed_in.get("/readyz").status_code == 200
    assert signed_in.post(reverse("logout")).status_code == 302


def test_the_application_makes_nothing_and_forgets_nothing(speak_as):
    project = factories.project()
    factories.second_factor_event()
    call_command("create_database_roles", stdout=io.StringIO())  # once more changes nothing
    speak_as("app")
    for table in KEPT:
        refused(f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}")
    refused(
        "DELETE FROM django_migrations",
        "TRUNCATE projects_project CASCADE",
        "CREATE TABLE public.synthetic ()",
        "CREATE TABLE past.synthetic ()",
        "CREATE SCHEMA synthetic",
        "ALTER TABLE projects_project ADD COLUMN synthetic integer",
        "ALTER TABLE projects_project DISABLE TRIGGER ALL",
        "DROP TABLE projects_amount",
        "DROP TRIGGER follow_stage_of_new ON projects_stagechange",
        "CREATE OR REPLACE FUNCTION public.synthetic() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE ROLE synthetic",
        "SET session_replication_role = replica",
        "COPY projects_project TO PROGRAM 'true'",
    )
    with translation.override("en"), pytest.raises(CommandError, match="roles were not made"):
        call_command("create_database_roles", stdout=io.StringIO())
    assert Project.objects.get().pk == project.pk
    limits = {name: shown(name) for name in database_roles.LIMITS["app"]}
    assert limits == database_roles.LIMITS["app"]


def test_who_reads_writes_nothing(speak_as, tmp_path):
    factories.project()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE synthetic ()")  # of a later migration, after which the rights are given again
        database_roles.grant()
    write = ["UPDATE projects_project SET version = 5", "DELETE FROM projects_project", "CREATE TABLE x ()"]
    write += ["INSERT INTO projects_sector (code) VALUES ('x')", "SELECT nextval('projects_project_id_seq')"]
    hidden = ["SELECT * FROM django_session", "SELECT key FROM otp_totp_totpdevice", "SELECT * FROM auth_user"]
    for kind, more in (("reader", hidden), ("backup", [])):
        speak_as(kind)
        assert shown("default_transaction_read_only") == "on"
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")  # a default is no lock
        refused(*write, *more)
        with connection.cursor() as cursor:
            for table in ("projects_project", "past.projects_project", "projects_projectevent"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone()[0] == 1
            cursor.execute("SELECT username FROM auth_user")
            cursor.execute("SELECT FROM synthetic")
    call_command("backup", tmp_path / "backup", stdout=io.StringIO())
    assert (tmp_path / "backup" / "manifest.json").exists()
