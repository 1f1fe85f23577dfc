"""Writes that touch more than one row: keyword-only, by a user, each in one transaction."""

import hashlib
import re

import pghistory
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from projects import notices, permissions, reports
from projects.history import person_name
from projects.models import Autosave, Lead, Project, ReportingPeriod, StaffMember, Submission, Update
from projects.models.choices import LeadStage, UpdateStatus
from projects.models.projects import OWN_NUMBER

OWN_REFERENCE = re.compile(r"WKR-([0-9]+)", re.IGNORECASE | re.ASCII)
TRIES = 3  # at a free reference, where several projects are added at the same moment


class Refused(Exception):
    """An action that the rules do not allow; its text says why, in the reader's language."""


class AlreadyDone(Exception):
    """The same submission was carried out before: `submission` says where it led."""

    def __init__(self, submission):
        self.submission = submission
        super().__init__(submission.key)


class Overtaken(Exception):
    """A form was typed on elsewhere meanwhile; nothing was kept."""


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


# Numbers of references that transactions under way have drawn: each holds locks of the first and the last of its own.
_REFERENCES, _GREATEST = 1, 2**31 - 1
_UNDER_WAY = """
SELECT COALESCE(max(objid::bigint), 0) FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_DRAW = "SELECT pg_try_advisory_xact_lock(%(table)s, %(last)s) AND pg_try_advisory_xact_lock(%(table)s, %(first)s)"


def _drawn(count, beside):
    """The first of so many numbers that no project has, and no transaction under way draws before this one ends.

    An import draws a thousand at a time and ends much later. Those that were drawn in vain are free again, unless a
    later one is in use by then. Args: beside: numbers that are in use, too.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_UNDER_WAY, [_REFERENCES])  # first: whoever ends in between is found among the rows
            used = Project.objects.aggregate(last=Max(OWN_NUMBER))["last"] or 0
            first = int(max([*cursor.fetchone(), used, *beside])) + 1
            last = first + count - 1
            if last > _GREATEST:  # typed by somebody, and no lock has such a number
                return first
            cursor.execute(_DRAW, {"table": _REFERENCES, "first": first, "last": last})
            if cursor.fetchone()[0]:  # else somebody draws at this very moment
                return first


def with_next_references(projects, write, *, stated=()):
    """Give projects the next free references of the register, WKR-0001 and on, in their order, and write them.

    Two writers at once count on from each other's numbers and wait for nothing; where one has typed a reference, the
    unique constraint keeps them apart: the later one tries again with the numbers after.
    Takes:
        write: a function without arguments that saves the projects. stated: references that it saves beside theirs.
    Returns: what `write` returns. Raises: IntegrityError where others were quicker time after time.
    """
    beside = [int(found[1]) for reference in stated if (found := OWN_REFERENCE.fullmatch(reference))]
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                for number, project in enumerate(projects, _drawn(len(projects), beside) if projects else 1):
                    project.reference = f"WKR-{number:04d}"
                return write()
        except IntegrityError:
            if attempt == TRIES - 1:
                raise


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


def project_of_lead(lead):
    """The project that a lead would become: its names, description and sector; not saved, without a reference."""
    codes = [code.replace("-", "_") for code, _label in settings.LANGUAGES]
    columns = [f"{name}_{code}" for name in ("name", "description") for code in codes]
    return Project(main_sector=lead.sector, **{column: getattr(lead, column) for column in columns})


def may_convert(by, lead):
    """Whether the user may make a project of a lead: change the lead, and have a project of its sector."""
    is_open = lead.converted_to_id is None
    return is_open and permissions.may_change(by, lead) and permissions.may_move(by, None, project_of_lead(lead))


@transaction.atomic
def convert_lead(*, by, lead):
    """Make a lead a project, once; the lead keeps the link.

    Returns: the project. Raises: Refused; what the database refuses.
    """
    lead = Lead.objects.select_for_update(of=("self",)).select_related("sector", "engagement").get(pk=lead.pk)
    if lead.converted_to_id is not None:
        raise Refused(_("This lead has become a project already."))
    if not may_convert(by, lead):
        raise Refused(_("Only who answers for the lead's sector makes a project of it."))
    project = project_of_lead(lead)
    with pghistory.context(user=by.pk, reason=_("Made of the lead “%(lead)s”") % {"lead": lead}):
        with_next_references([project], project.save)
        lead.converted_to, lead.stage = project, LeadStage.CONVERTED
        lead.save()
        if lead.engagement is not None:
            lead.engagement.projects.add(project)
    return project


# ---- Updates ---------------------------------------------------------------------------------


def keep_open(period):
    """Keep a reporting period from being closed until the transaction ends; called before an update is locked, as
    closing locks it before its updates.

    Takes: its key, or None. Raises: Refused where it is closed.
    """
    for row in ReportingPeriod.objects.raw("SELECT * FROM projects_reportingperiod WHERE id = %s FOR SHARE", [period]):
        if row.closed_at is not None:
            raise Refused(_("The reporting period %(period)s is closed.") % {"period": row})


def _locked(update):
    """The update as it stands, kept from others until the transaction ends. Raises: Refused in a closed period."""
    keep_open(update.period_id)
    locked = Update.objects.select_for_update(of=("self",)).select_related("period", "project").get(pk=update.pk)
    if locked.period_id != update.period_id:
        raise Refused(_("Somebody else changed this record after you read it. Read it again."))
    return locked


def _superior(person):
    """The superior of a user at work, where there is one."""
    member = StaffMember.objects.filter(user=person, superior__is_active=True).select_related("superior").first()
    return member.superior if member else None


def _next_holder(update, by):
    """Who decides after `by`: the head's own superior, where the head has decided; None where it is final."""
    head = _superior(update.author_id)
    if update.holder_id is None or head is None or update.holder_id != head.pk:
        return None
    above = _superior(head.pk)
    return above if above is not None and above.pk not in (update.author_id, by.pk) else None


@transaction.atomic
def autosave(*, by, project, page, typed, draft=None, revision=0):
    """Keep the form of an update as it is typed, checked or not; the first time, as a new draft.

    Takes:
        page: the submission key of the page. A page may save again whatever it has missed.
        typed: name of a field -> text. draft: key of the update that the page shows, or None.
        revision: the state of the form that the page knows.
    Returns: the Autosave. Raises: AlreadyDone where the page was sent; Overtaken; Refused.
    """
    if sent := Submission.objects.filter(user=by, key=page).first():
        raise AlreadyDone(sent)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # the first save of a page is made once
    drafts = Update.objects.filter(project=project, author=by)
    update = drafts.filter(Q(pk=draft) | Q(autosave__page=page)).select_related("autosave").first()
    if update is None:
        update = Update(project=project, author=by)
    if not permissions.may_change(by, update):
        raise Refused(permissions.refusal(by, update))
    if update.pk is None:
        with pghistory.context(user=by.pk):
            update.save()
    saved = getattr(update, "autosave", None) or Autosave(update=update, revision=0)
    if saved.page not in ("", page) and saved.revision != revision:
        raise Overtaken(update)
    saved.page, saved.typed, saved.saved_at = page, typed, timezone.now()
    saved.revision += 1
    saved.save()
    return saved


def enclose(*, by, update, form):
    """Hang the files of a checked form of enclosures on a draft or returned update. Raises: Refused."""
    if not permissions.may_change(by, update):
        raise Refused(permissions.refusal(by, update))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            form.enclose(update)
    except BaseException:
        form.forget()
        raise


@transaction.atomic
def take_off(*, by, attachment):
    """Take a document off an update that is not sent yet; one that nobody else uses goes with its file.

    Raises: Refused.
    """
    if not permissions.may_take_off(by, attachment):
        raise Refused(permissions.refusal(by, attachment))
    document = attachment.document
    with pghistory.context(user=by.pk):
        attachment.delete()
        is_used = any(
            model._base_manager.filter(**{name: document}).exists() for model, name in permissions.uses_of_documents()
        )
        if not is_used and document.created_by_id == by.pk:
            document.delete()
            transaction.on_commit(lambda: document.file.storage.delete(document.file.name))


@transaction.atomic
def submit_update(*, by, update):
    """Send the author's draft, or what was returned, to review. Returns: the update. Raises: Refused."""
    update = _locked(update)
    if not permissions.may_change(by, update) or update.author_id != by.pk:
        raise Refused(permissions.refusal(by, update))
    if not (update.narrative or update.is_no_change or update.changes or update.attachments.exists()):
        raise Refused(_("Write what happened, or tick 'nothing changed'."))
    update.status, update.submitted_at = UpdateStatus.SUBMITTED, timezone.now()
    update.reported_on = update.reported_on or timezone.localdate()
    update.reviewer = update.reviewed_at = None
    update.holder, update.field_comments = _superior(by.pk), {}
    with pghistory.context(user=by.pk):
        update.save()
        notices.tell(update)
    return update


def _to_decide(by, update):
    """The update, locked for a decision by this person. Raises: Refused."""
    update = _locked(update)
    if not permissions.may_review(by, update):
        if update.holder_id and update.author_id != by.pk:
            text = _("%(person)s has this update now and decides on it.")
            raise Refused(text % {"person": person_name(update.holder)})
        raise Refused(_("Only a reviewer decides on an update, and nobody on their own."))
    if update.status != UpdateStatus.SUBMITTED:
        raise Refused(_("This update is not waiting for review."))
    update.reviewer, update.reviewed_at = by, timezone.now()
    return update


def _publish(by, update, seen):
    """Write what the update reports to its project. Raises: Refused where the register changed unseen."""
    Project.objects.select_for_update(no_key=True).get(pk=update.project_id)
    unseen = [row.label for row in reports.moved(update, by) if row.mark not in seen]
    if unseen:
        text = _("The register has changed after this was reported (%(fields)s). Compare on the page of the review.")
        raise Refused(text % {"fields": "; ".join(unseen)})
    try:
        reports.publish(update)
    except reports.Unwritable as reason:
        raise Refused(str(reason)) from reason


@transaction.atomic
def approve_update(*, by, update, comment="", seen=()):
    """Approve a submitted update of somebody else: pass it on to the next in the chain, or, as the last one,
    write what it reports to the project.

    Takes:
        seen: marks (`reports.moved`) of the values that changed in the register meanwhile and that `by` has seen.
    Returns: the update, approved or waiting for the next. Raises: Refused.
    """
    update = _to_decide(by, update)
    update.review_comment = comment.strip()
    update.holder = _next_holder(update, by)
    reason = update.review_comment or _("Update approved: %(update)s") % {"update": update}
    with pghistory.context(user=by.pk, reason=reason):
        if update.holder is None:
            _publish(by, update, seen)
            update.status = UpdateStatus.APPROVED
        update.save()
        notices.tell(update)
    return update


@transaction.atomic
def return_update(*, by, update, comment, field_comments=None):
    """Send a submitted update back to its author, saying what is to be mended.

    Takes:
        field_comments: name of a reported value -> what is to be mended there.
    Raises: Refused.
    """
    comments = {name: text.strip() for name, text in (field_comments or {}).items() if text.strip()}
    if not comment.strip() and not comments:
        raise Refused(_("Say what is to be mended before returning the update."))
    update = _to_decide(by, update)
    update.status, update.holder = UpdateStatus.RETURNED, None
    update.review_comment = comment.strip() or " ".join(comments.values())
    update.field_comments = {name: text for name, text in comments.items() if name in update.changes}
    with pghistory.context(user=by.pk, reason=update.review_comment):
        update.save()
        notices.tell(update)
    return update
