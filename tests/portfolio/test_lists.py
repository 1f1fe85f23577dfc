"""The projects list as a page: its marks, totals, facets, chips, columns, sort, and that all of it works as links."""

import gzip
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client

from projects.columns.projects import DEFAULT_COLUMNS, PROJECT_COLUMNS
from projects.filters import ProjectFilterSet
from projects.filters.projects import FACETS
from projects.models import Amount, Project
from tests import factories
from tests.pages import figures, read, references
from tests.test_filters import NOW, make_portfolio

LANGUAGES = ["kk", "ru", "en", "zh-hans"]
BOUNDS = {"eq", "gt", "ge", "lt", "le", "approx"}


@pytest.fixture(scope="module")
def _portfolio_of_the_module(of_the_module):
    return make_portfolio()


@pytest.fixture
def reader(_portfolio_of_the_module, db):
    """An analyst's client, with the portfolio of the tests of filters in the database."""
    client = Client()
    client.user = _portfolio_of_the_module["me"]
    client.force_login(client.user)
    with time_machine.travel(NOW, tick=False):
        yield client


def listed(client, query="", language="en"):
    return read(client.get(f"/{language}/projects/?{query}"))


def parameters(url):
    return sorted(parse_qsl(urlsplit(url).query, keep_blank_values=True))


# ---- Rows and figures -----------------------------------------------------------------------


def test_rows_are_marked_by_reference(reader):
    assert references(listed(reader)) == ["A", "B", "C", "D", "E"]
    assert references(listed(reader, "placeholders=only")) == ["P"]


def test_every_figure_says_what_it_is_and_rests_on_something(reader):
    found = figures(listed(reader, "columns=" + ",".join(PROJECT_COLUMNS)))
    assert len(found) == 8
    for figure in found:
        assert figure["data-bound"] in BOUNDS
        assert figure["data-unit"] and figure["data-kind"]
        assert figure["value"] == "" or Decimal(figure["value"]).is_finite()
        assert figure.inside("a")["href"]


def test_a_figure_that_is_one_statement_leads_to_it(reader):
    (row,) = (row for row in listed(reader).all("tr", data_reference="A"))
    figure = row.one("data", class_="figure")
    amount = Amount.objects.get(project__reference="A")
    assert figure.attributes == {
        "class": "figure",
        "value": "1000.00",
        "data-unit": "KZT",
        "data-kind": "announced",
        "data-bound": "eq",
    }
    assert figure.inside("a")["href"] == f"/en/sources/{amount.statement.source.code}/#{amount.statement.code}"
    assert figure.text == "KZT 1,000"


def test_a_figure_that_is_a_sum_leads_to_what_it_adds(reader):
    (row,) = listed(reader).all("tr", data_reference="D")
    announced, disbursed = row.all("data", class_="figure")
    assert (announced["value"], announced["data-count"], disbursed["value"]) == ("500.00", "2", "7.00")
    assert announced.inside("a")["href"] == "/en/projects/D/#money"


def test_what_is_unknown_says_so_and_is_no_zero(reader):
    (row,) = listed(reader, "columns=name,sector,place,stage,status,announced,investors,starts,ends,curator").all(
        "tr", data_reference="C"
    )
    name, *cells, ends, curator = row.all("td")
    assert name.text == "Қазталов жобасы"
    assert [cell.text for cell in (*cells, curator)] == ["not stated in source"] * 8
    assert ends.text == "21 November 2026"
    assert all(cell.one("span")["class"] == "unknown" for cell in cells)


# ---- Totals ---------------------------------------------------------------------------------


def totals(page):
    return {figure["data-total"]: figure for figure in page.all("data", data_total=True) if figure.inside("section")}


def test_totals_tell_what_they_add(reader):
    found = totals(listed(reader))
    assert {
        kind: [sum[name] for name in ("value", "data-count", "data-missing", "data-lower-bounds", "data-unconverted")]
        for kind, sum in found.items()
    } == {
        "announced": ["1500.00", "3", "3", "0", "0"],
        "committed": ["270000.00", "1", "4", "0", "0"],
        "disbursed": ["7.00", "1", "4", "0", "0"],
    }
    assert found["announced"].inside("a")["href"] == "/en/projects/#results"


def test_totals_are_those_of_the_rows_on_any_page(reader):
    for query in ("", "sector=SYN-E", "status__not=cancelled", "q=вега", "missing=announced"):
        page = listed(reader, query)
        for kind, total in totals(page).items():
            column = DEFAULT_COLUMNS.index(kind)
            rows = [figure for row in page.all("tr", data_reference=True) for figure in figures(row.all("td")[column])]
            in_tenge = sum(Decimal(figure["value"]) for figure in rows)
            assert Decimal(total["value"] or 0) == in_tenge, query


def test_no_data_is_not_zero(reader):
    total = totals(listed(reader, "missing=disbursed"))["disbursed"]
    assert (total["value"], total.text, total["data-count"]) == ("", "no data", "0")


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("currency=USD", ["2.78", "500.00", "0.01"]),  # at 540, each amount rounded by itself
        ("currency=USD&rate=today", ["2.78", "500.00", "0.01"]),
        ("currency=CNY", ["", "", ""]),
        ("rate=today", ["1500.00", "270000.00", "7.00"]),
    ],
)
def test_totals_in_another_currency(reader, query, values):
    found = totals(listed(reader, query))
    assert [total["value"] for total in found.values()] == values
    if "CNY" in query:
        assert [total["data-unconverted"] for total in found.values()] == ["3", "1", "1"]
    assert {total["data-unit"] for total in found.values()} == {query[9:12] if "currency" in query else "KZT"}


def test_todays_rate_is_named(reader):
    assert "1 USD = 540" in listed(reader, "rate=today").text.replace("\u00a0", " ")
    assert "10 October 2025" in listed(reader, "rate=today").text


def test_a_headline_counts_with_all_its_projects_and_shows_its_rest(reader):
    programme = Project.objects.get(reference="A").programme
    whole = factories.amount(programme=programme, value=5000, bound="gt")
    Amount.objects.filter(project__reference="A").update(included_in=whole, inclusion="yes")
    page = listed(reader, "programme=syn-one")
    total = totals(page)["announced"]
    assert (total["value"], total["data-bound"], total["data-lower-bounds"]) == ("5000.00", "gt", "1")
    (rest,) = [figure for figure in page.all("data", data_total="announced") if not figure.inside("section")]
    assert (rest["value"], rest["data-bound"]) == ("4000.00", "gt")
    assert rest.inside("a")["href"] == "/en/programmes/syn-one/"


# ---- Facets ---------------------------------------------------------------------------------


def facets(page):
    return page.all("a", data_facet=True)


@pytest.mark.parametrize("query", ["", "placeholders=include", "overdue=1", "q=вега", "status__not=cancelled"])
def test_a_facets_count_is_what_its_link_gives(reader, query):
    found = facets(listed(reader, query))
    assert {facet["data-facet"] for facet in found} <= FACETS.keys()
    assert len(found) > 5
    for facet in found:
        rows = ProjectFilterSet(QueryDict(urlsplit(facet["href"]).query), user=reader.user).rows()
        assert rows.count() == int(facet["data-count"]), facet
    assert len(references(read(reader.get(facet["href"])))) == rows.count()


def test_facets_count_without_their_own_filter(reader):
    def counts(query):
        return {
            facet["data-value"]: facet["data-count"]
            for facet in facets(listed(reader, query))
            if facet["data-facet"] == "sector"
        }

    assert counts("sector=SYN-H") == counts("") == {"SYN-E": "4", "SYN-E1": "2", "SYN-H": "1", "": "1"}
    assert counts("overdue=1&sector__empty=1") == {"SYN-E": "1", "SYN-H": "1", "": "1"}


def test_a_place_counts_what_lies_in_it(reader):
    found = {f["data-value"]: f["data-count"] for f in facets(listed(reader)) if f["data-facet"] == "place"}
    assert found == {"273600000": "2", "SYN-SITE": "1", "276600000": "1", "KZ-27": "4", "": "1"}


def test_a_chosen_value_is_marked_and_its_link_takes_it_back(reader):
    page = listed(reader, "sector=SYN-H&sector=SYN-E1&place=KZ-27")
    chosen = [facet for facet in facets(page) if facet["aria-current"]]
    assert {facet["data-value"] for facet in chosen} == {"SYN-H", "SYN-E1"}
    (health,) = [facet for facet in chosen if facet["data-value"] == "SYN-H"]
    assert parameters(health["href"]) == [("place", "KZ-27"), ("sector", "SYN-E1")]


def test_of_a_facet_with_many_values_all_are_one_click_away(reader, monkeypatch):
    monkeypatch.setattr("projects.portfolio.projects.FACET_VALUES", 2)
    page = listed(reader)
    assert len([f for f in facets(page) if f["data-facet"] == "place"]) == 2
    (address,) = (a["href"] for a in page.all("a") if a.text == "all values" and "whole=place" in a["href"])
    found = facets(read(reader.get(address)))
    assert [len([f for f in found if f["data-facet"] == name]) for name in ("place", "sector")] == [5, 2]


def test_places_that_occur_are_offered_first_with_their_number(reader):
    def offered(query=""):
        groups = read(reader.get(f"/en/investors/?{query}")).one("select", name="country").all("optgroup")
        return [[option["value"] for option in group.all("option")] for group in groups], groups

    (occurring, others), groups = offered("country=KZ")
    assert occurring == ["CN", "KZ"] and "CN" not in others
    assert [group["label"] for group in groups] == ["In this list", "Others"]
    assert groups[0].all("option")[0].text.endswith(" · 2")
    assert groups[0].one("option", selected=True)["value"] == "KZ"


def test_a_chosen_place_that_does_not_occur_stays_chosen(reader):
    factories.country("FR")
    page = read(reader.get("/en/investors/?country=FR"))
    assert [chip.text for chip in page.all("a", class_="chip")] == ["Country: Synthetic FR Remove this filter"]
    assert [option["value"] for option in page.one("select", name="country").all("option", selected=True)] == ["FR"]


# ---- Chips ----------------------------------------------------------------------------------

CHIPPED = (
    "q=вега&sector=SYN-E&sector=SYN-H&place=270000000&stage__not=construction&status__empty=1&curator=me"
    "&announced_min=1&starts_after=2026-01-01&overdue=1&missing=stage&missing=status&placeholders=include"
    "&sort=-name&currency=USD&after="
)


def chips(page):
    return page.all("a", class_="chip")


def test_a_chip_removes_exactly_its_value(reader):
    before = parameters("?" + CHIPPED)
    found = chips(listed(reader, CHIPPED))
    assert len(found) == 13
    removed = []
    for chip in found:
        after = parameters(chip["href"])
        (gone,) = [pair for pair in before if pair not in after and pair != ("after", "")]
        assert sorted([*after, gone]) == [pair for pair in before if pair != ("after", "")]
        removed.append(gone)
    assert sorted(removed) == [pair for pair in before if pair[0] not in ("sort", "currency", "after")]


def test_chips_speak_in_words(reader):
    texts = [chip.text.removesuffix(" Remove this filter") for chip in chips(listed(reader, CHIPPED))]
    assert "Sector: Synthetic SYN-E" in texts
    assert "Place: Synthetic KZ-27" in texts
    assert "Stage (not): Synthetic construction" in texts
    assert "Status (not stated):" in texts
    assert "Curator: synthetic-me" in texts
    assert "Overdue: yes" in texts
    assert "Missing: status" in texts
    assert any(text.endswith(": 1 January 2026") for text in texts)


def test_all_filters_are_removed_at_once(reader):
    clear = listed(reader, CHIPPED).one("a", class_="chips-clear")
    assert parameters(clear["href"]) == [("currency", "USD"), ("sort", "-name")]
    assert not listed(reader).all("a", class_="chips-clear")


# ---- Columns and sort -----------------------------------------------------------------------


def heads(page):
    (table,) = (table for table in page.all("table") if table.all("tr", data_reference=True))
    return [head.text for head in table.all("th", scope="col")]


def test_columns_are_chosen_in_their_order(reader):
    assert len(heads(listed(reader))) == len(DEFAULT_COLUMNS)
    assert heads(listed(reader, "columns=announced,name,name"))[:2] == ["Announced", "Project"]
    everything = listed(reader, "columns=" + ",".join(PROJECT_COLUMNS))
    assert len(heads(everything)) == len(PROJECT_COLUMNS)


def test_every_column_can_be_put_in_and_taken_out(reader):
    page = listed(reader, "columns=reference,name&q=вега")
    items = [item for item in page.all("a", class_="menu-check") if "columns=reference%2Cname&" not in item["href"]]
    menu = {item.text: item for item in items}
    assert len(menu) == len(PROJECT_COLUMNS)
    assert heads(read(reader.get(menu["Curator"]["href"]))) == ["Reference", "Project", "Curator"]
    less = read(reader.get(menu["Reference"]["href"]))
    assert heads(less) == ["Project"]
    assert references(less) == references(page)


@pytest.mark.parametrize("sort", [name for name, column in PROJECT_COLUMNS.items() if column.sort is not None])
def test_a_click_on_a_head_sorts_by_it_and_back(reader, sort):
    page = listed(reader, f"columns={','.join(PROJECT_COLUMNS)}&sort={sort}")
    (head,) = [head for head in page.all("th") if head["aria-sort"]]
    assert head["aria-sort"] == "ascending"
    back = read(reader.get(head.one("a")["href"]))
    (head,) = [head for head in back.all("th") if head["aria-sort"]]
    assert head["aria-sort"] == "descending"
    assert sorted(references(back)) == sorted(references(page)) == ["A", "B", "C", "D", "E"]


# ---- Other pages of it ----------------------------------------------------------------------


def test_a_switch_of_language_keeps_the_query(reader):
    query = "sector=SYN-E&q=%D0%B2%D0%B5%D0%B3%D0%B0&sort=-reference"
    for language in LANGUAGES:
        page = listed(reader, query, language)
        assert references(page) == references(listed(reader, query))
        links = {link["lang"]: link["href"] for link in page.all("a", hreflang=True)}
        assert links == {code: f"/{code}/projects/?{query}" for code in LANGUAGES}


def test_the_search_field_keeps_the_other_filters(reader):
    page = listed(reader, "sector=SYN-E&q=gas&sort=name&after=&unknown=1")
    form = page.one("main").one("form", role="search")
    assert form["action"] == "/en/projects/" and form["method"] == "get"
    fields = [(field["name"], field["value"]) for field in form.all("input")]
    assert fields == [("q", "gas"), ("sector", "SYN-E"), ("sort", "name"), ("unknown", "1")]


def test_more_filters_keep_the_facets(reader):
    page = listed(reader, "sector=SYN-E&status__empty=1&announced_min=1&after=")
    (form,) = [form for form in page.one("main").all("form") if form.all(name="announced_max")]
    hidden = [(field["name"], field["value"]) for field in form.all("input", type="hidden")]
    assert hidden == [("sector", "SYN-E"), ("status__empty", "1")]
    assert form.one("input", name="announced_min")["value"] == "1"


def test_what_a_form_sends_empty_asks_for_nothing(reader):
    empty = "q=&announced_min=&announced_max=&starts_after=&starts_before=&overdue=&placeholders="
    assert references(listed(reader, empty)) == references(listed(reader))
    assert not chips(listed(reader, empty))


def test_without_rows_there_is_a_way_back(reader):
    page = listed(reader, "q=nothing")
    assert references(page) == []
    assert "No rows" in page.text
    assert any(link["href"] == "/en/projects/" for link in page.one("main").all("a"))


def test_next_and_previous_are_links(reader):
    Project.objects.bulk_create(
        Project(reference=f"SYN-{n}", name_en=f"Synthetic {n}", main_sector_id="SYN-H") for n in range(60)
    )
    page = listed(reader, "per_page=25&sector=SYN-H")
    assert not page.all("a", rel="prev")
    seen = [references(page)]
    while following := page.all("a", rel="next"):
        page = read(reader.get(following[0]["href"]))
        seen.append(references(page))
        assert totals(page)["committed"]["value"] == "270000.00"
    assert [len(rows) for rows in seen] == [25, 25, 11]
    assert references(read(reader.get(page.one("a", rel="prev")["href"]))) == seen[1]
    assert len({*seen[0], *seen[1], *seen[2]}) == 61
    sizes = {link.text: link["href"] for link in page.one("p", class_="pager-size").all("a")}
    assert parameters(sizes["100"]) == [("per_page", "100"), ("sector", "SYN-H")]


def test_a_swap_gets_the_same_rows(reader):
    """The same address answers a click that swaps the results, and one that opens the page."""
    swapped = read(reader.get("/en/projects/?sector=SYN-E", headers={"HX-Request": "true", "HX-Boosted": "true"}))
    assert references(swapped) == references(listed(reader, "sector=SYN-E"))
    assert swapped.one(id="results")["hx-select"] == "#results"
    restored = reader.get("/en/projects/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert len(references(read(restored))) == 5


# ---- Over a slow line -----------------------------------------------------------------------


def test_a_swap_asks_for_the_results_alone(reader):
    """With them go the title and the addresses of the other languages, which change with the query string."""
    whole = reader.get("/en/projects/?status=delayed").text
    swap = reader.get("/en/projects/?status=delayed", headers={"HX-Request": "true", "HX-Target": "results"}).text
    assert (swap.count('id="results"'), swap.count('id="languages"'), swap.count("<title>")) == (1, 1, 1)
    assert 'class="masthead"' not in swap and "<html" not in swap
    cut = slice(swap.index('<div class="results"'), None)
    assert swap[cut].strip() in whole


def test_pages_are_compressed_and_what_has_an_etag_is_not(reader):
    accepted = {"Accept-Encoding": "gzip"}
    page = reader.get("/ru/projects/?per_page=25", headers=accepted)
    assert page.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(page.content).decode().count("<tr data-reference") == 5
    assert len({len(reader.get("/ru/projects/?per_page=25", headers=accepted).content) for _turn in range(8)}) > 1
    swap = reader.get("/ru/projects/", headers={**accepted, "HX-Request": "true", "HX-Target": "results"})
    assert len(swap.content) < 12_000 < len(gzip.decompress(swap.content))
    record = reader.get("/api/v1/projects/A/", headers=accepted)
    assert not record.headers["ETag"].startswith("W/") and "Content-Encoding" not in record.headers
    assert reader.get("/api/v1/projects/", headers=accepted).headers["Content-Encoding"] == "gzip"
    file = reader.get("/en/projects/export.xlsx", headers=accepted)
    assert b"".join(file.streaming_content).startswith(b"PK") and "Content-Encoding" not in file.headers
