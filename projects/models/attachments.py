"""Documents on records that have no column of their own for one. A file is stored once and may hang on many."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.base import Recorded, exactly_one, recorded
from projects.models.engagements import Agreement, Engagement, Lead
from projects.models.obligations import Obligation
from projects.models.organisations import Organisation
from projects.models.progress import Update
from projects.models.projects import Programme
from projects.models.shipments import Shipment
from projects.models.sources import Document, Source

ATTACHED_TO = (
    *("programme", "organisation", "source", "engagement", "agreement"),
    *("lead", "shipment", "obligation", "update"),
)


def _subject(model):
    return models.ForeignKey(
        model,
        models.PROTECT,
        verbose_name=model._meta.verbose_name,
        related_name="attachments",
        null=True,
        blank=True,
    )


@recorded
class Attachment(Recorded):
    """A document attached to one record, for what."""

    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("document"), related_name="attachments")
    programme = _subject(Programme)
    organisation = _subject(Organisation)
    source = _subject(Source)
    engagement = _subject(Engagement)
    agreement = _subject(Agreement)
    lead = _subject(Lead)
    shipment = _subject(Shipment)
    obligation = _subject(Obligation)
    update = _subject(Update)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("attached document")
        verbose_name_plural = _("attached documents")
        ordering = ["-id"]
        constraints = [
            exactly_one("attachment", *ATTACHED_TO),
            models.UniqueConstraint(
                fields=["document", *ATTACHED_TO],
                nulls_distinct=False,
                name="attachment_unique",
                violation_error_message=_("The document is already attached to this record."),
            ),
        ]

    def __str__(self):
        return str(self.document)

    @property
    def record(self):
        """The record that the document hangs on."""
        return next(getattr(self, name) for name in ATTACHED_TO if getattr(self, f"{name}_id") is not None)
