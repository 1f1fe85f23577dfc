"""The application as it runs in production, one worker, and a signed-in caller that times its answers."""

import contextlib
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

ENOUGH = 4.0  # seconds of measuring one address
FEWEST, MOST = 3, 25  # times that it is fetched
START_LIMIT = 60  # seconds


class Server:
    def __init__(self, user):
        client = Client()
        client.force_login(user, backend="projects.signin.Backend")
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @contextlib.contextmanager
    def running(self):
        """Serve inside the block."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"]
        command += ["--port", str(self.port), "--workers", "1", "--blocking-threads", "1", "--log-level", "warning"]
        server = subprocess.Popen([*command, "tracker.wsgi:application"], process_group=0)
        self.process = server.pid
        try:
            limit = time.monotonic() + START_LIMIT
            while self.fetch("/healthz")[0] != 200:
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

    def fetch(self, path):
        """(status, bytes of the body) of an address; status 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        size = 0
        try:
            connection.request("GET", path, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            while part := answer.read(1 << 16):
                size += len(part)
            return answer.status, size
        except OSError:
            return 0, 0
        finally:
            connection.close()

    def median(self, path):
        """Median milliseconds of an address, after one answer that does not count."""
        times, began = [], None
        while began is None or len(times) < FEWEST or (len(times) < MOST and time.monotonic() - began < ENOUGH):
            before = time.perf_counter()
            status, _size = self.fetch(path)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}.")
            taken = time.perf_counter() - before
            if began is None:
                began = time.monotonic()
                continue
            times.append(taken * 1000)
            if taken > ENOUGH:  # too slow to be asked again
                break
        return statistics.median(times)

    def memory(self):
        """The most memory that any of its processes has held, in MiB."""
        peaks = [0]
        for process in os.listdir("/proc"):
            with contextlib.suppress(OSError, ValueError, StopIteration):
                if os.getpgid(int(process)) == self.process:
                    with open(f"/proc/{process}/status") as status:
                        line = next(line for line in status if line.startswith("VmHWM"))
                    peaks.append(int(line.split()[1]) // 1024)
        return max(peaks)
