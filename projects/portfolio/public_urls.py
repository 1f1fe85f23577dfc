"""Addresses of the public page."""

from django.urls import path

from projects.portfolio import public

urlpatterns = [
    path("", public.PublicList.as_view(), name="public-list"),
    path("map/", public.PublicMap.as_view(), name="public-map"),
    *[
        path(f"projects.{suffix}", public.PublicFile.as_view(), {"suffix": suffix}, name="public-export")
        for suffix in public.FORMATS
    ],
    path("projects/<str:reference>/", public.PublicProject.as_view(), name="public-project"),
]
