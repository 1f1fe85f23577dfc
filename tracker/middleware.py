"""What happens around every request: health, safety headers, the language kept, who writes history."""

import re

from django.conf import settings
from django.contrib.auth import middleware as auth_middleware
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import get_language, get_language_from_path
from pghistory import middleware as pghistory_middleware

from tracker.errors import BadParameter, bad_parameter, busy, contended, is_contended, is_outage, not_found


def pending_migrations():
    """What `migrate` would still apply, as (migration, False). Raises: DatabaseError where none answers."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


class HealthMiddleware:
    """Answers /healthz (the process runs) and /readyz (database reached, migrations applied) before anything else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path_info == "/readyz":
            return self.ready()
        return self.get_response(request)

    def ready(self):
        try:
            pending = pending_migrations()
        except DatabaseError:
            return HttpResponse("the database does not answer", status=503, content_type="text/plain")
        if pending:
            return HttpResponse("migrations are not applied", status=503, content_type="text/plain")
        return HttpResponse("ok", content_type="text/plain")


class CompressionMiddleware(GZipMiddleware):
    """Pages and JSON go compressed over slow lines; random bytes keep their size from telling secrets in them (BREACH).

    What has an ETag goes as it is, for `If-Match` compares to the byte; files are compressed already or stream.
    """

    KINDS = ("text/html", "application/json")

    def process_response(self, request, response):
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in self.KINDS or "ETag" in response.headers:
            return response
        return super().process_response(request, response)


HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


SHARED = re.compile(r"/[a-z-]+/public/")  # the public page, alike for everybody


class SafetyMiddleware:
    """Headers that keep pages out of caches and frames, and answers 4xx or 503 where a view raised."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # No address of ours has a NUL, and PostgreSQL refuses it in text.
        response = not_found(request) if "\x00" in request.path_info else self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        language = get_language_from_path(request.path_info)
        if SHARED.match(request.path_info):  # kept by caches for everybody: no cookie of one
            return response
        if language and request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) != language and response.status_code == 200:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                language,
                max_age=365 * 24 * 60 * 60,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            )
        return response

    def process_exception(self, request, exception):
        if isinstance(exception, BadParameter):
            return bad_parameter(request, exception)
        if is_contended(exception):
            return contended(request)
        if is_outage(exception):
            return busy(request)
        return None


class LoginRequiredMiddleware(auth_middleware.LoginRequiredMiddleware):
    """Asks what the page needs before who is there: pages for everybody never read a session."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class HistoryMiddleware(pghistory_middleware.HistoryMiddleware):
    """Each change in a request carries who made it, at which address, through which door, and why."""

    def __call__(self, request):
        if SHARED.match(request.path_info):  # nothing is changed there, and nobody's session is read
            return self.get_response(request)
        return super().__call__(request)

    def get_context(self, request):
        path = request.path_info
        door = "api" if path.startswith("/api/") else "admin" if "/admin/" in path else "page"
        context = {"user": request.user.pk, "url": path, "door": door, "language": get_language()}
        if reason := request.POST.get("change_reason", "").strip()[:500]:
            context["reason"] = reason
        return context
