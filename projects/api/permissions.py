"""Who may call: those who may see the register; tokens for reading change nothing. The rest is asked per record."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from projects import permissions
from projects.models import ApiToken
from projects.models.choices import TokenScope


class MaySee(BasePermission):
    def has_permission(self, request, view):
        if not request.user.is_authenticated:
            return False
        if not permissions.may_see_register(request.user):
            raise PermissionDenied(_("Your sign-in has no role yet. Ask an administrator for one."))
        if (
            request.method not in SAFE_METHODS
            and isinstance(request.auth, ApiToken)
            and request.auth.scope != TokenScope.WRITE
        ):
            raise PermissionDenied(_("This token is for reading only."))
        return True
