"""The application as a WSGI server calls it: `granian --interface wsgi tracker.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

application = get_wsgi_application()
gc.freeze()  # what is loaded by now stays: the collector need not look through it again, request after request
