"""`manage.py reset_second_factor USER`: for the last administrator, whose phone is lost."""

import pghistory
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import second_factor


class Command(BaseCommand):
    help = "Takes the second factor of a person away, who signs in with the password and sets it up again."

    def add_arguments(self, parser):
        parser.add_argument("user", help="user name")

    def handle(self, *args, user, **options):
        person = get_user_model().objects.filter(username=user).first()
        if person is None:
            raise CommandError(_("There is no user %(name)s.") % {"name": user})
        with pghistory.context(door="command", reason="reset_second_factor"):
            if not second_factor.reset(person=person):
                raise CommandError(_("%(name)s has no second factor.") % {"name": user})
        self.stdout.write(_("The second factor of %(name)s is gone.") % {"name": user})
