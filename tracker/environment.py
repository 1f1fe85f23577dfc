"""What the environment variables say, or one sentence that names the variable at fault.

Settings read every variable through these functions, so that a wrong value stops the start
with words an administrator can act on instead of a traceback.
"""

import os
import zoneinfo
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
LOCAL_KEY = Path(__file__).resolve().parent.parent / ".data" / "secret_key"
LIBPQ_NAMES = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}


class ConfigurationError(ImproperlyConfigured):
    """A variable is missing or wrong; its text is the whole message for the administrator."""


def env_str(name, default=None):
    """Return the variable's text, or the default where it is unset or empty; no default makes it compulsory."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ConfigurationError(f"{name}: must be set; it is missing or empty.")
    return default


def env_bool(name, default):
    """Return the variable as True (1, true, yes, on) or False (0, false, no, off)."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ConfigurationError(f"{name}: must be 1 or 0 (or true, false, yes, no, on, off), not {value!r}.")


def env_int(name, default, minimum=None, maximum=None):
    """Return the variable as a whole number within the limits, both included."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not (value.removeprefix("-").isascii() and value.removeprefix("-").isdigit() and len(value) < 20):
        raise ConfigurationError(f"{name}: must be a whole number, not {value[:40]!r}.")
    number = int(value)
    if minimum is not None and number < minimum:
        raise ConfigurationError(f"{name}: must be {minimum} or more, not {number}.")
    if maximum is not None and number > maximum:
        raise ConfigurationError(f"{name}: must be {maximum} or less, not {number}.")
    return number


def env_list(name, default):
    """Return the variable's comma-separated items, stripped, without empty ones."""
    value = os.environ.get(name, "").strip()
    if not value:
        return list(default)
    items = [item.strip() for item in value.split(",") if item.strip()]
    if not items:
        raise ConfigurationError(f"{name}: must be a comma-separated list with at least one item, not {value!r}.")
    return items


def secret_key():
    """Return SECRET_KEY, or in a checkout prepared by `make` the key that was made there for local use."""
    return env_str("SECRET_KEY", LOCAL_KEY.read_text().strip() if LOCAL_KEY.exists() else None)


def _split(url, name):
    try:
        return urlsplit(url)
    except ValueError as error:
        raise ConfigurationError(f"{name}: is not a well-formed address ({error}).") from error


def database(url, name="DATABASE_URL"):
    """Return Django's DATABASES entry for a postgres:// address as libpq writes it.

    Several hosts (`host1:5432,host2:5432`), socket folders (percent-encoded, or `?host=`) and
    connection options (`?sslmode=require`) are passed on to the driver.
    """
    parts = _split(url, name)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ConfigurationError(
            f"{name}: must be an address like postgres://user:password@host:5432/database, "
            f"but it starts with {parts.scheme or 'no scheme'}."
        )
    credentials, _, places = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    hosts, ports = [], []
    for place in places.split(",") if places else []:
        host, colon, port = place.rpartition(":") if not place.endswith("]") else (place, "", "")
        if not colon:
            host, port = place, ""
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ConfigurationError(f"{name}: the port must be a number from 1 to 65535, not {port!r}.")
        hosts.append(unquote(host.strip("[]")))
        ports.append(port)
    entry = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": ",".join(hosts),
        "PORT": ",".join(ports) if any(ports) else "",
        "OPTIONS": {},
    }
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key in LIBPQ_NAMES:
            entry[LIBPQ_NAMES[key]] = value
        else:
            entry["OPTIONS"][key] = value
    if not entry["NAME"]:
        raise ConfigurationError(f"{name}: must end with the name of the database, as in postgres://host/database.")
    return entry


def site_url(url, name="SITE_URL"):
    """Return the address under which people open the site, without a slash at its end; empty where it is not known."""
    if not url:
        return ""
    parts = _split(url, name)
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    is_whole = parts.scheme in ("http", "https") and parts.hostname and is_port
    if not is_whole or "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise ConfigurationError(f"{name}: must be an address like https://tracker.example.org, not {url[:80]!r}.")
    return f"{parts.scheme}://{parts.netloc}"


def email(url, name="EMAIL_URL"):
    """Return Django's EMAIL_* settings for an address of one of these kinds.

    `smtp://user:password@host:587?tls=1&from=office@example.org`, `smtps://…` (TLS from the start),
    `console:`, `file:///folder`, `memory:`, `dummy:`.
    """
    parts = _split(url, name)
    backends = {
        "smtp": "smtp",
        "smtps": "smtp",
        "console": "console",
        "file": "filebased",
        "memory": "locmem",
        "dummy": "dummy",
    }
    if parts.scheme not in backends:
        raise ConfigurationError(
            f"{name}: must be an address like smtp://user:password@host:587?tls=1, or console:, "
            f"but it starts with {parts.scheme or 'no scheme'}."
        )
    settings = {"EMAIL_BACKEND": f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend"}
    options = dict(parse_qsl(parts.query))
    if "from" in options:
        settings["DEFAULT_FROM_EMAIL"] = settings["SERVER_EMAIL"] = options["from"]
    if parts.scheme == "file":
        if not parts.path:
            raise ConfigurationError(f"{name}: must name a folder, as in file:///var/spool/tracker.")
        settings["EMAIL_FILE_PATH"] = unquote(parts.path)
    if backends[parts.scheme] == "smtp":
        if not parts.hostname:
            raise ConfigurationError(f"{name}: must name the mail server, as in smtp://host:587.")
        try:
            port = parts.port
        except ValueError as error:
            raise ConfigurationError(f"{name}: the port must be a number from 1 to 65535.") from error
        settings |= {
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": options.get("tls", "").lower() in TRUE,
            "EMAIL_TIMEOUT": 10,
        }
    return settings


def env_choice(name, default, allowed):
    """Return the variable's text, which must be one of `allowed`."""
    value = env_str(name, default)
    if value not in allowed:
        raise ConfigurationError(f"{name}: must be one of {', '.join(allowed)}, not {value[:40]!r}.")
    return value


def env_time_zone(name, default):
    """Return the variable's text, which must name a time zone that this machine knows."""
    value = env_str(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError) as error:
        raise ConfigurationError(f"{name}: must be a time zone such as Asia/Oral, not {value[:40]!r}.") from error
    return value


def env_address(name, default):
    """Return the variable's text, which must be an address of the web (http or https), without a slash at its end."""
    value = env_str(name, default)
    if value and (_split(value, name).scheme not in ("http", "https") or not _split(value, name).hostname):
        raise ConfigurationError(f"{name}: must be an address like https://invest.example.org, not {value[:40]!r}.")
    return value.rstrip("/")
