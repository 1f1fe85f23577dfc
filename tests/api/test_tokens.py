"""The command that makes a token: printed once, valid at once, with the rights of its person or fewer."""

import io

import pytest
from django.core.management import CommandError, call_command

from projects.models import ApiToken
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
