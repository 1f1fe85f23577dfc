"""The query string of the projects list: each parameter against the rows it must give, and what cannot be read."""

import datetime

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects import filters
from projects.filters import ProjectFilterSet
from projects.lacks import LACKS
from projects.models import Metric, Project
from tests import factories
from tests.pages import read
from tracker.errors import BadParameter

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def _portfolio_of_the_module(of_the_module):
    return make_portfolio()


@pytest.fixture
def portfolio(_portfolio_of_the_module, db):
    """Five projects A to E that differ in every filter, a placeholder P; name -> row of what filters ask for by key."""
    with time_machine.travel(NOW, tick=False):
        yield _portfolio_of_the_module


def make_portfolio():
    energy = factories.sector("SYN-E")
    gas, health = factories.sector("SYN-E1", parent=energy), factories.sector("SYN-H")
    factories.sector("SYN-EMPTY")
    region = factories.region(kato="270000000")
    borli, terekti = factories.place("273600000"), factories.place("276600000", name_ru="Синтетический район")
    site = factories.place("SYN-SITE", parent=borli, kind="site", kato="")
    china, shandong = factories.country(), factories.place("CN-SD", kind="province", parent=factories.country())
    factories.place("CN-JS", kind="province", parent=china)
    works, design = factories.stage("construction"), factories.stage("design", "pre_construction", position=1)
    factories.exchange_rate()
    one, two = factories.programme(code="syn-one"), factories.programme(code="syn-two")
    me, other = factories.analyst("synthetic-me"), factories.editor("synthetic-other", places=[])
    vega = factories.investor(name_en="Synthetic Vega", name_ru="Синтетическая Вега", country=china, province=shandong)
    kazakh = factories.investor(name_en="Synthetic Kazakh", country=factories.country("KZ"))
    stateless = factories.investor(name_en="Synthetic Stateless")

    a = factories.project(
        reference="A",
        name_en="Synthetic gas station",
        name_ru="Синтетическая газовая станция",
        name_kk="Синтетикалық газ стансасы",
        name_zh_hans="合成燃气电站",
        aliases="100%_alias",
        main_sector=gas,
        place=site,
        status="ongoing",
        programme=one,
        curator=me,
        planned_start_on=day("2026-01-01"),
        planned_end_on=day("2026-12-31"),
        description_en="Synthetic description",
        project_type="new",
        department=factories.organisation(),
    )
    factories.stage_change(project=a, stage=works, effective_on=day("2026-02-01"))
    factories.party(project=a, organisation=vega)
    factories.amount(project=a, value=1000)
    factories.observation(project=a)

    b = factories.project(
        reference="B",
        name_en="Synthetic hospital 1000",
        main_sector=health,
        place=terekti,
        status="delayed",
        programme=two,
        curator=other,
        planned_start_on=day("2026-06-01"),
    )
    factories.project_sector(project=b, sector=energy)
    factories.party(project=b, organisation=kazakh)
    factories.party(project=b, organisation=vega, role="supplier")
    factories.amount(project=b, value=500, currency="USD", kind="committed")
    factories.milestone(project=b, planned_on=day("2026-11-01"))
    factories.observation(project=b, metric=factories.metric("jobs_permanent", dimension="people"), value=3)

    c = factories.project(
        reference="C",
        name_en="",
        name_kk="Қазталов жобасы",
        main_sector=None,
        place=None,
        planned_end_on=day("2026-11-21"),
    )
    perhaps = factories.investor(name_en="Synthetic Perhaps", country=china)
    party = factories.party(programme=one, project=None, organisation=perhaps)
    party.candidates.set([c])

    d = factories.project(
        reference="D",
        main_sector=energy,
        place=region,
        stage_group="pre_construction",
        status="cancelled",
        status_reason="Synthetic reason",
        status_on=day("2026-01-01"),
        planned_end_on=day("2026-01-01"),
    )
    factories.stage_change(project=d, stage=design, effective_on=day("2025-01-01"))
    factories.party(project=d, organisation=stateless)
    factories.party(project=d, organisation=vega, role="implementer")
    factories.amount(project=d, value=200)
    factories.amount(project=d, value=300)
    factories.amount(project=d, value=7, kind="disbursed")

    e = factories.project(
        reference="E",
        main_sector=gas,
        place=borli,
        planned_start_on=day("2025-01-01"),
        planned_end_on=day("2026-01-01"),
        commissioned_on=day("2026-02-01"),
        announced_on=day("2025-10-10"),
    )
    factories.party(project=e, organisation=vega)
    factories.party(project=e, organisation=kazakh)
    factories.milestone(project=e, planned_on=day("2026-01-01"), met_on=day("2026-02-01"))
    factories.amount(project=e, value=10**12, is_confidential=True)

    factories.project(reference="P", is_placeholder=True, programme=one, main_sector=None, place=None)
    return {
        "me": me,
        "department": a.department,
        "vega": vega,
        "kazakh": kazakh,
        "stateless": stateless,
        "perhaps": perhaps,
    }


def found(query, user):
    rows = ProjectFilterSet(QueryDict(query), user=user).rows()
    references = list(rows.order_by("reference").values_list("reference", flat=True))
    assert len(references) == len(set(references)) == rows.count(), "a row twice"
    return "".join(references)


# ---- What each parameter gives --------------------------------------------------------------

TABLE = {
    "": "ABCDE",
    # search: every word, in any script, in the project, its parties (certain or possible) and its place
    "q=": "ABCDE",
    "q=station": "A",
    "q=СТАНЦИЯ": "A",
    "q=gas+synthetic": "A",
    "q=gas+hospital": "",
    "q=燃气": "A",
    "q=қазталов": "C",
    "q=казталов": "C",
    "q=kaztalov": "C",
    "q=вега": "ABDE",
    "q=perhaps": "C",
    "q=район": "B",
    "q=synthetic": "ABCDE",
    "q=100%25": "A",
    "q=0%25_a": "A",
    "q=%25": "A",
    "q=_": "A",
    "q=100%25alias": "",
    "q=nothing": "",
    # sectors, with those below them; further sectors are found too
    "sector=SYN-E": "ABDE",
    "sector=SYN-E1": "AE",
    "sector=SYN-H": "B",
    "sector=SYN-E1&sector=SYN-H": "ABE",
    "sector=SYN-EMPTY": "",
    "sector__not=SYN-E": "C",
    "sector__not=SYN-E1": "BCD",
    "sector__not=SYN-E1&sector__not=SYN-H": "CD",
    "sector=SYN-E&sector__not=SYN-E1": "BD",
    "sector__empty=1": "C",
    "main_sector=SYN-E": "ADE",
    "main_sector=SYN-E1&main_sector=SYN-H": "ABE",
    # places, with those below them, by ISO 3166 or KATO code
    "place=KZ": "ABDE",
    "place=KZ-27": "ABDE",
    "place=270000000": "ABDE",
    "place=273600000": "AE",
    "place=SYN-SITE": "A",
    "place=276600000&place=SYN-SITE": "AB",
    "place=CN": "",
    "place__not=273600000": "BCD",
    "place__not=270000000": "C",
    "place__empty=1": "C",
    "region=KZ-27": "ABDE",
    "region__not=KZ-27": "C",
    "region__empty=1": "C",
    "district=273600000": "AE",
    "district=273600000&district=276600000": "ABE",
    "district__not=273600000": "BCD",
    "district__empty=1": "CD",
    "year=2025": "E",
    "year=2024": "",
    "year__not=2025": "ABCD",
    "year__empty=1": "ABCD",
    "at_risk=1": "B",
    "attention=at_risk": "B",
    "attention=blocked": "",
    "attention=unanswered": "",
    "blocked_by={vega}": "",
    "blocked_by__empty=1": "",
    "department={department}": "A",
    "department__empty=1": "BCDE",
    # stage and status
    "stage=construction": "A",
    "stage=construction&stage=design": "AD",
    "stage__not=construction": "BCDE",
    "stage__empty=1": "BCE",
    "stage_group=construction": "A",
    "stage_group=pre_construction": "D",
    "stage_group=unknown": "BCE",
    "stage_group__not=unknown": "AD",
    "stage_group__empty=1": "BCE",
    "status=ongoing": "A",
    "status=ongoing&status=delayed": "AB",
    "status__not=cancelled": "ABCE",
    "status__empty=1": "CE",
    # whose
    "programme=syn-one": "A",
    "programme=syn-one&programme=syn-two": "AB",
    "programme__not=syn-one": "BCDE",
    "programme__empty=1": "CDE",
    "investor={vega}": "AE",
    "investor={vega}&investor={stateless}": "ADE",
    "investor__not={vega}": "BCD",
    "investor__empty=1": "C",
    "investor_country=CN": "AE",
    "investor_country=CN&investor_country=KZ": "ABE",
    "investor_country__not=CN": "BCD",
    "investor_country__empty=1": "CD",
    "investor_province=CN-SD": "AE",
    "investor_province=CN-JS": "",
    "investor_province__not=CN-SD": "BCD",
    "investor_province__empty=1": "BCD",
    # of whom perhaps: named without the project, and never counted as theirs
    "investor={perhaps}": "",
    "perhaps_investor={perhaps}": "C",
    "perhaps_investor={vega}": "",
    "perhaps_country=CN": "C",
    "perhaps_country=KZ": "",
    "curator=me": "A",
    "curator=synthetic-me": "A",
    "curator=me&curator=synthetic-other": "AB",
    "curator__not=me": "BCDE",
    "curator__empty=1": "CDE",
    # money, in tenge at the rate of the statement
    "announced_min=500": "AD",
    "announced_min=500.01": "A",
    "announced_max=500": "D",
    "announced_min=500&announced_max=999": "D",
    "announced_min=0": "AD",
    "committed_min=270000": "B",
    "committed_min=270000.01": "",
    "committed_max=270000": "B",
    "disbursed_min=7&disbursed_max=7": "D",
    "disbursed_max=6": "",
    # days
    "starts_after=2026-01-01": "AB",
    "starts_after=2026-01-02": "B",
    "starts_before=2026-01-01": "AE",
    "starts_after=2025-06-01&starts_before=2026-05-31": "A",
    "overdue=1": "BC",
    "overdue=": "ABCDE",
    # what is not stated
    "missing=sector": "C",
    "missing=place": "C",
    "missing=district": "CD",
    "missing=stage": "BCE",
    "missing=status": "CE",
    "missing=investor": "C",
    "missing=curator": "CDE",
    "missing=capacity": "BCDE",
    "missing=jobs": "ACDE",
    "missing=cost": "CE",
    "missing=announced": "BCE",
    "missing=committed": "ACDE",
    "missing=disbursed": "ABCE",
    "missing=updates": "ABCDE",
    "missing=start": "CD",
    "missing=end": "B",
    "missing=programme": "CDE",
    "missing=department": "BCDE",
    "missing=type": "BCDE",
    "missing=description": "BCDE",
    "missing=name_kk": "BDE",
    "missing=name_ru": "BCDE",
    "missing=name_en": "C",
    "missing=name_zh_hans": "BCDE",
    "missing=stage&missing=status": "CE",
    # projects not named
    "placeholders=hide": "ABCDE",
    "placeholders=include": "ABCDEP",
    "placeholders=only": "P",
    "placeholders=include&programme=syn-one": "AP",
    # together, and what is not asked for here
    "sector=SYN-E&investor_country=CN&status__empty=1": "E",
    "q=synthetic&place=KZ-27&overdue=1&missing=stage": "B",
    "stage=&sector=&announced_min=&starts_after=&placeholders=": "ABCDE",
    "unknown=1&utm_source=x&sector__like=%25&SECTOR=SYN-H&page=9&%00=%00": "ABCDE",
}


@pytest.mark.parametrize("query", TABLE)
def test_rows_of(portfolio, query):
    keys = {name: row.pk for name, row in portfolio.items()}
    assert found(query.format(**keys), portfolio["me"]) == TABLE[query]


def test_every_parameter_is_in_the_table():
    asked = {part.partition("=")[0] for query in TABLE for part in query.split("&")}
    assert set(ProjectFilterSet.base_filters) - asked == {"main_sector__not", "main_sector__empty"} & asked
    assert {f"missing={name}" for name in LACKS[Project]} <= TABLE.keys()


def test_what_may_not_be_seen_is_not_found_either(portfolio):
    """E has a confidential sum: an analyst learns nothing of it by ranges, by what is missing, or by order."""
    leader = factories.user(None, "leadership")
    for query, for_analyst, for_leader in [
        ("announced_min=1001", "", "E"),
        ("announced_max=10000000000000", "AD", "ADE"),
        ("missing=announced", "BCE", "BC"),
        ("missing=cost", "CE", "C"),
    ]:
        assert (found(query, portfolio["me"]), found(query, leader)) == (for_analyst, for_leader), query
    assert found("", factories.outsider()) == ""

    def order(user):
        client = Client()
        client.force_login(user)
        text = client.get("/en/projects/?sort=-announced").text
        listed = [part.partition('"')[0] for part in text.split('<tr data-reference="')[1:]]
        api = client.get("/api/v1/projects/?sort=-announced").json()["results"]
        assert [row["reference"] for row in api] == listed
        return "".join(listed)

    assert (order(portfolio["me"]), order(leader)) == ("ADECB", "EADCB")


def test_of_many_projects_the_chosen_and_the_latest_are_offered(portfolio, client, monkeypatch):
    """A list of all of them would be megabytes; what is chosen stays chosen."""
    monkeypatch.setattr("projects.filters.parts.OFFERED", 2)
    client.force_login(factories.analyst("synthetic-chooser"))
    select = read(client.get("/en/obligations/?project=A")).one("select", name="project")
    options = {option["value"]: "selected" in option.attributes for option in select.all("option")}
    latest = Project.objects.order_by("-pk").values_list("reference", flat=True)[:2]
    assert options == {"A": True} | dict.fromkeys(latest, False)
    assert select.one("optgroup")["label"] == "More are found by the search above the list"


def test_one_may_ask_for_oneself_without_curating_anything(portfolio):
    assert found("curator=me", factories.analyst("synthetic-idle")) == ""
    with pytest.raises(BadParameter):
        found("curator=synthetic-idle", portfolio["me"])


def test_what_is_overdue_follows_the_day(portfolio):
    with time_machine.travel(datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC)):
        assert found("overdue=1", portfolio["me"]) == ""
    with time_machine.travel(datetime.datetime(2026, 11, 1, 19, 30, tzinfo=datetime.UTC)):  # 2 November in Oral
        assert found("overdue=1", portfolio["me"]) == "B"
    with time_machine.travel(datetime.datetime(2027, 1, 1, 12, tzinfo=datetime.UTC)):
        assert found("overdue=1", portfolio["me"]) == "ABC"


def test_a_day_looked_back_to_is_the_day_of_what_was_late_then(portfolio, client):
    """Filters that say how things stand ask for the day of `as_of`, as the numbers that lead to them do."""
    project = Project.objects.get(reference="A")
    factories.problem(
        project=project, severity="high", raised_on="2026-10-01", closed_on="2026-11-10", resolution="Synthetic"
    )
    for query, references in [
        ("overdue=1&as_of=2026-11-01", ""),
        ("overdue=1&as_of=2026-11-02", "B"),
        ("overdue=1&as_of=2027-01-01", "ABC"),
        ("at_risk=1", "B"),
        ("at_risk=1&as_of=2026-10-01", "AB"),
        ("at_risk=1&as_of=2026-11-10", "B"),
    ]:
        assert found(query, portfolio["me"]) == references, query
    Metric.objects.filter(unit=None).update(unit=factories.unit("1"))
    client.force_login(portfolio["me"])
    for asked, kind in (("2026-11-02", "overdue"), ("2026-10-01", "at_risk")):
        for address in ("/en/", "/en/compare/?by=status"):
            page = read(client.get(address, QueryDict(f"as_of={asked}", mutable=True)))
            links = [link for link in page.all("a", class_="figure-link") if link.one("data")["data-kind"] == kind]
            assert links
            for link in links:
                rows = read(client.get(link["href"])).all("tr", data_reference=True)
                assert len(rows) == int(link.one("data")["value"]), link["href"]


def test_late_shipments(portfolio):
    """Late is what came, or is now to be expected, after its plan; of the day looked back to where one is given."""
    unit = factories.unit("{container}", dimension="container")
    for name, dates in {
        "in-time": {"planned_on": day("2026-12-01")},
        "overdue": {"planned_on": day("2026-11-01")},
        "slipped": {"planned_on": day("2026-12-01"), "expected_on": day("2027-01-01")},
        "came-late": {"planned_on": day("2026-11-01"), "arrived_on": day("2026-11-05")},
        "no-plan": {"arrived_on": day("2026-11-05")},
    }.items():
        factories.shipment(name_en=name, unit=unit, **dates)
    for query, names in {
        "": "came-late in-time no-plan overdue slipped",
        "late=1": "came-late overdue slipped",
        "late=1&as_of=2026-11-01": "slipped",
        "late=1&as_of=2026-11-04": "came-late overdue slipped",
        "late=1&as_of=2026-12-02": "came-late in-time overdue slipped",
    }.items():
        rows = filters.ShipmentFilterSet(QueryDict(query), user=portfolio["me"]).rows()
        assert " ".join(rows.order_by("name_en").values_list("name_en", flat=True)) == names, query
    with pytest.raises(BadParameter):
        filters.ShipmentFilterSet(QueryDict("late=0"), user=portfolio["me"]).rows()


@pytest.mark.parametrize("sort", ["reference", "-announced"])
def test_page_api_and_totals_have_the_same_rows(portfolio, client, sort):
    client.force_login(portfolio["me"])
    for query in ("sector=SYN-E", "overdue=1", "q=вега&sector__not=SYN-H", "placeholders=include&stage__empty=1"):
        expected = found(query, portfolio["me"])
        page = client.get(f"/en/projects/?{query}&sort={sort}").text
        assert "".join(sorted(part[0] for part in page.split('<tr data-reference="')[1:])) == expected
        listed = client.get(f"/api/v1/projects/?{query}&sort={sort}&count=1").json()
        assert "".join(sorted(row["reference"] for row in listed["results"])) == expected
        assert listed["count"] == len(expected)
        (line,) = client.get(f"/api/v1/totals/?{query}").json()
        assert line["projects"] == len(expected)


# ---- What cannot be read --------------------------------------------------------------------

NUL, LONG, SURROGATE = "\x00", "9" * 10_000, "%ED%A0%80"
JUNK = [
    "",
    " ",
    "nonsense",
    "-1",
    "0",
    "9" * 30,
    "1e400",
    "NaN",
    "Infinity",
    "99999-01-01",
    "2026-02-30",
    "%",
    "_",
    "*",
]
JUNK += [
    NUL,
    f"a{NUL}b",
    LONG,
    "\ufffd",
    "\u202e",
    "'; DROP TABLE x; --",
    "<script>",
    "../../etc",
    "１２",
    "None",
    "true",
]
CODES = ["sector", "place", "region", "district", "stage", "programme"]
CODES += ["investor_country", "investor_province", "curator"]
CODES_ALONE = ["main_sector", "perhaps_country", "department", "blocked_by"]  # without __not and __empty
CLOSED = ["stage_group", "status", "year", "missing", "placeholders", "attention"]
SUMS = [f"{kind}_{end}" for kind in ("announced", "committed", "disbursed") for end in ("min", "max")]
FLAGS = ["overdue", "sector__empty", "place__empty", "stage__empty", "status__empty", "programme__empty"]
FLAGS += ["investor__empty", "investor_country__empty", "investor_province__empty", "curator__empty"]
FLAGS += ["at_risk", "region__empty", "district__empty", "year__empty", "department__empty", "blocked_by__empty"]
BAD = [
    *(
        (name, value)
        for name in CODES_ALONE + CODES + CLOSED
        for value in ("nonsense", NUL, LONG, "SYN-E1,SYN-H", "\ufffd", "-1")
    ),
    *((f"{name}__not", value) for name in [*CODES, "stage_group", "status", "year"] for value in ("nonsense", NUL)),
    *(
        (name, value)
        for name in ("investor", "investor__not", "perhaps_investor")
        for value in ("x", "0", "-1", "9" * 30, "1.0", "1e400", "NaN", NUL, "٣")
    ),
    *(
        (name, value)
        for name in SUMS
        for value in ("x", "-1", "NaN", "1e400", "Infinity", "9" * 30, "1.001", NUL, "0x10", LONG)
    ),
    *(
        (name, value)
        for name in ("starts_after", "starts_before")
        for value in ("x", "2026-02-30", "99999-01-01", "1989-12-31", "2100-01-01", "-1", NUL, "20260101", LONG)
    ),
    *((name, value) for name in FLAGS for value in ("2", "0", "true", NUL, LONG)),
    *(("q", value) for value in (NUL, f"gas{NUL}", "a" * 201, LONG)),
    *(("sort", value) for value in ("nonsense", "-", "--name", "reference,name", "pk", "curator__password", NUL, LONG)),
    *(("columns", value) for value in ("nonsense", "name,nonsense", NUL, LONG, "name;place")),
    *(("currency", value) for value in ("EUR", "kzt", NUL, LONG)),
    *(("rate", value) for value in ("yesterday", NUL, LONG)),
    *(("per_page", value) for value in ("10", "-25", "1e2", NUL, LONG)),
    *((name, value) for name in ("after", "before") for value in ("x", NUL, LONG)),
    *((name, value) for name in ("as_of", "known_at") for value in ("x", NUL, LONG, "99999-01-01")),
]


@pytest.fixture
def reader(portfolio):
    client = Client()
    client.force_login(portfolio["me"])
    return client


@pytest.mark.parametrize("name", dict.fromkeys(name for name, _value in BAD))
def test_what_cannot_be_read_is_refused_by_name(reader, name):
    for value in (value for parameter, value in BAD if parameter == name):
        query = urlencode({name: value, "unknown": value})
        response = reader.get(f"/en/projects/?{query}")
        assert response.status_code == 400, (name, value[:40])
        assert f"<code>{name}</code>" in response.text
        assert "<code>unknown</code>" not in response.text
    answer = reader.get(f"/api/v1/projects/?{query}")
    assert answer.status_code == 400 or name == "columns"


def test_every_parameter_has_values_that_cannot_be_read():
    assert set(ProjectFilterSet.base_filters) - {name for name, _value in BAD} <= {
        "stage_group__empty",
        "main_sector__empty",
    }


def test_all_that_cannot_be_read_is_named_at_once(reader):
    text = reader.get("/en/projects/?sector=x&starts_after=x&overdue=x").text
    assert all(f"<code>{name}</code>" in text for name in ("sector", "starts_after", "overdue"))


def test_bytes_that_are_no_text_are_refused_or_found_nowhere(reader):
    assert reader.get(f"/en/projects/?sector={SURROGATE}").status_code == 400
    assert reader.get(f"/en/projects/?q={SURROGATE}").status_code == 200
    assert reader.get(f"/en/projects/?{SURROGATE}=1").status_code == 200
    assert reader.get("/en/projects/?sector=%FF%FE").status_code == 400


def test_very_many_values_are_refused(reader):
    assert reader.get("/en/projects/?" + "sector=SYN-E&" * 3000).status_code == 400


FILTERSETS = [getattr(filters, name) for name in filters.__all__]


@pytest.mark.parametrize("filterset", FILTERSETS, ids=lambda filterset: filterset.__name__)
def test_no_list_fails_at_any_value(portfolio, filterset):
    """Each filter of each list, one at a time: rows, or a refusal that names it."""
    for name in filterset.base_filters:
        for value in JUNK:
            data = QueryDict(urlencode({name: value}))
            try:
                rows = filterset(data, user=portfolio["me"]).rows()
                list(rows[:1])
            except BadParameter as refused:
                assert refused.errors.keys() == {name}


KNOWN = {
    "sector": ["SYN-E", "SYN-H"],
    "place": ["KZ-27", "270000000", "CN"],
    "status": ["ongoing"],
    "stage": ["construction"],
    "programme": ["syn-one"],
    "curator": ["me"],
    "missing": [*LACKS[Project]],
    "placeholders": ["include", "only"],
    "sort": ["name", "-announced", "stage", "-curator", "updated"],
    "columns": ["name,investors", "reference"],
    "currency": ["USD", "CNY"],
    "rate": ["today"],
    "per_page": ["25"],
    "as_of": ["2026-01-01"],
    "known_at": ["2026-01-01T10:00"],
    "q": ["gas", "вега 100%"],
    "overdue": ["1"],
    "starts_after": ["2026-01-01"],
    "announced_min": ["1", "1e3"],
}
SHOWING = ["sort", "columns", "currency", "rate", "per_page", "after", "before", "as_of", "known_at", "unknown"]


@st.composite
def queries(draw):
    pairs = []
    for _n in range(draw(st.integers(1, 5))):
        name = draw(st.sampled_from([*ProjectFilterSet.base_filters, *SHOWING]))
        known = KNOWN.get(name.partition("__")[0], ["1"])
        pairs.append(
            (name, draw(st.one_of(*[st.sampled_from(known)] * 4, st.sampled_from(JUNK), st.text(max_size=30))))
        )
    return urlencode([(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs])


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    query=queries(),
    url=st.sampled_from(["/en/projects/", "/kk/projects/", "/api/v1/projects/", "/api/v1/totals/", "/en/"]),
)
def test_any_query_string_is_answered(reader, query, url):
    response = reader.get(f"{url}?{query}")
    assert response.status_code in (200, 400)
    response.content.decode()
