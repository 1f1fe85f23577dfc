"""The doors: pages under a language prefix, the API without one."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth import views as auth
from django.urls import include, path
from django.views.i18n import set_language

handler400 = "tracker.errors.bad_request"
handler403 = "tracker.errors.forbidden"
handler404 = "tracker.errors.not_found"
handler500 = "tracker.errors.server_error"

urlpatterns = [
    path("i18n/setlang/", set_language, name="set-language"),
]
