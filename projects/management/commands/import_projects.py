"""`manage.py import_projects FILE`: what the page “Imports” does, in one go: all rows of a file, or none."""

import json
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions, wording
from projects.actions import Refused
from projects.exchange import foreign, jobs, preview
from projects.exchange.mapping import SCALES, read_mapping
from projects.models.choices import ImportStatus

BAD_CALL = 2
ORIGINS = {
    "argument": gettext_lazy("as was asked for"),
    "title": gettext_lazy("from the title of the table"),
    "today": gettext_lazy("today, because the table names no day"),
}


class Command(BaseCommand):
    help = "Brings a workbook or table into the register; nothing is written where a row is refused (exit status 1)."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="check and tell, write nothing")
        parser.add_argument("--scale", type=int, choices=SCALES, help="by which the amounts of a table are multiplied")
        parser.add_argument("--mapping", help="a JSON file that says what the columns of a table mean")
        parser.add_argument("--user", help="in whose name; without it, whoever runs commands on the server")
        parser.add_argument(
            "--as-of",
            help="the day that figures are true of, where a row does not say (else that in the title, else today)",
        )
        parser.add_argument("--reason", default="", help="kept in the history")
        parser.add_argument("--json", action="store_true", help="tell the outcome as JSON")

    def handle(self, *args, file, user, as_of, reason, **options):
        path, day = Path(file), parse_date(as_of) if as_of else None
        if as_of and day is None:
            raise CommandError(_("Give the day as in 2026-11-30."), returncode=BAD_CALL)
        given = {"by": person(user), "name": path.name, "dry_run": options["dry_run"]}
        given["reason"] = reason or _("Import of “%(name)s”") % {"name": path.name}
        try:
            given["mapping"] = _mapping(options["mapping"], options["scale"])
            with path.open("rb") as opened:
                head = jobs.head_of(opened, path.name)
                titled = None if day else foreign.day_in_title(head, given["by"], given["mapping"])
                given["as_of"] = day or titled or timezone.localdate()
                job, found, is_kept = jobs.bring_in(file=opened, head=head, **given)
        except OSError as error:
            text = _("The file cannot be read: %(error)s.") % {"error": error}
            raise CommandError(text, returncode=BAD_CALL) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=BAD_CALL) from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        origin = "argument" if day else "title" if titled else "today"
        self._tell(_outcome(job, found, is_kept) | {"as_of_from": origin}, options["json"])
        if found.problems:
            raise SystemExit(1)

    def _tell(self, outcome, as_json):
        if as_json:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
            return
        for problem in outcome["problems"]:
            self.stdout.write("{sheet}!{cell}: {message}".format(**problem))
        for text in (*outcome["notes"], *outcome["warnings"]):
            self.stdout.write(text)
        day = wording.day(parse_date(outcome["as_of"]))
        self.stdout.write(
            _("Figures as of: %(day)s (%(origin)s).") % {"day": day, "origin": ORIGINS[outcome["as_of_from"]]}
        )
        text = _("%(created)d new, %(changed)d changed, %(unchanged)d as they were, %(problems)d refused.")
        self.stdout.write(text % (outcome | {"problems": len(outcome["problems"])}))
        if outcome["import"]:
            self.stdout.write(_("Import %(number)d: %(status)s.") % {"number": outcome["import"], **outcome})


def _mapping(name, scale):
    """What the caller says of the columns. Raises: ValidationError where the file is no mapping; OSError."""
    kept = read_mapping(Path(name).read_text(encoding="utf-8-sig")) if name else {}
    if not isinstance(kept, dict):
        raise ValidationError(_("The file of the mapping is no JSON."))
    return kept | ({"scale": scale} if scale else {})


def person(name):
    """The user in whose name the file is brought in. Raises: CommandError where there is none."""
    if not name:
        return permissions.Operator()
    user = get_user_model().objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(_("There is no user “%(name)s”.") % {"name": name}, returncode=BAD_CALL)
    return user


def _outcome(job, found, is_kept):
    """What a caller is told, as JSON has it."""
    return {
        "import": job.pk if is_kept else None,
        "status": str(ImportStatus(job.status).label) if is_kept else str(_("nothing was written")),
        "as_of": job.as_of.isoformat(),
        "created": found.created,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "problems": [preview.problem(problem) for problem in found.problems],
        "warnings": list(found.warnings),
        "notes": found.notes,
    }
