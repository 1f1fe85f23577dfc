"""`manage.py send_webhooks`: tell other systems what has changed; run it every minute, two at once do no harm."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from projects import webhooks


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        delivered, failed = webhooks.send(self.stderr.write)
        self.stdout.write(
            _("Messages delivered: %(delivered)d. Not delivered, tried again later: %(failed)d.")
            % {"delivered": delivered, "failed": failed}
        )
