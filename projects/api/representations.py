"""Shipments, projects and programmes as JSON: a short form for lists, a long one for one record."""

from collections import defaultdict

from django.db.models import Q

from projects import permissions, rollups
from projects.api import fields
from projects.api.fields import FIGURE, MONEY, STATEMENT, Nested, Representation, choice, related
from projects.api.parts import (
    AMOUNT,
    FURTHER_SECTOR,
    ID,
    INVESTOR_OF_PROJECT,
    MILESTONE,
    NAME,
    NAMES,
    OBLIGATION,
    OBSERVATION,
    PARTY,
    PROBLEM,
    RECORDED,
    STAGE_CHANGE,
    obligations,
    seen,
)
from projects.models import (
    Amount,
    Checkpoint,
    Container,
    Milestone,
    Obligation,
    Observation,
    Problem,
    Project,
    ProjectParty,
    ProjectSector,
    Shipment,
    Source,
    StageChange,
    Statement,
)
from projects.models.choices import (
    CheckpointKind,
    DatePrecision,
    PartyRole,
    ProjectStatus,
    ProjectType,
    ShipmentStatus,
    SourceKind,
    StageGroup,
)

# ---- Shipments --------------------------------------------------------------------------------------------

SHIPMENT = Representation(
    "Shipment",
    ID
    | NAME
    | {"quantity": fields.number("quantity")}
    | related("unit")
    | FIGURE
    | choice("status", ShipmentStatus)
    | fields.programme()
    | related("origin")
    | related("destination")
    | {"dispatched_on": fields.day("dispatched_on")}
    | choice("dispatched_precision", DatePrecision)
    | {name: fields.day(name) for name in ("planned_on", "expected_on", "arrived_on")}
    | {"waybill": fields.text("waybill"), "same_as": fields.integer("same_as_id")}
    | RECORDED,
)
CONTAINER = Representation(
    "Container",
    ID | {name: fields.text(name) for name in ("number", "size_type", "contents")},
)
CHECKPOINT = Representation(
    "Checkpoint",
    ID
    | choice("kind", CheckpointKind)
    | {"reached_on": fields.day("reached_on")}
    | related("place")
    | {"container": fields.text("container__number")}
    | STATEMENT,
)
PROJECT_NAME = {"reference": fields.key("reference"), **NAME}
SHIPMENT_DETAIL = SHIPMENT | Representation(
    "ShipmentDetail",
    NAMES | related("consignor") | related("consignee") | {"note": fields.words("note")},
    {
        "projects": Nested(Representation("ProjectName", PROJECT_NAME), seen(Project), "shipments"),
        "containers": Nested(CONTAINER, seen(Container), "shipment_id"),
        "checkpoints": Nested(CHECKPOINT, seen(Checkpoint), "shipment_id"),
    },
)


# ---- Projects ---------------------------------------------------------------------------------------------

TOTAL_SCHEMA = {
    "type": "object",
    "properties": {
        "value": MONEY,
        "currency": {"type": "string"},
        "bound": {"type": "string", "enum": ["eq", "gt", "lt", "approx"]},
    }
    | {
        name: {"type": "integer"}
        for name in ("count", "statements", "missing", "lower_bounds", "upper_bounds", "approximate", "unconverted")
    },
}
TOTALS_SCHEMA = {"type": "object", "properties": dict.fromkeys(rollups.KINDS, TOTAL_SCHEMA)}


def total(row):
    """A computed sum, with what must be known to trust it; no data is null, never 0."""
    return {
        "value": fields.shown_money(row.value),
        "currency": row.currency,
        "bound": str(row.bound),
        **{
            name: getattr(row, name)
            for name in TOTAL_SCHEMA["properties"]
            if name not in ("value", "currency", "bound")
        },
    }


class Sums:
    """The money of each project of a list by kind, in the currency asked for: the same as the list page shows."""

    def by_owner(self, keys, context):
        amounts = permissions.visible_to(context.user, Amount.objects.on_projects().filter(project__in=keys))
        amounts = amounts.annotate(converted_value=rollups.converted(context.currency, context.rate))
        found = defaultdict(lambda: {kind: [] for kind in rollups.KINDS})
        for amount in amounts.only("project", "kind", "bound", "statement"):
            found[amount.project_id][amount.kind].append(amount)
        return {key: self._shown(amounts, context) for key, amounts in found.items()}

    def empty(self, context):
        return self._shown(dict.fromkeys(rollups.KINDS, ()), context)

    @staticmethod
    def _shown(amounts, context):
        shown = {}
        for kind, rows in amounts.items():
            shown[kind] = total(rollups.sum_of(rows, kind, context.currency)) | {"missing": int(not rows)}
        return shown

    def schema(self):
        return TOTALS_SCHEMA


def _investors(context):
    rows = ProjectParty.objects.filter(role=PartyRole.INVESTOR).order_by("pk")
    return permissions.visible_to(context.user, rows)


PROJECT = Representation(
    "Project",
    {"reference": fields.key("reference")}
    | NAME
    | fields.programme()
    | {"is_placeholder": fields.boolean("is_placeholder")}
    | related("sector", "main_sector")
    | related("place")
    | related("stage")
    | choice("stage_group", StageGroup)
    | choice("status", ProjectStatus)
    | {name: fields.day(name) for name in ("announced_on", "planned_start_on", "planned_end_on")}
    | {name: fields.day(name) for name in ("started_on", "commissioned_on")}
    | fields.user("curator")
    | RECORDED,
    {"investors": Nested(INVESTOR_OF_PROJECT, _investors, "project_id"), "amounts": Sums()},
)


def _of_project(representation, model, owner="project_id"):
    return Nested(representation, seen(model), owner)


class SourcesOfProject:
    """The statements that a project's facts rest on, with their sources: gathered from its other parts."""

    representation = Representation(
        "ProjectSource",
        {"code": fields.key("code"), "title": fields.words("title"), "url": fields.text("url")}
        | choice("kind", SourceKind)
        | {"published_on": fields.day("published_on")}
        | choice("date_precision", DatePrecision),
    )
    tables = (Amount, ProjectParty, Milestone, Observation, Obligation, ProjectSector, StageChange)

    def by_owner(self, keys, context):
        found = {}
        for key in keys:
            stands = Q(shipments__projects=key)
            for model in self.tables:
                rows = permissions.visible_to(context.user, model.objects.filter(project=key))
                stands |= Q(pk__in=rows.order_by().values("statement"))
            sources = Statement.objects.filter(stands).order_by().values("source")
            rows = permissions.visible_to(context.user, Source.objects.filter(pk__in=sources)).order_by("code")
            found[key] = self.representation.show(self.representation.read(rows), context)
        return found

    def empty(self, context):
        return []

    def schema(self):
        return {"type": "array", "items": self.representation.schema()}


PROJECT_PARTS = {
    "parties": _of_project(PARTY, ProjectParty),
    "amounts": _of_project(AMOUNT, Amount),
    "milestones": _of_project(MILESTONE, Milestone),
    "observations": _of_project(OBSERVATION, Observation),
    "obligations": Nested(OBLIGATION, obligations, "project_id"),
    "shipments": _of_project(SHIPMENT, Shipment, "projects"),
    "stage_changes": _of_project(STAGE_CHANGE, StageChange),
    "further_sectors": _of_project(FURTHER_SECTOR, ProjectSector),
    "problems": _of_project(PROBLEM, Problem),
    # What perhaps belongs to the project: the source does not say.
    "possible_parties": _of_project(PARTY, ProjectParty, "candidates"),
    "possible_amounts": _of_project(AMOUNT, Amount, "candidates"),
    "possible_observations": _of_project(OBSERVATION, Observation, "candidates"),
}
PROJECT_DETAIL = PROJECT | Representation(
    "ProjectDetail",
    NAMES
    | fields.in_languages("description")
    | fields.in_languages("purpose")
    | {"aliases": fields.text("aliases")}
    | choice("project_type", ProjectType)
    | {"latitude": fields.number("latitude"), "longitude": fields.number("longitude")}
    | {"cadastral_number": fields.text("cadastral_number"), "status_reason": fields.text("status_reason")}
    | {"status_on": fields.day("status_on"), "review_on": fields.day("review_on")}
    | related("department")
    | {name: fields.text(name) for name in ("contract_type", "contract_number", "platform_number")}
    | {"is_public": fields.boolean("is_public")},
    {"totals": Sums(), **PROJECT_PARTS, "sources": SourcesOfProject()},
)
PROGRAMME = Representation("Programme", ID | {"code": fields.key("code")} | NAME | related("consortium") | RECORDED)
PROGRAMME_DETAIL = PROGRAMME | Representation(
    "ProgrammeDetail",
    NAMES | {"description": fields.words("description")},
    {
        "projects": Nested(
            Representation("ProjectOfProgramme", PROJECT_NAME | {"is_placeholder": fields.boolean("is_placeholder")}),
            seen(Project),
            "programme_id",
        ),
        "parties": _of_project(PARTY, ProjectParty, "programme_id"),
        "amounts": _of_project(AMOUNT, Amount, "programme_id"),
        "milestones": _of_project(MILESTONE, Milestone, "programme_id"),
        "observations": _of_project(OBSERVATION, Observation, "programme_id"),
        "obligations": Nested(OBLIGATION, obligations, "programme_id"),
        "shipments": _of_project(SHIPMENT, Shipment, "programme_id"),
    },
)
