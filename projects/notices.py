"""What people are told in their inbox, in words; and who is told that an update or an import waits or was decided on.

A notice of an update is made in the transaction that brings the update to its state, once for each person, and is
marked as read by the next one. Letters are sent by `reminders`, with all else that a person is told that day.
"""

import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from translated_fields import to_attribute

from projects import permissions, wording
from projects.history import person_name
from projects.models import Notice, StaffMember
from projects.models.base import FALLBACKS
from projects.models.choices import ImportStatus, UpdateStatus

UPDATE, EVIDENCE, IMPORT, PERIOD = (
    "update:",
    "evidence:",
    "import:",
    "period:",
)  # how the keys of notices of these begin
SAID = 200  # characters of a reviewer's comment

WAITS = gettext_noop("%(project)s: the report of %(people)s for %(period)s waits for your decision.")
RETURNED = gettext_noop("%(project)s: your report for %(period)s was returned. %(comment)s")
APPROVED = gettext_noop("%(project)s: your report for %(period)s was approved.")
MESSAGES = {UpdateStatus.SUBMITTED: WAITS, UpdateStatus.RETURNED: RETURNED, UpdateStatus.APPROVED: APPROVED}
OF_IMPORTS = {
    ImportStatus.SUBMITTED: gettext_noop("The import “%(file)s” of %(people)s waits for your review."),
    ImportStatus.RETURNED: gettext_noop("Your import “%(file)s” was returned. %(comment)s"),
    ImportStatus.DONE: gettext_noop("Your import “%(file)s” was approved and carried out."),
}
REOPENED = gettext_noop("%(people)s has opened the reporting period %(period)s again: %(comment)s")
RESET_BY = gettext_noop("%(people)s has reset your second factor. If you did not ask for it, tell an administrator.")
RESET = gettext_noop("Your second factor was reset on the server. If you did not ask for it, tell an administrator.")
# What a notice leads to while it is unread; later to the update itself.
LEADS_TO = {WAITS: "update-review", RETURNED: "update-edit"}


# ---- Words -----------------------------------------------------------------------------------


def about(project, start, end):
    """The parameters of a notice about a project and a period (dates)."""
    return {
        "project": project.reference,
        "names": {code: getattr(project, to_attribute("name", code)) for code, _n in settings.LANGUAGES},
        "start_on": start.isoformat(),
        "end_on": end.isoformat(),
    }


def text_of(notice):
    """The notice in the language in use."""
    said = dict(notice.parameters)
    for name in ("day", "start_on", "end_on"):
        if name in said:
            said[name] = datetime.date.fromisoformat(said[name])
    if "names" in said:
        said["project"] = f"{said['project']} {_in_this_language(said.pop('names'))}".strip()
    if "obligation" in said:
        said["obligation"] = _in_this_language(said["obligation"])
    if "start_on" in said:
        start, end = said.pop("start_on"), said.pop("end_on")
        said["period"] = wording.day(start) if start == end else wording.period(start, end)
    if "day" in said:
        said["day"] = wording.day(said["day"])
    return _(notice.message) % said


def _in_this_language(names):
    language = translation.get_language() or "en"
    codes = (language, *FALLBACKS.get(language, FALLBACKS["en"]))
    return next((names[code] for code in codes if names.get(code)), "")


def address_of(notice):
    """Where the notice leads, in the language in use."""
    said = notice.parameters
    if "obligation_id" in said:
        return f"{reverse('obligation-detail', args=[said['obligation_id']])}#evidence"
    if "import" in said:
        return reverse("import-detail", args=[said["import"]])
    if notice.message == REOPENED:
        return reverse("period-detail", args=[said["key"]])
    if "update" in said:
        name = LEADS_TO.get(notice.message) if notice.read_at is None else None
        return reverse(name or "update-detail", args=[said["update"]])
    if notice.message in (RESET, RESET_BY):
        return reverse("second-factor")
    if "project" in said:
        return reverse("project-detail", args=[said["project"]])
    return reverse("file-detail", args=[said["key"]]) if "key" in said else notice.url


def link(path):
    """The full address of a page for a letter; empty where the register does not know its own address."""
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else ""


def language_of(person):
    """The language in which a person is written to."""
    member = getattr(person, "staff_member", None)
    return (member.language if member else "") or settings.LANGUAGE_CODE


# ---- Updates ---------------------------------------------------------------------------------


def _keys(people):
    return set(people.order_by().values_list("pk", flat=True))


def _at_work(people, author, administrators):
    """Those of `people` beside the author; where nobody of them is at work, the administrators. All keys of users."""
    return (people - {author}) or (administrators - {author})


def deciders_beside(author):
    """The keys of the users who decide on what this user (a key) has offered."""
    return _at_work(_keys(permissions.reviewers()), author, _keys(permissions.administrators()))


def deciders(updates):
    """Update -> keys of the users who decide on it now: who has it and the stand-in, else the reviewers.

    Where nobody at work is left to decide, the administrators.
    """
    reviewers, administrators = _keys(permissions.reviewers()), _keys(permissions.administrators())
    today = timezone.localdate()
    away = StaffMember.objects.filter(delegate__is_active=True, away_from__lte=today, away_until__gte=today)
    stand_ins = dict(away.values_list("user", "delegate"))
    found = {}
    for update in updates:
        people = set(reviewers)
        if holder := update.holder:
            people = {holder.pk} if holder.is_active else set()
            people |= {stand_ins[holder.pk]} if holder.pk in stand_ins else set()
        found[update] = _at_work(people, update.author_id, administrators)
    return found


def of_updates(updates):
    """The notices, not saved, of what these updates have come to; of drafts there are none."""
    waiting = deciders([update for update in updates if update.status == UpdateStatus.SUBMITTED])
    for update in updates:
        if update.status == UpdateStatus.DRAFT:
            continue
        message = MESSAGES[update.status]
        day = timezone.localdate(update.submitted_at)
        span = (update.period.start_on, update.period.end_on) if update.period else (day, day)
        said = about(update.project, *span) | {"update": update.pk}
        if message == WAITS:
            said["people"] = person_name(update.author)
        elif message == RETURNED:
            said["comment"] = Truncator(update.review_comment).chars(SAID)
        for user in sorted(waiting.get(update, {update.author_id})):
            yield Notice(user_id=user, key=_key(update), message=message, parameters=said)


def _key(update):
    """Names the state that an update has come to, and when it did."""
    moment = max(filter(None, (update.submitted_at, update.reviewed_at)))
    return f"{UPDATE}{update.pk}:{update.status}:{moment:%Y%m%d%H%M%S%f}"


def tell(update):
    """Tell whom it concerns what an update has come to; what was said of it before is marked as read."""
    _close(f"{UPDATE}{update.pk}:")
    Notice.objects.bulk_create(of_updates([update]), ignore_conflicts=True)


def _close(beginning):
    """Mark as read what was said before of the thing that these keys begin with."""
    Notice.objects.filter(key__startswith=beginning, read_at=None).update(read_at=timezone.now())


# ---- Imports ---------------------------------------------------------------------------------


def tell_of_import(job):
    """Tell who may decide that an import waits for review, and who brought it in what was decided."""
    _close(f"{IMPORT}{job.pk}:")
    said = {"import": job.pk, "file": job.file_name, "comment": Truncator(job.review_comment).chars(SAID)}
    people = [job.owner_id]
    if job.status == ImportStatus.SUBMITTED:
        said["people"] = person_name(job.owner)
        people = (_keys(permissions.reviewers()) | _keys(permissions.administrators())) - {job.owner_id}
    key = f"{IMPORT}{job.pk}:{job.status}:{timezone.now():%Y%m%d%H%M%S%f}"
    Notice.objects.bulk_create(
        [Notice(user_id=user, key=key, message=OF_IMPORTS[job.status], parameters=said) for user in sorted(people)]
    )


# ---- Reporting periods -----------------------------------------------------------------------


def tell_of_reopening(period, by, people, reason):
    """Tell people (keys of users) that a period takes reports again: opened by whom, and why."""
    said = {
        "key": period.pk,
        "start_on": period.start_on.isoformat(),
        "end_on": period.end_on.isoformat(),
        "people": person_name(by),
        "comment": Truncator(reason).chars(SAID),
    }
    key = f"{PERIOD}{period.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    Notice.objects.bulk_create(
        [Notice(user_id=user, key=key, message=REOPENED, parameters=said) for user in sorted(people)]
    )


def close_reopening(period):
    """Mark as read what was said of a period that is closed now."""
    _close(f"{PERIOD}{period.pk}:")


# ---- Second factors --------------------------------------------------------------------------


def tell_of_reset(person, by, number):
    """Tell a person that the second factor is gone: by whom (None: on the server), in which event."""
    said = {"people": person_name(by)} if by else {}
    Notice.objects.create(
        user=person, key=f"second-factor:{number}", message=RESET_BY if by else RESET, parameters=said
    )
