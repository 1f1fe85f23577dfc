"""What the rules of a form look at beside its own record: its neighbours in the register, and official rates."""

import datetime
import functools

from projects import stages
from projects.models import Amount, ExchangeRate, Organisation, StageChange
from projects.models.codelists import RATE_DAYS

WITH = {Amount: ("included_in", "payer", "phase"), StageChange: ("stage",)}  # what rules ask of a neighbour


def rate_on(currency, when):
    """The official rate in force on a day: the row of that day or of at most ten days before; None without one."""
    return (
        ExchangeRate.objects.filter(
            currency=currency, day__lte=when, day__gte=when - datetime.timedelta(days=RATE_DAYS)
        )
        .order_by("-day", "-origin")
        .first()
    )


class Around:
    """Asks the database whenever a rule asks. An import knows the same of all its rows at once (`exchange.around`)."""

    rate_on = staticmethod(rate_on)

    def family(self, model, **subject):
        """The rows of a table that belong to a project or a programme, in the order in which they came."""
        return list(model._default_manager.filter(**subject).select_related(*WITH.get(model, ())).order_by("pk"))

    def parts(self, amount):
        """The standing amounts that are, or may be, parts of this one, in the order in which they came."""
        return list(amount.parts.standing().order_by("pk"))

    def before(self, record):
        """The record as it stands in the register."""
        return type(record)._base_manager.get(pk=record.pk)

    def record_of(self, project):
        """What the register knows of a project beside its own row, for what its stages ask."""
        return stages.Record([project.pk])

    def owner_of(self, name, number):
        """The organisation that has a number, `name` being its column, or None."""
        return Organisation.objects.filter(**{name: number}).first()


@functools.cache
def _subjects(model):
    """The foreign keys that say what a row belongs to."""
    own = {field.name for field in model._meta.concrete_fields}
    return [name for name in ("project", "programme") if name in own]


def siblings(form):
    """The other rows of the form's table that belong to the same project or programme, in the order in which they came.

    Args: form: a RecordForm, or what stands in for one.
    """
    model = type(form.instance)
    subject = {name: form.value(name) for name in _subjects(model)}
    if not any(subject.values()):
        return []
    rows = form.around.family(model, **subject)
    return [row for row in rows if row.pk is None or row.pk != form.instance.pk]
