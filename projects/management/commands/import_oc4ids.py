"""`manage.py import_oc4ids FILE`: the projects of another publisher's OC4IDS 0.9 package, all of them or none."""

import json
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.translation import gettext as _

from projects import permissions
from projects.exchange import oc4ids

REFUSED, BAD_CALL = 1, 2  # exit statuses


class Command(BaseCommand):
    help = "Brings in the projects of an OC4IDS 0.9 package, and says what could not be kept."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="try everything, write nothing")
        parser.add_argument("--json", action="store_true", help="report as one JSON object")
        parser.add_argument("--user", help="user name of the administrator in whose name (default: the first one)")

    def handle(self, *args, file, user, dry_run, **options):
        people = get_user_model().objects.filter(
            Q(is_superuser=True) | Q(groups__name=permissions.ADMINISTRATOR), is_active=True
        )
        person = people.filter(**({"username": user} if user else {})).order_by("pk").first()
        if person is None:
            raise CommandError(_("There is no administrator of this name to bring it in."), returncode=BAD_CALL)
        try:
            path = Path(file)
            report = oc4ids.bring_in(path.read_bytes(), by=person, file_name=path.name, dry_run=dry_run)
        except OSError as error:
            raise CommandError(
                _("The file cannot be read: %(error)s.") % {"error": error}, returncode=BAD_CALL
            ) from error
        except oc4ids.Unreadable as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.tell(report, options["json"], dry_run)
        if report.errors:
            raise CommandError(_("Nothing was written."), returncode=REFUSED)

    def tell(self, report, is_json, dry_run):
        if is_json:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
            return
        for error in report.errors:
            self.stderr.write(error)
        for name, count in report.created.items():
            self.stdout.write(f"{name}: {count}")
        if report.left_out:
            self.stdout.write(_("Not kept, because the register has no place for it:"))
        for name, count in report.left_out.items():
            self.stdout.write(f"  {name}: {count}")
        if dry_run:
            self.stdout.write(_("This was a trial: nothing was written."))
