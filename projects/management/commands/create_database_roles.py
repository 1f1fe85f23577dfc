"""`manage.py create_database_roles`: the roles as which application, analysts and backups sign in."""

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils.translation import gettext as _

from projects import database_roles


class Command(BaseCommand):
    help = (
        "Makes the roles DATABASE_app, DATABASE_reader and DATABASE_backup, or brings them up to date. Run it as the "
        "owner of the database. Passwords: APP_DATABASE_PASSWORD, READER_DATABASE_PASSWORD, BACKUP_DATABASE_PASSWORD."
    )

    def handle(self, *args, **options):
        try:
            names = database_roles.create(database_roles.passwords())
        except ProgrammingError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(_("The roles were not made: %(reason)s") % {"reason": reason}) from error
        self.stdout.write(_("The roles of this database: %(names)s") % {"names": ", ".join(names.values())})
