"""What belongs to projects, programmes and organisations, as JSON: money, parties, progress, obligations."""

from decimal import Decimal

from projects import permissions
from projects.api import fields
from projects.api.fields import FIGURE, SOURCED, STATEMENT, Nested, Representation, choice, related
from projects.models import (
    Evidence,
    Obligation,
    Waiver,
)
from projects.models.choices import (
    AmountKind,
    BudgetLevel,
    DatePrecision,
    EvidenceStatus,
    Frequency,
    Inclusion,
    MoneySource,
    ObligationBasis,
    ObligationState,
    ObservationStatus,
    PartyRole,
    Severity,
    Side,
    Strength,
    TaxKind,
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
    | {"is_confidential": fields.boolean("is_confidential"), "note": fields.words("note")}
    | RECORDED,
)
AMOUNT_APART = AMOUNT | Representation("UncertainAmount", fields.project() | fields.programme())
PARTY = Representation(
    "Party",
    ID
    | related("organisation")
    | related("country", "organisation__country")
    | choice("role", PartyRole)
    | {"share": fields.number("share")}
    | SOURCED
    | RECORDED,
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
    | SOURCED
    | RECORDED,
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
    | {"cumulative": fields.number("cumulative"), "note": fields.words("note")}
    | RECORDED,
)
STAGE_CHANGE = Representation(
    "StageChange",
    ID
    | related("stage")
    | {"effective_on": fields.day("effective_on")}
    | choice("date_precision", DatePrecision)
    | {"reason": fields.text("reason")}
    | STATEMENT
    | RECORDED,
)
PROBLEM = Representation(
    "Problem",
    ID
    | {"title": fields.words("title")}
    | choice("severity", Severity)
    | choice("side", Side)
    | related("owner")
    | {"raised_on": fields.day("raised_on"), "due_on": fields.day("due_on"), "closed_on": fields.day("closed_on")}
    | {"resolution": fields.text("resolution")}
    | RECORDED,
)
FURTHER_SECTOR = Representation("FurtherSector", ID | related("sector") | SOURCED | RECORDED)


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
    | related("metric")
    | choice("budget_level", BudgetLevel)
    | {"target": fields.number("target")}
    | related("unit")
    | choice("state", ObligationState, ("on_day", "state"))
    | {"share": _on_day("share", fields.NUMBER), "reached": _on_day("reached", fields.NUMBER)}
    | {"deadline": _on_day("deadline", fields.nullable("string", format="date"))}
    | choice("turn", Side)
    | choice("frequency", Frequency)
    | {name: fields.day(name) for name in ("start_on", "due_on", "end_on")}
    | related("instrument")
    | {"clause": fields.text("clause"), "description": fields.words("description")}
    | SOURCED
    | RECORDED,
)
EVIDENCE = Representation(
    "Evidence",
    ID
    | {"period_start": fields.day("period_start"), "period_end": fields.day("period_end")}
    | {"value": fields.number("value"), "out_of": fields.number("out_of")}
    | choice("tax_kind", TaxKind)
    | choice("budget_level", BudgetLevel)
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
    related("responsible") | fields.user("owner") | related("agreement") | related("engagement"),
    {
        "evidence": Nested(EVIDENCE, seen(Evidence), "obligation_id"),
        "waivers": Nested(WAIVER, seen(Waiver), "obligation_id"),
    },
)


def obligations(context):
    return permissions.visible_to(context.user, Obligation.objects.all()).with_state(context.day)
