"""The ground: environment variables, embedded database, vendored files, start and stop."""

import ast
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.test import Client

from projects import apps
from projects.forms import FORMS
from projects.models import Update
from projects.portfolio.kinds import CHILDREN, TOP
from tracker import database, environment, errors, install, middleware

ROOT = install.ROOT


def command(*arguments, **variables):
    """Run a program of the checkout to its end; a variable given as None is unset."""
    changed = {**os.environ, **{name: value for name, value in variables.items() if value is not None}}
    for name in (name for name, value in variables.items() if value is None):
        changed.pop(name, None)
    return subprocess.run(arguments, cwd=ROOT, env=changed, capture_output=True, text=True, timeout=120)


class TestVariables:
    @pytest.mark.parametrize(
        ("name", "value", "read"),
        [
            ("DEBUG", "maybe", lambda: environment.env_bool("DEBUG", False)),
            ("PORT", "http", lambda: environment.env_int("PORT", 8000)),
            ("PORT", "70000", lambda: environment.env_int("PORT", 8000, 1, 65535)),
            ("PORT", "0", lambda: environment.env_int("PORT", 8000, 1, 65535)),
            ("ALLOWED_HOSTS", ", ,", lambda: environment.env_list("ALLOWED_HOSTS", [])),
            ("SECRET_KEY", "", lambda: environment.env_str("SECRET_KEY")),
            ("LANGUAGE_CODE", "de", lambda: environment.env_choice("LANGUAGE_CODE", "kk", ["kk", "ru"])),
            ("TIME_ZONE", "Mars/Base", lambda: environment.env_time_zone("TIME_ZONE", "Asia/Oral")),
        ],
    )
    def test_a_wrong_value_is_refused_by_name(self, monkeypatch, name, value, read):
        monkeypatch.setenv(name, value)
        with pytest.raises(environment.ConfigurationError, match=f"^{name}: "):
            read()

    def test_an_empty_value_is_the_default(self, monkeypatch):
        monkeypatch.setenv("X", " ")
        assert environment.env_bool("X", True) is True
        assert environment.env_int("X", 5) == 5
        assert environment.env_list("X", ["a"]) == ["a"]
        assert environment.env_str("X", "a") == "a"

    def test_values_are_read(self, monkeypatch):
        monkeypatch.setenv("X", "Off")
        assert environment.env_bool("X", True) is False
        monkeypatch.setenv("X", "a, b,")
        assert environment.env_list("X", []) == ["a", "b"]

    def test_the_error_is_djangos_kind(self):
        assert issubclass(environment.ConfigurationError, ImproperlyConfigured)

    def test_database_address(self):
        entry = environment.database("postgres://u%40x:p%3A@h1:1,h2:2/base?sslmode=require")
        assert (entry["USER"], entry["PASSWORD"], entry["NAME"]) == ("u@x", "p:", "base")
        assert (entry["HOST"], entry["PORT"], entry["OPTIONS"]) == ("h1,h2", "1,2", {"sslmode": "require"})
        assert environment.database("postgres://u@%2Ftmp%2Fa/base")["HOST"] == "/tmp/a"
        assert environment.database("postgres:///base?host=/tmp")["HOST"] == "/tmp"
        assert environment.database("postgresql://[::1]:5/base")["HOST"] == "::1"

    @pytest.mark.parametrize("url", ["mysql://h/b", "postgres://h:99x/b", "postgres://h", "postgres://[::1/b", "b"])
    def test_wrong_database_address(self, url):
        with pytest.raises(environment.ConfigurationError, match=r"^DATABASE_URL: "):
            environment.database(url)

    def test_mail_address(self):
        settings = environment.email("smtp://u:p@mail:587?tls=1&from=office@example.org")
        assert settings["EMAIL_HOST"] == "mail"
        assert settings["EMAIL_PORT"] == 587
        assert settings["EMAIL_USE_TLS"] is True
        assert settings["DEFAULT_FROM_EMAIL"] == "office@example.org"
        assert environment.email("smtps://mail")["EMAIL_PORT"] == 465
        assert environment.email("file:///var/mail")["EMAIL_FILE_PATH"] == "/var/mail"

    @pytest.mark.parametrize("url", ["smtp:", "file:", "pigeon://x", "smtp://h:x"])
    def test_wrong_mail_address(self, url):
        with pytest.raises(environment.ConfigurationError, match=r"^EMAIL_URL: "):
            environment.email(url)

    @pytest.mark.parametrize("url", ["https://tracker.example.org/", "http://127.0.0.1:8000"])
    def test_address_of_the_site(self, url):
        assert environment.site_url(url) == url.rstrip("/")

    @pytest.mark.parametrize("url", ["tracker.example.org", "https://h/x", "https://u@h", "ftp://h", "https://h:x"])
    def test_wrong_address_of_the_site(self, url):
        with pytest.raises(environment.ConfigurationError, match=r"^SITE_URL: "):
            environment.site_url(url)

    @pytest.mark.parametrize(("name", "value"), [("DEBUG", "maybe"), ("DATABASE_URL", "mysql://h/b")])
    def test_a_command_ends_with_the_sentence(self, name, value):
        done = command(sys.executable, "manage.py", "check", **{name: value})
        assert done.returncode == 2
        assert done.stderr.startswith(f"{name}: ")
        assert len(done.stderr.splitlines()) == 1

    def test_a_wrong_port_is_refused(self):
        done = command(sys.executable, "-m", "tracker", "run", PORT="http")
        assert done.returncode == 2
        assert done.stderr.startswith("PORT: ")


class TestDatabase:
    @pytest.mark.django_db
    def test_kazakh_letters(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT upper('әңғүұқөһі'), 'ҚАЗ' ILIKE 'қаз'")
            assert cursor.fetchone() == ("ӘҢҒҮҰҚӨҺІ", True)

    @pytest.mark.django_db
    def test_a_question_that_takes_too_long_ends_and_may_be_asked_again(self):
        with pytest.raises(OperationalError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 10")
            cursor.execute("SELECT pg_sleep(5)")
        assert errors.is_outage(caught.value)
        assert not errors.is_contended(caught.value)

    def test_the_driver_is_psycopg2(self):
        from django.db.backends.postgresql.psycopg_any import is_psycopg3

        assert not is_psycopg3

    def test_a_server_of_its_own_comes_and_goes(self):
        import psycopg2

        with database.throwaway() as url:
            settings = environment.database(url)
            assert settings["NAME"] == database.NAME
            session = psycopg2.connect(url)
            session.close()
            folder = settings["HOST"].removesuffix("/socket")
            assert os.stat(settings["HOST"]).st_mode & 0o777 == 0o700
        assert not os.path.exists(folder)

    def test_data_outlive_the_server_and_a_killed_one(self):
        import psycopg2

        base = Path(tempfile.mkdtemp(prefix="tracker-test-", dir=database._temporary_folder()))
        base.chmod(0o711)
        cluster = database.Cluster(base, database.HASTY_SETTINGS)
        try:
            with cluster.running():
                session = psycopg2.connect(cluster.url())
                session.cursor().execute("CREATE TABLE kept ()")
                session.commit()
                session.close()
                with cluster.running():
                    assert cluster.is_up()
                assert cluster.is_up(), "the inner block is not the last user"
            assert not cluster.is_up()
            # A killed server leaves its lock file; by now its process number belongs to somebody else.
            for lock in (cluster.data / "postmaster.pid", cluster.sockets / f"{database.SOCKET}.lock"):
                lock.write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n\n\n")
            with cluster.running():
                session = psycopg2.connect(cluster.url())
                session.cursor().execute("SELECT FROM kept")
                session.close()
        finally:
            shutil.rmtree(base)

    def test_a_deep_checkout_gets_a_short_socket_folder(self, tmp_path):
        cluster = database.Cluster(tmp_path / ("x" * 100))
        assert len(str(cluster.sockets)) < database.SOCKET_FOLDER_LIMIT

    def test_missing_programs_are_named(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PG_BIN", str(tmp_path))
        with pytest.raises(database.DatabaseError, match=r"^PG_BIN: "):
            database.programs()

    def test_ground_modules_need_no_packages(self):
        """They run before the private environment exists."""
        done = command(sys.executable, "-S", "-c", "import tracker.__main__, sys; assert 'django' not in sys.modules")
        assert done.returncode == 0, done.stderr


class TestDeployment:
    def test_nothing_is_left_to_set_on_a_server(self):
        done = command(
            sys.executable,
            *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            HTTPS="1",
            DEBUG=None,
            DEMO=None,
            DJANGO_ALLOW_ASYNC_UNSAFE=None,
            SECRET_KEY=secrets.token_urlsafe(50),
        )
        assert done.returncode == 0, done.stderr

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/healthz", 200),
            ("/readyz", 200),
            ("/static/css/base.css", 200),
            ("/static/none.css", 404),
            ("/en/accounts/login/", 200),
            ("/en/projects/", 302),
            ("/en/none/", 404),
            ("/en/%00/", 404),
            ("/api/v1/projects/", 401),
            ("/en/to-tls/", 301),
        ],
    )
    def test_no_answer_lacks_the_headers(self, settings, path, status):
        settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = status == 301, 31536000
        settings.WHITENOISE_USE_FINDERS = True
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # no files are collected
            client = Client()
            answer = client.get(path, secure=status != 301)
        answer.close()
        assert answer.status_code == status
        given = {name.lower(): value for name, value in answer.headers.items()}
        wanted = {name.lower(): value for name, value in middleware.HEADERS.items()}
        caching = wanted.pop("cache-control")
        assert wanted.items() <= given.items()
        assert ("max-age=60" if path == "/static/css/base.css" else caching) in given["cache-control"]
        assert "default-src 'none'" in given["content-security-policy"]
        assert (given["x-content-type-options"], given["referrer-policy"]) == ("nosniff", "same-origin")
        assert ("strict-transport-security" in given) == (status != 301)  # which says nothing without TLS

    def test_nginx_lets_files_through_to_the_pages_that_take_them(self, settings):
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        places = re.findall(r"location ~ (\S+) \{\s+client_max_body_size (\d+)m", text)
        kinds = [
            kind
            for kind in (*TOP, *CHILDREN)
            if kind.model is Update
            or any(field.widget.needs_multipart_form for field in FORMS[kind.model].base_fields.values())
        ]
        assert {"document", "milestone", "checkpoint", "evidence", "update"} <= {kind.name for kind in kinds}
        above = [f"{kind.parent.path}/1/" if kind.parent else "" for kind in kinds]
        pages = [f"{start}{kind.path}/1/edit/" for start, kind in zip(above, kinds, strict=True)]
        pages += [f"{start}{kind.path}/new/" for start, kind in zip(above, kinds, strict=True)]
        pages += ["projects/1/updates/autosave/", "shipments/1/next/", "indicators/import/", "imports/new/"]
        for page in [*pages, "admin/projects/document/add/"]:
            limit = next((int(limit) for place, limit in places if re.search(place, f"/ru/{page}")), 0)
            assert limit > settings.DOCUMENT_LIMIT_MB, page

    @pytest.mark.django_db
    def test_of_the_tables_of_an_earlier_migration_nothing_is_made(self):
        """Going back a migration, the views of the past are dropped, and not made of columns that are gone."""
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'projects' AND name >= '0014'")
            apps.before_migrate()
            apps.after_migrate(plan=[("projects", True)])
            cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'past'")
            assert cursor.fetchone() == (0,)


class TestFloors:
    def test_imports_only_go_down(self):
        done = command(install.VENV / "bin" / "lint-imports")
        assert done.returncode == 0, done.stdout

    @pytest.mark.parametrize("floor", ["models", "permissions", "actions", "rollups"])
    def test_the_lower_floors_know_no_request_form_or_template(self, floor):
        above = ("django.http", "django.forms", "django.template", "django.shortcuts", "django.views", "rest_framework")
        for path in [*ROOT.glob(f"projects/{floor}.py"), *ROOT.glob(f"projects/{floor}/**/*.py")]:
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert not [name for name in names if name.startswith(above)], path


class TestLocks:
    @pytest.mark.parametrize("name", install.REQUIREMENTS)
    def test_each_package_is_there_with_its_hashes_and_no_address(self, name):
        install._agree(name)
        text = install._lock(name).read_text()
        entries = re.findall(r"^[\w.-]+==.*(?:\n .*)*", text, re.MULTILINE)
        assert len(entries) == len(re.findall(r"^\w", text, re.MULTILINE)) > 30
        assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
        assert "://" not in text and "--index" not in text

    @pytest.mark.parametrize(
        ("before", "after"),
        [("segno==1.6.6 ", "segno==1.6.5 "), ("segno==1.6.6 ", "# "), ("segno==1.6.6 ", "segno==1.6.6\nsynthetic==1 ")],
    )
    def test_requirements_without_their_lock_are_not_installed(self, monkeypatch, tmp_path, before, after):
        for path in ROOT.glob("requirements*"):
            shutil.copy(path, tmp_path)
        text = (tmp_path / "requirements.txt").read_text()
        assert before in text
        (tmp_path / "requirements.txt").write_text(text.replace(before, after))
        monkeypatch.setattr(install, "ROOT", tmp_path)
        with pytest.raises(install.InstallError, match=r"requirements\.lock was not: run `make lock`"):
            install._agree("requirements-dev.txt")


class TestVendored:
    def test_files_are_those_of_the_manifest(self):
        folder = ROOT / "static" / "vendor"
        entries = json.loads((folder / "MANIFEST.json").read_text())
        for entry in entries:
            assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        listed = {folder / entry["file"] for entry in entries}
        kept = {path for path in folder.rglob("*") if path.suffix in {".css", ".js", ".svg", ".woff2"}}
        assert kept == listed

    def test_every_static_file_that_another_names_is_there(self, settings, tmp_path):
        settings.STATIC_ROOT = tmp_path
        settings.STORAGES = settings.STORAGES | {
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
        }
        call_command("collectstatic", verbosity=0, interactive=False)
        assert (tmp_path / "staticfiles.json").exists()


@pytest.fixture
def checkout():
    """A copy of the application with data of its own, where the server's account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-test-"))
    folder.chmod(0o755)
    for name in ("tracker", "projects", "templates", "static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    (folder / ".venv").symlink_to(install.VENV)
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(f"/var/lib/{database.NAME}-{database._fingerprint(folder)}", ignore_errors=True)


class Site:
    """`make run` on a copy of the application, in a process group of its own; its words go to a file."""

    def __init__(self, checkout, port):
        self.words = checkout / f"words-{time.monotonic_ns()}"
        variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.words.open("w") as words:
            self.process = subprocess.Popen(
                [checkout / ".venv/bin/python", "-m", "tracker", "run"],
                cwd=checkout,
                env=variables
                | {"PORT": str(port), "SECRET_KEY": "of this test", "DEMO_PASSWORD": "of-this-test-alone"},
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self):
        return self.words.read_text()

    def wait_until_ready(self):
        limit = time.monotonic() + 240
        while "Ctrl-C" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < limit, self.said()
            time.sleep(0.2)

    def end(self):
        self.process.terminate()
        return self.process.wait(60)


def test_the_site_comes_up_alone_and_goes_down_whole(checkout):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = Site(checkout, port)
    try:
        site.wait_until_ready()
        assert f"Ready: http://127.0.0.1:{port}/" in site.said()
        assert "of-this-test-alone" in site.said()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200

        second = Site(checkout, port)
        assert second.process.wait(60) == 2
        assert second.said().startswith(f"The site of this checkout is running already: http://127.0.0.1:{port}/")

        os.killpg(site.process.pid, signal.SIGINT)
        os.killpg(site.process.pid, signal.SIGINT)  # as an impatient person does
        assert site.process.wait(60) == 0
    finally:
        site.end()
    assert not database.Cluster(checkout / ".data").is_up()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections may linger, servers may not
        taken.bind(("127.0.0.1", port))  # nothing of the site holds it any more
        taken.listen()
        third = Site(checkout, port)
        assert third.process.wait(60) == 2
        assert third.said().startswith(f"PORT: {port} is in use")
