"""`manage.py restore DIR`: the state of a backup, verified."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import database_roles
from tracker import backups


class Command(BaseCommand):
    help = "Verifies a backup, brings the database and the files to its state, and verifies these. Stop the site first."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", help="what `backup` wrote")
        parser.add_argument("--replace", action="store_true", help="lose what the database holds now")
        parser.add_argument("--verify-only", action="store_true", help="only compare the backup with its checksums")

    def handle(self, *args, folder, replace, verify_only, **options):
        try:
            manifest = backups.verify(folder) if verify_only else backups.restore(folder, replace=replace)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        if not verify_only:
            database_roles.grant()
        counts = {"tables": len(manifest["tables"]), "files": len(manifest["files"]), "made_at": manifest["made_at"]}
        if verify_only:
            return _("The backup of %(made_at)s is whole: %(tables)d tables, %(files)d files.") % counts
        return _("Restored from %(made_at)s: %(tables)d tables and %(files)d files, equal to the backup.") % counts
