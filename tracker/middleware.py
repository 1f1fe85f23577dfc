"""What happens around every request: health, safety headers, the language kept, who writes history."""

import re

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import middleware as auth_middleware
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_from_path, ngettext
from pghistory import middleware as pghistory_middleware

from projects import second_factor
from projects.signin import person_of
from tracker.errors import BadParameter, bad_parameter, busy, contended, is_contended, is_outage, not_allowed, not_found


def pending_migrations():
    """What `migrate` would still apply, as (migration, False). Raises: DatabaseError where none answers."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


class HealthMiddleware:
    """Answers what needs nothing else: /healthz (the process runs), /readyz (database reached, migrations applied),
    and addresses with a NUL, which none of ours has and PostgreSQL refuses in text.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path_info == "/readyz":
            return self.ready()
        if "\x00" in request.path_info:
            return not_found(request)
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
    "X-Frame-Options": "DENY",
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
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            response = self._explained(request, response)
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

    @staticmethod
    def _explained(request, response):
        """The same answer with a page, where the view gave none."""
        page = not_allowed(request)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    def process_exception(self, request, exception):
        if isinstance(exception, BadParameter):
            return bad_parameter(request, exception)
        if is_contended(exception):
            return contended(request)
        if is_outage(exception):
            return busy(request)
        return None


class AuthenticationMiddleware(auth_middleware.AuthenticationMiddleware):
    """`request.user`: the person of a session that has not ended (see projects.signin)."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: person_of(request))


# What is there for somebody who has yet to set up a second factor.
BEFORE_THE_SECOND_FACTOR = {"second-factor-new", "password-again", "logout", "set-language", "theme"}


class LoginRequiredMiddleware(auth_middleware.LoginRequiredMiddleware):
    """Asks what the page needs before who is there: pages for everybody never read a session.

    Who is there without the second factor that the settings ask for is led to set it up.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        if answer := super().process_view(request, view_func, view_args, view_kwargs):
            return answer
        is_there = request.resolver_match.url_name in BEFORE_THE_SECOND_FACTOR
        if is_there or not second_factor.is_missing(request.user):
            return None
        return self.lead(request, "second-factor-new")

    def handle_no_permission(self, request, view_func):
        if getattr(request, "was_idle", False):
            text = ngettext(
                "You were signed out: nothing was done for %(minutes)d minute. Sign in to go on where you were.",
                "You were signed out: nothing was done for %(minutes)d minutes. Sign in to go on where you were.",
                settings.SESSION_IDLE_MINUTES,
            )
            messages.info(request, text % {"minutes": settings.SESSION_IDLE_MINUTES})
        return self.lead(request, self.get_login_url(view_func))

    def lead(self, request, page):
        """To another page, from which the person comes back; as a whole, also where htmx asked for a part of one."""
        if not request.htmx:
            return redirect_to_login(request.get_full_path(), resolve_url(page))
        answer = redirect_to_login(request.htmx.current_url_abs_path or "/", resolve_url(page))
        return HttpResponse(headers={"HX-Redirect": answer.url})


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
