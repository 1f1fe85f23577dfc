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
STAMP = VENV / "prepared"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
LOCAL = ROOT / ".data"
KEY = LOCAL / "secret_key"
BROWSER = VENV / "browser"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class InstallError(Exception):
    """Something that the environment needs could not be had; the text says what to install."""


def environment():
    """Bring `.venv` and the local secret key up to date; returns at once where they are."""
    LOCAL.mkdir(mode=0o711, exist_ok=True)
    with (LOCAL / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not KEY.exists():
            with open(KEY, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(secrets.token_urlsafe(50) + "\n")
        wanted = _stamp()
        if STAMP.exists() and STAMP.read_text() == wanted:
            return
        print("Preparing the private environment in .venv; the first time takes about a minute.", flush=True)
        if not _is_sound():
            _run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)], "The environment")
        if not _has_pip():
            _bring_pip()
        _run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
            + ["-r", str(ROOT / REQUIREMENTS[-1])],
            "The packages of requirements-dev.txt",
        )
        STAMP.write_text(wanted)


def _stamp():
    """Return what the environment depends on: the requirements, the Python, the place."""
    digest = hashlib.sha256()
    for name in REQUIREMENTS:
        digest.update((ROOT / name).read_bytes())
    return "{} {}.{} {}\n".format(digest.hexdigest(), *sys.version_info[:2], ROOT)


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
    """Return the path of a Chromium that starts, installing one if there is none."""
    wanted = os.environ.get("CHROMIUM", "").strip()
    if wanted:
        if not _starts(wanted):
            raise InstallError(f"CHROMIUM: {wanted} does not start.")
        return wanted
    found = _installed_browser()
    if found:
        return found
    print("Installing a browser for the tests; this takes a minute or two, once.", flush=True)
    for way in (_browser_as_root, _browser_of_debian, _browser_of_playwright):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            way()
        found = _installed_browser()
        if found:
            return found
    raise InstallError(
        "No browser could be had for the tests. Install Chromium (apt-get install chromium), "
        "or name one in the variable CHROMIUM, and start again."
    )


def _installed_browser():
    candidates = [shutil.which(name) for name in BROWSERS] + [str(BROWSER / "chromium"), _playwright_path()]
    return next((path for path in candidates if path and _starts(path)), None)


def _starts(path):
    """Return whether the program runs (Ubuntu's `chromium-browser` may be a hint to install something else)."""
    try:
        done = subprocess.run(
            [path, "--version", "--no-sandbox"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 and b"Chrom" in done.stdout


def _browser_as_root():
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        _quietly(["apt-get", "update"])
        _quietly(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], env=environment)


def _browser_of_debian():
    """Unpack Debian's chromium and the libraries that are missing into `.venv`; needs no rights."""
    unpacked = BROWSER / "root"
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder)
        _apt_download(["chromium"], packages, with_dependencies=True)
        for package in sorted(packages.glob("*.deb")):
            _quietly(["dpkg", "-x", str(package), str(unpacked)])
    libraries = sorted({str(path.parent) for path in unpacked.glob("usr/lib/**/*.so*")})
    fonts = BROWSER / "fonts.conf"
    fonts.write_text(
        f"<fontconfig><dir>/usr/share/fonts</dir><dir>{unpacked}/usr/share/fonts</dir>"
        f"<cachedir>{BROWSER}/fonts</cachedir></fontconfig>\n"
    )
    script = BROWSER / "chromium"
    script.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={shlex.quote(':'.join(libraries))}\n"
        f"export FONTCONFIG_FILE={shlex.quote(str(fonts))}\n"
        f'exec {shlex.quote(str(unpacked / "usr/lib/chromium/chromium"))} "$@"\n'
    )
    script.chmod(0o755)


def _browser_of_playwright():
    if importlib.util.find_spec("playwright"):
        _quietly(
            [sys.executable, "-m", "playwright", "install", *(["--with-deps"] if os.geteuid() == 0 else []), "chromium"]
        )


def _playwright_path():
    """Return where Playwright keeps its own Chromium, if it has been installed."""
    cache = Path(
        os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path(os.environ.get("HOME") or "/root", ".cache/ms-playwright")
    )
    return next((str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


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
