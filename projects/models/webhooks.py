"""Other systems that are told when the register changes, and what they were told.

The database itself writes what is to be told, in the transaction of the change: whatever door it came through,
either both are kept or neither.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from projects.models.base import Recorded, recorded
from projects.models.choices import UpdateStatus, WebhookEvent
from projects.models.financing import Amount, Phase, ProjectParty
from projects.models.obligations import Obligation
from projects.models.progress import Milestone, Observation, Problem, Update
from projects.models.projects import Project, ProjectDocument, ProjectLink, ProjectSector, StageChange
from projects.models.shipments import Shipment


@recorded
class Webhook(Recorded):
    """An address that is told. Its secret is computed, so that neither the history nor a backup holds one."""

    name = models.CharField(_("name"), max_length=120, help_text=_("Which system it is."))
    address = models.URLField(_("web address"), max_length=500)
    secret_number = models.PositiveSmallIntegerField(
        _("number of the secret"), default=1, help_text=_("Enter another number to get a new secret.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "id"]

    def __str__(self):
        return self.name

    @property
    def secret(self):
        """What both sides know and messages are signed with; another one for each webhook and number."""
        return salted_hmac("webhook", f"{self.pk}-{self.secret_number}", algorithm="sha256").hexdigest()


class WebhookDelivery(models.Model):
    """A message to one webhook: it waits, was delivered, or was given up (no `next_at`, no `delivered_at`).

    What has not been tried yet is told once, however often the project changes meanwhile: the message names the
    project, and whoever receives it reads the rest by the API.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, verbose_name=_("webhook"), related_name="deliveries")
    event = models.CharField(_("event"), max_length=20, choices=WebhookEvent)
    project = models.ForeignKey(Project, models.CASCADE, verbose_name=_("project"), related_name="+")
    update = models.ForeignKey(
        Update, models.CASCADE, verbose_name=_("update"), related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("message to a webhook")
        verbose_name_plural = _("messages to webhooks")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "event", "project", "update"],
                condition=Q(attempts=0),
                nulls_distinct=False,
                name="webhook_delivery_waits_once",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="webhook_delivery_waiting")
        ]

    def __str__(self):
        return f"{self.get_event_display()}: {self.project}"


def _tells(name, event, about, operation, condition=None, report="NULL"):
    return pgtrigger.Trigger(
        name=name,
        operation=operation,
        when=pgtrigger.After,
        condition=condition,
        func=f"PERFORM public.tracker_tell('{event}', {about}, {report}); RETURN NULL;",
    )


pgtrigger.register(
    pgtrigger.Trigger(  # also of its parts, which are taken away just before it
        name="tell_no_more",
        operation=pgtrigger.Delete,
        when=pgtrigger.Before,
        func="DELETE FROM public.projects_webhookdelivery WHERE project_id = OLD.id; RETURN OLD;",
    ),
    _tells("tell_new", WebhookEvent.CHANGED.value, "NEW.id", pgtrigger.Insert),
    _tells("tell_changed", WebhookEvent.CHANGED.value, "NEW.id", pgtrigger.Update, pgtrigger.AnyChange()),
    _tells(
        "tell_new_public",
        WebhookEvent.PUBLISHED.value,
        "NEW.id",
        pgtrigger.Insert,
        pgtrigger.Q(new__is_public=True),
    ),
    _tells(
        "tell_public",
        WebhookEvent.PUBLISHED.value,
        "NEW.id",
        pgtrigger.Update,
        pgtrigger.Q(old__is_public=False, new__is_public=True),
    ),
)(Project)
pgtrigger.register(
    _tells(
        "tell_approved",
        WebhookEvent.APPROVED.value,
        "NEW.project_id",
        pgtrigger.Update,
        pgtrigger.Q(old__status__df=pgtrigger.F("new__status"), new__status=UpdateStatus.APPROVED.value),
        report="NEW.id",
    )
)(Update)
# What belongs to projects -> the columns that name them. The rows that perhaps belong to some have these by a table.
PARTS = dict.fromkeys(
    [Amount, Milestone, Obligation, Observation, Phase, Problem, ProjectDocument, ProjectParty, ProjectSector]
    + [StageChange, Amount.candidates.through, Observation.candidates.through, ProjectParty.candidates.through]
    + [Shipment.projects.through],
    ("project_id",),
) | {ProjectLink: ("from_project_id", "to_project_id"), Shipment: ()}
LINKED = {model: model.candidates for model in (Amount, Observation, ProjectParty)} | {Shipment: Shipment.projects}


def _touched(model, columns):
    """SQL: the keys of the projects that a row of a part belongs to, or did before."""
    keys = [f"{row}.{column}" for row in ("NEW", "OLD") for column in columns]
    parts = [f"SELECT DISTINCT unnest(ARRAY[{', '.join(keys)}]) "] if keys else []
    if model in LINKED:
        many = LINKED[model].field
        table, row = many.remote_field.through._meta.db_table, many.m2m_column_name()
        parts.append(f"SELECT l.project_id FROM public.{table} l WHERE l.{row} = NEW.id")
    return " UNION ".join(parts)


for _model, _columns in PARTS.items():
    pgtrigger.register(
        pgtrigger.Trigger(
            name="tell_part",
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            when=pgtrigger.After,
            func=f"""
                PERFORM public.tracker_tell('{WebhookEvent.CHANGED.value}', touched.key, NULL)
                FROM ({_touched(_model, _columns)}) AS touched (key) WHERE touched.key IS NOT NULL;
                RETURN NULL;
            """,
        )
    )(_model)
