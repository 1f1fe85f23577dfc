"""Open code lists that administrators keep: places, sectors, units, currencies, stages, metrics, rates."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    NUMBER_LIMIT,
    CodeList,
    Recorded,
    dates_in_range,
    recorded,
    translated,
    translated_text,
)
from projects.models.choices import Frequency, PlaceKind, StageFact, StageGroup
from projects.models.functions import Fold


class Aliased(models.Model):
    """Other spellings by which search and import find a row."""

    aliases = models.TextField(
        _("other spellings"), blank=True, help_text=_("Former names and other spellings, separated by |.")
    )

    class Meta:
        abstract = True


PLACE_SEARCH = Fold("code", "name_kk", "name_ru", "name_en", "name_zh_hans", "aliases")
SECTOR_SEARCH = Fold("code", "name_kk", "name_ru", "name_en", "name_zh_hans")


class TreeQuerySet(models.QuerySet):
    def within(self, codes):
        """The rows with these codes and all below them (trees of at most four levels)."""
        below = Q(code__in=codes)
        for depth in range(1, 4):
            below |= Q(**{"__".join(["parent"] * depth + ["code__in"]): codes})
        return self.filter(below)


class PlaceQuerySet(TreeQuerySet):
    def codes_of(self, values):
        """The same values, with KATO codes turned into the codes that places have as keys; others stay."""
        digits = [value for value in values if len(value) == 9 and value.isascii() and value.isdigit()]
        known = dict(self.filter(kato__in=digits).values_list("kato", "code")) if digits else {}
        return [known.get(value, value) for value in values]


@recorded
class Place(Aliased, CodeList):  # noqa: DJ008 (`CodeList` has it)
    """One tree: country > region or province > city or district > site. Codes are ISO 3166 or KATO."""

    kind = models.CharField(_("kind"), max_length=20, choices=PlaceKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("part of"), related_name="children", null=True, blank=True
    )
    kato = models.CharField(
        _("KATO code"), max_length=9, blank=True, help_text=_("Nine digits; West Kazakhstan begins with 27.")
    )
    iso3 = models.CharField(_("ISO 3166-1 alpha-3"), max_length=3, blank=True)
    centre = models.CharField(_("centre"), max_length=100, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    tile_row = models.PositiveSmallIntegerField(_("row on the tile map"), null=True, blank=True)
    tile_column = models.PositiveSmallIntegerField(_("column on the tile map"), null=True, blank=True)
    boundary = models.JSONField(_("boundary (GeoJSON)"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ["kind", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                "kato",
                condition=~Q(kato=""),
                name="place_kato_unique",
                violation_error_message=_("Another place has this KATO code."),
            ),
            models.CheckConstraint(
                condition=Q(kato="") | Q(kato__regex=r"^[0-9]{9}$"),
                name="place_kato_form",
                violation_error_message=_("A KATO code has nine digits."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("code")),
                name="place_not_its_own_parent",
                violation_error_message=_("This would make a circle: a place cannot be part of itself."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="place_point_on_earth",
                violation_error_message=_("Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."),
            ),
        ]
        indexes = [GinIndex(OpClass(PLACE_SEARCH, "gin_trgm_ops"), name="place_search")]


@recorded
class Sector(CodeList):
    """Two levels; sums use a project's main sector, filters take the children of a parent."""

    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("parent sector"), related_name="children", null=True, blank=True
    )
    oked = models.CharField(_("OKED"), max_length=60, blank=True)
    isic = models.CharField(_("ISIC Rev. 4"), max_length=60, blank=True)
    oc4ids = models.CharField(_("OC4IDS sector"), max_length=60, blank=True)

    objects = TreeQuerySet.as_manager()

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("code")),
                name="sector_not_its_own_parent",
                violation_error_message=_("This would make a circle: a sector cannot be its own parent."),
            ),
        ]


@recorded
class Currency(CodeList):
    numeric = models.CharField(_("numeric code"), max_length=3, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    symbol = models.CharField(_("symbol"), max_length=8, blank=True)
    aliases = models.TextField(_("other spellings"), blank=True)

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{3}$"),
                name="currency_code_form",
                violation_error_message=_("A currency code has three capital letters (ISO 4217)."),
            ),
        ]


@recorded
class Unit(CodeList):
    """A UCUM unit. Figures are summed only within one dimension, by `factor` to its base unit."""

    # Dimensions of what is counted one by one: half a job is a slip of the pen.
    COUNTED = frozenset({"job", "person", "container", "product_type", "project", "contract", "bed", "seat", "head"})

    symbol = translated(models.CharField(_("symbol"), max_length=40, blank=True))
    dimension = models.CharField(_("dimension"), max_length=30)
    factor = models.DecimalField(_("factor to the base unit"), max_digits=20, decimal_places=9, default=1)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["dimension", "position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(factor__gt=0, factor__lt=10**11),
                name="unit_factor_positive",
                violation_error_message=_("The factor must be greater than zero."),
            ),
        ]

    @property
    def is_counted(self):
        return self.dimension in self.COUNTED


@recorded
class Metric(CodeList):
    """What an observation measures; its dimension limits the units (rule 11)."""

    dimension = models.CharField(_("dimension"), max_length=30)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("usual unit"), related_name="+", null=True, blank=True
    )
    is_additive = models.BooleanField(_("may be summed"), default=True)

    class Meta:
        verbose_name = _("metric")
        verbose_name_plural = _("metrics")
        ordering = ["position", "code"]


@recorded
class DocumentType(CodeList):
    class Meta:
        verbose_name = _("document type")
        verbose_name_plural = _("document types")
        ordering = ["position", "code"]


@recorded
class Stage(CodeList):
    """How far a project is. What it needs is data: `StageRequirement`."""

    group = models.CharField(_("group"), max_length=20, choices=StageGroup)
    oc4ids_status = models.CharField(_("OC4IDS status"), max_length=20, blank=True)
    needs_date = models.BooleanField(_("needs the actual date"), default=False)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["position", "code"]


@recorded
class StageRequirement(Recorded):
    """A document or a fact expected before a project counts as being at a stage (rule 18)."""

    stage = models.ForeignKey(Stage, models.PROTECT, verbose_name=_("stage"), related_name="requirements")
    document_type = models.ForeignKey(
        DocumentType,
        models.PROTECT,
        verbose_name=_("document type"),
        related_name="requirements",
        null=True,
        blank=True,
    )
    fact = models.CharField(_("or a fact"), max_length=20, choices=StageFact, blank=True)
    is_alternative = models.BooleanField(_("one of several is enough"), default=False)

    class Meta:
        verbose_name = _("stage requirement")
        verbose_name_plural = _("stage requirements")
        ordering = ["stage", "document_type", "fact"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "document_type", "fact"],
                nulls_distinct=False,
                name="stage_requirement_unique",
                violation_error_message=_("This is already required for the stage."),
            ),
            models.CheckConstraint(
                condition=Q(document_type__isnull=False, fact="") | (Q(document_type__isnull=True) & ~Q(fact="")),
                name="stage_requirement_one_kind",
                violation_error_message=_("Choose a document type or a fact, not both."),
            ),
        ]

    def __str__(self):
        return f"{self.stage}: {self.document_type or self.get_fact_display()}"


@recorded
class MilestoneKind(CodeList):
    """A dated event that projects pass; those with a stage are its template."""

    stage = models.ForeignKey(
        Stage, models.PROTECT, verbose_name=_("stage"), related_name="milestone_kinds", null=True, blank=True
    )

    class Meta:
        verbose_name = _("kind of milestone")
        verbose_name_plural = _("kinds of milestone")
        ordering = ["position", "code"]


@recorded
class ObligationKind(CodeList):
    """A type of obligation: what is measured, how often, what proves it."""

    measure = translated_text(_("measure"))
    evidence = translated_text(_("evidence demanded"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("usual unit"), related_name="+", null=True, blank=True
    )
    frequency = models.CharField(_("frequency"), max_length=20, choices=Frequency, default=Frequency.NOT_STATED)

    class Meta:
        verbose_name = _("kind of obligation")
        verbose_name_plural = _("kinds of obligation")
        ordering = ["position", "code"]


@recorded
class Holiday(Recorded):
    """A day off, or (with `is_working`) a weekend moved to be a working day."""

    day = models.DateField(_("day"), unique=True)
    name = translated(models.CharField(_("name"), max_length=200, blank=True))
    is_working = models.BooleanField(_("working day"), default=False)
    is_confirmed = models.BooleanField(_("confirmed"), default=True)

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        ordering = ["day"]
        constraints = [dates_in_range("holiday", "day")]

    def __str__(self):
        return f"{self.name}, {formats.date_format(self.day)}"


RATE_DAYS = 10  # how many days back the rate of a day off is looked for, as tracker_rate_row of the database does


@recorded
class ExchangeRate(Recorded):
    """Official tenge for one unit of a currency on a day, as published: rate = source_rate / quant."""

    NATIONAL_BANK, MANUAL = "nbk", "manual"
    ORIGINS = [(NATIONAL_BANK, _("National Bank of Kazakhstan")), (MANUAL, _("entered by hand"))]

    currency = models.ForeignKey(Currency, models.PROTECT, verbose_name=_("currency"), related_name="rates")
    day = models.DateField(_("day"))
    source_rate = models.DecimalField(_("rate as published"), max_digits=18, decimal_places=6)
    quant = models.PositiveIntegerField(_("for how many units"), default=1)
    origin = models.CharField(_("origin"), max_length=10, choices=ORIGINS, default=NATIONAL_BANK)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "day", "origin"],
                name="exchange_rate_unique",
                violation_error_message=_("There is already a rate of this currency for that day."),
            ),
            models.CheckConstraint(
                condition=Q(source_rate__gt=0, source_rate__lt=NUMBER_LIMIT) & Q(quant__gt=0),
                name="exchange_rate_positive",
                violation_error_message=_("The rate and the number of units must be greater than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(currency="KZT"),
                name="exchange_rate_not_of_tenge",
                violation_error_message=_("The tenge needs no exchange rate."),
            ),
            dates_in_range("exchange_rate", "day"),
        ]

    def __str__(self):
        return f"{self.currency_id}, {formats.date_format(self.day)}"

    @property
    def rate(self):
        """Tenge for one unit (Decimal)."""
        return self.source_rate / self.quant
