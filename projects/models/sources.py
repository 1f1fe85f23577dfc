"""Where facts come from: sources, their statements, and the documents on file."""

import datetime
import re

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import Max, Q
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    Recorded,
    dates_in_range,
    recorded,
    recorded_links,
    translated,
    translated_text,
)
from projects.models.choices import Certainty, DatePrecision, Expiry, SourceKind, StatementKind
from projects.models.codelists import DocumentType
from projects.models.functions import Fold
from tracker.addresses import address

EXPIRES_SOON = 30  # days
POSITIONS = 32_767  # the greatest position of a statement in its source
NUMBERED = 30  # letters of a source's code that the codes of its statements begin with
STATEMENT_SEARCH = Fold("code", "text_kk", "text_ru", "text_en", "text_zh_hans", "locator")


@recorded
class Source(Recorded):
    """An article, letter, document or staff report that statements are taken from."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=SourceKind)
    title = translated(models.CharField(_("title"), max_length=300, blank=True))
    language = models.CharField(_("language of the original"), max_length=10, choices=settings.LANGUAGES, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    date_precision = models.CharField(
        _("date precision"), max_length=10, choices=DatePrecision, default=DatePrecision.DAY
    )
    date_note = translated_text(_("note on the date"))
    publisher = models.ForeignKey(
        "projects.Organisation",
        models.PROTECT,
        verbose_name=_("publisher"),
        related_name="published_sources",
        null=True,
        blank=True,
    )
    photo_credit = models.ForeignKey(
        "projects.Organisation",
        models.PROTECT,
        verbose_name=_("photographs by"),
        related_name="photographed_sources",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-published_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_on__isnull=False) | Q(date_precision=DatePrecision.UNKNOWN),
                name="source_dated_or_unknown",
                violation_error_message=_("Give the date, or choose 'unknown' as its precision."),
            ),
            dates_in_range("source", "published_on"),
        ]

    def __str__(self):
        return self.title or self.code

    @transaction.atomic
    def add_statement(self, **values):
        """Add a statement under the next number of this source that no code has, after the others; two writers wait.

        Takes: the columns of the statement beside code and position. Returns: the statement.
        """
        Source.objects.select_for_update(no_key=True).get(pk=self.pk)
        # What is cut off is said by the key: two long codes may begin alike.
        prefix = self.code if len(self.code) <= NUMBERED else f"{self.code[: NUMBERED - 12]}-{self.pk}"
        numbered = Statement.objects.filter(code__regex=rf"^{re.escape(prefix)}-[0-9]{{1,9}}$")
        number = Cast(Substr("code", len(prefix) + 2), models.IntegerField())
        last = numbered.aggregate(last=Max(number))["last"] or 0
        position = self.statements.aggregate(last=Max("position"))["last"] or 0
        return Statement.objects.create(
            code=f"{prefix}-{last + 1}", source=self, position=min(position + 1, POSITIONS), **values
        )

    def get_absolute_url(self):
        return address("source-detail", self.code)


@recorded
class Statement(Recorded):
    """One claim of a source, in our own words: what every figure and fact points to."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name=_("source"), related_name="statements")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=StatementKind, default=StatementKind.FACT)
    text = translated_text(_("what it says, in our own words"))
    locator = models.CharField(_("where in the source"), max_length=200, blank=True)
    speaker = models.ForeignKey(
        "projects.Person",
        models.PROTECT,
        verbose_name=_("speaker"),
        related_name="statements",
        null=True,
        blank=True,
    )
    certainty = models.CharField(_("certainty"), max_length=20, choices=Certainty, default=Certainty.SINGLE_SOURCE)
    note = translated_text(_("what is unclear"))
    contradicts = models.ManyToManyField("self", verbose_name=_("contradicts"), blank=True, symmetrical=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["source", "position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text_kk="") | ~Q(text_ru="") | ~Q(text_en="") | ~Q(text_zh_hans=""),
                name="statement_has_a_text",
                violation_error_message=_("Write what the source says, in at least one language."),
            ),
        ]
        indexes = [GinIndex(OpClass(STATEMENT_SEARCH, "gin_trgm_ops"), name="statement_search")]

    def __str__(self):
        return f"{self.code}: {Truncator(self.text).chars(80)}"


recorded_links(Statement.contradicts.through)


class DocumentQuerySet(models.QuerySet):
    def expiring(self, day, within):
        """Documents that expire from `day` (a date) to `within` days after it: what reminders ask for."""
        return self.filter(expires_on__gte=day, expires_on__lte=day + datetime.timedelta(days=within))

    def expired(self, day):
        """Documents that had expired before `day` (a date)."""
        return self.filter(expires_on__lt=day)


@recorded
class Document(Recorded):
    """A file, kept once by its SHA-256; stages, obligations and agreements point to it as evidence.

    A photo is kept without what the camera wrote into it; place and time are columns, where they are wanted.
    """

    document_type = models.ForeignKey(
        DocumentType, models.PROTECT, verbose_name=_("document type"), related_name="documents"
    )
    title = models.CharField(_("title"), max_length=300)
    number = models.CharField(_("number"), max_length=100, blank=True)
    dated_on = models.DateField(_("dated"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to="documents/%Y/%m/", blank=True, max_length=300)
    file_name = models.CharField(_("original file name"), max_length=255, blank=True, editable=False)
    content_type = models.CharField(_("content type"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    taken_at = models.DateTimeField(_("photo taken at"), null=True, editable=False)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, editable=False)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, editable=False)
    is_confidential = models.BooleanField(_("confidential"), default=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-dated_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=~Q(sha256=""),
                name="document_file_once",
                violation_error_message=_("This file is already on record. Use the existing document."),
            ),
            models.CheckConstraint(
                condition=Q(file="") | ~Q(sha256=""),
                name="document_file_has_hash",
                violation_error_message=_("A file is stored together with its SHA-256."),
            ),
            dates_in_range("document", "dated_on", "expires_on"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="document_point_on_earth",
                violation_error_message=_("Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."),
            ),
        ]
        indexes = [models.Index(fields=["id"], name="document_confidential", condition=Q(is_confidential=True))]

    @property
    def is_picture(self):
        return bool(self.file) and self.content_type.startswith("image/")

    def __str__(self):
        return " ".join(filter(None, [str(self.document_type), self.number, self.title]))

    def get_absolute_url(self):
        return address("file-detail", self.pk)

    @property
    def expiry(self):
        """Whether the document has expired, or soon will; None where neither."""
        today = timezone.localdate()
        if self.expires_on is None or self.expires_on > today + datetime.timedelta(days=EXPIRES_SOON):
            return None
        return Expiry.EXPIRED if self.expires_on < today else Expiry.SOON
