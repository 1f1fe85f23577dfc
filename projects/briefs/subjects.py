"""The one-page brief of a project, programme, investor, place or engagement."""

import datetime

from django.db.models import Max, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from projects import history, wording
from projects.briefs.content import Cell
from projects.briefs.facts import RECENT, Writer, shortened, stated, unknown
from projects.models import (
    ActionItem,
    Agreement,
    Engagement,
    Lead,
    Obligation,
    Organisation,
    Participation,
    Place,
    Programme,
    Project,
    ProjectParty,
    Shipment,
)
from projects.models.choices import AmountKind, PartyRole, PlaceKind

SOURCED = "statement__source"


def brief(user, record, *, day, known_at, since=None, children=()):
    """The Paper of a record, in the language of the request.

    Args:
        day: the day of all states. known_at: moment of the reading. since: of changes; by default the last engagement
            up to `day`, or else RECENT days before. children: (model, name of the foreign key) of the rows that
            belong to the record, for its history.
    """
    write, engagements = WRITERS[type(record)], ENGAGEMENTS[type(record)]
    if since is None:
        met = engagements(record).filter(held_on__lte=day).aggregate(last=Max("held_on"))["last"]
        since = met or day - datetime.timedelta(days=RECENT)
    writer = Writer(user, day, known_at, since)
    return write(writer, record, children)


def _of_project(writer, project, children):
    itself = Project.objects.filter(pk=project.pk)
    state = (
        str(project.stage)
        if project.stage_id
        else f"{project.get_stage_group_display()}; {_('exact stage not stated')}"
    )
    if project.status:
        state = f"{state} · {project.get_status_display()}"
    parties = project.parties.filter(role=PartyRole.INVESTOR).select_related("organisation", SOURCED)
    possible = project.candidate_parties.filter(role=PartyRole.INVESTOR).select_related("organisation", SOURCED)
    investors = [
        [Cell(_("Investor")), Cell(str(party.organisation), writer.note(party.statement))] for party in parties
    ]
    investors += [
        writer.perhaps([Cell(_("Investor")), Cell(str(party.organisation), writer.note(party.statement))])
        for party in possible
    ]
    curator = project.curator and history.person_name(project.curator)
    dates = [
        (_("Planned start"), project.planned_start_on),
        (_("Planned end"), project.planned_end_on),
        (_("Commissioned"), project.commissioned_on),
    ]
    rows = [
        [Cell(_("Stage")), Cell(state)],
        *(
            [[Cell(_("Reason for the status")), Cell(shortened(project.status_reason))]]
            if project.status_reason
            else []
        ),
        [Cell(_("Main sector")), stated(project.main_sector)],
        [Cell(_("Place")), stated(project.place)],
        *(investors or [[Cell(_("Investor")), unknown()]]),
        [Cell(_("Programme")), stated(project.programme)],
        *([Cell(label), Cell(wording.day(day)) if day else unknown()] for label, day in dates),
        [Cell(_("Curator")), Cell(curator) if curator else Cell(_("nobody yet"), tone="unknown")],
        [Cell(_("Responsible department")), stated(project.department)],
    ]
    writer.section("status", _("At a glance"), rows, place="left", limit=12)
    amounts = writer.amounts()
    figures = [writer.amount(amount) for amount in amounts.filter(project=project)]
    stated_kinds = set(amounts.filter(project=project).values_list("kind", flat=True))
    for kind, total in writer.portfolio(itself).total.amounts.items():
        if kind not in stated_kinds:
            figures.append([Cell(capfirst(AmountKind(kind).label)), unknown()])
        elif total.count > 1:
            figures.append([Cell(_("Total: %(kind)s") % {"kind": AmountKind(kind).label}), writer.total(total)])
    figures += [writer.perhaps(writer.amount(amount)) for amount in amounts.filter(candidates=project)]
    measured = (SOURCED, "metric", "unit")
    figures += [writer.observation(o) for o in writer.seen(project.observations.select_related(*measured))]
    perhaps = writer.seen(project.candidate_observations.select_related(*measured))
    figures += [writer.perhaps(writer.observation(o)) for o in perhaps]
    writer.section("figures", _("Key figures"), figures, place="right", limit=10)
    owed = Q(project=project) | Q(programme=project.programme_id, programme__isnull=False)
    items = writer.open_items(ActionItem.objects.filter(project=project))
    writer.promises(Obligation.objects.filter(owed), writer.problems(itself), items)
    _shipments(writer, Shipment.objects.filter(projects=project))
    writer.happenings(itself)
    writer.changes(project, children)
    return writer.paper(
        _("Project brief"),
        f"{project.reference} · {project}",
        shortened(project.purpose or state),
        **writer.map(itself),
    )


def _of_programme(writer, programme, children):
    projects = writer.seen(programme.projects.all())
    named, placeholders = projects.named(), projects.filter(is_placeholder=True).count()
    writer.section(
        "totals", _("Money"), writer.totals(writer.portfolio(named), with_apart=False), place="left", limit=12
    )
    measured = programme.observations.select_related(SOURCED, "metric", "unit")
    figures = [writer.amount(amount) for amount in writer.amounts().filter(programme=programme)]
    figures += [writer.observation(observation) for observation in measured]
    figures += [[Cell(_("Not named in source")), Cell(wording.number(placeholders), value=str(placeholders))]]
    writer.section("figures", _("Declared figures"), figures, place="right", limit=10)
    items = ActionItem.objects.filter(Q(engagement__programme=programme) | Q(project__in=named.order_by().values("pk")))
    owed = Obligation.objects.filter(Q(programme=programme) | Q(project__in=named.order_by().values("pk")))
    writer.promises(owed, writer.problems(named), writer.open_items(items))
    writer.projects(named, limit=10)
    carried = Shipment.projects.through.objects.filter(project__in=named.order_by().values("pk"))
    _shipments(writer, Shipment.objects.filter(Q(programme=programme) | Q(pk__in=carried.values("shipment"))))
    writer.happenings(named)
    writer.changes(programme, children)
    return writer.paper(_("Programme brief"), str(programme), shortened(programme.description), **writer.map(named))


def _of_investor(writer, investor, children):
    parties = ProjectParty.objects.filter(organisation=investor)
    theirs = writer.seen(Project.objects.filter(pk__in=parties.filter(project__isnull=False).values("project"))).named()
    candidates = ProjectParty.candidates.through.objects.filter(projectparty__in=parties.values("pk"))
    perhaps = writer.seen(Project.objects.filter(pk__in=candidates.values("project"))).order_by("reference")
    rows = [
        [Cell(_("Country")), stated(investor.country)],
        [Cell(_("Region or province")), stated(investor.province)],
        [Cell(_("Legal entity in the region")), stated(investor.local_entity)],
        [Cell(_("BIN")), stated(investor.bin)],
        [Cell(_("Chinese credit code")), stated(investor.uscc)],
    ]
    rows += [
        [Cell(_("Perhaps: %(what)s") % {"what": project.reference}, tone="unknown"), Cell(str(project))]
        for project in perhaps
    ]
    writer.section("status", _("At a glance"), rows, place="left", limit=10)
    figures = [writer.amount(amount) for amount in writer.amounts().filter(payer=investor)]
    figures += writer.totals(writer.portfolio(theirs), with_apart=False)
    writer.section("figures", _("Key figures"), figures, place="right", limit=10)
    owed = Obligation.objects.filter(Q(organisation=investor) | Q(project__in=theirs.order_by().values("pk")))
    items = ActionItem.objects.filter(Q(organisation=investor) | Q(project__in=theirs.order_by().values("pk")))
    writer.promises(owed, writer.problems(theirs), writer.open_items(items))
    writer.projects(theirs)
    _contacts(writer, _with_organisation(investor))
    _agreements(writer, investor.agreements.all())
    writer.happenings(theirs)
    writer.changes(investor, children)
    return writer.paper(_("Investor brief"), str(investor), investor.get_kind_display(), **writer.map(theirs))


def _of_place(writer, place, children):
    within = Place.objects.within([place.pk]).values("code")
    here = Q(place__in=within)
    bodies = Organisation.objects.filter(Q(country__in=within) | Q(province__in=within), is_investor=True)
    investing = ProjectParty.objects.filter(organisation__in=bodies.values("pk"), role=PartyRole.INVESTOR)
    projects = Project.objects.filter(here | Q(pk__in=investing.filter(project__isnull=False).values("project")))
    projects = writer.seen(projects).named()
    engagements, leads = _at_place(place), Lead.objects.filter(place__in=within)
    counts = [
        (_("Engagements"), engagements),
        (_("Leads"), leads),
        (_("Became projects"), leads.filter(converted_to__isnull=False)),
        (_("Investors"), bodies),
    ]
    numbers = [(label, rows.count()) for label, rows in counts]
    rows = [[Cell(label), Cell(wording.number(number), value=str(number))] for label, number in numbers]
    writer.section("status", _("At a glance"), rows, place="left")
    writer.section("figures", _("Key figures"), writer.totals(writer.portfolio(projects)), place="right", limit=10)
    _contacts(writer, engagements)
    _leads(writer, leads)
    writer.projects(projects)
    _agreements(writer, Agreement.objects.filter(engagement__in=engagements.values("pk")))
    owed = Obligation.objects.filter(
        Q(engagement__in=engagements.values("pk")) | Q(project__in=projects.order_by().values("pk"))
    )
    items = ActionItem.objects.filter(engagement__in=engagements.values("pk"))
    writer.promises(owed, writer.problems(projects), writer.open_items(items))
    writer.happenings(projects)
    body = (Organisation, "country" if place.kind == PlaceKind.COUNTRY else "province")
    children = ((Project, "place"), (Engagement, "place"), (Lead, "place"), body)
    writer.changes(place, children, keys=within.values_list("code", flat=True))
    return writer.paper(_("Brief on a place"), str(place), capfirst(place.get_kind_display()), **writer.map(projects))


def _of_engagement(writer, engagement, children):
    projects = writer.seen(engagement.projects.all())
    rows = [
        [
            Cell(_("Held on")),
            Cell(wording.day(engagement.held_on, engagement.date_precision), writer.note(engagement.statement)),
        ],
        [Cell(_("Place")), stated(engagement.place)],
        [Cell(_("Venue")), stated(engagement.venue)],
        [Cell(_("Sector")), stated(engagement.sector)],
        [Cell(_("Programme")), stated(engagement.programme)],
    ]
    writer.section("status", _("At a glance"), rows, place="left")
    people = [
        [
            Cell(capfirst(row.get_role_display())),
            Cell(" · ".join(str(who) for who in (row.person, row.organisation) if who)),
        ]
        for row in engagement.participations.select_related("person", "organisation")
    ]
    writer.section("participants", _("Participants"), people, place="right", limit=10, empty=wording.not_stated())
    _agreements(writer, engagement.agreements.all())
    _leads(writer, engagement.leads.all())
    owed = Obligation.objects.filter(Q(engagement=engagement) | Q(project__in=projects.order_by().values("pk")))
    writer.promises(owed, writer.problems(projects), writer.open_items(engagement.action_items.all()))
    writer.projects(projects)
    writer.happenings(projects)
    writer.changes(engagement, children)
    return writer.paper(_("Engagement brief"), str(engagement), shortened(engagement.summary), **writer.map(projects))


def _shipments(writer, shipments):
    rows = []
    for row in shipments.filter(same_as=None).select_related(SOURCED, "unit").order_by("-dispatched_on", "pk"):
        words = [row.get_status_display()]
        if row.quantity is not None:
            words.insert(0, wording.quantity(row.quantity, row.unit.symbol or str(row.unit), row.bound))
        rows.append([Cell(str(row)), Cell(" · ".join(words), writer.note(row.statement))])
    writer.section("shipments", _("Shipments"), rows)


def _contacts(writer, engagements):
    rows = [
        [Cell(wording.day(row.held_on, row.date_precision)), Cell(str(row), writer.note(row.statement))]
        for row in engagements.select_related(SOURCED).order_by("-held_on", "pk")
    ]
    writer.section("contacts", _("Engagements"), rows, empty=_("Nothing is recorded."))


def _leads(writer, leads):
    rows = []
    for row in leads.select_related(SOURCED, "converted_to").order_by("pk"):
        words = row.get_stage_display() + (f": {row.converted_to.reference}" if row.converted_to else "")
        rows.append([Cell(str(row)), Cell(words, writer.note(row.statement))])
    writer.section("leads", _("Leads"), rows, limit=8)


def _agreements(writer, agreements):
    rows = []
    for row in agreements.select_related(SOURCED, "document__document_type").order_by("pk"):
        proof = _("document on file") if row.document_id else _("no document")
        rows.append([Cell(str(row)), Cell(f"{row.get_kind_display()} · {proof}", writer.note(row.statement))])
    writer.section("agreements", _("Agreements"), rows)


def _with_organisation(organisation):
    taken = Participation.objects.filter(organisation=organisation)
    return Engagement.objects.filter(pk__in=taken.values("engagement"))


def _at_place(place):
    return Engagement.objects.filter(place__in=Place.objects.within([place.pk]).values("code"))


WRITERS = {
    Project: _of_project,
    Programme: _of_programme,
    Organisation: _of_investor,
    Place: _of_place,
    Engagement: _of_engagement,
}
# The engagements that "since" looks back to.
ENGAGEMENTS = {
    Project: lambda record: Engagement.objects.filter(
        Q(pk__in=record.engagements.values("pk")) | Q(programme=record.programme_id, programme__isnull=False)
    ),
    Programme: lambda record: record.engagements.all(),
    Organisation: _with_organisation,
    Place: _at_place,
    Engagement: lambda record: Engagement.objects.filter(pk=record.pk),
}
