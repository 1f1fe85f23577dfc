"""Rates of the National Bank: both shapes of its XML, what it does on days off, and what must not be read."""

import datetime
import io
import urllib.error
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from projects import rates
from projects.models import Amount, Currency, ExchangeRate
from projects.models.codelists import RATE_DAYS
from tests import factories

DAY = datetime.date(2025, 10, 10)

OF_A_DAY = """<?xml version="1.0" encoding="utf-8"?>
<rates>
  <generator>Synthetic</generator><title>Official rates</title><description>1.00</description>
  <date>10.10.2025</date>
  <item><fullname>ДОЛЛАР США</fullname><title>USD</title><description>540.00</description><quant>1</quant>
    <index>UP</index><change>+1.25</change></item>
  <item><fullname>ЮЖНО-КОРЕЙСКИХ ВОН</fullname><title>KRW</title><description>38,12</description><quant>100</quant>
    <index/><change/></item>
</rates>"""

OF_TODAY = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
  <title>Official rates</title><link>https://nationalbank.kz</link><description>2.00</description>
  <item><title>USD</title><pubDate>10.10.2025</pubDate><description>540.00</description><quant>1</quant>
    <index>UP</index><change>+1.25</change><link/></item>
  <item><title>CNY</title><pubDate>11.10.2025</pubDate><description>75.81</description><quant>1</quant></item>
</channel></rss>"""


@pytest.fixture(autouse=True)
def read_in_english():
    with translation.override("en"):
        yield


def of_a_day(*items, day="10.10.2025"):
    return f"<rates><date>{day}</date>{''.join(items)}</rates>".encode()


def item(title="USD", description="540.00", quant="1"):
    return f"<item><title>{title}</title><description>{description}</description><quant>{quant}</quant></item>"


@pytest.fixture
def currencies(db):
    for code in ("KZT", "USD", "CNY", "KRW"):
        factories.currency(code)


@pytest.fixture
def saved(tmp_path):
    def save(data):
        path = tmp_path / "rates.xml"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    return save


def load(*args, **options):
    out = io.StringIO()
    call_command("load_rates", *args, stdout=out, **options)
    return out.getvalue()


# ---- Reading --------------------------------------------------------------------------------


def test_rates_of_a_day():
    feed = rates.parse(OF_A_DAY.encode())
    assert feed.rates == {("USD", DAY): (Decimal("540.00"), 1), ("KRW", DAY): (Decimal("38.12"), 100)}
    assert feed.skipped == 0


def test_rss_of_today_dates_each_item():
    feed = rates.parse(OF_TODAY.encode())
    assert feed.rates == {
        ("USD", DAY): (Decimal("540.00"), 1),
        ("CNY", DAY + datetime.timedelta(days=1)): (Decimal("75.81"), 1),
    }


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1251", "utf-8-sig"])
def test_other_encodings(encoding):
    name = encoding.removesuffix("-sig")
    data = OF_A_DAY.replace('encoding="utf-8"', f'encoding="{name}"').encode(encoding)
    assert len(rates.parse(data).rates) == 2


@pytest.mark.parametrize("data", [b"", b"  \n", of_a_day(), b"<rates><error>no data</error></rates>"])
def test_no_rates_is_no_error(data):
    feed = rates.parse(data)
    assert (feed.rates, feed.skipped) == ({}, 0)


@pytest.mark.parametrize("word", ["error", "info"])
def test_the_banks_own_words_are_kept(word):
    feed = rates.parse(f"<rates><{word}>На этот день курсов нет</{word}></rates>".encode())
    assert feed.remark == "На этот день курсов нет" and not feed.rates


@pytest.mark.parametrize(
    "bad",
    [
        item(title="usd"),
        item(title="USDX"),
        item(title=""),
        item(description=""),
        item(description="0"),
        item(description="-540"),
        item(description="nan"),
        item(description="1e5"),
        item(description="540.00.1"),
        item(description="9" * 30),
        item(quant="0"),
        item(quant=""),
        item(quant="1.5"),
        item(quant="9" * 12),
        "<item><title>USD</title><description>540</description></item>",
        "<item/>",
    ],
)
def test_an_item_that_is_no_rate_is_left_out_and_counted(bad):
    feed = rates.parse(of_a_day(bad, item("CNY", "75.81")))
    assert list(feed.rates) == [("CNY", DAY)] and feed.skipped == 1


@pytest.mark.parametrize("day", ["", "2025-10-10", "32.10.2025", "10.13.2025", "10.10.25", "10.10.1925", "10.10.9999"])
def test_a_day_that_is_none_leaves_the_items_out(day):
    feed = rates.parse(of_a_day(item(), day=day))
    assert (feed.rates, feed.skipped) == ({}, 1)


def test_a_description_outside_the_items_is_not_a_rate():
    assert ("USD", DAY) in rates.parse(OF_A_DAY.encode()).rates
    assert all(rate != Decimal("1.00") for rate, _quant in rates.parse(OF_A_DAY.encode()).rates.values())


def test_the_same_rate_twice_is_one_and_two_different_ones_are_refused():
    assert len(rates.parse(of_a_day(item(), item())).rates) == 1
    with pytest.raises(rates.BadFeed, match="USD"):
        rates.parse(of_a_day(item(), item(description="541")))


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body>404</body></html>",
        b"<rates><date>",
        b"not xml",
        b"\x00\x01\x02",
        b'<?xml version="1.0" encoding="no-such"?><rates/>',
        b"<rates>" + b"<a>" * 50,
    ],
)
def test_another_kind_of_file_is_refused(data):
    with pytest.raises(rates.BadFeed):
        rates.parse(data)


def test_entities_are_never_expanded(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("999.99")
    outside = f'<!DOCTYPE r [<!ENTITY e SYSTEM "file://{secret}">]>'
    laughs = (
        "<!DOCTYPE r [<!ENTITY a 'ha'>"
        + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
        + "]>"
    )
    for declaration in (outside, laughs, '<!DOCTYPE rates SYSTEM "http://localhost/rates.dtd">'):
        with pytest.raises(rates.BadFeed, match="document type"):
            rates.parse(f"{declaration}<rates><date>10.10.2025</date>{item(description='&e;')}</rates>".encode())


def test_a_file_over_five_megabytes_is_refused():
    with pytest.raises(rates.BadFeed, match="5 MB"):
        rates.parse(b" " * (5 * 1024 * 1024 + 1))


# ---- Keeping --------------------------------------------------------------------------------


def test_a_rate_is_for_one_unit(currencies, saved):
    load(saved(OF_A_DAY))
    krw = ExchangeRate.objects.get(currency="KRW")
    assert (krw.source_rate, krw.quant, krw.rate, krw.origin) == (Decimal("38.12"), 100, Decimal("0.3812"), "nbk")


def test_the_same_file_again_changes_nothing(currencies, saved):
    load(saved(OF_A_DAY))
    events = ExchangeRate._meta.get_field("events").related_model.objects
    assert events.count() == 2
    assert "0 added, 0 replaced, 2 as before" in load(saved(OF_A_DAY))
    assert events.count() == 2


def test_another_rate_for_a_stored_day_is_refused_unless_asked_for(currencies, saved):
    load(saved(OF_A_DAY))
    changed = saved(OF_A_DAY.replace("540.00", "541.50").replace("KRW", "CNY"))
    with pytest.raises(CommandError, match=r"USD of 2025-10-10: 540 is stored, the feed says 541\.5"):
        load(changed)
    assert ExchangeRate.objects.count() == 2 and ExchangeRate.objects.get(currency="USD").rate == 540
    assert "1 added, 1 replaced" in load(changed, replace=True)
    usd = ExchangeRate.objects.get(currency="USD")
    assert (usd.rate, usd.version) == (Decimal("541.5"), 2)


def test_the_same_rate_written_otherwise_is_the_same(currencies, saved):
    load(saved(OF_A_DAY))
    assert "2 as before" in load(saved(OF_A_DAY.replace("540.00", "540,000")))


def test_a_rate_entered_by_hand_stands_beside_the_banks(currencies, saved):
    factories.exchange_rate(currency="USD", day=DAY, source_rate=539, origin="manual")
    load(saved(OF_A_DAY))
    assert ExchangeRate.objects.filter(currency="USD").count() == 2


def test_currencies_that_are_not_listed_and_the_tenge_are_left_out(currencies, saved):
    assert "2 currencies not on the list" in load(saved(of_a_day(item("AMD", "139"), item("KZT", "1"), item())))
    assert not Currency.objects.filter(code="AMD").exists()
    assert ExchangeRate.objects.count() == 1


# ---- The amounts of the brief ---------------------------------------------------------------


def test_the_thirty_million_get_their_tenge_once(brief, saved):
    dollars = Amount.objects.get(currency="USD")
    assert (dollars.rate, dollars.value_kzt) == (None, None)
    assert "tenge: 1." in load(saved(OF_A_DAY))
    dollars.refresh_from_db()
    assert (dollars.rate, dollars.rate_on, dollars.value_kzt) == (540, DAY, Decimal("16200000000.00"))
    version = dollars.version
    load(saved(OF_A_DAY.replace("540.00", "443.62")), replace=True)
    dollars.refresh_from_db()
    assert (dollars.value_kzt, dollars.version) == (Decimal("16200000000.00"), version)


def test_the_database_looks_as_many_days_back(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'tracker_rate_row'")
        assert f"r.day >= on_day - {RATE_DAYS}" in cursor.fetchone()[0]


def test_the_last_earlier_rate_of_ten_days_counts(brief, saved):
    load(saved(OF_A_DAY.replace("10.10.2025", "30.09.2025")))
    dollars = Amount.objects.get(currency="USD")
    assert (dollars.rate, dollars.rate_on) == (540, datetime.date(2025, 9, 30))


@pytest.mark.parametrize("day", ["29.09.2025", "11.10.2025"])
def test_an_older_or_a_later_rate_leaves_the_amount_untouched(brief, saved, day):
    before = Amount.objects.values().get(currency="USD")
    assert "tenge: 0." in load(saved(OF_A_DAY.replace("10.10.2025", day)))
    assert Amount.objects.values().get(currency="USD") == before
    assert Amount._meta.get_field("events").related_model.objects.filter(currency="USD").count() == 1


# ---- The command ----------------------------------------------------------------------------


def answering(monkeypatch, data):
    asked = []

    def open_(address, timeout):
        asked.append((address, timeout))
        if isinstance(data, Exception):
            raise data
        return io.BytesIO(data)

    monkeypatch.setattr(rates.urllib.request, "urlopen", open_)
    return asked


@pytest.mark.parametrize("day", ["2025-10-10", "10.10.2025"])
def test_a_day_is_fetched(currencies, monkeypatch, day):
    asked = answering(monkeypatch, OF_A_DAY.encode())
    load(date=day)
    assert asked == [("https://nationalbank.kz/rss/get_rates.cfm?fdate=10.10.2025", rates.TIMEOUT)]
    assert ExchangeRate.objects.count() == 2


@pytest.mark.parametrize(
    "error", [urllib.error.URLError("no network"), TimeoutError("timed out"), ConnectionResetError("reset")]
)
def test_no_network_is_said_plainly(currencies, monkeypatch, error):
    answering(monkeypatch, error)
    with pytest.raises(CommandError, match="did not answer"):
        load(date="2025-10-10")


def test_a_day_off_is_said_plainly(currencies, monkeypatch):
    answering(monkeypatch, "<rates><info>Выходной день</info></rates>".encode())
    assert "last earlier" in load(date="2025-10-12")


def test_an_answer_for_another_day_is_refused(currencies, monkeypatch):
    answering(monkeypatch, OF_A_DAY.encode())
    with pytest.raises(CommandError, match="another day"):
        load(date="2025-10-11")
    assert not ExchangeRate.objects.exists()


def test_a_file_of_bad_items_is_an_error(currencies, saved):
    with pytest.raises(CommandError, match="None of the 1 items"):
        load(saved(of_a_day(item(description="n/a"))))


@pytest.mark.parametrize("date", ["yesterday", "2025-13-01", "10/10/2025"])
def test_a_day_that_is_no_date_is_refused(currencies, date):
    with pytest.raises(CommandError, match="not a date"):
        load(date=date)


def test_a_missing_file_is_said_plainly(currencies, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        load(str(tmp_path / "nothing.xml"))
