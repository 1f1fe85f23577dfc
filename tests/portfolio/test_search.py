"""The search over all nouns, and that lists find by the same words; asked of the brief."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.models.functions import fold
from projects.search import marked, search_words
from tests import factories
from tests.pages import read, references

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def reader(client, brief):
    client.force_login(factories.analyst())
    return client


def page(reader, text, language="en"):
    return read(reader.get(f"/{language}/search/", {"q": text}))


def finds(reader, text):
    """{title of a group: [address of each find]}"""
    return {
        group.one("h2").text.rsplit(" ", 1)[0]: [item.all("a")[0]["href"] for item in group.all("li")]
        for group in page(reader, text).all("section", class_="finds")
    }


@pytest.mark.parametrize("text", ["Орал", "Уральск", "oral", "ORAL", "Uralsk", "乌拉尔"])
def test_every_spelling_of_a_place_finds_the_same(reader, text):
    located = factories.project(reference="SYN-1", name_en="Synthetic one", place="271000000")
    said = factories.project(reference="SYN-2", name_en="Synthetic two", description_ru="Завод в Уральске")
    found = finds(reader, text)
    assert set(found["Projects"]) == {located.get_absolute_url(), said.get_absolute_url()}
    assert f"{reverse('project-list')}?place=271000000" in found["Places"]


@pytest.mark.parametrize("text", ["казахстан", "Қазақстан", "qazaqstan", "Kazakhstan"])
def test_the_country_is_found_in_every_script(reader, text):
    assert finds(reader, text) == finds(reader, "哈萨克斯坦")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("электростанций", "WKR-0001"),  # a Russian word form
        ("catalysts recycled", "WKR-0002"),  # English ones
        ("催化剂", "WKR-0002"),
        ("катализатор", "WKR-0002"),
        ("wkr-0001", "WKR-0001"),
        ("catalist", "WKR-0002"),  # typing errors
        ("электростонция", "WKR-0001"),
    ],
)
def test_projects_are_found_on_the_page_and_in_the_list_alike(reader, text, reference):
    assert finds(reader, text)["Projects"][0] == reverse("project-detail", args=[reference])
    listed = references(read(reader.get("/en/projects/", {"q": text, "placeholders": "include"})))
    assert {reverse("project-detail", args=[name]) for name in listed} == set(finds(reader, text)["Projects"])


def test_numbers_and_references_come_first(reader):
    factories.organisation(name_en="Synthetic 250140000018 in a name")
    theirs = factories.organisation(name_en="Synthetic holder", bin=_bin())
    factories.organisation(name_en=f"Synthetic beside {theirs.bin}")
    assert finds(reader, theirs.bin)["Organisations"][0] == theirs.get_absolute_url()


def _bin():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n::text FROM generate_series(250140000010, 250140000099) n "
            "WHERE tracker_bin_is_valid(n::text) LIMIT 1"
        )
        return cursor.fetchone()[0]


def test_documents_are_found_where_they_hang_and_may_be_seen(reader):
    project = factories.project()
    titled = factories.document(title="Synthetic lease of land", file_name="synthetic-scan-77.pdf")
    secret = factories.document(title="Synthetic lease that is secret", is_confidential=True)
    for document in (titled, secret, factories.document(title="Synthetic lease of nothing")):
        if "nothing" not in document.title:
            factories.project_document(project=project, document=document)
    for text in ("leases", "scan-77"):
        assert finds(reader, text)["Documents"] == [titled.get_absolute_url()]


def test_of_several_names_the_one_found_is_shown(reader):
    (find,) = page(reader, "oral").all("li", data_find="KZ-27")
    assert find.one("span").text == "Уральская область"


def test_what_was_found_is_marked_and_nothing_else_is_markup(reader):
    factories.project(name_en="Synthetic <b>станция</b> & more")
    marks = [mark.text for mark in page(reader, "станции").all("mark")]
    assert "станц" in marks
    assert not page(reader, "станции").all("b")
    assert page(reader, "<b>").one(id="page-search")["value"] == "<b>"


def test_what_may_not_be_seen_is_not_found(client, brief):
    update = factories.update(project=factories.project(), narrative="Synthetic secret")
    assert update.status == "draft"
    client.force_login(factories.outsider())
    assert client.get("/en/search/", {"q": "VEGA"}).status_code == 403
    client.logout()
    assert client.get("/en/search/", {"q": "VEGA"}).status_code == 302


@pytest.mark.parametrize("text", ["и в на", "the of", "x", "я" * 10_000, "%\x00", "((((", "\\", "'; drop table", "🙂"])
def test_what_finds_nothing_is_answered_with_a_sentence(reader, text, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        answer = read(reader.get("/en/search/", {"q": text}))
    assert answer.one("main").all("p", role="status")
    assert reader.get("/en/projects/", {"q": text}).status_code in (200, 400)


def test_it_costs_few_queries(reader, django_assert_max_num_queries):
    reader.get("/en/search/", {"q": "china"})
    with django_assert_max_num_queries(25):
        assert reader.get("/en/search/", {"q": "china"}).status_code == 200


def test_the_palette_gets_the_finds_alone(reader):
    answer = reader.get("/ru/search/", {"q": "VEGA", "part": "palette"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "VEGA" in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text("aBzQhHäщЩюяцьЪёЙңӘқһғІү '«»-% \n中国９ß"))
def test_folding_is_the_same_in_the_database(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tracker_fold(%s)", [text])
        assert fold(text) == cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("text", "searched", "expected"),
    [
        ("Газовая станция", "станции", "Газовая <mark>станц</mark>ия"),
        ("Қазақстан жолы", "казахстан", "<mark>Қазақстан</mark> жолы"),
        ("Щука", "щу", "<mark>Щу</mark>ка"),
        ("a < b Цзянсу", "tszansu", ""),
        ("a < b Цзянсу", "цзянсу", "a &lt; b <mark>Цзянсу</mark>"),
    ],
)
def test_marks_stand_in_the_text_as_written(brief, text, searched, expected):
    assert marked(text, search_words(searched)) == expected
