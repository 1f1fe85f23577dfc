"""Projects: list, one record and its changes, totals, facets."""

import hashlib
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from projects import facets, history, permissions, rollups
from projects.api import editing, parts, representations
from projects.api.problems import PreconditionFailed, PreconditionRequired
from projects.api.views import ApiView, Detail, Listing, one_of
from projects.columns.projects import PROJECT_COLUMNS
from projects.filters import ProjectFilterSet
from projects.filters.projects import FACETS
from projects.forms import FORMS
from projects.models import Amount, Project

# Names in the API that are others in the form.
FIELDS = {"sector": "main_sector"}
BODY = editing.schema_of(FORMS[Project], {form_name: name for name, form_name in FIELDS.items()})
DIMENSIONS = ("", *rollups.DIMENSIONS)
LINE = {
    "type": "object",
    "properties": {
        "key": {"type": ["string", "null"]},
        "label": {"type": "string"},
        "projects": {"type": "integer"},
        "programme": {"type": "string"},
        "amounts": representations.TOTALS_SCHEMA,
        "uncertain": {"type": "array", "items": parts.AMOUNT_APART.schema()},
    },
    "required": ["key", "label", "projects", "amounts"],
}
FACET = {
    "type": "object",
    "properties": {
        "label": {"type": "string"},
        "values": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "value": {"type": ["string", "null"]},
                    "label": {"type": ["string", "null"]},
                    "count": {"type": "integer"},
                },
            },
        },
    },
}


def sorts(columns):
    """Sort keys by name, from the columns of the list's page."""
    return {name: column.sort for name, column in columns.items() if column.sort is not None}


class Projects(Listing):
    """The projects under the filters of the list page; POST adds one."""

    filterset = ProjectFilterSet
    representation = representations.PROJECT
    sorts = sorts(PROJECT_COLUMNS)
    default_sort = "reference"
    tells_money = True
    summaries = {"post": gettext_lazy("Add a project")}
    bodies = {"post": BODY}
    answers = {"post": representations.PROJECT_DETAIL.schema()}
    successes = {"post": 201}

    def post(self, request):
        user = request.user
        editing.check(permissions.may_add(user, Project), user, Project())
        return self.once(self._write)

    def _write(self):
        project = changed(Project(), self.request.data, by=self.request.user)
        return record_of(project, self.context()), 201


class OneProject(Detail):
    queryset = Project.objects
    representation = representations.PROJECT_DETAIL
    key = "reference"
    tells_money = True
    summaries = {"patch": gettext_lazy("Change a project")}
    bodies = {"patch": BODY}

    def get(self, request, **kwargs):
        return self._answer(self.shown(self.context(), **kwargs))

    def patch(self, request, **kwargs):
        """Change fields of the project itself; `If-Match` says which state of it was read."""
        user, context = request.user, self.context()
        shown = self.shown(context, **kwargs)
        project = self.visible(**kwargs).get()
        editing.check(permissions.may_change(user, project), user, project)
        asked = request.headers.get("If-Match")
        if asked is None:
            raise PreconditionRequired(_("Send the ETag of the record that you read as If-Match."))
        if etag(shown) not in [tag.strip() for tag in asked.split(",")] or project.version != shown["version"]:
            text = _("Somebody else changed this record after you read it. Read it again.")
            raise PreconditionFailed(text, differences(project, asked, request.data, by=user))
        changed(project, request.data, by=user)
        return self._answer(record_of(project, context))

    @staticmethod
    def _answer(shown):
        return Response(shown, headers={"ETag": etag(shown)})


def etag(shown):
    """A strong ETag: the versions of the project and of all that is shown with it."""
    parts = [
        (name, row["id"], row["version"], row["updated_at"])
        for name in representations.PROJECT_PARTS
        for row in shown[name]
    ]
    return f'"{shown["version"]}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"'


def differences(project, asked, body, *, by):
    """What a caller who read an older state compares: field -> what stood there then (null where that is not known),
    what stands there now, what was sent; all as a form writes them.

    Args:
        asked: the ETag that was sent, which begins with the version that was read.
    """
    version = re.match(r'"([0-9]{1,9})-', asked.strip())
    base = history.state_at(project, int(version[1])) if version else None
    shown = editing.form_data(FORMS[Project](instance=project, user=by), {})
    before = {}
    if base is not None:
        state = Project(**{column.attname: getattr(base, column.attname) for column in Project._meta.concrete_fields})
        state._state.adding = False
        before = editing.form_data(FORMS[Project](instance=state, user=by), {})
    names = {name: FIELDS.get(name, name) for name in body if isinstance(body, dict)}
    return {
        name: {"was": before.get(field), "now": shown.get(field, ""), "sent": editing.as_text(name, body[name])}
        for name, field in names.items()
        if field in FORMS[Project].base_fields
    }


def changed(project, body, *, by):
    """Save the changes of a request's body by the form of projects. Returns: the project as saved."""
    empty = FORMS[Project](instance=project, user=by)
    body = {FIELDS.get(name, name): value for name, value in body.items()}
    editing.refuse_unknown(body, editing.fields_of(empty))
    data = editing.form_data(empty, body)
    form = FORMS[Project](data, instance=project, user=by)
    return editing.save(form, by=by, fields={form_name: name for name, form_name in FIELDS.items()})


def record_of(project, context):
    rows = representations.PROJECT_DETAIL.read(Project.objects.filter(pk=project.pk))
    return representations.PROJECT_DETAIL.show(list(rows), context)[0]


class OfProjects(ApiView):
    """What is computed over the projects under the filters of the list."""

    filterset = ProjectFilterSet
    tells_money = True

    @classmethod
    def noun(cls):
        return Project._meta.verbose_name_plural

    def filters(self):
        return ProjectFilterSet(self.request.GET, user=self.request.user)


class Totals(OfProjects):
    """Sums that reconcile: announced, committed and disbursed, never added together."""

    summaries = {"get": gettext_lazy("Totals")}
    answers = {"get": {"type": "array", "items": LINE}}
    choices = {"by": [name for name in DIMENSIONS if name]}

    def get(self, request):
        return self.remembered(self.lines)

    def lines(self):
        context, by = self.context(), one_of(self.request.GET, "by", DIMENSIONS)
        filters = self.filters()
        portfolio = rollups.Portfolio(
            filters.rows(),
            currency=context.currency,
            rate=context.rate,
            amounts=permissions.visible_to(self.request.user, Amount.objects.all()),
            state=filters.state,
        )
        if by:
            return [self._line(line) for line in portfolio.by(by)]
        return [self._line(portfolio.total) | {"uncertain": self._apart(portfolio, context)}]

    @staticmethod
    def _line(line):
        of_programme = {"programme": line.url_value} if line.key == "unallocated" else {}
        return {
            "key": line.key,
            "label": line.label,
            "projects": line.projects,
            **of_programme,
            "amounts": {kind: representations.total(row) for kind, row in line.amounts.items()},
        }

    @staticmethod
    def _apart(portfolio, context):
        """Amounts of which nobody knows whether they are part of another one: told apart, never added."""
        rows = Amount.objects.filter(pk__in=[amount.pk for amount in portfolio.uncertain]).order_by("pk")
        apart = parts.AMOUNT_APART
        return apart.show(list(apart.read(rows)), context)


class Facets(OfProjects):
    """How many projects each value of each facet has, counted under all other filters."""

    summaries = {"get": gettext_lazy("Counts for each value of each facet")}
    answers = {"get": {"type": "object", "properties": dict.fromkeys(FACETS, FACET)}}

    def get(self, request):
        return self.remembered(self.counts)

    def counts(self):
        counted = facets.facets(self.filters(), FACETS)
        return {
            name: {
                "label": str(FACETS[name][0]),
                "values": [
                    {"value": row.value, "label": row.label or None, "count": row.count} for row in counted[name]
                ],
            }
            for name in FACETS
        }
