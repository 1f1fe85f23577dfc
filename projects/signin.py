"""The person behind a session, read once a request with what every page asks of one."""

from django.contrib.auth import get_user, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

DEVICE = "second_factor"  # in a session: the key of the device with which it began

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


def person_of(request):
    """The user of the request's session, or AnonymousUser.

    A session belongs to the second factor that it began with: where another was set up since, or it was taken away,
    the session has ended.
    """
    user = get_user(request)
    if user.is_authenticated and request.session.get(DEVICE) != user.device:
        # Emptied, not deleted: pages of the past are answered inside a transaction that writes nothing.
        request.session.clear()
        return AnonymousUser()
    return user
