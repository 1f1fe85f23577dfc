"""The addresses of all other nouns: which filters, which sort keys, which form for a list and for one record."""

from projects import filters
from projects.api import nouns, parts, representations
from projects.api.projects import sorts
from projects.api.views import Detail, Listing
from projects.columns import nouns as columns
from projects.columns.base import name_key
from projects.models import (
    Agreement,
    Engagement,
    ExchangeRate,
    Indicator,
    Investor,
    Lead,
    Obligation,
    Place,
    Programme,
    Sector,
    Shipment,
    Source,
    Statement,
)


def _name(context):
    return name_key()


class Investors(Listing):
    filterset = filters.InvestorFilterSet
    representation = nouns.INVESTOR
    sorts = sorts(columns.by_name(columns.INVESTORS))
    default_sort = "name"


class OneInvestor(Detail):
    queryset = Investor.objects
    representation = nouns.INVESTOR_DETAIL


class Sectors(Listing):
    filterset = filters.SectorFilterSet
    representation = nouns.SECTOR
    sorts = {"position": "position", "code": "code", "name": _name}
    default_sort = "position"


class OneSector(Detail):
    queryset = Sector.objects
    representation = nouns.SECTOR
    key = "code"


class Places(Listing):
    filterset = filters.PlaceFilterSet
    representation = nouns.PLACE
    sorts = {"code": "code", "kind": "kind", "name": _name}
    default_sort = "code"


class OnePlace(Detail):
    queryset = Place.objects
    representation = nouns.PLACE
    key = "code"


class Programmes(Listing):
    filterset = filters.ProgrammeFilterSet
    representation = representations.PROGRAMME
    sorts = sorts(columns.by_name(columns.PROGRAMMES))
    default_sort = "name"


class OneProgramme(Detail):
    queryset = Programme.objects
    representation = representations.PROGRAMME_DETAIL
    key = "code"


class Obligations(Listing):
    """What each side owes; `state` and `share` are those of the day `as_of`, or of today."""

    filterset = filters.ObligationFilterSet
    representation = parts.OBLIGATION
    sorts = sorts(columns.by_name(columns.OBLIGATIONS))
    default_sort = "kind"


class OneObligation(Detail):
    queryset = Obligation.objects
    representation = parts.OBLIGATION_DETAIL

    def prepared(self, rows, context):
        return rows.with_state(context.day)


class Shipments(Listing):
    filterset = filters.ShipmentFilterSet
    representation = representations.SHIPMENT
    sorts = sorts(columns.by_name(columns.SHIPMENTS))
    default_sort = "-dispatched"


class OneShipment(Detail):
    queryset = Shipment.objects
    representation = representations.SHIPMENT_DETAIL


class Engagements(Listing):
    filterset = filters.EngagementFilterSet
    representation = nouns.ENGAGEMENT
    sorts = sorts(columns.by_name(columns.ENGAGEMENTS))
    default_sort = "-held"


class OneEngagement(Detail):
    queryset = Engagement.objects
    representation = nouns.ENGAGEMENT_DETAIL


class Agreements(Listing):
    filterset = filters.AgreementFilterSet
    representation = nouns.AGREEMENT
    sorts = sorts(columns.by_name(columns.AGREEMENTS))
    default_sort = "name"


class OneAgreement(Detail):
    queryset = Agreement.objects
    representation = nouns.AGREEMENT_DETAIL


class Leads(Listing):
    filterset = filters.LeadFilterSet
    representation = nouns.LEAD
    sorts = sorts(columns.by_name(columns.LEADS))
    default_sort = "name"


class OneLead(Detail):
    queryset = Lead.objects
    representation = nouns.LEAD_DETAIL


class Indicators(Listing):
    filterset = filters.IndicatorFilterSet
    representation = nouns.INDICATOR
    sorts = sorts(columns.by_name(columns.INDICATORS))
    default_sort = "name"


class OneIndicator(Detail):
    queryset = Indicator.objects
    representation = nouns.INDICATOR_DETAIL
    key = "code"


class Sources(Listing):
    filterset = filters.SourceFilterSet
    representation = nouns.SOURCE
    sorts = {"code": "code", "kind": "kind", "published": "published_on"}
    default_sort = "-published"


class OneSource(Detail):
    queryset = Source.objects
    representation = nouns.SOURCE_DETAIL
    key = "code"


class Statements(Listing):
    filterset = filters.StatementFilterSet
    representation = nouns.STATEMENT_ROW
    sorts = sorts(columns.by_name(columns.STATEMENTS))
    default_sort = "code"


class OneStatement(Detail):
    queryset = Statement.objects
    representation = nouns.STATEMENT_DETAIL
    key = "code"


class Rates(Listing):
    filterset = filters.RateFilterSet
    representation = nouns.RATE
    sorts = {"day": "day", "currency": "currency_id"}
    default_sort = "-day"

    def prepared(self, rows):
        return nouns.with_tenge(rows)


class OneRate(Detail):
    queryset = ExchangeRate.objects
    representation = nouns.RATE

    def prepared(self, rows, context):
        return nouns.with_tenge(rows)
