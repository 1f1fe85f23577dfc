"""The plan of each query of a page, as PostgreSQL carried it out."""

import re

from django.db import connection
from django.test import Client

from bench import writes

READS = re.compile(r"\s*(SELECT|WITH|\()", re.IGNORECASE)
BUFFERS = re.compile(r"shared (?:hit=(\d+))?\s*(?:read=(\d+))?")
MOST_BUFFERS = 200  # of one query of a list's page


def of(bench, user):
    """Yield {query, ms, buffers, over, plan} for every query of the page that reads, as its first reader has them."""
    client, seen = Client(SERVER_NAME="127.0.0.1"), []
    client.force_login(user, backend="projects.signin.Backend")
    writes.somebody()

    def explain(execute, sql, parameters, many, context):
        result = execute(sql, parameters, many, context)
        # At once, where what is read is what the page reads: its transaction, and its day.
        if READS.match(sql) and not many:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {sql}", parameters)
                seen.append((sql, [line for (line,) in cursor.fetchall()]))
        return result

    with connection.execute_wrapper(explain):
        response = client.get(bench.path, headers=bench.headers)
        if response.streaming:
            for _part in response.streaming_content:
                pass
    for sql, plan in seen:
        found = next((BUFFERS.search(line) for line in plan if "Buffers: shared" in line), None)
        buffers = sum(int(number or 0) for number in found.groups()) if found else 0
        yield {
            "query": sql[:300],
            "ms": float(plan[-1].split()[-2]),
            "buffers": buffers,
            "over": buffers > MOST_BUFFERS,
            "plan": plan,
        }
