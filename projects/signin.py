"""The person behind a session, read once a request with what every page asks of one."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q


class Backend(ModelBackend):
    """Sign-in by name and password; the user has `role_names` and `unread`, the number of unread notices."""

    def get_user(self, user_id):
        groups = Group.objects.filter(user=OuterRef("pk")).values("name")
        people = get_user_model()._default_manager.annotate(
            role_names=ArraySubquery(groups), unread=Count("notices", Q(notices__read_at=None))
        )
        user = people.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
