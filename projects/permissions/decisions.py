"""Who decides on the work of others: updates, imports, periods, evidence, and whose projects somebody curates."""

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from projects.models import (
    ActionItem,
    ImportJob,
    Obligation,
    Project,
    StaffMember,
    Update,
)
from projects.models.choices import EvidenceStatus, ImportStatus, UpdateStatus
from projects.permissions.roles import ADMINISTRATOR, EDITORS, REVIEWER, is_administrator, may_see_register, roles
from projects.permissions.sight import stood_in_for, visible_to


def may_review(user, update):
    """Approve or return, never one's own: an administrator; of what somebody has, that person or the stand-in;
    of what waits for nobody in particular, any reviewer.
    """
    if update.author_id == user.pk or not may_see_register(user):
        return False
    if update.holder_id is not None and not is_administrator(user):
        return update.holder_id == user.pk or update.holder_id in stood_in_for(user)
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR})


def to_review(user):
    """The updates that wait for the user's decision, as a queryset."""
    mine = Q(holder=user.pk) | Q(holder__in=stood_in_for(user))
    if roles(user) & {REVIEWER, ADMINISTRATOR}:
        mine |= Q(holder=None)
    waiting = visible_to(user, Update.objects.filter(status=UpdateStatus.SUBMITTED)).exclude(author=user.pk)
    return waiting if is_administrator(user) else waiting.filter(mine)


def may_review_some(user):
    """Whether updates may come to the user for a decision: a reviewer, a superior, or somebody's stand-in."""
    if roles(user) & {REVIEWER, ADMINISTRATOR}:
        return True
    in_charge = StaffMember.objects.filter(Q(superior=user.pk) | Q(delegate=user.pk))
    return may_see_register(user) and in_charge.exists()


def may_import(user):
    """Bring in a file: those who change records; each row asks `may_change` besides."""
    return bool(roles(user) & (EDITORS | {ADMINISTRATOR}))


def import_needs_approval(user):
    """A file changes hundreds of records at once: an editor's is seen by a second person before it is written."""
    return not roles(user) & {REVIEWER, ADMINISTRATOR}


def imports_to_review(user):
    """The imports that wait for the user's decision, as a queryset."""
    waiting = ImportJob.objects.filter(status=ImportStatus.SUBMITTED).exclude(owner=user.pk)
    return waiting if roles(user) & {REVIEWER, ADMINISTRATOR} else waiting.none()


def may_approve_import(user, job):
    """Approve or return an import that was sent to review: a reviewer or administrator, and never one's own."""
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR}) and job.owner_id != user.pk


def may_end_run(user, job):
    """End the worker's step of an import: who brought it in, who may decide on it, or an administrator."""
    own = may_see_register(user) and job.owner_id == user.pk
    return own or is_administrator(user) or may_approve_import(user, job)


def may_undo_import(user, job):
    """Take an import back: who brought it in, who approved it, or an administrator."""
    return is_administrator(user) or (may_see_register(user) and user.pk in (job.owner_id, job.reviewer_id))


def may_close(user):
    """Close a reporting period, which freezes its report: a reviewer or administrator."""
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR})


def may_accept(user, evidence):
    """Accept or reject evidence: a reviewer or administrator, never one's own, nor what one has changed oneself."""
    own = {evidence.author_id, *([evidence.updated_by_id] if evidence.status == EvidenceStatus.OFFERED else [])}
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR}) and user.pk not in own


def refusal_to_accept(user, evidence):
    """A sentence saying why `may_accept` refuses, in the reader's language."""
    if not roles(user) & {REVIEWER, ADMINISTRATOR}:
        return _("Only a reviewer or an administrator decides on evidence.")
    return _("Nobody accepts evidence of their own.")


def own_people(user):
    """The keys of the users who report to this one, and the user's own."""
    people = StaffMember.objects.filter(superior=user.pk, user__is_active=True)
    return {user.pk, *people.values_list("user", flat=True)}


def may_hand_over_some(user):
    """Whether the user may give projects to another curator: an administrator, or a head of somebody."""
    if is_administrator(user):
        return True
    return may_see_register(user) and StaffMember.objects.filter(superior=user.pk, user__is_active=True).exists()


def to_hand_over(user):
    """The projects whose curator the user may change: an administrator all, a head those of the own people."""
    projects = visible_to(user, Project.objects.all())
    if is_administrator(user):
        return projects
    return projects.filter(curator__in=own_people(user)) if may_hand_over_some(user) else projects.none()


def givers(user):
    """The people from whom the user may hand something over: curators of projects, and owners of obligations or of
    open action items; for a head, the own people among them.
    """
    people = get_user_model().objects.all()
    if not may_hand_over_some(user):
        return people.none()
    owners = [Obligation.objects.values("owner"), ActionItem.objects.filter(done_on=None).values("owner")]
    busy = Q(pk__in=to_hand_over(user).values("curator"))
    for owned in owners:
        busy |= Q(pk__in=owned)
    return people.filter(busy) if is_administrator(user) else people.filter(busy, pk__in=own_people(user))


def may_receive(user, person):
    """Whether the user may make a person the curator of projects: one who edits; for a head, one of the own people."""
    edits = bool(roles(person) & (EDITORS | {ADMINISTRATOR}))
    return edits and (is_administrator(user) or (may_hand_over_some(user) and person.pk in own_people(user)))
