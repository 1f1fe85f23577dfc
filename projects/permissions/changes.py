"""Who adds, changes, moves and deletes which rows."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils.translation import gettext as _

from projects.models import (
    ActionItem,
    Amount,
    ApiToken,
    Attachment,
    Autosave,
    Checkpoint,
    Container,
    Document,
    Evidence,
    Holiday,
    ImportedFile,
    ImportJob,
    ImportRun,
    Milestone,
    Notice,
    Obligation,
    Observation,
    PeriodReport,
    Phase,
    Place,
    Problem,
    Programme,
    Project,
    ProjectDocument,
    ProjectLink,
    ProjectParty,
    ProjectSector,
    ReportingCycle,
    ReportingPeriod,
    SavedMapping,
    SavedView,
    SecondFactorEvent,
    Sector,
    StaffMember,
    StageChange,
    StageRequirement,
    Submission,
    Subscription,
    Update,
    Waiver,
    Webhook,
    WebhookDelivery,
)
from projects.models.base import CodeList
from projects.models.choices import UpdateStatus, ViewAudience
from projects.permissions.roles import (
    ADMINISTRATOR,
    ANALYST,
    DEPARTMENT_EDITOR,
    DISTRICT_EDITOR,
    EDITORS,
    is_administrator,
    may_see_register,
    roles,
)
from projects.permissions.sight import visible_to

# Only administrators change these: code lists, people at work, and what the system itself keeps.
ADMINISTERED = {StaffMember, ReportingCycle, ReportingPeriod, Holiday, StageRequirement, Webhook}
ADMINISTERED |= {get_user_model(), Group}
KEPT_BY_SYSTEM = {ApiToken, Autosave, ImportedFile, ImportJob, ImportRun, Notice, PeriodReport, SavedMapping}
KEPT_BY_SYSTEM |= {SecondFactorEvent, Submission, WebhookDelivery}


def _scope(user):
    """The places and sectors (with all below them) that an editor answers for; read once a request."""
    if not hasattr(user, "_scope"):
        member = getattr(user, "staff_member", None)
        places = member.places.values_list("code", flat=True) if member else []
        sectors = member.sectors.values_list("code", flat=True) if member else []
        user._scope = (
            set(Place.objects.within(list(places)).values_list("code", flat=True)) if places else set(),
            set(Sector.objects.within(list(sectors)).values_list("code", flat=True)) if sectors else set(),
        )
    return user._scope


def _project_in_scope(user, project):
    places, sectors = _scope(user)
    return (
        project.curator_id == user.pk
        or (DISTRICT_EDITOR in roles(user) and project.place_id in places)
        or (DEPARTMENT_EDITOR in roles(user) and project.main_sector_id in sectors)
    )


def editable_projects(user):
    """The projects that the user may change or report on, as a queryset."""
    projects = visible_to(user, Project.objects.all())
    if is_administrator(user):
        return projects
    places, sectors = _scope(user)
    own = Q(curator=user.pk)
    if DISTRICT_EDITOR in roles(user):
        own |= Q(place__in=places)
    if DEPARTMENT_EDITOR in roles(user):
        own |= Q(main_sector__in=sectors)
    return projects.filter(own) if roles(user) & EDITORS else projects.none()


def project_of(record):
    """The project that a row belongs to, or None."""
    if isinstance(record, Project):
        return record
    if isinstance(record, ProjectLink):
        return record.from_project
    if isinstance(record, (Evidence, Waiver)):
        return record.obligation.project
    if isinstance(record, Attachment):
        return getattr(record.record, "project", None)
    if isinstance(
        record,
        (
            ActionItem,
            Amount,
            Milestone,
            Obligation,
            Observation,
            Phase,
            Problem,
            ProjectDocument,
            ProjectParty,
            ProjectSector,
            StageChange,
            Update,
        ),
    ):
        return record.project
    return None


def may_add(user, model):
    """Whether the user may add a row of this kind somewhere; `may_change` decides about the row itself."""
    if is_administrator(user):
        return model not in KEPT_BY_SYSTEM
    if issubclass(model, CodeList) or model in ADMINISTERED | KEPT_BY_SYSTEM:
        return False
    if model in (SavedView, Subscription):
        return may_see_register(user)
    if model is Programme:
        return DEPARTMENT_EDITOR in roles(user)
    return bool(roles(user) & EDITORS)


def may_change(user, record):
    """Whether the user may change this row: in an editor's scope, or of no project in particular."""
    if is_administrator(user):
        return type(record) not in KEPT_BY_SYSTEM
    if isinstance(record, (SavedView, Subscription)):
        return (record.owner_id if isinstance(record, SavedView) else record.user_id) == user.pk
    if not may_add(user, type(record)):
        return False
    if isinstance(record, Update) and (
        record.author_id not in (None, user.pk) or record.status in (UpdateStatus.SUBMITTED, UpdateStatus.APPROVED)
    ):
        return False
    if isinstance(record, (Container, Checkpoint)):
        return True
    if isinstance(record, Document) and record.pk and record.created_by_id != user.pk:
        return False
    if isinstance(record, Attachment) and record.update_id:
        return may_change(user, record.update)
    project = project_of(record)
    return project is None or _project_in_scope(user, project)


def may_move(user, before, project):
    """Whether the user may put a project (also a new one: `before` is None) where it now stands.

    A curator's right is to the project, not to any district: a new place or sector must be in the scope itself.
    """
    if is_administrator(user):
        return True
    if before and (before.place_id, before.main_sector_id) == (project.place_id, project.main_sector_id):
        return True
    places, sectors = _scope(user)
    return (DISTRICT_EDITOR in roles(user) and project.place_id in places) or (
        DEPARTMENT_EDITOR in roles(user) and project.main_sector_id in sectors
    )


def may_delete(user, record):
    """Only administrators delete, and only what no other row stands on (the database refuses the rest)."""
    if isinstance(record, (SavedView, Subscription)):
        return may_change(user, record)
    return is_administrator(user)


def may_take_off(user, attachment):
    """Whether the user may take a document off a record: off an update of the own, while it is not sent."""
    return attachment.update_id is not None and may_change(user, attachment.update)


def may_share(user, audience, group=None, is_default=False):
    """Whether the user may save a view for this audience; with `is_default`, as what its lists open with.

    For oneself and for one other person: everybody. For a group: its members; for everyone: analysts. What the lists
    of others open with: administrators.
    """
    if is_administrator(user):
        return True
    if audience in (ViewAudience.ME, ViewAudience.PERSON):
        return may_see_register(user)
    if is_default:
        return False
    return ANALYST in roles(user) if audience == ViewAudience.ALL else bool(group and group.name in roles(user))


def refusal(user, record):
    """A sentence saying why `may_change` refuses, in the reader's language."""
    if not roles(user) & (EDITORS | {ADMINISTRATOR}):
        return _("Your role reads the register; it does not change it.")
    if isinstance(record, Update) and record.author_id != user.pk:
        return _("Only its author changes an update.")
    if isinstance(record, Update) and record.status in (UpdateStatus.SUBMITTED, UpdateStatus.APPROVED):
        return _("This update has been sent. A reviewer can return it to be mended.")
    if isinstance(record, Document):
        return _("Only who sent a document, or an administrator, changes it.")
    if project := project_of(record):
        return _("The project %(reference)s is outside your districts and sectors.") % {"reference": project.reference}
    return _("Only administrators change this.")
