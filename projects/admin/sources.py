"""Sources, their statements, and documents in the admin."""

from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import RecordInline, named
from projects.admin.lists import Untranslated
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import Attachment, Document, Source, Statement
from projects.models.attachments import ATTACHED_TO
from projects.models.organisations import ORGANISATION_SEARCH
from projects.models.sources import STATEMENT_SEARCH


class StatementInline(RecordInline):
    model = Statement
    fields = ("code", "position", "kind", "text_kk", "text_ru", "locator", "speaker", "certainty")


@register(Source, site=site)
class SourceAdmin(RecordAdmin):
    list_display = ("code", "title_column", "kind", "publisher", "published_on", "date_precision")
    list_select_related = ("publisher",)
    list_filter = ("kind", "language", Untranslated)
    search_columns = ("code", "title_kk", "title_ru", "title_en", "title_zh_hans", "url")
    search_related = {"publisher": ORGANISATION_SEARCH}
    inlines = (StatementInline,)
    fieldsets = (
        (None, {"fields": ["code", "kind", "language", "url", "publisher", "photo_credit"]}),
        named("title", title=_("Title in four languages")),
        (
            _("Date"),
            {
                "fields": [("published_on", "date_precision")],
                "description": _("A date that is not known stays empty, with the precision “unknown”."),
            },
        ),
        named("date_note", title=_("Note on the date"), description=None, classes=["collapse"]),
    )


@register(Statement, site=site)
class StatementAdmin(RecordAdmin):
    list_display = ("code", "text_column", "source", "kind", "certainty", "speaker")
    list_select_related = ("source", "speaker")
    list_filter = ("kind", "certainty", Untranslated)
    linked = ("source",)
    search = STATEMENT_SEARCH
    fieldsets = (
        (None, {"fields": ["source", "code", "position", "kind", "locator", "speaker", "certainty", "contradicts"]}),
        named(
            "text",
            title=_("What it says, in our own words"),
            description=_("Never the words of the source: a short sentence of ours that says what is claimed."),
        ),
        named("note", title=_("What is unclear"), description=None, classes=["collapse"]),
    )

    def text_column(self, obj):
        return obj.text[:160]

    text_column.short_description = _("what it says, in our own words")


@register(Document, site=site)
class DocumentAdmin(RecordAdmin):
    list_display = ("title", "document_type", "number", "dated_on", "expires_on", "is_confidential")
    list_select_related = ("document_type",)
    list_filter = ("document_type", "is_confidential")
    search_columns = ("title", "number", "file_name")
    fieldsets = (
        (None, {"fields": ["document_type", "title", "number", ("dated_on", "expires_on"), "is_confidential"]}),
        (_("File"), {"fields": ["file", ("file_name", "content_type", "size"), "sha256"]}),
        (_("Photo"), {"fields": ["taken_at", ("latitude", "longitude")], "classes": ["collapse"]}),
    )
    readonly_fields = ("file_name", "content_type", "size", "sha256", "taken_at", "latitude", "longitude")


@register(Attachment, site=site)
class AttachmentAdmin(RecordAdmin):
    list_display = ("document", "record", "note")
    list_select_related = ("document__document_type", *ATTACHED_TO)
    search_columns = ("document__title", "note")
    linked = ("document", *ATTACHED_TO)
    fieldsets = (
        (None, {"fields": ["document", "note"]}),
        (
            _("Belongs to"),
            {"fields": [*ATTACHED_TO], "description": _("Choose exactly one record that this belongs to.")},
        ),
    )
