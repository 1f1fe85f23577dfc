"""Bodies and people. An investor is an organisation in a role, not a table of its own."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models.base import (
    Recorded,
    Sourced,
    dates_in_range,
    has_name,
    in_order,
    recorded,
    recorded_links,
    translated,
    translated_name,
    translated_text,
)
from projects.models.choices import OrganisationKind, PartyRole
from projects.models.codelists import Aliased, Place, Sector
from projects.models.functions import FOLDED_NAMES, Fold, IsValidBin, IsValidUscc
from tracker.addresses import address

ORGANISATION_SEARCH = Fold(
    "name_kk", "name_ru", "name_en", "name_zh_hans", "aliases", "bin", "uscc", "other_identifier"
)


@recorded
class Organisation(Aliased, Recorded):
    """Any body: company, consortium, state body, embassy. Roles are `ProjectParty` and `Membership`."""

    # Identification
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    name = translated_name()
    is_placeholder = models.BooleanField(
        _("not named in source"), default=False, help_text=_("Stands for a body that the source does not name.")
    )
    is_investor = models.BooleanField(_("investor"), default=False)
    bin = models.CharField(
        _("BIN"), max_length=12, blank=True, help_text=_("Business identification number of Kazakhstan, 12 digits.")
    )
    uscc = models.CharField(
        _("USCC"), max_length=18, blank=True, help_text=_("Unified social credit code of China, 18 characters.")
    )
    other_identifier_scheme = models.CharField(_("register of another country"), max_length=40, blank=True)
    other_identifier = models.CharField(_("number in that register"), max_length=60, blank=True)

    # Place and ownership
    country = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("country"), related_name="+", null=True, blank=True
    )
    province = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("region or province"), related_name="+", null=True, blank=True
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("owned by"), related_name="subsidiaries", null=True, blank=True
    )
    local_entity = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("legal entity in the region"),
        related_name="foreign_owners",
        null=True,
        blank=True,
    )
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    legal_address = models.CharField(_("legal address"), max_length=300, blank=True)
    oked = models.CharField(_("OKED"), max_length=10, blank=True)
    website = models.URLField(_("website"), blank=True)
    note = translated_text(_("note"))

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["id"]
        constraints = [
            has_name("organisation"),
            models.UniqueConstraint(
                fields=["bin"],
                condition=~Q(bin=""),
                name="organisation_bin_unique",
                violation_error_message=_("This BIN already belongs to another organisation. Open that card instead."),
            ),
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc=""),
                name="organisation_uscc_unique",
                violation_error_message=_("This USCC already belongs to another organisation. Open that card instead."),
            ),
            models.UniqueConstraint(
                fields=["country", "other_identifier_scheme", "other_identifier"],
                condition=~Q(other_identifier=""),
                name="organisation_identifier_unique",
                violation_error_message=_("This number already belongs to another organisation."),
            ),
            models.CheckConstraint(
                condition=Q(bin="") | IsValidBin("bin"),
                name="organisation_bin_valid",
                violation_error_message=_("This BIN is not valid. Compare it with the certificate."),
            ),
            models.CheckConstraint(
                condition=Q(uscc="") | IsValidUscc("uscc"),
                name="organisation_uscc_valid",
                violation_error_message=_(
                    "This Chinese credit code is not valid (18 characters, the last one is a check character)."
                ),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="organisation_not_its_own_parent",
                violation_error_message=_("This would make a circle: an organisation cannot own itself."),
            ),
            dates_in_range("organisation", "registered_on"),
        ]
        indexes = [
            GinIndex(OpClass(ORGANISATION_SEARCH, "gin_trgm_ops"), name="organisation_search"),
            GinIndex(FOLDED_NAMES, name="organisation_names", fastupdate=False),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return address("investor-detail", self.pk)


class InvestorManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_investor=True)


class Investor(Organisation):
    """Organisations in the role of investor, as lists and the admin show them."""

    objects = InvestorManager()

    class Meta:
        proxy = True
        verbose_name = _("investor")
        verbose_name_plural = _("investors")


@recorded
class Membership(Sourced):
    """A member of a consortium."""

    consortium = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("consortium"), related_name="members")
    member = models.ForeignKey(Organisation, models.PROTECT, verbose_name=_("member"), related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=PartyRole, default=PartyRole.UNKNOWN)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["consortium", "member"]
        constraints = [
            models.UniqueConstraint(
                fields=["consortium", "member"],
                name="membership_unique",
                violation_error_message=_("This organisation is already a member."),
            ),
            models.CheckConstraint(
                condition=~Q(consortium=F("member")),
                name="membership_not_of_itself",
                violation_error_message=_("This would make a circle: a consortium cannot be its own member."),
            ),
        ]

    def __str__(self):
        return f"{self.member} / {self.consortium}"


@recorded
class Person(Aliased, Recorded):
    """An official, speaker or contact. Contact data are personal: with a legal basis, never an IIN."""

    name = translated(models.CharField(pgettext_lazy("of a person", "name"), max_length=300, blank=True))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    consent_basis = models.CharField(
        _("legal basis for keeping contacts"),
        max_length=200,
        blank=True,
        help_text=_("Consent or the provision of law, with its date. Contacts are not kept without one."),
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["id"]
        constraints = [
            has_name("person"),
            models.CheckConstraint(
                condition=Q(phone="", email="") | ~Q(consent_basis=""),
                name="person_contacts_have_basis",
                violation_error_message=_("Say on which legal basis the contacts are kept."),
            ),
        ]

    def __str__(self):
        return self.name


@recorded
class Position(Recorded):
    """An office that a person holds or held; titles of one office in several languages are aliases."""

    person = models.ForeignKey(Person, models.PROTECT, verbose_name=_("person"), related_name="positions")
    title = translated(models.CharField(_("title"), max_length=200, blank=True))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="positions", null=True, blank=True
    )
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), related_name="positions", null=True, blank=True
    )
    start_on = models.DateField(_("from"), null=True, blank=True)
    end_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("of a person", "position")
        verbose_name_plural = _("positions")
        ordering = ["person", "-start_on", "id"]
        constraints = [in_order("position", "start_on", "end_on"), dates_in_range("position", "start_on", "end_on")]

    def __str__(self):
        return f"{self.person}: {self.title}"


@recorded
class StaffMember(Recorded):
    """What a user of the register is responsible for; permissions read it, nothing else does."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="staff_member"
    )
    department = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("department"), related_name="staff", null=True, blank=True
    )
    places = models.ManyToManyField(
        Place,
        verbose_name=_("districts"),
        blank=True,
        help_text=_("Projects in these places, and below them, may be edited."),
    )
    sectors = models.ManyToManyField(
        Sector, verbose_name=_("sectors"), blank=True, help_text=_("Projects of these sectors may be edited.")
    )
    superior = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("superior"),
        related_name="subordinates",
        null=True,
        blank=True,
        help_text=_("The head of the department; the head's own superior is the deputy akim."),
    )
    language = models.CharField(
        _("language of messages"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Reminders are written in it. Left empty: the language of this installation."),
    )
    away_from = models.DateField(_("on leave from"), null=True, blank=True)
    away_until = models.DateField(_("on leave until"), null=True, blank=True)
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("delegate"),
        related_name="stands_in_for",
        null=True,
        blank=True,
        help_text=_("Approves updates in this person's place during the leave."),
    )

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        ordering = ["user"]
        constraints = [
            models.CheckConstraint(
                condition=Q(superior__isnull=True) | ~Q(superior=F("user")),
                name="staff_member_is_not_own_superior",
                violation_error_message=_("Nobody is their own superior."),
            ),
            in_order("staff_member", "away_from", "away_until", "leave_in_order"),
            dates_in_range("staff_member", "away_from", "away_until"),
            models.CheckConstraint(
                condition=Q(delegate__isnull=True)
                | Q(away_from__isnull=False, away_until__isnull=False) & ~Q(delegate=F("user")),
                name="staff_member_delegate_for_a_leave",
                violation_error_message=_("A delegate is somebody else, and for a leave with both its dates."),
            ),
        ]

    def __str__(self):
        return self.user.get_full_name() or self.user.get_username()

    @property
    def is_away(self):
        """Whether the person is on leave today."""
        return bool(self.away_from and self.away_until) and self.away_from <= timezone.localdate() <= self.away_until


recorded_links(StaffMember.places.through)
recorded_links(StaffMember.sectors.through)
