"""Every address there is, asked for by people who may not see the register: a new page cannot forget to ask."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import URLPattern, get_resolver

from projects.api.permissions import MaySee
from tests import factories

# Without a sign-in: of these, the public page is there only where it is switched on; the feed and the metrics ask for
# a token.
FOR_EVERYBODY = {
    "calendar-feed",
    "login",
    "login-code",
    "metrics",
    "public-export",
    "public-list",
    "public-map",
    "public-project",
    "robots.txt",
}
# With a sign-in but no role: one's own sign-in, and the frame's pages, which know nothing of the register.
WITHOUT_A_ROLE = {"gallery", "logout", "password_change", "password_change_done", "set-language", "theme"}
WITHOUT_A_ROLE |= {"password-again", "second-factor", "second-factor-codes", "second-factor-new", "second-factor-off"}
SAMPLES = {"int": 1, "str": "none", "slug": "none", "path": "none"}


def _addresses(resolver, arguments=None):
    """(name, view, arguments) of each address below the resolver, the admin's own aside."""
    for entry in resolver.url_patterns:
        route = str(entry.pattern)
        taken = (arguments or {}) | {name: SAMPLES[kind] for kind, name in re.findall(r"<(\w+):(\w+)>", route)}
        if isinstance(entry, URLPattern):
            yield entry.name or route, entry.callback, taken | entry.default_args
        elif entry.app_name != "admin":
            yield from _addresses(entry, taken)


ADDRESSES = list(_addresses(get_resolver()))


def test_only_the_pages_for_everybody_are_open_without_a_sign_in():
    """All others are closed by the middleware; the API, which it lets through, by its default."""
    opened = {name for name, view, _arguments in ADDRESSES if not getattr(view, "login_required", True)}
    of_the_api = {name for name, view, _arguments in ADDRESSES if hasattr(view, "cls")}
    assert opened - of_the_api == FOR_EVERYBODY
    assert {tuple(view.cls.permission_classes) for _name, view, _arguments in ADDRESSES if hasattr(view, "cls")} == {
        (MaySee,)
    }


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_role_nothing_is_seen_and_nothing_done(rf, method):
    """The views themselves refuse; also what they would answer with `not found` is refused first."""
    request = getattr(rf, method)("/")
    request.user = factories.outsider("synthetic-outsider")
    request._dont_enforce_csrf_checks = True  # asked before the role
    asked = [address for address in ADDRESSES if address[0] not in FOR_EVERYBODY | WITHOUT_A_ROLE]
    answered = {name for name, view, arguments in asked if not _refuses(view, request, arguments)}
    assert len(asked) > 250
    assert not answered


def _refuses(view, request, arguments):
    try:
        return view(request, **arguments).status_code in (403, 405)
    except PermissionDenied:
        return True
