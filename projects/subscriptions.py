"""What has changed in a saved view since a follower was told last, by e-mail; silent where nothing has.

That a view cannot be shown any more, as it names what is gone from the register, is told as often.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from projects import notices, permissions, wording
from projects.cadence import MONTHS
from projects.models import Amount, Project, Subscription
from projects.models.choices import AmountKind, Frequency
from projects.saved_views import rows_of
from tracker.errors import BadParameter


def state_of(view, user):
    """What a follower is told about later: key of a row -> {"label", "version", "money": {"kind currency": sum}}."""
    rows = rows_of(view, user)
    is_projects = rows.model is Project
    state = {
        str(row.pk): {
            "label": f"{row.reference} {row}" if is_projects else str(row),
            "version": row.version,
            "money": {},
        }
        for row in rows.order_by("pk")
    }
    if is_projects:
        amounts = permissions.visible_to(user, Amount.objects.all()).on_projects().filter(project__in=rows.values("pk"))
        for project, kind, currency, value in amounts.order_by("pk").values_list(
            "project", "kind", "currency", "value"
        ):
            money = state[str(project)]["money"]
            money[f"{kind} {currency}"] = str(Decimal(money.get(f"{kind} {currency}", "0")) + value)
    return state


@dataclass
class Change:
    """What has changed between two states: labels of rows, and the differences of money as (kind, text)."""

    entered: list = field(default_factory=list)
    left: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    money: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.entered or self.left or self.changed)


def change(before, now):
    """The Change from one state to another; money is compared by kind and currency, never added across them."""
    totals = defaultdict(Decimal)
    for sign, state in ((-1, before), (1, now)):
        for row in state.values():
            for key, value in row["money"].items():
                totals[key] += sign * Decimal(value)
    return Change(
        sorted(now[key]["label"] for key in now.keys() - before.keys()),
        sorted(before[key]["label"] for key in before.keys() - now.keys()),
        sorted(now[key]["label"] for key in now.keys() & before.keys() if _differs(before[key], now[key])),
        [_difference(*key.split(), value) for key, value in sorted(totals.items()) if value],
    )


def _differs(before, now):
    return (before["version"], before["money"]) != (now["version"], now["money"])


def _difference(kind, currency, value):
    sign = "+" if value > 0 else "−"
    return AmountKind(kind).label, sign + wording.money(abs(value), currency, exact=True)


def is_due(subscription, day):
    """Whether the follower is to be told on `day`: not yet in this month, quarter, half-year or year."""
    length = MONTHS.get(subscription.frequency)
    told = subscription.told_on
    if length is None or told is None:
        return told is None or subscription.frequency != Frequency.ONCE
    return (told.year, (told.month - 1) // length) < (day.year, (day.month - 1) // length)


def send(day, out=lambda line: None):
    """Mail each follower what has changed in a view since last time; nothing where nothing has.

    Each in a transaction of its own that holds its row, so that running twice, also at once, mails once, and that
    a letter which fails is tried again by the next run.
    Args: day: a date. out: told a line about each follower that could not be served.
    Returns: (the number of messages, the keys of the users whose letter failed: what is printed is kept in logs).
    """
    sent, failed = 0, []
    for key in Subscription.objects.filter(user__is_active=True).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            rows = Subscription.objects.select_for_update(skip_locked=True, of=("self",))
            subscription = rows.select_related("view", "user__staff_member").filter(pk=key).first()
            if subscription is None or not is_due(subscription, day):
                continue
            try:
                with transaction.atomic():
                    sent += _tell(subscription, day, out)
            except (SMTPException, OSError):
                failed.append(subscription.user_id)
    return sent, failed


def _tell(subscription, day, out):
    view, user = subscription.view, subscription.user
    if not user.email or not permissions.may_see_register(user):
        return 0
    if not permissions.visible_to(user, type(view).objects.filter(pk=view.pk)).exists():
        return 0
    with translation.override(notices.language_of(user)):
        news, subject = None, _("Changes in “%(view)s”")
        try:
            now = state_of(view, user)
        except BadParameter as error:
            out(f"{view}: {error}")
            subject = _("“%(view)s” cannot be shown any more")
        else:
            news = change(subscription.last_rows, now)
            if not news:
                return 0
            subscription.last_rows = now
        subscription.told_on = day
        subscription.save()
        context = {
            "view": view,
            "news": news,
            "link": notices.link(view.get_absolute_url()),
            "frequency": subscription.get_frequency_display(),
            "views_link": notices.link(reverse("view-list")),
        }
        text = render_to_string("mail/subscription.txt", context)
        EmailMessage(subject % {"view": view.name}, text, to=[user.email]).send()
    return 1
