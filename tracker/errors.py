"""Answers to what goes wrong, each with a sentence that says how to mend it."""

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from projects import permissions


class BadParameter(Exception):
    """A query parameter that cannot be read: answered with 400 and a page that names it.

    Takes a dictionary: parameter name -> list of sentences.
    """

    def __init__(self, errors):
        self.errors = errors
        super().__init__(errors)


CONTENDED = {"55P03", "40P01"}  # codes of PostgreSQL: lock not available, deadlock


def is_api(request):
    return request.path_info.startswith("/api/")


def problem(status, title, detail="", **more):
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": str(title), "status": status, "detail": str(detail), **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def page(request, status, title, detail, **context):
    """The error page, or a problem document for the API; never touches the database."""
    if is_api(request):
        return problem(status, title, detail, **context)
    context |= {"status": status, "title": title, "detail": detail}
    if status >= 500:  # what would be read from the session
        context |= {"user": AnonymousUser(), "messages": []}
    return render(request, "errors/error.html", context, status=status)


def bad_parameter(request, exception):
    return page(
        request,
        400,
        _("Part of the address cannot be read"),
        _("Correct or remove the parameters below, then try again."),
        errors={name: [str(text) for text in texts] for name, texts in exception.errors.items()},
    )


def bad_request(request, exception=None):
    return page(request, 400, _("The request cannot be read"), _("Go back, check the address and try again."))


def forbidden(request, exception=None):
    detail = (
        str(exception)
        if exception and exception.args and str(exception)
        else _("Your role does not allow this. Ask an administrator if you need it.")
    )
    user = getattr(request, "user", None)
    if is_api(request) or user is None or not user.is_authenticated:
        return page(request, 403, _("Not allowed"), detail)
    has_role = permissions.may_see_register(user)
    title = _("Not allowed") if has_role else _("No role yet")
    return page(request, 403, title, detail, administrators=permissions.administrators(), has_role=has_role)


def not_found(request, exception=None):
    return page(request, 404, _("Not found"), _("There is no such page, or you may not see it."))


def not_allowed(request):
    """Somebody opens the address that a form is sent to: after signing in again, say."""
    return page(
        request,
        405,
        _("This address takes only what a form sends"),
        _("Nothing was changed. Go back to the page with the form and send it again."),
    )


def server_error(request):
    return page(
        request,
        500,
        _("Something went wrong on our side"),
        _("Nothing was saved. Try again; if it happens again, tell an administrator."),
    )


def csrf_failure(request, reason=""):
    return page(
        request, 403, _("The form has expired"), _("Go back, reload the page and send it again. Nothing was saved.")
    )


def locked_out(request, response=None, credentials=None):
    return page(
        request, 429, _("Too many attempts"), _("Signing in is blocked for 15 minutes. Wait, or ask an administrator.")
    )


def is_outage(exception):
    """True where the database is away or held a row for too long: worth trying again."""
    return isinstance(exception, OperationalError | InterfaceError)


def is_contended(exception):
    """True where somebody else held the rows for too long, or both waited for each other."""
    return isinstance(exception, OperationalError) and getattr(exception.__cause__, "pgcode", None) in CONTENDED


def contended(request):
    return page(
        request,
        409,
        _("Somebody else is changing this now"),
        _("Nothing was saved. What you typed is still in your browser: go back and try again in a few seconds."),
    )


def busy(request):
    response = page(
        request,
        503,
        _("The register is busy"),
        _("Nothing was saved. What you typed is still in your browser: go back and try again in a few seconds."),
    )
    response.headers["Retry-After"] = "5"
    return response
