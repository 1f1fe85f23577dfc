"""`manage.py load_boundaries FILE.geojson`: outlines of regions and districts, with which the map is drawn."""

from pathlib import Path

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from projects import boundaries


class Command(BaseCommand):
    help = "Loads boundaries of places from GeoJSON, matched by KATO or ISO 3166 code."

    def add_arguments(self, parser):
        parser.add_argument("file", help="a GeoJSON FeatureCollection of polygons in longitude and latitude")

    def handle(self, *args, file, **options):
        try:
            with Path(file).open("rb") as content:
                data = content.read(boundaries.SIZE_LIMIT + 1)
            with pghistory.context(door="command", reason="load_boundaries"):
                stored = boundaries.store(boundaries.parse(data))
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(error)s.") % {"error": error}) from error
        except boundaries.BadBoundaries as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("Boundaries: %(changed)d stored, %(unchanged)d as before, %(unmatched)d features of no place.")
            % {"changed": stored.changed, "unchanged": stored.unchanged, "unmatched": len(stored.unmatched)}
        )
