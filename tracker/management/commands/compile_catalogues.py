"""Compile the message catalogues, at install and whenever a translation has changed."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from tracker.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Write the .mo files that are missing or older than their .po, for all folders of LOCALE_PATHS."
    requires_system_checks = ()

    def handle(self, *args, **options):
        for folder in settings.LOCALE_PATHS:
            for path in compile_catalogues(Path(folder)):
                if options["verbosity"] > 0:
                    self.stdout.write(f"compiled {path}")
