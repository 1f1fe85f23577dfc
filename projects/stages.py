"""What a stage asks for: the one place for the rules of moving a project, for forms, API and approved updates.

Stages are in order by their position. Two of them may come one before the other or beside each other: equipment
is often sent before construction starts. What a stage requires is data (`StageRequirement`); what is missing
is told, and the stage counts as unconfirmed until it is there (rule 18), but only the rules below refuse.
"""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import Document, Stage, StageRequirement
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


def requirements(project, stage, more=(), known=()):
    """What a stage asks for, and whether the project has it.

    Args: more, known: Documents and StageFacts that come with the same form.
    Returns: Requirements; what is enough one of several is one of them, and comes first.
    """
    attached = {row.document.document_type_id: row.document for row in project.documents.select_related("document")}
    attached |= {document.document_type_id: document for document in more}
    rows = list(StageRequirement.objects.filter(stage=stage).select_related("document_type").order_by("pk"))
    alternatives = tuple(row for row in rows if row.is_alternative)
    groups = [alternatives] if alternatives else []
    groups += [(row,) for row in rows if not row.is_alternative]
    found = []
    for group in groups:
        document = next((attached[row.document_type_id] for row in group if row.document_type_id in attached), None)
        is_met = document is not None or any(
            row.fact and (row.fact in known or has(project, row.fact)) for row in group
        )
        found.append(Requirement(group, is_met, document))
    return found


def has(project, fact):
    """Whether the register knows this StageFact of a project."""
    if fact == StageFact.INVESTOR:
        return project.parties.filter(role=PartyRole.INVESTOR).exists()
    if fact == StageFact.BIN:
        return project.parties.exclude(organisation__bin="").exclude(organisation__bin=None).exists()
    if fact == StageFact.COMMITTED:
        return project.amounts.standing().filter(kind=AmountKind.COMMITTED).exists()
    return bool(getattr(project, f"{fact}_id" if fact in (StageFact.MAIN_SECTOR, StageFact.PLACE) else fact))


def missing(project, stage, more=(), known=()):
    """The Requirements of a stage that the project does not meet."""
    return [requirement for requirement in requirements(project, stage, more, known) if not requirement.is_met]
