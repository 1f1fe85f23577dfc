"""Writes that touch more than one row: keyword-only, by a user, each in one transaction."""

import hashlib

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import permissions
from projects.models import Project, Submission, Update
from projects.models.choices import UpdateStatus


class Refused(Exception):
    """An action that the rules do not allow; its text says why, in the reader's language."""


class AlreadyDone(Exception):
    """The same submission was carried out before: `submission` says where it led."""

    def __init__(self, submission):
        self.submission = submission
        super().__init__(submission.key)


class DifferentBody(Refused):
    """A submission key was used again with other content."""


def body_hash(body):
    """SHA-256 of a request's content (bytes), by which a repeated key is told from a reused one."""
    return hashlib.sha256(body).hexdigest()


def previous_submission(*, by, key, body):
    """Raise AlreadyDone where this user carried out this key before, DifferentBody where with other content."""
    submission = Submission.objects.filter(user=by, key=key).first()
    if submission is None:
        return
    if submission.body_hash != body_hash(body):
        raise DifferentBody(_("This form was already sent with other content. Reload the page to send a new one."))
    raise AlreadyDone(submission)


@transaction.atomic
def submit_once(*, by, key, body, write):
    """Carry out `write()` once for this user and key; both the write and the key are stored, or neither.

    Takes:
        write: a function without arguments that saves and returns a dictionary with any of
            location (address to go to), status_code, response (JSON for the API).
    Returns: the Submission.
    Raises: AlreadyDone, DifferentBody; whatever `write` raises (then nothing is stored).
    """
    previous_submission(by=by, key=key, body=body)
    try:
        with transaction.atomic():
            submission = Submission.objects.create(user=by, key=key, body_hash=body_hash(body))
    except IntegrityError:  # the twin request got there first, and has ended by now
        previous_submission(by=by, key=key, body=body)
        raise
    for name, value in write().items():
        setattr(submission, name, value)
    submission.save()
    return submission


def next_reference():
    """The next free project reference, WKR-0001 and on; two at once are kept apart by the unique constraint."""
    last = Project.objects.filter(reference__regex=r"^WKR-[0-9]{4,}$").aggregate(last=Max("reference"))["last"]
    return f"WKR-{int(last.split('-')[1]) + 1 if last else 1:04d}"


@transaction.atomic
def save_record(*, by, form, reason=""):
    """Save a bound, valid ModelForm as `by`, with the reason kept in the history.

    Both the row as it stands and the row as it will be must be the user's to change, so that nothing is moved
    into or out of a scope that is not theirs.
    Returns: the saved row. Raises: Refused; StaleRecord where somebody else changed it meanwhile.
    """
    record = form.instance
    before = None if record._state.adding else type(record)._base_manager.get(pk=record.pk)
    for state in filter(None, (before, record)):
        if not permissions.may_change(by, state):
            raise Refused(permissions.refusal(by, state))
    if isinstance(record, Project) and not permissions.may_move(by, before, record):
        raise Refused(_("The place or the sector must be among those that you answer for."))
    context = {"user": by.pk} | ({"reason": reason} if reason else {})
    with pghistory.context(**context):
        return form.save()


# ---- Updates ---------------------------------------------------------------------------------


def _locked(update):
    """The update as it stands, kept from others until the transaction ends. Raises: Refused in a closed period."""
    update = Update.objects.select_for_update(of=("self",)).select_related("period", "project").get(pk=update.pk)
    if update.period is not None and update.period.closed_at is not None:
        raise Refused(_("The reporting period %(period)s is closed.") % {"period": update.period})
    return update


@transaction.atomic
def submit_update(*, by, update):
    """Send the author's draft, or what was returned, to review. Returns: the update. Raises: Refused."""
    update = _locked(update)
    if not permissions.may_change(by, update) or update.author_id != by.pk:
        raise Refused(permissions.refusal(by, update))
    if not update.narrative and not update.is_no_change:
        raise Refused(_("Write what happened, or tick 'nothing changed'."))
    update.status, update.submitted_at = UpdateStatus.SUBMITTED, timezone.now()
    update.reported_on = update.reported_on or timezone.localdate()
    update.reviewer = update.reviewed_at = None
    with pghistory.context(user=by.pk):
        update.save()
    return update


def _review(by, update, status, comment):
    update = _locked(update)
    if not permissions.may_review(by, update):
        raise Refused(_("Only a reviewer decides on an update, and nobody on their own."))
    if update.status != UpdateStatus.SUBMITTED:
        raise Refused(_("This update is not waiting for review."))
    update.status, update.review_comment = status, comment
    update.reviewer, update.reviewed_at = by, timezone.now()
    with pghistory.context(user=by.pk, **({"reason": comment} if comment else {})):
        update.save()
    return update


@transaction.atomic
def approve_update(*, by, update, comment=""):
    """Approve a submitted update of somebody else. Returns: the update. Raises: Refused."""
    return _review(by, update, UpdateStatus.APPROVED, comment.strip())


@transaction.atomic
def return_update(*, by, update, comment):
    """Send a submitted update back to its author, saying what is to be mended. Raises: Refused."""
    if not comment.strip():
        raise Refused(_("Say what is to be mended before returning the update."))
    return _review(by, update, UpdateStatus.RETURNED, comment.strip())
