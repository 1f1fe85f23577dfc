"""Projects and programmes as JSON, with what belongs to them: a short form for lists, a long one for one record."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Q

from projects import permissions, rollups
from projects.api import fields
from projects.api.fields import FIGURE, MONEY, SOURCED, STATEMENT, Nested, Representation, choice, related
from projects.models import (
    Amount,
    Checkpoint,
    Container,
    Evidence,
    Milestone,
    Obligation,
    Observation,
    Problem,
    Project,
    ProjectParty,
    ProjectSector,
    Shipment,
    StageChange,
    Statement,
    Waiver,
)
from projects.models.choices import (
    AmountKind,
    CheckpointKind,
    DatePrecision,
    EvidenceStatus,
    Frequency,
    Inclusion,
    MoneySource,
    ObligationBasis,
    ObligationState,
    ObservationStatus,
    PartyRole,
    ProjectStatus,
    ProjectType,
    Severity,
    ShipmentStatus,
    Side,
    SourceKind,
    StageGroup,
    Strength,
)

ID = {"id": fields.key("pk", type="integer")}
RECORDED = {"version": fields.integer("version"), "updated_at": fields.moment("updated_at")}
NAME = {"name": fields.words("name")}
NAMES = fields.in_languages("name")


def seen(model, **conditions):
    """For Nested: the rows of a model that the caller may see."""
    return lambda context: permissions.visible_to(context.user, model.objects.filter(**conditions))


# ---- Parts of projects and programmes ---------------------------------------------------------------------

AMOUNT = Representation(
    "Amount",
    ID
    | choice("kind", AmountKind)
    | {"value": fields.money("value"), "currency": fields.text("currency_id")}
    | FIGURE
    | choice("money_source", MoneySource)
    | {"value_kzt": fields.money("value_kzt"), "rate": fields.number("rate"), "rate_on": fields.day("rate_on")}
    | {"included_in": fields.integer("included_in_id")}
    | choice("inclusion", Inclusion)
    | related("payer")
    | {"phase": fields.integer("phase__number"), "superseded_by": fields.integer("superseded_by_id")}
    | {"is_confidential": fields.boolean("is_confidential"), "note": fields.words("note")},
)
AMOUNT_APART = AMOUNT | Representation("UncertainAmount", fields.project() | fields.programme())
PARTY = Representation(
    "Party",
    ID
    | related("organisation")
    | related("country", "organisation__country")
    | choice("role", PartyRole)
    | {"share": fields.number("share")}
    | SOURCED,
)
INVESTOR_OF_PROJECT = Representation("InvestorOfProject", related("id", "organisation"))
MILESTONE = Representation(
    "Milestone",
    ID
    | related("kind")
    | {"planned_on": fields.day("planned_on")}
    | choice("planned_precision", DatePrecision)
    | {"planned_words": fields.words("planned_words"), "forecast_on": fields.day("forecast_on")}
    | {"met_on": fields.day("met_on")}
    | choice("met_precision", DatePrecision)
    | {"note": fields.words("note")}
    | SOURCED,
)
OBSERVATION = Representation(
    "Observation",
    ID
    | related("metric")
    | choice("status", ObservationStatus)
    | {"value": fields.number("value")}
    | related("unit")
    | FIGURE
    | {"period_start": fields.day("period_start"), "period_end": fields.day("period_end")}
    | {"cumulative": fields.number("cumulative"), "note": fields.words("note")},
)
STAGE_CHANGE = Representation(
    "StageChange",
    ID
    | related("stage")
    | {"effective_on": fields.day("effective_on")}
    | choice("date_precision", DatePrecision)
    | {"reason": fields.text("reason")}
    | STATEMENT,
)
PROBLEM = Representation(
    "Problem",
    ID
    | {"title": fields.words("title")}
    | choice("severity", Severity)
    | choice("side", Side)
    | related("owner")
    | {"raised_on": fields.day("raised_on"), "due_on": fields.day("due_on"), "closed_on": fields.day("closed_on")}
    | {"resolution": fields.text("resolution")},
)
FURTHER_SECTOR = Representation("FurtherSector", ID | related("sector") | SOURCED)


# ---- Obligations ------------------------------------------------------------------------------------------


def _shown_subject(reference, code, organisation, *names):
    kind, key = next(
        (kind, key)
        for kind, key in (("project", reference), ("programme", code), ("organisation", organisation))
        if key is not None
    )
    return {"type": kind, "key": key, "label": next(filter(None, names), None)}


SUBJECT = fields.Field(
    (
        "project__reference",
        "programme__code",
        "organisation_id",
        *(
            source
            for path in ("project", "programme", "organisation")
            for source in fields.words(f"{path}__name").sources
        ),
    ),
    _shown_subject,
    {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["project", "programme", "organisation"]},
            "key": {"type": ["string", "integer"]},
            "label": {"type": ["string", "null"]},
        },
    },
)


def _on_day(name, schema):
    """What was computed for the day: numbers and dates are texts already."""

    def show(on_day):
        value = on_day[name]
        return fields.shown_number(Decimal(value)) if value is not None and schema is fields.NUMBER else value

    return fields.Field(("on_day",), show, schema)


OBLIGATION = Representation(
    "Obligation",
    ID
    | related("kind")
    | {"subject": SUBJECT}
    | choice("side", Side)
    | choice("strength", Strength)
    | choice("basis", ObligationBasis)
    | {"target": fields.number("target")}
    | related("unit")
    | choice("state", ObligationState, ("on_day", "state"))
    | {"share": _on_day("share", fields.NUMBER), "reached": _on_day("reached", fields.NUMBER)}
    | {"deadline": _on_day("deadline", fields.nullable("string", format="date"))}
    | choice("frequency", Frequency)
    | {name: fields.day(name) for name in ("start_on", "due_on", "end_on")}
    | {"clause": fields.text("clause"), "description": fields.words("description")}
    | SOURCED
    | RECORDED,
)
EVIDENCE = Representation(
    "Evidence",
    ID
    | {"period_start": fields.day("period_start"), "period_end": fields.day("period_end")}
    | {"value": fields.number("value")}
    | choice("status", EvidenceStatus)
    | fields.user("author")
    | fields.user("decided_by")
    | {"decided_on": fields.day("decided_on"), "comment": fields.text("comment")}
    | SOURCED,
)
WAIVER = Representation(
    "Waiver",
    ID | {"start_on": fields.day("start_on"), "end_on": fields.day("end_on"), "reason": fields.text("reason")},
)
OBLIGATION_DETAIL = OBLIGATION | Representation(
    "ObligationDetail",
    related("responsible") | related("agreement") | related("engagement"),
    {
        "evidence": Nested(EVIDENCE, seen(Evidence), "obligation_id"),
        "waivers": Nested(WAIVER, seen(Waiver), "obligation_id"),
    },
)


def obligations(context):
    return permissions.visible_to(context.user, Obligation.objects.all()).with_state(context.day)


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
    | {"expected_on": fields.day("expected_on"), "arrived_on": fields.day("arrived_on")}
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
            rows = Statement._meta.get_field("source").related_model.objects.filter(pk__in=sources).order_by("code")
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
