"""What records and the inlines on their pages share: permissions, form fields, fieldsets in four languages."""

from django.conf import settings
from django.contrib.admin import TabularInline
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth import get_user_model
from django.db import models
from django.forms.models import ModelForm
from django.utils.translation import gettext_lazy
from translated_fields import to_attribute

from projects import permissions
from projects.admin import lists
from projects.admin.forms import VERSION, LookUp, LookUpMany, RecordFormSet, form_of, kept_choices
from projects.models import (
    Agreement,
    Amount,
    Container,
    Document,
    Engagement,
    Indicator,
    Milestone,
    Obligation,
    Organisation,
    Person,
    Phase,
    Place,
    Programme,
    Project,
    ReportingPeriod,
    SavedView,
    Sector,
    Shipment,
    Source,
    Statement,
    Update,
)

# Models that are searched, not listed in a menu.
# fmt: off
LOOKED_UP = {
    Agreement, Amount, Container, Document, Engagement, Indicator, Milestone, Obligation, Organisation, Person,
    Phase, Place, Programme, Project, ReportingPeriod, SavedView, Sector, Shipment, Source, Statement, Update,
    get_user_model(),
}
# fmt: on


def in_languages(*names):
    """Fieldset rows: each text in four languages, Kazakh first."""
    return [to_attribute(name, code) for name in names for code, _name in settings.LANGUAGES]


NAME = gettext_lazy("Name in four languages")
ABOUT_NAMES = gettext_lazy("Kazakh comes first, Russian is equal to it by law; English and Chinese are welcome.")


def named(*names, title=NAME, **options):
    """The fieldset of texts in four languages."""
    return (title, {"fields": in_languages(*(names or ("name",))), "description": ABOUT_NAMES} | options)


class Permitted:
    """Every question of Django's admin about rights goes to projects.permissions."""

    def has_module_permission(self, request):
        return permissions.may_enter_admin(request.user)

    def has_view_permission(self, request, obj=None):
        return permissions.may_enter_admin(request.user)

    def has_add_permission(self, request, obj=None):
        """Auditors only look here, also at what any role may add on the pages."""
        return permissions.is_administrator(request.user) and permissions.may_add(request.user, self.model)

    def has_change_permission(self, request, obj=None):
        if obj is None or not isinstance(obj, self.model):  # in general, or a row of an inline
            return self.has_add_permission(request)
        return permissions.is_administrator(request.user) and permissions.may_change(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj) and permissions.may_delete(request.user, obj)

    def get_queryset(self, request):
        return permissions.visible_to(request.user, super().get_queryset(request))


class Fields:
    """Form fields shared by records and inlines: labels that name the language, look-ups instead of long menus."""

    # Whole numbers are typed as people write them in their language, which a number input would not show.
    formfield_overrides = {models.IntegerField: {"widget": AdminTextInputWidget(attrs={"class": "vIntegerField"})}}

    def get_autocomplete_fields(self, request):
        return [
            field.name
            for field in (*self.model._meta.fields, *self.model._meta.many_to_many)
            if field.is_relation and field.related_model._meta.concrete_model in LOOKED_UP
        ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.is_relation:
            field.widget.can_delete_related = False  # one deletes on the page of the row itself
        if field and (label := lists.label_with_language(db_field)):
            field.label = label
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LookUp(db_field, self.admin_site))
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field:
            field.iterator = kept_choices(request)
        return field

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LookUpMany(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class RecordInline(Permitted, Fields, TabularInline):
    formset = RecordFormSet
    extra = 0
    show_change_link = True
    classes = ["collapse"]

    def __init__(self, parent_model, admin_site):
        self.form = form_of(self.model, in_inline=True)
        super().__init__(parent_model, admin_site)

    def get_fieldsets(self, request, obj=None):
        hidden = [VERSION] if self.has_change_permission(request, obj) else []
        return [(None, {"fields": [*self.fields, *hidden]})]

    def get_formset(self, request, obj=None, **kwargs):
        kwargs["fields"] = list(self.fields)
        if not self.has_change_permission(request, obj):
            kwargs["form"] = ModelForm
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.acting = request.user
        return formset

    def get_queryset(self, request):
        keys = [field.name for field in self.model._meta.fields if field.is_relation and field.editable]
        many = [field.name for field in self.model._meta.many_to_many if field.name in self.fields]
        return super().get_queryset(request).select_related(*keys).prefetch_related(*many)


class ReadOnly:
    """Rows that the system writes: seen, never added, changed or deleted by hand."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
