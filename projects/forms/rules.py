"""What rules find, and the rules that several forms share; each names its number among the thirty.

A rule is a function (form) that yields findings: errors refuse (E), warnings ask for a reason (W).
"""

from dataclasses import dataclass

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from projects.forms.fields import shown


@dataclass(frozen=True)
class Finding:
    """What a rule found: a sentence, the field it is about, and whether it refuses."""

    text: str
    field: str | None
    is_error: bool


def error(text, field=None):
    return Finding(str(text), field, True)


def warning(text, field=None):
    return Finding(str(text), field, False)


def day(date):
    """A date as the sentences of rules write it, in the reader's language."""
    return formats.date_format(date, "SHORT_DATE_FORMAT")


def not_whole(value):
    """The sentence about a number with a fraction where things are counted one by one."""
    return _("%(value)s is no whole number. Jobs, people and pieces are counted one by one.") % {"value": shown(value)}


def dates_in_order(form):
    """Rule 7 (E): the end is not before the start."""
    for start, end in form.date_orders:
        first, last = form.value(start), form.value(end)
        if first and last and last < first:
            yield error(
                _("The end date (%(end)s) is before the start date (%(start)s).")
                % {"end": day(last), "start": day(first)},
                end,
            )


def not_in_the_future(form):
    """Rule 8 (E): what has happened has a date up to today."""
    for name in form.past_dates:
        when = form.value(name)
        if when and when > timezone.localdate() and form.is_changed(name):
            yield error(_("An actual date cannot be later than today. Use 'planned'."), name)


def no_circle(name):
    """Rule 26 (E), for a foreign key to the same table: followed upwards, it does not come back."""

    def rule(form):
        above, seen = form.value(name), set()
        while above is not None and above.pk not in seen and form.instance.pk is not None:
            if above.pk == form.instance.pk:
                yield error(_("This would make a circle."), name)
                return
            seen.add(above.pk)
            above = getattr(above, name)

    return rule


def names_translated(*, may_be_equal=False, column="name"):
    """Rule 30 (W): Kazakh and Russian stand in both state languages; equal texts only where that is usual."""

    def rule(form):
        kk, ru = f"{column}_kk", f"{column}_ru"
        if not form.is_changed(kk, ru):
            return
        kazakh, russian = form.value(kk), form.value(ru)
        if not kazakh:
            yield warning(_("The Kazakh name is empty."), kk)
        if not russian:
            yield warning(_("The Russian name is empty."), ru)
        if kazakh and kazakh == russian and not may_be_equal:
            yield warning(_("The Kazakh name is equal to the Russian one."), kk)

    return rule


def number_with_unit(value, unit):
    """Rule 10 (E): the number and its unit come together."""

    def rule(form):
        if (form.value(value) is None) != (form.value(unit) is None) and not {value, unit} & form.errors.keys():
            missing = unit if form.value(unit) is None else value
            yield error(_("Give both the number and the unit."), missing)

    return rule
