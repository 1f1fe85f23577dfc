"""The calendar: a month as a grid and as a list, and the same as a feed for the reader's own calendar."""

import calendar
import datetime
import hmac
import re

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseNotFound
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from icalendar import Calendar as ICalendar
from icalendar import Event as IEvent

from projects import agenda, filters, permissions, tokens
from projects.dashboards.board import Board
from projects.filters.base import changed
from projects.models import ApiToken
from projects.models.base import EARLIEST, LATEST
from projects.models.choices import TokenScope
from tracker.errors import BadParameter

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
DAY, READ_AGAIN = datetime.timedelta(days=1), datetime.timedelta(hours=6)
BEFORE, AFTER = datetime.timedelta(days=90), datetime.timedelta(days=400)  # what the feed holds, around today


class Calendar(Board):
    template_name = "dashboards/calendar.html"
    view_name = "calendar"

    def get_context_data(self, **kwargs):
        first = self.month()
        days = calendar.Calendar().monthdatescalendar(first.year, first.month)
        events = agenda.calendar(self.rows(), days[0][0], days[-1][-1])
        by_day = {}
        for event in events:
            by_day.setdefault(event.day, []).append(event)
        earlier, later = first - datetime.timedelta(days=1), first + datetime.timedelta(days=31)
        today = timezone.localdate()
        return super().get_context_data(**kwargs) | {
            "month": formats.date_format(first, "YEAR_MONTH_FORMAT"),
            "weekdays": [formats.date_format(day, "l") for day in days[0]],
            "weeks": [
                [(day, by_day.get(day, []), day.month == first.month, day == today) for day in week] for week in days
            ],
            "agenda": [agenda.entry(event) for event in events if event.day.month == first.month],
            "most": agenda.LIMIT if len(events) >= agenda.LIMIT else None,
            "earlier_url": self.address(month=f"{earlier:%Y-%m}"),
            "later_url": self.address(month=f"{later:%Y-%m}"),
            "today_url": self.address(month=None),
            "feed": tokens.calendar_tokens(self.request.user).first(),
            "feed_url": "",
        }

    def month(self):
        """The first day of the month asked for, or of this one. Raises: BadParameter."""
        text = self.request.GET.get("month", "")
        if not text:
            return timezone.localdate().replace(day=1)
        match = MONTH.fullmatch(text)
        day = match and datetime.date(max(int(match[1]), 1), int(match[2]), 1)
        if not day or not EARLIEST <= day < LATEST:
            raise BadParameter({"month": [_("Write the month as 2026-11.")]})
        return day

    def post(self, request, *args, **kwargs):
        """A new address of the reader's feed, told this once; or, with `revoke`, none any more."""
        context = {"feed_url": ""}
        if "revoke" in request.POST:
            tokens.calendar_tokens(request.user).delete()
            messages.success(request, _("The address is withdrawn. Calendars that used it are told nothing any more."))
        else:
            query = {name: None for name in request.GET if name not in self.chosen.filters} | {
                "token": tokens.renew_calendar_token(request.user)
            }
            context["feed_url"] = request.build_absolute_uri(reverse("calendar-feed") + changed(request.GET, **query))
        return self.render_to_response(self.get_context_data(**kwargs) | context)


@method_decorator(login_not_required, name="dispatch")
class Feed(View):
    """iCalendar (RFC 5545) of what the token's person may see, under the filters of the query string."""

    def get(self, request):
        user = self.person(request.GET.get("token", ""))
        if user is None:
            return HttpResponseNotFound(_("This calendar address is not known or was withdrawn."), "text/plain")
        projects = filters.ProjectFilterSet(request.GET, user=user).rows()
        today, now = timezone.localdate(), timezone.now()
        feed = ICalendar()
        feed.add("prodid", "-//Investment register//calendar//EN")
        feed.add("version", "2.0")
        feed.add("x-wr-calname", _("Investment register"))
        feed.add("refresh-interval", READ_AGAIN, {"VALUE": "DURATION"})
        for event in agenda.calendar(projects, today - BEFORE, today + AFTER):
            entry = IEvent()
            entry.add("uid", f"{event.key}@{request.get_host()}")
            entry.add("dtstamp", now)
            entry.add("dtstart", event.day)
            entry.add("dtend", event.day + DAY)
            entry.add("summary", event.title)
            entry.add("url", request.build_absolute_uri(event.url))
            entry.add("transp", "TRANSPARENT")
            feed.add_component(entry)
        return HttpResponse(
            feed.to_ical(),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'inline; filename="calendar.ics"'},
        )

    def person(self, token):
        """The person whose calendar the token opens, or None."""
        wanted = tokens.hash_of(token)
        row = ApiToken.objects.filter(token_hash=wanted, scope=TokenScope.CALENDAR).select_related("user").first()
        if row is None or not hmac.compare_digest(row.token_hash, wanted):
            return None
        is_over = row.expires_on is not None and row.expires_on < timezone.localdate()
        return None if is_over or not permissions.may_see_register(row.user) else row.user
