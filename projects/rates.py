"""Official exchange rates of the National Bank of Kazakhstan: read its XML, keep the rates, price amounts.

The bank publishes two shapes, and both are read: the RSS of today, where each item has its own
`pubDate`, and `<rates>` of any day, with one `<date>`. A rate is the tenge for `quant` units. On
days off, or for days that it does not have, the bank answers with `<error>`, `<info>` or nothing:
that is no error; amounts then take the last earlier rate, at most ten days old.
"""

import datetime
import http.client
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import Amount, Currency, ExchangeRate
from projects.models.base import EARLIEST
from projects.models.codelists import RATE_DAYS

ADDRESS = "https://nationalbank.kz/rss/get_rates.cfm?fdate={:%d.%m.%Y}"
TIMEOUT = 20  # seconds
SIZE_LIMIT = 5 * 1024 * 1024  # bytes; a day's feed has about 10 000
DEPTH_LIMIT = 10
LEAD = datetime.timedelta(days=10)  # how far ahead a rate may be dated: days off in a row
FALLBACK = datetime.timedelta(days=RATE_DAYS)  # how old a rate may be for an amount

CODE = re.compile(r"[A-Z]{3}")
RATE = re.compile(r"[0-9]{1,12}([.,][0-9]{1,6})?")
QUANT = re.compile(r"[0-9]{1,9}")
DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


class BadFeed(Exception):
    """The text is not a feed of rates that can be taken."""


class Unreachable(Exception):
    """The bank's site did not answer."""


class RatesDiffer(Exception):
    """A stored rate has another value: nothing was written."""


@dataclass
class Feed:
    """What a feed says: rates as {(currency code, day): (rate as published, quant)}, and what it left out."""

    rates: dict = field(default_factory=dict)
    skipped: int = 0  # items without a usable code, rate, quant or date
    remark: str = ""  # the bank's own words where it gives none


@dataclass
class Stored:
    """How many rates were added, replaced, or there before; of how many currencies that are not on the list;
    how many amounts were given their value in tenge."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    unlisted: int = 0
    priced: int = 0


def fetch(day):
    """The bank's answer for a day, as bytes.

    Raises:
        Unreachable: no network, no answer in time, or an answer that is an error.
    """
    try:
        with urllib.request.urlopen(ADDRESS.format(day), timeout=TIMEOUT) as answer:
            return answer.read(SIZE_LIMIT + 1)
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise Unreachable(str(getattr(error, "reason", "") or error)) from error


def parse(data):
    """A `Feed` from the bytes of either XML shape; of nothing, an empty one.

    Raises:
        BadFeed: too large, not XML, a document type (so no entity is ever expanded), another kind of
            XML, or two different rates of one currency for one day.
    """
    if len(data) > SIZE_LIMIT:
        raise BadFeed(_("The file is larger than %(megabytes)d MB.") % {"megabytes": SIZE_LIMIT // 1024**2})
    feed = Feed()
    if not data.strip():
        return feed
    root, common, items = _elements(data)
    if root not in ("rss", "rates"):
        raise BadFeed(_("This is not a feed of the National Bank: it holds neither <rss> nor <rates>."))
    feed.remark = " ".join(filter(None, (common.get("error"), common.get("info"))))
    latest = timezone.localdate() + LEAD
    for item in items:
        code, rate, quant = item.get("title", ""), item.get("description", ""), item.get("quant", "")
        day = _day(item.get("pubdate", "") if root == "rss" else common.get("date", ""))
        usable = CODE.fullmatch(code) and RATE.fullmatch(rate) and QUANT.fullmatch(quant) and day
        if not usable or not EARLIEST <= day <= latest:
            feed.skipped += 1
            continue
        published = Decimal(rate.replace(",", ".")), int(quant)
        if not all(published):
            feed.skipped += 1
        elif feed.rates.setdefault((code, day), published) != published:
            raise BadFeed(
                _("The feed has two different rates of %(currency)s for %(day)s.") % {"currency": code, "day": day}
            )
    return feed


def _elements(data):
    """The name of the root, the texts beside the items, and the texts of each item; names in lower case."""
    path, text, root, common, items = [], [], "", {}, []

    def start(name, attributes):
        nonlocal root
        path.append(name.lower())
        root = root or path[0]
        if len(path) > DEPTH_LIMIT:
            raise BadFeed(_("The file is nested too deeply for a feed of rates."))
        if path[-1] == "item":
            items.append({})
        text.clear()

    def end(name):
        path.pop()
        into = items[-1] if "item" in path else common
        into.setdefault(name.lower(), "".join(text).strip())
        text.clear()

    def refuse(*declaration):
        raise BadFeed(_("The file declares a document type. Such files are not read."))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadFeed(_("The file is not XML: %(error)s.") % {"error": error}) from error
    return root, common, items


def _day(text):
    match = DAY.fullmatch(text)
    try:
        return match and datetime.date(*map(int, reversed(match.groups())))
    except ValueError:
        return None


@transaction.atomic
def store(feed, *, replace=False):
    """Keep the rates of a feed and price the amounts that had none; the same rates again change nothing.

    Returns:
        Stored, the counts.

    Raises:
        RatesDiffer: a stored rate has another value and `replace` is off; nothing was written.
            Amounts that are priced already keep their rate even when it is replaced.
    """
    result = Stored()
    listed = set(Currency.objects.exclude(code="KZT").values_list("code", flat=True))
    wanted = {key: published for key, published in feed.rates.items() if key[0] in listed}
    result.unlisted = len({code for code, _day_ in feed.rates} - listed)
    if not wanted:
        return result
    days = {day for _code, day in wanted}
    there = ExchangeRate.objects.filter(origin=ExchangeRate.NATIONAL_BANK, day__in=days).select_for_update()
    stored = {(row.currency_id, row.day): row for row in there}
    differing = sorted(key for key, row in stored.items() if key in wanted and _published(row) != wanted[key])
    if differing and not replace:
        raise RatesDiffer(" ".join(_difference(stored[key], wanted[key]) for key in differing))
    for key in differing:
        stored[key].source_rate, stored[key].quant = wanted[key]
        stored[key].save()
    new = [
        ExchangeRate(currency_id=code, day=day, source_rate=rate, quant=quant)
        for (code, day), (rate, quant) in wanted.items()
        if (code, day) not in stored
    ]
    ExchangeRate.objects.bulk_create(new)
    result.added, result.replaced = len(new), len(differing)
    result.unchanged = len(wanted) - result.added - result.replaced
    result.priced = _price_amounts({code for code, _day_ in wanted}, min(days), max(days))
    return result


def _price_amounts(currencies, first, last):
    """Have the database price the amounts without a rate that rates of these days may price; return how many."""
    unpriced = Amount.objects.filter(rate=None, currency__in=currencies, as_of__range=(first, last + FALLBACK))
    before = unpriced.count()
    unpriced.update(rate=0)  # the trigger writes the official rate instead, or none
    return before - unpriced.count()


def _published(row):
    return row.source_rate, row.quant


def _difference(row, published):
    rate, quant = published
    return _("%(currency)s of %(day)s: %(stored)s is stored, the feed says %(given)s.") % {
        "currency": row.currency_id,
        "day": row.day,
        "stored": _plain(row.rate),
        "given": _plain(rate / quant),
    }


def _plain(rate):
    return f"{rate.normalize():f}"
