"""Days off of years that nobody has entered yet: what the law of today makes of them, to be confirmed by people."""

import holidays
from django.utils.translation import gettext_noop

from projects.cadence import moved_days
from projects.models import Holiday, ReportingPeriod
from projects.models.base import EARLIEST, LATEST

COUNTRY = "KZ"
NOT_ENTERED = gettext_noop(
    "No holidays are entered for %(year)s: deadlines of that year move for weekends only. "
    "Enter them, or let manage.py propose_holidays %(year)s propose them."
)
YEARS = range(EARLIEST.year, LATEST.year)


def proposed(year):
    """The days off of a year that the table lacks, not saved, unconfirmed, by day.

    Their names are those that the table has for the same day of another year, else Kazakh and English ones. What the
    table says of a day stands, also where it is worked; weekends moved by decree are nobody's to foresee.
    """
    days = {code: holidays.country_holidays(COUNTRY, years=year, language=code) for code in ("kk", "en_US")}
    moved = moved_days()
    known = {(row.day.month, row.day.day): row for row in Holiday.objects.filter(is_confirmed=True, is_working=False)}
    for day in sorted(days["kk"]):
        if day in moved or day.year != year:
            continue
        row = Holiday(day=day, name_kk=days["kk"][day], name_en=days["en_US"][day], is_confirmed=False)
        if same := known.get((day.month, day.day)):
            for name in ("name_kk", "name_ru", "name_en", "name_zh_hans"):
                setattr(row, name, getattr(same, name))
        yield row


def years_not_entered(day):
    """The years of deadlines from `day` on for which the table has no row."""
    due = ReportingPeriod.objects.filter(due_on__gte=day, closed_at=None, cycle__is_active=True)
    years = set(due.values_list("due_on__year", flat=True).distinct())
    return sorted(years - set(Holiday.objects.values_list("day__year", flat=True).distinct()))
