"""Handing over: projects get another curator in one step, with the tasks and obligations that go with them."""

from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from projects import notices, permissions
from projects.actions import Refused
from projects.models import ActionItem, Obligation, Project, Update
from projects.models.choices import OF_AUTHOR


@dataclass
class Plan:
    """What a handover changes: projects, open action items, obligations, and the drafts that move or stay."""

    projects: list
    items: list
    obligations: list
    moving: list
    staying: list


def plan(*, by, giver, keys, to, with_drafts, with_rest=False):
    """What would change if `by` gave the projects with these keys from `giver` to `to`.

    Open action items and obligations of the projects that `giver` answers for go along; `with_rest` those too that
    belong to none of `giver`'s projects (of an investor, a programme, a visit), as far as `by` may change them.
    Drafts and returned updates stay with their author unless `with_drafts`; one that the receiver has returned
    stays in any case, since nobody reviews an update of their own.
    Raises: Refused.
    """
    if giver == to:
        raise Refused(_("Choose somebody else: this person is the curator already."))
    if not permissions.may_receive(by, to):
        raise Refused(_("This person cannot become a curator, or is not one of your own people."))
    if not keys and not with_rest:
        raise Refused(_("Choose a project, or tick that what belongs to no project goes along."))
    projects = list(permissions.to_hand_over(by).filter(curator=giver, pk__in=keys).order_by("reference"))
    if len(projects) != len(set(keys)):
        raise Refused(_("Some of the projects are not this person's any more. Look at the list again."))
    items, obligations = (
        _of(projects, by, giver, rows.filter(owner=giver), with_rest)
        for rows in (ActionItem.objects.filter(done_on=None), Obligation.objects.select_related("kind"))
    )
    open_ = Update.objects.filter(author=giver, project__in=projects, status__in=OF_AUTHOR).select_related("project")
    if not projects and not items and not obligations:
        raise Refused(_("There is nothing of this person's that you may hand over."))
    drafts = [(update, with_drafts and update.reviewer_id != to.pk) for update in open_]
    return Plan(
        projects,
        items,
        obligations,
        [update for update, moves in drafts if moves],
        [update for update, moves in drafts if not moves],
    )


def _of(projects, by, giver, rows, with_rest):
    """The rows of these projects, and with the rest those of no project of the giver that `by` may change."""
    rest = Q(project=None) | ~Q(project__curator=giver)
    wanted = rows.filter(Q(project__in=projects) | rest if with_rest else Q(project__in=projects))
    handed = {project.pk for project in projects}
    return [row for row in wanted.order_by("pk") if row.project_id in handed or permissions.may_change(by, row)]


@transaction.atomic
def hand_over(*, by, giver, keys, to, reason, with_drafts=False, with_rest=False):
    """Carry out the plan, all of it or nothing, with the reason in the history. Returns: the Plan. Raises: Refused."""
    if not reason.strip():
        raise Refused(_("Give the reason: it is kept in the history of each project."))
    list(Project.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    done = plan(by=by, giver=giver, keys=keys, to=to, with_drafts=with_drafts, with_rest=with_rest)
    owned = [*done.items, *done.obligations]
    with pghistory.context(user=by.pk, reason=reason.strip()):
        for rows, name in ((done.projects, "curator"), (owned, "owner"), (done.moving, "author")):
            for row in rows:
                setattr(row, name, to)
                row.save(update_fields=[name])
        for update in done.moving:
            notices.tell(update)
    return done
