"""`manage.py export_projects`: the rows that the list page shows for a query string, as a file."""

import contextlib
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from projects import permissions, timetravel
from projects.exports import maps, oc4ids, sheets, texts
from projects.portfolio.projects import ProjectList
from tracker.errors import BadParameter

THIS_MACHINE = "http://127.0.0.1:8000"  # a package has to name an address


class Command(BaseCommand):
    help = "Writes the projects of a query string of the list page into a file, as the page's own files have them."

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["xlsx", "csv", "geojson", "json", "oc4ids"], required=True)
        parser.add_argument("--query", default="", help="as after the ? of the page: sector=ENERGY&sort=-announced")
        parser.add_argument("--output", help="the file to write (default: the standard output)")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], help="of the headings")

    def handle(self, *args, query, output, language, **options):
        try:
            with translation.override(language or translation.get_language()):
                table = _table(query)  # before the file is opened, which empties it
                with _written(output) as file:
                    _write(table, query, options["format"], file)
        except BadParameter as error:
            told = "; ".join(f"{name}: {' '.join(map(str, texts))}" for name, texts in error.errors.items())
            raise CommandError(told) from error
        except oc4ids.Faulty as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_("The file cannot be written: %(error)s.") % {"error": error}) from error


def _table(query):
    """The table of the list page, as somebody sees it who sees everything."""
    request = HttpRequest()
    request.method, request.GET, request.user = "GET", QueryDict(query.removeprefix("?")), permissions.Operator()
    as_of, known_at = request.GET.get("as_of"), request.GET.get("known_at")
    if as_of or known_at:
        request.looking_back = {
            "as_of": timetravel.parse_as_of(as_of) if as_of else None,
            "known_at": timetravel.parse_known_at(known_at) if known_at else None,
        }
    page = ProjectList()
    page.setup(request)
    return page.table()


def _write(table, query, form, file):
    if form == "xlsx":
        sheets.write(table, file)
        return
    if form in ("json", "oc4ids"):
        path = reverse(ProjectList.export_name, kwargs={"suffix": "json"})
        query = query.removeprefix("?")
        site = settings.SITE_URL or THIS_MACHINE
        oc4ids.write(table, file, address=f"{site}{path}{'?' if query else ''}{query}")
        return
    for part in (texts if form == "csv" else maps).parts(table):
        file.write(part)


@contextlib.contextmanager
def _written(output):
    """The file to write, or the standard output."""
    if not output:
        yield sys.stdout.buffer
        return
    with open(output, "wb") as file:
        yield file
