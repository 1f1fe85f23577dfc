"""Addresses of what spans all nouns: search, saved views, quality of the data, its dictionary, changes, tokens."""

from django.urls import path

from projects.portfolio import audit, dictionary, keys, quality, saved_views, search

urlpatterns = [
    path("search/", search.Search.as_view(), name="search"),
    path("quality/", quality.Quality.as_view(), name="quality"),
    path("views/", saved_views.ViewList.as_view(), name="view-list"),
    path("views/new/", saved_views.SaveView.as_view(), name="view-new"),
    path("views/<int:pk>/", saved_views.OpenView.as_view(), name="view-open"),
    path("views/<int:pk>/edit/", saved_views.SaveView.as_view(), name="view-edit"),
    path("views/<int:pk>/delete/", saved_views.DeleteView.as_view(), name="view-delete"),
    path("views/<int:pk>/follow/", saved_views.FollowView.as_view(), name="view-follow"),
    path("dictionary/", dictionary.Dictionary.as_view(), name="dictionary"),
    path("dictionary.csv", dictionary.DictionaryFile.as_view(), name="dictionary-export"),
    path("changes/", audit.AuditPage.as_view(), name="audit"),
    path("changes.csv", audit.AuditFile.as_view(), name="audit-export"),
    path("tokens/", keys.Tokens.as_view(), name="token-list"),
    path("tokens/<int:pk>/revoke/", keys.Revoke.as_view(), name="token-revoke"),
]
