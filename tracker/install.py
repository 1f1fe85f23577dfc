"""The private environment in `.venv` and the browser for the tests.

Runs on the system's own Python with its standard library alone, so that a bare clone needs nothing else.
"""

import configparser
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import secrets
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")  # each takes in the one before
LOCAL = ROOT / ".data"
KEY = LOCAL / "secret_key"
BROWSER = VENV / "browser"
DRIVER = BROWSER / "node"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class InstallError(Exception):
    """Something that the environment needs could not be had; the text says what to install."""


def environment(requirements):
    """Bring `.venv` up to one of REQUIREMENTS, and make the local secret key; returns at once where both are there."""
    LOCAL.mkdir(mode=0o711, exist_ok=True)
    with (LOCAL / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not KEY.exists():
            with open(KEY, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(secrets.token_urlsafe(50) + "\n")
        if any(_is_current(name) for name in REQUIREMENTS[REQUIREMENTS.index(requirements) :]):
            return
        print("Preparing the private environment in .venv; the first time takes about a minute.", flush=True)
        if not _is_sound():
            _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], "The environment")
        if not _has_pip():
            _bring_pip()
        _agree(requirements)
        _run(
            [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
            + ["--require-hashes", "-r", str(_lock(requirements))],
            f"The packages of {requirements}",
        )
        _stamp(requirements).write_text(_state())


def _is_current(requirements):
    stamp = _stamp(requirements)
    return stamp.exists() and stamp.read_text() == _state()


def _stamp(requirements):
    return VENV / f"prepared-{requirements}"


def _state():
    """Return what the environment depends on: the requirements, the Python, the place."""
    files = [path for name in REQUIREMENTS for path in (ROOT / name, _lock(name))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    return "{} {}.{} {}\n".format(digest.hexdigest(), *sys.version_info[:2], ROOT)


def _lock(requirements):
    """Return the file with the exact packages for one of REQUIREMENTS and their hashes; `make lock` writes it."""
    return (ROOT / requirements).with_suffix(".lock")


def wanted(requirements):
    """Return what one of REQUIREMENTS asks for, those that it takes in aside: name -> version as it is written."""
    lines = [line.partition("#")[0].strip() for line in (ROOT / requirements).read_text().splitlines()]
    found = (re.fullmatch(r"([\w.-]+)(.*)", line) for line in lines if line and not line.startswith("-"))
    return {re.sub(r"[-_.]+", "-", match[1]).lower(): match[2].strip() for match in found}


def locked(requirements):
    """Return what the lock of one of REQUIREMENTS holds because the file itself asks for it: name -> exact version."""
    entries = re.split(r"\n(?=\w)", _lock(requirements).read_text())
    own = re.compile(rf"# +(via )?-r {re.escape(requirements)}$", re.MULTILINE)
    return dict(re.match(r"([\w.-]+)==([\w.!+]+)", entry).groups() for entry in entries if own.search(entry))


def _agree(requirements):
    for name in REQUIREMENTS[: REQUIREMENTS.index(requirements) + 1]:
        asked, held = wanted(name), locked(name)
        exact = {package: version[2:] for package, version in asked.items() if version.startswith("==")}
        if asked.keys() != held.keys() or exact.items() - held.items():
            raise InstallError(f"{name} was changed and {_lock(name).name} was not: run `make lock`.")


def _is_sound():
    """Return whether `.venv` holds a working Python of the version that is running, made for this place."""
    try:
        done = subprocess.run(
            [str(PYTHON), "-c", "import sys; print(*sys.version_info[:2], sys.prefix)"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except OSError:
        return False
    return done.stdout.strip() == "{} {} {}".format(*sys.version_info[:2], VENV)


def _has_pip():
    return subprocess.run([str(PYTHON), "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0


def _bring_pip():
    """Put pip into `.venv`; Debian and Ubuntu ship their Python without the module that does it."""
    for way in (_pip_of_python, _pip_of_system, _pip_of_debian, _pip_of_index):
        with contextlib.suppress(OSError, subprocess.SubprocessError, zipfile.BadZipFile):
            way()
        if _has_pip():
            return
    raise InstallError(
        "pip could not be put into .venv. Install your system's package python3-venv "
        "(apt-get install python3-venv) and start again."
    )


def _pip_of_python():
    _quietly([str(PYTHON), "-m", "ensurepip"])


def _pip_of_system():
    _quietly([sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "pip"])


def _pip_of_debian():
    """Unpack the wheel of Debian's python3-pip-whl, as python3-venv would; needs no rights."""
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        _apt_download(["python3-pip-whl"], packages, with_dependencies=False)
        for package in packages.glob("*.deb"):
            _quietly(["dpkg", "-x", str(package), folder])
        for wheel in packages.glob("usr/share/python-wheels/pip-*.whl"):
            _unpack_wheel(wheel)


def _pip_of_index():
    """Fetch pip's wheel from the package index that PIP_INDEX_URL or a pip.conf names."""
    index = _pip_option("index-url")
    if not index:
        return
    certificates = _pip_option("cert")
    context = ssl.create_default_context(cafile=certificates or None)
    page = index.rstrip("/") + "/pip/"
    with urlopen(page, timeout=60, context=context) as answer:
        links = re.findall(r"""href=["']([^"'#]*/?pip-(\d+(?:\.\d+)*)-py3-none-any\.whl)""", answer.read().decode())
    if not links:
        return
    newest = max(links, key=lambda link: [int(part) for part in link[1].split(".")])[0]
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, "pip.whl")
        with urlopen(urljoin(page, newest), timeout=60, context=context) as answer:
            wheel.write_bytes(answer.read())
        _unpack_wheel(wheel)


def _pip_option(name):
    """Return a pip option from the environment or pip's configuration files."""
    files = [os.environ.get("PIP_CONFIG_FILE", ""), "/etc/pip.conf", "/etc/xdg/pip/pip.conf"]
    with contextlib.suppress(RuntimeError):
        files += [str(Path("~/.pip/pip.conf").expanduser()), str(Path("~/.config/pip/pip.conf").expanduser())]
    settings = configparser.RawConfigParser()
    settings.read(files)
    return os.environ.get("PIP_" + name.upper().replace("-", "_")) or settings.get("global", name, fallback="")


def _unpack_wheel(wheel):
    packages = subprocess.run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)


def browser():
    """Return the path of a Chromium that starts, having installed it and what its driver needs where they lack."""
    wanted = os.environ.get("CHROMIUM", "").strip()
    if wanted and not _starts(wanted):
        raise InstallError(f"CHROMIUM: {wanted} does not start.")
    if _missing():
        print("Installing a browser for the tests; this takes a minute or two, once.", flush=True)
    for way in (_browser_as_root, _browser_of_debian, _browser_of_playwright):
        if not _missing():
            break
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            way(_missing())
    if _missing():
        raise InstallError(
            f"No browser could be had for the tests. Install it (apt-get install {' '.join(_missing())}), "
            "or name a Chromium in the variable CHROMIUM, and start again."
        )
    return _installed_browser()


def driver_variables():
    """Return the environment variables with which the browser's driver starts."""
    return {"PLAYWRIGHT_NODEJS_PATH": str(DRIVER)} if DRIVER.exists() else {}


def _missing():
    """Return the Debian packages that would bring what the browser tests still lack."""
    browser = [] if _installed_browser() else ["chromium"]
    driver = DRIVER if DRIVER.exists() else _own_driver()
    return browser + ([] if not driver or _starts(driver) else ["libatomic1"])


def _own_driver():
    package = importlib.util.find_spec("playwright")
    return Path(package.origin).parent / "driver" / "node" if package else None


def _installed_browser():
    wanted = os.environ.get("CHROMIUM", "").strip()
    candidates = [wanted, *map(shutil.which, BROWSERS), BROWSER / "chromium", _browser_in_cache()]
    return next((str(path) for path in candidates if path and _starts(path)), None)


def _browser_in_cache():
    """Return where Playwright keeps its own Chromium, if it has been installed."""
    cache = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path(os.environ.get("HOME") or "/", ".cache/ms-playwright")
    return next(iter(sorted(Path(cache).glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def _starts(program):
    """Return whether the program runs; it may be there and lack a library, or be a mere hint to install something."""
    try:
        _quietly([str(program), "--version"], timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _browser_as_root(packages):
    if os.geteuid() == 0:
        _quietly(["apt-get", "update"])
        _quietly(
            ["apt-get", "install", "-y", "--no-install-recommends", *packages],
            env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
        )


def _browser_of_debian(packages):
    """Unpack the packages and those they need into `.venv`, where they need no rights."""
    unpacked = BROWSER / "root"
    unpacked.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _apt_download(packages, Path(folder), with_dependencies=True)
        for package in sorted(Path(folder).glob("*.deb")):
            _quietly(["dpkg", "-x", str(package), str(unpacked)])
    fonts = BROWSER / "fonts.conf"
    fonts.write_text(
        f"<fontconfig><dir>/usr/share/fonts</dir><dir>{unpacked}/usr/share/fonts</dir>"
        f"<cachedir>{BROWSER}/fonts</cachedir></fontconfig>\n"
    )
    libraries = ":".join(sorted({str(path.parent) for path in unpacked.rglob("*.so*")}))
    for script, program in ((BROWSER / "chromium", unpacked / "usr/lib/chromium/chromium"), (DRIVER, _own_driver())):
        script.write_text(
            "#!/bin/sh\n"
            f"export LD_LIBRARY_PATH={shlex.quote(libraries)} FONTCONFIG_FILE={shlex.quote(str(fonts))}\n"
            f'exec {shlex.quote(str(program))} "$@"\n'
        )
        script.chmod(0o755)


def _browser_of_playwright(packages):
    system = ["--with-deps"] if os.geteuid() == 0 else []
    _quietly([str(PYTHON), "-m", "playwright", "install", *system, "chromium"])


def _apt_download(names, folder, *, with_dependencies):
    """Download Debian packages into the folder as an ordinary user, with lists and cache of our own."""
    state, cache = folder / "state", folder / "cache"
    (state / "lists" / "partial").mkdir(parents=True)
    (cache / "archives" / "partial").mkdir(parents=True)
    options = ["-o", f"Dir::State::Lists={state / 'lists'}", "-o", f"Dir::Cache={cache}", "-o", "Debug::NoLocking=1"]
    options += ["-o", "APT::Sandbox::User=", "-o", "APT::Update::Post-Invoke-Success::="]
    _quietly(["apt-get", *options, "update"])
    if with_dependencies:
        _quietly(["apt-get", *options, "install", "-y", "--download-only", "--no-install-recommends", *names])
        for package in (cache / "archives").glob("*.deb"):
            package.rename(folder / package.name)
    else:
        _quietly(["apt-get", *options, "download", *names], cwd=folder)


def _quietly(command, **options):
    """Run a step that may fail; its words are of no use to the person at the terminal."""
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )


def _run(command, subject):
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:
        raise InstallError(f"{subject} could not be installed; the lines above say why.")
