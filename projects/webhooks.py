"""Telling other systems what has changed: signed, to public addresses only, tried again where they do not answer.

A message is one POST of JSON with two headers: `X-Tracker-Event`, and `X-Tracker-Signature: t=<seconds>,v1=<hex>`,
which is HMAC-SHA256 with the webhook's secret over "<seconds>.<body>". The receiver computes the same, and refuses
what is old. It may come more than once (`id` stays the same) and not in order; its content is read by the API.
"""

import datetime
import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import time
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import WebhookDelivery

TIMEOUT = 10  # seconds, for each step of the network
ATTEMPTS = 8
FIRST_WAIT = datetime.timedelta(minutes=1)  # four times as long after each further attempt
LONGEST_WAIT = datetime.timedelta(hours=24)
KEPT = datetime.timedelta(days=90)  # of the log
READ = 1024  # bytes of an answer


class Refused(Exception):
    """The message must not go there; its text says why."""


def send(out=lambda line: None):
    """Send what waits and is due, one message after the other, each claimed so that no two senders take it.

    Args: out: told a line about each message that could not be delivered.
    Returns: the numbers of messages that were delivered and that were not.
    """
    WebhookDelivery.objects.filter(next_at=None, created_at__lt=timezone.now() - KEPT).delete()
    delivered = failed = 0
    while (delivery := _claim()) is not None:
        if _deliver(delivery):
            delivered += 1
        else:
            failed += 1
            out(f"{delivery.webhook}: {delivery.error}")
    return delivered, failed


def _claim():
    """The next message that is due, with its attempt counted: a sender that dies here leaves it to the next run."""
    now = timezone.now()
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(next_at__lte=now, webhook__is_active=True)
        due = due.select_for_update(skip_locked=True, of=("self",)).select_related("webhook", "project")
        delivery = due.order_by("next_at", "id").first()
        if delivery is None:
            return None
        delivery.attempts += 1
        delivery.next_at = now + wait_after(delivery.attempts)
        delivery.save(update_fields=["attempts", "next_at"])
    return delivery


def wait_after(attempts):
    """How long a message waits after so many attempts in vain (a timedelta)."""
    return min(FIRST_WAIT * 4 ** (attempts - 1), LONGEST_WAIT)


def _deliver(delivery):
    try:
        delivery.status_code = post(delivery.webhook, delivery.event, content(delivery))
        delivery.error = "" if 200 <= delivery.status_code < 300 else _("The address answered with an error.")
    except Refused as reason:
        delivery.status_code, delivery.error = None, str(reason)[:300]
    except (OSError, http.client.HTTPException) as error:
        delivery.status_code, delivery.error = None, f"{type(error).__name__}: {error}"[:300]
    if not delivery.error:
        delivery.delivered_at, delivery.next_at = timezone.now(), None
    elif delivery.attempts >= ATTEMPTS:
        delivery.next_at = None
    delivery.save(update_fields=["status_code", "error", "delivered_at", "next_at"])
    return not delivery.error


def content(delivery):
    """What a message says (bytes): which event of which project, and no value of the register."""
    body = {
        "id": delivery.pk,
        "event": delivery.event,
        "project": delivery.project.reference,
        "update": delivery.update_id,
        "at": delivery.created_at.isoformat(),
    }
    return json.dumps(body).encode()


def signature(secret, moment, body):
    """The hex digest by which a receiver knows that the message is ours. moment: whole seconds; body: bytes."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def post(webhook, event, body):
    """Send one message; follows no redirect. Returns: the status of the answer. Raises: Refused, OSError."""
    parts = urlsplit(webhook.address)
    moment = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "investment-register",
        "X-Tracker-Event": event,
        "X-Tracker-Signature": f"t={moment},v1={signature(webhook.secret, moment, body)}",
    }
    connection = _connection(parts)
    try:
        connection.request("POST", parts._replace(scheme="", netloc="").geturl() or "/", body, headers)
        answer = connection.getresponse()
        answer.read(READ)
        return answer.status
    finally:
        connection.close()


def _connection(parts):
    """A connection to the very machine that was checked: a second look-up of the name could lead elsewhere."""
    host, is_trusted = parts.hostname or "", (parts.hostname or "") in settings.WEBHOOK_HOSTS
    if parts.username or (parts.scheme != "https" and not (is_trusted and parts.scheme == "http")):
        raise Refused(_("Only https addresses without a password are told."))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _machine(host, port, is_trusted)
    if parts.scheme == "http":
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        connection.sock = socket.create_connection((address, port), TIMEOUT)
        return connection
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
    connection.sock = context.wrap_socket(socket.create_connection((address, port), TIMEOUT), server_hostname=host)
    return connection


def _machine(host, port, is_trusted):
    """The address of a host. Raises: Refused where any of its addresses is not of the public internet."""
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not is_trusted and not all(_is_public(address) for address in found):
        raise Refused(_("This address is inside a private network. An administrator of the server may allow it."))
    return sorted(found)[0]


def _is_public(text):
    address = ipaddress.ip_address(text.partition("%")[0])
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_global and not address.is_multicast
