"""Keys of people to the API and to their calendar: made here, kept only as hashes."""

import hashlib
import secrets

from django.utils.translation import gettext as _

from projects.models import ApiToken
from projects.models.choices import TokenScope

PREFIX = "wkr_"  # by which scanners of leaked secrets know the token


def hash_of(token):
    """What is kept of a token. It is random (256 bits), so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(*, user, name, scope=TokenScope.READ, expires_on=None):
    """Make a token of a person.

    Returns: the ApiToken and the token itself, which is told this once and cannot be read again.
    Raises: ValidationError.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(user=user, name=name, scope=scope, expires_on=expires_on, token_hash=hash_of(token))
    row.full_clean()
    row.save()
    return row, token


def calendar_tokens(user):
    """The keys to a person's calendar."""
    return ApiToken.objects.filter(user=user, scope=TokenScope.CALENDAR)


def renew_calendar_token(user):
    """A new key to the person's calendar; former ones open nothing from now on. Returns: the token."""
    calendar_tokens(user).delete()
    _row, token = create_token(user=user, name=str(_("Calendar")), scope=TokenScope.CALENDAR)
    return token
