"""`manage.py load_brief`: the two articles of the brief, their statements and all that these carry."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import brief


class Command(BaseCommand):
    help = "Loads the brief: sources, statements s1 to s52 and all that they carry; adds only what was never there."

    def handle(self, *args, **options):
        try:
            added, kept = brief.load()
        except brief.ReferenceMissing as missing:
            raise CommandError(str(missing)) from missing
        self.stdout.write(
            _("The brief: %(added)d rows added, %(kept)d kept as they are") % {"added": added, "kept": kept}
        )
