"""`manage.py check_integrity [--json]`: every invariant over the whole database; exit 1 where one is broken."""

import json
import sys

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from projects import integrity


class Command(BaseCommand):
    help = "Checks what must be true of the whole database and of the attached files; lists what is not."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON array, with all keys")

    def handle(self, *args, **options):
        found = list(integrity.findings())
        if options["json"]:
            self.stdout.write(json.dumps([finding._asdict() for finding in found], ensure_ascii=False, default=str))
        else:
            for finding in found:
                self.stdout.write(_line(finding))
            self.stdout.write(
                _("Broken: %(count)d. Look at each before you write again.") % {"count": len(found)}
                if found
                else _("Everything is as it must be.")
            )
        if found:
            sys.exit(1)


def _line(finding):
    keys = ", ".join(str(key) for key in finding.rows[: integrity.SHOWN])
    more = len(finding.rows) - integrity.SHOWN
    rows = f" ({keys}{f', … +{more}' if more > 0 else ''})" if keys else ""
    return f"{finding.check}: {finding.table}{rows}: {finding.sentence}"
