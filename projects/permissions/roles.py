"""Who people are: their roles, and what a role alone opens."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy

DISTRICT_EDITOR = "district_editor"
DEPARTMENT_EDITOR = "department_editor"
REVIEWER = "reviewer"
ANALYST = "analyst"
LEADERSHIP = "leadership"
ADMINISTRATOR = "administrator"
AUDITOR = "auditor"
ROLE_NAMES = {
    DISTRICT_EDITOR: gettext_lazy("district editor"),
    DEPARTMENT_EDITOR: gettext_lazy("department editor"),
    REVIEWER: gettext_lazy("reviewer"),
    ANALYST: gettext_lazy("analyst"),
    LEADERSHIP: gettext_lazy("leadership"),
    ADMINISTRATOR: gettext_lazy("administrator"),
    AUDITOR: gettext_lazy("auditor"),
}
EDITORS = {DISTRICT_EDITOR, DEPARTMENT_EDITOR}


def roles(user):
    """The user's role codes; read once a request. Superusers are administrators."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if not hasattr(user, "_role_codes"):
        names = user.role_names if hasattr(user, "role_names") else user.groups.values_list("name", flat=True)
        codes = set(names) & ROLE_NAMES.keys()
        user._role_codes = frozenset(codes | ({ADMINISTRATOR} if user.is_superuser else set()))
    return user._role_codes


def reader(user):
    """Hashable: whom an answer is for that is remembered for one person. What else decides lies in the data."""
    return user.pk, roles(user)


class Operator(AnonymousUser):
    """Whoever runs a command on the server: sees everything, and is nobody in particular."""

    is_authenticated = is_active = True
    _role_codes = frozenset({ADMINISTRATOR})


def is_administrator(user):
    return ADMINISTRATOR in roles(user)


def reviewers():
    """The users at work who review for everybody."""
    return get_user_model().objects.filter(groups__name=REVIEWER, is_active=True).distinct()


def administrators():
    """The users at work who administer the register, and give roles."""
    administers = Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR)
    people = get_user_model().objects.filter(administers, is_active=True)
    return people.distinct().order_by("last_name", "username")


def may_see_register(user):
    """Any role reads the register; a sign-in without a role sees nothing."""
    return bool(roles(user))


def may_enter_admin(user):
    return bool(roles(user) & {ADMINISTRATOR, AUDITOR})


def may_see_history(user):
    return may_see_register(user)


def may_see_contacts(user):
    """Phone numbers and e-mail addresses of persons: those who work with them."""
    return bool(roles(user) & (EDITORS | {REVIEWER, ADMINISTRATOR, LEADERSHIP}))


def may_see_confidential(user):
    """Amounts and documents marked confidential: all who answer for projects; not analysts."""
    return bool(roles(user) & (EDITORS | {REVIEWER, LEADERSHIP, AUDITOR, ADMINISTRATOR}))


def may_export(user):
    return may_see_register(user)
