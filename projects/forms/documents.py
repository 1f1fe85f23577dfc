"""Forms of documents, and of the records that a document hangs on: one on file is chosen, or a new one is sent."""

import uuid

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.forms.base import RecordForm
from projects.forms.fields import DateField, TextField
from projects.forms.files import DocumentFileField
from projects.forms.rules import error
from projects.models import Attachment, Document, DocumentType, ProjectDocument
from projects.models.attachments import ATTACHED_TO


class KeepsFiles(forms.Form):
    """A form that keeps files: stored under names of ours, and taken back where their rows are not saved."""

    keeps_place = forms.BooleanField(
        label=gettext_lazy("Keep the place and time of the photo"),
        required=False,
        help_text=gettext_lazy("Without this, what the camera wrote into a photo is removed before it is stored."),
    )

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kept = []  # names under which files were stored

    def keep(self, document, file):
        """Write what is known of a cleaned file to the document."""
        document.sha256, document.size, document.content_type = file.sha256, file.size, file.kind[1]
        document.file_name = file.shown_name
        if self.cleaned_data.get("keeps_place"):
            photo = file.photo
            document.taken_at, document.latitude, document.longitude = photo.taken_at, photo.latitude, photo.longitude
        file.name = f"{uuid.uuid4()}.{file.kind[0]}"
        self.kept.append(file.name)
        document.file = file

    def forget(self):
        column = Document._meta.get_field("file")
        for name in self.kept:
            column.storage.delete(column.generate_filename(None, name))

    def on_record(self, file):
        """The document that already holds this content, as far as the person may see it, and a sentence if not.

        Returns: (Document or None, sentence or "").
        """
        same = Document.objects.filter(sha256=file.sha256)
        seen = permissions.visible_to(self.user, same) if self.user is not None else same
        document = seen.select_related("document_type").first()
        if document is None and same.exists():
            return None, _("This file is already on record, in a document that you may not see.")
        return document, ""


class FileForm(KeepsFiles, RecordForm):
    """A form of one row that keeps a file."""


def _file_once(form):
    """The same content is stored once."""
    file = form.value("file")
    if not hasattr(file, "sha256"):
        return
    document, hidden = form.on_record(file)
    if hidden or (document and document.pk != form.instance.pk):
        text = _("This file is already on record: %(document)s. Use that document.")
        yield error(hidden or text % {"document": document}, "file")


class DocumentForm(FileForm):
    class Meta:
        model = Document
        fields = "__all__"
        field_classes = {"file": DocumentFileField}

    fieldsets = (
        ("", ("document_type", "title", "number", "dated_on", "expires_on")),
        (gettext_lazy("File"), ("file", "keeps_place", "is_confidential")),
    )
    date_orders = (("dated_on", "expires_on"),)
    past_dates = ("dated_on",)
    rules = (_file_once,)

    def save(self, commit=True):
        file, document = self.cleaned_data.get("file"), self.instance
        if hasattr(file, "sha256"):
            document.taken_at = document.latitude = document.longitude = None
            self.keep(document, file)
        elif not file:
            document.sha256 = document.file_name = document.content_type = ""
            document.size = document.taken_at = document.latitude = document.longitude = None
        return super().save(commit)


def _new_document_dated(form):
    """Rules 7 and 8 for the document that is added in place."""
    dated, expires = form.cleaned_data.get("new_dated_on"), form.cleaned_data.get("new_expires_on")
    if dated and expires and expires < dated:
        yield error(_("The document expires before its date."), "new_expires_on")


class DocumentedForm(FileForm):
    """A form with a `document`: one on record is chosen, or a new one is added in place, with its file.

    Content that is on record already is not stored twice: the document that holds it is used, and the person told.
    """

    new_file = DocumentFileField(label=gettext_lazy("File"), required=False)
    new_type = forms.ModelChoiceField(
        DocumentType.objects.filter(is_active=True), label=gettext_lazy("Type of a new document"), required=False
    )
    new_title = TextField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Left empty, the name of the file."),
    )
    new_number = TextField(label=gettext_lazy("Number"), required=False, max_length=100)
    new_dated_on = DateField(label=gettext_lazy("Dated"), required=False)
    new_expires_on = DateField(label=gettext_lazy("Expires on"), required=False)

    document_fieldset = (
        gettext_lazy("Or a new document"),
        ("new_file", "keeps_place", "new_type", "new_title", "new_number", "new_dated_on", "new_expires_on"),
    )
    from_address = ("new_type",)
    needs_document = False
    rules = (_new_document_dated,)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "document" in self.fields:
            self.fields["document"].required = False

    def clean(self):
        data = self.cleaned_data
        file, title, chosen = data.get("new_file"), data.get("new_title"), data.get("document")
        if chosen and (file or title):
            self.add_error("document", _("Choose a document or add a new one, not both."))
        elif file or title:
            self._check_new(file, title)
        elif self.needs_document and not chosen and not {"document", "new_file"} & self.errors.keys():
            self.add_error("document", _("Choose a document, or add a new one below."))
        return super().clean()

    def _check_new(self, file, title):
        document, hidden = self.on_record(file) if file else (None, "")
        if hidden:
            self.add_error("new_file", hidden)
        elif document:
            self.cleaned_data |= {"document": document, "new_file": None, "new_title": ""}
            self.notes.append(
                _("This file was on record already: %(document)s. It is used here too.") % {"document": document}
            )
        elif not self.cleaned_data.get("new_type"):
            self.add_error("new_type", _("Say what type of document this is."))
        elif file and not title:
            self.cleaned_data["new_title"] = file.shown_name.rpartition(".")[0]

    def save(self, commit=True):
        if title := self.cleaned_data.get("new_title"):
            document = Document(
                document_type=self.cleaned_data["new_type"],
                title=title,
                number=self.cleaned_data.get("new_number") or "",
                dated_on=self.cleaned_data.get("new_dated_on"),
                expires_on=self.cleaned_data.get("new_expires_on"),
            )
            if file := self.cleaned_data.get("new_file"):
                self.keep(document, file)
            document.save()
            self.instance.document = document
        return super().save(commit)


class ProjectDocumentForm(DocumentedForm):
    class Meta:
        model = ProjectDocument
        fields = "__all__"

    fieldsets = (("", ("project", "document", "note")), DocumentedForm.document_fieldset)
    subjects = ("project",)
    needs_document = True


class AttachmentForm(DocumentedForm):
    class Meta:
        model = Attachment
        fields = "__all__"

    fieldsets = (("", (*ATTACHED_TO, "document", "note")), DocumentedForm.document_fieldset)
    subjects = ATTACHED_TO
    needs_document = True
