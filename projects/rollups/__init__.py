"""Reads that span models: totals that reconcile, counts. No request, no form, no template.

Money: announced, committed and disbursed are never added together; amounts of which nobody knows whether they
are part of another are listed apart; a programme's headline counts only where all its named projects are in the
set, and then only the part that its projects do not carry ("not allocated"). So, for any filter,
total = sum of the listed rows + not allocated.
"""

from projects.rollups.dimensions import DIMENSIONS, OF_PARTIES, labels
from projects.rollups.money import (
    CENT,
    COUNTS,
    CURRENCIES,
    KEPT_CURRENCY,
    KEPT_RATE,
    KINDS,
    RATES,
    RateUsed,
    Total,
    amount_total,
    converted,
    kept_columns,
    latest_rates,
    sum_of,
    with_listed_amounts,
)
from projects.rollups.portfolio import Portfolio, Rollup, totals
from projects.rollups.quantities import Quantity, latest_of, measured

__all__ = [
    "CENT",
    "COUNTS",
    "CURRENCIES",
    "DIMENSIONS",
    "KEPT_CURRENCY",
    "KEPT_RATE",
    "KINDS",
    "OF_PARTIES",
    "RATES",
    "Portfolio",
    "Quantity",
    "RateUsed",
    "Rollup",
    "Total",
    "amount_total",
    "converted",
    "kept_columns",
    "labels",
    "latest_of",
    "latest_rates",
    "measured",
    "sum_of",
    "totals",
    "with_listed_amounts",
]
