"""Users and roles: nobody edits a superuser but a superuser, and an administrator always remains."""

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.urls import reverse

from projects import permissions
from projects.models import StaffMember
from tests import factories
from tests.admin.conftest import read_form


def change_url(user):
    return reverse("admin:auth_user_change", args=[user.pk])


def shown(client, user):
    return read_form(client.get(change_url(user)), "user_form")


def group(role):
    return str(Group.objects.get(name=role).pk)


class TestRoles:
    def test_they_are_given_in_the_form(self, admin_client):
        person = factories.outsider("synthetic-person")
        data = shown(admin_client, person) | {"groups": [group("analyst"), group("auditor")]}
        assert admin_client.post(change_url(person), data).status_code == 302
        person = User.objects.get(pk=person.pk)
        assert permissions.roles(person) == {"analyst", "auditor"}
        assert person.is_staff, "auditors enter the administration"

    def test_the_list_names_them(self, admin_client):
        factories.analyst("synthetic-analyst")
        page = admin_client.get(reverse("admin:auth_user_changelist") + "?q=synthetic-analyst")
        assert str(permissions.ROLE_NAMES["analyst"]) in page.content.decode()
        assert "district_editor" not in page.content.decode(), "the filter names the roles as people read them"

    def test_their_groups_are_fixed(self, admin_client):
        role = Group.objects.get(name="analyst")
        address = reverse("admin:auth_group_change", args=[role.pk])
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {"name": "administrator"}).status_code == 403
        assert admin_client.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"}).status_code == 403

    def test_no_other_group_takes_the_name_of_one(self, admin_client):
        Group.objects.get(name="auditor").delete()
        data = {"name": "auditor", "change_reason": ""}
        assert admin_client.post(reverse("admin:auth_group_add"), data).status_code == 200
        assert not Group.objects.filter(name="auditor").exists()

    def test_the_scope_of_an_editor_is_beside_them(self, admin_client):
        place, person = factories.place(), factories.editor(places=[])
        data = shown(admin_client, person) | {
            "staff_member-TOTAL_FORMS": "1",
            "staff_member-0-id": "",
            "staff_member-0-user": str(person.pk),
            "staff_member-0-places": [place.pk],
        }
        response = admin_client.post(change_url(person), data)
        assert response.status_code == 302
        assert list(StaffMember.objects.get(user=person).places.all()) == [place]


class TestSuperusers:
    def test_an_administrator_looks_at_one_and_changes_nothing(self, admin_client):
        chief = factories.user("synthetic-chief", is_superuser=True)
        assert b'name="_save"' not in admin_client.get(change_url(chief)).content
        assert admin_client.post(change_url(chief), {"username": "other"}).status_code == 403
        assert admin_client.post(reverse("admin:auth_user_delete", args=[chief.pk]), {"post": "yes"}).status_code == 403
        password = reverse("admin:auth_user_password_change", args=[chief.pk])
        assert admin_client.get(password).status_code == 403
        assert admin_client.post(password, {"password1": "x", "password2": "x"}).status_code == 403

    def test_an_administrator_makes_none(self, admin_client, administrator):
        data = shown(admin_client, administrator)
        assert "is_superuser" not in data
        admin_client.post(change_url(administrator), data | {"is_superuser": "on", "is_staff": "on"})
        administrator.refresh_from_db()
        assert not administrator.is_superuser

    def test_a_superuser_may(self, client, db):
        chief, other = (factories.user(name, is_superuser=True) for name in ("synthetic-1", "synthetic-2"))
        client.force_login(chief)
        data = shown(client, other) | {"first_name": "Synthetic"}
        assert client.post(change_url(other), data).status_code == 302
        other.refresh_from_db()
        assert (other.first_name, other.is_superuser) == ("Synthetic", True)


class TestLastAdministrator:
    @pytest.mark.parametrize("change", [{"is_active": None}, {"groups": []}])
    def test_stays(self, admin_client, administrator, change):
        data = shown(admin_client, administrator) | change
        data = {name: value for name, value in data.items() if value is not None}
        response = admin_client.post(change_url(administrator), data)
        assert response.status_code == 200
        assert response.context["adminform"].form.has_error("__all__", "last")
        assert permissions.is_administrator(User.objects.get(pk=administrator.pk))

    def test_goes_where_another_is_there(self, admin_client, administrator):
        factories.administrator("synthetic-second")
        data = shown(admin_client, administrator) | {"groups": [group("analyst")]}
        assert admin_client.post(change_url(administrator), data).status_code == 302
        assert not permissions.is_administrator(User.objects.get(pk=administrator.pk))

    def test_one_who_is_not_active_does_not_count(self, admin_client, administrator):
        factories.administrator("synthetic-second", is_active=False)
        data = shown(admin_client, administrator) | {"groups": []}
        assert admin_client.post(change_url(administrator), data).status_code == 200

    def test_nobody_is_deleted(self, admin_client, administrator):
        """Their entries in Django's log would go with them."""
        for person in (administrator, factories.outsider()):
            address = reverse("admin:auth_user_delete", args=[person.pk])
            assert admin_client.post(address, {"post": "yes"}).status_code == 403

    def test_a_change_of_rights_takes_effect_at_once(self, client, admin_client, administrator):
        administrator.groups.clear()
        assert admin_client.get(reverse("admin:index")).status_code == 403


class TestSignIns:
    @pytest.fixture
    def attempt(self, db):
        return AccessAttempt.objects.create(
            username="synthetic", ip_address="192.0.2.1", user_agent="", http_accept="", path_info="/",
            get_data="", post_data="", failures_since_start=9,
        )  # fmt: skip

    def test_an_administrator_unlocks(self, admin_client, attempt):
        data = {"action": "unlock", "_selected_action": str(attempt.pk), "index": "0"}
        response = admin_client.post(reverse("admin:axes_accessattempt_changelist"), data)
        assert response.status_code == 302
        assert not AccessAttempt.objects.exists()

    def test_an_auditor_does_not(self, auditor_client, attempt):
        data = {"action": "unlock", "_selected_action": str(attempt.pk), "index": "0"}
        address = reverse("admin:axes_accessattempt_changelist")
        assert auditor_client.post(address, data).status_code == 403
        assert AccessAttempt.objects.exists()

    def test_the_index_counts_who_is_locked_out(self, admin_client, attempt):
        board = admin_client.get(reverse("admin:index")).context["board"]
        assert [each.username for each in board["locked"]] == ["synthetic"]


def test_a_user_is_added_and_then_given_roles(admin_client):
    address = reverse("admin:auth_user_add")
    data = read_form(admin_client.get(address), "user_form")
    data |= {"username": "synthetic-new", "password1": "synthetic-password-1", "password2": "synthetic-password-1"}
    response = admin_client.post(address, data)
    person = User.objects.get(username="synthetic-new")
    assert response["Location"] == change_url(person)
    assert (person.is_staff, person.is_superuser, list(person.groups.all())) == (False, False, [])
    password = reverse("admin:auth_user_password_change", args=[person.pk])
    pages = [admin_client.get(page).content.decode() for page in (address, password)]
    assert not [page for page in pages if 'name="usable_password"' in page], "a password is all there is"
    typed = dict.fromkeys(("password1", "password2"), "synthetic-password-2")
    assert admin_client.post(password, typed).status_code == 302
    assert User.objects.get(pk=person.pk).check_password("synthetic-password-2")
