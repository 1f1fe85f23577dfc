"""What templates call to show figures, dates and unknowns. Formatting only."""

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from projects import figures, wording
from projects.models import choices

register = template.Library()

register.simple_tag(figures.figure, name="figure")
register.simple_tag(figures.total, name="total")
register.simple_tag(figures.count, name="count_figure")
register.simple_tag(figures.converted, name="converted")
register.simple_tag(figures.statement_url, name="statement_url")
register.filter("period", lambda row: wording.period(row.period_start, row.period_end))


@register.simple_tag
def dated(value, precision="day", words=""):
    """A date at its precision; unknown ones say so."""
    if value is None and precision != "relative":
        return wording.unknown()
    return wording.day(value, precision, words)


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
def row_edit(section, row):
    """A link to change a row of a section, for readers who may."""
    url = section.edit_url(row)
    return format_html('<a class="row-edit" href="{}">{}</a>', url, _("Edit")) if url else ""


@register.simple_tag
def state_pill(obligation):
    """The state of an obligation annotated by `with_state`."""
    state = choices.ObligationState(obligation.state)
    return render_to_string("components/pill.html", {"label": state.label, "colour": state.colour_of(state)})


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
