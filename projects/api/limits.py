"""How often one person may call the API: counted in the database, for all processes and all tokens of the person."""

import time

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from projects.tokens import hash_of
from tracker import errors

MINUTE = 60
SCHEME = "bearer "
COUNT = """
INSERT INTO tracker_api_use (person, minute, requests) {caller}
ON CONFLICT (person) DO UPDATE SET minute = excluded.minute,
  requests = CASE WHEN tracker_api_use.minute = excluded.minute THEN tracker_api_use.requests + 1 ELSE 1 END
RETURNING requests
"""
BY_TOKEN = "SELECT user_id, %s, 1 FROM projects_apitoken WHERE token_hash = %s"
BY_PERSON = "VALUES (%s, %s, 1)"


class LimitMiddleware:
    """Answers 429 to who calls too often. Stands before the reading of the past, in which nothing can be counted."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if errors.is_api(request) and _counted(request) > settings.API_REQUESTS_PER_MINUTE:
            return _too_many()
        return self.get_response(request)


def _counted(request):
    """How many requests of this minute the caller has made with this one; 0 for callers whom nobody knows."""
    minute = int(time.time()) // MINUTE
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header.lower().startswith(SCHEME):
        sql, parameters = BY_TOKEN, [minute, hash_of(header[len(SCHEME) :].strip())]
    elif request.user.is_authenticated:
        sql, parameters = BY_PERSON, [request.user.pk, minute]
    else:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(caller=sql), parameters)
        row = cursor.fetchone()
    return row[0] if row else 0


def _too_many():
    response = errors.problem(
        429,
        _("Too many requests"),
        _("At most %(count)d requests a minute. Wait, or ask for more rows at once.")
        % {"count": settings.API_REQUESTS_PER_MINUTE},
    )
    response.headers["Retry-After"] = str(MINUTE - int(time.time()) % MINUTE)
    return response
