"""Every list, form and history of the administration opens for those who may see it, and only for them."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.urls import reverse

from projects import permissions
from projects.admin import site
from projects.admin.record import RecordAdmin
from projects.models import Place, Project, ProjectMoney
from tests import factories
from tests.admin.conftest import read_form
from tests.admin.records import row_of

MODELS = sorted(site._registry, key=lambda model: model._meta.label)
IDS = [model.__name__ for model in MODELS]
HIDDEN = {User: {"password", "is_staff", "user_permissions"}, Group: {"permissions"}}


def url(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def pages_of(model, row):
    pages = {view: url(model, view, row.pk) for view in ("change", "history", "delete")}
    return pages | {"changelist": url(model, "changelist"), "add": url(model, "add")}


def test_every_model_of_the_register_is_there():
    shown = set(site._registry)
    tables = {model for model in apps.get_app_config("projects").get_models() if model._meta.managed}
    event_tables = {model for model in tables if "Event" in model.__name__}
    assert tables - event_tables - {ProjectMoney} <= shown  # the database alone writes that one
    assert {User, Group} <= shown


def test_every_model_has_its_place_in_the_index(admin_client):
    response = admin_client.get(reverse("admin:index"))
    listed = {entry["model"] for group in response.context["app_list"] for entry in group["models"]}
    assert listed == set(site._registry)


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_every_field_that_may_be_edited_is_in_the_form_or_shown(model, rf, administrator):
    admin = site._registry[model]
    request = rf.get("/en/admin/")
    request.user = administrator
    if not admin.has_add_permission(request):
        pytest.skip("written by the system")
    names = set()
    for obj in (None, model()):
        for _title, options in admin.get_fieldsets(request, obj):
            for entry in options["fields"]:
                names |= {entry} if isinstance(entry, str) else set(entry)
    fields = [*model._meta.fields, *model._meta.many_to_many]
    editable = {field.name for field in fields if field.editable and not field.auto_created}
    assert editable - names - HIDDEN.get(model, set()) == set()


@pytest.mark.parametrize("model", MODELS, ids=IDS)
class TestPages:
    def test_the_administrator_opens_each(self, model, admin_client, rf, administrator):
        row = row_of(model)
        request = rf.get("/")
        request.user = administrator
        admin = site._registry[model]
        for view, address in pages_of(model, row).items():
            allowed = {"add": admin.has_add_permission(request), "delete": admin.has_delete_permission(request, row)}
            response = admin_client.get(address)
            assert response.status_code == (200 if allowed.get(view, True) else 403), address

    def test_the_auditor_looks_and_writes_nothing(self, model, auditor_client):
        row = row_of(model)
        auditor = User.objects.get(username="synthetic-auditor")
        address = url(model, "change", row.pk)
        shown = auditor_client.get(address)
        if permissions.visible_to(auditor, model._base_manager.filter(pk=row.pk)):
            assert shown.status_code == 200
            assert b'name="_save"' not in shown.content
        else:  # what belongs to another person, or is not yet sent
            assert (shown.status_code, shown["Location"]) == (302, reverse("admin:index"))
        assert auditor_client.post(address, {"post": "yes"}).status_code == 403

    def test_a_form_sent_unchanged_is_saved_and_changes_nothing(self, model, admin_client, rf, administrator):
        request = rf.get("/")
        request.user = administrator
        row = row_of(model)
        if not site._registry[model].has_change_permission(request, row):
            pytest.skip("not to be changed")
        address = url(model, "change", row.pk)
        before = _state(model, row.pk)
        data = read_form(admin_client.get(address), f"{model._meta.model_name}_form")
        response = admin_client.post(address, data)
        assert response.status_code == 302, _errors(response)
        assert _state(model, row.pk) == before


def _state(model, key):
    return model._base_manager.filter(pk=key).values().get()


def _errors(response):
    form = response.context["adminform"].form
    return form.errors, [formset.formset.errors for formset in response.context["inline_admin_formsets"]]


@pytest.mark.parametrize("model", [Project, Place, User])
def test_no_way_of_writing_is_open_to_the_auditor(model, auditor_client):
    row = row_of(model)
    pages = pages_of(model, row)
    data = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes", "index": "0"}
    for view in ("changelist", "add", "change", "delete"):
        assert auditor_client.post(pages[view], data).status_code == 403, view
    for view, status in {"changelist": 200, "history": 200, "add": 403, "delete": 403}.items():
        assert auditor_client.get(pages[view]).status_code == status, view
    assert model._base_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", ["district_editor", "department_editor", "reviewer", "analyst", "leadership", None])
def test_others_are_refused(role, client, db):
    client.force_login(factories.user(None, *[role] * bool(role)))
    addresses = [reverse("admin:index"), reverse("admin:autocomplete"), reverse("admin:jsi18n")]
    for model in MODELS:
        addresses.append(url(model, "changelist"))
    for address in addresses:
        assert client.get(address).status_code == 403, address
    assert client.post(addresses[-1], {"post": "yes"}).status_code == 403


def test_nobody_enters_without_signing_in(client, db):
    for model in MODELS:
        for address in pages_of(model, model(pk=1)).values():
            response = client.post(address, {"post": "yes"})
            assert response.status_code == 302
            assert "/login/" in response["Location"]


def test_signing_in_is_the_register_s_own(client, db):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("login"))
    assert "next=" in response.redirect_chain[-1][0]


def test_no_list_is_editable_in_place():
    for admin in site._registry.values():
        assert admin.list_editable == ()
        assert isinstance(admin, RecordAdmin)
        assert (admin.show_full_result_count, admin.list_per_page) == (False, 50)
