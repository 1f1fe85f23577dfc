"""Mail the followers of saved views what has changed in them; run once a day, twice does no harm."""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.subscriptions import send


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--on", type=datetime.date.fromisoformat, metavar="DATE", help="the day, YYYY-MM-DD")

    def handle(self, *, on=None, **options):
        sent, failed = send(on or timezone.localdate(), self.stderr.write)
        self.stdout.write(ngettext("%(count)d message sent", "%(count)d messages sent", sent) % {"count": sent})
        if failed:
            raise CommandError(
                _("Letters to these users could not be sent, the next run tries again: %(numbers)s")
                % {"numbers": ", ".join(map(str, failed))}
            )
