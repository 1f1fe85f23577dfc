"""Sign-ins of a demonstration: made once, in their roles, and never where DEMO is off."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from projects.management.commands import create_demo_users
from projects.models import Project, ReportingCycle, StaffMember

ROLES = {
    "admin": {"administrator"},
    "reviewer": {"reviewer"},
    "editor": {"district_editor"},
    "editor2": {"district_editor"},
    "analyst": {"analyst"},
    "outsider": set(),
}


@pytest.fixture
def demo(settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)


def test_it_refuses_where_demo_is_off(brief, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        call_command("create_demo_users")
    assert not User.objects.exists()


def test_it_asks_for_the_districts(brief, demo, monkeypatch):
    monkeypatch.setitem(create_demo_users.USERS, "editor", ("district_editor", "279999999"))
    with pytest.raises(CommandError, match="load_reference"):
        call_command("create_demo_users")
    assert not User.objects.exists()


def test_each_has_a_role_and_a_district(brief, demo):
    call_command("create_demo_users")
    assert {user.username: set(user.groups.values_list("name", flat=True)) for user in User.objects.all()} == ROLES
    assert [user.username for user in User.objects.filter(is_superuser=True, is_staff=True)] == ["admin"]
    assert not User.objects.exclude(username="admin").filter(is_staff=True).exists()
    places = {staff.user.username: [place.code for place in staff.places.all()] for staff in StaffMember.objects.all()}
    assert places == {"editor": ["271000000"], "editor2": ["275400000"]}


def test_everybody_signs_in(brief, demo, rf):
    call_command("create_demo_users")
    for name in ROLES:
        assert authenticate(rf.post("/"), username=name, password="demo-tracker-2026").username == name


def test_the_password_comes_from_the_environment(brief, demo, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "another-password-1")
    call_command("create_demo_users")
    assert User.objects.get(username="analyst").check_password("another-password-1")


def test_the_editor_looks_after_the_projects_of_the_brief(brief, demo):
    kept = Project.objects.get(reference="WKR-0002")
    kept.curator = User.objects.create_user("synthetic-curator")
    kept.save()
    call_command("create_demo_users")
    assert Project.objects.filter(curator__username="editor").count() == 13
    assert Project.objects.get(reference="WKR-0002").curator.username == "synthetic-curator"


def test_there_is_something_to_report(brief, demo):
    call_command("create_demo_users")
    (cycle,) = ReportingCycle.objects.filter(is_active=True)
    assert cycle.code == "district_monthly"
    ReportingCycle.objects.filter(code="district_monthly").update(is_active=False)
    ReportingCycle.objects.filter(code="department_yearly").update(is_active=True)
    call_command("create_demo_users")
    assert [cycle.code for cycle in ReportingCycle.objects.filter(is_active=True)] == ["department_yearly"]


def test_a_second_run_changes_nothing(brief, demo):
    call_command("create_demo_users")
    own = User.objects.get(username="reviewer")
    own.set_password("a-password-of-my-own")
    own.save()
    before = list(User.objects.order_by("pk").values()), list(Project.objects.order_by("pk").values())
    events = Project._meta.get_field("events").related_model.objects.count()
    call_command("create_demo_users")
    assert (list(User.objects.order_by("pk").values()), list(Project.objects.order_by("pk").values())) == before
    assert Project._meta.get_field("events").related_model.objects.count() == events


def test_a_user_without_a_password_gets_one(brief, demo):
    User.objects.create(username="analyst", password="!")
    call_command("create_demo_users")
    assert User.objects.get(username="analyst").check_password("demo-tracker-2026")
