"""Goods on their way to a site: how many have come, what a delay puts at risk, what was perhaps reported twice.

A recorded checkpoint moves the status of its shipment; one of a single container does so once all have got as far.
"""

import datetime
from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from projects import history, permissions, wording
from projects.actions import Refused
from projects.models import Container, Milestone, Obligation, Shipment, Source
from projects.models.choices import CheckpointKind, ObligationState, ShipmentStatus, SourceKind
from projects.models.shipments import with_forecast

CONTAINER = "{container}"
# What goods have come to when they have passed a checkpoint, and the dates that this settles.
STATUSES = {
    CheckpointKind.LOADED: ShipmentStatus.IN_TRANSIT,
    CheckpointKind.BORDER: ShipmentStatus.IN_TRANSIT,
    CheckpointKind.ARRIVED: ShipmentStatus.ARRIVED,
    CheckpointKind.CUSTOMS: ShipmentStatus.CLEARED,
    CheckpointKind.INSPECTED: ShipmentStatus.CLEARED,
    CheckpointKind.INSTALLED: ShipmentStatus.INSTALLED,
}
ORDER = list(ShipmentStatus)
STATIONS = list(CheckpointKind)
COME = STATIONS[STATIONS.index(CheckpointKind.ARRIVED) :]
SETTLED = (ObligationState.MET, ObligationState.WAIVED)
NEAR = datetime.timedelta(days=14)  # between the dispatches of what is perhaps one shipment


@dataclass(frozen=True)
class Tally:
    """Containers of some shipments: how many were sent, have come (installed ones included), stand installed."""

    shipped: int = 0
    arrived: int = 0
    installed: int = 0


def tally(shipments):
    """The Tally of a queryset of Shipment; one reported twice counts once, a single container where it is by itself."""
    rows = shipments.filter(same_as__isnull=True, unit=CONTAINER, quantity__isnull=False).order_by()
    rows = rows.exclude(status=ShipmentStatus.PLANNED).annotate(
        come=Count("checkpoints__container", Q(checkpoints__kind__in=COME), distinct=True),
        standing=Count("checkpoints__container", Q(checkpoints__kind=CheckpointKind.INSTALLED), distinct=True),
    )
    shipped = arrived = installed = 0
    for quantity, status, come, standing in rows.values_list("quantity", "status", "come", "standing"):
        shipped += quantity
        arrived += quantity if ORDER.index(status) >= ORDER.index(ShipmentStatus.ARRIVED) else min(come, quantity)
        installed += quantity if status == ShipmentStatus.INSTALLED else min(standing, quantity)
    return Tally(int(shipped), int(arrived), int(installed))


# ---- Delays ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delay:
    """A milestone that late goods move, and the obligations that fall due before it is now to be expected."""

    milestone: Milestone
    days: int
    obligations: list


def delay_of(shipment, day):
    """The Delay that a shipment causes on a day, or None: it feeds no open milestone, is in time, or is no own one."""
    if shipment.milestone_id is None or shipment.same_as_id is not None:
        return None
    milestones = Milestone.objects.select_related("kind", "project", "programme")
    milestone = with_forecast(milestones, day).get(pk=shipment.milestone_id)
    days = Shipment.objects.with_days_late(day).values_list("days_late", flat=True).get(pk=shipment.pk)
    if not days or milestone.met_on or milestone.planned_on is None:
        return None
    owner = Q(project=milestone.project_id) if milestone.project_id else Q(programme=milestone.programme_id)
    owed = Obligation.objects.filter(owner).with_state(day).exclude(state__in=SETTLED)
    owed = owed.filter(deadline__gte=milestone.planned_on, deadline__lt=milestone.forecast)
    return Delay(milestone, days, list(owed.select_related("kind", "project", "programme").order_by("deadline", "pk")))


# ---- Reported twice --------------------------------------------------------------------------


def twins(user, shipment):
    """Other shipments that are perhaps the same goods: one waybill, one container, or one quantity sent about then."""
    alike = Q()
    if shipment.waybill:
        alike |= Q(waybill=shipment.waybill)
    numbers = shipment.containers.values("number")
    alike |= Q(pk__in=Container.objects.filter(number__in=numbers).values("shipment"))
    if shipment.quantity is not None and shipment.dispatched_on:
        about = (shipment.dispatched_on - NEAR, shipment.dispatched_on + NEAR)
        alike |= Q(quantity=shipment.quantity, unit=shipment.unit_id, dispatched_on__range=about)
    if shipment.same_as_id is not None:
        return Shipment.objects.none()
    rows = permissions.visible_to(user, Shipment.objects.filter(alike, same_as__isnull=True).exclude(pk=shipment.pk))
    return rows.select_related("unit", "statement__source").order_by("pk")


@transaction.atomic
def link_twins(*, by, shipment, twin):
    """Say that two shipments are the same goods: the later record is no longer counted. Returns it. Raises: Refused."""
    first, later = sorted((shipment, twin), key=lambda row: row.pk)
    if not permissions.may_change(by, later):
        raise Refused(permissions.refusal(by, later))
    if not twins(by, shipment).filter(pk=twin.pk).exists():
        raise Refused(_("These two are no longer alike. Look at both again."))
    later.same_as = first
    reason = _("The same goods as %(shipment)s") % {"shipment": first}
    with pghistory.context(user=by.pk, reason=reason):
        later.save()
        later.reported_again.update(same_as=first)
    return later


# ---- Checkpoints -----------------------------------------------------------------------------


def next_station(shipment):
    """The kind of the checkpoint that the whole shipment has to pass next, or None after the last."""
    passed = set(shipment.checkpoints.filter(container=None).values_list("kind", flat=True))
    behind = max((STATIONS.index(kind) for kind in passed), default=-1)
    is_sent = shipment.status == ShipmentStatus.IN_TRANSIT and shipment.dispatched_on
    if is_sent or ORDER.index(shipment.status) >= ORDER.index(ShipmentStatus.ARRIVED):  # without its checkpoint
        behind = max(behind, next(n for n, kind in enumerate(STATIONS) if STATUSES[kind] == shipment.status))
    return STATIONS[behind + 1] if behind + 1 < len(STATIONS) else None


def statement_of(user, checkpoint):
    """The statement of a checkpoint that staff report: of a source made for this shipment and day."""
    shipment, today = checkpoint.shipment, timezone.localdate()
    member = getattr(user, "staff_member", None)
    source, _made = Source.objects.get_or_create(
        code=f"shipment-{shipment.pk}-{today:%Y%m%d}",
        defaults={
            "kind": SourceKind.REPORT,
            "published_on": today,
            "publisher": member.department if member else None,
            **wording.in_each_language(
                "title", lambda: _("Report on the shipment “%(shipment)s”") % {"shipment": shipment}
            ),
        },
    )
    return source.add_statement(**wording.in_each_language("text", lambda: _told(checkpoint, user)))


def _told(checkpoint, user):
    words = {
        "kind": capfirst(checkpoint.get_kind_display()),
        "day": wording.day(checkpoint.reached_on),
        "person": history.person_name(user),
    }
    return _("%(kind)s: %(day)s, reported by %(person)s") % words


def follow(checkpoint):
    """Let the shipment follow a recorded checkpoint: its status and dates, in the transaction of the caller."""
    shipment = Shipment.objects.select_for_update().get(pk=checkpoint.shipment_id)
    if checkpoint.container_id is not None and not _all_passed(shipment, checkpoint.kind):
        return
    status, day = STATUSES[checkpoint.kind], checkpoint.reached_on
    if ORDER.index(status) > ORDER.index(shipment.status):
        shipment.status = status
    if checkpoint.kind == CheckpointKind.LOADED and shipment.dispatched_on is None:
        shipment.dispatched_on = day
    if checkpoint.kind in COME and shipment.arrived_on is None:
        shipment.arrived_on = day
    shipment.save()


def _all_passed(shipment, kind):
    """Whether every container of the shipment, of which none is missing on the list, has come as far."""
    later = STATIONS[STATIONS.index(kind) :]
    passed = shipment.containers.filter(checkpoints__kind__in=later).distinct().count()
    counted = shipment.quantity if shipment.unit_id == CONTAINER and shipment.quantity else 0
    return passed >= max(counted, shipment.containers.count())
