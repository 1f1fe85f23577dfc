"""Closed lists: their codes, labels and colours. Open lists are tables in codelists.py."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Coloured(TextChoices):
    """Choices whose `colour` (grey, blue, green, amber, red) the pill component shows."""

    @classmethod
    def colour_of(cls, value):
        return cls.colours().get(value, "grey")

    @classmethod
    def colours(cls):
        return {}


class Bound(TextChoices):
    EQ = "eq", _("exactly")
    GT = "gt", _("more than")
    GE = "ge", _("at least")
    LT = "lt", _("less than")
    LE = "le", _("at most")
    APPROX = "approx", _("about")


class Certainty(Coloured):
    DOCUMENT = "document", _("document on file")
    SINGLE_SOURCE = "single_source", _("single source")
    LIKELY = "likely", _("likely")
    POSSIBLE = "possible", _("possible")
    DISPUTED = "disputed", _("disputed")

    @classmethod
    def colours(cls):
        return {"document": "green", "single_source": "blue", "likely": "blue", "possible": "amber", "disputed": "red"}


class DatePrecision(TextChoices):
    DAY = "day", _("day")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    YEAR = "year", _("year")
    BY = "by", _("on or before")
    RELATIVE = "relative", _("relative to another date")
    UNKNOWN = "unknown", pgettext_lazy("date precision", "unknown")


class AmountKind(Coloured):
    ANNOUNCED = "announced", _("announced")
    COMMITTED = "committed", _("committed")
    DISBURSED = "disbursed", _("disbursed")

    @classmethod
    def colours(cls):
        return {"announced": "blue", "committed": "amber", "disbursed": "green"}


class MoneySource(TextChoices):
    OWN = "own", _("own funds")
    BORROWED = "borrowed", _("borrowed funds")
    BUDGET = "budget", _("budget")
    FOREIGN = "foreign", _("foreign funds")
    UNKNOWN = "unknown", _("not stated in source")


class Inclusion(TextChoices):
    """Whether an amount is part of another one (`Amount.included_in`)."""

    NO = "no", _("stands alone")
    YES = "yes", _("included in another amount")
    UNKNOWN = "unknown", _("not known whether included")


class ProjectStatus(Coloured):
    ONGOING = "ongoing", _("on track")
    DELAYED = "delayed", _("delayed")
    SUSPENDED = "suspended", _("suspended")
    CANCELLED = "cancelled", _("cancelled")

    @classmethod
    def colours(cls):
        return {"ongoing": "green", "delayed": "amber", "suspended": "red", "cancelled": "grey"}


class StageGroup(Coloured):
    UNKNOWN = "unknown", _("stage not stated")
    PRE_CONSTRUCTION = "pre_construction", _("before construction")
    CONSTRUCTION = "construction", _("under construction")
    OPERATION = "operation", _("operating")

    @classmethod
    def colours(cls):
        return {"pre_construction": "blue", "construction": "amber", "operation": "green"}


class Expiry(Coloured):
    """Of a document on a day; computed, never stored."""

    SOON = "soon", _("expires soon")
    EXPIRED = "expired", _("expired")

    @classmethod
    def colours(cls):
        return {"soon": "amber", "expired": "red"}


class StageFact(TextChoices):
    """What the register can know of a project before it counts as being at a stage (`stages.requirements`)."""

    INVESTOR = "investor", _("the investor is known")
    MAIN_SECTOR = "main_sector", _("main sector")
    PLACE = "place", _("place")
    COMMITTED = "committed", _("committed amount")
    CONTRACT_NUMBER = "contract_number", _("contract number")
    PLANNED_END = "planned_end_on", _("planned end")
    BIN = "bin", _("a party with a BIN")
    STARTED = "started_on", _("actual start")
    COMMISSIONED = "commissioned_on", _("commissioned on")


class ProjectType(TextChoices):
    NEW = "new", _("new site")
    EXPANSION = "expansion", _("expansion")
    MODERNISATION = "modernisation", _("modernisation")


class PartyRole(TextChoices):
    INVESTOR = "investor", _("investor")
    FUNDER = "funder", _("funder")
    IMPLEMENTER = "implementer", _("implementing entity")
    CONSORTIUM = "consortium", _("consortium")
    ACCOUNTABLE = "accountable", _("accountable body")
    PUBLIC_AUTHORITY = "public_authority", _("public authority")
    SUPPLIER = "supplier", _("supplier or contractor")
    UNKNOWN = "unknown", _("role not stated in source")


class OrganisationKind(TextChoices):
    COMPANY = "company", _("company")
    CONSORTIUM = "consortium", _("consortium")
    STATE_BODY = "state_body", _("state body")
    EMBASSY = "embassy", _("embassy")
    WORKING_GROUP = "working_group", _("working group")
    MEDIA = "media", _("news agency")
    INSTITUTION = "institution", _("institution")
    OTHER = "other", pgettext_lazy("kind of organisation", "other")


class PlaceKind(TextChoices):
    COUNTRY = "country", _("country")
    REGION = "region", _("region")
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    DISTRICT = "district", _("district")
    SETTLEMENT = "settlement", _("settlement")
    INDUSTRIAL_ZONE = "industrial_zone", _("industrial zone")
    SITE = "site", _("site")


class SourceKind(TextChoices):
    ARTICLE = "article", _("news article")
    LETTER = "letter", _("letter")
    DOCUMENT = "document", _("document")
    MINUTES = "minutes", _("minutes of a meeting")
    REPORT = "report", _("report of staff")
    STATISTICS = "statistics", _("statistics")


class StatementKind(TextChoices):
    FACT = "fact", _("fact")
    FIGURE = "figure", _("figure")
    QUOTE = "quote", _("quotation")
    INTENT = "intent", _("intention")
    DEMAND = "demand", _("demand")


class LinkKind(TextChoices):
    SUPPLIES = "supplies", _("supplies")
    DEPENDS_ON = "depends_on", _("depends on")
    PART_OF = "part_of", _("is part of")
    REPLACES = "replaces", _("replaces")


class ObservationStatus(Coloured):
    PLANNED = "planned", _("planned")
    FORECAST = "forecast", _("forecast")
    ACTUAL = "actual", _("actual")

    @classmethod
    def colours(cls):
        return {"planned": "blue", "forecast": "amber", "actual": "green"}


class UpdateStatus(Coloured):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")

    @classmethod
    def colours(cls):
        return {"draft": "grey", "submitted": "blue", "returned": "amber", "approved": "green"}


OF_AUTHOR = (UpdateStatus.DRAFT, UpdateStatus.RETURNED)  # not sent, or to be mended: the author goes on with it


class ReportState(Coloured):
    """Computed for a day, never stored (`cadence.reports`)."""

    REPORTED = "reported", _("reported")
    NOT_DUE = "not_due", _("not due yet")
    DUE = "due", _("due soon")
    OVERDUE = "overdue", _("overdue")
    MISSED = "missed", _("not reported before the period was closed")

    @classmethod
    def colours(cls):
        return {"reported": "green", "due": "amber", "overdue": "red", "missed": "red"}


class Frequency(TextChoices):
    ONCE = "once", _("once")
    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every quarter")
    HALF_YEARLY = "half_yearly", _("every half-year")
    YEARLY = "yearly", _("every year")
    NOT_STATED = "not_stated", _("not stated in source")


class WorkingDayRule(TextChoices):
    NONE = "none", _("the day itself, also on a day off")
    NEXT = "next", _("the next working day")
    PREVIOUS = "previous", _("the working day before")


class Severity(Coloured):
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")
    CRITICAL = "critical", _("critical")

    @classmethod
    def colours(cls):
        return {"normal": "grey", "high": "amber", "critical": "red"}


class Side(TextChoices):
    INVESTOR = "investor", _("investor")
    REGION = "region", _("region")


class Strength(TextChoices):
    MUST = "must", _("must")
    SHOULD = "should", _("should")


class ObligationBasis(TextChoices):
    ORAL = "oral", _("oral statement")
    AGREEMENT = "agreement", _("agreement")
    LAW = "law", _("law")
    PERMIT = "permit", _("permit condition")


class ObligationState(Coloured):
    """Computed for a day, never stored (`Obligation.objects.with_state`)."""

    NO_TARGET = "no_target", _("no target set")
    NOT_DUE = "not_due", _("not due yet")
    DUE = "due", _("due soon")
    MET = "met", _("met")
    PARTLY = "partly", _("partly met")
    OVERDUE = "overdue", _("overdue")
    WAIVED = "waived", _("waived")

    @classmethod
    def colours(cls):
        return {"due": "amber", "met": "green", "partly": "blue", "overdue": "red"}


class TaxKind(TextChoices):
    """What a payment is; which budget it goes to is said beside it, as the split changes by law and by payer."""

    CORPORATE_INCOME = "corporate_income", _("corporate income tax")
    PERSONAL_INCOME = "personal_income", _("personal income tax")
    SOCIAL = "social", _("social tax")
    PROPERTY = "property", _("property tax")
    LAND = "land", _("land tax")
    VEHICLE = "vehicle", _("vehicle tax")
    VALUE_ADDED = "value_added", _("value added tax")
    IMPORT_DUTY = "import_duty", _("import duty")
    OTHER = "other", pgettext_lazy("kind of tax", "other tax or payment")


class BudgetLevel(TextChoices):
    LOCAL = "local", _("local budget")
    REPUBLICAN = "republican", _("republican budget")


class Attention(Coloured):
    """Why leadership looks at a project; computed for a day, never stored (`attention.condition`)."""

    LATE = "late", _("late")
    AT_RISK = "at_risk", _("at risk")
    BLOCKED = "blocked", _("blocked")
    UNANSWERED = "unanswered", _("unanswered")

    @classmethod
    def colours(cls):
        return {"late": "red", "at_risk": "amber", "blocked": "red", "unanswered": "blue"}


class EvidenceStatus(Coloured):
    OFFERED = "offered", _("waiting for acceptance")
    ACCEPTED = "accepted", _("accepted")
    REJECTED = "rejected", _("rejected")

    @classmethod
    def colours(cls):
        return {"offered": "blue", "accepted": "green", "rejected": "red"}


class ShipmentStatus(Coloured):
    PLANNED = "planned", _("planned")
    IN_TRANSIT = "in_transit", _("in transit")
    ARRIVED = "arrived", _("arrived")
    CLEARED = "cleared", _("through customs")
    INSTALLED = "installed", _("installed")

    @classmethod
    def colours(cls):
        return {"in_transit": "amber", "arrived": "blue", "cleared": "blue", "installed": "green"}


class CheckpointKind(TextChoices):
    LOADED = "loaded", _("loaded")
    BORDER = "border", _("at the border")
    ARRIVED = "arrived", _("arrived")
    CUSTOMS = "customs", _("through customs")
    INSPECTED = "inspected", _("inspected")
    INSTALLED = "installed", _("installed")


class EngagementKind(TextChoices):
    VISIT = "visit", _("visit")
    TALKS = "talks", _("talks")
    MEETING = "meeting", _("meeting")
    CEREMONY = "ceremony", _("ceremony")


class ParticipantRole(TextChoices):
    HEAD = "head", _("head of delegation")
    PARTICIPANT = "participant", _("participant")
    HOST = "host", _("host")
    SUPPORT = "support", _("support")


class AgreementKind(TextChoices):
    UNSPECIFIED = "unspecified", _("kind not stated in source")
    VERBAL = "verbal", _("verbal only")
    MEMORANDUM = "memorandum", _("memorandum of understanding")
    CONTRACT = "contract", _("contract")
    INVESTMENT = "investment", _("investment agreement")
    OBLIGATIONS = "obligations", _("agreement on investment obligations")


class LeadStage(Coloured):
    INTEREST = "interest", _("interest")
    CONTACT = "contact", _("in contact")
    PROPOSAL = "proposal", _("proposal")
    CONVERTED = "converted", _("became a project")
    DROPPED = "dropped", _("dropped")

    @classmethod
    def colours(cls):
        return {"interest": "grey", "contact": "blue", "proposal": "amber", "converted": "green", "dropped": "red"}


class ViewAudience(TextChoices):
    ME = "me", _("only me")
    PERSON = "person", _("one other person")
    GROUP = "group", _("a group")
    ALL = "all", _("everyone")


class AsOfRule(TextChoices):
    """The day that a saved view looks back to, computed when it is opened."""

    STATED = "stated", _("as in the address that was saved")
    MONTH = "month", _("the end of the last month")
    QUARTER = "quarter", _("the end of the last quarter")
    YEAR = "year", _("the end of the last year")


class ImportStatus(Coloured):
    UPLOADED = "uploaded", _("uploaded")
    CHECKED = "checked", _("checked")
    REFUSED = "refused", _("refused")
    SUBMITTED = "submitted", _("waits for approval")
    RETURNED = "returned", _("returned")
    DONE = "done", _("done")
    UNDONE = "undone", _("taken back")

    @classmethod
    def colours(cls):
        colours = {"uploaded": "grey", "checked": "blue", "refused": "red", "done": "green", "undone": "amber"}
        return colours | {"submitted": "amber", "returned": "red"}


class RunState(Coloured):
    WAITING = "waiting", _("waits for the worker")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("ended by a person")
    DEAD = "dead", _("interrupted")

    @classmethod
    def colours(cls):
        colours = {"waiting": "grey", "running": "blue", "done": "green", "failed": "red"}
        return colours | {"cancelled": "amber", "dead": "red"}


class TokenScope(TextChoices):
    READ = "read", _("reading")
    WRITE = "write", _("reading and writing")
    CALENDAR = "calendar", _("calendar only")


class SecondFactorChange(TextChoices):
    SET_UP = "set_up", _("second factor set up")
    CODE_USED = "code_used", _("recovery code used")
    CODES_RENEWED = "codes_renewed", _("recovery codes made anew")
    TURNED_OFF = "turned_off", _("second factor turned off")
    RESET = "reset", _("second factor reset")


class WebhookEvent(TextChoices):
    APPROVED = "update.approved", _("update approved")
    PUBLISHED = "project.published", _("project made public")
    CHANGED = "project.changed", _("project changed")
