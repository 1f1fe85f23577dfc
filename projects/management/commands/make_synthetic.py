"""Synthetic projects for trying and measuring: each has "Synthetic" in its name and SYN- in its reference."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import synthetic

MOST = 10**7 - 1  # references have seven digits


class Command(BaseCommand):
    help = "Bring the number of synthetic projects, each with 5 updates and 3 amounts, up to N."

    def add_arguments(self, parser):
        parser.add_argument("--projects", type=int, required=True, metavar="N", help="how many there shall be")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same projects (default 1)")

    def handle(self, *args, projects, seed, **options):
        if not 0 <= projects <= MOST:
            raise CommandError(_("Give a number of projects from 0 to %(most)d.") % {"most": MOST})
        try:
            added, there = synthetic.make(projects, seed)
        except synthetic.NoGround as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("Synthetic projects: %(added)d added, %(there)d there before.") % {"added": added, "there": there}
        )
