"""Who reports on time: shares by department, district and person, month by month. Reads only."""

import datetime
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.db.models import Count, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from projects import cadence
from projects.history import person_name
from projects.models import Organisation, Place
from projects.models.choices import PlaceKind, ReportState

MONTHS = 12
BY = {"department": _("Department"), "district": _("District"), "person": _("Curator")}
COLUMN = {"department": "project__department", "district": "project__place", "person": "project__curator"}


@dataclass
class Tally:
    """Reports that were due, and how many of them came on time."""

    owed: int = 0
    on_time: int = 0

    def add(self, owed, on_time):
        self.owed += owed
        self.on_time += on_time

    @property
    def share(self):
        """Per cent, whole; None where nothing was due."""
        return round(100 * self.on_time / self.owed) if self.owed else None


@dataclass
class Line:
    """One department, district or person; `key` is None for projects without one."""

    key: object
    label: str | None
    months: dict = field(default_factory=dict)
    total: Tally = field(default_factory=Tally)


def months_until(day):
    """The first days of the last twelve months, the running one last."""
    index = day.year * 12 + day.month - 1
    return [datetime.date(number // 12, number % 12 + 1, 1) for number in range(index - MONTHS + 1, index + 1)]


def counted(projects, day):
    """The reports of these projects that count: due before `day` in the last twelve months, or sent already."""
    months = months_until(day)
    after = datetime.date(months[-1].year + months[-1].month // 12, months[-1].month % 12 + 1, 1)
    rows = cadence.reports(day).filter(project__in=projects.order_by().values("pk"))
    rows = rows.filter(due_on__gte=months[0], due_on__lt=after)
    return rows.filter(Q(due_on__lt=day) | Q(state=ReportState.REPORTED))


def board(projects, by, day):
    """Lines by `by` (a key of BY), each with a Tally for each month that has reports, and in all; the worst first."""
    column = COLUMN[by]
    rows = counted(projects, day).annotate(month=TruncMonth("due_on")).order_by()
    rows = rows.values_list(column, "month").annotate(
        owed=Count("project"), on_time=Count("project", filter=Q(submitted_on__lte=F("due_on")))
    )
    above, lines = _districts() if by == "district" else {}, {}
    for key, month, owed, on_time in rows:
        key = above.get(key, key)
        line = lines.setdefault(key, Line(key, None))
        line.months.setdefault(month, Tally()).add(owed, on_time)
        line.total.add(owed, on_time)
    labels = _labels(by, [key for key in lines if key is not None])
    for line in lines.values():
        line.label = labels.get(line.key)
    return sorted(lines.values(), key=lambda line: (line.total.share, line.label or ""))


def rows_of(projects, by, key, month, day):
    """The reports behind one number: of a line (`key` as text, "" for none) and a month (None: all twelve)."""
    rows = counted(projects, day)
    if by == "district" and key:
        rows = rows.filter(project__place__in=Place.objects.within([key]).values("code"))
    else:
        rows = rows.filter(**({COLUMN[by]: key} if key else {f"{COLUMN[by]}__isnull": True}))
    if month:
        rows = rows.annotate(month=TruncMonth("due_on")).filter(month=month)
    return rows.select_related("project", "period__cycle", "update").order_by("due_on", "project__reference")


def _districts():
    """Code of a place -> code of the district or city that it lies in."""
    places = dict(Place.objects.values_list("code", "parent"))
    ends = set(Place.objects.filter(kind__in=[PlaceKind.DISTRICT, PlaceKind.CITY]).values_list("code", flat=True))
    found = {}
    for code in places:
        at = code
        while at is not None and at not in ends:
            at = places.get(at)
        found[code] = at or code
    return found


def _labels(by, keys):
    if by == "person":
        people = get_user_model().objects.filter(pk__in=keys)
        return {person.pk: person_name(person) for person in people}
    model = Organisation if by == "department" else Place
    return {row.pk: str(row) for row in model.objects.filter(pk__in=keys)}
