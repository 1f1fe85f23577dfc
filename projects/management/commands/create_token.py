"""Make a token with which a person's scripts call the API; it is printed once and never again."""

import datetime

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models.choices import TokenScope
from projects.tokens import create_token


class Command(BaseCommand):
    help = "Make an API token of a person and print it once."

    def add_arguments(self, parser):
        parser.add_argument("user", help="user name")
        parser.add_argument("--name", default="", help="what the token is used for")
        parser.add_argument("--read-only", action="store_true", help="the token changes nothing")
        parser.add_argument("--expires-on", type=datetime.date.fromisoformat, help="last day, such as 2027-12-31")

    def handle(self, *args, user, name, read_only, expires_on, **options):
        person = get_user_model().objects.filter(username=user, is_active=True).first()
        if person is None:
            raise CommandError(_("There is no active user %(name)s.") % {"name": user})
        scope = TokenScope.READ if read_only else TokenScope.WRITE
        name = name or f"{timezone.localdate()}"
        try:
            _row, token = create_token(user=person, name=name, scope=scope, expires_on=expires_on)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(token)
