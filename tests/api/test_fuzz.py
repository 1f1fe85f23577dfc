"""Requests made from the description of the API by schemathesis: nothing undescribed, nothing broken.

Every operation is asked, with a few examples each, the same in every run; one portfolio serves them all.
"""

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
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

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 5  # of each operation
OPERATIONS = 37  # at least


def asked(operation, headers):
    """Ask an operation with examples of its own; what is wrong raises. Returns: how often it was asked."""
    answers = []

    @seed(2026)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case):
        answers.append(case.call_and_validate(base_url=f"http://testserver{BASE}", headers=headers, checks=CHECKS))

    ask()
    return len(answers)


def test_requests_from_the_description(portfolio):
    schema = schemathesis.openapi.from_dict(description())
    schema.app = application
    token = Caller(factories.administrator()).token
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", "Accept-Encoding": "identity"}
    # The application keeps the connection of the test, as Django's own test client does.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        counts = [asked(operation.ok(), headers) for operation in schema.get_all_operations()]
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    assert len(counts) >= OPERATIONS and all(counts)
