"""What helps to bring in tables: the mapping that an office keeps, and the worker's run of a large import."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models.base import Recorded, recorded
from projects.models.choices import RunState
from projects.models.desks import ImportJob
from projects.models.organisations import Organisation


@recorded
class SavedMapping(Recorded):
    """How tables with certain headings are read, kept for an office and used for its next one."""

    name = models.CharField(_("name"), max_length=120)
    department = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("department"),
        related_name="saved_mappings",
        null=True,
        blank=True,
        help_text=_("Empty for people who belong to no department."),
    )
    shape = models.CharField(_("SHA-256 of the headings"), max_length=64)
    mapping = models.JSONField(_("mapping"), default=dict)

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "shape"],
                name="saved_mapping_unique",
                nulls_distinct=False,
                violation_error_message=_("A mapping of these headings is kept for this department already."),
            ),
        ]

    def __str__(self):
        return self.name


class ImportRun(models.Model):
    """The worker's work on an import: how far it is, and how it ended.

    Outside the history: it is written once a second, beside the transaction of the work itself.
    """

    job = models.OneToOneField(
        ImportJob, models.CASCADE, verbose_name=_("import"), related_name="run", primary_key=True
    )
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.WAITING)
    step = models.CharField(_("step"), max_length=20, blank=True)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)
    beat_at = models.DateTimeField(_("last heard of at"), default=timezone.now)
    is_cancelled = models.BooleanField(_("to be ended"), default=False)
    message = models.TextField(_("why it ended"), blank=True)
    task_id = models.CharField(_("task"), max_length=36, blank=True)

    class Meta:
        verbose_name = _("run of an import")
        verbose_name_plural = _("runs of imports")

    def __str__(self):
        return str(self.job)

    @property
    def is_open(self):
        return self.state in (RunState.WAITING, RunState.RUNNING)

    def end(self, state, message=""):
        """Close the run."""
        self.state, self.message, self.beat_at = state, message, timezone.now()
        self.save(update_fields=["state", "message", "beat_at"])
