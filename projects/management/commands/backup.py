"""`manage.py backup DIR`: the database and the attached files, with checksums."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from tracker import backups


class Command(BaseCommand):
    help = "Writes the database and the attached files into a new folder, each with a checksum."

    def add_arguments(self, parser):
        parser.add_argument("folder", help="a folder that is not there yet, or empty")

    def handle(self, *args, folder, **options):
        try:
            manifest = backups.backup(folder)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        return _("%(tables)d tables and %(files)d files are in “%(folder)s”.") % {
            "tables": len(manifest["tables"]),
            "files": len(manifest["files"]),
            "folder": folder,
        }
