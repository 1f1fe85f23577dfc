"""Settings, all from the environment (see README). Three blocks: Django, dependencies, project."""

import os
from pathlib import Path

import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tracker import database as embedded
from tracker import environment

BASE_DIR = Path(__file__).resolve().parent.parent

# ---- Django ---------------------------------------------------------------------------------

DEBUG = environment.env_bool("DEBUG", False)
SECRET_KEY = environment.secret_key()
ALLOWED_HOSTS = environment.env_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.env_list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "projects",
    "tracker",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_tasks_db",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    # Around everything, so that no answer lacks their headers: redirects, files and errors have them too.
    "csp.middleware.CSPMiddleware",
    "tracker.middleware.SafetyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "tracker.middleware.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.middleware.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tracker.middleware.AuthenticationMiddleware",
    "tracker.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tracker.middleware.HistoryMiddleware",
    "projects.api.limits.LimitMiddleware",
    "projects.memory.MemoryMiddleware",
    "projects.timetravel.TimeTravelMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.context.interface",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

_DATABASE_URL = environment.env_str("DATABASE_URL", "")
DATABASES = {
    "default": environment.database(_DATABASE_URL)
    if _DATABASE_URL
    else {"ENGINE": "django.db.backends.postgresql", **embedded.address()}
}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "TEST": {"NAME": os.environ.get("TEST_DATABASE") or None},
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
# How many seconds a question to the database may take, where a page limits it: behind a proxy that waits no longer.
_QUERY_SECONDS = environment.env_int("QUERY_SECONDS", 0, 0, 3600)
# Sums of a portfolio stay in memory; how alike a word must be to what was typed (see projects.search); how long
# somebody waits for rows that another holds; and what every trigger asks for: where it was never set, each asking fails
# inside a subtransaction, which makes large imports many times slower.
DATABASES["default"]["OPTIONS"].setdefault(
    "options",
    "-c work_mem=32MB -c pg_trgm.word_similarity_threshold=0.45 -c lock_timeout=20s -c pgtrigger.ignore={} "
    + (f"-c statement_timeout={_QUERY_SECONDS}s" if _QUERY_SECONDS else ""),
)
# Parts of the frame that are alike for many are kept in the process (templates/base.html).
_CACHE = "dummy.DummyCache" if DEBUG else "locmem.LocMemCache"  # while templates are edited, nothing is kept
CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{_CACHE}"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "projects.signin.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["tracker.hashers.Argon2id", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English")), ("zh-hans", _("Chinese"))]
LANGUAGE_CODE = environment.env_choice("LANGUAGE_CODE", "kk", [code for code, _name in LANGUAGES])
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LOCALE_PATHS = [BASE_DIR / "tracker/locale", BASE_DIR / "tracker/locale_libraries"]
FORMAT_MODULE_PATH = ["tracker.formats"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = environment.env_time_zone("TIME_ZONE", "Asia/Oral")

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = Path(environment.env_str("MEDIA_ROOT", str(BASE_DIR / ".data/media")))
FILE_UPLOAD_PERMISSIONS = 0o640
DOCUMENT_LIMIT_MB = environment.env_int("DOCUMENT_LIMIT_MB", 20, 1, 500)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

for _name, _value in environment.email(environment.env_str("EMAIL_URL", "console:")).items():
    globals()[_name] = _value

SITE_URL = environment.site_url(environment.env_str("SITE_URL", ""))  # for links in letters and files; none is guessed

# Behind TLS in production; a demonstration on 127.0.0.1 has none.
_HTTPS = environment.env_bool("HTTPS", False)
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-sessionid", "__Host-csrftoken") if _HTTPS else ("sessionid", "csrftoken")
)
SESSION_COOKIE_AGE = 12 * 60 * 60  # from the sign-in on; and so long without anybody there:
SESSION_IDLE_MINUTES = environment.env_int("SESSION_IDLE_MINUTES", 60, 5, 720)
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tracker.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}},
}

# ---- Dependencies ---------------------------------------------------------------------------

# History: the context (who, reason, door) is kept in each event row, and no event is ever changed.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_APPEND_ONLY = True
PGHISTORY_ADMIN_ALL_EVENTS = False

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "tracker.errors.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_PROXY_COUNT = environment.env_int("PROXY_COUNT", 0, 0, 5)
AXES_ENABLE_ADMIN = True
AXES_SENSITIVE_PARAMETERS = ["password", "code"]

# Codes of a phone are taken for half a minute before and after their own, whatever its clock has done before.
OTP_TOTP_ISSUER = "Investment register"
OTP_TOTP_SYNC = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Work of minutes is done by `manage.py db_worker`, which finds it in the database.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "projects.api.authentication.SessionAuthentication",
        "projects.api.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["projects.api.permissions.MaySee"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": None,  # projects.api.schema describes the API
    "EXCEPTION_HANDLER": "projects.api.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "DEFAULT_VERSIONING_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}

# ---- Project --------------------------------------------------------------------------------

DEMO = environment.env_bool("DEMO", False)
# Of whom a code of the phone is asked after the password; the sign-ins of a demonstration do with the password.
SECOND_FACTOR = environment.env_choice(
    "SECOND_FACTOR", "offered" if DEMO else "administrators", ["offered", "administrators", "everyone"]
)
PUBLIC_PAGE = environment.env_bool("PUBLIC_PAGE", False)
# Who publishes, and under which licence and prefix.
PUBLISHER = environment.env_str("PUBLISHER", "Akimat of West Kazakhstan Region")
PUBLIC_LICENCE = environment.env_address("PUBLIC_LICENCE", "")
OC4IDS_PREFIX = environment.env_str("OC4IDS_PREFIX", "oc4ids-xxxxxx")
API_REQUESTS_PER_MINUTE = environment.env_int("API_REQUESTS_PER_MINUTE", 6000, 1)  # of one person
# Hosts that webhooks may reach inside private networks and without TLS; all others need https and public addresses.
WEBHOOK_HOSTS = environment.env_list("WEBHOOK_HOSTS", [])
HOME_REGION = environment.env_str("HOME_REGION", "KZ-27")
FORMS_URLFIELD_ASSUME_HTTPS = True
