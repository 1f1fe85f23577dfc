"""The investments: programmes and projects, with their sectors, links, stages and documents."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Upper
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    FALLBACKS,
    Recorded,
    Sourced,
    dates_in_range,
    has_name,
    in_order,
    name_key,
    recorded,
    translated_name,
    translated_text,
)
from projects.models.choices import (
    DatePrecision,
    LinkKind,
    ProjectStatus,
    ProjectType,
    StageGroup,
)
from projects.models.codelists import Place, Sector, Stage
from projects.models.functions import FOLDED_NAMES, Fold
from projects.models.organisations import Organisation
from projects.models.sources import Document
from tracker.addresses import address

PROJECT_SEARCH = Fold(
    "reference",
    "name_kk",
    "name_ru",
    "name_en",
    "name_zh_hans",
    "aliases",
    "description_kk",
    "description_ru",
    "description_en",
    "description_zh_hans",
)
# The number of a reference of the register's own series, however it is typed: 16 of WKR-0016, wkr-16 and WKR-00016.
OWN_NUMBER = Cast(
    Func(Upper("reference"), Value(r"^WKR-([0-9]+)$"), function="substring", output_field=models.TextField()),
    models.DecimalField(max_digits=36, decimal_places=0),
)


@recorded
class Programme(Recorded):
    """A package of projects announced together; its headline sums are not its projects' sums."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = translated_name()
    description = translated_text(_("description"))
    sectors_are_exhaustive = models.BooleanField(_("the list of sectors is complete"), default=False)
    consortium = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("consortium"), related_name="programmes", null=True, blank=True
    )

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["code"]
        constraints = [has_name("programme")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("programme-detail", self.code)


@recorded
class ProgrammeSector(Sourced):
    """A sector that a source names for the programme. Two sources may disagree: both lists stay."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="sector_mentions"
    )
    sector = models.ForeignKey(Sector, models.PROTECT, verbose_name=_("sector"), related_name="programme_mentions")
    alternative = models.ForeignKey(
        Sector, models.PROTECT, verbose_name=_("or perhaps"), related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = _("sector named for a programme")
        verbose_name_plural = _("sectors named for programmes")
        ordering = ["programme", "statement", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "sector", "statement"],
                name="programme_sector_unique",
                violation_error_message=_("This statement already names the sector."),
            ),
        ]

    def __str__(self):
        return f"{self.programme}: {self.sector}"


class ProjectQuerySet(models.QuerySet):
    def named(self):
        """Without the rows that stand for projects the source does not name."""
        return self.filter(is_placeholder=False)


@recorded
class Project(Recorded):
    """An investment tracked under a stable reference. Stage (how far) is not status (how well)."""

    # Identification
    reference = models.CharField(
        _("reference"),
        max_length=40,
        unique=True,
        help_text=_("Stable short code, for example WKR-0001. Leave empty to get the next one."),
    )
    name = translated_name()
    aliases = models.TextField(_("other spellings"), blank=True)
    description = translated_text(_("description"))
    purpose = translated_text(_("purpose"))
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="projects", null=True, blank=True
    )
    is_placeholder = models.BooleanField(
        _("not named in source"),
        default=False,
        help_text=_("Stands for a project that is counted but not named; outside project counts unless asked."),
    )

    # Classification and place
    project_type = models.CharField(_("type"), max_length=20, choices=ProjectType, blank=True)
    main_sector = models.ForeignKey(
        Sector,
        models.PROTECT,
        verbose_name=_("main sector"),
        related_name="main_projects",
        null=True,
        blank=True,
        help_text=_("Sums by sector use this one; further sectors only help to find the project."),
    )
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="projects", null=True, blank=True
    )
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    cadastral_number = models.CharField(_("cadastral number"), max_length=40, blank=True)

    # Progress: `stage` follows the log of stage changes by trigger
    stage = models.ForeignKey(
        Stage, models.PROTECT, verbose_name=_("stage"), related_name="projects", null=True, blank=True, editable=False
    )
    stage_group = models.CharField(
        _("stage group"),
        max_length=20,
        choices=StageGroup,
        default=StageGroup.UNKNOWN,
        help_text=_("Where the exact stage is not stated, choose what is known; a dated stage overrides it."),
    )
    # NULL is "not stated in source"; the constraint below refuses an empty text beside it.
    status = models.CharField(_("status"), max_length=20, choices=ProjectStatus, null=True, blank=True)  # noqa: DJ001
    status_reason = models.TextField(_("reason for the status"), blank=True)
    status_on = models.DateField(_("status since"), null=True, blank=True)
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    planned_start_on = models.DateField(_("planned start"), null=True, blank=True)
    planned_end_on = models.DateField(_("planned end"), null=True, blank=True)
    started_on = models.DateField(_("actual start"), null=True, blank=True)
    commissioned_on = models.DateField(_("commissioned on"), null=True, blank=True)
    announced_on = models.DateField(_("first announced on"), null=True, blank=True)

    # Administration
    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("curator"),
        related_name="curated_projects",
        null=True,
        blank=True,
    )
    department = models.ForeignKey(
        Organisation,
        models.PROTECT,
        verbose_name=_("responsible department"),
        related_name="supervised_projects",
        null=True,
        blank=True,
    )
    contract_type = models.CharField(_("kind of contract with the state"), max_length=100, blank=True)
    contract_number = models.CharField(_("contract number"), max_length=60, blank=True)
    platform_number = models.CharField(_("number on the national investment platform"), max_length=60, blank=True)
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Shown on the public page, where that is switched on.")
    )

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["reference"]
        constraints = [
            has_name("project"),
            models.CheckConstraint(
                condition=Q(reference__regex=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
                name="project_reference_form",
                violation_error_message=_("A reference has Latin letters, digits, dots, hyphens and underscores only."),
            ),
            models.UniqueConstraint(
                Func(F("reference"), function="upper"),
                name="project_reference_any_case",
                violation_error_message=_("Another project has this reference."),
            ),
            in_order("project", "planned_start_on", "planned_end_on"),
            in_order("project", "started_on", "commissioned_on", "work_in_order"),
            dates_in_range(
                "project",
                "planned_start_on",
                "planned_end_on",
                "started_on",
                "commissioned_on",
                "announced_on",
                "status_on",
                "review_on",
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | ~Q(status=""),
                name="project_status_null_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=True)
                | ~Q(status__in=[ProjectStatus.SUSPENDED, ProjectStatus.CANCELLED])
                | (~Q(status_reason="") & Q(status_on__isnull=False)),
                name="project_stop_has_reason",
                violation_error_message=_("Give the reason and the date of the suspension or cancellation."),
            ),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | ~Q(status=ProjectStatus.SUSPENDED) | Q(review_on__isnull=False),
                name="project_suspended_has_review",
                violation_error_message=_("Say when the suspended project will be looked at again."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="project_point_on_earth",
                violation_error_message=_("Give both latitude (-90 to 90) and longitude (-180 to 180), or neither."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(PROJECT_SEARCH, "gin_trgm_ops"), name="project_search"),
            GinIndex(FOLDED_NAMES, name="project_names", fastupdate=False),
            models.Index(OWN_NUMBER, name="project_by_own_number"),
            models.Index(fields=["main_sector", "id"], name="project_by_sector"),
            models.Index(fields=["updated_at", "id"], name="project_by_change"),
            # The orders that lists are shown in, backwards too: see `paging`.
            models.Index(fields=["place", "id"], name="project_by_place"),
            models.Index(fields=["status", "id"], name="project_by_status"),
            models.Index(fields=["planned_start_on", "id"], name="project_by_start"),
            models.Index(fields=["planned_end_on", "id"], name="project_by_end"),
            models.Index(fields=["announced_on", "id"], name="project_by_announcement"),
            *(models.Index(name_key(code), "id", name=f"project_by_name_{code[:2]}") for code in FALLBACKS),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("project-detail", self.reference)


@recorded
class ProjectSector(Sourced):
    """A further sector of a project, for filters; sums use the main sector."""

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("project"), related_name="further_sectors")
    sector = models.ForeignKey(Sector, models.PROTECT, verbose_name=_("sector"), related_name="further_projects")

    class Meta:
        verbose_name = _("further sector")
        verbose_name_plural = _("further sectors")
        ordering = ["project", "sector"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "sector"],
                name="project_sector_unique",
                violation_error_message=_("The project already has this sector."),
            ),
        ]

    def __str__(self):
        return f"{self.project}: {self.sector}"


@recorded
class ProjectLink(Sourced):
    """A relation between projects; `to_project` stays empty where the source does not name it."""

    from_project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("from project"), related_name="links")
    kind = models.CharField(_("kind"), max_length=20, choices=LinkKind)
    to_project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("to project"), related_name="links_here", null=True, blank=True
    )
    note = translated_text(_("note"))

    class Meta:
        verbose_name = _("link between projects")
        verbose_name_plural = _("links between projects")
        ordering = ["from_project", "kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_project__isnull=True) | ~Q(to_project=F("from_project")),
                name="link_not_to_itself",
                violation_error_message=_("This would make a circle: a project cannot be linked to itself."),
            ),
        ]

    def __str__(self):
        return f"{self.from_project} {self.get_kind_display()} {self.to_project or '?'}"


@recorded
class StageChange(Recorded):
    """A dated row of the stage log. The latest one in force is the project's stage, by trigger."""

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("project"), related_name="stage_changes")
    stage = models.ForeignKey(Stage, models.PROTECT, verbose_name=_("stage"), related_name="changes")
    effective_on = models.DateField(_("in force from"))
    date_precision = models.CharField(
        _("date precision"), max_length=10, choices=DatePrecision, default=DatePrecision.DAY
    )
    reason = models.TextField(_("reason"), blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, verbose_name=_("document"), related_name="stage_changes", null=True, blank=True
    )
    statement = models.ForeignKey(
        "projects.Statement",
        models.PROTECT,
        verbose_name=_("source statement"),
        related_name="stage_changes",
    )

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ["project", "-effective_on", "-id"]
        constraints = [
            dates_in_range("stage_change", "effective_on"),
            models.UniqueConstraint(
                fields=["project", "stage", "effective_on"],
                name="stage_change_unique",
                violation_error_message=_("This change of stage is already recorded."),
            ),
        ]

    def __str__(self):
        return f"{self.project}: {self.stage} ({formats.date_format(self.effective_on)})"


@recorded
class ProjectDocument(Recorded):
    """A document attached to a project, for what."""

    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("project"), related_name="documents")
    document = models.ForeignKey(Document, models.PROTECT, verbose_name=_("document"), related_name="project_uses")
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("document of a project")
        verbose_name_plural = _("documents of projects")
        ordering = ["project", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "document"],
                name="project_document_unique",
                violation_error_message=_("The document is already attached to this project."),
            ),
        ]

    def __str__(self):
        return str(self.document)
