"""Addresses of the boards."""

from django.urls import path

from projects.dashboards import home, maps, pivot

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("map/", maps.Map.as_view(), name="map"),
    path("pivot/", pivot.Pivot.as_view(), name="pivot"),
    path("pivot/pivot.csv", pivot.PivotCsv.as_view(), name="pivot-csv"),
]
