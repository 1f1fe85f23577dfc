"""`manage.py undo_import ID`: takes a whole import back, or says what stands in the way."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import permissions
from projects.actions import Refused
from projects.exchange import jobs
from projects.exchange.undoing import Built
from projects.models import ImportJob


class Command(BaseCommand):
    help = "Takes back all that an import wrote; refused where later changes stand on it (exit status 1)."

    def add_arguments(self, parser):
        parser.add_argument("import_id", metavar="ID", type=int)

    def handle(self, *args, import_id, **options):
        job = ImportJob.objects.filter(pk=import_id).first()
        if job is None:
            raise CommandError(_("There is no import %(number)d.") % {"number": import_id}, returncode=2)
        try:
            jobs.undo(by=permissions.Operator(), job=job)
        except Built as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_("Import %(number)d is taken back.") % {"number": import_id})
