"""Who puts what money into a project or programme, in which part of it: phases, parties and amounts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.models.base import (
    NUMBER_LIMIT,
    Figure,
    Recorded,
    Sourced,
    dates_in_range,
    exactly_one,
    figure_constraints,
    in_order,
    recorded,
    recorded_links,
    translated_name,
    translated_text,
)
from projects.models.choices import (
    AmountKind,
    Bound,
    Inclusion,
    MoneySource,
    PartyRole,
)
from projects.models.codelists import Currency
from projects.models.organisations import Organisation
from projects.models.projects import Programme, Project


@recorded
class Phase(Recorded):
    """A numbered part of a project, or of a programme where the project is not yet known."""

    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="phases", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="phases", null=True, blank=True
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="phases", null=True, blank=True
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = translated_name()
    start_on = models.DateField(_("start"), null=True, blank=True)
    end_on = models.DateField(_("end"), null=True, blank=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["project", "programme", "number"]
        constraints = [
            exactly_one("phase", "project", "programme"),
            in_order("phase", "start_on", "end_on"),
            dates_in_range("phase", "start_on", "end_on"),
            models.UniqueConstraint(
                fields=["project", "programme", "organisation", "number"],
                nulls_distinct=False,
                name="phase_number_unique",
                violation_error_message=_("There is already a phase with this number."),
            ),
        ]

    def __str__(self):
        return self.name or str(self.number)


@recorded
class ProjectParty(Sourced):
    """An organisation in a role. Where the source does not say which project, candidates are named."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="parties"
    )
    role = models.CharField(_("role"), max_length=20, choices=PartyRole)
    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="parties", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="parties", null=True, blank=True
    )
    candidates = models.ManyToManyField(
        Project,
        verbose_name=_("candidate projects"),
        related_name="candidate_parties",
        blank=True,
        help_text=_("Projects that may be meant, where the source does not say which."),
    )
    share = models.DecimalField(_("share, %"), max_digits=6, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["project", "role", "id"]
        constraints = [
            exactly_one("party", "project", "programme"),
            models.UniqueConstraint(
                fields=["organisation", "role", "project", "programme"],
                nulls_distinct=False,
                name="party_unique",
                violation_error_message=_("The organisation already has this role here."),
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=100),
                name="party_share_percent",
                violation_error_message=_("A share lies between 0 and 100 per cent."),
            ),
        ]

    def __str__(self):
        return f"{self.organisation} ({self.get_role_display()})"


recorded_links(ProjectParty.candidates.through)


class AmountQuerySet(models.QuerySet):
    def standing(self):
        """Without rows that a later row corrects."""
        return self.filter(superseded_by__isnull=True)

    def headlines(self):
        """What programmes announced as a whole: standing, and not (or perhaps) a part of another amount."""
        return self.standing().filter(programme__isnull=False, inclusion=Inclusion.NO)

    def on_projects(self):
        """What a list of projects adds up: standing amounts of projects that are no part of another of theirs.

        A part of a programme's headline counts here, on its project; the headline then gives only the rest.
        A part of what may itself be part of another amount does not count: its whole stands apart.
        """
        whole_counts = Q(included_in__project__isnull=True) & ~Q(included_in__inclusion=Inclusion.UNKNOWN)
        counts = Q(inclusion=Inclusion.NO) | (Q(inclusion=Inclusion.YES) & whole_counts)
        return self.standing().filter(counts, project__isnull=False)

    def uncertain(self):
        """Standing amounts of which nobody knows whether they are part of another: listed apart, never added."""
        return self.standing().filter(inclusion=Inclusion.UNKNOWN)


@recorded
class Amount(Figure):
    """One dated statement of money, in the currency it was stated in. Corrections are new rows.

    `rate`, `rate_on` and `value_kzt` are written by the database, once, from the official rate of
    `as_of` (for payments: of the payment day); without a rate they stay empty, never 0.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=AmountKind)
    value = models.DecimalField(_("amount"), max_digits=20, decimal_places=2)
    currency = models.ForeignKey(
        Currency, models.PROTECT, verbose_name=_("currency"), related_name="amounts", db_column="currency"
    )
    money_source = models.CharField(
        _("source of money"), max_length=10, choices=MoneySource, default=MoneySource.UNKNOWN
    )
    project = models.ForeignKey(
        Project, models.PROTECT, verbose_name=_("project"), related_name="amounts", null=True, blank=True
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, verbose_name=_("programme"), related_name="amounts", null=True, blank=True
    )
    candidates = models.ManyToManyField(
        Project,
        verbose_name=_("candidate projects"),
        related_name="candidate_amounts",
        blank=True,
        help_text=_("Projects that may be meant, where the source does not say which."),
    )
    phase = models.ForeignKey(
        Phase, models.PROTECT, verbose_name=_("phase"), related_name="amounts", null=True, blank=True
    )
    payer = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("payer"), related_name="amounts", null=True, blank=True
    )
    included_in = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("may be part of"), related_name="parts", null=True, blank=True
    )
    inclusion = models.CharField(_("inclusion"), max_length=10, choices=Inclusion, default=Inclusion.NO)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, verbose_name=_("corrected by"), related_name="supersedes", null=True, blank=True
    )
    is_confidential = models.BooleanField(_("confidential"), default=False)
    note = translated_text(_("note"))

    # Written by trigger
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=6, null=True, editable=False)
    rate_on = models.DateField(_("rate of"), null=True, editable=False)
    value_kzt = models.DecimalField(_("in tenge"), max_digits=20, decimal_places=2, null=True, editable=False)

    objects = AmountQuerySet.as_manager()

    class Meta:
        verbose_name = _("amount")
        verbose_name_plural = _("amounts")
        ordering = ["-as_of", "-id"]
        constraints = [
            *figure_constraints("amount"),
            exactly_one("amount", "project", "programme"),
            models.CheckConstraint(
                condition=Q(value__gt=0, value__lt=NUMBER_LIMIT),
                name="amount_positive",
                violation_error_message=_("The amount must be greater than zero. If it is not known, leave it empty."),
            ),
            models.CheckConstraint(
                condition=Q(included_in__isnull=True, inclusion=Inclusion.NO)
                | Q(included_in__isnull=False, inclusion__in=[Inclusion.YES, Inclusion.UNKNOWN]),
                name="amount_inclusion_has_whole",
                violation_error_message=_("Say of which amount this one is, or may be, a part."),
            ),
            models.CheckConstraint(
                condition=Q(included_in__isnull=True) | ~Q(included_in=F("id")),
                name="amount_not_in_itself",
                violation_error_message=_("This would make a circle: an amount cannot be part of itself."),
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | ~Q(superseded_by=F("id")),
                name="amount_not_superseding_itself",
                violation_error_message=_("An amount cannot correct itself."),
            ),
        ]
        indexes = [
            models.Index(fields=["project", "kind"], name="amount_by_project"),
            models.Index(fields=["kind", "as_of"], name="amount_by_day"),
            # Few of very many.
            models.Index(fields=["project"], name="amount_uncertain", condition=Q(inclusion=Inclusion.UNKNOWN)),
            models.Index(fields=["programme"], name="amount_of_programme", condition=Q(programme__isnull=False)),
            models.Index(fields=["id"], name="amount_confidential", condition=Q(is_confidential=True)),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {Bound(self.bound).label} {self.value} {self.currency_id}"


recorded_links(Amount.candidates.through)
