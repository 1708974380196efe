"""Django settings; everything that differs between installations comes from the environment (see `.env.example`)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.embedded import places
from config.env import BASE, debug_or_development, env, secret_key, var_dir

DEVELOPMENT = debug_or_development()
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HOST = env.str("HOST", "127.0.0.1")
PORT = env.int("PORT", 8400)
MAILBOX_PORT = env.int("MAILBOX_PORT", PORT + 25)
PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
VAR = var_dir()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "config.kit",
    "config.demo",
    "config.embedded",
    "config.styleguide",
    "compliance",
    "audiences",
    "content",
    "campaigns",
]
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "config.middleware.FreshPoolMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.kit.wall.WallMiddleware",
    "config.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.PreferencesMiddleware",
    "compliance.access.sessions.IdleMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.kit.context.shell",
                "config.navigation.navigation",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.static",
                "django.templatetags.i18n",
            ],
        },
    }
]

# What is not named here is embedded: servers with sockets of their own, no TCP port, and a mailbox on loopback.
EMBEDDED = frozenset(name for name in ("DATABASE_URL", "BROKER_URL", "EMAIL_URL") if not env.str(name, ""))
DATABASE_URL = env.str("DATABASE_URL", "") or places.database_url(places.postgres())
BROKER_URL = env.str("BROKER_URL", "") or places.broker_url(places.broker())
EMAIL_URL = env.str("EMAIL_URL", "") or f"smtp://127.0.0.1:{MAILBOX_PORT}"
MAIL_FROM = env.str("MAIL_FROM", "hello@signalbox.invalid")

# How long a process may show banners and counts of the navigation without looking them up again; 0: never.
GLANCE_SECONDS = env.int("GLANCE_SECONDS", 3)

# How many processes each part gets, and threads in each web process.
WEB_WORKERS = env.int("WEB_WORKERS", 1)
WEB_THREADS = env.int("WEB_THREADS", 12)
# How many threads of each web process live pages may hold; the rest is for pages and the API. Others poll.
WEB_STREAMS = env.int("WEB_STREAMS", max(0, WEB_THREADS - 4))
RULES_WORKERS = env.int("RULES_WORKERS", 2)
FLOWS_WORKERS = env.int("FLOWS_WORKERS", 1)
DELIVERY_WORKERS = env.int("DELIVERY_WORKERS", 1)
MAINTENANCE_WORKERS = env.int("MAINTENANCE_WORKERS", 1)
JOBS_WORKERS = env.int("JOBS_WORKERS", 2)
WEBHOOKS_WORKERS = env.int("WEBHOOKS_WORKERS", 1)
# Hosts inside (name, or name:port) that the product may call all the same; every other address inside is refused.
OUTBOUND_ALLOWED_HOSTS = frozenset(env.list("OUTBOUND_ALLOWED_HOSTS", default=[]))
# For how many days what goes into jobs and comes out of them can be fetched.
JOBS_KEEP_FILES_DAYS = env.int("JOBS_KEEP_FILES_DAYS", 7)
IMPORT_LARGEST_FILE_MB = env.int("IMPORT_LARGEST_FILE_MB", 4096)

DATABASES: dict[str, Any] = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"].setdefault("OPTIONS", {})
if env.bool("DATABASE_POOL", True):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": env.int("DATABASE_POOL_MIN", 1),
        "max_size": env.int("DATABASE_POOL_MAX", 16),
        "timeout": 3,
    }
# Django switches prepared statements off unless told otherwise; planning costs the door a millisecond per request.
DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5 if env.bool("DATABASE_PREPARE", True) else None
# The second wall between workspaces; switch it off behind a proxy that shares connections between transactions.
ROW_LEVEL_SECURITY = env.bool("ROW_LEVEL_SECURITY", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "compliance.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

MESSAGE_TAGS = {10: "info", 20: "info", 25: "ok", 30: "warn", 40: "bad"}  # the levels of the banner component

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE / "config" / "kit" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["compliance.access.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["compliance.access.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.kit.api.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.kit.schema.ScopedSchema",
    "EXCEPTION_HANDLER": "config.kit.api.problem_response",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Signalbox API",
    "DESCRIPTION": "Events in, definitions, people, runs and messages.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"MessageStateEnum": "campaigns.delivery.api.STATES"},
    "PREPROCESSING_HOOKS": ["config.kit.schema.drop_short_names"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.kit.schema.describe_refusals",
    ],
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "report-uri": ["/csp-report"],
    }
}
# A session that nobody uses ends after so long; one that is used, after two weeks.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 60)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEVELOPMENT
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", False) else None
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000  # a condition of 500 leaves has a handful of fields each

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    # A hint a second in each queue is no news; a task that fails is.
    "loggers": {name: {"level": "WARNING"} for name in ("celery.worker.strategy", "celery.app.trace")},
}
