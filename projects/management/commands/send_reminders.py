"""`manage.py send_reminders`: notices of reports that are due or overdue, in the inbox and by e-mail.

To be run every working morning. Each notice is given once, however often and from wherever this is run.
"""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import cadence, reminders


class Command(BaseCommand):
    help = "Sends notices of reports that are due in 7, 3 or 1 days, today, or overdue; each once."

    def add_arguments(self, parser):
        parser.add_argument("--on", metavar="DATE", help=_("the day to send them for (by default today)"))

    def handle(self, *args, on=None, **options):
        try:
            day = datetime.date.fromisoformat(on) if on else timezone.localdate()
        except ValueError as error:
            raise CommandError(_("Give a date like 2025-10-10.")) from error
        cadence.keep_periods(day)
        owed = reminders.make(day)
        sent, failed = reminders.send()
        self.stdout.write(
            _("Notices that hold on %(day)s: %(owed)d. Letters sent: %(sent)d.")
            % {"day": day, "owed": owed, "sent": sent}
        )
        if failed:
            raise CommandError(
                _("Letters to these users could not be sent, the next run tries again: %(numbers)s")
                % {"numbers": ", ".join(map(str, failed))}
            )
