"""What all registered records share: versions, one write per submission, strict lists, real history."""

import uuid
from contextlib import nullcontext
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import Count, OuterRef, ProtectedError, RestrictedError, Subquery
from django.forms.models import ModelForm, _get_foreign_key
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import actions, permissions
from projects.admin import history, lists
from projects.admin.base import Fields, Permitted
from projects.admin.forms import CONTROL_FIELDS, form_of
from projects.forms.base import REFUSED_BY_DATABASE, sentence_of
from projects.models.base import CodeList, StaleRecord
from projects.models.functions import Fold
from tracker.errors import BadParameter

REFUSED_TO_DELETE = gettext_lazy("Nothing was deleted: other records stand on this one.")
WRITTEN = ("created_at", "created_by", "updated_at", "updated_by")
LONG_INLINE = 40  # rows; more are edited in their own list


class _NotSaved(Exception):
    """The form came back with errors: its answer, and nothing to keep of the submission."""

    def __init__(self, response):
        self.response = response


class RecordAdmin(Permitted, Fields, ModelAdmin):
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    save_on_top = False
    view_on_site = False
    search = None  # a folded expression over the model's own columns, as its index has it
    search_columns = ()  # without such an expression: the columns to fold
    search_related = {}  # foreign key: expression of the related model
    sorted_by_text = {"name_column": "name", "title_column": "title"}
    only_new = ()  # fields that are asked only of a new record
    linked = ()  # further foreign keys by which links of other pages narrow the list

    def __init__(self, model, admin_site):
        if self.form is ModelForm:  # none of its own was declared
            self.form = form_of(model)
        super().__init__(model, admin_site)

    # ---- Lists ----

    def get_changelist(self, request, **kwargs):
        return lists.RecordList

    def name_column(self, obj):
        return obj.name

    name_column.short_description = gettext_lazy("name")
    name_column.admin_order_field = "name"

    def title_column(self, obj):
        return obj.title

    title_column.short_description = gettext_lazy("title")
    title_column.admin_order_field = "title"

    def lookup_allowed(self, lookup, value, request=None):
        paths = set(self.linked)
        for entry in self.get_list_filter(request):
            if name := getattr(entry, "parameter_name", None):
                if lookup == name:
                    return True
            else:
                paths.add(entry if isinstance(entry, str) else entry[0])
        lists.check_lookup(self.model, paths, lookup, value)
        return True

    def get_search_fields(self, request):
        return [*(["pk"] if self.search else self.search_columns), *self.search_related]

    def get_search_results(self, request, queryset, search_term):
        text = search_term.replace("\x00", "")[: lists.SEARCH_LENGTH]
        document = self.search or (Fold(*self.search_columns) if self.search_columns else None)
        return lists.matching(queryset, document, self.search_related, text), False

    def changelist_view(self, request, extra_context=None):
        lists.check_parameters(request)
        if request.method == "POST":
            if not self.has_change_permission(request) and not self.get_actions(request):
                raise PermissionDenied
            self._check_selected(request)
        try:
            with transaction.atomic() if request.method == "POST" else nullcontext():
                return super().changelist_view(request, extra_context)
        except DataError as error:
            raise BadParameter({_("filter"): [_("The list cannot be filtered by this value.")]}) from error
        except (ProtectedError, RestrictedError, IntegrityError):
            self.message_user(request, REFUSED_TO_DELETE, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise lists.incorrect(error) from error

    def _check_selected(self, request):
        key = self.model._meta.pk
        for value in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not lists.fits(key, lists.EXACT, value):
                raise lists.unreadable(ACTION_CHECKBOX_NAME)

    # ---- Forms ----

    def get_readonly_fields(self, request, obj=None):
        fixed = ["code"] if obj and issubclass(self.model, CodeList) else []
        return [*super().get_readonly_fields(request, obj), *fixed, *self._written_by_system(obj)]

    def _written_by_system(self, obj):
        return list(WRITTEN) if obj and hasattr(obj, "version") else []

    def get_fieldsets(self, request, obj=None):
        fieldsets = [(title, dict(options)) for title, options in super().get_fieldsets(request, obj)]
        for _title, options in fieldsets:
            options["fields"] = [name for name in options["fields"] if self._is_asked(request, obj, name)]
        if written := self._written_by_system(obj):
            fieldsets.append((gettext_lazy("Record"), {"fields": [tuple(written)], "classes": ["collapse", "written"]}))
        return fieldsets

    def _is_asked(self, request, obj, name):
        """Some fields are for new records only; those beside the columns, for those who may write."""
        if obj is None or isinstance(name, tuple):
            return True
        is_shown = hasattr(self.model, name) or hasattr(self, name) or self.has_change_permission(request, obj)
        return name not in self.only_new and is_shown

    def get_form(self, request, obj=None, change=False, **kwargs):
        if kwargs.get("fields"):
            kwargs["fields"] = tuple(name for name in kwargs["fields"] if name not in CONTROL_FIELDS)
        if change and not self.has_change_permission(request, obj):
            kwargs["form"] = ModelForm
        labels = {field.name: label for field in self.model._meta.fields if (label := lists.label_with_language(field))}
        form = super().get_form(request, obj, change=change, **{"labels": labels} | kwargs)
        form.refusal, form.acting = getattr(request, "_refusal", ""), request.user
        return form

    def get_changeform_initial_data(self, request):
        """Only what the fields can read: an address with garbage opens an empty form."""
        initial = {}
        for name, value in request.GET.items():
            field = next((field for field in self.model._meta.fields if field.name == name and field.editable), None)
            if field is None or not lists.fits(field, lists.EXACT, value):
                continue
            if field.is_relation and not field.related_model._base_manager.filter(pk=value).exists():
                continue
            initial[name] = value if field.is_relation else field.to_python(value)
        return initial

    def get_inlines(self, request, obj):
        """Parts are added to a record that is there: the rules about them look at it in the register."""
        if obj is None or obj._state.adding:
            return []
        inlines = super().get_inlines(request, obj)
        if request.method == "POST":  # those that the form had
            return [inline for inline in inlines if f"{_prefix(inline, self.model)}-TOTAL_FORMS" in request.POST]
        counts = self._inline_counts(request, obj)
        return [inline for inline in inlines if counts.get(inline, 0) <= LONG_INLINE]

    def get_inline_instances(self, request, obj=None):
        """Inlines that have rows stand open."""
        inlines = super().get_inline_instances(request, obj)
        for inline in inlines:
            if self._inline_counts(request, obj).get(type(inline)):
                inline.classes = []
        return inlines

    def _inline_counts(self, request, obj):
        """How many rows each inline would show, in one query a request."""
        kept = request.__dict__.setdefault("_inline_counts", {})
        if (type(obj), obj.pk) not in kept:
            inlines = list(super().get_inlines(request, obj))
            counts = {f"n{number}": _count(inline, self.model) for number, inline in enumerate(inlines)}
            row = self.model._base_manager.filter(pk=obj.pk).values(**counts).first() if counts else {}
            kept[type(obj), obj.pk] = {inline: row[f"n{n}"] or 0 for n, inline in enumerate(inlines)} if row else {}
        return kept[type(obj), obj.pk]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["submission_key"] = uuid.uuid4()
        context["change_reason"] = request.POST.get("change_reason", "")
        forms = [context["adminform"].form]
        forms += [form for inline in context["inline_admin_formsets"] for form in inline.formset.forms]
        context["has_warnings"] = any(getattr(form, "warnings", ()) for form in forms)
        context["may_write"] = self.has_add_permission(request) if add else self.has_change_permission(request, obj)
        context["long_lists"] = list(self._long_lists(request, obj)) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _long_lists(self, request, obj):
        for inline, count in self._inline_counts(request, obj).items():
            if count > LONG_INLINE and inline.model in self.admin_site._registry:
                options = inline.model._meta
                key = _foreign_key(inline, self.model)
                url = reverse(f"{self.admin_site.name}:{options.app_label}_{options.model_name}_changelist")
                query = urlencode({f"{key.name}__{key.target_field.name}__exact": obj.pk})
                yield options.verbose_name_plural, count, f"{url}?{query}"

    # ---- Writing ----

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        def view():
            return super(RecordAdmin, self).changeform_view(request, object_id, form_url, extra_context)

        if request.method != "POST":
            return view()
        try:
            return self._once(request, view)
        except StaleRecord:  # changed in this very moment: read anew, the form now sees it
            return view()
        except REFUSED_BY_DATABASE as error:
            request._refusal = sentence_of(error, self.model)[1]
            return view()

    def _once(self, request, view):
        """Carry out a POST once for its submission key; a form with errors leaves the key free."""
        key = request.POST.get("submission_key", "")[:100].replace("\x00", "")
        if not key:
            return view()

        def write():
            response = kept["response"] = view()
            if not getattr(request, "_saved", False):
                raise _NotSaved(response)
            return {"location": response.get("Location", "")[:500], "status_code": response.status_code}

        kept = {}
        try:
            actions.submit_once(by=request.user, key=key, body=_body(request), write=write)
            return kept["response"]
        except _NotSaved as answer:
            return answer.response
        except actions.AlreadyDone as done:
            self.message_user(request, _("This form was already saved; nothing was written again."), messages.INFO)
            return HttpResponseRedirect(done.submission.location or reverse(f"{self.admin_site.name}:index"))
        except actions.DifferentBody as refused:
            request._refusal = str(refused)
            return view()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        request._saved = True

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except (ProtectedError, RestrictedError, *REFUSED_BY_DATABASE):
            self.message_user(request, REFUSED_TO_DELETE, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # The triggers keep the history of the register's records; a second log beside it would only differ. Of the
    # others (users, groups, tokens) there is Django's own log.

    @property
    def is_recorded(self):
        return hasattr(self.model, "pgh_event_model")

    def log_addition(self, request, obj, message):
        return None if self.is_recorded else super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        return None if self.is_recorded else super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        return None if self.is_recorded else super().log_deletions(request, queryset)

    def history_view(self, request, object_id, extra_context=None):
        if not self.is_recorded:
            return super().history_view(request, object_id, extra_context)
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, obj) or not permissions.may_see_history(request.user):
            raise PermissionDenied
        entries, older = history.page(request.user, obj, request.GET.get("page", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % obj,
            "subtitle": None,
            "entries": entries,
            "older": older,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": obj,
            "opts": self.opts,
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/record_history.html", context)


def _foreign_key(inline, parent):
    return _get_foreign_key(parent, inline.model, fk_name=inline.fk_name)


def _prefix(inline, parent):
    return _foreign_key(inline, parent).remote_field.get_accessor_name(model=inline.model)


def _count(inline, parent):
    key = _foreign_key(inline, parent)
    rows = inline.model._base_manager.filter(**{key.name: OuterRef("pk")}).order_by()
    return Subquery(rows.values(key.name).annotate(n=Count("pk")).values("n"), output_field=models.IntegerField())


def _body(request):
    """What a form sent, as bytes that are the same when it is sent again; no password goes into a hash so fast."""
    names = [name for name in request.POST if name != "csrfmiddlewaretoken" and "password" not in name]
    fields = sorted((name, value) for name in names for value in request.POST.getlist(name))
    files = sorted((name, file.name, str(file.size)) for name, file in request.FILES.items())
    return repr((fields, files)).encode()
