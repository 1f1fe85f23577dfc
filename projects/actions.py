"""Writes that touch more than one row: keyword-only, by a user, each in one transaction."""

import hashlib

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from projects import permissions
from projects.models import Project, Submission


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

    Returns: the saved row. Raises: Refused; StaleRecord where somebody else changed it meanwhile.
    """
    record = form.instance
    if not permissions.may_change(by, record):
        raise Refused(permissions.refusal(by, record))
    context = {"user": by.pk} | ({"reason": reason} if reason else {})
    with pghistory.context(**context):
        return form.save()
