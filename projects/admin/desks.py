"""What belongs to people at work, in the admin: views, notices, imports, keys of submissions."""

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.admin.base import ReadOnly, RecordInline
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import (
    ApiToken,
    Autosave,
    ImportedFile,
    ImportJob,
    ImportRun,
    Notice,
    PeriodReport,
    SavedMapping,
    SavedView,
    Submission,
    Subscription,
    Webhook,
    WebhookDelivery,
)
from projects.notices import text_of


class SubscriptionInline(RecordInline):
    model = Subscription
    fields = ("user", "frequency")


@register(SavedView, site=site)
class SavedViewAdmin(RecordAdmin):
    list_display = ("name", "path", "owner", "audience", "group", "is_default")
    list_select_related = ("owner", "group")
    list_filter = ("audience", "is_default")
    linked = ("owner", "group")
    search_columns = ("name", "query")
    inlines = (SubscriptionInline,)
    fieldsets = (
        (None, {"fields": ["name", "owner", ("audience", "person", "group"), "is_default"]}),
        (_("What it shows"), {"fields": ["path", "query", "as_of_rule"]}),
    )


@register(Subscription, site=site)
class SubscriptionAdmin(RecordAdmin):
    list_display = ("user", "view", "frequency")
    list_select_related = ("user", "view")
    list_filter = ("frequency",)
    linked = ("user", "view")
    fieldsets = ((None, {"fields": ["view", "user", "frequency"]}),)


@register(ApiToken, site=site)
class ApiTokenAdmin(ReadOnly, RecordAdmin):
    """Tokens are made by their owners; an administrator may take one away."""

    list_display = ("name", "user", "scope", "created_at", "last_used_at", "expires_on")
    list_select_related = ("user",)
    list_filter = ("scope",)
    linked = ("user",)
    search_columns = ("name",)
    fieldsets = ((None, {"fields": ["name", "user", "scope", ("created_at", "last_used_at"), "expires_on"]}),)

    def has_delete_permission(self, request, obj=None):
        return permissions.is_administrator(request.user)


@register(Notice, site=site)
class NoticeAdmin(ReadOnly, RecordAdmin):
    list_display = ("sentence", "user", "created_at", "read_at")
    list_select_related = ("user",)
    linked = ("user",)
    search_columns = ("key", "message")
    readonly_fields = ("sentence",)
    fieldsets = ((None, {"fields": ["user", "key", "sentence", "url", ("read_at", "mailed_at")]}),)

    @display(description=_("message"))
    def sentence(self, obj):
        return text_of(obj)


@register(ImportJob, site=site)
class ImportJobAdmin(ReadOnly, RecordAdmin):
    list_display = ("file_name", "owner", "status", "created_at")
    list_select_related = ("owner",)
    list_filter = ("status",)
    linked = ("owner",)
    search_columns = ("file_name", "sha256")
    fieldsets = (
        (None, {"fields": ["file_name", "sha256", "owner", "status", "as_of", "reason"]}),
        (_("How it was read, and what came of it"), {"fields": ["mapping", "counts", "errors", "done_at"]}),
        (_("Review"), {"fields": ["reviewer", "review_comment"]}),
    )


@register(ImportedFile, site=site)
class ImportedFileAdmin(ReadOnly, RecordAdmin):
    list_display = ("job", "fingerprint")
    list_select_related = ("job",)
    linked = ("job",)
    search_columns = ("fingerprint",)
    fieldsets = ((None, {"fields": ["job", "fingerprint", "choices", "written"]}),)


@register(ImportRun, site=site)
class ImportRunAdmin(ReadOnly, RecordAdmin):
    list_display = ("job", "state", "step", "done", "total", "beat_at")
    list_filter = ("state",)
    list_select_related = ("job",)
    linked = ("job",)
    search_columns = ("message",)
    fieldsets = ((None, {"fields": ["job", "state", "step", "done", "total", "beat_at", "message"]}),)


@register(SavedMapping, site=site)
class SavedMappingAdmin(ReadOnly, RecordAdmin):
    list_display = ("name", "department", "updated_at")
    list_select_related = ("department",)
    linked = ("department",)
    search_columns = ("name", "shape")
    fieldsets = ((None, {"fields": ["name", "department", "shape", "mapping"]}),)


@register(Submission, site=site)
class SubmissionAdmin(ReadOnly, RecordAdmin):
    list_display = ("key", "user", "status_code", "location", "created_at")
    list_select_related = ("user",)
    linked = ("user",)
    search_columns = ("key", "location")
    fieldsets = ((None, {"fields": ["user", "key", "created_at", "status_code", "location", "response", "body_hash"]}),)


@register(Autosave, site=site)
class AutosaveAdmin(ReadOnly, RecordAdmin):
    list_display = ("update", "saved_at", "revision")
    list_select_related = ("update__project",)
    linked = ("update",)
    search_columns = ("page",)
    fieldsets = ((None, {"fields": ["update", "page", "revision", "saved_at", "typed"]}),)


@register(PeriodReport, site=site)
class PeriodReportAdmin(ReadOnly, RecordAdmin):
    list_display = ("period", "as_of", "known_at", "closed_by")
    list_select_related = ("period", "closed_by")
    linked = ("period", "closed_by")
    search_columns = ("sha256",)
    fieldsets = ((None, {"fields": ["period", "as_of", "known_at", "closed_by", "sha256", "content"]}),)


@register(Webhook, site=site)
class WebhookAdmin(RecordAdmin):
    list_display = ("name", "address", "is_active")
    list_filter = ("is_active",)
    search_columns = ("name", "address")
    readonly_fields = ("secret_column",)
    fieldsets = ((None, {"fields": ["name", "address", "is_active", "secret_number", "secret_column"]}),)

    def get_fieldsets(self, request, obj=None):
        """Who only looks does not see the secret, and a webhook has one when it is saved."""
        title, options = super().get_fieldsets(request, obj)[0]
        is_shown = obj is not None and obj.pk and permissions.is_administrator(request.user)
        return [(title, options if is_shown else {"fields": options["fields"][:-1]})]

    def secret_column(self, obj):
        return obj.secret

    secret_column.short_description = _("secret")


@register(WebhookDelivery, site=site)
class WebhookDeliveryAdmin(ReadOnly, RecordAdmin):
    list_display = ("webhook", "event", "project", "created_at", "attempts", "delivered_at", "status_code", "error")
    list_select_related = ("webhook", "project")
    list_filter = ("event",)
    linked = ("webhook", "project")
    search_columns = ("error",)
    fieldsets = (
        (None, {"fields": ["webhook", "event", "project", "update", "created_at"]}),
        (None, {"fields": ["attempts", "next_at", "delivered_at", "status_code", "error"]}),
    )
