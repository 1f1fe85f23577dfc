"""Requests made from the description of the API by schemathesis: nothing undescribed, nothing broken."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from projects.api.schema import description
from tests import factories
from tests.api.conftest import BASE, Caller
from tracker.wsgi import application

schema = schemathesis.openapi.from_dict(description())
schema.app = application


@pytest.fixture
def token(portfolio):
    """An administrator's; the application keeps the connection of the test, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Caller(factories.administrator()).token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_requests_from_the_description(case, token):
    case.call_and_validate(
        base_url=f"http://testserver{BASE}",
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
