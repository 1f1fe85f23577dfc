"""Addresses of what spans all nouns: the search."""

from django.urls import path

from projects.portfolio import search

urlpatterns = [
    path("search/", search.Search.as_view(), name="search"),
]
