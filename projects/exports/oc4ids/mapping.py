"""A project of the register as a project of OC4IDS. Nothing is guessed: what is not stated has no key."""

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone
from translated_fields import to_attribute

from projects.models import (
    Amount,
    Milestone,
    Obligation,
    Observation,
    ProjectDocument,
    ProjectLink,
    ProjectParty,
    ProjectSector,
)
from projects.models.choices import (
    AmountKind,
    Bound,
    DatePrecision,
    MoneySource,
    ObligationState,
    ObservationStatus,
    PartyRole,
    PlaceKind,
    ProjectStatus,
    ProjectType,
    StageGroup,
)

REFERENCES, SECTORS, PROGRAMMES = "WKR", "WKR-SECTOR", "WKR-PROGRAMME"  # names of our own codes in packages
PLATFORM = "KZ-INVESTMENT-PLATFORM"
UNITS = "UCUM"
MONEY = "money"  # how dimensions of units begin that are currencies

TYPES = {
    ProjectType.NEW: "construction",
    ProjectType.EXPANSION: "expansion",
    ProjectType.MODERNISATION: "rehabilitation",
}
# Roles without a code of the standard stay as ours: its list is open. A role that is not stated is none.
ROLES = {
    PartyRole.INVESTOR: "funder",
    PartyRole.FUNDER: "funder",
    PartyRole.PUBLIC_AUTHORITY: "publicAuthority",
    PartyRole.SUPPLIER: "supplier",
    PartyRole.UNKNOWN: None,
}
METRICS = {"physical_progress": "physicalProgress", "financial_progress": "financialProgress"}
MILESTONES = {
    "talks_held": "engagement",
    "memorandum_signed": "approval",
    "contract_signed": "approval",
    "entity_registered": "approval",
    "land_allocated": "approval",
    "expertise_passed": "approval",
    "equipment_dispatched": "delivery",
    "equipment_delivered": "delivery",
    "first_payment": "payment",
}
OBLIGATIONS = {"REG": "approval", "TAX": "payment", "TRAINING": "payment", "SOC": "payment"}
STATES = {
    ObligationState.NOT_DUE: "scheduled",
    ObligationState.DUE: "scheduled",
    ObligationState.MET: "met",
    ObligationState.PARTLY: "partiallyMet",
    ObligationState.OVERDUE: "notMet",
}
EXACT = (DatePrecision.DAY, DatePrecision.BY)  # dates that may stand as a day


def language_code(language):
    """The language of texts as the standard asks for it: two letters."""
    return language.partition("-")[0]


def moment(value):
    """A moment as RFC 3339 writes it, to the second."""
    return timezone.localtime(value).isoformat(timespec="seconds")


def day(value):
    """A date as a moment, which the standard asks for: its first one, in UTC."""
    return None if value is None else f"{value.isoformat()}T00:00:00Z"


def read(rows):
    """The projects with all that a package tells of them."""
    counted = Amount.objects.on_projects().filter(is_confidential=False).select_related("payer", "phase", "statement")
    links = ProjectLink.objects.filter(to_project__is_placeholder=False).select_related("to_project")
    documents = ProjectDocument.objects.filter(document__is_confidential=False).select_related("document")
    parties = ProjectParty.objects.filter(organisation__is_placeholder=False)
    return (
        rows.select_related("main_sector", "stage", "programme", "place__parent__parent__parent")
        .defer(None)  # a package tells what a list does not show
        .defer("place__boundary")
        .prefetch_related(None)
        .prefetch_related(
            Prefetch("amounts", counted.order_by("as_of", "id"), to_attr="published_amounts"),
            Prefetch("parties", parties.select_related("organisation__country", "organisation__province")),
            Prefetch("further_sectors", ProjectSector.objects.select_related("sector")),
            Prefetch("observations", Observation.objects.select_related("metric", "unit").order_by("as_of", "id")),
            Prefetch("milestones", Milestone.objects.select_related("kind")),
            Prefetch("obligations", Obligation.objects.with_state(timezone.localdate()).select_related("kind", "unit")),
            Prefetch("links", links),
            Prefetch("documents", documents),
        )
    )


def project(row, language, parts):
    """One project as a dictionary.

    Args:
        row: of `read`. language: two letters. parts: functions (row) -> dictionary, such as `PARTS`.
    """
    found = {"id": public_id(row), "updated": moment(row.updated_at), "language": language}
    for part in parts:
        found |= _stated(part(row))
    return found


def public_id(row):
    """The reference with the publisher's prefix, which makes it different from everybody else's."""
    return f"{settings.OC4IDS_PREFIX}-{row.reference}"


def _stated(values):
    """Without keys of which nothing is known."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _value(amount, currency):
    return {"amount": int(amount) if amount == amount.to_integral_value() else float(amount), "currency": currency}


def _period(start, end):
    return _stated({"startDate": day(start), "endDate": day(end)})


def _own(row, name):
    """A text in the language of the package, and in no other."""
    return getattr(row, to_attribute(name))


# ---- Parts of a project ---------------------------------------------------------------------------


def numbers(row):
    """What other registers call it, and the programme that it belongs to."""
    platform = [{"id": row.platform_number, "scheme": PLATFORM}] if row.platform_number else []
    known = identity(row)
    programmes = [row.programme] if row.programme_id else []
    return {
        "identifiers": known["identifiers"] + platform,
        "additionalClassifications": [
            *known["additionalClassifications"],
            *({"scheme": PROGRAMMES, "id": one.code, "description": one.name} for one in programmes),
        ],
    }


def identity(row):
    sectors = [row.main_sector, *(further.sector for further in row.further_sectors.all())]
    sectors = [sector for sector in sectors if sector is not None]
    return {
        "identifiers": [{"id": row.reference, "scheme": REFERENCES}],
        "title": row.name,
        "description": _own(row, "description"),
        "purpose": _own(row, "purpose"),
        "status": status(row),
        "type": TYPES.get(row.project_type),
        "sector": list(dict.fromkeys(sector.oc4ids for sector in sectors if sector.oc4ids)),
        "additionalClassifications": [
            {"scheme": SECTORS, "id": sector.pk, "description": str(sector)} for sector in dict.fromkeys(sectors)
        ],
        "period": _period(row.planned_start_on, row.planned_end_on),
        "completion": _stated({"endDate": day(row.commissioned_on)}),
        "x_actualStart": day(row.started_on),  # the standard has planned periods only
        "x_status": row.status,  # and no code for a delay or a suspension
    }


def status(row):
    """How far the project is; cancelled projects are that. A stage that is known only roughly may be none."""
    if row.status == ProjectStatus.CANCELLED:
        return "cancelled"
    if row.stage_id:
        return row.stage.oc4ids_status
    return "implementation" if row.stage_group == StageGroup.CONSTRUCTION else None


def places(row):
    """Where it is: the project's own point alone, for the middle of a district is not where a plant stands."""
    names, place = {}, row.place
    while place is not None:
        kind = {PlaceKind.COUNTRY: "countryName", PlaceKind.REGION: "region", PlaceKind.PROVINCE: "region"}
        names.setdefault(kind.get(place.kind, "locality"), place.name)
        place = place.parent
    point = row.longitude is not None and {
        "type": "Point",
        "coordinates": [float(row.longitude), float(row.latitude)],
    }
    location = _stated({"geometry": point or None, "address": names})
    return {"locations": [{"id": row.place_id or "point"} | location] if location else []}


def organisations(row):
    roles = {}
    for party in row.parties.all():
        role = ROLES.get(party.role, party.role)
        roles.setdefault(party.organisation, []).extend([role] if role else [])
    found = [_organisation(organisation, of_it) for organisation, of_it in roles.items()]
    authorities = [one for one in found if "publicAuthority" in one.get("roles", ())]
    return {
        "parties": found,
        "publicAuthority": {key: authorities[0][key] for key in ("id", "name")} if len(authorities) == 1 else None,
    }


def _organisation(row, roles):
    identifier = (
        {"scheme": "KZ-BIN", "id": row.bin}
        if row.bin
        else {"scheme": "CN-USCC", "id": row.uscc}
        if row.uscc
        else {"scheme": row.other_identifier_scheme, "id": row.other_identifier}
        if row.other_identifier and row.other_identifier_scheme
        else None
    )
    return _reference(row) | _stated(
        {
            "identifier": identifier,
            "address": _stated(
                {"region": row.province and row.province.name, "countryName": row.country and row.country.name}
            ),
            "roles": list(dict.fromkeys(roles)),
        }
    )


def _reference(row):
    return {"id": f"org-{row.pk}", "name": row.name}


def _payer(amount):
    return _reference(amount.payer) if amount.payer_id and not amount.payer.is_placeholder else None


def money(row):
    """Announced money is the budget, committed money its finance, paid money the transactions.

    One budget where one sum says it: all in one currency, as the list of the register adds them up.
    """
    by_kind = {kind: [a for a in row.published_amounts if a.kind == kind] for kind in AmountKind}
    announced = by_kind[AmountKind.ANNOUNCED]
    budget = {}
    if len({amount.currency_id for amount in announced}) == 1:
        budget["amount"] = _value(sum(amount.value for amount in announced), announced[0].currency_id)
    if len(announced) > 1 or any(amount.phase_id or amount.payer_id for amount in announced):
        items = [
            _stated(
                {
                    "id": f"amount-{amount.pk}",
                    "description": str(amount.phase) if amount.phase_id else None,
                    "amount": _value(amount.value, amount.currency_id),
                    "sourceParty": _payer(amount),
                }
            )
            for amount in announced
        ]
        budget["budgetBreakdowns"] = [{"id": AmountKind.ANNOUNCED.value, "budgetBreakdown": items}]
    budget["finance"] = [
        _stated(
            {
                "id": f"amount-{amount.pk}",
                "value": _value(amount.value, amount.currency_id),
                "financingParty": _payer(amount),
                "assetClass": ["debt"] if amount.money_source == MoneySource.BORROWED else None,
            }
        )
        for amount in by_kind[AmountKind.COMMITTED]
    ]
    return {
        "budget": _stated(budget),
        "transactions": [
            _stated(
                {
                    "id": f"amount-{amount.pk}",
                    "date": day(amount.as_of) if amount.date_precision == DatePrecision.DAY else None,
                    "value": _value(amount.value, amount.currency_id),
                    "payer": _payer(amount),
                }
            )
            for amount in by_kind[AmountKind.DISBURSED]
        ],
        # The standard has no word for how exact and how sure a sum is.
        "x_amounts": [
            _stated(
                {
                    "id": f"amount-{amount.pk}",
                    "kind": amount.kind,
                    "bound": amount.bound,
                    "asOf": amount.as_of and amount.as_of.isoformat(),
                    "datePrecision": amount.date_precision,
                    "certainty": amount.certainty,
                }
            )
            for amount in row.published_amounts
        ],
    }


def measures(row):
    """What is there stands in metrics, what is planned or expected in forecasts."""
    found = {"metrics": {}, "forecasts": {}}
    for observation in row.observations.all():
        part = found["metrics" if observation.status == ObservationStatus.ACTUAL else "forecasts"]
        metric = observation.metric
        key = METRICS.get(metric.pk, metric.pk)
        one = part.setdefault(key, {"id": key, "title": metric.name, "observations": []})
        one["observations"].append(_observation(observation))
    return {name: list(part.values()) for name, part in found.items()}


def _observation(row):
    is_money = row.unit.dimension.startswith(MONEY)
    known_on = row.as_of if row.date_precision in EXACT else None
    return _stated(
        {
            "id": f"observation-{row.pk}",
            "period": _period(row.period_start, row.period_end or known_on),
            "value": _value(row.value, row.unit_id) if is_money else None,
            "measure": None if is_money else f"{row.value.normalize() + 0:f}",
            "unit": None if is_money else {"name": row.unit.name, "scheme": UNITS, "id": row.unit_id},
            "notes": str(Bound(row.bound).label) if row.bound != Bound.EQ else None,
        }
    )


def events(row):
    return {"milestones": [_milestone(milestone) for milestone in row.milestones.all()]}


def _milestone(row):
    due = row.planned_on if row.planned_precision in EXACT else None
    met = row.met_on if row.met_precision in EXACT else None
    late = due is not None and due < timezone.localdate()
    return _stated(
        {
            "id": f"milestone-{row.pk}",
            "title": row.kind.name,
            "type": MILESTONES.get(row.kind_id),
            "dueDate": day(due),
            "dateMet": day(met),
            "status": "met" if row.met_on else "notMet" if late else "scheduled" if due else None,
        }
    )


def events_and_promises(row):
    """Milestones and, as the milestones that they come nearest to, obligations, with what they are on this day."""
    promises = [_obligation(obligation) for obligation in row.obligations.all()]
    return {"milestones": events(row)["milestones"] + promises}


def _obligation(row):
    deadline = row.deadline or row.due_on
    is_money = row.target is not None and row.unit.dimension.startswith(MONEY)
    return _stated(
        {
            "id": f"obligation-{row.pk}",
            "title": row.kind.name,
            "type": OBLIGATIONS.get(row.kind_id),
            "dueDate": day(deadline),
            "status": STATES.get(row.state),
            "value": _value(row.target, row.unit_id) if is_money else None,
        }
    )


def related(row):
    return {
        "relatedProjects": [
            {
                "id": f"link-{link.pk}",
                "scheme": "oc4ids",
                "identifier": public_id(link.to_project),
                "relationship": link.kind,
                "title": link.to_project.name,
            }
            for link in row.links.all()
            if link.to_project_id
        ]
    }


def files(row):
    """Names of documents; the files themselves are for those who sign in."""
    return {
        "documents": [
            {"id": f"document-{use.document_id}", "documentType": use.document.document_type_id}
            | {"title": use.document.title}
            for use in row.documents.all()
            if use.document.title
        ]
    }


# Of what is shown to everybody: neither obligations nor documents, nor what ties it to records that are not public.
PUBLIC_PARTS = (identity, places, organisations, money, measures, events)
PARTS = (identity, numbers, places, organisations, money, measures, events_and_promises, related, files)
