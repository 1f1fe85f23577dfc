"""Forms of programmes, projects and what belongs to a project besides money and progress."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects import actions
from projects.forms.base import RecordForm
from projects.forms.fields import DateField, KeyField, shown
from projects.forms.rules import error, names_translated, warning
from projects.forms.sourced import SourcedForm
from projects.models import (
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
from projects.models.choices import ProjectStatus

# West, south, east and north of the region in degrees, computed from its boundary.
BOUNDS = {"KZ-27": (Decimal("46.49"), Decimal("47.95"), Decimal("54.57"), Decimal("51.78"))}
NEAR = Decimal("0.2")  # degrees from the edge of the bounds within which a point may lie across the border
BESIDE_EACH_OTHER = {"equipment", "construction"}  # equipment may come before or beside construction
TRIES = 3  # at a free reference, where several projects are added at the same moment


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
    status = form.value("status")
    if status not in (ProjectStatus.SUSPENDED, ProjectStatus.CANCELLED):
        return
    needed = ["status_reason", "status_on"] + (["review_on"] if status == ProjectStatus.SUSPENDED else [])
    for name in needed:
        if not form.value(name):
            yield error(_("Give the reason, the date and when it will be looked at again."), name)
            return


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
        for attempt in range(TRIES):
            self.instance.reference = actions.next_reference()
            try:
                with transaction.atomic():
                    return super().save(commit)
            except IntegrityError:
                if attempt == TRIES - 1:
                    raise
        return self.instance


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
    share, project = form.value("share"), form.value("project")
    if share is None or project is None:
        return
    others = ProjectParty.objects.filter(project=project, role=form.value("role")).exclude(pk=form.instance.pk)
    total = share + (others.aggregate(total=Sum("share"))["total"] or 0)
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


def _stage_dated(form):
    """Rule 17 (E): commissioning and operation need the actual commissioning date."""
    stage, project = form.value("stage"), form.value("project")
    if stage and stage.needs_date and project and not (form.value("commissioned_on") or project.commissioned_on):
        yield error(_("Enter the actual commissioning date and attach the act."), "commissioned_on")


def _stage_documented(form):
    """Rule 18 (W): the documents that the stage requires are attached to the project."""
    stage, project = form.value("stage"), form.value("project")
    if not stage or not project or not form.is_changed("stage", "document"):
        return
    attached = set(project.documents.values_list("document__document_type", flat=True))
    if document := form.value("document"):
        attached.add(document.document_type_id)
    required = list(stage.requirements.select_related("document_type"))
    alternatives = [row.document_type for row in required if row.is_alternative]
    missing = [row.document_type for row in required if not row.is_alternative]
    missing = [kind for kind in missing if kind.pk not in attached]
    if alternatives and not attached & {kind.pk for kind in alternatives}:
        missing.insert(0, alternatives[0])
    if missing:
        text = _("Not attached: %(documents)s. Stage is shown as 'unconfirmed' until it is.")
        yield warning(text % {"documents": ", ".join(str(kind) for kind in missing)}, "document")


def _stage_back(form):
    """Rule 19 (W): a step back is meant, and has a reason."""
    stage, project = form.value("stage"), form.value("project")
    effective_on = form.value("effective_on")
    if not stage or not project or not effective_on or not form.is_changed("stage", "effective_on"):
        return
    earlier = project.stage_changes.filter(effective_on__lte=effective_on).exclude(pk=form.instance.pk)
    last = earlier.select_related("stage").order_by("-effective_on", "-pk").first()
    if last is None or stage.position >= last.stage.position or {stage.pk, last.stage_id} == BESIDE_EACH_OTHER:
        return
    text = _("You move the project back from %(before)s to %(now)s. Give a reason.")
    yield warning(text % {"before": last.stage, "now": stage}, "stage")


class StageChangeForm(SourcedForm):
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
        SourcedForm.source_fieldset,
    )
    subjects = ("project",)
    limits = {"stage": Q(is_active=True)}
    past_dates = ("effective_on", "commissioned_on")
    rules = (_stage_dated, _stage_documented, _stage_back)

    def clean(self):
        data = super().clean()
        if self.warnings and not data.get("reason"):
            data["reason"] = data.get("change_reason", "")  # rule 19: the log itself says why
        return data

    def save(self, commit=True):
        if day := self.cleaned_data.get("commissioned_on"):
            Project.objects.filter(pk=self.instance.project_id).update(commissioned_on=day)
        return super().save(commit)
