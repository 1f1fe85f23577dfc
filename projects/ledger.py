"""The two-sided ledger of a project, investor or programme: what each side owes, and what came of it, on a day."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils.functional import cached_property

from projects.models import Evidence, Organisation, Programme, Project, ProjectParty
from projects.models.choices import BudgetLevel, EvidenceStatus, ObligationState, PartyRole, Side
from projects.models.obligations import SHARE

RELATED = ("statement__source", "kind", "unit", "metric", "project", "programme", "organisation")
FURTHER = ("instrument", "agreement", "responsible", "owner")
HIRES = ("jobs_local_citizens", "jobs_local_residents")  # two counters: they are never added
TRAINING = "TRAINING"
NEVER_ADDED = (SHARE, "rank")  # dimensions of units


def invested_in(organisation):
    """The parties by which an organisation invests in projects or programmes."""
    return ProjectParty.objects.filter(organisation=organisation, role=PartyRole.INVESTOR)


def own(subject):
    """The condition that an obligation is of this project, programme or organisation; of one, also its projects'."""
    if isinstance(subject, Project):
        return Q(project=subject)
    if isinstance(subject, Programme):
        return Q(programme=subject) | Q(project__programme=subject)
    projects = invested_in(subject).filter(project__isnull=False).values("project")
    return Q(organisation=subject) | Q(project__in=projects)


def shared(subject):
    """The condition that an obligation stands beside it: of its programme, or of those who invest in the project."""
    if isinstance(subject, Project):
        investors = ProjectParty.objects.filter(project=subject, role=PartyRole.INVESTOR).values("organisation")
        beside = Q(organisation__in=investors)
        return beside | Q(programme=subject.programme_id) if subject.programme_id else beside
    if isinstance(subject, Organisation):
        return Q(programme__in=invested_in(subject).filter(programme__isnull=False).values("programme"))
    return Q(pk__in=[])


@dataclass
class Paid:
    """Tax of one kind: accepted payments by budget level, of the day's year so far and in all (Decimal, tenge)."""

    kind: str
    label: str
    year: dict = field(default_factory=lambda: dict.fromkeys(BudgetLevel.values, Decimal(0)))
    ever: dict = field(default_factory=lambda: dict.fromkeys(BudgetLevel.values, Decimal(0)))


@dataclass
class Hired:
    """Local workers by one counter: the sum of the parts over the sum of the wholes, each as accepted last."""

    metric: object
    local: Decimal = Decimal(0)
    whole: Decimal = Decimal(0)
    subjects: int = 0

    @property
    def share(self):
        return self.local / self.whole


@dataclass(frozen=True)
class Together:
    """What obligations of one sort come to on a day: only like is added to like.

    sort: kind, metric, budget level, unit and frequency, as the obligations have them (keys).
    target, reached: Decimal in the unit, None without a target. figures: obligations with a target, missing: those
    without one. Waived ones are in neither.
    """

    sort: dict
    target: Decimal | None
    reached: Decimal | None
    figures: int
    missing: int


SORT = ("kind", "metric", "budget_level", "unit", "frequency")


def sums(obligations):
    """Together for each sort of obligations with their state; shares, ranks and what has no unit are left out."""
    rows = obligations.filter(unit__isnull=False).exclude(unit__dimension__in=NEVER_ADDED)
    rows = rows.exclude(metric__is_additive=False).exclude(state_on_day=ObligationState.WAIVED)
    stated = Q(target__isnull=False)
    found = (
        rows.order_by()
        .values(*SORT)
        .annotate(
            together=Sum("target"),
            came=Sum("reached", filter=stated),
            figures=Count("pk", stated),
            missing=Count("pk", ~stated),
        )
    )
    return [
        Together({name: row[name] for name in SORT}, row["together"], row["came"], row["figures"], row["missing"])
        for row in found.order_by("kind__position", "kind", "metric", "budget_level", "unit", "frequency")
        if row["figures"]
    ]


class Ledger:
    """The obligations of one subject on a day.

    Args:
        obligations: those that the reader may see. periods: how many of each, the newest.
    """

    def __init__(self, subject, obligations, day, periods):
        self.subject, self.day = subject, day
        rows = obligations.filter(own(subject) | shared(subject)).with_state(day).with_periods(day, periods)
        self.rows = list(rows.select_related(*RELATED, *FURTHER).order_by("side", "kind__position", "kind", "pk"))
        mine = set(obligations.filter(own(subject)).values_list("pk", flat=True))
        for row in self.rows:
            row.is_shared = row.pk not in mine
        self.keys = [row.pk for row in self.rows if not row.is_shared]

    def of(self, side, is_shared=False):
        return [row for row in self.rows if row.side == side and row.is_shared == is_shared]

    def states(self, side):
        """How many own obligations of a side are in each state: [(ObligationState, number)], the worst first."""
        counted = Counter(row.state for row in self.of(side))
        order = (ObligationState.OVERDUE, ObligationState.DUE, ObligationState.PARTLY, ObligationState.NOT_DUE)
        order += (ObligationState.NO_TARGET, ObligationState.MET, ObligationState.WAIVED)
        return [(state, counted[state]) for state in order if counted[state]]

    @cached_property
    def accepted(self):
        """Evidence of the own obligations that counts on the day, as a queryset."""
        return Evidence.objects.filter(
            obligation__in=self.keys,
            status=EvidenceStatus.ACCEPTED,
            decided_on__lte=self.day,
            period_end__lte=self.day,
            value__isnull=False,
        )

    @cached_property
    def evidence(self):
        """(accepted, waiting) pieces of evidence on the day, by obligation."""
        until = Q(created_at__date__lte=self.day)
        counts = Q(status=EvidenceStatus.ACCEPTED, decided_on__lte=self.day)
        waits = until & (Q(status=EvidenceStatus.OFFERED) | Q(decided_on__gt=self.day))
        rows = Evidence.objects.filter(obligation__in=[row.pk for row in self.rows]).order_by()
        found = rows.values_list("obligation").annotate(counted=Count("pk", counts), waiting=Count("pk", waits))
        return defaultdict(lambda: (0, 0), {key: (accepted, waiting) for key, accepted, waiting in found})

    @cached_property
    def taxes(self):
        """Accepted payments: [Paid] by kind of tax. Local and republican stand apart."""
        kinds = dict(Evidence._meta.get_field("tax_kind").flatchoices)
        year = Q(period_end__year=self.day.year)
        rows = self.accepted.exclude(tax_kind="").order_by().values_list("tax_kind", "budget_level")
        found = {}
        for kind, level, ever, this_year in rows.annotate(ever=Sum("value"), year=Sum("value", filter=year)):
            paid = found.setdefault(kind, Paid(kind, str(kinds[kind])))
            paid.ever[level], paid.year[level] = ever, this_year or Decimal(0)
        return [found[kind] for kind in kinds if kind in found]

    @cached_property
    def hires(self):
        """[Hired] for each counter; of each project, programme or organisation its latest day counts, once."""
        rows = self.accepted.filter(obligation__metric__in=HIRES, out_of__isnull=False)
        rows = rows.select_related("obligation__metric").order_by("-period_end", "-pk")
        found, latest = {}, {}
        for row in rows:
            owed = row.obligation
            subject = owed.metric_id, owed.project_id, owed.programme_id, owed.organisation_id
            if latest.setdefault(subject, (row.period_end, owed.pk)) != (row.period_end, owed.pk):
                continue
            hired = found.setdefault(owed.metric_id, Hired(owed.metric))
            hired.local, hired.whole = hired.local + row.value, hired.whole + row.out_of
        for metric, *_subject in latest:
            found[metric].subjects += 1
        return [found[code] for code in HIRES if code in found]

    @cached_property
    def training(self):
        """[(unit, this year so far, in all)]: tenge and persons stand apart."""
        year = Q(period_end__year=self.day.year)
        rows = self.accepted.filter(obligation__kind=TRAINING, obligation__unit__isnull=False).order_by()
        sums = rows.values_list("obligation__unit").annotate(ever=Sum("value"), year=Sum("value", filter=year))
        units = {row.unit_id: row.unit for row in self.rows if row.unit_id}
        return [(units[code], this_year or Decimal(0), ever) for code, ever, this_year in sums]

    def sides(self):
        return [(side, self.of(side), self.of(side, is_shared=True)) for side in (Side.INVESTOR, Side.REGION)]
