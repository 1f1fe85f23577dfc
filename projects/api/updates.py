"""Updates: list, one, a new draft or submission, and the reviewer's decision."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import PermissionDenied

from projects import actions, permissions
from projects.api import editing, nouns
from projects.api.problems import Invalid
from projects.api.projects import sorts
from projects.api.views import ApiView, Detail, Listing
from projects.columns import nouns as columns
from projects.filters import UpdateFilterSet
from projects.forms import FORMS
from projects.models import Project, Update

FIELDS = {"project": str, "period": int, "narrative": str, "no_change": bool, "submit": bool}
COMMENT = {"comment": str}
FORM_NAMES = {"no_change": "is_no_change"}
KINDS = {str: "string", int: "integer", bool: "boolean"}


def shown(update, context):
    rows = nouns.UPDATE.read(Update.objects.filter(pk=update.pk))
    return nouns.UPDATE.show(list(rows), context)[0]


def typed(body, fields):
    """The body with values of the right types only. Raises: Invalid."""
    editing.refuse_unknown(body, fields)
    wrong = {
        name: [_("Give a value of the type %(type)s.") % {"type": KINDS[fields[name]]}]
        for name, value in body.items()
        if value is not None and type(value) is not fields[name]
    }
    if wrong:
        raise Invalid(wrong)
    return {name: value for name, value in body.items() if value is not None}


def body_of(fields, *required):
    properties = {name: {"type": [KINDS[kind], "null"]} for name, kind in fields.items()}
    return {
        "type": "object",
        "properties": properties | {name: {"type": KINDS[fields[name]]} for name in required},
        "required": list(required),
        "additionalProperties": False,
    }


class Updates(Listing):
    """The updates that the caller may see; POST writes one as a draft, or submits it."""

    filterset = UpdateFilterSet
    representation = nouns.UPDATE
    sorts = sorts(columns.by_name(columns.UPDATES))
    default_sort = "-created"
    summaries = {"post": gettext_lazy("Write an update: a draft, or submitted")}
    bodies = {"post": body_of(FIELDS, "project")}
    answers = {"post": nouns.UPDATE.schema()}
    successes = {"post": 201}

    def post(self, request):
        return self.once(self._write)

    def _write(self):
        user, body = self.request.user, typed(self.request.data, FIELDS)
        visible = permissions.visible_to(user, Project.objects.all())
        project = visible.filter(reference=body.pop("project", "")).first()
        if project is None:
            raise Invalid({"project": [_("There is no such project, or you may not see it.")]})
        record = Update(project=project, author=user)
        editing.check(permissions.may_change(user, record), user, record)
        form_class, options = FORMS[Update], {"user": user, "fixed": {"project": project}}
        changes = {FORM_NAMES.get(name, name): value for name, value in body.items()}
        form = form_class(editing.form_data(form_class(**options), changes), **options)
        update = editing.save(form, by=user, fields={form_name: name for name, form_name in FORM_NAMES.items()})
        if body.get("submit"):
            update = actions.submit_update(by=user, update=update)
        return shown(update, self.context()), 201


class OneUpdate(Detail):
    queryset = Update.objects
    representation = nouns.UPDATE


class Approval(ApiView):
    """A reviewer approves a submitted update of somebody else."""

    act = staticmethod(actions.approve_update)
    needs_comment = False
    representation = nouns.UPDATE
    summaries = {"post": gettext_lazy("Approve an update")}
    bodies = {"post": body_of(COMMENT)}

    @classmethod
    def noun(cls):
        return Update._meta.verbose_name_plural

    def post(self, request, pk):
        user = request.user
        update = get_object_or_404(permissions.visible_to(user, Update.objects.all()), pk=pk)
        if not permissions.may_review(user, update):
            raise PermissionDenied(_("Only a reviewer decides on an update, and nobody on their own."))
        comment = typed(request.data, COMMENT).get("comment", "")
        if self.needs_comment and not comment.strip():
            raise Invalid({"comment": [_("Say what is to be mended before returning the update.")]})
        return self.once(lambda: (shown(self.act(by=user, update=update, comment=comment), self.context()), 200))


class Return(Approval):
    """A reviewer sends a submitted update back to its author, saying what is to be mended."""

    act = staticmethod(actions.return_update)
    needs_comment = True
    summaries = {"post": gettext_lazy("Return an update")}
    bodies = {"post": body_of(COMMENT, "comment")}
