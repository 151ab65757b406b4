"""Django's settings. Everything that differs between machines comes from `environment.py`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from lianglin.kit import discovery
from lianglin.project import database, environment

env = environment.current()

DEBUG = False
DEMO = env.demo
SECRET_KEY = env.secret_key
FIELD_KEYS = env.field_keys
HEALTH_KEYS = env.health_keys
MATCH_KEY = env.match_key
SIGNING_KEYS = env.signing_keys
AUDIT_MONTHS = env.audit_months
ALLOWED_HOSTS = list(env.allowed_hosts)
PUBLIC_URL = env.public_url
DEMO_URL = environment.address(env) if env.demo else ""
"""Where the demo itself is found: for its sample messages alone, since a real site has the name people know."""
ASSESSED = env.assessed
TRUSTED_PROXIES = env.trusted_proxies
DATA = env.data
BACKUPS = env.backups or env.data / "backups"
"""The shelf of backups, with the journal of what was made and verified (project/backups)."""

CITY_NAME = env.city_name
CITY_NAME_EN = env.city_name_en
MAP_ATTRIBUTION = env.map_attribution
OPEN_LICENCE, OPEN_LICENCE_URL, OPEN_CONTACT = env.open_licence, env.open_licence_url, env.open_contact

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    *discovery.installed_apps(),
]
AUTH_USER_MODEL = "access.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "lianglin.project.urls"
WSGI_APPLICATION = "lianglin.project.wsgi.application"

MIDDLEWARE = [
    "lianglin.project.metrics.RequestMetrics",
    "lianglin.project.logs.RequestLog",
    "lianglin.kit.security.SecurityHeaders",
    "lianglin.project.closed.Closed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lianglin.project.problems.ApiProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lianglin.project.health.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lianglin.files.uploads.UploadLimits",
    "lianglin.access.middleware.ActingMiddleware",
    "lianglin.access.keys.gate.ApiKeys",
    "lianglin.access.twice.FormsOnce",
    "lianglin.access.live.AssessmentGate",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("lianglin.kit.folding.Loader", ["django.template.loaders.app_directories.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "lianglin.kit.context.site",
                "lianglin.access.context.acting",
                "lianglin.portal.context.demo",
            ],
        },
    }
]
FORM_RENDERER = "lianglin.kit.controls.Renderer"

# --- database ----------------------------------------------------------------------------------------------

_POOL = {"min_size": 1, "max_size": 4, "timeout": 10}
DATABASES: dict[str, dict[str, Any]] = {
    "default": database.django_database(env),
    "apart": {**database.django_database(env), "TEST": {"MIRROR": "default"}},
}
"""``apart`` is a second connection to the same database, for what must outlive a rollback (throttle)."""
if env.database_role == "app":
    for _entry in DATABASES.values():
        _entry["OPTIONS"]["pool"] = _POOL

# --- words, time -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- logins, cookies ---------------------------------------------------------------------------------------

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
_HTTPS = not env.demo
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "lianglin.access.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SECOND_FACTOR_LEVELS: tuple[str, ...] = () if DEMO else ("county", "city")
"""Kinds of post that are acted in only after a second factor (GB/T 22239 level 3); optional in the demo."""
BREAK_GLASS_MINUTES = env.break_glass_minutes
ON_CALL_MINUTES = env.on_call_minutes
TEXT_ENCODER = env.text_encoder
MAIL_INTAKE, MAIL_PLACE, MAIL_OWN = env.mail_intake, env.mail_place, env.mail_own
RATE_BASE = env.rate_base
FONTS = env.fonts
BREAK_GLASS_REVIEW_DAYS = env.break_glass_review_days
SESSION_LIMITS = env.session_limits
"""Level of post, or "resident" -> (minutes without use, minutes in all) after which a login ends."""
PROVE_AGAIN_MINUTES = env.prove_again_minutes
TOKEN_DAYS = env.token_days
OIDC_ISSUER = env.oidc_issuer
OIDC_CLIENT_ID = env.oidc_client_id
OIDC_CLIENT_SECRET = env.oidc_client_secret
OIDC_NAME = env.oidc_name
OIDC_NAME_EN = env.oidc_name_en
OIDC_TRUSTED = env.oidc_trusted
OIDC_CLAIM = env.oidc_claim
OIDC_SCOPE = env.oidc_scope
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in env.allowed_hosts if host != "*"]
if env.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# --- files -------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.data / "static"
FILES_ROOT = env.data / "files"
"""Attachments; served by the files package through a permission check, never by the web server."""
FILE_UPLOAD_HANDLERS = [
    "lianglin.files.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
PUBLIC_FILES = env.data / "public"
"""Files of the data folder that anybody may fetch at the root of the site (map tiles, with Range)."""
WHITENOISE_ROOT = PUBLIC_FILES
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("pmtiles", "jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff2"),
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- mail, text messages -----------------------------------------------------------------------------------

_mail = urlsplit(env.email_url)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env.email_url else 'dummy'}.EmailBackend"
EMAIL_HOST = _mail.hostname or ""
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp"
EMAIL_TIMEOUT = 20
EMAIL_FROM = env.email_from
CONSENT_ASK_AGAIN = timedelta(days=env.consent_ask_again_days)
SMS_URL = env.sms_url
SMS_TOKEN = env.sms_token
SMS_FEN = env.sms_fen
SMS_REPLY_KEY = env.sms_reply_key
QUIET_HOURS = env.quiet_hours
MESSAGES_A_DAY = env.messages_a_day
SMS_RECEIPT_TOKEN = env.sms_receipt_token
WEBHOOK_INSIDE = env.webhook_inside

# --- watching over it --------------------------------------------------------------------------------------

METRICS_TOKEN = env.metrics_token
ERROR_LIMIT = env.error_limit
CERTIFICATE = env.certificate

# --- logs: JSON lines without personal data ----------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "lianglin.project.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
        "warnings": {"class": "logging.StreamHandler", "formatter": "json", "level": "WARNING"},
        "failures": {"class": "lianglin.project.tap.Failures", "level": "ERROR"},
        "jobs": {"class": "lianglin.project.tap.Jobs"},
    },
    "root": {"handlers": ["stderr", "failures"], "level": env.log_level},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # A line per 404 with its path would say what people look at: RequestLog says it without.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "procrastinate": {"level": "WARNING"},
        # It says at INFO how each job ended, also one that is tried again: counted, and written down from WARNING.
        "procrastinate.worker": {"level": "INFO", "handlers": ["warnings", "jobs"], "propagate": False},
        "psycopg": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},  # it names each passkey that signs
    },
}

# --- background work ---------------------------------------------------------------------------------------

PROCRASTINATE_READONLY_MODELS = True
