"""An import from the file to the register: received, checked, confirmed (or approved), carried out, taken back.

Pages, commands and background work call these; each is one transaction by a user.
"""

import io
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from projects import notices, permissions
from projects.actions import Refused
from projects.exchange import carrying, oc4ids, undoing, workbook, writing
from projects.exchange.changeset import ALL, THEIRS, YOURS
from projects.exchange.foreign import Foreign
from projects.exchange.reading import PACKAGE, read_file
from projects.models import ImportedFile, ImportJob
from projects.models.choices import ImportStatus

OPEN = (ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.REFUSED, ImportStatus.RETURNED)
AT_ONCE = 2000  # rows of a file that a person may wait for
CHANGED = gettext_lazy("The register has changed since the changes were shown. Look at them once more.")
KEPT_ERRORS = 1000  # in the log; the others are on the page of the import


def _author(job):
    """In whose name a job is checked and written: its owner, or whoever runs commands on the server."""
    return job.owner or permissions.Operator()


def stated_by(job, book):
    """What a file states: a workbook that was taken from the register, an OC4IDS package, or another table.

    Raises: ValidationError where nobody has said yet what the columns of the table mean.
    """
    if book.kind == PACKAGE:
        return oc4ids.rows(book)
    return workbook.rows(book) if workbook.is_ours(book) else Foreign(book, _author(job), job.mapping).rows(job.as_of)


def book_of(job, first=None):
    """The file of a job, read again as a Book; of large ones perhaps the first rows of each sheet alone."""
    return read_file(io.BytesIO(bytes(job.file.content)), job.file_name, first, takes_packages=True)


def foreign_of(job, sheet=""):
    """The table of a job that waits for what its columns mean.

    Args: sheet: the name of the one that is wanted, by default that of the job's mapping.
    Raises: Refused where there is nothing to say; ValidationError where that sheet has no headings.
    """
    if job.status not in OPEN or "columns" not in job.mapping:
        raise Refused(_("The columns of this import are not asked for any more."))
    mapping = job.mapping if sheet in ("", job.mapping.get("sheet")) else {"sheet": sheet}
    return Foreign(book_of(job, AT_ONCE), _author(job), mapping)


def is_package(job):
    """Whether the file is an OC4IDS package, which has no columns and no cells."""
    return "format" in job.mapping


def needs_mapping(job):
    """Whether somebody has to say what the columns of the table mean before it can be checked."""
    return bool(job.mapping.get("asks"))


def head_of(file, name):
    """The first rows of each sheet of a file, of a small one all of them, as a Book. Args: file: binary, open; rewound.

    Raises: ValidationError where the file cannot be read.
    """
    book = read_file(file, name, AT_ONCE, takes_packages=True)
    file.seek(0)
    return book


@transaction.atomic
def receive(*, by, file, name, as_of, reason="", mapping=None, asks=True, start=None, head=None):
    """Keep a file as a new import, and check it, unless its columns have to be explained first.

    Args:
        by: a user, or an Operator. file: binary, open. reason: why. as_of: the day its figures are true of; where
            somebody can be asked, the day in the title of a table goes before it.
        mapping: what the columns of an office's own table mean, as `Mapping.as_json` gives it.
        asks: whether somebody can be asked; if not, open questions refuse the file.
        start: what is done with a file that can be checked, instead of `check`; called with job and book.
        head: see `head_of`, where it was read already.
    Returns: the ImportJob. Raises: ValidationError where the file cannot be read; Refused.
    """
    if not permissions.may_import(by):
        raise Refused(_("Your role reads the register; it does not bring in files."))
    book = head or head_of(file, name)
    job = ImportJob.objects.create(
        file_name=name[:255], sha256=book.sha256, owner=by if by.pk else None, as_of=as_of, reason=reason
    )
    ImportedFile.objects.create(job=job, content=file.read())
    if book.kind == PACKAGE:
        job.mapping = oc4ids.about(book)
        job.save()
    elif not workbook.is_ours(book):
        foreign = Foreign(book, by, mapping)
        if asks and (day := foreign.titled_day):
            job.as_of = day  # the table's own title says it better than the day of sending
        if (questions := foreign.open_questions(job.as_of)) and not asks:
            raise ValidationError(questions)
        job.mapping = foreign.answers() | {"asks": asks and bool(questions or not foreign.is_known)}
        job.save()
    if not needs_mapping(job):
        (start or check)(job, book=book)
    return job


@transaction.atomic
def map_columns(*, by, job, foreign, as_of, start=None):
    """Keep what the columns of a table mean, and check it. Args: foreign: with the answers. Raises: Refused."""
    job = owned(by=by, job=job)
    job.mapping, job.as_of, job.file.choices = foreign.answers(), as_of, {}
    job.save()
    job.file.save()
    (start or check)(job, book=foreign.book)
    return job


def looked_at(job, *, book=None, asks=True):
    """What a job would change now. Returns: the Outcome."""
    book, author, answers = _whole(job, book), _author(job), _answers(job, asks)
    return carrying.look(stated_by(job, book), author, height=book.height, **answers)


@transaction.atomic
def check(job, *, book=None, asks=True):
    """Look at what a job would change and keep it, to be shown. Returns: the Outcome."""
    found, kept = looked_at(job, book=book, asks=asks), job.file
    kept.preview = found.told()
    kept.fingerprint = found.fingerprint
    kept.save()
    job.counts = found.counts()
    job.errors = kept.preview["problems"][:KEPT_ERRORS]
    if job.status in OPEN:
        job.status = ImportStatus.REFUSED if found.problems else ImportStatus.CHECKED
    job.save()
    return found


@transaction.atomic
def answer(*, by, job, choices, start=None):
    """Keep answers to conflicts and proposals (key -> answer) and check again. Raises: Refused."""
    job = owned(by=by, job=job)
    if ALL in choices:  # instead of those that were given one by one
        job.file.choices = {key: value for key, value in job.file.choices.items() if value not in (THEIRS, YOURS)}
    job.file.choices |= choices
    job.file.save()
    (start or check)(job)
    return job


@transaction.atomic
def confirm(*, by, job, fingerprint, reason=""):
    """Carry out what was shown; where the role asks for it, send it to review instead.

    Args:
        fingerprint: of the change-set that the person has seen. reason: for the history; warnings ask for one.
    Returns: the job. Raises: Refused, with nothing written.
    """
    job = owned(by=by, job=job)
    if reason and reason != job.reason:
        job.reason = reason
        job.save()
    if permissions.import_needs_approval(by):
        _allow(job, fingerprint)(looked_at(job), is_whole=True)
        return _to_reviewers(job)
    _carry_out(job, by=by, allow=_allow(job, fingerprint))
    return job


@transaction.atomic
def bring_in(*, by, file, name, as_of, reason="", mapping=None, dry_run=False, head=None):
    """Receive, check and carry out a file in one go, for a command that asks nobody: all of it, or nothing.

    Of an editor, it is sent to review instead.
    Args: as for `receive`. dry_run: keep nothing in any case.
    Returns: the job, the Outcome, and whether they were kept. Raises: as `receive`; Refused.
    """
    given = {"name": name, "as_of": as_of, "reason": reason, "mapping": mapping, "asks": False, "head": head}
    job = receive(by=by, file=file, start=lambda job, book: None, **given)
    job, found = _locked(job), None
    if not dry_run and not permissions.import_needs_approval(by):
        with suppress(_Unready), transaction.atomic():
            found = _carry_out(job, by=by, allow=_unless_refused, asks=False)
    if is_kept := found is not None:
        return job, found, is_kept
    found = check(job, asks=False)
    if is_kept := not found.problems and not dry_run:
        _to_reviewers(job)
    transaction.set_rollback(not is_kept)
    return job, found, is_kept


@transaction.atomic
def approve(*, by, job, fingerprint, comment=""):
    """Carry out an import that somebody else has sent to review. Raises: Refused, with nothing written."""
    job = to_review(by=by, job=job)
    job.reviewer, job.review_comment = by, comment.strip()
    _carry_out(job, by=by, allow=_allow(job, fingerprint))
    notices.tell_of_import(job)
    return job


@transaction.atomic
def return_to_owner(*, by, job, comment):
    """Send an import back to who brought it in, saying what is to be mended. Raises: Refused."""
    job = to_review(by=by, job=job)
    if not comment.strip():
        raise Refused(_("Say what is to be mended before returning the import."))
    job.reviewer, job.review_comment, job.status = by, comment.strip(), ImportStatus.RETURNED
    job.save()
    notices.tell_of_import(job)
    return job


def check_undo(*, by, job):
    """Raises: Refused where this import is not taken back at all, or not by this person."""
    if not permissions.may_undo_import(by, job):
        raise Refused(_("Only who brought the file in, who approved it, or an administrator takes it back."))
    if job.status != ImportStatus.DONE:
        raise Refused(_("Only an import that was carried out can be taken back."))


@transaction.atomic
def undo(*, by, job):
    """Take back all that an import wrote. Raises: Refused; undoing.Built with all the reasons."""
    job = _locked(job)
    check_undo(by=by, job=job)
    undoing.undo(job.file.written, by=by, job=job)
    job.status = ImportStatus.UNDONE
    job.save()
    return job


def twins(job):
    """Earlier imports of the same content that were carried out: a second one may say everything twice."""
    return ImportJob.objects.filter(sha256=job.sha256, status=ImportStatus.DONE).exclude(pk=job.pk)


# ---- Steps -----------------------------------------------------------------------------------


def _locked(job):
    return ImportJob.objects.select_for_update(of=("self",)).select_related("file", "owner").get(pk=job.pk)


def owned(*, by, job):
    """An open import, locked for a step of its owner. Raises: Refused."""
    job = _locked(job)
    if job.owner_id != by.pk:
        raise Refused(_("Only who brought the file in confirms it."))
    if job.status not in OPEN:
        raise Refused(_("This import is not open any more."))
    return job


def _to_reviewers(job):
    job.status, job.review_comment = ImportStatus.SUBMITTED, ""
    job.save()
    notices.tell_of_import(job)
    return job


def to_review(*, by, job):
    """An import that waits for review, locked for a decision by this person. Raises: Refused."""
    job = _locked(job)
    if not permissions.may_approve_import(by, job):
        raise Refused(_("Only a reviewer decides on an import, and nobody on their own."))
    if job.status != ImportStatus.SUBMITTED:
        raise Refused(_("This import is not waiting for review."))
    return job


def _whole(job, book=None):
    """The file of a job with all its rows."""
    return book if book and book.is_whole else book_of(job)


def _answers(job, asks=True):
    """What a Planner is told beside the rows."""
    return {"as_of": job.as_of, "choices": job.file.choices, "reason": job.reason, "asks": asks}


def _allow(job, fingerprint):
    """What refuses an Outcome that is not ready, or not the one that was seen. Raises: Refused."""

    def allow(found, *, is_whole):
        if found.problems:
            raise Refused(_("The file has rows that are refused. Mend them and bring it in again."))
        if open_questions := found.open_questions:
            text = ngettext("%(count)d question is still open.", "%(count)d questions are still open.", open_questions)
            raise Refused(text % {"count": open_questions})
        if found.warnings and not job.reason.strip():
            raise Refused(_("Some rows are unusual. Say why they are right."))
        if is_whole and found.fingerprint != fingerprint:
            raise Refused(CHANGED)

    return allow


class _Unready(Exception):
    """Some of the file is refused."""


def _unless_refused(found, *, is_whole):
    """Raises: _Unready."""
    if found.problems:
        raise _Unready


def _carry_out(job, *, by, allow, asks=True):
    """Write what a job would change, and close the job, in one transaction. Returns: the Outcome."""
    book, why = _whole(job), job.reason or _("Import of “%(name)s”") % {"name": job.file_name}
    given = {"by": by, "job": job, "height": book.height, "why": why, "allow": allow} | _answers(job, asks)
    try:
        found, job.file.written = carrying.carry_out(stated_by(job, book), _author(job), **given)
    except writing.Outdated as error:
        raise Refused(CHANGED) from error
    job.file.preview = job.file.preview or found.told()
    job.file.save()
    job.counts, job.errors = found.counts(), []
    job.status, job.done_at = ImportStatus.DONE, timezone.now()
    job.save()
    return found
