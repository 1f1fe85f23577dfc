"""What templates call to show figures, dates and unknowns. Formatting only."""

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from projects import figures, history, permissions, wording
from projects.models import choices

register = template.Library()

register.simple_tag(figures.figure, name="figure")
register.simple_tag(figures.total, name="total")
register.simple_tag(figures.count, name="count_figure")
register.simple_tag(figures.converted, name="converted")
register.simple_tag(figures.statement_url, name="statement_url")
register.filter("period", lambda row: wording.period(row.period_start, row.period_end))
register.filter("span", lambda period: wording.period(period.start_on, period.end_on))  # of a reporting period
register.filter("days", lambda days: wording.period(*days))  # of the period of an obligation: first and last day


@register.simple_tag
def dated(value, precision="day", words="", has_label=True):
    """A date at its precision; unknown ones say so, and where no label stands beside them, what is unknown."""
    if value is None and precision != "relative":
        return wording.unknown() if has_label else _("date not stated")
    return wording.day(value, precision, words)


@register.filter
def person(user):
    """A user's name as others know it; nothing where there is no user."""
    return history.person_name(user) if user else ""


@register.filter
def stated(value):
    """The value, or "not stated in source" where there is none."""
    return wording.unknown() if value is None or value == "" else value


@register.simple_tag
def pill(record, name):
    """The state of a record's choice field as a pill, in the colour of its list."""
    value = getattr(record, name)
    if not value:
        return wording.unknown()
    colour = LISTS[record._meta.label, name].colour_of(value)
    label = getattr(record, f"get_{name}_display")()
    return render_to_string("components/pill.html", {"label": label, "colour": colour})


@register.simple_tag
def cells(row, as_cards=False, may_compare=False):
    """The cells of a row of a list, as its page gives them: there are hundreds, each too small for a template.

    Args: as_cards: on phones each row is a card, whose cells name their columns. may_compare: it can be ticked.
    """
    parts = []
    for number, (cell, is_number, label) in enumerate(row["cells"]):
        marks = ' class="number"' if is_number else ""
        if as_cards and number >= 2:
            marks += f' data-label="{escape(label)}"'
        tick = _tick(row["record"].reference) if may_compare and not number else ""
        parts.append(f"<td{marks}>{tick}{conditional_escape(cell)}</td>")
    return mark_safe("".join(parts))


def _tick(reference):
    return format_html(
        '<input class="row-choice" type="checkbox" name="key" value="{}" form="compare" aria-label="{}: {}">',
        reference,
        _("Compare"),
        reference,
    )


@register.simple_tag
def row_edit(section, row):
    """A link to change a row of a section, for readers who may."""
    url = section.edit_url(row)
    return format_html('<a class="row-edit" href="{}">{}</a>', url, _("Edit")) if url else ""


@register.simple_tag(takes_context=True)
def document_link(context, document):
    """A document with the way to its page; of a confidential one, others learn only that there is one."""
    if not permissions.may_read(context["request"].user, document):
        return format_html('<span class="unknown">{}</span>', permissions.title_of(context["request"].user, document))
    return format_html('<a href="{}">{}</a> {}', document.get_absolute_url(), document, expiry_pill(document))


@register.simple_tag
def expiry_pill(document):
    """Whether a document has expired or soon will; nothing where neither."""
    state = document.expiry
    if state is None:
        return ""
    return render_to_string("components/pill.html", {"label": state.label, "colour": state.colour_of(state)})


@register.simple_tag
def state_pill(found, day):
    """The state of an obligation, or of one period of it, on the day that it was computed for."""
    colour = found.state.colour_of(found.state)
    return render_to_string("components/pill.html", {"label": wording.standing(found, day), "colour": colour})


@register.simple_tag
def reached(obligation, found=None):
    """What accepted evidence comes to and its share of the target; a dash where there is none."""
    return figures.reached(obligation, found or obligation)


@register.simple_tag
def evidence_value(evidence):
    """What evidence says: a value in the obligation's unit, a part of a whole, done, or nothing."""
    return figures.evidence_value(evidence)


@register.filter
def notes(total):
    """What a reader must know of a sum."""
    return figures.total_note(total)


# The closed list behind each field that is shown as a pill.
LISTS = {
    ("projects.Project", "status"): choices.ProjectStatus,
    ("projects.Project", "stage_group"): choices.StageGroup,
    ("projects.Shipment", "status"): choices.ShipmentStatus,
    ("projects.Lead", "stage"): choices.LeadStage,
    ("projects.Update", "status"): choices.UpdateStatus,
    ("projects.Observation", "status"): choices.ObservationStatus,
    ("projects.Problem", "severity"): choices.Severity,
    ("projects.Evidence", "status"): choices.EvidenceStatus,
    ("projects.ImportJob", "status"): choices.ImportStatus,
    ("projects.Amount", "kind"): choices.AmountKind,
    **{
        (f"projects.{model}", "certainty"): choices.Certainty
        for model in (
            "Amount",
            "Observation",
            "IndicatorValue",
            "Shipment",
            "Obligation",
            "ProjectParty",
            "ProgrammeSector",
            "ProjectSector",
            "ProjectLink",
            "Milestone",
            "Engagement",
            "Agreement",
            "Lead",
            "Membership",
            "Statement",
        )
    },
}
