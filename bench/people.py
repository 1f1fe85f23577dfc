"""Two hundred people at once, who read and think, while some write: the slow answers that they get (P16)."""

import random
import statistics
import threading
import time

from bench import writes
from bench.server import HELLO

PEOPLE, MINUTES = 200, 1.5
THINKING = (5, 15)  # seconds between two pages of one person
WRITING = 5  # seconds between two writes of somebody
BAR = 8  # times what an empty answer takes at the same time, both as 95 of 100 have it


def at_once(server, size):
    """The row of the bench. Takes: a server with two workers of two threads, as the application is delivered."""
    narrow = "sector=ENERGY&stage_group=construction"
    pages = [
        "/en/",
        "/ru/projects/",
        f"/kk/projects/?{narrow}&sort=-announced",
        *(f"/ru/projects/SYN-{size * share // 10:07d}/" for share in range(1, 10)),
        "/ru/projects/?status=delayed",
        "/en/search/?q=investor+177",
        "/api/v1/projects/?per_page=100",
    ]
    hellos, answers, refused = [], [], []

    def read(number):
        dice = random.Random(number)
        time.sleep(dice.uniform(0, THINKING[1]))
        while time.monotonic() < until:
            times, path = (hellos, HELLO) if number % 10 == 0 else (answers, dice.choice(pages))
            began = time.perf_counter()
            status = server.fetch(path).status
            times.append((time.perf_counter() - began) * 1000)
            if status != 200:
                refused.append((path, status))
            time.sleep(dice.uniform(*THINKING))

    # A server that has just started has no template read, and counts the whole register before it counts parts of it.
    for _write in range(4):
        for path in pages:
            for _worker in range(4):
                server.fetch(path)
        writes.somebody()
    until = time.monotonic() + MINUTES * 60
    readers = [threading.Thread(target=read, args=(number,)) for number in range(PEOPLE)]
    for reader in readers:
        reader.start()
    while time.monotonic() < until:
        writes.somebody()
        time.sleep(WRITING)
    for reader in readers:
        reader.join()
    ours, hello = (statistics.quantiles(times, n=20)[-1] for times in (answers, hellos))
    return {
        "bench": f"{PEOPLE} people at once: 95 of 100 answers take",
        "p": "P16",
        "n": size,
        "ours_ms": round(ours, 1),
        "limit_ms": None,
        "ratio": round(ours / hello, 2),
        "hello_ms": round(hello, 2),
        "median_ms": round(statistics.median(answers), 1),
        "answers": len(answers),
        "refused": refused[:5],
        "bar": BAR,
        "met": not refused and ours <= BAR * hello,
    }
