"""`manage.py create_demo_users`: one sign-in for each kind of work, for a demonstration only."""

import os

import pghistory
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from projects.models import Place, Project, ReportingCycle, StaffMember

PASSWORD = "demo-tracker-2026"
PROGRAMME = "china-wkr"
# The role (a group of migration 0003) and the place of each; curators get the brief's projects.
USERS = {
    "admin": ("administrator", None),
    "reviewer": ("reviewer", None),
    "editor": ("district_editor", "271000000"),
    "editor2": ("district_editor", "275400000"),
    "analyst": ("analyst", None),
    "outsider": (None, None),
}
CURATOR = "editor"
CYCLE = "district_monthly"  # put in use where none is, so that there is something to report


class Command(BaseCommand):
    help = "Creates the sign-ins of a demonstration; refuses where DEMO is off. The password is DEMO_PASSWORD."

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError(_("DEMO is off: demonstration sign-ins, whose password is known, are not created here."))
        places = {place for _role, place in USERS.values() if place}
        if Place.objects.filter(code__in=places).count() < len(places):
            raise CommandError(_("The districts are missing. Load them first: manage.py load_reference."))
        with transaction.atomic(), pghistory.context(door="command", reason="create_demo_users"):
            for name, (role, place) in USERS.items():
                _create(name, role, place)
            curator = User.objects.get(username=CURATOR)
            Project.objects.filter(programme__code=PROGRAMME, curator=None).update(curator=curator)
            if not ReportingCycle.objects.filter(is_active=True).exists():
                ReportingCycle.objects.filter(code=CYCLE).update(is_active=True)
        self.stdout.write(_("Demonstration sign-ins: %(names)s") % {"names": ", ".join(USERS)})


def _create(name, role, place):
    """The user with this role and place; a password that somebody set is left alone."""
    is_admin = name == "admin"
    user, _created = User.objects.get_or_create(
        username=name, defaults={"is_staff": is_admin, "is_superuser": is_admin}
    )
    if not user.password or not user.has_usable_password():
        user.set_password(os.environ.get("DEMO_PASSWORD") or PASSWORD)
        user.save()
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    if place:
        StaffMember.objects.get_or_create(user=user)[0].places.add(place)
