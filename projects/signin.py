"""The person behind a session, read once a request with what every page asks of one."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

# Written out, for this is asked at every request, and takes longer to compose than to answer.
ROLE_NAMES = """
ARRAY(SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = {person})
"""
PERSON = f"""
SELECT person.*, {ROLE_NAMES.format(person="person.id")} AS role_names,
  (SELECT count(*) FROM projects_notice n WHERE n.user_id = person.id AND n.read_at IS NULL) AS unread
FROM auth_user person WHERE person.id = %s
"""


class Backend(ModelBackend):
    """Sign-in by name and password; the user has `role_names` and `unread`, the number of unread notices."""

    def get_user(self, user_id):
        user = next(iter(get_user_model()._default_manager.raw(PERSON, [user_id])), None)
        return user if user and self.user_can_authenticate(user) else None
