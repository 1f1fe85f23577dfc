"""Forms of bodies and people."""

import re

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import permissions
from projects.forms.base import RecordForm
from projects.forms.fields import RegistrationField
from projects.forms.identifiers import NON_RESIDENT, bin_error, bin_month, uscc_error
from projects.forms.rules import error, names_translated, no_circle, warning
from projects.forms.sourced import SourcedForm
from projects.models import Investor, Membership, Organisation, Person, Position, StaffMember
from projects.models.choices import PlaceKind
from projects.models.functions import Fold, FoldedText
from projects.models.organisations import ORGANISATION_SEARCH

NAME_COLUMNS = ("name_kk", "name_ru", "name_en", "name_zh_hans")
# Legal forms as they stand in names: a word of a dozen that most names share tells nothing of who it is.
LEGAL_FORMS = re.compile(
    r"\b(?:тоо|жшс|ао|ақ|оао|зао|ооо|пао|кх|шқ|ип|жк|llp|llc|jsc|ltd|inc|gmbh|co)\b[.,]*|[«»“”„\"]", re.IGNORECASE
)
ALIKE = 0.5  # similarity of two folded names (0 to 1) from which a person is asked


def _bin(form):
    """Rules 12, 13 (E) and 14 (W): a valid BIN, of nobody else, that agrees with the other data."""
    number = form.value("bin")
    if not number:
        return
    if text := bin_error(number):
        yield error(text, "bin")
        return
    if (owner := form.around.owner_of("bin", number)) and owner.pk != form.instance.pk:
        text = _("BIN %(bin)s already belongs to '%(name)s'. Open that card instead?")
        yield error(text % {"bin": number, "name": owner}, "bin")
    if not form.is_changed("bin", "registered_on", "country"):
        return
    year, month = bin_month(number)
    registered, country = form.value("registered_on"), form.value("country")
    if registered and (year, month) > (registered.year, registered.month):
        text = _("The BIN says registered %(bin)s, you entered %(date)s.")
        yield warning(text % {"bin": f"{month:02d}.{year}", "date": f"{registered:%m.%Y}"}, "registered_on")
    if country and (number[4] == NON_RESIDENT) == (country.code == "KZ"):
        text = (
            _("The BIN is that of a non-resident entity, the country is %(country)s.")
            if number[4] == NON_RESIDENT
            else _("The BIN is that of an entity resident in Kazakhstan, the country is %(country)s.")
        )
        yield warning(text % {"country": country}, "country")


def _uscc(form):
    """Rules 13 and 16 (E): a valid Chinese credit code, of nobody else."""
    number = form.value("uscc")
    if not number:
        return
    if text := uscc_error(number):
        yield error(text, "uscc")
    elif (owner := form.around.owner_of("uscc", number)) and owner.pk != form.instance.pk:
        text = _("USCC %(uscc)s already belongs to '%(name)s'. Open that card instead?")
        yield error(text % {"uscc": number, "name": owner}, "uscc")


def _bare(text):
    """A name without legal form and quotation marks; as it is where nothing else stands in it."""
    return " ".join(LEGAL_FORMS.sub(" ", text).split()) or text


def _alike(text, bare):
    """Organisations with a name much like a text, with or without its legal form, in any of the scripts, the most
    alike first.
    """
    alike = Greatest(*(TrigramSimilarity(Fold(name), FoldedText(one)) for name in NAME_COLUMNS for one in (text, bare)))
    found = Organisation.objects.annotate(folded=ORGANISATION_SEARCH, alike=alike)
    return found.filter(folded__trigram_word_similar=FoldedText(bare), alike__gte=ALIKE).order_by("-alike")


def most_alike(names, without=None):
    """The organisation with a name most like one of these, in any of the scripts, or None.

    Args: names: texts. without: primary key of the one that is not to be found.
    """
    texts = dict.fromkeys(filter(None, names))
    return next(filter(None, (_alike(text, _bare(text)).exclude(pk=without).first() for text in texts)), None)


def most_alike_of_each(texts, before=None):
    """text -> the organisation with the name most like it, for those that have one: `most_alike` of many at once.

    Args: before: the primary key from which on organisations are not looked at, or None.
    """
    marks = {"the text that is compared": "names.text", "the same without its legal form": "names.bare"}
    found = _alike(*marks) if before is None else _alike(*marks).filter(pk__lt=before)
    statement, values = found.values("pk")[:1].query.sql_with_params()
    for value in values:
        statement = statement.replace("%s", marks.get(value, "{}"), 1)
    others = [value for value in values if value not in marks]
    statement = statement.format(*["%s"] * len(others))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT names.text, found.pk FROM unnest(%s, %s) AS names(text, bare), LATERAL ({statement}) AS found",
            [list(texts), [_bare(text) for text in texts], *others],
        )
        found = dict(cursor.fetchall())
    organisations = Organisation.objects.in_bulk(set(found.values()))
    return {text: organisations[key] for text, key in found.items()}


def similar_name(form):
    """Rule 15 (W): another organisation with a name much like this one, in any of the scripts."""
    if not form.is_changed(*NAME_COLUMNS):
        return
    if found := most_alike(map(form.value, NAME_COLUMNS), without=form.instance.pk):
        yield warning(_("Looks like '%(name)s'. Is it the same company?") % {"name": found}, "name_en")


class OrganisationForm(RecordForm):
    class Meta:
        model = Organisation
        fields = "__all__"
        field_classes = {"bin": RegistrationField, "uscc": RegistrationField}

    fieldsets = (
        (
            gettext_lazy("Identification"),
            ("kind", "name", "aliases", "bin", "uscc", "other_identifier_scheme", "other_identifier")
            + ("is_investor", "is_placeholder"),
        ),
        (gettext_lazy("Place and ownership"), ("country", "province", "parent", "local_entity")),
        (gettext_lazy("Registration"), ("legal_form", "registered_on", "legal_address", "oked", "website")),
        (gettext_lazy("Note"), ("note",)),
    )
    limits = {
        "country": Q(kind=PlaceKind.COUNTRY),
        "province": Q(kind__in=[PlaceKind.REGION, PlaceKind.PROVINCE]),
    }
    past_dates = ("registered_on",)
    rules = (_bin, _uscc, similar_name, no_circle("parent"), names_translated(may_be_equal=True))


class InvestorForm(OrganisationForm):
    """An organisation in the role of investor; the role is not asked."""

    class Meta:
        model = Investor
        exclude = ("is_investor",)
        field_classes = OrganisationForm.Meta.field_classes

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.is_investor = True


class MembershipForm(SourcedForm):
    class Meta:
        model = Membership
        fields = "__all__"

    fieldsets = (("", ("consortium", "member", "role")), SourcedForm.source_fieldset)


class PersonForm(RecordForm):
    class Meta:
        model = Person
        fields = "__all__"

    fieldsets = (
        (gettext_lazy("Full name"), ("name", "aliases")),
        (gettext_lazy("Contacts"), ("phone", "email", "consent_basis")),
    )
    rules = (names_translated(may_be_equal=True),)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.user is not None and not permissions.may_see_contacts(self.user):
            for name in ("phone", "email", "consent_basis"):
                del self.fields[name]


class PositionForm(RecordForm):
    class Meta:
        model = Position
        fields = "__all__"

    fieldsets = (("", ("person", "title", "organisation", "place", "start_on", "end_on")),)
    date_orders = (("start_on", "end_on"),)


class StaffMemberForm(RecordForm):
    class Meta:
        model = StaffMember
        fields = "__all__"
