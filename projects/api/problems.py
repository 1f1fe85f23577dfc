"""Every answer that is no success is a problem document (RFC 9457), in the caller's language."""

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.views import set_rollback

from projects.actions import Refused
from projects.models.base import StaleRecord
from tracker import errors


class Invalid(exceptions.APIException):
    """The content cannot be accepted: `errors` maps fields to sentences."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, errors, status_code=status.HTTP_400_BAD_REQUEST):
        super().__init__(_("The content cannot be accepted. Correct the fields below."))
        self.errors, self.status_code = errors, status_code


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class Conflict(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT


class Unprocessable(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class PreconditionFailed(exceptions.APIException):
    """The record was changed meanwhile; `differences`: field -> {"was", "now", "sent"}."""

    status_code = status.HTTP_412_PRECONDITION_FAILED

    def __init__(self, detail, differences=None):
        super().__init__(detail)
        self.differences = differences or {}


class PreconditionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED


def _titles():
    return {
        400: _("The request cannot be read"),
        401: _("Sign in, or send a token"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("This method is not offered here"),
        406: _("Only JSON is offered here"),
        409: _("Not possible now"),
        412: _("Changed meanwhile"),
        413: _("The content is too large"),
        415: _("Send JSON"),
        422: _("The content cannot be carried out"),
        428: _("Say which version is changed"),
        429: _("Too many requests"),
    }


def _translated(exception):
    """Exceptions of Django and of the register as those of the API; None for what is no business of the caller."""
    if isinstance(exception, errors.BadParameter):
        return Invalid({name: [str(text) for text in texts] for name, texts in exception.errors.items()})
    if isinstance(exception, Http404):
        return exceptions.NotFound(_("There is no such record, or you may not see it."))
    if isinstance(exception, PermissionDenied):
        return exceptions.PermissionDenied(str(exception) or None)
    if isinstance(exception, StaleRecord):
        return PreconditionFailed(_("Somebody else changed this record after you read it. Read it again."))
    if isinstance(exception, Refused):
        return Conflict(str(exception))
    return exception if isinstance(exception, exceptions.APIException) else None


def handle(exception, context):
    """The answer to an exception in a view; None leaves it to the frame (the database away, an error of ours)."""
    if isinstance(exception, DatabaseError):
        return None
    exception = _translated(exception)
    if exception is None:
        return None
    set_rollback()
    code = exception.status_code
    more = {"errors": exception.errors} if isinstance(exception, Invalid) else {}
    if isinstance(exception, PreconditionFailed):
        more = {"differences": exception.differences}
    response = errors.problem(code, _titles().get(code, _("Not possible")), _sentence(exception.detail), **more)
    if challenge := getattr(exception, "auth_header", None):
        response.headers["WWW-Authenticate"] = challenge
    if wait := getattr(exception, "wait", None):
        response.headers["Retry-After"] = str(int(wait) + 1)
    response.exception = True
    return response


def _sentence(detail):
    """The detail of a REST exception as one text; lists and dictionaries come only from its own serializers."""
    return str(detail)
