"""What cannot be read is refused with a problem document: never a server error, never a change, never a hang."""

import string

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.api.urls import urlpatterns
from projects.models import Project, Update
from tests import factories
from tests.api.conftest import BASE, LISTS
from tests.api.test_reading import is_problem

PROJECT = "projects/SYN-1/"


def state():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(pgh_id) FROM projects_projectevent), (SELECT max(pgh_id) FROM projects_updateevent)"
        )
        return cursor.fetchone()


def send(call, path, raw, content_type="application/json", method="post", **headers):
    return getattr(call.client, method)(
        BASE + path, data=raw, content_type=content_type, headers={"Authorization": f"Bearer {call.token}", **headers}
    )


BODIES = {
    "no JSON": "{bad",
    "null": "null",
    "a list": "[]",
    "a number": "5",
    "a text": '"x"',
    "NUL": '{"project":"SYN-1","narrative":"a\\u0000b"}',
    "NUL in a name": '{"a\\u0000":1}',
    "half a character": '{"project":"SYN-1","narrative":"\\ud800"}',
    "half a character within": '{"project":"SYN-1","narrative":"x","extra":{"a":"\\ud800"}}',
    "infinity": '{"project":"SYN-1","period":1e999}',
    "NaN": '{"project":"SYN-1","narrative":NaN}',
    "minus infinity": '{"project":"SYN-1","narrative":-Infinity}',
    "an exponent bomb": '{"project":"SYN-1","period":"1e400000"}',
    "5000 digits": '{"project":"SYN-1","period":' + "9" * 5000 + "}",
    "beyond 64 bits": '{"project":"SYN-1","narrative":"x","period":99999999999999999999}',
    "an object for a key": '{"project":{"a":1}}',
    "unknown fields": '{"code":"X1","name":"n","district":1,"budget":1,"progress":101}',
    "a name twice": '{"project":"SYN-1","project":"SYN-1","narrative":"x"}',
    "deep lists": "[" * 100_000,
    "deep lists that end": '{"narrative":' + "[" * 500 + "]" * 500 + "}",
    "deep objects": '{"a":' * 900 + "1" + "}" * 900,
    "no UTF-8": b'{"project":"\xff"}',
    "UTF-16": '{"project":"SYN-1"}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_cannot_be_read(callers, name):
    before = state()
    for path, method in (("updates/", "post"), ("projects/", "post")):
        is_problem(send(callers["editor"], path, BODIES[name], method=method), 400)
    tag = callers["editor"](PROJECT).headers["ETag"]
    is_problem(send(callers["editor"], PROJECT, BODIES[name], method="patch", **{"If-Match": tag}), 400)
    assert state() == before


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json; charset=utf-7", 415),
        ("application/json; charset=utf-16", 415),
        ("", 415),
    ],
)
def test_bodies_of_other_types(callers, content_type, status):
    before = state()
    response = send(callers["editor"], "updates/", b"<x/>", content_type)
    is_problem(response, status)
    assert state() == before


def test_a_body_that_is_too_large(callers, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    is_problem(send(callers["editor"], "updates/", '{"narrative":"' + "x" * 1000 + '"}'), 413)


@pytest.mark.parametrize("method", ["put", "delete", "trace", "post", "patch"])
def test_methods_that_are_not_offered(callers, portfolio, method):
    for path in (f"sectors/{portfolio['sectors']}/", "totals/", "sources/"):
        response = callers["administrator"](path, method)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
    assert callers["editor"](PROJECT, "delete").status_code == 405
    assert Project.objects.filter(reference="SYN-1").exists()


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "text/html;q=0.1," * 300])
def test_only_json_is_offered(callers, accept):
    is_problem(callers["editor"]("projects/", Accept=accept), 406)
    assert callers["editor"]("projects/", Accept="text/html, */*;q=0.1").status_code == 200


@pytest.mark.parametrize(
    ("tag", "status"), [('"old"', 412), ("", 412), ("x" * 5000, 412), ("*", 412), ("W/" + '"1-0"', 412), (None, 428)]
)
def test_if_match(callers, tag, status):
    before = state()
    headers = {} if tag is None else {"If-Match": tag}
    is_problem(callers["editor"](PROJECT, "patch", {"aliases": "x"}, **headers), status)
    assert state() == before


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=abc", "page"),
        ("format=xyz", "format"),
        ("per_page=0", "per_page"),
        ("per_page=10", "per_page"),
        ("per_page=999999999999999999999", "per_page"),
        ("count=maybe", "count"),
        ("sort=owner__password", "sort"),
        ("sort=--reference", "sort"),
        ("after=abc", "after"),
        ("before=%00", "before"),
        ("after=W10", "after"),
        ("q=%00", "q"),
        ("q=" + "x" * 10_000, "q"),
        ("sector=%00", "sector"),
        ("stage=none", "stage"),
        ("investor=99999999999999999999", "investor"),
        ("investor=-1", "investor"),
        ("announced_min=NaN", "announced_min"),
        ("announced_min=1e400", "announced_min"),
        ("announced_min=-1", "announced_min"),
        ("starts_after=0000-00-00", "starts_after"),
        ("starts_after=9999-12-31", "starts_after"),
        ("overdue=2", "overdue"),
        ("missing=everything", "missing"),
        ("placeholders=all", "placeholders"),
        ("currency=EUR", "currency"),
        ("rate=best", "rate"),
        ("as_of=2025-13-01", "as_of"),
        ("known_at=then", "known_at"),
    ],
)
def test_parameters_that_cannot_be_read_are_named(callers, query, name):
    assert name in is_problem(callers["editor"](f"projects/?{query}"), 400)["errors"]


@pytest.mark.parametrize(
    "query", ["search=%00", "ordering=owner__password", "id=99999999999999999999", "start_date__year=0"]
)
def test_unknown_parameters_are_ignored(callers, query):
    assert callers["editor"](f"projects/?{query}").json() == callers["editor"]("projects/").json()


def test_a_filter_that_cannot_be_read_gives_no_sums(callers):
    for path in ("totals/", "facets/", "projects/"):
        is_problem(callers["editor"](f"{path}?sector=none"), 400)


# ---- Anything at all --------------------------------------------------------------------------------------


def parameters():
    """(list, parameter) of every list: its filters, and what all lists take."""
    common = ["sort", "per_page", "after", "before", "count", "currency", "rate", "as_of", "known_at"]
    found = []
    for pattern in urlpatterns:
        view = getattr(pattern.callback, "cls", None)
        if filterset := getattr(view, "filterset", None):
            found += [(str(pattern.pattern), name) for name in [*filterset.base_filters, *common]]
    return found


anything = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(categories=["Cc", "Cf", "Co", "Nd"]), max_size=10),
    st.integers(-(10**30), 10**30).map(str),
    st.decimals(allow_nan=True).map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.text(string.ascii_letters + string.digits + "-_=", max_size=200),
    st.sampled_from(["", "1", "0", "me", "ENERGY", "KZ-27", "%", "_", "'", '"', "\\", "(", "ру", "2025-10-10"]),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_of_any_parameter_breaks_a_list(callers, data):
    path, name = data.draw(st.sampled_from(parameters()))
    values = data.draw(st.lists(anything, min_size=1, max_size=2))
    call = callers["administrator"]
    headers = {"Authorization": f"Bearer {call.token}"}
    response = call.client.get(BASE + path, {name: values}, headers=headers)
    if response.status_code != 200:
        assert name in is_problem(response, 400)["errors"]


def test_a_place_belongs_to_its_list_and_order(callers):
    for _number in range(26):
        factories.project()
    call = callers["administrator"]
    cursor = call("projects/?per_page=25").json()["next"].partition("after=")[2]
    assert len(call(f"projects/?per_page=25&after={cursor}").json()["results"]) == 2
    for path in (f"projects/?sort=-reference&after={cursor}", f"places/?after={cursor}", f"projects/?after=x{cursor}"):
        assert "after" in is_problem(call(path), 400)["errors"]


def test_nothing_was_written_by_reading(callers):
    before = state()
    for name in LISTS:
        callers["editor"](f"{name}/")
    assert state() == before
    assert Update.objects.exists()
