"""The plan of each query of a page, as PostgreSQL carried it out."""

import re

from django.db import connection
from django.test import Client

READS = re.compile(r"\s*(SELECT|\()", re.IGNORECASE)
BUFFERS = re.compile(r"shared (?:hit=(\d+))?\s*(?:read=(\d+))?")


def of(path, user):
    """Yield {query, ms, buffers, plan} for every query of the page that reads."""
    client, seen = Client(SERVER_NAME="127.0.0.1"), []
    client.force_login(user, backend="projects.signin.Backend")

    def remember(execute, sql, parameters, many, context):
        if READS.match(sql) and not many:
            seen.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(remember):
        response = client.get(path)
        if response.streaming:
            for _part in response.streaming_content:
                pass
    for sql, parameters in seen:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {sql}", parameters)
            plan = [line for (line,) in cursor.fetchall()]
        buffers = next((BUFFERS.search(line) for line in plan if "Buffers: shared" in line), None)
        yield {
            "query": sql[:300],
            "ms": float(plan[-1].split()[-2]),
            "buffers": sum(int(number or 0) for number in buffers.groups()) if buffers else 0,
            "plan": plan,
        }
