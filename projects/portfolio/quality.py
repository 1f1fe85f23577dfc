"""The quality page: findings with their counts, and the rows of one, each one click from the form that mends it."""

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from projects import figures, permissions, quality
from projects.filters.base import changed
from projects.models import Amount, Observation, Organisation, Project, Statement
from projects.portfolio.kinds import label_of
from projects.portfolio.lists import SignedIn
from tracker.errors import BadParameter

SHOWN = 200  # rows of one finding on the page


def mending_url(row, field):
    """The form in which a row is mended, at its field."""
    name = row._meta.model_name
    if isinstance(row, Project):
        url = reverse("project-edit", args=[row.reference])
    elif isinstance(row, Organisation):
        url = reverse("investor-edit", args=[row.pk])
    elif isinstance(row, Statement):
        url = reverse("statement-edit", args=[row.source.code, row.code])
    elif isinstance(row, (Amount, Observation)):
        parent = (name, row.project.reference) if row.project else (f"programme-{name}", row.programme.code)
        url = reverse(f"{parent[0]}-edit", args=[parent[1], row.pk])
    else:
        url = reverse(f"{name}-edit", args=[getattr(row, "code", row.pk)])
    return f"{url}#id_{field}" if field else url


class Quality(SignedIn, TemplateView):
    """All findings, or with `finding` the rows of one; `owner` (a user name, or `me`) takes one curator's projects."""

    template_name = "portfolio/quality.html"

    def get_context_data(self, **kwargs):
        user, data = self.request.user, self.request.GET
        owner = self._owner(data.get("owner", ""))
        curators = get_user_model().objects.filter(curated_projects__isnull=False).distinct().order_by("username")
        context = super().get_context_data(**kwargs) | {
            "owners": [(person, changed(data, owner=person.username), person.pk == owner) for person in curators],
            "everybody_url": self.request.path + changed(data, owner=None),
            "is_everybody": owner is None,
        }
        if key := data.get("finding", ""):
            return context | self._rows_of(user, key, owner)
        groups = {group: [] for group in quality.GROUPS}
        for finding, number in quality.counted(user, owner):
            if number:
                url = changed(data, finding=finding.key)
                count = figures.count(number, self.request.path + url, "finding", unit="{record}")
                noun = capfirst(str(finding.model._meta.verbose_name_plural))
                groups[finding.group].append((noun, finding.label, count))
        return context | {"groups": [(quality.GROUPS[group], rows) for group, rows in groups.items() if rows]}

    def _owner(self, name):
        if not name:
            return None
        if name == "me":
            return self.request.user.pk
        person = get_user_model().objects.filter(username=name).first() if "\x00" not in name else None
        if person is None:
            raise BadParameter({"owner": [_("There is no such person.")]})
        return person.pk

    def _rows_of(self, user, key, owner):
        finding = next((finding for finding in quality.findings() if finding.key == key), None)
        if finding is None:
            raise BadParameter({"finding": [_("There is no such finding.")]})
        rows = finding.rows(user, owner)
        names = {"project", "programme", "source", "curator", "currency", "metric", "unit", "kind"}
        keys = [f.name for f in finding.model._meta.concrete_fields if f.is_relation and f.name in names]
        listed = rows.select_related(*keys).order_by("pk")[:SHOWN]
        return {
            "finding": finding,
            "noun": capfirst(str(finding.model._meta.verbose_name_plural)),
            "number": rows.count(),
            "shown": SHOWN,
            "rows": [
                (row, label_of(row), mending_url(row, finding.field) if permissions.may_change(user, row) else "")
                for row in listed
            ],
            "back_url": self.request.path + changed(self.request.GET, finding=None),
        }
