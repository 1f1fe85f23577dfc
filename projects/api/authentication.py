"""Who calls: a signed-in browser (with its anti-forgery token), or a script with a token of a person."""

import datetime
import hmac
import re

from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from projects import second_factor
from projects.models import ApiToken
from projects.models.choices import TokenScope
from projects.signin import ROLE_NAMES
from projects.tokens import PREFIX, hash_of

SCHEME = "Bearer"
CHALLENGE = f'{SCHEME} realm="api"'
BEARER = re.compile(rf"{SCHEME} +({PREFIX}[A-Za-z0-9_-]{{43}})", re.IGNORECASE)
NOTED_EVERY = datetime.timedelta(hours=1)


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages; requests that change something need the anti-forgery token."""

    def authenticate(self, request):
        found = super().authenticate(request)
        if found and second_factor.is_missing(found[0]):
            raise PermissionDenied(_("Set up your second factor first: sign in on the pages of the register."))
        return found

    def authenticate_header(self, request):
        return CHALLENGE


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request):
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header.lower().startswith(f"{SCHEME.lower()} "):
            return None
        match = BEARER.fullmatch(header.strip())
        wanted = hash_of(match[1]) if match else ""
        roles = RawSQL(ROLE_NAMES.format(person="projects_apitoken.user_id"), ())
        keys = ApiToken.objects.exclude(scope=TokenScope.CALENDAR).select_related("user")
        row = keys.annotate(role_names=roles).filter(token_hash=wanted).first()
        if row is None or not hmac.compare_digest(row.token_hash, wanted):
            raise AuthenticationFailed(_("The token is not known."))
        if not row.user.is_active or (row.expires_on is not None and row.expires_on < timezone.localdate()):
            raise AuthenticationFailed(_("The token has expired."))
        self._note_use(row, request)
        row.user.role_names = row.role_names
        return row.user, row

    def authenticate_header(self, request):
        return CHALLENGE

    @staticmethod
    def _note_use(row, request):
        """Remember roughly when the token was used; not where the past is read, which nothing may write to."""
        now = timezone.now()
        if getattr(request, "looking_back", None) is None and (
            row.last_used_at is None or now - row.last_used_at > NOTED_EVERY
        ):
            ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
