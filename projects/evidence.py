"""Evidence on its way: offered, then accepted or refused by somebody else, each in one step with its notices."""

import pghistory
from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from projects import notices, permissions
from projects.actions import Refused
from projects.models import Evidence, Notice
from projects.models.choices import EvidenceStatus

OFFERED = gettext_noop("%(obligation)s: evidence waits for your decision.")
ACCEPTED = gettext_noop("%(obligation)s: your evidence was accepted.")
REJECTED = gettext_noop("%(obligation)s: your evidence was refused: %(reason)s")


def offer(*, by, evidence):
    """Tell those who decide that evidence waits. Called in the transaction that saves it."""
    _tell(sorted(notices.deciders_beside(by.pk)), evidence, OFFERED)


@transaction.atomic
def accept(*, by, evidence):
    """Accept evidence of somebody else; it counts from today. Returns: the evidence. Raises: Refused."""
    return _decide(by, evidence, EvidenceStatus.ACCEPTED, "")


@transaction.atomic
def refuse(*, by, evidence, reason):
    """Refuse evidence that waits, or that was accepted in error, saying why. Returns: the evidence. Raises: Refused."""
    if not reason.strip():
        raise Refused(_("Say why the evidence is refused."))
    return _decide(by, evidence, EvidenceStatus.REJECTED, reason.strip())


def _decide(by, evidence, status, comment):
    rows = Evidence.objects.select_for_update(of=("self",)).select_related("obligation__kind", "author")
    evidence = rows.get(pk=evidence.pk)
    if not permissions.may_accept(by, evidence):
        raise Refused(permissions.refusal_to_accept(by, evidence))
    is_open = evidence.status == EvidenceStatus.OFFERED
    if not is_open and (evidence.status, status) != (EvidenceStatus.ACCEPTED, EvidenceStatus.REJECTED):
        raise Refused(_("This evidence has been decided on already."))
    evidence.status, evidence.comment = status, comment
    evidence.decided_by, evidence.decided_on = by, timezone.localdate()
    with pghistory.context(user=by.pk, **({"reason": comment} if comment else {})):
        evidence.save()
        waiting = Notice.objects.filter(key=_key(evidence, OFFERED), read_at=None)
        waiting.update(read_at=timezone.now())
        message = ACCEPTED if status == EvidenceStatus.ACCEPTED else REJECTED
        _tell([evidence.author_id], evidence, message, reason=comment)
    return evidence


def _tell(people, evidence, message, **said):
    names = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names[code] = str(evidence.obligation)
    said |= {"obligation": names, "obligation_id": evidence.obligation_id}
    key = _key(evidence, message)
    Notice.objects.bulk_create(
        [Notice(user_id=user, key=key, message=message, parameters=said) for user in people], ignore_conflicts=True
    )


def _key(evidence, message):
    step = {OFFERED: "offered", ACCEPTED: "accepted", REJECTED: "refused"}[message]
    return f"{notices.EVIDENCE}{evidence.pk}:{step}"
