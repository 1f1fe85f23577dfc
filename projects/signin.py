"""The person behind a session, read once a request with what every page asks of one; and when a session ends.

It ends twelve hours after the sign-in (SESSION_COOKIE_AGE), and before that when nobody was there for a while
(SESSION_IDLE_MINUTES), or when the second factor is another one. What decides who gets in asks for the password
once more (see `password_again`).
"""

import datetime
import time

from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import resolve_url
from django.utils import timezone

# In a session: the key of the device with which it began, and the second of the clock at which somebody was there, and
# at which the password was typed.
DEVICE, SEEN, TYPED = "second_factor", "seen", "password_typed"
NOTED_EVERY = 60  # seconds: a session is written once a minute, not at every request
FRESH = 15 * 60  # seconds for which the password stands before a page is opened,
FRESH_FOR_FORMS = 60 * 60  # and before what was filled in there is sent: nothing typed is lost to the question

# Written out, for this is asked at every request, and takes longer to compose than to answer.
ROLE_NAMES = """
ARRAY(SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = {person})
"""
PERSON = f"""
SELECT person.*, {ROLE_NAMES.format(person="person.id")} AS role_names,
  (SELECT count(*) FROM projects_notice n WHERE n.user_id = person.id AND n.read_at IS NULL) AS unread,
  (SELECT min(d.id) FROM otp_totp_totpdevice d WHERE d.user_id = person.id AND d.confirmed) AS device
FROM auth_user person WHERE person.id = %s
"""


class Backend(ModelBackend):
    """Sign-in by name and password.

    The user of a session has `role_names`, `unread`, the number of unread notices, and `device`, the key of the
    second factor or None.
    """

    def get_user(self, user_id):
        user = next(iter(get_user_model()._default_manager.raw(PERSON, [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None


def begin(request, **signal):
    """At each sign-in: somebody is there, and the session ends for good so and so long from now, used or not."""
    request.session[SEEN] = request.session[TYPED] = int(time.time())
    request.session.set_expiry(timezone.now() + datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE))


def person_of(request):
    """The user of the request's session, or AnonymousUser; `request.was_idle` where nobody was there for too long.

    A session belongs to the second factor that it began with: where another was set up since, or it was taken away,
    the session has ended. What a page asks for by itself (X-Background) does not tell that somebody is there.
    """
    user, session, now = get_user(request), request.session, int(time.time())
    if not user.is_authenticated:
        return user
    idle = now - session.get(SEEN, 0)
    request.was_idle = idle > settings.SESSION_IDLE_MINUTES * 60
    if request.was_idle or session.get(DEVICE) != user.device:
        # Emptied, not deleted: pages of the past are answered inside a transaction that writes nothing.
        session.clear()
        return AnonymousUser()
    if abs(idle) >= NOTED_EVERY and "X-Background" not in request.headers:
        session[SEEN] = now
    return user


def password_again(request):
    """For pages that decide who gets in: an open screen, or a stolen session, is not enough for them.

    Returns: the way to the page that asks for the password, and from there back; None where it was typed just now.
    """
    age = time.time() - request.session.get(TYPED, 0)
    if 0 <= age < (FRESH if request.method in ("GET", "HEAD") else FRESH_FOR_FORMS):
        return None
    return redirect_to_login(request.get_full_path(), resolve_url("password-again"))
