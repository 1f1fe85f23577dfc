"""Notices of reports that are due and of documents that expire, in the inbox and by e-mail.

A report is said to who reports, where it is late also to the head and the deputy akim; a document to the curators of
the projects that it belongs to. What updates have come to is said by `notices`, and goes into the same letters.

A notice is a row of a person's inbox, made once for each report and step: the database refuses a second one with
its key. A run makes what is due and sends each person one letter with what was not sent yet; a letter is sent
while its rows are locked, so that of two runs at once one sends it. What was reported meanwhile is no longer said.
"""

import datetime
from collections import defaultdict
from email.utils import make_msgid
from smtplib import SMTPException

import pghistory
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from projects import cadence, notices, permissions
from projects.history import person_name
from projects.models import Document, Notice, Project, StaffMember, Update
from projects.models.choices import ReportState, UpdateStatus

# Days before the deadline on which who reports is told; each notice replaces the one before it.
BEFORE = (0, 1, 3, 7)
# Days after it from which it is said to: who reports and the head (1), also the deputy akim (5).
LATE, VERY_LATE = 1, 5
# Days before its last day from which a document is said to expire; for so long after it that it has expired.
EXPIRY, EXPIRED_FOR = (0, 7, 30), 30
LETTER_LINES = 50
REPORT, DOCUMENT = "report:", "document:"  # how the keys of notices begin
OURS = Q(key__startswith=REPORT) | Q(key__startswith=DOCUMENT)
MAILED = OURS | Q(
    *(Q(key__startswith=beginning) for beginning in (notices.UPDATE, notices.EVIDENCE, notices.IMPORT, notices.PERIOD)),
    _connector=Q.OR,
)

SOON = gettext_noop("%(project)s: the report for %(period)s is due on %(day)s.")
TODAY = gettext_noop("%(project)s: the report for %(period)s is due today.")
OVERDUE = gettext_noop("%(project)s: the report for %(period)s was due on %(day)s and is overdue.")
ESCALATED = gettext_noop(
    "%(project)s: the report for %(period)s, due on %(day)s, has not come. Responsible: %(people)s."
)
EXPIRES = gettext_noop("%(document)s: valid until %(day)s. Attach the new one in time.")
EXPIRED = gettext_noop("%(document)s: expired on %(day)s. Attach the new one.")


# ---- Making ----------------------------------------------------------------------------------


def make(day):
    """Make the notices of a day; what is no longer so is marked as read. Returns: how many are owed now."""
    owed = list(
        cadence.reports(day)
        .filter(due_on__lte=day + datetime.timedelta(days=max(BEFORE)), submitted_at=None, closed_at=None)
        .filter(state__in=[ReportState.DUE, ReportState.OVERDUE])
        .select_related("project", "period")
    )
    people, above = responsible(owed), _superiors()
    now = {}
    for report in owed:
        for notice in _notices(report, (report.due_on - day).days, people[report.project_id], above):
            now[notice.user_id, notice.key] = notice
    now |= {(notice.user_id, notice.key): notice for notice in _of_documents(day)}
    with transaction.atomic(), pghistory.context(door="reminders"):
        standing = Notice.objects.filter(OURS, read_at=None).values_list("pk", "user", "key")
        settled = [pk for pk, user, key in standing if (user, key) not in now]
        Notice.objects.filter(pk__in=settled, read_at=None).update(read_at=timezone.now())
        # In one order, so that two runs at once wait for each other instead of locking each other out.
        Notice.objects.bulk_create([now[key] for key in sorted(now)], ignore_conflicts=True)
        Notice.objects.bulk_create(_of_updates(), ignore_conflicts=True)
    return len(now)


def _notices(report, left, responsible, above):
    """The notices of one report with so many days left (negative: late)."""
    said = notices.about(report.project, report.period.start_on, report.end_on) | {"day": report.due_on.isoformat()}
    step = next((step for step in BEFORE if left <= step), None) if left >= 0 else "late"
    message = OVERDUE if left < 0 else TODAY if left == 0 else SOON
    told = {person.pk: (f"{step}", message) for person in responsible}
    heads = {above[pk] for pk in told if pk in above} if left <= -LATE else set()
    akims = {above[pk] for pk in heads if pk in above} if left <= -VERY_LATE else set()
    names = ", ".join(person_name(person) for person in responsible)
    for level, chiefs in (("head", heads), ("akim", akims)):
        for pk in chiefs - told.keys():
            told[pk] = (level, ESCALATED)
    for user, (level, text) in told.items():
        yield Notice(
            user_id=user,
            key=f"{REPORT}{report.project_id}:{report.period_id}:{report.due_on:%Y%m%d}:{level}",
            message=text,
            parameters=said | ({"people": names} if text == ESCALATED else {}),
        )


def _of_documents(day):
    """The notices of documents that expire or have expired."""
    span = (day - datetime.timedelta(days=EXPIRED_FOR), day + datetime.timedelta(days=max(EXPIRY)))
    documents = Document.objects.filter(expires_on__range=span).select_related("document_type")
    for document, people in _keepers(documents).items():
        left = (document.expires_on - day).days
        step = next(step for step in EXPIRY if left <= step) if left >= 0 else "expired"
        said = {"document": str(document), "key": document.pk, "day": document.expires_on.isoformat()}
        for user in people:
            yield Notice(
                user_id=user,
                key=f"{DOCUMENT}{document.pk}:{document.expires_on:%Y%m%d}:{step}",
                message=EXPIRED if left < 0 else EXPIRES,
                parameters=said,
            )


def _of_updates():
    """The notices of updates that wait: for who has come to decide since, as a stand-in does during a leave."""
    waiting = Update.objects.filter(status=UpdateStatus.SUBMITTED).order_by("pk")
    return notices.of_updates(list(waiting.select_related("project", "period", "author", "holder")))


def _keepers(documents):
    """Document -> users: the curators of the projects that it belongs to; else who entered it."""
    documents = {document.pk: document for document in documents}
    people = defaultdict(set)
    at_work = set(get_user_model().objects.filter(is_active=True).values_list("pk", flat=True))
    for model, name in permissions.uses_of_documents():
        keys = {field.name for field in model._meta.concrete_fields if field.many_to_one and field.editable}
        further = (f"{key}__project" for key in ("obligation", "update") if key in keys)
        rows = model._default_manager.filter(**{f"{name}__in": documents}).select_related(*keys, *further)
        for record in rows:
            project = permissions.project_of(record)
            if project is not None and project.curator_id in at_work:
                people[getattr(record, f"{name}_id")].add(project.curator_id)
    for pk, document in documents.items():
        if pk not in people and document.created_by_id in at_work:
            people[pk].add(document.created_by_id)
    return {documents[pk]: users for pk, users in people.items()}


def _superiors():
    """Key of a user -> key of the superior, where that one is at work."""
    return dict(StaffMember.objects.filter(superior__is_active=True).values_list("user", "superior"))


def responsible(owed):
    """Project -> who reports on it: its curator; else the editors of its place or sector; else administrators."""
    people, keys = defaultdict(list), {report.project_id for report in owed}
    users = get_user_model().objects.filter(is_active=True)
    curators = dict(Project.objects.filter(pk__in=keys, curator__is_active=True).values_list("pk", "curator"))
    known = users.in_bulk(set(curators.values()))
    for project, curator in curators.items():
        people[project] = [known[curator]]
    if left := keys - people.keys():
        for editor in users.filter(groups__name__in=permissions.EDITORS).distinct().order_by("pk"):
            mine = permissions.editable_projects(editor).filter(pk__in=left)
            for project in mine.values_list("pk", flat=True):
                people[project].append(editor)
    if left := keys - people.keys():
        people |= dict.fromkeys(left, tuple(permissions.administrators()))
    return people


# ---- Sending ---------------------------------------------------------------------------------


def send():
    """Send each person one letter with the notices not sent yet.

    Returns: (letters sent, keys of the users whose letter failed: what is printed is kept in logs).
    """
    waiting = Notice.objects.filter(MAILED, mailed_at=None, read_at=None).values("user")
    people = get_user_model().objects.filter(pk__in=waiting, is_active=True).exclude(email="")
    sent, failed = 0, []
    for person in people.select_related("staff_member").order_by("pk"):
        try:
            sent += _send_to(person)
        except (SMTPException, OSError):
            failed.append(person.pk)
    return sent, failed


@transaction.atomic
def _send_to(person):
    """One letter, sent while its notices are locked: it fails, and they wait for the next run. Returns: 1 or 0."""
    waiting = Notice.objects.filter(MAILED, user=person, mailed_at=None, read_at=None)
    told = list(waiting.select_for_update(skip_locked=True).order_by("pk"))
    if not told:
        return 0
    with pghistory.context(door="reminders"):
        Notice.objects.filter(pk__in=[notice.pk for notice in told]).update(mailed_at=timezone.now())
    with translation.override(notices.language_of(person)):
        letter(person, told).send()
    return 1


def letter(person, told):
    """The letter with these notices, in the language in use."""
    number = len(told)
    lines = []
    for notice in told[:LETTER_LINES]:
        lines.append(f"– {notices.text_of(notice)}")
        lines += filter(None, [notices.link(notices.address_of(notice))])
    if number > LETTER_LINES:
        more = number - LETTER_LINES
        lines.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
    subject = ngettext("Investment register: %(count)d notice", "Investment register: %(count)d notices", number)
    closing = _("Open “My desk” in the investment register. This letter was written automatically.")
    return EmailMessage(
        subject % {"count": number},
        "\n".join([*lines, "", closing, *filter(None, [notices.link(reverse("desk"))])]),
        to=[person.email],
        headers={
            "Message-ID": make_msgid(f"notices-{told[0].pk}-{told[-1].pk}"),
            "Auto-Submitted": "auto-generated",
        },
    )
