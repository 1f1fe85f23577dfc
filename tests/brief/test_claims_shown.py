"""What the brief claims of visits, demands, shipments, leads and indicators, each shown on a page with its statement.

One row of a table a claim: s12 to s34 and s39 to s52.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from projects.models import (
    Agreement,
    Engagement,
    Indicator,
    Lead,
    Obligation,
    Organisation,
    Programme,
    Shipment,
    Statement,
)
from tests import factories
from tests.pages import read

PROGRAMME = (Programme, "")
CEREMONY = (Engagement, "Ceremony for the dispatch")
SHANDONG = (Engagement, "Working group's visit to Shandong")
INVESTORS = (Engagement, "The akim's meeting with investors")
CLINIC = (Engagement, "Visit to the iKang Guobin")
TALKS = (Engagement, "Talks with the leadership of Jiangsu")
VEGA = (Organisation, "VEGA Power")
CONTAINERS = (Shipment, "First five containers")

# claim -> (page, value, unit, bound): a figure that leads to its statement.
FIGURES = {
    "s16": (PROGRAMME, "14", "{project}", "eq"),
    "s21": (PROGRAMME, "30000000.00", "USD", "eq"),
    "s23": (CONTAINERS, "5", "{container}", "eq"),
    "s24": (PROGRAMME, "10", "{product_type}", "gt"),
    "s33": ((Indicator, "Rank in the country"), "3", "{rank}", "eq"),
    "s43": ((Indicator, "Growth of foreign trade"), "25", "%", "eq"),
    "s44": ((Indicator, "Foreign trade turnover"), "88400000", "USD", "eq"),
}
# claim -> (page, words): what is shown together with the link to its statement.
FACTS = {
    "s13": (PROGRAMME, "Equipment dispatched"),
    "s15": (PROGRAMME, "Unified consortium of companies (not named in source)"),
    "s18": (SHANDONG, "Shandong"),
    "s25": (INVESTORS, "meeting"),
    "s26": ((Obligation, "REG"), "must", "no target set", "oral statement", INVESTORS[1]),
    "s27": ((Obligation, "TAX"), "must", "no target set", "oral statement", INVESTORS[1]),
    "s28": ((Obligation, "LOCAL_HIRE"), "must", "no target set", "oral statement", INVESTORS[1]),
    "s29": ((Obligation, "TRAINING"), "should", "no target set", "oral statement", INVESTORS[1]),
    "s31": (CLINIC, "visit"),
    "s39": (TALKS, "Xu Kunlin", "keen interest"),
    "s40": (TALKS, "Xu Kunlin", "has finished together", "not verified"),
    "s41": (TALKS, "talks", "Jiangsu"),
    "s42": ((Lead, "Direct links"), "Logistics", "Jiangsu", TALKS[1]),
    "s45": ((Lead, "Production of agricultural machinery"), "Agricultural machinery", TALKS[1]),
    "s46": ((Lead, "Production of motor vehicles"), "Automotive", TALKS[1]),
    "s47": ((Lead, "Processing of solid household waste"), "waste", TALKS[1]),
    "s48": ((Lead, "Processing of agricultural products"), "Agro-processing", TALKS[1]),
    "s49": ((Lead, "Building and renewal of treatment"), "treatment", "likely", TALKS[1]),
    "s50": ((Lead, "Logistics routes"), "corridor", TALKS[1]),
    "s51": ((Agreement, "To be in closer touch"), "verbal", TALKS[1]),
}
SECTORS = ("Energy", "Agrotechnology", "Oil and gas", "Construction", "Healthcare")  # s17, each with its link
# claim -> (page, words): what a page says beside the statement of its own record; the source has the statement itself.
BESIDE = {
    "s12": (CEREMONY, "Nariman Turegaliyev", "head"),
    "s14": (CONTAINERS, "Chinese consortium projects"),
    "s19": (SHANDONG, "technology"),
    "s20": (VEGA, "China"),
    "s22": (PROGRAMME, "VEGA Power: first phase"),
    "s30": (INVESTORS, "no target set"),
    "s32": (CLINIC, "Healthcare"),
    "s34": (CEREMONY, "Embassy", "support"),
    "s52": (TALKS, "Embassy", "support", "not stated"),
}
CLAIMS = [f"s{number}" for number in (*range(12, 35), *range(39, 53))]


@pytest.fixture
def main_of(brief):
    """The main part of the page of a record, found by how its name begins, as an analyst reads it in English."""
    client, seen = Client(), {}
    client.force_login(factories.analyst("synthetic-reader"))

    def get(wanted):
        if wanted not in seen:
            model, name = wanted
            if isinstance(model, str):
                address = model
            elif model is Obligation:
                address = Obligation.objects.get(kind=name).get_absolute_url()
            else:
                address = model.objects.get(name_en__startswith=name).get_absolute_url()
            seen[wanted] = read(client.get(address)).one("main")
        return seen[wanted]

    with translation.override("en"):
        yield get


def links(element, claim):
    return [link for link in element.all("a") if (link["href"] or "").endswith(f"#{claim}")]


def said_with(element, claim, *words):
    """Whether one row, item, list of facts or paragraph has the words and the link to the statement."""
    parts = [part for tag in ("tr", "li", "dl", "p") for part in element.all(tag) if links(part, claim)]
    return any(all(word.lower() in part.text.lower() for word in words) for part in parts)


def test_every_claim_is_in_one_of_the_tables():
    assert sorted([*FIGURES, *FACTS, *BESIDE, "s17"]) == sorted(CLAIMS)


def test_figures(main_of):
    for claim, (wanted, value, unit, bound) in FIGURES.items():
        shown = [figure for link in links(main_of(wanted), claim) for figure in link.all("data")]
        found = {(figure["value"], figure["data-unit"], figure["data-bound"]) for figure in shown}
        assert (value, unit, bound) in found, (claim, found)


def test_facts(main_of):
    missing = [claim for claim, (wanted, *words) in FACTS.items() if not said_with(main_of(wanted), claim, *words)]
    missing += [name for name in SECTORS if not said_with(main_of(PROGRAMME), "s17", name)]
    assert not missing


def test_what_is_said_beside(main_of):
    for claim, (wanted, *words) in BESIDE.items():
        text = main_of(wanted).text.lower()
        assert all(word.lower() in text for word in words), (claim, words, text)
        statement = Statement.objects.select_related("source").get(code=claim)
        row = main_of((reverse("source-detail", args=[statement.source.code]), "")).one(id=claim)
        assert statement.text_en in row.text, claim
