"""The application as it runs in production, one worker, and a signed-in caller that times its answers."""

import contextlib
import gzip
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import time

from django.conf import settings
from django.test import Client

from bench import writes

ENOUGH = 2.0  # seconds of measuring one address
FEWEST, MOST = 3, 25  # times that it is fetched
START_LIMIT = 60  # seconds
HELLO, HELLOS = "/healthz", 20


class Answer:
    """What the server answered. packed: bytes of the body as a proxy in front of it sends them."""

    def __init__(self, status, body, etag):
        self.status, self.etag = status, etag
        self.packed = len(gzip.compress(body, 6))


class Server:
    def __init__(self, user):
        client = Client()
        client.force_login(user, backend="projects.signin.Backend")
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        self.hellos, self.hello_cpu = [], 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @contextlib.contextmanager
    def running(self, workers=1, threads=1):
        """Serve inside the block. Args: threads: of each worker."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"]
        command += ["--port", str(self.port), "--log-level", "warning"]
        command += ["--workers", str(workers), "--blocking-threads", str(threads)]
        server = subprocess.Popen([*command, "tracker.wsgi:application"], process_group=0)
        self.process = server.pid
        try:
            limit = time.monotonic() + START_LIMIT
            while self.fetch(HELLO).status != 200:
                if time.monotonic() > limit:
                    raise TimeoutError("The server did not start.")
                time.sleep(0.2)
            yield self
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)

    def fetch(self, path, headers=None):
        """The Answer of an address; status 0 where nobody answers."""
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            caller.request("GET", path, headers={"Cookie": self.cookie} | (headers or {}))
            answer = caller.getresponse()
            return Answer(answer.status, answer.read(), answer.headers.get("ETag"))
        except OSError:
            return Answer(0, b"", None)
        finally:
            caller.close()

    def hello(self):
        """Median milliseconds of an empty answer, of all that were asked for so far: (as the clock has it, CPU)."""
        before = self._processor()
        for _turn in range(HELLOS):
            began = time.perf_counter()
            self.fetch(HELLO)
            self.hellos.append((time.perf_counter() - began) * 1000)
        self.hello_cpu += self._processor() - before
        return statistics.median(self.hellos), self.hello_cpu / len(self.hellos)

    def _processor(self):
        """Milliseconds of processor that the application has used, whoever else used the machine meanwhile."""
        used = 0
        for process in self._processes():
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/schedstat") as file:
                    used += int(file.read().split()[0])
        return used / 1e6

    def _processes(self):
        for process in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(process)) == self.process:
                    yield process

    def median(self, path, headers=None, prepare=None):
        """Milliseconds of an address: (median, of the application's processor). `prepare` is called before each."""
        times, began, used = [], time.monotonic(), self._processor()
        while len(times) < FEWEST or (len(times) < MOST and time.monotonic() - began < ENOUGH):
            if prepare:
                prepare()
            before = time.perf_counter()
            answer = self.fetch(path, headers)
            if answer.status not in (200, 304):
                raise RuntimeError(f"{path} answered {answer.status}.")
            times.append((time.perf_counter() - before) * 1000)
            if times[-1] > ENOUGH * 1000:  # too slow to be asked again
                break
        return statistics.median(times), (self._processor() - used) / len(times)

    def measure(self, bench):
        """(median milliseconds, processor milliseconds, Answer) of a bench; its first answer does not count."""
        answer = self.fetch(bench.path, bench.headers)
        headers = bench.headers | ({"If-None-Match": answer.etag} if bench.is_asked_again and answer.etag else {})
        return *self.median(bench.path, headers, writes.somebody if bench.is_first else None), answer

    def memory(self):
        """The most memory that any of its processes has held, in MiB."""
        peaks = [0]
        for process in self._processes():
            with contextlib.suppress(OSError, StopIteration):
                with open(f"/proc/{process}/status") as status:
                    line = next(line for line in status if line.startswith("VmHWM"))
                peaks.append(int(line.split()[1]) // 1024)
        return max(peaks)
