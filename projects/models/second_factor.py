"""What is kept for ever of second factors; the devices and the recovery codes themselves are django-otp's."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models.choices import SecondFactorChange


class SecondFactorEvent(models.Model):
    """What somebody did with a person's second factor. Rows are added and never change.

    Outside the history of the register: it is a history itself, of which no past is asked for.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("person"), related_name="second_factor_events"
    )
    change = models.CharField(_("what happened"), max_length=20, choices=SecondFactorChange)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("done by"),
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Empty where a command on the server did it."),
    )
    ip_address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("change of a second factor")
        verbose_name_plural = _("changes of second factors")
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="never_changes", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.person}: {self.get_change_display()}"
