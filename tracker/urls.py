"""The doors: pages under a language prefix, the API without one."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from django.views.i18n import set_language

from projects.admin import site
from projects.api import metrics
from projects.portfolio import public
from tracker import views

handler400 = "tracker.errors.bad_request"
handler403 = "tracker.errors.forbidden"
handler404 = "tracker.errors.not_found"
handler500 = "tracker.errors.server_error"

urlpatterns = [
    path("robots.txt", public.robots),
    path("metrics", metrics.metrics, name="metrics"),
    path("i18n/setlang/", set_language, name="set-language"),
    path("api/v1/", include("projects.api.urls")),
]

urlpatterns += i18n_patterns(
    path("accounts/", include("projects.portfolio.account_urls")),
    path("", include("projects.dashboards.urls")),
    path("public/", include("projects.portfolio.public_urls")),
    path("", include("projects.portfolio.analysis_urls")),
    path("", include("projects.portfolio.urls")),
    path("gallery/", views.gallery, name="gallery"),
    path("theme/", views.theme, name="theme"),
    path("admin/", site.urls),
)
