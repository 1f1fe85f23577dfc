"""The verbs of the Makefile: `python -m tracker run | test | bench | environment | clean`.

Started with any Python 3.11 or newer; makes the private environment and goes on inside it. Like
`install` and `database`, this module needs the standard library alone, except in `prepare`.
"""

import contextlib
import fcntl
import http.client
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

if sys.version_info < (3, 11):  # noqa: UP036 -- older ones get a sentence
    sys.exit("Python 3.11 or newer is needed. Name one: make run PYTHON=/path/to/python3.11")

from tracker import database, install

SIGN_INS = "admin, reviewer, editor, editor2, analyst, outsider"
DEMO_PASSWORD = "demo-tracker-2026"
START_LIMIT = 60  # seconds until the server answers
STOP_LIMIT = 15  # seconds until it is stopped by force
LITTER = ("staticfiles", "test-results", ".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache")


class Refusal(Exception):
    """The verb cannot be carried out; the text is a sentence for the person at the terminal."""


def run():
    """Bring everything up and serve the site until Ctrl-C, SIGTERM or the end of the terminal."""
    port = _port()
    os.environ.setdefault("DEMO", "1")
    with _alone(port), database.running():
        if database.is_embedded():
            _say(f"PostgreSQL is up; the data are in {database.location()}.")
        if subprocess.run([install.PYTHON, "-m", "tracker", "prepare"]).returncode:
            raise Refusal("The site was not started; the lines above say why.")
        _serve(port)


def prepare():
    """Bring database, catalogues and static files up to date; every step may be repeated."""
    from django.core.management import CommandError, call_command
    from django.db import OperationalError

    from tracker.environment import ConfigurationError

    def quietly(name, **options):
        call_command(name, stdout=io.StringIO(), verbosity=0, **options)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    try:
        import django

        django.setup()
        from django.conf import settings

        quietly("check")
        quietly("compile_catalogues")
        _say("Bringing the tables up to date …")
        quietly("migrate", interactive=False)
        _say("Loading the reference data and the portfolio of the brief …")
        quietly("load_reference")
        quietly("load_brief")
        if settings.DEMO:
            quietly("create_demo_users")
        quietly("collectstatic", interactive=False)
    except (ConfigurationError, CommandError) as error:
        raise Refusal(error) from error
    except OperationalError as error:
        raise Refusal(f"DATABASE_URL: the database does not answer. {error}".strip()) from error


def test(*arguments):
    """Run the tests on a server of their own; the arguments go to pytest."""
    os.environ |= {"CHROMIUM": install.browser(), **install.driver_variables()}
    with _database_of_its_own(durable=False):
        subprocess.run([install.PYTHON, "manage.py", "compile_catalogues", "-v0"], check=True)
        return subprocess.run([install.PYTHON, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]).returncode


def bench(*arguments):
    """Run the benchmarks on a server of their own."""
    with _database_of_its_own(durable=True):
        return subprocess.run([install.PYTHON, "-m", "bench", *arguments]).returncode


def environment():
    """Nothing more: the environment is made before every verb but `clean`."""


def clean():
    """Remove what the other verbs made, and the data if the person at the terminal says so."""
    with _alone(None):
        if database.is_running():
            raise Refusal("The embedded database is in use by a management command; nothing was removed.")
        for name in (*LITTER, install.VENV.name):
            shutil.rmtree(install.ROOT / name, ignore_errors=True)
        for folder in ("tracker", "projects", "tests", "bench"):
            for path in (install.ROOT / folder).rglob("__pycache__"):
                shutil.rmtree(path)
            for path in (install.ROOT / folder).rglob("*.mo"):
                path.unlink()
        folders = list(dict.fromkeys((install.LOCAL, *database.folders())))
        question = f"Delete the data as well ({' and '.join(map(str, folders))})? [y/N] "
        try:
            agreed = input(question).strip().lower() in ("y", "yes")
        except EOFError:
            agreed = False
        for folder in folders if agreed else ():
            shutil.rmtree(folder)


def _serve(port):
    """Run the application server, and the worker beside it, until a signal asks for the end."""
    from tracker.environment import env_bool

    server = subprocess.Popen(
        [install.PYTHON, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        + ["--workers", "2", "--blocking-threads", "1", "--no-ws", "--respawn-failed-workers"]
        + ["--log-level", "warning", "tracker.wsgi:application"],
        process_group=0,  # it hangs if told to stop twice: by the terminal and by us
    )
    worker = _worker()
    try:
        limit = time.monotonic() + START_LIMIT
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > limit:
                raise Refusal("The server did not start; the lines above say why.")
            time.sleep(0.2)
        _say(f"Ready: http://127.0.0.1:{port}/")
        if env_bool("DEMO", True):
            _say(f"Sign in as one of: {SIGN_INS}")
            _say(f"Password of each: {os.environ.get('DEMO_PASSWORD') or DEMO_PASSWORD}")
        _say("Ctrl-C stops the site and its database.")
        while server.poll() is None:
            if worker.poll() is not None:
                worker = _worker()
            time.sleep(1)
        raise Refusal("The server ended by itself; the lines above say why.")
    finally:
        for process in (server, worker):
            process.terminate()
        for process in (server, worker):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_LIMIT)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # processes that did not stop, or were left behind


def _worker():
    """Start the process that does work of minutes: imports of many rows."""
    return subprocess.Popen(
        [install.PYTHON, "manage.py", "db_worker", "--no-reload", "--verbosity", "0"], process_group=0
    )


def _answers(port):
    """Return whether the application itself answers, not the listening socket alone."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _port():
    """Return the variable PORT as a number; 8000 where it is unset."""
    text = os.environ.get("PORT", "").strip() or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Refusal(f"PORT: must be a number from 1 to 65535, not {text[:40]!r}.")
    return int(text)


@contextlib.contextmanager
def _alone(port):
    """Hold this checkout's lock; with a port, see that it is free and leave the address for whoever comes second."""
    install.LOCAL.mkdir(mode=0o711, exist_ok=True)
    with (install.LOCAL / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refusal(
                f"The site of this checkout is running already: {lock.read().strip() or 'starting'}"
            ) from None
        lock.truncate(0)
        if port:
            _check_free(port)
            lock.write(f"http://127.0.0.1:{port}/ (process {os.getpid()})\n")
            lock.flush()
        yield


def _check_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"PORT: {port} is open to root alone; choose one from 1024 on.") from None
        except OSError:
            raise Refusal(f"PORT: {port} is in use by another program. Choose another: make run PORT=8001") from None


@contextlib.contextmanager
def _database_of_its_own(*, durable):
    if not database.is_embedded():
        yield
        return
    with database.throwaway(durable=durable) as url:
        os.environ["DATABASE_URL"] = url
        yield


def _stop_on_signals():
    """Turn the first signal that asks for the end into an orderly exit, and ignore those that follow."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number, _frame):
        for each in asked:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(0 if number == signal.SIGINT else 128 + number)

    for each in asked:
        signal.signal(each, stop)


def _say(words):
    print(words, flush=True)


VERBS = {verb.__name__: verb for verb in (run, prepare, test, bench, environment, clean)}


def main(arguments):
    """Carry out the verb that the arguments name; return the exit status."""
    name, *rest = arguments or [""]
    if name not in VERBS:
        _say(f"Usage: python -m tracker {' | '.join(VERBS)}")
        return 2
    try:
        os.chdir(install.ROOT)
        if name != "clean" and sys.prefix != str(install.VENV):
            install.environment("requirements-local.txt" if name == "run" else "requirements-dev.txt")
            os.execv(install.PYTHON, [install.PYTHON, "-m", "tracker", *arguments])
        _stop_on_signals()
        return VERBS[name](*rest) or 0
    except (Refusal, install.InstallError, database.DatabaseError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
