"""Visits, talks and ceremonies, and what came out of them: agreements, leads, decisions."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    Recorded,
    Sourced,
    dates_in_range,
    has_name,
    recorded,
    recorded_links,
    translated,
    translated_name,
    translated_text,
)
from projects.models.choices import AgreementKind, DatePrecision, EngagementKind, LeadStage, ParticipantRole
from projects.models.codelists import Place, Sector
from projects.models.functions import Fold
from projects.models.organisations import Organisation, Person
from projects.models.projects import Programme, Project
from projects.models.sources import Document
from tracker.addresses import address

ENGAGEMENT_SEARCH = Fold(
    "name_kk", "name_ru", "name_en", "name_zh_hans", "summary_kk", "summary_ru", "summary_en", "summary_zh_hans"
)
LEAD_SEARCH = Fold(
    "name_kk",
    "name_ru",
    "name_en",
    "name_zh_hans",
    "description_kk",
    "description_ru",
    "description_en",
    "description_zh_hans",
    "tags",
)


@recorded
class Engagement(Sourced):
    """A visit, talks, meeting or ceremony, with who took part and what it was about."""

    kind = models.CharField(_("kind"), max_length=20, choices=EngagementKind)
    name = translated_name()
    held_on = models.DateField(_("held on"), null=True, blank=True)
    date_precision = models.CharField(
        _("date precision"), max_length=10, choices=DatePrecision, default=DatePrecision.DAY
    )
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="engagements", null=True, blank=True
    )
    venue = translated(models.CharField(_("venue"), max_length=200, blank=True))
    sector = models.ForeignKey(
        Sector, models.PROTECT, verbose_name=_("sector"), related_name="engagements", null=True, blank=True
    )
    summary = translated_text(_("summary"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="engagements", null=True, blank=True
    )
    projects = models.ManyToManyField(Project, verbose_name=_("projects"), related_name="engagements", blank=True)

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["-held_on", "id"]
        constraints = [
            has_name("engagement"),
            models.CheckConstraint(
                condition=Q(held_on__isnull=False) | Q(date_precision=DatePrecision.UNKNOWN),
                name="engagement_dated_or_unknown",
                violation_error_message=_("Give the date, or choose 'unknown' as its precision."),
            ),
            dates_in_range("engagement", "held_on"),
        ]
        indexes = [GinIndex(OpClass(ENGAGEMENT_SEARCH, "gin_trgm_ops"), name="engagement_search")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("engagement-detail", self.pk)


recorded_links(Engagement.projects.through)


@recorded
class Participation(Recorded):
    """A person or organisation that took part in an engagement, and as what."""

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("engagement"), related_name="participations"
    )
    role = models.CharField(_("role"), max_length=20, choices=ParticipantRole, default=ParticipantRole.PARTICIPANT)
    person = models.ForeignKey(
        Person, models.PROTECT, verbose_name=_("person"), related_name="participations", null=True, blank=True
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("organisation"),
        related_name="participations",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["engagement", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(organisation__isnull=False),
                name="participation_of_somebody",
                violation_error_message=_("Choose a person or an organisation."),
            ),
            models.UniqueConstraint(
                fields=["engagement", "role", "person", "organisation"],
                nulls_distinct=False,
                name="participation_unique",
                violation_error_message=_("This participant is already listed."),
            ),
        ]

    def __str__(self):
        return f"{self.person or self.organisation} ({self.get_role_display()})"


@recorded
class Agreement(Sourced):
    """What the parties agreed: a contract on file, or only reported, or only spoken."""

    kind = models.CharField(_("kind"), max_length=20, choices=AgreementKind, default=AgreementKind.UNSPECIFIED)
    name = translated_name()
    concluded_on = models.DateField(_("concluded on"), null=True, blank=True)
    date_precision = models.CharField(
        _("date precision"), max_length=10, choices=DatePrecision, default=DatePrecision.UNKNOWN
    )
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name=_("document"), related_name="agreements", null=True, blank=True
    )
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("came out of"), related_name="agreements", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="agreements", null=True, blank=True
    )
    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="agreements", null=True, blank=True
    )
    parties = models.ManyToManyField(Organisation, verbose_name=_("parties"), related_name="agreements", blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-concluded_on", "id"]
        constraints = [
            has_name("agreement"),
            dates_in_range("agreement", "concluded_on", "expires_on"),
            models.CheckConstraint(
                condition=Q(concluded_on__isnull=False) | Q(date_precision=DatePrecision.UNKNOWN),
                name="agreement_dated_or_unknown",
                violation_error_message=_("Give the date, or choose 'unknown' as its precision."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("agreement-detail", self.pk)


recorded_links(Agreement.parties.through)


@recorded
class Lead(Sourced):
    """An area of interest that may become a project, with where it came from."""

    name = translated_name()
    description = translated_text(_("description"))
    stage = models.CharField(_("stage"), max_length=20, choices=LeadStage, default=LeadStage.INTEREST)
    sector = models.ForeignKey(
        Sector, models.PROTECT, verbose_name=_("sector"), related_name="leads", null=True, blank=True
    )
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("province or country"), related_name="leads", null=True, blank=True
    )
    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("came out of"), related_name="leads", null=True, blank=True
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="leads", null=True, blank=True
    )
    converted_to = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("became the project"), related_name="leads", null=True, blank=True
    )
    tags = models.CharField(_("tags"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["id"]
        constraints = [
            has_name("lead"),
            models.CheckConstraint(
                condition=Q(converted_to__isnull=True) | Q(stage=LeadStage.CONVERTED),
                name="lead_converted_stage",
                violation_error_message=_("A lead with a project has the stage 'became a project'."),
            ),
            models.CheckConstraint(
                condition=~Q(stage=LeadStage.CONVERTED) | Q(converted_to__isnull=False),
                name="lead_converted_has_project",
                violation_error_message=_("Choose the project that the lead became."),
            ),
        ]
        indexes = [GinIndex(OpClass(LEAD_SEARCH, "gin_trgm_ops"), name="lead_search")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("lead-detail", self.pk)


@recorded
class ActionItem(Recorded):
    """A decision of a meeting: what, who, by when."""

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, verbose_name=_("decided at"), related_name="action_items"
    )
    task = translated_text(_("task"))
    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="action_items", null=True, blank=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("owner"),
        related_name="action_items",
        null=True,
        blank=True,
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("responsible body"),
        related_name="action_items",
        null=True,
        blank=True,
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("action item")
        verbose_name_plural = _("action items")
        ordering = ["due_on", "id"]
        constraints = [dates_in_range("action_item", "due_on", "done_on")]

    def __str__(self):
        return self.task[:80]
