"""Days off of years that nobody has entered: said to administrators, proposed by a command, never against the table."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from projects import cadence, days_off
from projects.models import Holiday
from tests import factories

pytestmark = pytest.mark.django_db


def propose(year):
    out = io.StringIO()
    with translation.override("en"):
        call_command("propose_holidays", year, stdout=out)
    return out.getvalue()


def test_what_the_table_says_stands_and_the_rest_is_proposed():
    Holiday.objects.create(day="2027-03-08", name_ru="Синтетический праздник", name_kk="Синтетикалық мереке")
    Holiday.objects.create(day="2028-05-09", is_working=True)
    assert "proposed for 2028: 18" in propose(2028)
    assert "proposed for 2028: 0" in propose(2028)
    moved = cadence.moved_days()
    assert moved[datetime.date(2028, 5, 9)] is True
    assert moved[datetime.date(2028, 12, 18)] is False  # for Saturday the 16th
    assert moved[datetime.date(2028, 5, 5)] is False  # Kurban Ait, by the moon
    new = Holiday.objects.get(day="2028-03-08")
    assert (new.name_ru, new.name_kk, new.is_confirmed) == ("Синтетический праздник", "Синтетикалық мереке", False)
    assert Holiday.objects.get(day="2028-12-18").name_kk
    with pytest.raises(CommandError, match="from 1990 to 2099"):
        propose(1900)


def test_a_year_without_days_off_is_said_to_administrators(client):
    today = datetime.date.today()
    year = today.year + 1
    factories.reporting_period(
        start_on=today, end_on=today + datetime.timedelta(days=2), due_on=datetime.date(year, 2, 5)
    )
    assert days_off.years_not_entered(today) == [year]
    words = f"No holidays are entered for {year}"
    client.force_login(factories.administrator())
    assert words in client.get("/en/updates/").content.decode()
    assert words in client.get("/en/admin/projects/holiday/").content.decode()
    client.force_login(factories.editor())
    assert words not in client.get("/en/updates/").content.decode()
    propose(year)
    assert year not in days_off.years_not_entered(today)
