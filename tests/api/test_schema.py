"""The description of the API: complete, and true to what is answered."""

import pytest
from django.utils import translation

from projects.api.schema import description
from projects.api.urls import urlpatterns
from tests import factories
from tests.api.conftest import LISTS, Caller

TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}


@pytest.fixture(scope="module")
def document():
    with translation.override("en"):
        return description()


def test_every_address_is_described(document):
    described = {path.strip("/").split("/")[0] for path in document["paths"]}
    assert {str(pattern.pattern).split("/")[0] for pattern in urlpatterns} - described == {"schema", "docs"}
    assert document["openapi"] == "3.1.0"
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["tags"] for operation in operations)


def test_references_lead_somewhere(document):
    def references(part):
        if isinstance(part, dict):
            yield from ([part["$ref"]] if "$ref" in part else [])
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    found = set(references(document))
    assert found == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def conforms(value, schema, document, at=""):
    """Where a value is not as its schema says: a list of places."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", list(TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if type(value) not in {TYPES[kind] for kind in kinds}:
        return [f"{at}: {value!r} is no {kinds}"]
    wrong = [f"{at}: {value!r} is not offered"] if "enum" in schema and value not in schema["enum"] else []
    if isinstance(value, dict) and "properties" in schema:
        wrong += [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, part in value.items():
            if name not in schema["properties"]:
                wrong.append(f"{at}.{name} is not described")
            else:
                wrong += conforms(part, schema["properties"][name], document, f"{at}.{name}")
    if isinstance(value, list):
        for number, part in enumerate(value):
            wrong += conforms(part, schema.get("items", {}), document, f"{at}[{number}]")
    return wrong


@pytest.mark.parametrize("name", [*LISTS, "totals", "facets"])
def test_answers_are_as_described(callers, portfolio, document, name):
    paths = {f"/{name}/": f"{name}/"}
    if name in LISTS:
        key = next(path for path in document["paths"] if path.startswith(f"/{name}/{{") and path.count("/") == 3)
        paths[key] = f"{name}/{portfolio[name]}/"
    for described, path in paths.items():
        schema = document["paths"][described]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert conforms(callers["editor"](path).json(), schema, document) == []


def test_problems_are_as_described(callers, document):
    body = callers["editor"]("projects/?sector=none").json()
    assert conforms(body, {"$ref": "#/components/schemas/Problem"}, document) == []


def test_the_schema_speaks_four_languages(callers):
    titles = {
        language: callers["editor"]("schema/", **{"Accept-Language": language}).json()["paths"]["/leads/"]["get"][
            "summary"
        ]
        for language in ("kk", "ru", "en", "zh-hans")
    }
    assert len(set(titles.values())) == 4


def test_the_page_of_the_description(portfolio):
    call = Caller()
    assert call("docs/").status_code == 302  # to sign in
    call.client.force_login(portfolio["people"]["editor"])
    page = call("docs/").content.decode()
    assert "GET /projects/{reference}/" in page
    assert "investor_country__not" in page
    assert "<script>" not in page
    assert "style=" not in page
    outsider = Caller()
    outsider.client.force_login(factories.outsider())
    assert outsider("docs/").status_code == 403
