"""Every page of the register, found by following links: it opens for those who may; figures lead to their source."""

import datetime
import re
from collections import Counter
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils import translation

from projects import models
from projects.portfolio import kinds
from tests import factories
from tests.pages import figures, read, references

LANGUAGES = ["kk", "ru", "en", "zh-hans"]
STATION = "WKR-0001"
# Links out of the register: to other parts of the site, or to change something.
ELSEWHERE = re.compile(r"/en/(admin|accounts|gallery|theme)/|/static/|\.\w+$")
BOARDS = {"home", "actions", "map", "pivot", "timeline", "calendar", "compare"}
DAY = factories.DAY


@pytest.fixture(scope="module")
def station(_brief_of_the_module):
    """The brief's power station with what the brief has none of: every section of every page has a row."""
    project = models.Project.objects.get(reference=STATION)
    document = factories.document(title="Synthetic contract")
    factories.stage_change(project=project, stage="construction", document=document)
    factories.problem(project=project)
    factories.project_document(project=project, document=document)
    factories.project_sector(project=project, sector="HEALTH")
    factories.party(project=project, organisation=models.Organisation.objects.filter(is_investor=True).first())
    factories.amount(project=project, value=5, kind="committed")
    factories.amount(project=project, value=3, kind="disbursed", currency="USD")
    factories.milestone(project=project, planned_on=DAY)
    obligation = factories.obligation(project=project, target=10, unit=models.Unit.objects.get(pk="%"), due_on=DAY)
    factories.evidence(obligation=obligation, document=document, value=4)
    factories.waiver(obligation=obligation, document=document)
    shipment = models.Shipment.objects.filter(same_as=None).first()
    shipment.projects.add(project)
    factories.checkpoint(shipment=shipment, container=factories.container(shipment=shipment))
    engagement = models.Engagement.objects.first()
    factories.action_item(engagement=engagement)
    factories.participation(engagement=engagement)
    factories.update(project=project, status="approved")
    return project


@pytest.fixture(scope="module")
def people_of_the_module(station):
    place = models.Place.objects.get(pk="KZ-27")
    analyst = factories.analyst()
    models.Project.objects.filter(pk=station.pk).update(curator=analyst, place=place)
    return {
        "analyst": analyst,
        "editor": factories.editor(places=[place]),
        "administrator": factories.administrator(is_staff=True, is_superuser=True),
    }


@pytest.fixture
def people(people_of_the_module, brief):
    """Three people who look at the brief; each test takes back what it changed."""
    return people_of_the_module


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def name_of(url):
    with translation.override("en"):
        return resolve(urlsplit(url).path).url_name


def links(page, url):
    """The addresses within the register that a page links to, with their fragments."""
    for link in page.all("a", href=True):
        target = urljoin(url, link["href"])
        if target.startswith("/en/") and not ELSEWHERE.search(urlsplit(target).path) and not link["hreflang"]:
            yield target


def kind_of(url, with_parameters=True):
    """What makes two addresses alike: the page, and the names of the parameters, or whether there are any.

    Boards have the same parameters as the list, so that one of them is enough.
    """
    name, query = name_of(url), urlsplit(url).query
    if name in BOARDS or not with_parameters:
        return name, bool(query)
    return name, *sorted(part.partition("=")[0] for part in query.split("&"))


def walk(client, with_parameters=True):
    """address -> page of everything that links lead to from the dashboard, one or two addresses of each kind.

    Of addresses with a query, those with one parameter: the tests of the filters ask for more at once.
    """
    waiting, seen, kinds_seen, pages = ["/en/"], {"/en/"}, Counter(), {}
    while waiting:
        url = waiting.pop(0)
        kind = kind_of(url, with_parameters)
        kinds_seen[kind] += 1
        is_once = "?" in url or not with_parameters or kind[0].endswith(("-new", "-edit", "-history"))
        if kinds_seen[kind] > (1 if is_once else 2):
            continue
        pages[url] = read(client.get(url))
        for target in (urldefrag(link).url for link in links(pages[url], url)):
            if target not in seen and "&" not in target:
                seen.add(target)
                waiting.append(target)
    return pages


@pytest.fixture(scope="module")
def of_the_analyst(people_of_the_module):
    """The pages that an analyst comes to."""
    return walk(signed_in(people_of_the_module["analyst"]))


def test_every_page_opens_for_each(people, of_the_analyst):
    """Following links, nobody meets an error, a page without a heading, or a row that is no row."""
    reached = {}
    for name, user in people.items():
        pages = of_the_analyst if name == "analyst" else walk(signed_in(user), with_parameters=False)
        reached[name] = {name_of(url) for url in pages}
        for url, page in pages.items():
            assert page.one("h1").text, url
            assert not page.one("head").one("title").text.startswith("·"), url
            assert not re.search(r"\bNone\b|\bFalse\b|\{\{|\{%", page.one("main").text), url
            ids = Counter(element["id"] for element in page.all(id=True))
            assert [name for name, count in ids.items() if count > 1] == [], url
    records = {f"{kind.name}-history" for kind in (*kinds.TOP,) if kind.name != "person"}
    assert {name for name in reached["analyst"] if name.endswith("-history")} >= records
    writing = {name for name in reached["editor"] if name.endswith(("-new", "-edit"))}
    assert len(writing) > 20
    assert not {name for name in reached["analyst"] if name.endswith(("-new", "-edit"))}
    lists = {"project", "investor", "programme", "source", "statement", "engagement", "agreement", "lead", "shipment"}
    for name in (*lists, "obligation", "indicator", "update", "sector"):
        assert f"{name}-list" in reached["analyst"], name


def test_every_figure_leads_to_its_source_or_its_rows(people, of_the_analyst):
    """The contract's marks on every page; each figure's link answers 200 with the anchor that it names.

    Of links to rows, which have no anchor, a few of each kind.
    """
    client, pages, opened = signed_in(people["analyst"]), dict(of_the_analyst), Counter()
    found = [(url, figure) for url, page in pages.items() for figure in figures(page)]
    assert len(found) > 150
    for url, figure in found:
        assert {"value", "data-unit", "data-kind", "data-bound"} <= figure.attributes.keys(), (url, figure)
        link = figure.inside("a")
        target = urljoin(url, link["href"])
        page, anchor = urldefrag(target)
        if page not in pages and (anchor or opened[kind_of(page)] < 2):
            opened[kind_of(page)] += 1
            pages[page] = read(client.get(page))
        if anchor:
            assert pages[page].all(id=anchor), (url, target)
        if figure["value"] == "":
            assert figure.text == "no data"


def test_a_count_is_the_number_of_rows_that_it_leads_to(people):
    client = signed_in(people["analyst"])
    rows = {}
    for url in ("/en/", "/en/projects/", "/en/sectors/", "/en/programmes/", "/en/?place=KZ-27&missing=status"):
        for figure in figures(read(client.get(url))):
            if figure["data-unit"] == "{project}" and figure["data-kind"] not in ("containers", "contradictions"):
                target = urljoin(url, figure.inside("a")["href"])
                if target not in rows:
                    main = read(client.get(target)).one("main")
                    rows[target] = len(main.all("tr", data_reference=True) or main.all("tr", data_id=True))
                assert rows[target] == int(figure["value"]), (url, target, figure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_each_language(people, language):
    client = signed_in(people["analyst"])
    project, obligation = models.Project.objects.get(reference=STATION), models.Obligation.objects.last()
    for page in (
        "",
        "projects/",
        f"projects/{STATION}/",
        "sectors/",
        "investors/",
        "sources/",
        "leads/",
        "indicators/",
    ):
        url = f"/{language}/{page}"
        tree = read(client.get(url))
        assert tree.one("html")["lang"] == language
        others = {link["hreflang"]: link["href"] for link in tree.all("a", hreflang=True)}
        assert others == {code: f"/{code}/{page}" for code in LANGUAGES}
    assert project.name in read(client.get(f"/{language}/projects/{STATION}/")).one("h1").text
    assert read(client.get(f"/{language}/obligations/{obligation.pk}/")).one("h1").text


# ---- Who may not ----------------------------------------------------------------------------

PAGES = [
    *("home", "project-list", "investor-list", "programme-list", "sector-list", "source-list", "statement-list"),
    *("engagement-list", "agreement-list", "lead-list", "shipment-list", "obligation-list", "indicator-list"),
    *("desk", "update-list", "timeliness", "inbox"),
]


RECORDS = [
    *(models.Project, models.Programme, models.Organisation, models.Source, models.Engagement, models.Lead),
    *(models.Shipment, models.Obligation, models.Indicator, models.Agreement, models.Update),
]


def addresses(each=1):
    with translation.override("en"):
        rows = [row for model in RECORDS for row in model.objects.order_by("pk")[:each]]
        return [
            *(reverse(name) for name in PAGES),
            *(row.get_absolute_url() for row in rows),
            reverse("project-history", args=[STATION]),
        ]


def test_without_a_role_nothing_is_shown(people, client):
    client.force_login(factories.outsider())
    names = set(models.Project.objects.values_list("name_en", flat=True))
    assert names and "" not in names
    for url in addresses():
        response = client.get(url)
        assert response.status_code == 403, url
        assert "Your sign-in has no role yet. Ask an administrator for one." in response.text
        assert not [name for name in names if name in response.text], url


def test_without_signing_in_one_is_asked_to(people, client):
    for url in addresses():
        response = client.get(f"{url}?q=1")
        assert (response.status_code, response["Location"]) == (302, f"/en/accounts/login/?next={url}%3Fq%3D1"), url


def test_drafts_are_seen_by_their_author(people, client):
    author = factories.editor()
    draft = factories.update(author=author, project=models.Project.objects.get(reference=STATION))
    for user, status in [
        (author, 200),
        (people["analyst"], 404),
        (factories.editor(), 404),
        (people["administrator"], 200),
    ]:
        client.force_login(user)
        assert client.get(f"/en/updates/{draft.pk}/").status_code == status


def test_confidential_sums_are_seen_by_those_who_may(people, client):
    """An analyst meets no trace of one: not on the project, not in totals, not as the whole of another."""
    project = models.Project.objects.get(reference=STATION)
    secret = factories.amount(programme=project.programme, value=987654, is_confidential=True)
    also = factories.amount(project=project, value=456789, is_confidential=True)
    factories.amount(project=project, value=1, included_in=secret, inclusion="yes")
    urls = ["/en/", "/en/projects/", f"/en/projects/{STATION}/", f"/en/programmes/{project.programme.code}/"]
    urls += ["/en/sectors/", f"/api/v1/projects/{STATION}/", f"/api/v1/programmes/{project.programme.code}/"]
    for user, seen in [(people["analyst"], False), (factories.user(None, "leadership"), True)]:
        client.force_login(user)
        text = "".join(client.get(url).text for url in urls)
        for amount in (secret, also):
            assert (f"{amount.value}.00" in text) is seen


# ---- What a page says -----------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["NONE", "wkr-0001", "WKR-0001 ", "%00", "../", "x" * 500, "WKR-0001/x"])
def test_what_is_not_there_is_not_found(people, client, reference):
    client.force_login(people["analyst"])
    response = client.get(f"/en/projects/{reference}/")
    assert response.status_code == 404
    assert "There is no such page" in response.text


@pytest.mark.parametrize("key", ["0", "999999", "99999999999999999999999", "-1", "1.5", "x", "%00"])
def test_no_number_of_a_record_fails(people, client, key):
    client.force_login(people["analyst"])
    for name in ("investors", "engagements", "leads", "shipments", "obligations", "updates", "agreements"):
        assert client.get(f"/en/{name}/{key}/").status_code == 404
    for name in ("sources", "indicators", "programmes"):
        assert client.get(f"/en/{name}/no-{key}/").status_code == 404


def test_a_project_shows_all_that_is_known_of_it(people, client):
    client.force_login(people["analyst"])
    page = read(client.get(f"/en/projects/{STATION}/"))
    sections = {section["id"] for section in page.all("section", id=True)}
    assert sections >= {
        *("money", "observations", "parties", "milestones", "stages", "problems", "obligations", "shipments"),
        *("links", "documents", "updates"),
    }
    facts = {fact.one("dt").text: fact.one("dd").text for fact in page.all("div") if fact.parent.tag == "dl"}
    assert facts["Planned start"] == "not stated in source"
    assert facts["Curator"]
    assert "0" not in facts.values()
    money = page.one("section", id="money")
    assert {figure["data-kind"] for figure in figures(money)} >= {"announced", "committed", "disbursed"}
    assert "no exchange rate on file" in money.text
    assert "Perhaps of this project" in money.text and "not known whether it is part of" in money.text


def test_a_placeholder_says_that_it_stands_for_another(people, client):
    client.force_login(people["analyst"])
    (reference, *_more) = references(read(client.get("/en/projects/?placeholders=only")))
    assert "does not name" in read(client.get(f"/en/projects/{reference}/")).text


def test_a_statement_is_an_anchor_with_its_doubts(people, client):
    client.force_login(people["analyst"])
    statement = models.Statement.objects.get(code="s21")
    page = read(client.get(f"/en/sources/{statement.source.code}/"))
    assert statement.text in page.one(id="s21").text
    assert "What is unclear" in page.one(id="s21").text
    contradicting = models.Statement.objects.filter(contradicts__isnull=False).first()
    source = read(client.get(f"/en/sources/{contradicting.source.code}/"))
    assert "contradicts" in source.one(id=contradicting.code).text


def test_an_investor_shows_what_is_certain_apart_from_what_may_be(people, client):
    client.force_login(people["analyst"])
    vega = models.Organisation.objects.get(name_en="VEGA Power")
    projects = read(client.get(f"/en/investors/{vega.pk}/")).one("section", id="projects")
    assert "Perhaps (the source does not say)" in projects.text
    assert {row["data-reference"] for row in projects.all("tr", data_reference=True)} >= {"WKR-0002"}


# ---- On other days --------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", ["1990-01-01", "2024-12-31", "2025-10-09", "2025-10-10", "2099-12-31"])
def test_every_page_opens_on_any_day(people, as_of):
    """What other rows point to may not be there yet on that day: no page fails, none says None."""
    shipment = models.Shipment.objects.filter(same_as=None).first()
    shipment.as_of = datetime.date(2026, 9, 9)
    shipment.save()
    client = signed_in(people["administrator"])
    opened = 0
    for url in addresses(each=4):
        response = client.get(f"{url}?as_of={as_of}")
        assert response.status_code in (200, 404), url
        if response.status_code == 200:
            opened += 1
            assert not re.search(r"\bNone\b", read(response).one("main").text), url
    assert opened > 14
