"""All settings, typed and read from the environment once; README and .env.example say what each means.

Two ways to run: embedded (``JIPING_EMBEDDED=1``: SQLite and a broker made of files, one machine, what ``script/server``
starts) and production (everything named by the environment; nothing has a secret default).
"""

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

EMBEDDED: bool = env.bool("JIPING_EMBEDDED", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _required(name: str) -> str:
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment (see .env.example), or JIPING_EMBEDDED=1 for the demo on this machine.")
    return value


def _embedded_secret() -> str:
    """A secret of this installation's own, made at its first start and readable by its owner only."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        # Whole or not at all: of two processes that start at once, the second takes over what the first linked.
        with tempfile.NamedTemporaryFile("w", dir=DATA_DIR) as draft:
            draft.write(secrets.token_urlsafe(50))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()


def _embedded_database() -> dict[str, Any]:
    """SQLite so that concurrent writers wait instead of failing (ADR 0002), and ``REPLACE`` meets the triggers that refuse DELETE."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "jiping.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
        },
    }


DEBUG = False
SECRET_KEY = _embedded_secret() if EMBEDDED else _required("SECRET_KEY")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [])
if not ALLOWED_HOSTS:
    _required("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if EMBEDDED and not env.str("DATABASE_URL", default=""):
    DATABASES = {"default": _embedded_database()}
else:
    _required("DATABASE_URL")
    DATABASES = {"default": env.db("DATABASE_URL") | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "units.apps.UnitsConfig",
    "assessment.apps.AssessmentConfig",
    "reports.apps.ReportsConfig",
    "config.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
]

MIDDLEWARE = [
    "units.middleware.refuse_large_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "units.middleware.no_store_when_signed_in",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
            ],
            "builtins": ["assessment.templatetags.show"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "units.passwords.MinimumLength", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "units:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "reports:portal"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "units/locked_out.html"
AXES_VERBOSE = False
# Behind a proxy every request comes from the proxy: without this, anybody could lock anybody out by name alone.
AXES_CLIENT_IP_CALLABLE = "units.services.client_address"
AXES_ENABLE_ADMIN = False
AXES_RESET_ON_SUCCESS = True

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024
#: What all files of one filing may take together.
EVIDENCE_TOTAL_BYTES = env.int("EVIDENCE_TOTAL_MB", default=500) * 1024 * 1024
MAX_BODY_BYTES = 25 * 1024 * 1024
# A clamd that looks through evidence for viruses: HOST:PORT, or the path of its socket; empty for none.
CLAMAV: str = env.str("CLAMAV", default="")
if not re.fullmatch(r"|/.+|[^:/]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}", CLAMAV):
    raise ImproperlyConfigured(f"CLAMAV is neither HOST:PORT nor the path of a socket: {CLAMAV}")

# A plain-http address is right only for the embedded demo on this machine.
HTTPS = not EMBEDDED
# Set by the proxy on each request, whatever the client sent (README, "The proxy").
CLIENT_ADDRESS_HEADER = "HTTP_X_REAL_IP" if HTTPS else ""
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Mail: every notice is in the app; where there is a server it is sent too, to those who have an address. The demo's goes to the console.
EMAIL_URL: str = env.str("EMAIL_URL", default="consolemail://" if EMBEDDED else "")
SENDS_MAIL = bool(EMAIL_URL)
_MAIL: dict[str, Any] = env.email_url_config(EMAIL_URL or "dummymail://")
EMAIL_BACKEND: str = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"] or "localhost", _MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"] or "", _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH: str = _MAIL["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _required("MAIL_FROM") if SENDS_MAIL and not EMBEDDED else env.str("MAIL_FROM", default="jiping@localhost")
# What links in mails begin with.
SITE_URL = (env.str("SITE_URL", default="") or ("http://127.0.0.1:8000" if EMBEDDED else f"https://{ALLOWED_HOSTS[0]}")).rstrip("/")
if not re.fullmatch(r"https?://[^\s/]+", SITE_URL):
    raise ImproperlyConfigured("SITE_URL is a whole origin, such as https://jiping.example.gov.cn (see .env.example).")

# Jobs: rows in the database; the broker only hurries them along (design.md 8).
_EMBEDDED_BROKER = EMBEDDED and not env.str("BROKER_URL", default="")
if _EMBEDDED_BROKER:
    CELERY_BROKER_URL = "filesystem://"
    _QUEUE, _CONTROL = DATA_DIR / "broker" / "queue", DATA_DIR / "broker" / "control"
    for _folder in (_QUEUE, _CONTROL):
        _folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_QUEUE),
        "data_folder_out": str(_QUEUE),
        "control_folder": str(_CONTROL),
    }
else:
    CELERY_BROKER_URL = _required("BROKER_URL")
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 5, "visibility_timeout": 3600}
# Mails have a queue of their own, so that a round of mails and a round of prints do not wait for each other.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("mail")]
CELERY_TASK_ROUTES = {"assessment.tasks.send_mail": {"queue": "mail"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY = False
# At the soft limit the print breaks off and says so. Where it cannot, deep in a library, the process is ended at the hard
# one. Both come before the job's lease runs out (four minutes, reports.services.jobs): until then nobody else prints it.
CELERY_TASK_SOFT_TIME_LIMIT = 150
CELERY_TASK_TIME_LIMIT = 180
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A printing process is renewed after so many jobs, and after one that took much memory (KiB), which it would keep.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
# It loads the print engine before it says that it is up; Celery would end it after four seconds.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},
    },
}
