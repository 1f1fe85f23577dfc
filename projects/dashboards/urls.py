"""Addresses of the boards."""

from django.urls import path

from projects.dashboards import attention, calendars, compare, home, maps, pivot, timeline

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("actions/", attention.ActionCentre.as_view(), name="actions"),
    path("map/", maps.Map.as_view(), name="map"),
    path("pivot/", pivot.Pivot.as_view(), name="pivot"),
    path("pivot/pivot.csv", pivot.PivotCsv.as_view(), name="pivot-csv"),
    path("compare/", compare.Compare.as_view(), name="compare"),
    path("compare/export.<str:suffix>", compare.CompareFile.as_view(), name="compare-export"),
    path("timeline/", timeline.Timeline.as_view(), name="timeline"),
    path("calendar/", calendars.Calendar.as_view(), name="calendar"),
    path("calendar/feed.ics", calendars.Feed.as_view(), name="calendar-feed"),
]
