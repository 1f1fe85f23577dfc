"""Forms of figures and facts: no row without a statement."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from projects import wording
from projects.forms.base import RecordForm
from projects.forms.fields import TextField
from projects.forms.lookups import LookupField
from projects.models import Source, Statement
from projects.models.choices import DatePrecision, SourceKind, StatementKind

TITLE_LIMIT = 300  # characters


class SourcedForm(RecordForm):
    """A form of a fact: its statement is chosen, or written in place (rule 28)."""

    new_source = LookupField(
        Source.objects.all(),
        label=gettext_lazy("Source of a new statement"),
        required=False,
        help_text=gettext_lazy("The document, letter, article or report, if its statement is not on record yet."),
    )
    new_words = TextField(
        label=gettext_lazy("What it says, in your own words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("In the language that you read this page in."),
    )
    new_locator = TextField(
        label=gettext_lazy("Where in the source"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Page, paragraph or table."),
    )

    source_fieldset = (gettext_lazy("Source"), ("statement", "new_source", "new_words", "new_locator", "certainty"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "statement" in self.fields:
            self.fields["statement"].required = False
            for name in ("statement", "new_source", "new_words"):
                self.fields[name].is_needed = True  # one of them or the other two
            if "document" in self.fields:
                self.fields["statement"].help_text = _("Not needed with a document: the document is the source then.")

    def clean(self):
        # Rule 28 (E): no figure without its source.
        data = self.cleaned_data
        chosen, source, words = data.get("statement"), data.get("new_source"), data.get("new_words")
        if "statement" in self.fields and "statement" not in self.errors and "new_source" not in self.errors:
            if chosen and words:
                self.add_error("new_words", _("Choose a statement or write a new one, not both."))
            elif words and not source:
                self.add_error("new_source", _("Choose the source that says so."))
            elif not chosen and not words and (source or not self._has_document(data)):
                text = _("Say where this figure comes from (document, letter, article, statement).")
                self.add_error("new_words" if source else "statement", text)
        return super().clean()

    @staticmethod
    def _has_document(data):
        """Whether a document is given that may be named as the source: a confidential one is not."""
        document = data.get("document")
        return bool(data.get("new_title")) if document is None else not document.is_confidential

    def save(self, commit=True):
        if words := self.cleaned_data.get("new_words"):
            self.instance.statement = self._new_statement(self.cleaned_data["new_source"], **in_my_language(words))
        elif self.instance.statement_id is None and getattr(self.instance, "document", None) is not None:
            self.instance.statement = self._shown_by(self.instance.document)
        return super().save(commit)

    def _shown_by(self, document):
        """The statement that a document shows this; the document becomes a source, once."""
        source, _made = Source.objects.get_or_create(
            code=f"document-{document.pk}",
            defaults={
                "kind": SourceKind.DOCUMENT,
                "published_on": document.dated_on,
                "date_precision": DatePrecision.DAY if document.dated_on else DatePrecision.UNKNOWN,
                **wording.in_each_language("title", lambda: str(document)[:TITLE_LIMIT]),
            },
        )
        return self._new_statement(
            source,
            **wording.in_each_language(
                "text",
                lambda: (
                    _("%(what)s. Shown by the document “%(document)s”.") % {"what": self.instance, "document": document}
                ),
            ),
        )

    def _new_statement(self, source, **texts):
        return source.add_statement(
            kind=StatementKind.FIGURE if hasattr(self.instance, "bound") else StatementKind.FACT,
            locator=self.cleaned_data.get("new_locator", ""),
            certainty=self.cleaned_data.get("certainty") or Statement._meta.get_field("certainty").default,
            **texts,
        )


def in_my_language(words):
    """The column of a statement's text in the reader's language."""
    return {f"text_{(get_language() or settings.LANGUAGE_CODE).replace('-', '_')}": words}
