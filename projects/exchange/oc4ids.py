"""OC4IDS packages of other publishers as rows of an import: their projects as ours, with the package as the source.

Nothing is guessed: a code that the register does not have is left out and told. A project is known again by the
publisher's id, an organisation by its number; whether one of the same name is the same is asked, as of any table.
"""

import datetime
import hashlib
import re
from collections import Counter
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from translated_fields import to_attribute

from projects.exchange import progress
from projects.exchange.rows import Cell, Problem, Row, Stated
from projects.exports.oc4ids import faults, schema
from projects.exports.oc4ids.mapping import METRICS, PLATFORM, TYPES
from projects.models import Currency, Metric, MilestoneKind, Project, Sector, Unit
from projects.models.base import EARLIEST, LATEST
from projects.models.choices import (
    AmountKind,
    DatePrecision,
    ObservationStatus,
    OrganisationKind,
    PartyRole,
    SourceKind,
    StageGroup,
)

SHEET = "OC4IDS"  # what stands for the name of a sheet; the place in it is the path in the document
FORMAT = f"OC4IDS {schema.VERSION}"
PREFIX = "oc4ids-"  # of the ids that the standard gives out
REFERENCE, NAME, TITLE, ADDRESS = 40, 300, 250, 500  # characters of a reference, a name, a title, an address
OTHER = "other"  # the kind of a milestone that is only named
KINDS = {code: kind for kind, code in TYPES.items()}
STAGES = {
    "identification": StageGroup.PRE_CONSTRUCTION,
    "preparation": StageGroup.PRE_CONSTRUCTION,
    "implementation": StageGroup.CONSTRUCTION,
    "completion": StageGroup.OPERATION,
    "maintenance": StageGroup.OPERATION,
}
ROLES = {str(role): role for role in PartyRole} | {"publicAuthority": PartyRole.PUBLIC_AUTHORITY}
NUMBERS = {"KZ-BIN": "bin", "CN-USCC": "uscc"}
SHARES = {code: ours for ours, code in METRICS.items()}
PERCENT = {"P1"}  # how lists of units other than ours call it
# What is read of a project, in whole or in part; of all else it is told that it was not kept.
READ = {
    *("updated", "language", "title", "description", "purpose", "status", "type", "sector", "publicAuthority"),
    *("period.startDate", "period.endDate", "completion.endDate"),
    *("identifiers.scheme", "locations.geometry.type", "locations.geometry.coordinates"),
    *("budget.amount.amount", "budget.amount.currency", "budget.approvalDate", "budget.requestDate"),
    *("budget.finance.value.amount", "budget.finance.value.currency"),
    *("transactions.date", "transactions.value.amount", "transactions.value.currency"),
    *("parties.name", "parties.roles", "parties.identifier.scheme", "parties.identifier.id"),
    *("parties.identifier.legalName", "parties.identifier.uri"),
    *("milestones.title", "milestones.description", "milestones.dueDate", "milestones.dateMet", "milestones.status"),
    *(
        f"{part}.{name}"
        for part in ("metrics", "forecasts")
        for name in ("title", *(f"observations.{key}" for key in ("measure", "unit", "value", "period")))
    ),
}
ABOVE = {path[: dot.start()] for path in READ for dot in re.finditer(r"\.", path)}


def about(book):
    """What an import keeps of a package: its format, and the package as the source of what it says."""
    package, kept = book.package, {"format": FORMAT}
    if book.faults:
        return kept
    address = package["uri"] if package["uri"].startswith(("http://", "https://")) else ""
    return kept | {
        "source": {
            "kind": SourceKind.DOCUMENT,
            "title": f"OC4IDS: {package['publisher']['name'][:TITLE]}",
            "url": address if len(address) <= ADDRESS else "",
            "published_on": package["publishedDate"][:10],
        }
    }


def rows(book):
    """What a package states, as one unit; Problems by the path in the document."""
    if book.faults:
        return Stated((), [Problem(SHEET, fault[0], 0, faults.sentence(fault)) for fault in book.faults])
    reader = _Reader(book.package)
    reader.read()
    stated = Stated([reader.rows], reader.problems, left_out=dict(sorted(reader.left_out.items())))
    if reader.own:
        text = ngettext(
            "%(count)d project of the package comes from this register itself and stays as it is.",
            "%(count)d projects of the package come from this register itself and stay as they are.",
            reader.own,
        )
        stated.notes.append(text % {"count": reader.own})
    return stated


class _Reader:
    def __init__(self, package):
        self.package, self.own, self.path = _stated(package), 0, ""
        self.rows, self.problems, self.left_out = [], [], Counter()
        self.organisations = {}
        self.currencies = set(Currency.objects.values_list("pk", flat=True))
        self.metrics = {metric.pk: metric for metric in Metric.objects.all()}
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        self.sectors = {
            sector.oc4ids: sector.pk for sector in Sector.objects.filter(parent=None).exclude(oc4ids="").order_by("-pk")
        }
        self.names_milestones = MilestoneKind.objects.filter(pk=OTHER, is_active=True).exists()

    def read(self):
        projects = self.package["projects"]
        progress.begin("reading", len(projects))
        self._day(self.package["publishedDate"], "publishedDate")
        ours = self._ours()
        for number, found in enumerate(projects):
            progress.tick()
            if found["id"] in ours:
                self.own += 1
                continue
            self.path = f"projects[{number}]"
            self.language = _language(found)
            self._project(found)

    def _ours(self):
        """Ids of the package's projects that this register itself has given out, and still has."""
        if self.package["publisher"]["name"] != settings.PUBLISHER:
            return set()
        references = {found["id"]: _own_reference(found["id"]) for found in self.package["projects"]}
        known = set(Project.objects.filter(reference__in=references.values()).values_list("reference", flat=True))
        return {key for key, reference in references.items() if reference in known}

    # ---- Rows and cells ----

    def _cell(self, value, *parts):
        return Cell(SHEET, schema.path_of(parts, self.path), 0, value)

    def _row(self, noun, values, *parts, for_new=()):
        row = Row(SHEET, schema.path_of(parts, self.path), noun, values, for_new=frozenset(for_new))
        self.rows.append(row)
        return row

    def _text(self, name, text, *parts):
        """The column of a text in the language of the project; nothing for none."""
        return {to_attribute(name, self.language): self._cell(text, *parts)} if text else {}

    def _named(self, text, *parts):
        """The same for a name; what is too long is cut, and told."""
        if len(text) > NAME:
            self._lose(f"{parts[-1]} > {NAME}")
        return self._text("name", text[:NAME], *parts)

    def _lose(self, what):
        self.left_out[what] += 1

    def _day(self, text, *parts):
        """The day of an RFC 3339 moment, as its publisher wrote it; None for none, and for one that cannot be."""
        if not text:
            return None
        try:
            day = datetime.date.fromisoformat(text[:10])
        except ValueError:
            day = None
        if day is None or not EARLIEST <= day < LATEST:
            place = schema.path_of(parts, self.path)
            self.problems.append(Problem(SHEET, place, 0, _("A date must lie between 1990 and 2099.")))
            return None
        return day

    def _lost(self, found, above=""):
        """Tell all keys that are not read."""
        for key, value in found.items():
            path = f"{above}{key}"
            if key == "id" or path in READ:
                continue
            if path not in ABOVE:
                self._lose(path)
                continue
            for one in value if isinstance(value, list) else [value]:
                self._lost(one, f"{path}.")

    # ---- One project ----

    def _project(self, found):
        self._lost(found)
        reference = _own_reference(found["id"]) if self._is_own(found["id"]) else reference_of(found["id"])
        values = {"reference": self._cell(reference, "id"), **self._columns(found)}
        self.project, self.roles = self._row("projects", values, for_new={"reference"}), set()
        self._amounts(found)
        for number, party in enumerate(found.get("parties", ())):
            self._party(party, number)
        for number, milestone in enumerate(found.get("milestones", ())):
            self._milestone(milestone, number)
        for part, status in (("metrics", ObservationStatus.ACTUAL), ("forecasts", ObservationStatus.PLANNED)):
            for number, metric in enumerate(found.get(part, ())):
                self._measures(metric, status, part, number)

    def _is_own(self, key):
        return self.package["publisher"]["name"] == settings.PUBLISHER and bool(_own_reference(key))

    def _columns(self, found):
        title = "title" if found.get("title") else "id"
        values = self._named(found[title], title)
        values |= self._text("description", found.get("description"), "description")
        values |= self._text("purpose", found.get("purpose"), "purpose")
        for key, name, known in (("type", "project_type", KINDS), ("status", "stage_group", STAGES)):
            if found.get(key) in known:
                values[name] = self._cell(str(known[found[key]]), key)
            elif found.get(key):
                self._lose(f"{key} = {found[key]}")
        main = next((self.sectors[code] for code in found.get("sector", ()) if code in self.sectors), None)
        for code in found.get("sector", ()):
            if main is None or self.sectors.get(code) != main:
                self._lose(f"sector = {code}")
        if main is not None:
            values["main_sector"] = self._cell(main, "sector")
        for name, *path in (
            ("planned_start_on", "period", "startDate"),
            ("planned_end_on", "period", "endDate"),
            ("commissioned_on", "completion", "endDate"),
        ):
            if day := self._day(found.get(path[0], {}).get(path[1]), *path):
                values[name] = self._cell(day, *path)
        for number, identifier in enumerate(found.get("identifiers", ())):
            if identifier.get("scheme") == PLATFORM and identifier.get("id"):
                values["platform_number"] = self._cell(identifier["id"], "identifiers", number, "id")
            elif not self._is_own(found["id"]):
                self._lose("identifiers")
        return values | self._point(found.get("locations", ()))

    def _point(self, locations):
        """The one point of a project; several points, lines and areas have no column."""
        points = [
            (number, one["geometry"]["coordinates"])
            for number, one in enumerate(locations)
            if one.get("geometry", {}).get("type") == "Point"
        ]
        others = sum("geometry" in one for one in locations) - len(points)
        if len(points) != 1 or others or len(points[0][1]) < 2:
            self.left_out += Counter({"locations.geometry": len(points) + others})
            return {}
        ((number, coordinates),) = points
        path = ("locations", number, "geometry", "coordinates")
        longitude, latitude = (self._cell(_rounded(degrees, 6), *path) for degrees in coordinates[:2])
        return {"longitude": longitude, "latitude": latitude}

    # ---- Money ----

    def _amounts(self, found):
        budget = found.get("budget", {})
        key = "approvalDate" if budget.get("approvalDate") else "requestDate"
        decided = self._day(budget.get(key), "budget", key)
        if "amount" in budget:
            self._amount(budget["amount"], AmountKind.ANNOUNCED, decided, "budget", "amount")
        for number, finance in enumerate(budget.get("finance", ())):
            self._amount(finance.get("value"), AmountKind.COMMITTED, decided, "budget", "finance", number, "value")
        for number, payment in enumerate(found.get("transactions", ())):
            day = self._day(payment.get("date"), "transactions", number, "date")
            self._amount(payment.get("value"), AmountKind.DISBURSED, day, "transactions", number, "value")

    def _amount(self, value, kind, day, *path):
        value, currency = value or {}, (value or {}).get("currency")
        if not value.get("amount") or currency not in self.currencies:
            what = ".".join(part for part in path if isinstance(part, str))
            self._lose(f"{what} ({currency})" if currency and value.get("amount") else what)
            return
        cells = {
            "project": self._cell(self.project),
            "kind": self._cell(str(kind), *path),
            "value": self._cell(_rounded(value["amount"], 2), *path, "amount"),
            "currency": self._cell(currency, *path, "currency"),
        }
        self._row("amounts", cells | self._dated(day, *path), *path)

    def _dated(self, day, *path):
        precision = self._cell(str(DatePrecision.DAY if day else DatePrecision.UNKNOWN), *path)
        return {"date_precision": precision} | ({"as_of": self._cell(day, *path)} if day else {})

    # ---- Parties, milestones, measures ----

    def _party(self, found, number):
        organisation = self._organisation(found, number)
        if organisation is None:
            self._lose("parties")
            return
        roles = found.get("roles", ())
        for role in roles:
            if role not in ROLES:
                self._lose(f"parties.roles = {role}")
        for role in sorted({ROLES[role] for role in roles if role in ROLES} or {PartyRole.UNKNOWN}):
            if (organisation, role) in self.roles:
                continue
            self.roles.add((organisation, role))
            path = ("parties", number, "roles")
            cells = {"organisation": self._cell(organisation, "parties", number), "role": self._cell(str(role), *path)}
            self._row("parties", {"project": self._cell(self.project), **cells}, *path)

    def _organisation(self, found, number):
        """The row of an organisation, one for each number, or for each id and name; None where it has neither."""
        identifier = found.get("identifier", {})
        scheme, code = identifier.get("scheme", ""), identifier.get("id", "")
        name = found.get("name") or identifier.get("legalName") or code or found.get("id")
        if not name:
            return None
        key = (scheme, code) if code else (found.get("id", ""), name)
        if key not in self.organisations:
            path = ("parties", number)
            names = self._named(name, *path, "name")
            values = names | {"kind": self._cell(str(OrganisationKind.OTHER), *path)}
            if code and scheme in NUMBERS:
                values[NUMBERS[scheme]] = self._cell(code, *path, "identifier", "id")
            elif code and scheme:
                values["other_identifier_scheme"] = self._cell(scheme, *path, "identifier", "scheme")
                values["other_identifier"] = self._cell(code, *path, "identifier", "id")
            # One that the register has keeps the name that it has here.
            self.organisations[key] = self._row("organisations", values, *path, for_new={*names, "kind"})
        return self.organisations[key]

    def _milestone(self, found, number):
        path = ("milestones", number)
        words = ". ".join(filter(None, [found.get("title"), found.get("description")]))
        if not self.names_milestones or not words:
            self._lose("milestones")
            return
        due = self._day(found.get("dueDate"), *path, "dueDate")
        met = self._day(found.get("dateMet"), *path, "dateMet")
        values = {"project": self._cell(self.project), "kind": self._cell(OTHER, *path)}
        values |= self._text("note", words, *path, "title")
        values["planned_precision"] = self._dated(due, *path, "dueDate")["date_precision"]
        if due:
            values["planned_on"] = self._cell(due, *path, "dueDate")
        if met:
            values["met_on"] = self._cell(met, *path, "dateMet")
        self._row("milestones", values, *path)

    def _measures(self, found, status, part, number):
        key = found.get("id", "")
        metric = self.metrics.get(SHARES.get(key, key))
        for place, observation in enumerate(found.get("observations", ())):
            path, money = (part, number, "observations", place), observation.get("value", {})
            unit = observation.get("unit", {}).get("id") or money.get("currency")
            unit = self.units.get("%" if unit in PERCENT or (unit is None and key in SHARES) else unit)
            value = _rounded(observation.get("measure", money.get("amount")), 6)
            if metric is None or unit is None or not isinstance(value, Decimal) or unit.dimension != metric.dimension:
                self._lose(f"{part} = {key}")
                continue
            period = observation.get("period", {})
            start, end = (self._day(period.get(key), *path, "period", key) for key in ("startDate", "endDate"))
            values = {
                "project": self._cell(self.project),
                "metric": self._cell(metric.pk, *path),
                "status": self._cell(str(status), *path),
                "value": self._cell(value, *path, "measure"),
                "unit": self._cell(unit.pk, *path, "unit"),
                **self._dated(end, *path, "period", "endDate"),
            }
            if start and end:
                values["period_start"] = self._cell(start, *path, "period", "startDate")
                values["period_end"] = self._cell(end, *path, "period", "endDate")
            self._row("observations", values, *path)


def reference_of(project_id):
    """Our reference of a publisher's project id: its letters, and where it is too long, a few digits of its hash.

    It begins as the standard's ids do, so that it is none of the register's own.
    """
    text = re.sub(r"[^A-Za-z0-9._-]", "-", project_id)
    text = text if text.startswith(PREFIX) else f"{PREFIX}{text}"
    if len(text) > REFERENCE:
        text = f"{text[: REFERENCE - 9]}-{hashlib.sha256(project_id.encode()).hexdigest()[:8]}"
    return text


def _own_reference(project_id):
    """The reference in an id that this register has given out; empty for any other."""
    prefix = f"{settings.OC4IDS_PREFIX}-"
    return project_id.removeprefix(prefix) if project_id.startswith(prefix) else ""


def _stated(value):
    """A part of a document without the nulls in it, which say that nothing is known."""
    if isinstance(value, dict):
        return {key: _stated(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_stated(inner) for inner in value if inner is not None]
    return value


def _language(project):
    """The language of a project's texts, as far as the register has it; English otherwise."""
    code = project.get("language", "en").lower()[:2]
    return next((ours for ours, _name in settings.LANGUAGES if ours[:2] == code), "en")


def _rounded(value, places):
    """A number as far as the register keeps it; what cannot be rounded is left to the rules, which refuse it."""
    try:
        return round(Decimal(str(value)), places)
    except InvalidOperation:
        return value
