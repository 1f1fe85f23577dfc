"""What belongs to people at work, in the admin: views, notices, imports, keys of submissions."""

from django.contrib.admin import register
from django.utils.translation import gettext_lazy as _

from projects.admin.base import ReadOnly, RecordAdmin, RecordInline
from projects.admin.site import site
from projects.models import ImportJob, Notice, SavedView, Submission, Subscription


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
        (None, {"fields": ["name", "owner", ("audience", "group"), "is_default"]}),
        (_("What it shows"), {"fields": ["path", "query"]}),
    )


@register(Subscription, site=site)
class SubscriptionAdmin(RecordAdmin):
    list_display = ("user", "view", "frequency")
    list_select_related = ("user", "view")
    list_filter = ("frequency",)
    linked = ("user", "view")
    fieldsets = ((None, {"fields": ["view", "user", "frequency"]}),)


@register(Notice, site=site)
class NoticeAdmin(ReadOnly, RecordAdmin):
    list_display = ("message", "user", "created_at", "read_at")
    list_select_related = ("user",)
    linked = ("user",)
    search_columns = ("key", "message")
    fieldsets = ((None, {"fields": ["user", "key", "message", "parameters", "url", "read_at"]}),)


@register(ImportJob, site=site)
class ImportJobAdmin(ReadOnly, RecordAdmin):
    list_display = ("file_name", "owner", "status", "created_at")
    list_select_related = ("owner",)
    list_filter = ("status",)
    linked = ("owner",)
    search_columns = ("file_name", "sha256")
    fieldsets = (
        (None, {"fields": ["file_name", "sha256", "owner", "status"]}),
        (_("How it was read, and what came of it"), {"fields": ["mapping", "counts", "errors"]}),
    )


@register(Submission, site=site)
class SubmissionAdmin(ReadOnly, RecordAdmin):
    list_display = ("key", "user", "status_code", "location", "created_at")
    list_select_related = ("user",)
    linked = ("user",)
    search_columns = ("key", "location")
    fieldsets = ((None, {"fields": ["user", "key", "created_at", "status_code", "location", "response", "body_hash"]}),)
