import socket

from redis.exceptions import ConnectionError as RedisConnectionError

from project import connections

CONNECTIONS = connections.load()
STACK = CONNECTIONS["stack"]
ENVIRONMENT = CONNECTIONS["environment"]
PULL_REQUEST = connections.pull_request(STACK)
HOST = socket.gethostname()

SECRET_KEY = CONNECTIONS["secretKey"]
DEBUG = False
ALLOWED_HOSTS = [*CONNECTIONS["hosts"], "127.0.0.1", "localhost"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_TZ = True
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
INSTALLED_APPS = ["channels", "web"]
MIDDLEWARE = ["web.middleware.guarded"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": CONNECTIONS["postgres"]["host"],
        "PORT": CONNECTIONS["postgres"]["port"],
        "NAME": CONNECTIONS["postgres"]["database"],
        "USER": CONNECTIONS["postgres"]["user"],
        "PASSWORD": CONNECTIONS["postgres"]["password"],
        "OPTIONS": {"connect_timeout": 3},
        # Between two transactions PgBouncer may change the server, and under ASGI a thread is not kept for the next request.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": 0,
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": CONNECTIONS["memcached"]["hosts"],
        "KEY_PREFIX": STACK,
        "OPTIONS": {"connect_timeout": 1, "timeout": 1, "ignore_exc": True},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            "prefix": STACK,
            "hosts": [
                {
                    "host": CONNECTIONS["redisStack"]["host"],
                    "port": CONNECTIONS["redisStack"]["port"],
                    "password": CONNECTIONS["redisStack"]["password"],
                    # A connection of before a restart of Redis is found dead only when it is used.
                    "retry_on_error": [RedisConnectionError],
                }
            ],
        },
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "project.log.JsonFormatter"}},
    "handlers": {
        "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        # Its own handlers would write to stderr and to the administrators by mail.
        "django": {"handlers": [], "propagate": True},
        # Anyone can send any Host header; the answer is in the log of requests.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        "daphne": {"level": "WARNING"},
    },
}
