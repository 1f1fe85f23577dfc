"""What rows may lack: one table of conditions for quality page, administration, dashboard and `missing=`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects import permissions
from projects.models import (
    Amount,
    Obligation,
    Observation,
    Organisation,
    Place,
    Project,
    ProjectParty,
    Update,
)
from projects.models.choices import AmountKind, PartyRole, PlaceKind, UpdateStatus

TOLD = (UpdateStatus.SUBMITTED, UpdateStatus.APPROVED)  # updates that tell something to others than their author


@dataclass(frozen=True)
class Lack:
    """One thing that rows of a table may lack.

    label: the thing, as a filter names it. condition: function of the reader -> condition that a row lacks it, as far
    as the reader sees. finding: how the quality page says so; empty where it does not. field: of its form.
    """

    label: str
    condition: Callable
    finding: str = ""
    field: str = ""


def _empty(**conditions):
    """For what depends on no reader."""
    return lambda user: Q(**conditions)


def _without(rows):
    """Projects without any of these rows. Args: rows: function of the reader -> queryset."""
    return lambda user: ~Exists(rows(user).filter(project=OuterRef("pk")))


def _amounts(**conditions):
    """Money that the reader may not see is missing."""
    return _without(lambda user: permissions.visible_to(user, Amount.objects.filter(**conditions)))


def _observed(*beginnings):
    metrics = Q()
    for beginning in beginnings:
        metrics |= Q(metric__code__startswith=beginning)
    return _without(lambda user: Observation.objects.filter(metrics))


def in_no_district(user=None):
    """The condition that a project lies in no district or city of a region, nor in a place below one."""
    kinds = [PlaceKind.DISTRICT, PlaceKind.CITY]
    within = Q(kind__in=kinds) | Q(parent__kind__in=kinds) | Q(parent__parent__kind__in=kinds)
    return Q(place__isnull=True) | ~Q(place__in=Place.objects.filter(within).values("code"))


NAMES = {
    "name_kk": Lack(_("name in Kazakh"), _empty(name_kk="")),
    "name_ru": Lack(_("name in Russian"), _empty(name_ru="")),
    "name_en": Lack(_("name in English"), _empty(name_en="")),
    "name_zh_hans": Lack(_("name in Chinese"), _empty(name_zh_hans="")),
}
# Table -> name -> Lack.
LACKS = {
    Project: {
        "sector": Lack(_("sector"), _empty(main_sector=None), _("no sector"), "main_sector"),
        "place": Lack(_("place"), _empty(place=None), _("no place"), "place"),
        "district": Lack(_("district"), in_no_district),
        "stage": Lack(_("stage"), _empty(stage=None), _("no stage"), "stage"),
        "status": Lack(_("status"), _empty(status=None)),
        "investor": Lack(_("investor"), _without(lambda user: ProjectParty.objects.filter(role=PartyRole.INVESTOR))),
        "curator": Lack(_("curator"), _empty(curator=None), _("no curator"), "curator"),
        "capacity": Lack(_("capacity"), _observed("capacity", "output")),
        "jobs": Lack(_("jobs"), _observed("jobs")),
        "cost": Lack(_("cost"), _amounts(), _("no amount")),
        "announced": Lack(_("announced amount"), _amounts(kind=AmountKind.ANNOUNCED)),
        "committed": Lack(_("committed amount"), _amounts(kind=AmountKind.COMMITTED)),
        "disbursed": Lack(_("disbursed amount"), _amounts(kind=AmountKind.DISBURSED)),
        "updates": Lack(_("update"), _without(lambda user: Update.objects.filter(status__in=TOLD)), _("no update")),
        "start": Lack(_("planned start"), _empty(planned_start_on=None)),
        "end": Lack(_("planned end"), _empty(planned_end_on=None)),
        "programme": Lack(_("programme"), _empty(programme=None)),
        "department": Lack(_("responsible department"), _empty(department=None)),
        "type": Lack(pgettext_lazy("of a project", "type"), _empty(project_type="")),
        "description": Lack(
            _("description"),
            _empty(description_kk="", description_ru="", description_en="", description_zh_hans=""),
        ),
        **NAMES,
    },
    Organisation: {
        "identifier": Lack(_("identifier"), _empty(bin="", uscc="", other_identifier=""), _("no identifier"), "bin"),
        "country": Lack(_("country"), _empty(country=None), _("no country"), "country"),
        "province": Lack(_("region or province"), _empty(province=None)),
        "local_entity": Lack(_("legal entity in the region"), _empty(local_entity=None)),
        **NAMES,
    },
    Amount: {
        "date": Lack(_("date"), _empty(as_of=None), _("no date"), "as_of"),
        "tenge": Lack(_("in tenge"), _empty(value_kzt=None), _("no value in tenge"), "as_of"),
    },
    Observation: {"date": Lack(_("date"), _empty(as_of=None), _("no date"), "as_of")},
    Obligation: {
        "target": Lack(_("target"), _empty(target=None), _("no target"), "target"),
        "deadline": Lack(_("deadline"), _empty(due_on=None, end_on=None), _("no due date"), "due_on"),
        "agreement": Lack(_("agreement"), _empty(agreement=None)),
        "responsible": Lack(_("responsible body"), _empty(responsible=None)),
    },
}
