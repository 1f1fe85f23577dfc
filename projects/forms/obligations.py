"""Forms of obligations, evidence and waivers."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from translated_fields import to_attribute

from projects.forms.documents import DocumentedForm
from projects.forms.rules import error
from projects.forms.sourced import SourcedForm
from projects.models import Evidence, Obligation, ObligationTemplate, Waiver
from projects.models.choices import EvidenceStatus
from projects.models.obligations import SHARE

WHOLE = 100  # per cent


def _target_has_unit(form):
    """Rule 10 (E) of obligations: a target has a unit; without a target the unit says how it will be measured."""
    if form.value("target") is not None and form.value("unit") is None and "unit" not in form.errors:
        yield error(_("Give both the number and the unit."), "unit")


def _unit_fits_metric(form):
    """Rule 11 (E): the unit measures what was chosen, or is a share of it."""
    metric, unit = form.value("metric"), form.value("unit")
    if metric and unit and unit.dimension not in (metric.dimension, SHARE):
        text = _("“%(unit)s” does not measure “%(metric)s”. Choose another unit, or per cent for a share.")
        yield error(text % {"unit": unit, "metric": metric}, "unit")
    target = form.value("target")
    if target is not None and unit and unit.dimension == SHARE and target > WHOLE:
        yield error(_("A share cannot be greater than 100 per cent."), "target")


class ObligationForm(SourcedForm):
    class Meta:
        model = Obligation
        fields = "__all__"

    fieldsets = (
        (
            "",
            ("project", "programme", "organisation", "kind", "side", "strength", "description"),
        ),
        (gettext_lazy("Whose turn"), ("responsible", "owner", "waits_for")),
        (gettext_lazy("Basis"), ("basis", "instrument", "agreement", "clause", "engagement")),
        (
            gettext_lazy("Target"),
            ("metric", "budget_level", "target", "unit", "frequency", "start_on", "due_on", "end_on"),
        ),
        SourcedForm.source_fieldset,
    )
    subjects = ("project", "programme", "organisation")
    date_orders = (("start_on", "end_on"), ("start_on", "due_on"))
    rules = (_target_has_unit, _unit_fits_metric)


class EvidenceForm(DocumentedForm, SourcedForm):
    """Offers evidence; whether it is accepted is decided by somebody else, not here."""

    class Meta:
        model = Evidence
        fields = (
            "obligation",
            "period_start",
            "period_end",
            "tax_kind",
            "budget_level",
            "value",
            "out_of",
            "document",
            "statement",
            "certainty",
        )

    fieldsets = (
        (
            "",
            (
                "obligation",
                "period_start",
                "period_end",
                "tax_kind",
                "budget_level",
                "value",
                "out_of",
                "document",
            ),
        ),
        DocumentedForm.document_fieldset,
        SourcedForm.source_fieldset,
    )
    subjects = ("obligation",)
    date_orders = (("period_start", "period_end"),)
    past_dates = ("period_end",)
    from_address = ("period_start", "period_end")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_new and self.user is not None:
            self.instance.author = self.user
        if "obligation" in self.fixed:
            self._only_what_it_asks(self.fixed["obligation"])

    def _only_what_it_asks(self, obligation):
        """Leave out what this obligation has no use for, and say what its value means."""
        of_taxes = bool(obligation.budget_level)
        is_share = obligation.unit is not None and obligation.unit.dimension == SHARE
        for name, is_asked in (("tax_kind", of_taxes), ("budget_level", of_taxes), ("out_of", is_share)):
            if not is_asked:
                self.fields.pop(name, None)
            elif name in self.fields:
                self.fields[name].is_needed = name == "tax_kind"
        value = self.fields["value"]
        if obligation.is_to_be_done:
            value.help_text = _("Left empty, it says that this is done.")
        elif is_share:
            value.help_text = _("The part, where the whole is given below; else the percentage as stated.")
        elif obligation.unit is not None:
            value.help_text = _("In: %(unit)s.") % {"unit": obligation.unit}

    def clean(self):
        data = self.cleaned_data
        obligation = self.value("obligation")
        if self.instance.status != EvidenceStatus.OFFERED:
            self.add_error(None, _("This evidence has been decided on. Offer new evidence instead."))
        if obligation is not None and data.get("value") is None and "value" not in self.errors:
            if obligation.is_to_be_done:
                data["value"] = 1
            elif data.get("out_of") is not None:
                self.add_error("value", _("Give the part of this whole."))
        if obligation is not None and obligation.budget_level and not data.get("tax_kind"):
            self.add_error("tax_kind", _("Say which tax it is, and to which budget it was paid."))
        share = obligation is not None and obligation.unit is not None and obligation.unit.dimension == SHARE
        if share and data.get("out_of") is None and (data.get("value") or 0) > WHOLE:
            self.add_error("value", _("A share cannot be greater than 100 per cent."))
        return super().clean()


class WaiverForm(DocumentedForm):
    class Meta:
        model = Waiver
        fields = "__all__"

    fieldsets = (("", ("obligation", "start_on", "end_on", "reason", "document")), DocumentedForm.document_fieldset)
    needs_document = True
    subjects = ("obligation",)
    date_orders = (("start_on", "end_on"),)


class OfInstrumentForm(SourcedForm):
    """All obligations of an instrument for one project, programme or organisation: each template ticked becomes one.

    Args (beside those of RecordForm):
        templates: the ObligationTemplates offered; those in `already` (keys) are there and not ticked beforehand.
    """

    templates = forms.ModelMultipleChoiceField(
        ObligationTemplate.objects.none(),
        label=gettext_lazy("Obligations to add"),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="code",
        error_messages={"required": gettext_lazy("Tick at least one obligation.")},
    )

    class Meta:
        model = Obligation
        fields = (
            *("project", "programme", "organisation", "basis", "agreement", "clause", "engagement"),
            *("start_on", "due_on", "responsible", "owner", "statement", "certainty"),
        )

    fieldsets = (
        (gettext_lazy("Obligations to add"), ("templates",)),
        (gettext_lazy("Basis"), ("basis", "agreement", "clause", "engagement")),
        (gettext_lazy("Of all of them"), ("start_on", "due_on", "responsible", "owner")),
        SourcedForm.source_fieldset,
    )
    subjects = ("project", "programme", "organisation")
    date_orders = (("start_on", "due_on"),)

    def __init__(self, *args, templates, already=(), words=str, **kwargs):
        super().__init__(*args, **kwargs)
        self.already = set(already)
        field = self.fields["templates"]
        field.queryset = templates
        field.label_from_instance = words
        if templates:
            self.initial.setdefault("basis", templates[0].instrument.basis)
        self.initial.setdefault("templates", [row.code for row in templates if row.pk not in self.already])

    @transaction.atomic
    def save(self, commit=True):
        """Save one obligation for each template. Returns: the last of them."""
        first = self.instance
        for template in self.cleaned_data["templates"]:
            first.pk, first._state.adding = None, True
            for name in ("kind", "side", "strength", "frequency", "metric", "target", "unit", "budget_level"):
                setattr(first, name, getattr(template, name))
            first.instrument = template.instrument
            first.clause = self.cleaned_data.get("clause") or template.clause
            for code in ("kk", "ru", "en", "zh-hans"):
                setattr(first, to_attribute("description", code), getattr(template, to_attribute("name", code)))
            saved = super().save(commit)
            self.cleaned_data["new_words"] = ""  # a statement written in place carries them all
        return saved
