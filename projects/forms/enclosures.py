"""What is enclosed with a report: photographs and documents that hang on the update, and with it on its project."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.forms.documents import KeepsFiles
from projects.forms.files import DocumentFilesField
from projects.models import Attachment, Document, DocumentType

PHOTO, OTHER = "site_photo", "other"  # what files are taken for where their sender does not say


class EnclosureForm(KeepsFiles):
    """Files for one update. Content that is on record already is not stored twice: that document is enclosed.

    Args (beside those of Form): user, who encloses.
    """

    files = DocumentFilesField(
        label=gettext_lazy("Add photographs and documents"),
        required=False,
        help_text=gettext_lazy(
            "Several at once, from the camera too. Photographs are made smaller before they are sent."
        ),
    )
    files_type = forms.ModelChoiceField(
        DocumentType.objects.filter(is_active=True),
        label=gettext_lazy("What these files are"),
        required=False,
        help_text=gettext_lazy("Left empty, pictures are photographs of the site, all else other documents."),
    )

    field_order = ("files", "files_type", "keeps_place")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        self.found = []  # (file, the document that holds it already or None, type)
        types = DocumentType.objects.filter(is_active=True).in_bulk([PHOTO, OTHER])
        for file in self.cleaned_data.get("files") or []:
            document, hidden = self.on_record(file)
            is_picture = file.kind[1].startswith("image/")
            kind = self.cleaned_data.get("files_type") or types.get(PHOTO if is_picture else OTHER)
            if hidden:
                self.add_error("files", f"{file.shown_name}: {hidden}")
            elif kind is None and document is None:
                self.add_error("files_type", _("Say what type of document this is."))
            elif all(file.sha256 != other.sha256 for other, _document, _kind in self.found):
                self.found.append((file, document, kind))
        return self.cleaned_data

    def enclose(self, update):
        """Hang the files on the update, which is saved; to be called in a transaction."""
        for file, document, kind in self.found:
            if document is None:
                document = Document(document_type=kind, title=file.shown_name.rpartition(".")[0])
                self.keep(document, file)
                document.save()
            Attachment.objects.get_or_create(update=update, document=document)
