"""What a stage asks for: the one place for the rules of moving a project, for forms, API and approved updates.

Stages are in order by their position. Two of them may come one before the other or beside each other: equipment
is often sent before construction starts. What a stage requires is data (`StageRequirement`); what is missing
is told, and the stage counts as unconfirmed until it is there (rule 18), but only the rules below refuse.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import Amount, Document, ProjectDocument, ProjectParty, Stage, StageRequirement
from projects.models.choices import AmountKind, PartyRole, ProjectStatus, StageFact, StageGroup

BESIDE_EACH_OTHER = {"equipment", "construction"}  # equipment may come before or beside construction
STOPPED = (ProjectStatus.SUSPENDED, ProjectStatus.CANCELLED)


@dataclass(frozen=True)
class Refusal:
    """Why a project is not moved: a sentence for the reader, and the field that mends it."""

    text: str
    field: str


@dataclass(frozen=True)
class Requirement:
    """One thing that a stage asks for: rows of StageRequirement, any of which is enough.

    document: the Document that meets it, where one does.
    """

    rows: tuple
    is_met: bool
    document: Document | None = None

    @property
    def kinds(self):
        """What is asked for, each a DocumentType or a StageFact."""
        return [row.document_type or StageFact(row.fact) for row in self.rows]

    def __str__(self):
        labels = [str(kind.label if isinstance(kind, StageFact) else kind) for kind in self.kinds]
        return f" {pgettext('between two choices', 'or')} ".join(labels)


# ---- Moving ----------------------------------------------------------------------------------


def stage_before(project, day, log=None):
    """The stage that the project's log gives for a day, or None. Args: log: its rows as they came, where known."""
    rows = project.stage_changes.select_related("stage").order_by("pk") if log is None else log
    past = sorted((row for row in rows if row.effective_on <= day), key=lambda row: row.effective_on)
    return past[-1].stage if past else None


def is_back(before, stage):
    """Whether going from one stage to another is a step back; equipment and construction are beside each other."""
    if before is None or {before.pk, stage.pk} == BESIDE_EACH_OTHER:
        return False
    return stage.position < before.position


def refusals(project, stage, day, *, reason="", commissioned_on=None, log=None):
    """Why the project may not be put at a stage from a day on; an empty list where it may.

    Args:
        day: date from which the stage is in force. reason: words of the person who moves it.
        commissioned_on: the date that comes with the move, where the project has none yet.
        log: the rows of its log as they came, without the one that is being changed; by default all that it has.
    Returns: Refusals by field: `effective_on` (rule 8), `commissioned_on` (rule 17), `reason` (rule 19).
    """
    found = []
    if day > timezone.localdate():
        found.append(Refusal(_("An actual date cannot be later than today. Use 'planned'."), "effective_on"))
    if stage.needs_date and not (commissioned_on or project.commissioned_on):
        found.append(Refusal(_("Enter the actual commissioning date and attach the act."), "commissioned_on"))
    before = stage_before(project, day, log)
    if is_back(before, stage) and not reason.strip():
        text = _("You move the project back from %(before)s to %(now)s. Give a reason.")
        found.append(Refusal(text % {"before": before, "now": stage}, "reason"))
    return found


def status_refusals(status, *, reason="", since=None, review_on=None):
    """Rule 29: what a suspended or cancelled project lacks.

    Args: status: a ProjectStatus or None. since: date of the decision. review_on: when it is looked at again.
    Returns: at most one Refusal, for the first of `status_reason`, `status_on`, `review_on` that is missing.
    """
    if status not in STOPPED:
        return []
    needed = {"status_reason": reason and reason.strip(), "status_on": since}
    if status == ProjectStatus.SUSPENDED:
        needed["review_on"] = review_on
    text = _("Give the reason, the date and when it will be looked at again.")
    return [Refusal(text, name) for name, value in needed.items() if not value][:1]


# ---- What is asked for -----------------------------------------------------------------------


def next_stages(project):
    """The stages that may come next, in order: usually one; both where equipment may precede construction.

    Without a stage on record, the first stage after the group that is known; none where nothing is known.
    """
    stages = list(Stage.objects.filter(is_active=True).order_by("position", "code"))
    if project.stage is None:
        groups = [group for group in StageGroup.values if group != StageGroup.UNKNOWN]
        if project.stage_group not in groups:
            return []
        later = groups[groups.index(project.stage_group) + 1 :]
        ahead = [stage for stage in stages if stage.group in later]
    else:
        passed = {project.stage_id, *project.stage_changes.values_list("stage", flat=True)}
        left = BESIDE_EACH_OTHER - passed
        if project.stage_id in BESIDE_EACH_OTHER and left:
            return [stage for stage in stages if stage.pk in left]
        done = BESIDE_EACH_OTHER & passed
        ahead = [stage for stage in stages if stage.position > project.stage.position and stage.pk not in done]
    beside = [stage for stage in ahead if stage.pk in BESIDE_EACH_OTHER]
    return beside if ahead and ahead[0] in beside else ahead[:1]


class Record:
    """What the register knows of some projects beside their own rows, read when it is first asked for.

    One can be asked about many projects, with as many queries as about one.
    """

    def __init__(self, projects, amounts=None):
        """Args: projects: primary keys. amounts: those that the reader may see (default: all)."""
        self.projects, self._asked, self._known = list(projects), {}, {}
        self._amounts = Amount.objects.all() if amounts is None else amounts

    def asked_by(self, stage):
        """The StageRequirements of a stage."""
        if stage.pk not in self._asked:
            rows = StageRequirement.objects.filter(stage=stage).select_related("document_type")
            self._asked[stage.pk] = list(rows.order_by("pk"))
        return self._asked[stage.pk]

    def documents(self, project):
        """The Documents that are attached to a project."""
        return self._documents[project.pk]

    @cached_property
    def _documents(self):
        found = defaultdict(list)
        for row in ProjectDocument.objects.filter(project__in=self.projects).select_related("document"):
            found[row.project_id].append(row.document)
        return found

    def has(self, project, fact):
        """Whether the register knows this StageFact of a project."""
        if fact not in _ROWS:
            return bool(getattr(project, f"{fact}_id" if fact in (StageFact.MAIN_SECTOR, StageFact.PLACE) else fact))
        if fact not in self._known:
            rows = _ROWS[fact](self._amounts).filter(project__in=self.projects)
            self._known[fact] = set(rows.values_list("project_id", flat=True))
        return project.pk in self._known[fact]


# StageFact -> the rows that say so of projects, of the amounts given, where projects do not say it themselves.
_ROWS = {
    StageFact.INVESTOR: lambda amounts: ProjectParty.objects.filter(role=PartyRole.INVESTOR),
    StageFact.BIN: lambda amounts: ProjectParty.objects.exclude(organisation__bin="").exclude(organisation__bin=None),
    StageFact.COMMITTED: lambda amounts: amounts.standing().filter(kind=AmountKind.COMMITTED),
}


def requirements(project, stage, more=(), known=(), record=None):
    """What a stage asks for, and whether the project has it.

    Args:
        more, known: Documents and StageFacts that come with the same form.
        record: a Record of this project among others, where many are asked about.
    Returns: Requirements; what is enough one of several is one of them, and comes first.
    """
    record = record or Record([project.pk])
    attached = {document.document_type_id: document for document in (*record.documents(project), *more)}
    rows = record.asked_by(stage)
    alternatives = tuple(row for row in rows if row.is_alternative)
    groups = [alternatives] if alternatives else []
    groups += [(row,) for row in rows if not row.is_alternative]
    found = []
    for group in groups:
        document = next((attached[row.document_type_id] for row in group if row.document_type_id in attached), None)
        is_met = document is not None or any(
            row.fact and (row.fact in known or record.has(project, row.fact)) for row in group
        )
        found.append(Requirement(group, is_met, document))
    return found


def missing(project, stage, **known):
    """The Requirements of a stage that the project does not meet. Args: known: as `requirements` takes it."""
    return [requirement for requirement in requirements(project, stage, **known) if not requirement.is_met]
