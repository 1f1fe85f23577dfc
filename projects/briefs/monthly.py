"""The monthly report for the akim: the projects of a filter, what happened in the month, what is late."""

import datetime

from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import agenda, rollups, wording
from projects.briefs.content import Cell
from projects.briefs.facts import Writer
from projects.models import ActionItem, Engagement, Obligation
from projects.models.choices import ObligationState

ROWS = 40  # of a section


def report(user, projects, *, month, day, known_at, chosen=()):
    """The Paper of a month.

    Args:
        projects: a filtered queryset of Project that the user may see. month: its first day. day: the last day that is
            reported on. chosen: (label, value) of the filters, as the list shows them.
    """
    writer = Writer(user, day, known_at, month)
    portfolio = writer.portfolio(projects)
    writer.section("totals", _("Money"), writer.totals(portfolio), limit=ROWS)
    for dimension, title in (
        ("sector", _("By sector")),
        ("district", _("By district")),
        ("stage_group", _("By stage")),
    ):
        _by(writer, portfolio, dimension, title)
    in_month = [event for event in agenda.events(projects, month, day) if event.is_actual]
    _events(writer, "happened", _("What happened in the month"), in_month)
    _events(writer, "late", _("Late"), agenda.late(projects, day), "late")
    tomorrow, in_a_month = day + datetime.timedelta(days=1), day + datetime.timedelta(days=31)
    ahead = [event for event in agenda.events(projects, tomorrow, in_a_month) if not event.is_actual]
    _events(writer, "ahead", _("In the next month"), ahead)
    owners = projects.order_by().values("pk")
    owed = Obligation.objects.filter(Q(project__in=owners) | Q(programme__projects__in=owners))
    owed = Obligation.objects.filter(pk__in=owed.values("pk")).with_state(day)
    states = [ObligationState.OVERDUE, ObligationState.DUE, ObligationState.PARTLY]
    items = ActionItem.objects.filter(Q(project__in=owners) | Q(engagement__projects__in=owners))
    items = ActionItem.objects.filter(pk__in=items.values("pk"), due_on__lte=day)
    writer.promises(owed.filter(state__in=states), writer.problems(projects), writer.open_items(items), limit=ROWS)
    met = Engagement.objects.filter(held_on__range=(month, day)).select_related("statement__source")
    rows = [
        [Cell(wording.day(row.held_on, row.date_precision)), Cell(str(row), writer.note(row.statement))]
        for row in met.order_by("held_on", "pk")
    ]
    writer.section("contacts", _("Engagements"), rows, limit=ROWS, empty=_("Nothing is recorded."))
    writer.projects(projects, limit=200)
    title = _("Investment projects: %(month)s") % {"month": formats.date_format(month, "YEAR_MONTH_FORMAT")}
    lead = ngettext("%(count)d project", "%(count)d projects", portfolio.count) % {"count": portfolio.count}
    words = [lead, *(f"{label}: {value}" for label, value in chosen)]
    return writer.paper(_("Monthly report"), title, " · ".join(words), **writer.map(projects))


def _by(writer, portfolio, dimension, title):
    rows = []
    for line in portfolio.by(dimension):
        if line.key == "unallocated":
            continue  # with the totals
        label = line.label if line.key is not None else _("not stated")
        money = [writer.sum(line.amounts[kind]) for kind in rollups.KINDS]
        rows.append([Cell(label), Cell(wording.number(line.projects), value=str(line.projects)), *money])
    head = ("", _("Projects"), _("Announced"), _("Committed"), _("Disbursed"))
    writer.section(f"by-{dimension}", title, rows, head=head, limit=ROWS)


def _events(writer, key, title, events, tone=""):
    rows = [[Cell(wording.day(event.day), tone=tone), Cell(event.title)] for event in events]
    writer.section(key, title, rows, limit=ROWS, empty=_("Nothing is recorded."))
