"""Every other noun as JSON: organisations, code lists, updates, engagements and their results, indicators, sources."""

from django.db.models import F

from projects import permissions, reports
from projects.api import fields
from projects.api.fields import FIGURE, SOURCED, Nested, Representation, choice, related
from projects.api.parts import ID, NAME, NAMES, OBLIGATION, RECORDED, obligations, seen
from projects.api.representations import PROJECT_NAME
from projects.models import (
    ActionItem,
    Agreement,
    IndicatorValue,
    Lead,
    Membership,
    Participation,
    Project,
    ProjectParty,
    Statement,
    Update,
)
from projects.models.choices import (
    AgreementKind,
    Certainty,
    DatePrecision,
    EngagementKind,
    Frequency,
    LeadStage,
    OrganisationKind,
    ParticipantRole,
    PartyRole,
    PlaceKind,
    SourceKind,
    StatementKind,
    UpdateStatus,
)

# ---- Organisations and code lists -------------------------------------------------------------------------

INVESTOR = Representation(
    "Investor",
    ID
    | NAME
    | choice("kind", OrganisationKind)
    | related("country")
    | related("province")
    | related("local_entity")
    | {name: fields.text(name) for name in ("bin", "uscc", "other_identifier_scheme", "other_identifier")}
    | {"is_placeholder": fields.boolean("is_placeholder")}
    | RECORDED,
)
_ROLE = Representation("Role", choice("role", PartyRole) | fields.project() | fields.programme() | SOURCED)
_MEMBERSHIP = Representation("Membership", related("consortium") | choice("role", PartyRole) | SOURCED)
INVESTOR_DETAIL = INVESTOR | Representation(
    "InvestorDetail",
    NAMES
    | related("parent")
    | {name: fields.text(name) for name in ("legal_form", "legal_address", "oked", "website", "aliases")}
    | {"registered_on": fields.day("registered_on"), "note": fields.words("note")},
    {
        "roles": Nested(_ROLE, seen(ProjectParty), "organisation_id"),
        "memberships": Nested(_MEMBERSHIP, seen(Membership), "member_id"),
        "obligations": Nested(OBLIGATION, obligations, "organisation_id"),
    },
)
SECTOR = Representation(
    "Sector",
    {"code": fields.key("code")}
    | NAMES
    | related("parent")
    | {name: fields.text(name) for name in ("oked", "isic", "oc4ids")}
    | {"is_active": fields.boolean("is_active")},
)
PLACE = Representation(
    "Place",
    {"code": fields.key("code")}
    | NAMES
    | choice("kind", PlaceKind)
    | related("parent")
    | {name: fields.text(name) for name in ("kato", "iso3", "centre")}
    | {"latitude": fields.number("latitude"), "longitude": fields.number("longitude")}
    | {"is_active": fields.boolean("is_active")},
)
RATE = Representation(
    "Rate",
    ID
    | related("currency")
    | {"day": fields.day("day"), "rate": fields.number("tenge")}
    | {"source_rate": fields.number("source_rate"), "quant": fields.integer("quant"), "origin": fields.text("origin")},
)


def with_tenge(rates):
    """Rates with what one unit is worth in tenge."""
    return rates.annotate(tenge=F("source_rate") / F("quant"))


# ---- Updates, engagements, leads, agreements --------------------------------------------------------------

# What an update reports: name of a question -> what stood there and what is reported, both as texts.


class Changes:
    """What updates report, by question; of payments only what the caller may read."""

    def by_owner(self, keys, context):
        updates = list(Update.objects.filter(pk__in=keys).values_list("pk", "project", "changes"))
        withheld = permissions.withheld_payments(context.user, {project for _key, project, _changes in updates})
        return {
            key: {
                name: change
                for name, change in changes.items()
                if not (project in withheld and reports.is_payment(name))
            }
            for key, project, changes in updates
        }

    def empty(self, context):
        return {}

    def schema(self):
        parts = {"was": {"type": "string"}, "now": {"type": "string"}}
        change = {"type": "object", "properties": parts, "required": ["was", "now"]}
        return {"type": "object", "additionalProperties": change}


UPDATE = Representation(
    "Update",
    ID
    | fields.project()
    | {"period": fields.integer("period_id")}
    | {"period_start": fields.day("period__start_on"), "period_end": fields.day("period__end_on")}
    | choice("status", UpdateStatus)
    | {"no_change": fields.boolean("is_no_change"), "narrative": fields.text("narrative")}
    | {"reported_on": fields.day("reported_on")}
    | fields.user("author")
    | {"submitted_at": fields.moment("submitted_at")}
    | fields.user("holder")
    | fields.user("reviewer")
    | {"reviewed_at": fields.moment("reviewed_at"), "review_comment": fields.text("review_comment")}
    | {"created_at": fields.moment("created_at")}
    | RECORDED,
    {"changes": Changes()},
)
LEAD = Representation(
    "Lead",
    ID
    | NAME
    | choice("stage", LeadStage)
    | related("sector")
    | related("place")
    | related("engagement")
    | related("organisation")
    | fields.project("converted_to")
    | {"tags": fields.text("tags")}
    | SOURCED
    | RECORDED,
)
LEAD_DETAIL = LEAD | Representation("LeadDetail", NAMES | fields.in_languages("description"))
AGREEMENT = Representation(
    "Agreement",
    ID
    | NAME
    | choice("kind", AgreementKind)
    | {"concluded_on": fields.day("concluded_on")}
    | choice("date_precision", DatePrecision)
    | {"expires_on": fields.day("expires_on")}
    | related("engagement")
    | fields.project()
    | fields.programme()
    | {"has_document": fields.Field(("document_id",), lambda value: value is not None, {"type": "boolean"})}
    | SOURCED
    | RECORDED,
)
ENGAGEMENT = Representation(
    "Engagement",
    ID
    | NAME
    | choice("kind", EngagementKind)
    | {"held_on": fields.day("held_on")}
    | choice("date_precision", DatePrecision)
    | related("place")
    | {"venue": fields.words("venue")}
    | related("sector")
    | fields.programme()
    | SOURCED
    | RECORDED,
)
_PARTICIPANT = Representation(
    "Participant", choice("role", ParticipantRole) | related("person") | related("organisation")
)
_DECISION = Representation(
    "Decision",
    ID
    | {"task": fields.words("task"), "due_on": fields.day("due_on"), "done_on": fields.day("done_on")}
    | fields.user("owner")
    | related("organisation")
    | fields.project(),
)
ENGAGEMENT_DETAIL = ENGAGEMENT | Representation(
    "EngagementDetail",
    NAMES | fields.in_languages("summary"),
    {
        "projects": Nested(Representation("ProjectName", PROJECT_NAME), seen(Project), "engagements"),
        "participants": Nested(_PARTICIPANT, seen(Participation), "engagement_id"),
        "agreements": Nested(AGREEMENT, seen(Agreement), "engagement_id"),
        "leads": Nested(LEAD, seen(Lead), "engagement_id"),
        "decisions": Nested(_DECISION, seen(ActionItem), "engagement_id"),
    },
)
AGREEMENT_DETAIL = AGREEMENT | Representation(
    "AgreementDetail", NAMES, {"obligations": Nested(OBLIGATION, obligations, "agreement_id")}
)


# ---- Indicators and sources -------------------------------------------------------------------------------

INDICATOR = Representation(
    "Indicator",
    ID
    | {"code": fields.key("code")}
    | NAME
    | related("place")
    | related("unit")
    | choice("frequency", Frequency)
    | {"is_rank": fields.boolean("is_rank")}
    | RECORDED,
)
_VALUE = Representation(
    "IndicatorValue",
    ID
    | {"period_start": fields.day("period_start"), "period_end": fields.day("period_end")}
    | {"value": fields.number("value")}
    | related("partner")
    | {"is_computed": fields.boolean("is_computed"), "formula": fields.text("formula")}
    | FIGURE,
)
INDICATOR_DETAIL = INDICATOR | Representation(
    "IndicatorDetail",
    NAMES | {"description": fields.words("description")},
    {"values": Nested(_VALUE, seen(IndicatorValue), "indicator_id")},
)
SOURCE = Representation(
    "Source",
    {"code": fields.key("code"), "title": fields.words("title")}
    | choice("kind", SourceKind)
    | {"language": fields.text("language"), "url": fields.text("url"), "published_on": fields.day("published_on")}
    | choice("date_precision", DatePrecision)
    | {"date_note": fields.words("date_note")}
    | related("publisher")
    | RECORDED,
)
STATEMENT_ROW = Representation(
    "Statement",
    {"code": fields.key("code"), "source": fields.text("source__code")}
    | choice("kind", StatementKind)
    | {"text": fields.words("text"), "locator": fields.text("locator")}
    | related("speaker")
    | choice("certainty", Certainty)
    | {"note": fields.words("note")}
    | RECORDED,
)
SOURCE_DETAIL = SOURCE | Representation(
    "SourceDetail",
    fields.in_languages("title"),
    {"statements": Nested(STATEMENT_ROW, seen(Statement), "source_id")},
)
STATEMENT_DETAIL = STATEMENT_ROW | Representation(
    "StatementDetail",
    fields.in_languages("text"),
    {
        "contradicts": Nested(
            Representation("Contradiction", {"code": fields.key("code")}), seen(Statement), "contradicts"
        )
    },
)
