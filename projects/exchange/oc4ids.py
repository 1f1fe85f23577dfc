"""OC4IDS packages of other publishers: their projects as ours, each fact with the package as its source.

Nothing is guessed and nothing merged by name: a code that the register does not have is left out and told, an
organisation is the same only by its number. All of a package is written, or nothing.
"""

import datetime
import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from translated_fields import to_attribute

from projects.exchange import one_at_a_time
from projects.exports.oc4ids import schema
from projects.exports.oc4ids.mapping import METRICS, TYPES
from projects.models import (
    Amount,
    Currency,
    ImportJob,
    Metric,
    Milestone,
    MilestoneKind,
    Observation,
    Organisation,
    Project,
    ProjectParty,
    Sector,
    Source,
    Statement,
    Unit,
)
from projects.models.choices import (
    AmountKind,
    DatePrecision,
    ImportStatus,
    ObservationStatus,
    OrganisationKind,
    PartyRole,
    SourceKind,
    StageGroup,
)

LARGEST = 50 * 1024 * 1024  # bytes of a package
REFERENCE, SOURCE = 40, 32  # characters of a reference; digits of the SHA-256 in the code of a source
KINDS = {code: kind for kind, code in TYPES.items()}
STAGES = {
    "identification": StageGroup.PRE_CONSTRUCTION,
    "preparation": StageGroup.PRE_CONSTRUCTION,
    "implementation": StageGroup.CONSTRUCTION,
    "completion": StageGroup.OPERATION,
    "maintenance": StageGroup.OPERATION,
}
ROLES = {
    "funder": PartyRole.FUNDER,
    "supplier": PartyRole.SUPPLIER,
    "publicAuthority": PartyRole.PUBLIC_AUTHORITY,
}
SHARES = {code: ours for ours, code in METRICS.items()}
# Keys of a project that are read, in whole or in part; of all others it is told that they were not kept.
READ = {
    *("id", "updated", "language", "identifiers", "title", "description", "purpose", "status", "type", "sector"),
    *("period", "completion", "locations", "budget", "transactions", "parties", "publicAuthority", "milestones"),
    *("metrics", "forecasts"),
}


class Unreadable(Exception):
    """The file is no package that can be read; its text says why."""


class _Undone(Exception):
    """Everything was tried, and is taken back."""


@dataclass
class Report:
    """What came of a package. created: kind of record -> how many. errors: lines that hinder it (then nothing is
    written). left_out: what could not be kept, with how often. job: the import on record, None where nothing is.
    """

    sha256: str
    projects: int = 0
    created: dict = field(default_factory=dict)
    errors: list = field(default_factory=list)
    left_out: dict = field(default_factory=dict)
    job: int | None = None

    def as_dict(self):
        return asdict(self)


def read(data):
    """A package from bytes. Raises: Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(_("The file is larger than %(size)d MB.") % {"size": LARGEST // 1024**2})
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise Unreadable(_("The file is not JSON that can be read.")) from error
    if not isinstance(found, dict) or not isinstance(found.get("projects"), list):
        raise Unreadable(_("The file is no OC4IDS package: it has no list of projects."))
    return found


def _refused(constant):
    raise ValueError(constant)  # NaN and the infinities are no JSON


def bring_in(data, *, by, file_name, dry_run=False):
    """Bring a package in, all of it or nothing.

    Args:
        data: bytes of the file. by: the user in whose name. dry_run: try everything and keep nothing.
    Returns: a Report. Raises: Unreadable.
    """
    package = read(data)
    report = Report(hashlib.sha256(data).hexdigest(), len(package["projects"]))
    report.errors = schema.faults_of_package(package)
    if report.errors:
        return report
    try:
        with transaction.atomic():
            one_at_a_time()
            job = ImportJob(file_name=file_name[:255], sha256=report.sha256, owner=by, status=ImportStatus.DONE)
            job.save()
            with pghistory.context(user=by.pk, door="import", reason=file_name[:500], import_job=job.pk):
                _Importer(package, report).run()
            if report.errors or dry_run:
                raise _Undone
            job.counts, job.mapping = report.created, {"format": f"OC4IDS {schema.VERSION}"}
            job.save()
            report.job = job.pk
    except _Undone:
        pass
    return report


class _Importer:
    def __init__(self, package, report):
        self.package, self.report = package, report
        self.created, self.left_out = Counter(), Counter()
        self.organisations = {}
        self.currencies = set(Currency.objects.values_list("pk", flat=True))
        self.metrics = {metric.pk: metric for metric in Metric.objects.all()}
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        sectors = Sector.objects.filter(parent=None).exclude(oc4ids="")
        self.sectors = {sector.oc4ids: sector for sector in sectors}
        self.other = MilestoneKind.objects.filter(pk="other").first()

    def run(self):
        if Source.objects.filter(code=self._source_code()).exists():
            self.report.errors.append(_("This very file was brought in before."))
            return
        self.source = self._source()
        for number, project in enumerate(self.package["projects"], 1):
            self.where = project["id"]
            self.language = self._language(project)
            self._project(project, number)
        self.report.created = dict(self.created)
        self.report.left_out = dict(sorted(self.left_out.items()))

    def _keep(self, row, what=""):
        """Check and save a row; what hinders it is told with its place. Returns: the row, or None."""
        try:
            with transaction.atomic():
                row.full_clean(exclude=["version"])
                row.save()
        except ValidationError as error:
            place = f"{self.where} {what}".strip()
            self.report.errors.append(f"{place}: {' '.join(error.messages)}")
            return None
        self.created[str(row._meta.verbose_name)] += 1
        return row

    def _lose(self, what):
        self.left_out[what] += 1

    # ---- The package ----

    def _source_code(self):
        return f"oc4ids-{self.report.sha256[:SOURCE]}"

    def _source(self):
        publisher, address = self.package["publisher"]["name"], self.package["uri"]
        self.where, self.language = "publisher", "en"
        # The publisher of an earlier package is the same one: both say so of themselves.
        known = Source.objects.filter(code__startswith="oc4ids-", publisher__name_en=publisher[:300]).first()
        organisation = known.publisher if known else self._organisation({"name": publisher})
        return self._keep(
            Source(
                code=self._source_code(),
                kind=SourceKind.DOCUMENT,
                title_en=f"OC4IDS: {publisher}"[:300],
                url=address if address.startswith(("http://", "https://")) and len(address) <= 500 else "",
                published_on=_day(self.package["publishedDate"]),
                publisher=organisation,
            )
        )

    @staticmethod
    def _language(project):
        """The language of a project's texts, as far as the register has it; English otherwise."""
        code = project.get("language", "en").lower()[:2]
        return next((ours for ours, _name in settings.LANGUAGES if ours[:2] == code), "en")

    def _text(self, name, text, limit=None):
        return {to_attribute(name, self.language): text[:limit]} if text else {}

    # ---- One project ----

    def _project(self, found, number):
        reference = reference_of(found["id"])
        if Project.objects.filter(reference__iexact=reference).exists():
            self.report.errors.append(
                _("%(id)s: the project %(reference)s is already on record.")
                % {"id": found["id"], "reference": reference}
            )
            return
        self.statement = self._keep(
            Statement(
                code=f"oc4ids-{self.report.sha256[: SOURCE - 8]}-{number}",
                source=self.source,
                position=min(number, 32_000),
                locator=f"projects[{number - 1}].id = {found['id']}"[:200],
                **self._text("text", found.get("description") or found.get("title") or found["id"]),
            ),
            "statement",
        )
        project = self._keep(Project(reference=reference, **self._columns(found)))
        if project is None or self.statement is None:
            return
        for key in found.keys() - READ:
            self._lose(key)
        self._amounts(project, found)
        for number_of, party in enumerate(found.get("parties", ())):
            self._party(project, party, f"parties[{number_of}]")
        for number_of, milestone in enumerate(found.get("milestones", ())):
            self._milestone(project, milestone, f"milestones[{number_of}]")
        for part, status in (("metrics", ObservationStatus.ACTUAL), ("forecasts", ObservationStatus.PLANNED)):
            for metric in found.get(part, ()):
                self._measure(project, metric, part, status)

    def _columns(self, found):
        period, status = found.get("period", {}), found.get("status")
        if status and status not in STAGES:
            self._lose(f"status {status}")
        if found.get("type") and found["type"] not in KINDS:
            self._lose(f"type {found['type']}")
        sectors = [self.sectors[code] for code in found.get("sector", ()) if code in self.sectors]
        for code in found.get("sector", ()):
            if code not in self.sectors or self.sectors[code] is not sectors[0]:
                self._lose(f"sector {code}")
        return {
            **self._text("name", found.get("title") or found["id"], 300),
            **self._text("description", found.get("description")),
            **self._text("purpose", found.get("purpose")),
            "main_sector": sectors[0] if sectors else None,
            "project_type": KINDS.get(found.get("type"), ""),
            "stage_group": STAGES.get(status, StageGroup.UNKNOWN),
            "planned_start_on": _day(period.get("startDate")),
            "planned_end_on": _day(period.get("endDate")),
            "commissioned_on": _day(found.get("completion", {}).get("endDate")),
            **self._point(found.get("locations", ())),
        }

    def _point(self, locations):
        """The one point of a project; several points, lines and addresses have no column."""
        points = [one["geometry"]["coordinates"] for one in locations if one.get("geometry", {}).get("type") == "Point"]
        for location in locations:
            if location.get("address"):
                self._lose("locations.address")
        if len(points) != 1:
            if locations:
                self._lose("locations.geometry")
            return {}
        longitude, latitude = (round(Decimal(str(number)), 6) for number in points[0][:2])
        return {"longitude": longitude, "latitude": latitude}

    # ---- Money ----

    def _amounts(self, project, found):
        budget = found.get("budget", {})
        decided = _day(budget.get("approvalDate") or budget.get("requestDate"))
        if "amount" in budget:
            self._amount(project, budget["amount"], AmountKind.ANNOUNCED, decided, "budget.amount")
        for number, finance in enumerate(budget.get("finance", ())):
            self._amount(project, finance.get("value"), AmountKind.COMMITTED, decided, f"budget.finance[{number}]")
        for key in budget.keys() - {"amount", "finance", "approvalDate", "requestDate"}:
            self._lose(f"budget.{key}")
        for number, transaction_ in enumerate(found.get("transactions", ())):
            day = _day(transaction_.get("date"))
            self._amount(project, transaction_.get("value"), AmountKind.DISBURSED, day, f"transactions[{number}]")

    def _amount(self, project, value, kind, day, what):
        value = value or {}
        if not value.get("amount") or value.get("currency") not in self.currencies:
            self._lose(re.sub(r"\[\d+\]", "", what))
            return
        self._keep(
            Amount(
                project=project,
                kind=kind,
                value=round(Decimal(value["amount"]), 2),
                currency_id=value["currency"],
                statement=self.statement,
                **_dated(day),
            ),
            what,
        )

    # ---- Parties, milestones, measures ----

    def _party(self, project, found, what):
        organisation = self._organisation(found)
        if organisation is None:
            return
        for role in found.get("roles") or [""]:
            if role not in ROLES:
                self._lose(f"parties.roles {role}".strip())
        known = {ROLES[role] for role in found.get("roles", ()) if role in ROLES} or {PartyRole.UNKNOWN}
        for role in sorted(known):
            row = ProjectParty(project=project, organisation=organisation, role=role, statement=self.statement)
            self._keep(row, what)
        for key in found.keys() & {"contactPoint", "people", "beneficialOwners", "address"}:
            self._lose(f"parties.{key}")

    def _organisation(self, found):
        """The organisation with the number that is given, or else a new one: never one that only has the same name."""
        identifier = found.get("identifier", {})
        scheme, number = identifier.get("scheme", ""), identifier.get("id", "")
        key = (scheme, number) if number else (found.get("id", ""), found.get("name", ""))
        if key in self.organisations:
            return self.organisations[key]
        column = {"KZ-BIN": "bin", "CN-USCC": "uscc"}.get(scheme)
        numbers = {column: number} if column else {"other_identifier_scheme": scheme, "other_identifier": number}
        row = Organisation.objects.filter(**numbers).first() if number else None
        if row is None:
            name = found.get("name") or number or found.get("id")
            if not name:
                self._lose("parties")
                return None
            limits = {name: Organisation._meta.get_field(name).max_length for name in numbers}
            numbers = {name: value[: limits[name]] for name, value in numbers.items() if number}
            row = Organisation(kind=OrganisationKind.OTHER, **self._text("name", name, 300), **numbers)
            row = self._keep(row, f"party {name}")
        self.organisations[key] = row
        return row

    def _milestone(self, project, found, what):
        if self.other is None:
            self._lose("milestones")
            return
        due = _day(found.get("dueDate"))
        self._keep(
            Milestone(
                project=project,
                kind=self.other,
                planned_on=due,
                planned_precision=DatePrecision.DAY if due else DatePrecision.UNKNOWN,
                met_on=_day(found.get("dateMet")),
                statement=self.statement,
                **self._text("note", ". ".join(filter(None, [found.get("title"), found.get("description")]))),
            ),
            what,
        )
        for key in found.keys() & {"value", "documents", "code"}:
            self._lose(f"milestones.{key}")

    def _measure(self, project, found, part, status):
        metric = self.metrics.get(SHARES.get(found["id"], found["id"]))
        for number, observation in enumerate(found.get("observations", ())):
            unit = self.units.get(observation.get("unit", {}).get("id") or ("%" if found["id"] in SHARES else None))
            value = _number(observation.get("measure"))
            if metric is None or unit is None or value is None or unit.dimension != metric.dimension:
                self._lose(f"{part} {found['id']}")
                continue
            period = observation.get("period", {})
            start, end = _day(period.get("startDate")), _day(period.get("endDate"))
            row = Observation(
                project=project,
                metric=metric,
                unit=unit,
                value=value,
                status=status,
                statement=self.statement,
                period_start=start if start and end else None,
                period_end=end if start and end else None,
                **_dated(end),
            )
            self._keep(row, f"{part} {found['id']}[{number}]")


def reference_of(project_id):
    """Our reference of a publisher's project id: its letters, and where it is too long, a few digits of its hash."""
    text = re.sub(r"[^A-Za-z0-9._-]", "-", project_id).lstrip("._-") or "project"
    if len(text) > REFERENCE:
        text = f"{text[: REFERENCE - 9]}-{hashlib.sha256(project_id.encode()).hexdigest()[:8]}"
    return text


def _day(text):
    """The day of an RFC 3339 moment, as its publisher wrote it; None for none."""
    return datetime.date.fromisoformat(text[:10]) if text else None


def _dated(day):
    return {"as_of": day, "date_precision": DatePrecision.DAY if day else DatePrecision.UNKNOWN}


def _number(measure):
    try:
        return round(Decimal(str(measure)), 6)
    except InvalidOperation:
        return None
