"""What belongs to people at work: saved views, notices, imports, keys of their submissions."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.models.base import Recorded, dates_in_range, recorded
from projects.models.choices import AsOfRule, Frequency, ImportStatus, TokenScope, ViewAudience
from tracker.addresses import address


@recorded
class SavedView(Recorded):
    """A named query string of a list, with its columns, sort and currency; explicit, never hidden."""

    name = models.CharField(_("name"), max_length=120)
    path = models.CharField(_("list"), max_length=60, default="projects")
    query = models.TextField(_("query string"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), related_name="saved_views"
    )
    audience = models.CharField(_("for whom"), max_length=10, choices=ViewAudience, default=ViewAudience.ME)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("person"),
        related_name="views_for_me",
        null=True,
        blank=True,
    )
    group = models.ForeignKey(
        Group, models.PROTECT, verbose_name=_("group"), related_name="saved_views", null=True, blank=True
    )
    is_default = models.BooleanField(_("opened first"), default=False)
    as_of_rule = models.CharField(_("as of"), max_length=10, choices=AsOfRule, default=AsOfRule.STATED)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "path", "name"],
                name="saved_view_name_unique",
                violation_error_message=_("You already have a view with this name."),
            ),
            models.CheckConstraint(
                condition=~Q(audience=ViewAudience.GROUP) | Q(group__isnull=False),
                name="saved_view_group_named",
                violation_error_message=_("Choose the group that the view is for."),
            ),
            models.CheckConstraint(
                condition=~Q(audience=ViewAudience.PERSON) | Q(person__isnull=False),
                name="saved_view_person_named",
                violation_error_message=_("Choose the person that the view is for."),
            ),
            models.CheckConstraint(
                condition=~Q(audience=ViewAudience.PERSON) | Q(is_default=False),
                name="saved_view_default_is_own",
                violation_error_message=_("What another person's list opens with is that person's choice."),
            ),
            models.UniqueConstraint(
                fields=["owner", "path"],
                condition=Q(is_default=True, audience=ViewAudience.ME),
                name="saved_view_one_default",
                violation_error_message=_("Another view of yours is opened first already."),
            ),
            models.UniqueConstraint(
                fields=["group", "path"],
                condition=Q(is_default=True, audience=ViewAudience.GROUP),
                name="saved_view_one_default_of_a_group",
                violation_error_message=_("Another view of this group is opened first already."),
            ),
            models.UniqueConstraint(
                fields=["path"],
                condition=Q(is_default=True, audience=ViewAudience.ALL),
                name="saved_view_one_default_of_all",
                violation_error_message=_("Another view for everyone is opened first already."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("view-open", args=[self.pk])


@recorded
class Subscription(Recorded):
    """A person who is told by e-mail when the rows of a saved view change."""

    view = models.ForeignKey(SavedView, models.PROTECT, verbose_name=_("view"), related_name="subscriptions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="subscriptions"
    )
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency, default=Frequency.MONTHLY)
    last_rows = models.JSONField(_("rows told last"), default=dict, blank=True, editable=False)
    told_on = models.DateField(_("told last on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["user", "view"]
        constraints = [
            models.UniqueConstraint(
                fields=["view", "user"],
                name="subscription_unique",
                violation_error_message=_("You already follow this view."),
            ),
        ]

    def __str__(self):
        return f"{self.user}: {self.view}"


@recorded
class Notice(Recorded):
    """A message in a person's inbox; the key makes each one be sent once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="notices")
    key = models.CharField(_("key"), max_length=200)
    message = models.CharField(_("message"), max_length=300)
    parameters = models.JSONField(_("values in the message"), default=dict, blank=True)
    url = models.CharField(_("link"), max_length=300, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("sent by e-mail at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                name="notice_once",
                violation_error_message=_("This notice was already sent."),
            ),
        ]

    def __str__(self):
        return self.key


@recorded
class ImportJob(Recorded):
    """One file brought in: who, when, which file, how it was read, what came of it."""

    file_name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("brought in by"),
        related_name="imports",
        null=True,
        blank=True,
        help_text=_("Empty where a command on the server brought it in."),
    )
    status = models.CharField(_("status"), max_length=10, choices=ImportStatus, default=ImportStatus.UPLOADED)
    as_of = models.DateField(_("figures as of"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    errors = models.JSONField(_("errors"), default=list, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("reviewer"),
        related_name="reviewed_imports",
        null=True,
        blank=True,
    )
    review_comment = models.TextField(_("reviewer's comment"), blank=True)
    done_at = models.DateTimeField(_("carried out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = [
            dates_in_range("import_job", "as_of"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | Q(owner__isnull=True) | ~Q(reviewer=F("owner")),
                name="import_not_reviewed_by_owner",
                violation_error_message=_("Nobody approves an import of their own."),
            ),
        ]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return address("import-detail", self.pk)


class ImportedFile(models.Model):
    """The content of an import, what it would change, what was answered, and what it wrote.

    Outside the history, like `Submission`: what it wrote is in the history of each record. In the database, so that
    the file comes and goes with its job, whatever is killed meanwhile.
    """

    job = models.OneToOneField(
        ImportJob, models.CASCADE, verbose_name=_("import"), related_name="file", primary_key=True
    )
    content = models.BinaryField(_("content"))
    preview = models.JSONField(_("what it would change"), default=dict, blank=True)
    fingerprint = models.CharField(_("SHA-256 of the changes"), max_length=64, blank=True)
    choices = models.JSONField(_("answers"), default=dict, blank=True)
    written = models.JSONField(_("what it wrote"), default=dict, blank=True)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")

    def __str__(self):
        return str(self.job)


class Submission(models.Model):
    """The key of a form or API request that was carried out: sent again, it writes nothing.

    Inserted in the transaction of the write itself, so that both exist or neither does.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="submissions"
    )
    key = models.CharField(_("key"), max_length=100)
    body_hash = models.CharField(_("hash of the request"), max_length=64)
    location = models.CharField(_("where it led"), max_length=500, blank=True)
    status_code = models.PositiveSmallIntegerField(_("answer"), default=302)
    response = models.JSONField(_("response"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="submission_once"),
        ]

    def __str__(self):
        return self.key


class ApiToken(models.Model):
    """A person's key to the API. Only its SHA-256 is kept: the token itself is shown once, when it is made.

    Outside the history, like `Submission`: a request for a past moment must still find the key that it came with.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="api_tokens"
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("What the token is used for."))
    scope = models.CharField(_("scope"), max_length=10, choices=TokenScope, default=TokenScope.READ)
    token_hash = models.CharField(_("SHA-256 of the token"), max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["user", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"), name="api_token_is_a_hash"),
            dates_in_range("api_token", "expires_on"),
        ]

    def __str__(self):
        return self.name
