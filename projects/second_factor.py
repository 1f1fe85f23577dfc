"""The second factor: six digits of a phone after the password, and recovery codes for the day it is lost.

Devices, codes and the wait after each wrong one are django-otp's. A recovery code has digits alone, which every
keyboard has; of it a keyed hash is kept, so that whoever reads the table cannot use it. Each step leaves a
SecondFactorEvent for ever.
"""

import math
import secrets
import unicodedata
from base64 import b32encode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from projects import notices, permissions
from projects.models import SecondFactorEvent
from projects.models.choices import SecondFactorChange

DIGITS, RECOVERY_DIGITS = 6, 12
CODES = 10  # recovery codes of one person


class Wrong(Exception):
    """The code is not taken; the text is a sentence for who typed it."""


def is_required(user):
    """Whether the user does nothing without a second factor, as the setting SECOND_FACTOR has it."""
    if settings.SECOND_FACTOR == "administrators":
        return permissions.is_administrator(user)
    return settings.SECOND_FACTOR == "everyone"


def is_missing(user):
    """Whether a second factor is to be set up before anything else. Takes the user of a session."""
    return is_required(user) and user.device is None


def device_of(user):
    """The person's confirmed device, a TOTPDevice; None where there is no second factor."""
    return TOTPDevice.objects.devices_for_user(user, confirmed=True).order_by("pk").first()


def codes_left(user):
    """How many recovery codes the person has not used yet."""
    return StaticToken.objects.filter(device__user=user).count()


def unsaved_device(user, key):
    """The device that a phone would be for the person with this key (hexadecimal)."""
    return TOTPDevice(user=user, name="phone", key=key, confirmed=True)


def key_as_text(device):
    """The device's key as it is typed into a phone: letters and digits in groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def set_up(*, user, key, typed, address):
    """Make the phone with this key the person's second factor.

    Args:
        typed: the first code that it shows. address: of the person in the network, or None.
    Returns: the device, and the recovery codes, which are told this once. Raises: Wrong.
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=user.pk)
        if device_of(user):
            raise Wrong(_("You have set up a second factor already."))
        device = unsaved_device(user, key)
        if not device.verify_token(_digits(typed)):
            raise Wrong(
                _("This is not the code of this key. Look at the clock of the phone, and type the code of now.")
            )
        codes = _new_codes(user)
        _note(user, SecondFactorChange.SET_UP, user, address)
    return device, codes


def verify(*, user, typed, address):
    """Take a code of the phone, or a recovery code, which is used up by it.

    Returns: whether it was a recovery code. Raises: Wrong, also where earlier wrong ones ask for a pause.
    """
    digits = _digits(typed)
    if len(digits) not in (DIGITS, RECOVERY_DIGITS):
        raise Wrong(_("Type the six digits that the phone shows, or the twelve of a recovery code."))
    is_recovery = len(digits) == RECOVERY_DIGITS
    device = StaticDevice.objects.filter(user=user).first() if is_recovery else device_of(user)
    token = _hash(user, digits) if is_recovery else digits
    if device is None or not verify_token(user, device.persistent_id, token):
        raise Wrong(_refusal(device))
    if is_recovery:
        _note(user, SecondFactorChange.CODE_USED, user, address)
    return is_recovery


def renew_codes(*, user, address):
    """Recovery codes in place of all former ones. Returns: the codes, which are told this once."""
    with transaction.atomic():
        codes = _new_codes(user)
        _note(user, SecondFactorChange.CODES_RENEWED, user, address)
    return codes


def turn_off(*, user, address):
    """Take the person's own second factor away."""
    with transaction.atomic():
        _take_away(user)
        _note(user, SecondFactorChange.TURNED_OFF, user, address)


def reset(*, person, by=None, address=None):
    """Take away the second factor of somebody who lost it, and tell them.

    Args:
        by: the administrator; None: a command on the server.
    Returns: whether there was one.
    """
    with transaction.atomic():
        if not _take_away(person):
            return False
        event = _note(person, SecondFactorChange.RESET, by, address)
        notices.tell_of_reset(person, by, event.pk)
    return True


def _digits(typed):
    """What was typed without spaces and hyphens, its digits in ASCII."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", typed) if not sign.isspace() and sign not in "-\u2010\u2011"
    )


def _hash(user, code):
    """What is kept of a recovery code; keyed, for twelve digits alone are soon found by trying."""
    return salted_hmac("second factor", f"{user.pk}:{code}", algorithm="sha256").hexdigest()[:16]


def _new_codes(user):
    codes = [f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _number in range(CODES)]
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_hash(user, code)) for code in codes)
    return [" ".join(code[start : start + 4] for start in range(0, RECOVERY_DIGITS, 4)) for code in codes]


def _take_away(user):
    StaticDevice.objects.filter(user=user).delete()
    return bool(TOTPDevice.objects.filter(user=user).delete()[0])


def _refusal(device):
    wrong = _("This code is not valid: it was used already, has run out, or is mistyped.")
    if device is None:
        return wrong
    device.refresh_from_db()
    _allowed, why = device.verify_is_allowed()
    seconds = math.ceil((why["locked_until"] - timezone.now()).total_seconds()) if why else 0
    if seconds <= 1:
        return wrong
    wait = ngettext("Try again in %(seconds)d second.", "Try again in %(seconds)d seconds.", seconds)
    return f"{wrong} {wait % {'seconds': seconds}}"


def _note(person, change, by, address):
    return SecondFactorEvent.objects.create(person=person, change=change, by=by, ip_address=address or None)
