"""Which reports are owed: one row for each project under way and each reporting period of a cycle in use."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.progress import ReportingPeriod, Update
from projects.models.projects import Project


class DueReport(models.Model):
    """A project's report for a period, sent or not. A view (`sql.DUE_REPORTS`): nothing is stored, nothing written.

    What it is on a day (reported, due, overdue) is asked at `cadence.reports`.
    """

    pk = models.CompositePrimaryKey("project_id", "period_id")
    project = models.ForeignKey(
        Project, models.DO_NOTHING, verbose_name=_("project"), related_name="due_reports", db_constraint=False
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.DO_NOTHING,
        verbose_name=_("reporting period"),
        related_name="due_reports",
        db_constraint=False,
    )
    update = models.ForeignKey(
        Update, models.DO_NOTHING, verbose_name=_("update"), related_name="+", null=True, db_constraint=False
    )
    registered_at = models.DateTimeField(_("project registered at"))
    end_on = models.DateField(_("end of the period"))
    due_on = models.DateField(_("due on"))
    closed_at = models.DateTimeField(_("period closed at"), null=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)

    class Meta:
        managed = False
        db_table = "projects_duereport"
        verbose_name = _("report due")
        verbose_name_plural = _("reports due")

    def __str__(self):
        return f"{self.project}: {self.period}"
