"""The command that makes a token: printed once, valid at once, with the rights of its person or fewer."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from projects.models import ApiToken
from projects.tokens import create_token
from tests import factories
from tests.api.conftest import Caller


def printed(*args):
    out = io.StringIO()
    call_command("create_token", *args, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize(("options", "scope"), [((), "write"), (("--read-only",), "read")])
def test_a_token_is_printed_once(db, options, scope):
    user = factories.analyst("synthetic-analyst")
    token = printed(user.username, *options, "--expires-on", "2099-12-31")
    row = ApiToken.objects.get()
    assert (row.user, row.scope, row.token_hash == token) == (user, scope, False)
    assert Caller()("projects/", Authorization=f"Bearer {token}").status_code == 200


def test_no_token_for_nobody(db):
    user = factories.analyst("synthetic-analyst", is_active=False)
    for arguments in (["nobody"], [user.username]):
        with pytest.raises(CommandError):
            printed(*arguments)
    factories.analyst("synthetic-analyst2")
    with pytest.raises(CommandError):
        printed("synthetic-analyst2", "--expires-on", "9999-12-31")
    assert not ApiToken.objects.exists()


# ---- The page of one's own tokens -------------------------------------------------------------------------


def test_a_person_makes_a_token_that_is_shown_once_and_takes_it_back(db):
    user, other = factories.analyst("synthetic-analyst"), factories.analyst()
    foreign, _token = create_token(user=other, name="Synthetic foreign")
    client = Client()
    client.force_login(user)
    typed = {"name": "Synthetic script", "scope": "read", "expires_on": "2099-12-31"}
    made = client.post("/en/tokens/", typed).content.decode()
    token = re.search(r"wkr_[A-Za-z0-9_-]{43}", made)[0]
    page = client.get("/en/tokens/").content.decode()
    assert "Synthetic script" in page and token not in page and "Synthetic foreign" not in page
    call, headers = Caller(), {"Authorization": f"Bearer {token}"}
    assert call("leads/", **headers).status_code == 200
    assert call("updates/", "post", {"project": "x"}, **headers).status_code == 403
    assert client.post(f"/en/tokens/{foreign.pk}/revoke/").status_code == 404
    row = ApiToken.objects.get(user=user)
    assert client.post(f"/en/tokens/{row.pk}/revoke/").status_code == 302
    assert call("leads/", **headers).status_code == 401
    assert ApiToken.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scope": "calendar"}, {"expires_on": "2001-01-01"}, {"expires_on": "9999-01-01"}]
)
def test_what_cannot_be_a_token_is_told(db, wrong):
    client = Client()
    client.force_login(factories.analyst())
    typed = {"name": "Synthetic script", "scope": "read", "expires_on": ""} | wrong
    response = client.post("/en/tokens/", typed)
    assert response.status_code == 422 and b"error-summary" in response.content
    assert not ApiToken.objects.exists()


def test_without_a_role_there_are_no_tokens(db):
    client = Client()
    client.force_login(factories.outsider())
    assert client.get("/en/tokens/").status_code == 403
    assert client.post("/en/tokens/", {"name": "Synthetic", "scope": "read"}).status_code == 403
    assert Client().get("/en/tokens/").status_code == 302
