"""`manage.py propose_holidays YEAR`: days off of a year that nobody has entered, as rows to be confirmed."""

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from projects import days_off


class Command(BaseCommand):
    help = (
        "Adds Kazakhstan's days off of a year to the table of holidays, unconfirmed; what stands there is left alone."
    )

    def add_arguments(self, parser):
        parser.add_argument("year", type=int, help="the year, as 2028")

    def handle(self, *, year, **options):
        if year not in days_off.YEARS:
            span = {"first": days_off.YEARS[0], "last": days_off.YEARS[-1]}
            raise CommandError(_("Give a year from %(first)s to %(last)s.") % span)
        with transaction.atomic(), pghistory.context(door="command", reason="propose_holidays"):
            added = list(days_off.proposed(year))
            for row in added:
                row.save()
                self.stdout.write(f"{row.day}  {row.name}")
        text = _(
            "Days off proposed for %(year)s: %(number)d. Compare them with the official calendar and confirm them."
        )
        self.stdout.write(text % {"year": year, "number": len(added)})
