"""Parts of a record's page: rows under a title, and where rows are added and changed."""

from dataclasses import dataclass

from django.db.models import Prefetch
from django.urls import reverse

from projects import permissions
from projects.models import Amount, Statement


@dataclass
class Section:
    """A part of a page: its rows, those that perhaps belong to it, and where rows are added and changed.

    kind: the stem of the URL names of its rows, for readers who may change them; parent: the key of their record.
    """

    anchor: str
    title: str
    template: str
    rows: object
    possible: object = ()
    kind: str = ""
    parent: str | int = ""

    @property
    def add_url(self):
        return reverse(f"{self.kind}-new", args=[self.parent]) if self.kind else ""

    def edit_url(self, row):
        if not self.kind:
            return ""
        key = row.code if isinstance(row, Statement) else row.pk
        return reverse(f"{self.kind}-edit", args=[self.parent, key])


def section_maker(parent, may_change):
    """A function that makes the sections of one record: (anchor, title, template, rows, kind, possible) -> Section.

    Takes: parent, the key of the record; may_change, whether the reader may: others get no addresses of forms.
    """

    def section(anchor, title, template, rows, kind="", possible=()):
        kind = kind if may_change else ""
        return Section(anchor, title, f"portfolio/{template}.html", rows, possible, kind, parent)

    return section


def shown_amounts(user):
    """The amounts that a user may see, for a table of them; `included_in` is None where that one may not be seen."""
    seen = permissions.visible_to(user, Amount.objects.select_related("statement__source"))
    return seen.select_related("payer", "phase").prefetch_related(Prefetch("included_in", seen))
