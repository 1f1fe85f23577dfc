"""Who sees which rows."""

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import (
    Amount,
    ApiToken,
    Attachment,
    Autosave,
    Document,
    ImportedFile,
    ImportJob,
    ImportRun,
    Notice,
    Project,
    ProjectDocument,
    SavedView,
    Source,
    StaffMember,
    Statement,
    Submission,
    Subscription,
    Update,
)
from projects.models.base import Recorded
from projects.models.choices import AmountKind, ImportStatus, TokenScope, UpdateStatus, ViewAudience
from projects.models.functions import IsConfidentialAmount, IsWithheldSource, IsWithheldStatement
from projects.permissions.roles import (
    AUDITOR,
    EDITORS,
    REVIEWER,
    is_administrator,
    may_see_confidential,
    may_see_register,
    roles,
)

# What may be confidential, and the look-up that tells.
CONFIDENTIAL = {
    Amount: "is_confidential",
    Document: "is_confidential",
    ProjectDocument: "document__is_confidential",
    Attachment: "document__is_confidential",
}

# What repeats the words of something confidential. Whatever else rests on such a statement is not withheld: it still
# names the statement, which only says no more to those who may not see the amount.
REPEATING = {
    Source: Q(IsWithheldSource("code")),
    Statement: Q(IsWithheldStatement("pk")) | Q(IsWithheldSource("source__code")),
}


def stood_in_for(user):
    """The keys of the people on leave today whose updates the user decides on in their place; read once a request."""
    if not hasattr(user, "_stood_in_for"):
        today = timezone.localdate()
        away = StaffMember.objects.filter(delegate=user.pk, away_from__lte=today, away_until__gte=today)
        user._stood_in_for = set(away.values_list("user", flat=True))
    return user._stood_in_for


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
    if model in REPEATING and not may_see_confidential(user):
        return queryset.exclude(REPEATING[model])
    if model is Document:
        return queryset.filter(_hung_where_seen(user))
    if model is Attachment:
        seen = visible_to(user, Update.objects.all())
        return queryset.filter(Q(update__isnull=True) | Q(update__in=seen))
    if model is Autosave:
        return queryset.filter(update__in=visible_to(user, Update.objects.all()))
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


def may_read(user, document):
    """Whether the user may know what a document is; of a confidential one, others learn only that there is one."""
    return not document.is_confidential or may_see_confidential(user)


def title_of(user, document):
    """What a document is called for the user: its type, number and title, or that it is confidential."""
    return str(document) if may_read(user, document) else _("confidential document")


def withheld_statements(user):
    """The keys of the statements whose words the user may not read: few of very many."""
    if may_see_confidential(user):
        return frozenset()
    return frozenset(Statement.objects.filter(REPEATING[Statement]).order_by().values_list("pk", flat=True))


def withheld_payments(user, projects):
    """The keys of those projects of which the user may not read what reports say was paid: some of it is confidential.

    Reports tell of payments by their sum, so that what one of them was shows in the others too.
    """
    if may_see_confidential(user):
        return frozenset()
    payments = Amount.pgh_event_model.objects.filter(project__in=projects, kind=AmountKind.DISBURSED)
    return frozenset(payments.filter(IsConfidentialAmount("pgh_obj")).values_list("project", flat=True))


def statements_counted(user):
    """Expression: how many statements of a Source the user may see."""
    shown = Q() if may_see_confidential(user) else ~Q(IsWithheldStatement("statements__pk"))
    return Count("statements", filter=shown, distinct=True)


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
