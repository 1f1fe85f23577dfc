"""Documents: the list, one with all that it is evidence of, and the file itself, for those who may see it."""

from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from projects import permissions
from projects.columns.documents import DEFAULT_DOCUMENTS, DOCUMENTS
from projects.columns.nouns import by_name
from projects.filters.documents import DocumentFilterSet
from projects.models import Attachment, Document
from projects.portfolio.lists import ListPage, SignedIn
from projects.portfolio.nouns import RecordPage

OWNERS = ("project", "programme", "obligation", "shipment")


class DocumentList(ListPage):
    model = Document
    filterset = DocumentFilterSet
    columns = by_name(DOCUMENTS)
    default_columns = DEFAULT_DOCUMENTS
    default_sort = "-added"
    heading = gettext_lazy("Documents")
    lead = gettext_lazy("Each file is kept once, and may be evidence in many places.")
    when_empty = gettext_lazy("Documents come with reports, evidence, agreements and stages.")
    add_url_name = "file-new"
    export_name = "file-export"

    def listed(self, rows):
        return rows.select_related("document_type")


def _record_of(row):
    """The record with a page of its own that a use of a document belongs to."""
    if isinstance(row, Attachment):
        return row.record
    if hasattr(row, "get_absolute_url"):
        return row
    return next(filter(None, (getattr(row, name, None) for name in OWNERS)))


class DocumentPage(RecordPage):
    noun, list_heading = "file", gettext_lazy("Documents")

    def rows(self):
        return Document.objects.select_related("document_type", "created_by")

    def sections(self, record):
        return [self.section("uses", _("Used in"), "_uses", list(self._uses(record)))]

    def _uses(self, record):
        """Where the document hangs, as far as the reader may see it: (what it is there, the record)."""
        for model, name in permissions.uses_of_documents():
            keys = [field.name for field in model._meta.concrete_fields if field.many_to_one and field.editable]
            rows = permissions.visible_to(self.request.user, model._default_manager.filter(**{name: record}))
            for row in rows.select_related(*keys):
                yield capfirst(model._meta.verbose_name), _record_of(row)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        document = context["record"]
        return context | {"file_url": reverse("file-content", args=[document.pk]) if document.file else ""}


class DocumentFile(SignedIn, View):
    """The stored file, to be saved and never to be shown as a page of ours."""

    http_method_names = ["get", "head", "options"]

    def get(self, request, pk):
        rows = permissions.visible_to(request.user, Document.objects.exclude(file=""))
        document = get_object_or_404(rows, pk=pk)
        try:
            content = document.file.open("rb")
        except (FileNotFoundError, SuspiciousFileOperation) as missing:
            raise Http404(_("The file of this document is missing. Tell an administrator.")) from missing
        response = FileResponse(
            content, as_attachment=True, filename=document.file_name, content_type=document.content_type
        )
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        return response
