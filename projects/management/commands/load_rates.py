"""`manage.py load_rates FILE` or `--date DAY`: official rates of the National Bank, from a file or from its site."""

import datetime
from pathlib import Path

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import rates


class Command(BaseCommand):
    help = "Loads official exchange rates from the XML of the National Bank of Kazakhstan; gives amounts their tenge."

    def add_arguments(self, parser):
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", help="the XML of a day, as saved from the bank's site")
        source.add_argument("--date", help="fetch this day: 2025-10-10 or 10.10.2025")
        parser.add_argument("--replace", action="store_true", help="take the feed's rate where another is stored")

    def handle(self, *args, file, date, replace, **options):
        day = date and _day(date)
        try:
            feed = rates.parse(rates.fetch(day) if day else _read(file))
            if day and any(other != day for _code, other in feed.rates):
                raise CommandError(_("The bank answered for another day. Nothing was stored."))
            with pghistory.context(door="command", reason="load_rates"):
                stored = rates.store(feed, replace=replace)
        except rates.BadFeed as error:
            raise CommandError(str(error)) from error
        except rates.Unreachable as error:
            raise CommandError(
                _("The National Bank's site did not answer (%(error)s). Load a saved file: manage.py load_rates FILE.")
                % {"error": error}
            ) from error
        except rates.RatesDiffer as error:
            raise CommandError(
                _("%(rates)s Nothing was stored; --replace takes the feed's.") % {"rates": error}
            ) from error
        self.stdout.write(self.report(feed, stored))

    def report(self, feed, stored):
        """What was done, in a sentence."""
        if not feed.rates and feed.skipped:
            raise CommandError(_("None of the %(count)d items can be used as a rate.") % {"count": feed.skipped})
        if not feed.rates:
            return " ".join(
                filter(None, [_("The bank gives no rates here: the last earlier ones stand."), feed.remark])
            )
        return _(
            "Rates: %(added)d added, %(replaced)d replaced, %(unchanged)d as before; "
            "%(unlisted)d currencies not on the list, %(skipped)d items not usable. "
            "Amounts given their value in tenge: %(priced)d."
        ) % {**vars(stored), "skipped": feed.skipped}


def _day(text):
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise CommandError(_("“%(text)s” is not a date. Write it as 2025-10-10 or 10.10.2025.") % {"text": text})


def _read(name):
    try:
        with Path(name).open("rb") as file:
            return file.read(rates.SIZE_LIMIT + 1)
    except OSError as error:
        raise CommandError(_("The file cannot be read: %(error)s.") % {"error": error}) from error
