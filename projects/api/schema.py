"""The description of the API (OpenAPI 3.1), made from the addresses, filters, forms and representations themselves."""

import importlib

import django_filters
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View
from rest_framework.response import Response

from projects import paging, permissions
from projects.api.views import ApiView, Detail, Listing
from projects.filters.base import MoneyFilter
from projects.rollups import CURRENCIES, RATES
from projects.search import SEARCH_LENGTH

METHODS = ("get", "post", "patch")
CONVERTERS = {"int": {"type": "integer", "minimum": 1}, "str": {"type": "string"}, "path": {"type": "string"}}
# A field of a record that was changed meanwhile: as it was read, as it stands now, as it was sent.
DIFFERENCE = {
    "type": "object",
    "properties": {"was": {"type": ["string", "null"]}, "now": {"type": "string"}, "sent": {"type": "string"}},
}
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "differences": {"type": "object", "additionalProperties": DIFFERENCE},
    },
    "required": ["type", "title", "status"],
}


def _parameter(name, schema, description="", place="query", **more):
    found = {"name": name, "in": place, "schema": schema, **more}
    return found | ({"description": str(description)} if description else {})


def _header(name, description):
    return _parameter(name, {"type": "string"}, description, "header")


def _filter_parameter(name, filter_):
    """A filter as a parameter of a query string; those that take several values are repeated."""
    is_several = isinstance(filter_, django_filters.MultipleChoiceFilter)
    choices = filter_.extra.get("choices")
    schema = {"type": "string"}
    if choices:
        schema["enum"] = [str(value) for value, _label in choices]
    elif isinstance(filter_, django_filters.DateFilter):
        schema["format"] = "date"
    elif isinstance(filter_, MoneyFilter):
        schema["pattern"] = r"^\d{1,17}(\.\d{1,2})?$"
    elif name == "q":
        schema["maxLength"] = SEARCH_LENGTH
    label = filter_.label or name
    if name.endswith("__not"):
        label = _("%(filter)s: not these") % {"filter": label}
    elif name.endswith("__empty"):
        label = _("%(filter)s: not stated") % {"filter": label}
    return _parameter(name, {"type": "array", "items": schema} if is_several else schema, label)


def _filters_of(view):
    found = [_filter_parameter(name, filter_) for name, filter_ in view.filterset.base_filters.items()]
    return found + _clocks()


def _clocks():
    return [
        _parameter("as_of", {"type": "string", "format": "date"}, _("What was true on this day")),
        _parameter(
            "known_at", {"type": "string"}, _("What the register held at this moment: a date, or date and time")
        ),
    ]


def _money():
    return [
        _parameter("currency", {"type": "string", "enum": list(CURRENCIES)}, _("Currency of the sums")),
        _parameter("rate", {"type": "string", "enum": list(RATES)}, _("Rate of each statement's day, or of today")),
    ]


def _paging(view):
    names = [name for sort in view.sorts for name in (sort, f"-{sort}")]
    return [
        _parameter("sort", {"type": "string", "enum": names}, _("Order; a minus turns it round")),
        _parameter(
            "per_page", {"type": "string", "enum": [str(size) for size in paging.PER_PAGE]}, _("Rows of a page")
        ),
        _parameter("after", {"type": "string"}, _("Place in the list, from `next`")),
        _parameter("before", {"type": "string"}, _("Place in the list, from `previous`")),
        _parameter("count", {"type": "string", "enum": ["0", "1"]}, _("1: tell the number of all rows")),
    ]


def _page(schema):
    address = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "properties": {
            "next": address,
            "previous": address,
            "count": {"type": "integer"},
            "results": {"type": "array", "items": schema},
        },
        "required": ["next", "previous", "results"],
    }


class _Description:
    """Gathers the operations and the schemas that they refer to."""

    def __init__(self):
        self.paths, self.schemas = {}, {"Problem": PROBLEM}

    def named(self, representation):
        self.schemas[representation.name] = representation.schema()
        return {"$ref": f"#/components/schemas/{representation.name}"}

    def add(self, path, view, arguments):
        operations = {}
        for method in METHODS:
            if hasattr(view, method):
                operations[method] = self.operation(path, view, method, arguments)
        self.paths[path] = operations

    def operation(self, path, view, method, arguments):
        parameters = [_parameter(n, schema, place="path", required=True) for n, schema in arguments.items()]
        answer = view.answers.get(method)
        noun = view.noun()
        summary = view.summaries.get(method) or capfirst(noun)
        if issubclass(view, Listing) and method == "get":
            answer = _page(self.named(view.representation))
            parameters += _filters_of(view) + (_money() if view.tells_money else []) + _paging(view)
        elif issubclass(view, Detail) and method == "get":
            parameters += _clocks()
        elif method == "get":
            parameters += _filters_of(view) + _money()
            parameters += [
                _parameter(name, {"type": "string", "enum": values}) for name, values in view.choices.items()
            ]
        if answer is None:
            answer = self.named(view.representation)
        if method == "post":
            parameters.append(_header("Idempotency-Key", _("The same key and content are carried out once")))
        if method == "patch":
            parameters.append(_header("If-Match", _("The ETag of the record that was read")))
        found = {
            "operationId": f"{method}_{path.strip('/').replace('/', '_').replace('{', '').replace('}', '')}",
            "summary": str(summary),
            "tags": [str(capfirst(noun))],
            "parameters": parameters,
            "responses": {
                str(view.successes.get(method, 200)): {
                    "description": str(summary),
                    "content": {"application/json": {"schema": answer}},
                },
                "4XX": {
                    "description": _("A problem document"),
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            },
        }
        if method in view.bodies:
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": view.bodies[method]}}}
        return found


def description():
    """The OpenAPI document as a dictionary, in the language of the request."""
    found = _Description()
    for pattern in importlib.import_module("projects.api.urls").urlpatterns:
        view = getattr(pattern.callback, "cls", None)
        if view is None or not view.is_described:
            continue
        route, arguments = str(pattern.pattern), {}
        for name in pattern.pattern.converters:
            kind = next(kind for kind in CONVERTERS if f"<{kind}:{name}>" in route)
            arguments[name] = CONVERTERS[kind]
            route = route.replace(f"<{kind}:{name}>", f"{{{name}}}")
        found.add(f"/{route}", view, arguments)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": _("Investment register"),
            "version": "1",
            "description": _("The rows, filters and sums of the register's pages as JSON."),
        },
        "servers": [{"url": reverse("api:project-list").removesuffix("/projects/")}],
        "security": [{"token": []}, {"session": []}],
        "paths": found.paths,
        "components": {
            "schemas": found.schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            },
        },
    }


class Schema(ApiView):
    """The description as JSON."""

    is_described = False

    def get(self, request):
        return Response(description(), headers={"Content-Language": get_language()})


class Docs(View):
    """The description as a page of the register, without anything from outside."""

    def get(self, request):
        if not permissions.may_see_register(request.user):
            raise PermissionDenied
        found = description()
        groups = {}
        for path, operations in found["paths"].items():
            for method, operation in operations.items():
                groups.setdefault(operation["tags"][0], []).append(self._shown(found, method, path, operation))
        base = request.build_absolute_uri(found["servers"][0]["url"])
        return render(request, "api/docs.html", {"groups": groups.items(), "base": base})

    @staticmethod
    def _shown(found, method, path, operation):
        code, success = next(iter(operation["responses"].items()))
        schema = success["content"]["application/json"]["schema"]
        schema = schema.get("properties", {}).get("results", {}).get("items", schema)
        schema = schema.get("items", schema)
        schema = found["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        return {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "parameters": [
                parameter | {"values": _values(parameter["schema"])} for parameter in operation["parameters"]
            ],
            "body": [(name, _values(part)) for name, part in body.get("properties", {}).items()],
            "fields": list(schema.get("properties", {})),
            "code": code,
        }


def _values(schema):
    """What a parameter takes, in a few words: its values, or its form."""
    schema = schema.get("items", schema)
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"] if value is not None)
    kind = schema.get("format") or schema.get("type", "")
    return ", ".join(part for part in kind if part != "null") if isinstance(kind, list) else kind
