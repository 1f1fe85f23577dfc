"""What a reporting period's report said each time the period was closed: kept for ever, never changed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.progress import ReportingPeriod, Update
from tracker.addresses import address

# What SQL typed by hand meets; forms and actions refuse before, with a sentence.
pgtrigger.register(
    pgtrigger.Trigger(
        name="period_is_open",
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        when=pgtrigger.Before,
        func="""
            IF EXISTS (
                SELECT FROM public.projects_periodreport r JOIN public.projects_reportingperiod p ON p.id = r.period_id
                WHERE r.period_id IN (NEW.period_id, OLD.period_id) AND p.closed_at IS NOT NULL
            ) THEN
                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'update_period_is_open',
                    MESSAGE = 'violates check constraint "update_period_is_open"';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )
)(Update)


@pgtrigger.register(pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete))
class PeriodReport(models.Model):
    """A frozen report of a period, one for each time it was closed. The database refuses to change or delete it.

    content: `closing.content`, the totals and one line for each project, true on `as_of` and known at `known_at`.
    sha256: of the content in its canonical form, by which anybody can tell that it is the same.
    """

    period = models.ForeignKey(
        ReportingPeriod, models.PROTECT, verbose_name=_("reporting period"), related_name="reports", db_index=False
    )
    as_of = models.DateField(_("as of"))
    known_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("closed by"), related_name="closed_periods"
    )
    content = models.JSONField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("frozen report")
        verbose_name_plural = _("frozen reports")
        ordering = ["-known_at"]
        constraints = [models.UniqueConstraint(fields=["period", "known_at"], name="period_report_once")]

    def __str__(self):
        return str(self.period)

    def get_absolute_url(self):
        return address("period-detail", self.period_id)
