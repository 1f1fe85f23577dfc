"""/metrics: what whoever keeps the server watches, as Prometheus reads it; asked of the database at each reading.

For the machine itself, and for administrators with a token. Numbers alone: nothing that the register says.
"""

from ipaddress import ip_address

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.models import Count, Min
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from rest_framework.exceptions import AuthenticationFailed

from projects import permissions
from projects.api.authentication import CHALLENGE, TokenAuthentication
from projects.models import ImportJob, Project, Update, WebhookDelivery
from projects.models.choices import UpdateStatus


@login_not_required
@require_GET
def metrics(request):
    if not _may_read(request):
        text = _("Numbers about this server are for the machine itself, or for an administrator’s token.")
        return HttpResponse(
            text, status=401, content_type="text/plain; charset=utf-8", headers={"WWW-Authenticate": CHALLENGE}
        )
    return HttpResponse(generate_latest(_gathered()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_read(request):
    # What comes through a proxy on this machine comes from elsewhere.
    if "X-Forwarded-For" not in request.headers and ip_address(request.META["REMOTE_ADDR"]).is_loopback:
        return True
    try:
        found = TokenAuthentication().authenticate(request)
    except AuthenticationFailed:
        return False
    return found is not None and permissions.is_administrator(found[0])


def _gathered():
    """A registry with the numbers of now; those of the process are of the one that answers."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)

    def tell(name, about, rows, label=None):
        gauge = Gauge(f"tracker_{name}", about, [label] if label else [], registry=registry)
        for key, number in rows:
            (gauge.labels(key) if label else gauge).set(number)

    now = timezone.now()
    tell("projects", "Projects that are named", [("", Project.objects.named().count())])
    waiting = Update.objects.filter(status=UpdateStatus.SUBMITTED).count()
    tell("updates_waiting", "Reports that wait for approval", [("", waiting)])
    tell("imports", "Imports by status", _by_status(ImportJob.objects), "status")
    tell("tasks", "Background tasks by status", _by_status(DBTaskResult.objects), "status")
    oldest = DBTaskResult.objects.filter(status=TaskResultStatus.READY).aggregate(at=Min("enqueued_at"))["at"]
    age = max(0, (now - oldest).total_seconds()) if oldest else 0
    tell("oldest_task_seconds", "How long the oldest background task has waited", [("", age)])
    failed = WebhookDelivery.objects.filter(delivered_at__isnull=True, attempts__gt=0).count()
    tell("webhooks_failing", "Deliveries to other systems that were tried in vain", [("", failed)])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), count(*) FROM pg_stat_activity "
            "WHERE datname = current_database()"
        )
        size, connections = cursor.fetchone()
    tell("database_bytes", "Size of the database", [("", size)])
    tell("database_connections", "Connections to the database", [("", connections)])
    return registry


def _by_status(rows):
    return rows.order_by().values_list("status").annotate(number=Count("pk"))
