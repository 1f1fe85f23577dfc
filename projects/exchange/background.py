"""Imports of many rows, checked and written by a worker outside requests: told how far it is, ended, or found dead.

The work is one transaction: a worker that is killed leaves nothing behind but its run, whose heart has stopped.
"""

import datetime
import threading

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from projects.actions import Refused
from projects.exchange import jobs, undoing
from projects.exchange.progress import Cancelled, Progress, told
from projects.models import ImportJob, ImportRun
from projects.models.choices import RunState

BEAT = 1.0  # seconds between two words about how far the work is
DEAD_AFTER = datetime.timedelta(seconds=30)  # without a word, the worker is gone
WAITS_LONG = datetime.timedelta(seconds=60)  # for a worker: there may be none


def is_large(job):
    """Whether the worker has been needed for this import, and is for all its steps."""
    return ImportRun.objects.filter(job=job).exists()


def check(job, *, book=None):
    """Check an import at once, or let the worker do it where it has many rows."""
    if is_large(job) or (book is not None and book.height > jobs.AT_ONCE):
        start(job, "check", by=job.owner)
    else:
        jobs.check(job, book=book)


def undo(*, by, job):
    """Take an import back at once, or let the worker do it where much was written. Returns: whether it is done.

    Raises: Refused; undoing.Built with all the reasons.
    """
    if not is_large(job) and undoing.size(job.file.written) <= jobs.AT_ONCE:
        jobs.undo(by=by, job=job)
        return True
    start(job, "undo", by=by)
    return False


@transaction.atomic
def start(job, step, *, by, **arguments):
    """Let the worker do a step of an import. Args: step: of STEPS. Returns: the ImportRun. Raises: Refused."""
    if step in CHECKS:
        CHECKS[step](by=by, job=job)
    reap(job)
    run, is_new = ImportRun.objects.select_for_update().get_or_create(job=job)
    if not is_new and run.is_open:
        raise Refused(_("The worker is busy with this import already."))
    run.state, run.step, run.done, run.total, run.message = RunState.WAITING, "", 0, 0, ""
    run.is_cancelled, run.beat_at = False, timezone.now()
    run.task_id = work.enqueue(job.pk, step, by.pk, get_language(), arguments).id
    run.save()
    return run


# Asked before the worker is called, and by the step itself once more.
CHECKS = {"confirm": jobs.owned, "approve": jobs.to_review, "undo": jobs.check_undo}
STEPS = {
    "check": lambda by, job: jobs.check(job),
    "confirm": jobs.confirm,
    "approve": jobs.approve,
    "undo": jobs.undo,
}


@task
def work(job_id, step, person, language, arguments):
    """One step of an import, as the person who asked for it. Started by the worker."""
    job = ImportJob.objects.select_related("file", "owner").get(pk=job_id)
    run = ImportRun.objects.get(job=job)
    by = get_user_model().objects.get(pk=person)
    progress = Progress()
    state, message = RunState.DONE, ""
    with override(language), _Heart(run, progress):
        try:
            with told(progress):
                STEPS[step](by=by, job=job, **arguments)
        except Cancelled:
            state = RunState.CANCELLED
        except (Refused, ValidationError) as error:
            state, message = RunState.FAILED, " ".join(getattr(error, "messages", [str(error)]))
        except Exception:
            run.end(RunState.FAILED)
            raise
    run.end(state, message)


class _Heart:
    """Says once a second, over a connection of its own, how far the work is; hears whether it is to end."""

    def __init__(self, run, progress):
        self.run, self.progress, self.stopped = run, progress, threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self):
        self._say()
        self.thread.start()

    def __exit__(self, *_error):
        self.stopped.set()
        self.thread.join()

    def _say(self):
        progress = self.progress
        rows = ImportRun.objects.filter(pk=self.run.pk, state__in=(RunState.WAITING, RunState.RUNNING))
        is_wanted = rows.update(
            state=RunState.RUNNING,
            step=progress.step,
            done=progress.done,
            total=progress.total,
            beat_at=timezone.now(),
        )
        # A run that was given up for dead does not come to life again.
        progress.is_cancelled = not is_wanted or rows.filter(is_cancelled=True).exists()

    def _beat(self):
        try:
            while not self.stopped.wait(BEAT):
                self._say()
        finally:
            connection.close()


def cancel(run):
    """Ask for the end of a run; one that no worker has begun ends at once."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        taken = DBTaskResult.objects.filter(pk=run.task_id, status=TaskResultStatus.READY)
        if run.state == RunState.WAITING and taken.delete()[0]:
            run.end(RunState.CANCELLED)
        elif run.is_open:
            run.is_cancelled = True
            run.save()


def reap(job):
    """The run of an import, or None; one whose worker has died is closed and says so."""
    run = ImportRun.objects.filter(job=job).first()
    if run and run.state == RunState.RUNNING and timezone.now() - run.beat_at > DEAD_AFTER:
        DBTaskResult.objects.filter(pk=run.task_id, status=TaskResultStatus.RUNNING).update(
            status=TaskResultStatus.FAILED, finished_at=timezone.now()
        )
        run.end(RunState.DEAD)
    return run


def waits_long(run):
    """Whether a run has waited so long that no worker seems to be there."""
    return run.state == RunState.WAITING and timezone.now() - run.beat_at > WAITS_LONG
