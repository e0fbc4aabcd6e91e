"""The web process's entry point: ``gunicorn config.wsgi``."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Every page's code is there before the first visitor, and is not searched for garbage: it took a fifth of a second in somebody's request.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(50_000)
