"""The money of each project as its lists and totals show it: derived from the amounts by the database itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.models.choices import AmountKind
from projects.models.projects import Project


class ProjectMoney(models.Model):
    """The sum of one kind over a project's amounts, in tenge at the rates of their statements' days.

    Triggers keep it (`PROJECT_MONEY` in sql.py tells the rule, `Amount.objects.on_projects` the same in Python): each
    project has a row for each kind at all times. The columns `open_…` are without confidential amounts. An empty
    value: no amount, or none with a rate. Where the past is read, a view of the same name computes the rows.
    """

    pk = models.CompositePrimaryKey("project_id", "kind")
    project = models.ForeignKey(
        Project, models.DO_NOTHING, verbose_name=_("project"), related_name="money", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=AmountKind)
    value = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    count = models.PositiveIntegerField()
    lower_bounds = models.PositiveIntegerField()
    upper_bounds = models.PositiveIntegerField()
    approximate = models.PositiveIntegerField()
    unconverted = models.PositiveIntegerField()
    open_value = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    open_count = models.PositiveIntegerField()
    open_lower_bounds = models.PositiveIntegerField()
    open_upper_bounds = models.PositiveIntegerField()
    open_approximate = models.PositiveIntegerField()
    open_unconverted = models.PositiveIntegerField()

    class Meta:
        indexes = [
            # The order of lists by their sums, backwards too: see `paging`.
            models.Index("kind", "value", "project", name="money_in_order"),
            models.Index("kind", "open_value", "project", name="money_in_open_order"),
        ]

    def __str__(self):
        return f"{self.project} {self.get_kind_display()}"
