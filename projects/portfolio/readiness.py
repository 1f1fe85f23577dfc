"""What is missing for the next stage, on the project's page: each missing thing one click from its form."""

from dataclasses import dataclass

from django.urls import reverse

from projects import permissions, stages
from projects.models import Amount, Document
from projects.models.choices import StageFact

# Facts that are rows of their own: the stem of the URL name where one is added. The others are fields of the project.
ADDED_AS = {StageFact.INVESTOR: "party", StageFact.BIN: "party", StageFact.COMMITTED: "amount"}


@dataclass
class Asked:
    """One requirement: the document that meets it, or what would, each as (label, address of its form or "")."""

    is_met: bool
    document: Document | None
    choices: list


def _form_for(kind, project):
    if not isinstance(kind, StageFact):
        return f"{reverse('document-new', args=[project.reference])}?new_type={kind.pk}"
    if stem := ADDED_AS.get(kind):
        return reverse(f"{stem}-new", args=[project.reference])
    return f"{reverse('project-edit', args=[project.reference])}#id_{kind}"


def ahead(project, user, *, may_change):
    """What the stages that may come next ask for: (stage, how many are missing, list of Asked, where to move there).

    Args: user: the reader. may_change: whether they may change the project; others get no addresses of forms.
    """
    found = []
    record = stages.Record([project.pk], permissions.visible_to(user, Amount.objects.all()))
    for stage in stages.next_stages(project):
        asked = []
        for each in stages.requirements(project, stage, record=record):
            choices = [
                (kind.label if isinstance(kind, StageFact) else kind, _form_for(kind, project) if may_change else "")
                for kind in each.kinds
            ]
            asked.append(Asked(each.is_met, each.document, choices))
        move = f"{reverse('stage-new', args=[project.reference])}?stage={stage.pk}" if may_change else ""
        found.append((stage, sum(not each.is_met for each in asked), asked, move))
    return found
