"""Users, roles, scopes and refused sign-ins in the admin.

Rights come from roles alone: the permissions and the staff flag of Django are not shown. Nobody but a superuser
edits a superuser, and the register never loses its last administrator.
"""

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt, AccessLog
from axes.utils import reset
from django import forms
from django.contrib import messages
from django.contrib.admin import RelatedFieldListFilter, action, display, register
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from projects import permissions, second_factor
from projects.admin.base import ReadOnly, RecordInline
from projects.admin.forms import Refusing
from projects.admin.record import RecordAdmin
from projects.admin.site import site
from projects.models import SecondFactorEvent, StaffMember
from projects.signin import password_again

User = get_user_model()


def other_administrators(user):
    """Active administrators beside the user; their rows stay locked until the transaction ends."""
    keys = permissions.administrators().exclude(pk=user.pk).order_by().values("pk")
    return list(User.objects.select_for_update().filter(pk__in=keys).values_list("pk", flat=True))


class AsksForPassword:
    """Records that decide who gets in, and as what: opened and changed with the password typed a short while ago.

    Who may only look is not asked.
    """

    def changelist_view(self, request, extra_context=None):
        again = password_again(request) if request.method == "POST" else None
        return again or super().changelist_view(request, extra_context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        again = password_again(request) if permissions.is_administrator(request.user) else None
        return again or super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        return password_again(request) or super().delete_view(request, object_id, extra_context)


class ScopeInline(RecordInline):
    model = StaffMember
    fk_name = "user"
    fields = ("department", "superior", "language", "places", "sectors")
    verbose_name_plural = _("department, districts and sectors")
    classes = []


class PersonForm(Refusing, UserChangeForm):
    """Refuses to take the last administrator from the register."""

    def clean(self):
        data = super().clean()
        before = self.instance
        was = before.is_active and (
            before.is_superuser or before.groups.filter(name=permissions.ADMINISTRATOR).exists()
        )
        groups = data.get("groups", before.groups.all())
        stays = data.get("is_active", before.is_active) and (
            data.get("is_superuser", before.is_superuser)
            or any(group.name == permissions.ADMINISTRATOR for group in groups)
        )
        if was and not stays and not other_administrators(before):
            raise ValidationError(_("This is the last active administrator. Appoint another one first."), code="last")
        return data


class NewPersonForm(Refusing, UserCreationForm):
    pass


class NewPasswordForm(AdminPasswordChangeForm):
    """Without the choice to have none: there is no other way to sign in, and who is not to is switched off."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)


def _as_logged(value):
    """A field's value as JSON has it; roles by their names."""
    return value if isinstance(value, bool | str | None) else sorted(group.name for group in value)


class RoleFilter(RelatedFieldListFilter):
    """People by role, the roles under the names that people read."""

    def field_choices(self, field, request, model_admin):
        choices = super().field_choices(field, request, model_admin)
        return [(key, permissions.ROLE_NAMES.get(name, name)) for key, name in choices]


@register(User, site=site)
class PersonAdmin(AsksForPassword, RecordAdmin, UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    list_display = (
        "username",
        "first_name",
        "last_name",
        "email",
        "roles_column",
        "is_active",
        "has_phone",
        "last_login",
    )
    list_filter = ("is_active", ("groups", RoleFilter))
    search_columns = ("username", "first_name", "last_name", "email")
    actions = ("reset_second_factor",)
    ordering = ("username",)
    filter_horizontal = ()
    inlines = (ScopeInline,)
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"classes": ["wide"], "fields": ["username", "password1", "password2"]}),)
    fieldsets = (
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": [("first_name", "last_name"), "email"]}),
        (
            _("Roles"),
            {
                "fields": ["is_active", "is_superuser", "groups"],
                "description": _(
                    "What a person may see and do follows from the roles; what an editor may change, "
                    "from the districts and sectors below."
                ),
            },
        ),
        (_("Important dates"), {"fields": [("last_login", "date_joined")]}),
    )

    def get_queryset(self, request):
        phones = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).prefetch_related("groups").annotate(phone=Exists(phones))

    def get_readonly_fields(self, request, obj=None):
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else [*fixed, "is_superuser"]

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        field = super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple, **kwargs)
        field.label_from_instance = lambda group: permissions.ROLE_NAMES.get(group.name, group.name)
        field.help_text = ""
        return field

    def has_change_permission(self, request, obj=None):
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Nobody is deleted, also not who has done nothing yet: Django would take along what its log says of them."""
        return False

    def user_change_password(self, request, id, form_url=""):
        return password_again(request) or super().user_change_password(request, id, form_url)

    def save_related(self, request, form, formsets, change):
        """The staff flag follows the roles: other parts of Django ask it who may enter here."""
        super().save_related(request, form, formsets, change)
        user = form.instance
        names = set(user.groups.values_list("name", flat=True))
        user.is_staff = user.is_superuser or bool(names & {permissions.ADMINISTRATOR, permissions.AUDITOR})
        user.save(update_fields=["is_staff"])

    def construct_change_message(self, request, form, formsets, add=False):
        """Django's, and beside it what each field was and became: of accounts there is no other history."""
        message = super().construct_change_message(request, form, formsets, add)
        fields = form._meta.model._meta._forward_fields_map if isinstance(form, PersonForm) else {}  # no password
        names = [name for name in form.changed_data if name in fields]
        states = [[name, _as_logged(form.initial.get(name)), _as_logged(form.cleaned_data[name])] for name in names]
        return [*message, {"states": states}] if states else message

    def has_reset_permission(self, request):
        return permissions.is_administrator(request.user)

    @action(description=_("Reset the second factor, for somebody who lost the phone"), permissions=["reset"])
    def reset_second_factor(self, request, queryset):
        """Of others alone, and of superusers by superusers: one's own is turned off with password and code."""
        count = 0
        for person in queryset:
            if person == request.user or not self.has_change_permission(request, person):
                text = gettext("The second factor of %(name)s is not yours to reset.") % {"name": person}
                self.message_user(request, text, messages.ERROR)
            else:
                address = get_client_ip_address(request)
                count += second_factor.reset(person=person, by=request.user, address=address)
        text = ngettext("%(count)d second factor was reset.", "%(count)d second factors were reset.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    @display(description=_("second factor"), boolean=True)
    def has_phone(self, obj):
        return obj.phone

    @display(description=_("roles"))
    def roles_column(self, obj):
        names = [str(permissions.ROLE_NAMES.get(group.name, group.name)) for group in obj.groups.all()]
        return ", ".join([gettext("superuser")] * obj.is_superuser + names)


class GroupForm(Refusing, forms.ModelForm):
    def clean_name(self):
        name = self.cleaned_data["name"]
        if name in permissions.ROLE_NAMES and name != self.initial.get("name"):
            raise ValidationError(_("This is the name of a role."))
        return name


@register(Group, site=site)
class GroupAdmin(RecordAdmin):
    """Roles are fixed; further groups may be made for shared views."""

    form = GroupForm
    list_display = ("name", "role_column", "members_column")
    search_columns = ("name",)
    ordering = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": ["name", "members_column"],
                "description": _("Roles are part of the application. Other groups serve to share views."),
            },
        ),
    )
    readonly_fields = ("members_column",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(members=Count("user", filter=Q(user__is_active=True)))

    def _is_role(self, obj):
        return isinstance(obj, Group) and obj.name in permissions.ROLE_NAMES

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self._is_role(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self._is_role(obj)

    @display(description=_("role"))
    def role_column(self, obj):
        return permissions.ROLE_NAMES.get(obj.name, "")

    @display(description=_("active members"))
    def members_column(self, obj):
        return getattr(obj, "members", 0)


@register(StaffMember, site=site)
class StaffMemberAdmin(AsksForPassword, RecordAdmin):
    list_display = ("user", "department", "places_column", "sectors_column")
    list_select_related = ("user", "department")
    linked = ("department", "superior", "user", "delegate")
    fieldsets = (
        (
            None,
            {
                "fields": ["user", ("department", "superior"), "language", "places", "sectors"],
                "description": _("What an editor answers for. Districts count with all places in them."),
            },
        ),
        (_("Leave"), {"fields": [("away_from", "away_until"), "delegate"]}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("places", "sectors")

    @display(description=_("districts"))
    def places_column(self, obj):
        return ", ".join(map(str, obj.places.all()))

    @display(description=_("sectors"))
    def sectors_column(self, obj):
        return ", ".join(map(str, obj.sectors.all()))


class SignInAdmin(ReadOnly, RecordAdmin):
    """What the sign-in guard has written down."""


@register(AccessAttempt, site=site)
class AccessAttemptAdmin(SignInAdmin):
    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "user_agent")
    search_columns = ("username", "user_agent")
    actions = ("unlock",)
    fieldsets = (
        (
            None,
            {"fields": ["username", "ip_address", "failures_since_start", "attempt_time", "path_info", "user_agent"]},
        ),
    )

    def has_unlock_permission(self, request):
        return permissions.is_administrator(request.user)

    @action(description=_("Unlock: forget the failed attempts"), permissions=["unlock"])
    def unlock(self, request, queryset):
        count = 0
        for name, address in queryset.values_list("username", "ip_address").distinct():
            count += reset(username=name, ip=address)
        text = ngettext("%(count)d entry was removed.", "%(count)d entries were removed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@register(AccessLog, site=site)
class AccessLogAdmin(SignInAdmin):
    list_display = ("username", "ip_address", "attempt_time", "logout_time", "user_agent")
    search_columns = ("username", "user_agent")
    fieldsets = (
        (None, {"fields": ["username", "ip_address", "attempt_time", "logout_time", "path_info", "user_agent"]}),
    )


@register(SecondFactorEvent, site=site)
class SecondFactorEventAdmin(SignInAdmin):
    list_display = ("person", "change", "by", "at", "ip_address")
    list_select_related = ("person", "by")
    list_filter = ("change",)
    linked = ("person", "by")
    fieldsets = ((None, {"fields": ["person", "change", "by", "at", "ip_address"]}),)
