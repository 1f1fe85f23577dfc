"""The portfolio as it was: every read of a request answered for another day.

Two clocks. `known_at`: what the register held at a moment (rows of the event tables). `as_of`: what was true
on a day (statements, stages and dated facts up to it). The schema `past` holds a view of the same name as each
table; with `SET LOCAL search_path = past, public` the whole application, pages, totals, exports and API,
reads the past through the same code (see the decision record).
"""

import contextlib
import datetime

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from projects import memory
from projects.models import sql
from projects.models.base import EARLIEST, LATEST
from tracker.errors import BadParameter, bad_parameter

# What makes a row true on a day, besides being recorded: SQL over the columns of its event table.
TRUE_ON = {
    "projects_amount": "as_of IS NULL OR as_of <= {day}",
    "projects_observation": "as_of IS NULL OR as_of <= {day}",
    "projects_indicatorvalue": "as_of IS NULL OR as_of <= {day}",
    "projects_stagechange": "effective_on <= {day}",
    "projects_engagement": "held_on IS NULL OR held_on <= {day}",
    "projects_agreement": "concluded_on IS NULL OR concluded_on <= {day}",
    "projects_shipment": "as_of IS NULL OR as_of <= {day}",
    "projects_problem": "raised_on <= {day}",
    "projects_project": "announced_on IS NULL OR announced_on <= {day}",
    # What is owed or reported on a project is there when the project is.
    "projects_obligation": "project_id IS NULL OR project_id IN (SELECT id FROM past.projects_project)",
    "projects_update": "project_id IN (SELECT id FROM past.projects_project)",
}
MOMENT = "COALESCE(NULLIF(current_setting('tracker.known_at', true), '')::timestamptz, 'infinity')"
DAY = "COALESCE(NULLIF(current_setting('tracker.as_of', true), '')::date, 'infinity')"


# The stage in force on the day, or where only a moment is asked for, on the moment's day; as tracker_follow_stage.
_STAGE = (
    "(SELECT g.{column} FROM past.projects_stagechange c JOIN public.projects_stage g ON g.code = c.stage_id "
    "WHERE c.project_id = r.id AND c.effective_on <= LEAST({{day}}, {{moment}}::date + 1, CURRENT_DATE + 1) "
    "ORDER BY c.effective_on DESC, c.id DESC LIMIT 1)"
)
# Columns that say something else on another day: (table, column) -> SQL over its row `r`. In expressions, and not in
# joins, it is worked out only where the column is asked for.
COMPUTED = {
    ("projects_project", "stage_id"): _STAGE.format(column="code"),
    # Without a stage that day: the group that was chosen by hand while there was none.
    ("projects_project", "stage_group"): (
        "COALESCE("
        + _STAGE.format(column='"group"')
        + ", CASE WHEN r.stage_id IS NULL THEN r.stage_group END, (SELECT e.stage_group FROM "
        "public.projects_projectevent e WHERE e.pgh_obj_id = r.id AND e.stage_id IS NULL "
        "AND e.pgh_created_at <= {moment} ORDER BY e.pgh_id DESC LIMIT 1), 'unknown')"
    ),
    # A correction that is true of a later day corrects nothing before it.
    ("projects_amount", "superseded_by_id"): (
        "(SELECT r.superseded_by_id WHERE COALESCE((SELECT e.as_of FROM public.projects_amountevent e WHERE "
        "e.pgh_obj_id = r.superseded_by_id AND e.pgh_created_at <= {moment} ORDER BY e.pgh_id DESC LIMIT 1) <= {day}, "
        "true))"
    ),
    # What is confidential today was never for everybody to read.
    **{
        (f"projects_{name}", "is_confidential"): (
            f"(r.is_confidential OR r.id IN (SELECT id FROM public.projects_confidential{name}))"
        )
        for name in ("amount", "document")
    },
}


def _view(event_model):
    """SQL of the view of one tracked table: its rows as recorded at MOMENT, true on DAY."""
    tracked = event_model.pgh_tracked_model._meta
    table, key = tracked.db_table, tracked.pk.column
    times = {"moment": MOMENT, "day": DAY}
    names = [field.column for field in tracked.concrete_fields]
    # The column that the index of a row's states begins with: it always holds the row's key.
    own = event_model._meta.get_field("pgh_obj").column if hasattr(event_model, "pgh_obj") else key
    columns = ", ".join(f'e."{own if column == key else column}" AS "{column}"' for column in names)
    events = f'public."{event_model._meta.db_table}"'
    # Not DISTINCT ON, nor a window: conditions on the view must reach the table.
    inner = (
        f"SELECT {columns}, e.pgh_label FROM {events} e WHERE e.pgh_created_at <= {MOMENT} AND NOT EXISTS ("
        f'SELECT FROM {events} n WHERE n."{own}" = e."{own}" AND n.pgh_id > e.pgh_id AND n.pgh_created_at <= {MOMENT})'
    )
    shown = {column: COMPUTED.get((table, column), f'r."{column}"') for column in names}
    selected = ", ".join(f'{sql.format(**times)} AS "{column}"' for column, sql in shown.items())
    condition = f" AND ({TRUE_ON[table].format(**times)})" if table in TRUE_ON else ""
    return (
        f"CREATE VIEW past.\"{table}\" AS SELECT {selected} FROM ({inner}) r WHERE r.pgh_label <> 'delete'{condition}"
    )


def _event_models():
    models = [model for model in apps.get_models() if getattr(model, "pgh_tracked_model", None)]
    # The view of projects reads that of the stage log, and others read that of projects: these are made first.
    first = ["projects_stagechangeevent", "projects_projectevent"]
    return sorted(models, key=lambda model: ([*first, model._meta.db_table]).index(model._meta.db_table))


def drop_views():
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS past CASCADE")
        cursor.execute("DROP VIEW IF EXISTS public.projects_duereport, public.projects_withheldstatement")
        cursor.execute("DROP VIEW IF EXISTS public.projects_confidentialamount, public.projects_confidentialdocument")


def create_views():
    """(Re)make the schema `past` and the views of `public`; called after each migrate: views follow the tables."""
    drop_views()
    with connection.cursor() as cursor:
        for name in ("amount", "document"):
            cursor.execute(sql.CONFIDENTIAL.format(name=name))
        cursor.execute(sql.WITHHELD_STATEMENTS)
        cursor.execute("CREATE SCHEMA past")
        for model in _event_models():
            cursor.execute(_view(model))
        for schema in ("public", "past"):
            cursor.execute(sql.DUE_REPORTS.format(schema=schema))
        money = sql.PROJECT_MONEY.format(schema="past", condition="true")
        cursor.execute(f"CREATE VIEW past.projects_projectmoney AS {money}")


@contextlib.contextmanager
def looking_back(*, known_at=None, as_of=None):
    """Inside, every query reads the register as recorded at `known_at` and true on `as_of`; nothing can be written.

    Args:
        known_at: aware datetime or None (now). as_of: date or None (any day).
    """
    past = memory.of_past(known_at, as_of)
    with past, transaction.atomic(), _grouping_by_every_column(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('search_path', 'past, public', true), set_config('tracker.known_at', %s, true), "
            "set_config('tracker.as_of', %s, true), set_config('transaction_read_only', 'on', true)",
            [known_at.isoformat() if known_at else "", as_of.isoformat() if as_of else ""],
        )
        try:
            yield
        finally:  # nothing was written; this gives back the settings, inside another transaction too
            transaction.set_rollback(True)


@contextlib.contextmanager
def _grouping_by_every_column():
    """A view has no primary key on which its other columns depend: GROUP BY must name them all."""
    before = connection.features.allows_group_by_selected_pks
    connection.features.allows_group_by_selected_pks = False
    try:
        yield
    finally:
        connection.features.allows_group_by_selected_pks = before


def parse_day(text, name):
    """A date between 1990 and 2099, given by the parameter `name`. Raises: BadParameter."""
    with contextlib.suppress(ValueError):
        if text.isascii() and (day := parse_date(text)) and EARLIEST <= day < LATEST:
            return day
    raise BadParameter({name: [_("Give a date like 2025-10-10.")]})


def parse_as_of(text):
    return parse_day(text, "as_of")


def parse_known_at(text):
    """A moment; a date alone means the end of that day here. Raises: BadParameter."""
    with contextlib.suppress(ValueError, OverflowError):
        if not text.isascii():
            raise ValueError
        if day := parse_date(text):
            if EARLIEST <= day < LATEST:
                return timezone.make_aware(datetime.datetime.combine(day, datetime.time.max))
        elif (moment := parse_datetime(text.replace(" ", "+"))) and EARLIEST <= moment.date() < LATEST:
            return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    raise BadParameter({"known_at": [_("Give a date like 2025-10-10, or a moment like 2025-10-10T18:00.")]})


class TimeTravelMiddleware:
    """`as_of` and `known_at` in a query string make the whole answer one of that time."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        as_of, known_at = request.GET.get("as_of"), request.GET.get("known_at")
        if request.method not in ("GET", "HEAD") or not (as_of or known_at):
            return self.get_response(request)
        try:
            request.looking_back = {
                "as_of": parse_as_of(as_of) if as_of else None,
                "known_at": parse_known_at(known_at) if known_at else None,
            }
        except BadParameter as error:
            return bad_parameter(request, error)
        with looking_back(**request.looking_back):
            return self.get_response(request)
