"""`manage.py import_oc4ids FILE`: an OC4IDS 0.9 package as the page “Imports” brings it in, all of it or nothing."""

import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.actions import Refused
from projects.exchange import jobs, oc4ids, preview
from projects.exports.oc4ids import faults
from projects.management.commands.import_projects import BAD_CALL, person
from projects.models.choices import ImportStatus

REFUSED = 1  # exit status


class Command(BaseCommand):
    help = "Brings in the projects of an OC4IDS 0.9 package, and says what could not be kept."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="try everything, write nothing")
        parser.add_argument("--json", action="store_true", help="report as one JSON object")
        parser.add_argument("--user", help="in whose name; without it, whoever runs commands on the server")

    def handle(self, *args, file, user, dry_run, **options):
        path, by = Path(file), person(user)
        given = {"by": by, "name": path.name, "as_of": timezone.localdate(), "dry_run": dry_run}
        try:
            with path.open("rb") as opened:
                job, found, is_kept = jobs.bring_in(file=opened, **given)
        except OSError as error:
            text = _("The file cannot be read: %(error)s.") % {"error": error}
            raise CommandError(text, returncode=BAD_CALL) from error
        except (ValidationError, Refused) as error:
            text = " ".join(getattr(error, "messages", [str(error)]))
            raise CommandError(text, returncode=REFUSED) from error
        problems = [preview.problem(problem) for problem in found.problems]
        self.tell(_report(job, found, is_kept, problems), problems, options["json"])
        if found.problems:
            raise CommandError(_("Nothing was written."), returncode=REFUSED)
        if dry_run and not options["json"]:
            self.stdout.write(_("This was a trial: nothing was written."))

    def tell(self, report, problems, is_json):
        if is_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
            return
        for fault in faults.gathered((problem["cell"], problem["message"]) for problem in problems):
            self.stderr.write(str(fault))
        for text in report["notes"]:
            self.stdout.write(text)
        for title, counts in (
            (_("New records"), report["created"]),
            (_("Changed records"), report["changed"]),
            (_("Not kept, because the register has no place for it"), report["left_out"]),
        ):
            if counts:
                self.stdout.write(f"{title}:")
            for name, count in counts.items():
                self.stdout.write(f"  {name}: {count}")
        if report["job"]:
            numbers = {"number": report["job"], "status": report["status"]}
            self.stdout.write(_("Import %(number)d: %(status)s.") % numbers)


def _report(job, found, is_kept, problems):
    """What a caller is told, as JSON has it; kinds of records by the names of their sheets."""
    counts = {name: entry for name, entry in found.counts().items() if isinstance(entry, dict)}
    return {
        "format": oc4ids.FORMAT,
        "sha256": job.sha256,
        "job": job.pk if is_kept else None,
        "status": str(ImportStatus(job.status).label) if is_kept else str(_("nothing was written")),
        "created": {name: entry["created"] for name, entry in counts.items() if entry["created"]},
        "changed": {name: entry["changed"] for name, entry in counts.items() if entry["changed"]},
        "unchanged": found.unchanged,
        "errors": ["{cell}: {message}".format(**problem) for problem in problems],
        "left_out": found.left_out,
        "notes": [*found.notes, *found.taken_for],
    }
