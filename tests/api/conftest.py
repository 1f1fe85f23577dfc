"""People who call the API, and a synthetic row of every kind."""

import pytest
from django.test import Client

from projects.models.choices import UpdateStatus
from projects.tokens import create_token
from tests import factories

BASE = "/api/v1/"
LISTS = [
    *("projects", "programmes", "investors", "sectors", "places", "updates", "obligations", "shipments"),
    *("engagements", "agreements", "leads", "indicators", "sources", "statements", "rates"),
]


class Caller:
    """Calls the API as one person: with a token, so that no session has to be made."""

    def __init__(self, user=None, **token):
        self.client = Client(headers={"accept-language": "en"})
        self.token = create_token(user=user, name="Synthetic token", **{"scope": "write"} | token)[1] if user else None

    def __call__(self, path, method="get", body=None, **headers):
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        path = path if path.startswith("/") else BASE + path
        return getattr(self.client, method)(path, headers=headers, **given)


@pytest.fixture
def portfolio(db):
    """A row of every kind: name of the list -> the key of its first row."""
    place, sector = factories.place(), factories.sector()
    author, other = factories.editor("synthetic-editor"), factories.editor("synthetic-editor2", places=[])
    project = factories.project(place=place, main_sector=sector, reference="SYN-1", programme=factories.programme())
    investor = factories.investor(country=factories.country())
    factories.party(project=project, organisation=investor)
    amount = factories.amount(project=project, value="1234567.89", bound="gt")
    factories.amount(project=project, value=5, kind="disbursed", is_confidential=True)
    factories.milestone(project=project)
    factories.observation(project=project)
    factories.stage_change(project=project)
    factories.problem(project=project)
    obligation = factories.obligation(project=project, target=10, unit=factories.unit("KZT", dimension="money"))
    factories.evidence(obligation=obligation, author=author)
    shipment = factories.shipment(projects=[project])
    factories.container(shipment=shipment)
    factories.checkpoint(shipment=shipment)
    engagement = factories.engagement(place=place, sector=sector, projects=[project])
    factories.participation(engagement=engagement)
    factories.action_item(engagement=engagement)
    indicator = factories.indicator()
    factories.indicator_value(indicator=indicator)
    update = factories.update(project=project, author=author, status=UpdateStatus.APPROVED)
    factories.update(project=project, author=author)
    return {
        "projects": project.reference,
        "programmes": project.programme.code,
        "investors": investor.pk,
        "sectors": sector.pk,
        "places": place.pk,
        "updates": update.pk,
        "obligations": obligation.pk,
        "shipments": shipment.pk,
        "engagements": engagement.pk,
        "agreements": factories.agreement(engagement=engagement, project=project).pk,
        "leads": factories.lead(engagement=engagement).pk,
        "indicators": indicator.code,
        "sources": amount.statement.source.code,
        "statements": amount.statement.code,
        "rates": factories.exchange_rate().pk,
        "people": {"editor": author, "editor2": other},
    }


@pytest.fixture
def callers(portfolio):
    """editor (in scope), editor2 (out of it), reviewer, analyst, administrator, outsider, anonymous."""
    people = portfolio["people"] | {
        "reviewer": factories.reviewer(),
        "analyst": factories.analyst(),
        "administrator": factories.administrator(),
        "outsider": factories.outsider(),
        "anonymous": None,
    }
    return {name: Caller(user) for name, user in people.items()}
