"""Who may see and who may change what. Pages, admin, API, imports and exports ask here; nothing else decides.

Roles are groups (made by migration). Editors have a scope: places and sectors of their `StaffMember` row,
and the projects they are curators of. Everybody with a role reads the whole register; what is not yet
approved, and what is confidential, is narrower (`visible_to`).
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    SavedMapping,
    SavedView,
    Sector,
    StaffMember,
    StageChange,
    Submission,
    Subscription,
    Update,
    Waiver,
    WebhookDelivery,
)
from projects.models.base import CodeList, Recorded
from projects.models.choices import EvidenceStatus, ImportStatus, TokenScope, UpdateStatus, ViewAudience

DISTRICT_EDITOR = "district_editor"
DEPARTMENT_EDITOR = "department_editor"
REVIEWER = "reviewer"
ANALYST = "analyst"
LEADERSHIP = "leadership"
ADMINISTRATOR = "administrator"
AUDITOR = "auditor"

ROLE_NAMES = {
    DISTRICT_EDITOR: gettext_lazy("district editor"),
    DEPARTMENT_EDITOR: gettext_lazy("department editor"),
    REVIEWER: gettext_lazy("reviewer"),
    ANALYST: gettext_lazy("analyst"),
    LEADERSHIP: gettext_lazy("leadership"),
    ADMINISTRATOR: gettext_lazy("administrator"),
    AUDITOR: gettext_lazy("auditor"),
}
EDITORS = {DISTRICT_EDITOR, DEPARTMENT_EDITOR}

# Only administrators change these: code lists, people at work, and what the system itself keeps.
ADMINISTERED = {
    "StaffMember",
    "ReportingCycle",
    "ReportingPeriod",
    "Holiday",
    "StageRequirement",
    "User",
    "Group",
    "Webhook",
}
# What may be confidential, and the look-up that tells.
CONFIDENTIAL = {
    Amount: "is_confidential",
    Document: "is_confidential",
    ProjectDocument: "document__is_confidential",
    Attachment: "document__is_confidential",
}
KEPT_BY_SYSTEM = {ApiToken, Autosave, ImportedFile, ImportJob, ImportRun, Notice, PeriodReport, SavedMapping}
KEPT_BY_SYSTEM |= {Submission, WebhookDelivery}


def roles(user):
    """The user's role codes; read once a request. Superusers are administrators."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if not hasattr(user, "_role_codes"):
        names = user.role_names if hasattr(user, "role_names") else user.groups.values_list("name", flat=True)
        codes = set(names) & ROLE_NAMES.keys()
        user._role_codes = frozenset(codes | ({ADMINISTRATOR} if user.is_superuser else set()))
    return user._role_codes


class Operator(AnonymousUser):
    """Whoever runs a command on the server: sees everything, and is nobody in particular."""

    is_authenticated = is_active = True
    _role_codes = frozenset({ADMINISTRATOR})


def is_administrator(user):
    return ADMINISTRATOR in roles(user)


def may_see_register(user):
    """Any role reads the register; a sign-in without a role sees nothing."""
    return bool(roles(user))


def may_enter_admin(user):
    return bool(roles(user) & {ADMINISTRATOR, AUDITOR})


def may_see_history(user):
    return may_see_register(user)


def may_see_contacts(user):
    """Phone numbers and e-mail addresses of persons: those who work with them."""
    return bool(roles(user) & (EDITORS | {REVIEWER, ADMINISTRATOR, LEADERSHIP}))


def may_see_confidential(user):
    """Amounts and documents marked confidential: all who answer for projects; not analysts."""
    return bool(roles(user) & (EDITORS | {REVIEWER, LEADERSHIP, AUDITOR, ADMINISTRATOR}))


def may_export(user):
    return may_see_register(user)


def own_tokens(user):
    """The API tokens that the user makes and takes back, as a queryset; administrators see all in the admin."""
    tokens = ApiToken.objects.exclude(scope=TokenScope.CALENDAR)
    return tokens.filter(user=user) if may_see_register(user) else tokens.none()


def visible_to(user, queryset):
    """The rows of `queryset` that the user may see; every list, count, facet, export and look-up starts here."""
    if not may_see_register(user):
        return queryset.none()
    if is_administrator(user):
        return queryset
    model = queryset.model
    if model is Update:
        waiting = Q(holder=user) | Q(holder__in=stood_in_for(user))
        seen = Q(status=UpdateStatus.APPROVED) | Q(author=user) | waiting
        if roles(user) & {REVIEWER, AUDITOR}:
            seen |= ~Q(status=UpdateStatus.DRAFT)
        return queryset.filter(seen)
    if model in CONFIDENTIAL and not may_see_confidential(user):
        queryset = queryset.filter(**{CONFIDENTIAL[model]: False})
    if model is Document:
        return queryset.filter(_hung_where_seen(user))
    if model is Attachment:
        seen = visible_to(user, Update.objects.all())
        return queryset.filter(Q(update__isnull=True) | Q(update__in=seen))
    if model is SavedView:
        return queryset.filter(
            Q(owner=user)
            | Q(audience=ViewAudience.ALL)
            | Q(audience=ViewAudience.PERSON, person=user)
            | Q(audience=ViewAudience.GROUP, group__in=user.groups.all())
        )
    if model in (ApiToken, Notice, Subscription, Submission):
        return queryset.filter(user=user)
    if model is ImportJob:
        return queryset.filter(_imports_seen_by(user))
    if model in (ImportedFile, ImportRun):
        return queryset.filter(job__in=visible_to(user, ImportJob.objects.all()))
    return queryset


def public_projects():
    """What everybody may see without signing in, where the public page is on: named projects marked public.

    Only administrators mark them (`reserved` in the form of projects).
    """
    return Project.objects.named().filter(is_public=True)


def public_amounts():
    """The money of public projects that is not confidential; no headline of a programme, which tells of others too."""
    return Amount.objects.filter(is_confidential=False, project__in=public_projects())


def _imports_seen_by(user):
    """Imports are their owner's until they are sent to review; then reviewers see them, and auditors always do."""
    if AUDITOR in roles(user):
        return Q()
    own = Q(owner=user.pk)
    unsent = [ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.REFUSED]
    return own | ~Q(status__in=unsent) if REVIEWER in roles(user) else own


def uses_of_documents():
    """The tables whose rows a document hangs on: (model, name of the foreign key to the document)."""
    return [
        (relation.related_model, relation.field.name)
        for relation in Document._meta.related_objects
        if issubclass(relation.related_model, Recorded)
    ]


def _hung_where_seen(user):
    """A document is seen where a record that it hangs on is; before it hangs on any, by who sent or attaches it."""
    hung, seen = Q(), Q(created_by=user.pk)
    for model, name in uses_of_documents():
        rows = model._default_manager.filter(**{name: OuterRef("pk")})
        hung |= Exists(rows)
        seen |= Exists(visible_to(user, rows))
    return seen | ~hung if roles(user) & (EDITORS | {REVIEWER, AUDITOR}) else seen


def visible_events(user, events, model):
    """The events (rows of the history of `model`) that the user may see: those of rows that he sees now.

    What is gone from the register is shown to administrators and auditors only.
    """
    if is_administrator(user):
        return events
    rows = model._base_manager.order_by()
    seen = Q(pgh_obj_id__in=visible_to(user, rows).values("pk"))
    if AUDITOR in roles(user):
        seen |= ~Q(pgh_obj_id__in=rows.values("pk"))
    return events.filter(seen)


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
    if issubclass(model, CodeList) or model.__name__ in ADMINISTERED or model in KEPT_BY_SYSTEM:
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


def stood_in_for(user):
    """The keys of the people on leave today whose updates the user decides on in their place; read once a request."""
    if not hasattr(user, "_stood_in_for"):
        today = timezone.localdate()
        away = StaffMember.objects.filter(delegate=user.pk, away_from__lte=today, away_until__gte=today)
        user._stood_in_for = set(away.values_list("user", flat=True))
    return user._stood_in_for


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


def may_review(user, update):
    """Approve or return, never one's own: an administrator; of what somebody has, that person or the stand-in;
    of what waits for nobody in particular, any reviewer.
    """
    if update.author_id == user.pk or not may_see_register(user):
        return False
    if update.holder_id is not None and not is_administrator(user):
        return update.holder_id == user.pk or update.holder_id in stood_in_for(user)
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR})


def to_review(user):
    """The updates that wait for the user's decision, as a queryset."""
    mine = Q(holder=user.pk) | Q(holder__in=stood_in_for(user))
    if roles(user) & {REVIEWER, ADMINISTRATOR}:
        mine |= Q(holder=None)
    waiting = visible_to(user, Update.objects.filter(status=UpdateStatus.SUBMITTED)).exclude(author=user.pk)
    return waiting if is_administrator(user) else waiting.filter(mine)


def may_review_some(user):
    """Whether updates may come to the user for a decision: a reviewer, a superior, or somebody's stand-in."""
    if roles(user) & {REVIEWER, ADMINISTRATOR}:
        return True
    in_charge = StaffMember.objects.filter(Q(superior=user.pk) | Q(delegate=user.pk))
    return may_see_register(user) and in_charge.exists()


def may_import(user):
    """Bring in a file: those who change records; each row asks `may_change` besides."""
    return bool(roles(user) & (EDITORS | {ADMINISTRATOR}))


def import_needs_approval(user):
    """A file changes hundreds of records at once: an editor's is seen by a second person before it is written."""
    return not roles(user) & {REVIEWER, ADMINISTRATOR}


def may_approve_import(user, job):
    """Approve or return an import that was sent to review: a reviewer or administrator, and never one's own."""
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR}) and job.owner_id != user.pk


def may_undo_import(user, job):
    """Take an import back: who brought it in, who approved it, or an administrator."""
    return is_administrator(user) or (may_see_register(user) and user.pk in (job.owner_id, job.reviewer_id))


def may_close(user):
    """Close a reporting period, which freezes its report: a reviewer or administrator."""
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR})


def may_accept(user, evidence):
    """Accept or reject evidence: a reviewer or administrator, never one's own, nor what one has changed oneself."""
    own = {evidence.author_id, *([evidence.updated_by_id] if evidence.status == EvidenceStatus.OFFERED else [])}
    return bool(roles(user) & {REVIEWER, ADMINISTRATOR}) and user.pk not in own


def refusal_to_accept(user, evidence):
    """A sentence saying why `may_accept` refuses, in the reader's language."""
    if not roles(user) & {REVIEWER, ADMINISTRATOR}:
        return _("Only a reviewer or an administrator decides on evidence.")
    return _("Nobody accepts evidence of their own.")


def own_people(user):
    """The keys of the users who report to this one, and the user's own."""
    people = StaffMember.objects.filter(superior=user.pk, user__is_active=True)
    return {user.pk, *people.values_list("user", flat=True)}


def may_hand_over_some(user):
    """Whether the user may give projects to another curator: an administrator, or a head of somebody."""
    if is_administrator(user):
        return True
    return may_see_register(user) and StaffMember.objects.filter(superior=user.pk, user__is_active=True).exists()


def to_hand_over(user):
    """The projects whose curator the user may change: an administrator all, a head those of the own people."""
    projects = visible_to(user, Project.objects.all())
    if is_administrator(user):
        return projects
    return projects.filter(curator__in=own_people(user)) if may_hand_over_some(user) else projects.none()


def may_receive(user, person):
    """Whether the user may make a person the curator of projects: one who edits; for a head, one of the own people."""
    edits = bool(roles(person) & (EDITORS | {ADMINISTRATOR}))
    return edits and (is_administrator(user) or (may_hand_over_some(user) and person.pk in own_people(user)))


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
