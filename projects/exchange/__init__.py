"""Tables that offices bring and take away: headings and fields, what they change, writing and taking back.

Below the doors: the pages, the commands and the background work call the same functions.
"""

from django.db import connection

IMPORTS = "projects.exchange"  # what the lock is called


def one_at_a_time():
    """In a transaction that is to write many projects: wait until no other one does, however long that takes.

    Each write locks the kept sums of its projects until the end. A person's form writes one project; of two imports
    that wrote the same ones in different orders, each would wait for the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [IMPORTS])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
