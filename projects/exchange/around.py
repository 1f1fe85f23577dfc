"""What rules look at beside a row of a file, known for all its rows at once, what the file itself has said included.

As with forms filled in one after another, each row sees those above it as if they were saved.
"""

import functools
from collections import defaultdict
from decimal import Decimal

from projects import stages
from projects.forms.around import WITH, Around, rate_on
from projects.models import Amount, Organisation

CENT = Decimal("0.01")


class Gathered(Around):
    """Around the rows of one table. Costs one query for each kind of neighbour that a rule asks for."""

    def __init__(self, model, changes):
        """Args: changes: all Changes of the model, in the order in which they are checked."""
        self.model, self.changes = model, changes
        self.checked, self.new, self._owners = {}, defaultdict(list), {}
        self.rate_on = functools.cache(rate_on)

    def family(self, model, project=None, **subject):
        if project is None:  # no file brings parts of a programme
            return super().family(model, project=project, **subject)
        known = [self.checked.get(row.pk, row) for row in self._families.get(project.pk, ())]
        return known + self.new[_key(project)]

    def parts(self, amount):
        return [self.checked.get(row.pk, row) for row in self._parts.get(amount.pk, ())]

    def before(self, record):
        return self._before[record.pk]

    def record_of(self, project):
        return self._record

    @functools.cached_property
    def _record(self):
        return stages.Record({change.record.project_id for change in self.changes} - {None})

    def owner_of(self, name, number):
        if name not in self._owners:
            numbers = {number for change in self.changes if (number := getattr(change.record, name))}
            rows = Organisation.objects.filter(**{f"{name}__in": numbers})
            self._owners[name] = {getattr(row, name): row for row in rows}
        return self._owners[name].get(number)

    def settle(self, record):
        """Let a record that is about to be checked point to what the file has said of its whole."""
        if self.model is Amount and record.included_in_id in self.checked:
            record.included_in = self.checked[record.included_in_id]

    def add(self, record):
        """Let the next rows see a record that no rule has refused."""
        if self.model is Amount:
            record.value_kzt = self._in_tenge(record)
        if record.pk is not None:
            self.checked[record.pk] = record
        elif (project := record._state.fields_cache.get("project")) is not None:
            self.new[_key(project)].append(record)

    @functools.cached_property
    def _before(self):
        return {change.before.pk: change.before for change in self.changes if change.before is not None}

    @functools.cached_property
    def _families(self):
        projects = {change.record.project_id for change in self.changes} - {None}
        rows = self.model._default_manager.filter(project__in=projects).select_related(*WITH.get(self.model, ()))
        return _grouped(rows.order_by("pk"), "project_id")

    @functools.cached_property
    def _parts(self):
        wholes = {change.record.included_in_id for change in self.changes} | set(self._before)
        return _grouped(
            Amount.objects.standing().filter(included_in__in=wholes - {None}).order_by("pk"), "included_in_id"
        )

    def _in_tenge(self, amount):
        """What the database will write beside an amount; None without a rate."""
        if amount.currency_id == "KZT":
            return amount.value if amount.as_of else None
        rate = self.rate_on(amount.currency, amount.as_of) if amount.currency_id and amount.as_of else None
        return (amount.value * rate.rate).quantize(CENT) if rate else None


def _key(project):
    """What tells projects apart, in the register or not saved yet."""
    return project.pk if project.pk is not None else id(project)


def _grouped(rows, name):
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
