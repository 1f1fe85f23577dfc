"""Forms of programmes, projects and what belongs to a project besides money and progress."""

from decimal import Decimal
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import actions, stages
from projects.forms.around import siblings
from projects.forms.base import RecordForm
from projects.forms.documents import DocumentedForm
from projects.forms.fields import DateField, KeyField, shown
from projects.forms.rules import day, error, names_translated, warning
from projects.forms.sourced import SourcedForm
from projects.models import (
    Document,
    Phase,
    Place,
    Programme,
    ProgrammeSector,
    Project,
    ProjectLink,
    ProjectParty,
    ProjectSector,
    StageChange,
)
from projects.models.choices import StageFact

# West, south, east and north of the region in degrees, computed from its boundary.
BOUNDS = {"KZ-27": (Decimal("46.49"), Decimal("47.95"), Decimal("54.57"), Decimal("51.78"))}
NEAR = Decimal("0.2")  # degrees from the edge of the bounds within which a point may lie across the border


def _place_in_region(form):
    """Rule 25 (E, near the border W): the point lies in the region."""
    latitude, longitude, bounds = form.value("latitude"), form.value("longitude"), BOUNDS.get(settings.HOME_REGION)
    if latitude is None or longitude is None or bounds is None or not form.is_changed("latitude", "longitude"):
        return
    west, south, east, north = bounds
    inside = min(longitude - west, east - longitude, latitude - south, north - latitude)
    if inside < 0:
        yield error(_("The place is outside West Kazakhstan Region."), "latitude")
    elif inside < NEAR:
        yield warning(_("The point is near the border of the region. Compare it with the map."), "latitude")


def _commissioned(form):
    """Rule 17 (E): a project that is commissioned or operating has its commissioning date."""
    stage = form.instance.stage
    if stage is not None and stage.needs_date and not form.value("commissioned_on"):
        yield error(_("Enter the actual commissioning date and attach the act."), "commissioned_on")


def _stop_explained(form):
    """Rule 29 (E): a suspended or cancelled project has reason and date, a suspended one a review date."""
    given = {"reason": form.value("status_reason"), "since": form.value("status_on")}
    for refusal in stages.status_refusals(form.value("status"), review_on=form.value("review_on"), **given):
        yield error(refusal.text, refusal.field)


class ProgrammeForm(RecordForm):
    class Meta:
        model = Programme
        fields = "__all__"
        field_classes = {"code": KeyField}

    fieldsets = (("", ("code", "name", "description", "consortium", "sectors_are_exhaustive")),)
    rules = (names_translated(),)


class ProgrammeSectorForm(SourcedForm):
    class Meta:
        model = ProgrammeSector
        fields = "__all__"

    fieldsets = (("", ("programme", "sector", "alternative")), SourcedForm.source_fieldset)
    subjects = ("programme",)


class ProjectForm(RecordForm):
    class Meta:
        model = Project
        fields = "__all__"
        field_classes = {"reference": KeyField}

    fieldsets = (
        (
            gettext_lazy("Identification"),
            ("reference", "name", "aliases", "description", "purpose", "programme", "is_placeholder"),
        ),
        (
            gettext_lazy("Classification and place"),
            ("project_type", "main_sector", "place", "latitude", "longitude", "cadastral_number"),
        ),
        (
            gettext_lazy("Progress"),
            ("stage_group", "status", "status_on", "status_reason", "review_on")
            + ("planned_start_on", "planned_end_on", "started_on", "commissioned_on", "announced_on"),
        ),
        (
            gettext_lazy("Administration"),
            ("department", "curator", "contract_type", "contract_number", "platform_number", "is_public"),
        ),
    )
    reserved = ("curator", "is_public")
    date_orders = (("planned_start_on", "planned_end_on"), ("started_on", "commissioned_on"))
    past_dates = ("started_on", "commissioned_on", "announced_on", "status_on")
    rules = (_place_in_region, _commissioned, _stop_explained, names_translated())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reference"].required = False
        if place := self.fields.get("place"):
            place.queryset = place.queryset.filter(code__in=Place.objects.within([settings.HOME_REGION]).values("code"))
            place.error_messages["invalid_choice"] = _("The place is outside West Kazakhstan Region.")  # rule 25

    def clean_reference(self):
        reference = self.cleaned_data["reference"]
        if not reference and not self.is_new:
            return self.instance.reference
        if Project.objects.filter(reference__iexact=reference).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another project has this reference."), code="unique")
        return reference

    def clean_status(self):
        return self.cleaned_data["status"] or None

    def save(self, commit=True):
        if self.instance.reference:
            return super().save(commit)
        return actions.with_next_references([self.instance], partial(super().save, commit))


class PhaseForm(RecordForm):
    class Meta:
        model = Phase
        fields = "__all__"

    fieldsets = (("", ("project", "programme", "organisation", "number", "name", "start_on", "end_on")),)
    subjects = ("project", "programme")
    date_orders = (("start_on", "end_on"),)


class ProjectSectorForm(SourcedForm):
    class Meta:
        model = ProjectSector
        fields = "__all__"

    fieldsets = (("", ("project", "sector")), SourcedForm.source_fieldset)
    subjects = ("project",)


def _shares(form):
    """Rule 23 (E): the shares of all who hold the same role add up to at most 100 %."""
    share = form.value("share")
    if share is None or form.value("project") is None:
        return
    total = share + sum(row.share or 0 for row in siblings(form) if row.role == form.value("role"))
    if total > 100:
        yield error(_("Shares add up to %(total)s %%.") % {"total": shown(total)}, "share")


class ProjectPartyForm(SourcedForm):
    class Meta:
        model = ProjectParty
        fields = "__all__"

    fieldsets = (
        ("", ("project", "programme", "organisation", "role", "share", "candidates")),
        SourcedForm.source_fieldset,
    )
    subjects = ("project", "programme")
    rules = (_shares,)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.fixed.get("project"):
            del self.fields["candidates"]


class ProjectLinkForm(SourcedForm):
    class Meta:
        model = ProjectLink
        fields = "__all__"

    fieldsets = (("", ("from_project", "kind", "to_project", "note")), SourcedForm.source_fieldset)
    subjects = ("from_project",)


# ---- Stages ----------------------------------------------------------------------------------


def _stage_may_follow(form):
    """Rules 8, 17 (E) and 19 (W): the day, the commissioning date, and a step back with its reason."""
    stage, project, day = form.value("stage"), form.value("project"), form.value("effective_on")
    if not stage or not project or not day:
        return
    given = {"reason": form.value("reason") or "", "commissioned_on": form.value("commissioned_on")}
    for refusal in stages.refusals(project, stage, day, log=siblings(form), **given):
        if refusal.field == "commissioned_on":
            yield error(refusal.text, refusal.field)
        elif form.is_changed("stage", "effective_on"):
            yield (warning if refusal.field == "reason" else error)(refusal.text, refusal.field)


def _commissioned_once(form):
    """A commissioning date that the project has already is changed on the project's own page, never by a stage."""
    given, project = form.value("commissioned_on"), form.value("project")
    if given and project and project.commissioned_on not in (None, given):
        text = _("The project has the commissioning date %(day)s. Change it on the project's own page.")
        yield error(text % {"day": day(project.commissioned_on)}, "commissioned_on")


def _stage_documented(form):
    """Rule 18 (W): what the stage requires is there."""
    stage, project = form.value("stage"), form.value("project")
    if not stage or not project or not form.is_changed("stage", "document"):
        return
    if project.pk is None:  # comes with the same file: its page will say what the stage asks for
        return
    known = [StageFact.COMMISSIONED] if form.value("commissioned_on") else []
    record = form.around.record_of(project)
    missing = stages.missing(project, stage, more=_documents_of(form), known=known, record=record)
    documents = [str(requirement) for requirement in missing if requirement.rows[0].document_type]
    facts = [str(requirement) for requirement in missing if not requirement.rows[0].document_type]
    if documents:
        text = _("Not attached: %(documents)s. Stage is shown as 'unconfirmed' until it is.")
        yield warning(text % {"documents": ", ".join(documents)}, "document")
    if facts:
        text = _("Not on record: %(facts)s. Stage is shown as 'unconfirmed' until it is.")
        yield warning(text % {"facts": ", ".join(facts)}, "stage")


def _documents_of(form):
    """The documents that come with the form: the chosen one, or the new one as it will be."""
    new_type = form.cleaned_data.get("new_type") if form.cleaned_data.get("new_title") else None
    return [*filter(None, [form.value("document")]), *([Document(document_type=new_type)] if new_type else [])]


class StageChangeForm(DocumentedForm, SourcedForm):
    class Meta:
        model = StageChange
        fields = "__all__"

    commissioned_on = DateField(
        label=gettext_lazy("Commissioned on"),
        required=False,
        help_text=gettext_lazy("For the stages from commissioning on, where the project does not have the date yet."),
    )

    fieldsets = (
        ("", ("project", "stage", "effective_on", "date_precision", "commissioned_on", "document", "reason")),
        DocumentedForm.document_fieldset,
        SourcedForm.source_fieldset,
    )
    subjects = ("project",)
    limits = {"stage": Q(is_active=True)}
    past_dates = ("commissioned_on",)
    from_address = (*DocumentedForm.from_address, "stage")
    rules = (*DocumentedForm.rules, _stage_may_follow, _commissioned_once, _stage_documented)

    def clean(self):
        data = super().clean()
        if self.warnings and not data.get("reason"):
            data["reason"] = data.get("change_reason", "")  # rule 19: the log itself says why
        return data

    def save(self, commit=True):
        if day := self.cleaned_data.get("commissioned_on"):
            Project.objects.filter(pk=self.instance.project_id, commissioned_on=None).update(commissioned_on=day)
        return super().save(commit)
