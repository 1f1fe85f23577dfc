"""Lists taken away as files: the same address and query string as the page, with `export.xlsx` and its like."""

import tempfile

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, StreamingHttpResponse
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.generic import View

from projects import permissions
from projects.exports import maps, oc4ids, sheets, texts
from projects.portfolio.lists import SignedIn
from tracker import errors

STREAMS = {
    "xlsx": (sheets.parts, sheets.CONTENT_TYPE),
    "csv": (texts.parts, texts.CONTENT_TYPE),
    "geojson": (maps.parts, "application/geo+json"),
}


class Download(SignedIn, View):
    """All rows of a list page as a file. Declared by its address: page, the stem of the file's name, and its kind."""

    page = None
    stem = ""
    http_method_names = ["get", "head", "options"]

    def get(self, request, suffix, **address):
        if not permissions.may_export(request.user):
            raise PermissionDenied
        page = self.page()
        page.setup(request, **address)
        table = page.table()
        name = f"{self.stem}-{timezone.localdate():%Y-%m-%d}.{suffix}"
        if suffix in STREAMS:
            return self._streamed(table, suffix, name)
        file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response closes it
        try:
            oc4ids.write(table, file, address=request.build_absolute_uri())
        except oc4ids.Faulty as reason:
            file.close()
            return errors.page(request, 409, _("No file was made"), reason)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name, content_type=oc4ids.CONTENT_TYPE)

    @staticmethod
    def _streamed(table, suffix, name):
        parts, content_type = STREAMS[suffix]
        response = StreamingHttpResponse(_speaking(parts(table), translation.get_language()), content_type=content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _speaking(parts, language):
    """The parts, each made in the language of the request: by then, the thread may speak another one."""
    try:
        while True:
            with translation.override(language):
                part = next(parts, None)
            if part is None:
                return
            yield part
    finally:
        parts.close()


def addresses(route, page):
    """The addresses of the files that a list page can be taken away as."""
    return [
        path(
            f"{route}export.{suffix}",
            Download.as_view(page=page, stem=route.strip("/")),
            {"suffix": suffix},
            name=page.export_name,
        )
        for suffix, _label in page.export_formats
    ]
