"""What can be added and changed on pages: each kind of record, its address, and the record that it belongs to."""

from dataclasses import dataclass

from django.urls import reverse

from projects import models
from projects.forms import InvestorForm
from projects.wording import money


@dataclass(frozen=True)
class Kind:
    """A kind of record: the stem of its URL names, its part of the address, the field that its address gives."""

    name: str
    path: str
    model: type
    key: str = "pk"
    parent: "Kind | None" = None
    parent_field: str = ""
    new_form: type | None = None
    is_added: bool = True  # by an address of its own

    @property
    def converter(self):
        return {"pk": "int", "code": "str", "reference": "str"}[self.key]

    def address(self, record):
        """The page of a record of this kind, else the page where it is changed."""
        if hasattr(record, "get_absolute_url"):
            return record.get_absolute_url()
        return reverse(f"{self.name}-edit", args=[getattr(record, self.key)])

    @property
    def related(self):
        """The rows that the text of a row of this kind may speak of, to be read with it."""
        keys = [field.name for field in self.model._meta.concrete_fields if field.many_to_one and field.editable]
        return [f"{name}__document_type" if name == "document" else name for name in keys]

    def child(self, name, path, model, parent_field, key="pk"):
        return Kind(name, path, model, key, self, parent_field)


PROJECT = Kind("project", "projects", models.Project, "reference")
PROGRAMME = Kind("programme", "programmes", models.Programme, "code")
INVESTOR = Kind("investor", "investors", models.Organisation, new_form=InvestorForm)
SOURCE = Kind("source", "sources", models.Source, "code")
ENGAGEMENT = Kind("engagement", "engagements", models.Engagement)
LEAD = Kind("lead", "leads", models.Lead)
SHIPMENT = Kind("shipment", "shipments", models.Shipment)
OBLIGATION = Kind("obligation", "obligations", models.Obligation)
INDICATOR = Kind("indicator", "indicators", models.Indicator, "code")
PERSON = Kind("person", "people", models.Person)
AGREEMENT = Kind("agreement", "agreements", models.Agreement)
FILE = Kind("file", "documents", models.Document)
PLACE = Kind("place", "places", models.Place, "code")  # changed in the administration
UPDATE = Kind("update", "updates", models.Update, is_added=False)  # added on its project

TOP = (
    *(PROJECT, PROGRAMME, INVESTOR, SOURCE, ENGAGEMENT, LEAD, SHIPMENT, OBLIGATION, INDICATOR),
    *(PERSON, AGREEMENT, FILE, UPDATE),
)

CHILDREN = (
    PROJECT.child("amount", "amounts", models.Amount, "project"),
    PROJECT.child("observation", "observations", models.Observation, "project"),
    PROJECT.child("party", "parties", models.ProjectParty, "project"),
    PROJECT.child("milestone", "milestones", models.Milestone, "project"),
    PROJECT.child("stage", "stages", models.StageChange, "project"),
    PROJECT.child("problem", "problems", models.Problem, "project"),
    PROJECT.child("obligation", "obligations", models.Obligation, "project"),
    PROJECT.child("link", "links", models.ProjectLink, "from_project"),
    PROJECT.child("project-sector", "sectors", models.ProjectSector, "project"),
    PROJECT.child("phase", "phases", models.Phase, "project"),
    PROJECT.child("document", "documents", models.ProjectDocument, "project"),
    PROJECT.child("update", "updates", models.Update, "project"),
    PROGRAMME.child("programme-amount", "amounts", models.Amount, "programme"),
    PROGRAMME.child("programme-observation", "observations", models.Observation, "programme"),
    PROGRAMME.child("programme-party", "parties", models.ProjectParty, "programme"),
    PROGRAMME.child("programme-milestone", "milestones", models.Milestone, "programme"),
    PROGRAMME.child("programme-phase", "phases", models.Phase, "programme"),
    PROGRAMME.child("programme-obligation", "obligations", models.Obligation, "programme"),
    PROGRAMME.child("programme-sector", "sectors", models.ProgrammeSector, "programme"),
    INVESTOR.child("member", "members", models.Membership, "consortium"),
    INVESTOR.child("investor-obligation", "obligations", models.Obligation, "organisation"),
    SOURCE.child("statement", "statements", models.Statement, "source", "code"),
    ENGAGEMENT.child("participation", "participants", models.Participation, "engagement"),
    ENGAGEMENT.child("action-item", "decisions", models.ActionItem, "engagement"),
    SHIPMENT.child("container", "containers", models.Container, "shipment"),
    SHIPMENT.child("checkpoint", "checkpoints", models.Checkpoint, "shipment"),
    OBLIGATION.child("evidence", "evidence", models.Evidence, "obligation"),
    OBLIGATION.child("waiver", "waivers", models.Waiver, "obligation"),
    INDICATOR.child("indicator-value", "values", models.IndicatorValue, "indicator"),
    PROGRAMME.child("programme-attachment", "documents", models.Attachment, "programme"),
    INVESTOR.child("investor-attachment", "documents", models.Attachment, "organisation"),
    SOURCE.child("source-attachment", "documents", models.Attachment, "source"),
    ENGAGEMENT.child("engagement-attachment", "documents", models.Attachment, "engagement"),
    AGREEMENT.child("agreement-attachment", "documents", models.Attachment, "agreement"),
    LEAD.child("lead-attachment", "documents", models.Attachment, "lead"),
    SHIPMENT.child("shipment-attachment", "documents", models.Attachment, "shipment"),
    OBLIGATION.child("obligation-attachment", "documents", models.Attachment, "obligation"),
    UPDATE.child("update-attachment", "documents", models.Attachment, "update"),
    PERSON.child("position", "positions", models.Position, "person"),
)


def label_of(row):
    """A row in a list of rows: amounts as people write them, all else by its own text."""
    if isinstance(row, models.Amount):
        return f"{row.get_kind_display()} {money(row.value, row.currency_id, row.bound)}"
    return str(row)


def children_of(kind):
    """The kinds of rows that belong to a record of this kind."""
    return [child for child in CHILDREN if child.parent is kind]
