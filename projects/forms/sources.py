"""Forms of sources, statements and documents; files are known by their content, not by their name."""

import hashlib
import re
import uuid
import zipfile
from pathlib import PurePosixPath

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.forms.base import RecordForm
from projects.forms.fields import DateField, KeyField, TextField, clean_text
from projects.forms.rules import error
from projects.models import Document, DocumentType, ProjectDocument, Source, Statement

FILE_LIMIT = 20 * 1024 * 1024  # bytes

# How a file of each kind begins: (first bytes, ending, content type). What is not here is not kept.
SIGNATURES = (
    (b"%PDF-", "pdf", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"),
    (b"\xff\xd8\xff", "jpg", "image/jpeg"),
)
# Old office files all begin alike; their ending says which they are.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_ENDINGS = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
# Office files are ZIP archives with this folder inside.
OFFICE = {
    "word/": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ppt/": ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}


def kind_of_file(file):
    """Ending and content type by the first bytes (for office files, by what is inside); None where not allowed."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    for signature, ending, content_type in SIGNATURES:
        if head.startswith(signature):
            return ending, content_type
    if head.startswith(OLD_OFFICE):
        ending = file.name.rpartition(".")[2].lower()
        return (ending, OLD_ENDINGS[ending]) if ending in OLD_ENDINGS else None
    if head.startswith(b"PK\x03\x04"):
        try:
            names = zipfile.ZipFile(file).namelist()
        except (zipfile.BadZipFile, ValueError, OSError):
            return None
        finally:
            file.seek(0)
        return next((kind for folder, kind in OFFICE.items() if any(name.startswith(folder) for name in names)), None)
    return None


def clean_file_name(name, ending):
    """A name to show and to download under: no path, no control characters, the ending of its content."""
    stem = PurePosixPath(clean_text(name).replace("\\", "/")).stem
    stem = re.sub(r'[<>:"/|?*\x00]+', " ", stem).strip(" .")[:120] or "document"
    return f"{stem}.{ending}"


class DocumentFileField(forms.FileField):
    """A file of an allowed kind, up to the limit; the cleaned file carries `kind`, `sha256` and `shown_name`."""

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if not file or file is initial:
            return file
        if file.size > FILE_LIMIT:
            raise ValidationError(
                _("The file is larger than %(limit)d MB."), params={"limit": FILE_LIMIT // 2**20}, code="too_large"
            )
        kind = kind_of_file(file)
        if kind is None:
            raise ValidationError(
                _("This kind of file is not kept. Use PDF, PNG, JPEG, or a Word, Excel or PowerPoint file."),
                code="kind",
            )
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.kind, file.sha256 = kind, digest.hexdigest()
        file.shown_name = clean_file_name(file.name, kind[0])
        return file


class FileForm(RecordForm):
    """A form that keeps a file: stored under a name of ours, and taken back where the row is not saved."""

    kept = None

    def keep(self, document, file):
        """Write what is known of a cleaned file to the document."""
        document.sha256, document.size, document.content_type = file.sha256, file.size, file.kind[1]
        document.file_name = file.shown_name
        file.name = f"{uuid.uuid4()}.{file.kind[0]}"
        self.kept = (document, file.name)
        document.file = file

    def forget(self):
        if self.kept:
            document, name = self.kept
            column = document._meta.get_field("file")
            column.storage.delete(column.generate_filename(document, name))


def _file_once(name):
    def rule(form):
        sha256 = getattr(form.value(name), "sha256", None)
        if sha256 and Document.objects.filter(sha256=sha256).exclude(pk=form.instance.pk).exists():
            yield error(_("This file is already on record. Use the existing document."), name)

    return rule


class SourceForm(RecordForm):
    class Meta:
        model = Source
        fields = "__all__"
        field_classes = {"code": KeyField}

    fieldsets = (
        ("", ("code", "kind", "title", "language", "url")),
        (gettext_lazy("Publication"), ("published_on", "date_precision", "date_note", "publisher", "photo_credit")),
    )
    past_dates = ("published_on",)


class StatementForm(RecordForm):
    class Meta:
        model = Statement
        fields = "__all__"
        field_classes = {"code": KeyField}

    fieldsets = (
        ("", ("source", "code", "position", "kind", "text", "locator", "speaker", "certainty")),
        (gettext_lazy("Doubts"), ("note", "contradicts")),
    )
    subjects = ("source",)


class DocumentForm(FileForm):
    class Meta:
        model = Document
        fields = "__all__"
        field_classes = {"file": DocumentFileField}

    fieldsets = (
        ("", ("document_type", "title", "number", "dated_on", "expires_on")),
        (gettext_lazy("File"), ("file", "is_confidential")),
    )
    date_orders = (("dated_on", "expires_on"),)
    past_dates = ("dated_on",)
    rules = (_file_once("file"),)

    def save(self, commit=True):
        file = self.cleaned_data.get("file")
        if hasattr(file, "sha256"):
            self.keep(self.instance, file)
        elif not file:
            self.instance.sha256 = self.instance.file_name = self.instance.content_type = ""
            self.instance.size = None
        return super().save(commit)


class ProjectDocumentForm(FileForm):
    """Attaches a document of the register, or a new one with its file."""

    class Meta:
        model = ProjectDocument
        fields = "__all__"

    new_type = forms.ModelChoiceField(
        DocumentType.objects.filter(is_active=True), label=gettext_lazy("Type of a new document"), required=False
    )
    new_title = TextField(label=gettext_lazy("Title"), required=False, max_length=300)
    new_number = TextField(label=gettext_lazy("Number"), required=False, max_length=100)
    new_dated_on = DateField(label=gettext_lazy("Dated"), required=False)
    new_file = DocumentFileField(label=gettext_lazy("File"), required=False)

    fieldsets = (
        ("", ("project", "document", "note")),
        (gettext_lazy("Or a new document"), ("new_type", "new_title", "new_number", "new_dated_on", "new_file")),
    )
    subjects = ("project",)
    rules = (_file_once("new_file"),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["document"].required = False

    def clean(self):
        data = self.cleaned_data
        is_new = bool(data.get("new_title") or data.get("new_file"))
        if data.get("document") and is_new:
            self.add_error("document", _("Choose a document or add a new one, not both."))
        elif is_new and not (data.get("new_type") and data.get("new_title")):
            self.add_error("new_type", _("A new document needs its type and its title."))
        elif not data.get("document") and not is_new and "document" not in self.errors:
            self.add_error("document", _("Choose a document, or add a new one below."))
        return super().clean()

    def save(self, commit=True):
        if title := self.cleaned_data.get("new_title"):
            document = Document(
                document_type=self.cleaned_data["new_type"],
                title=title,
                number=self.cleaned_data.get("new_number") or "",
                dated_on=self.cleaned_data.get("new_dated_on"),
            )
            if file := self.cleaned_data.get("new_file"):
                self.keep(document, file)
            document.save()
            self.instance.document = document
        return super().save(commit)
