"""Addresses that write, made from the kinds of records; they come before those that take any reference."""

from django.urls import path

from projects.models import Update
from projects.portfolio.edit import RecordEdit
from projects.portfolio.kinds import CHILDREN, TOP
from projects.portfolio.past import History
from projects.portfolio.reports import ReportPage, TakeOff, UpdateAutosave, UpdateQueue, UpdateReview


def _page(kind):
    """The page on which a record of this kind is added or changed."""
    return ReportPage if kind.model is Update else RecordEdit


def _top(kind):
    place, key = kind.path, f"<{kind.converter}:key>"
    new = [path(f"{place}/new/", _page(kind).as_view(kind=kind, is_new=True), name=f"{kind.name}-new")]
    return (new if kind.is_added else []) + [
        path(f"{place}/{key}/edit/", _page(kind).as_view(kind=kind), name=f"{kind.name}-edit"),
        path(f"{place}/{key}/history/", History.as_view(kind=kind), name=f"{kind.name}-history"),
    ]


def _child(kind):
    place = f"{kind.parent.path}/<{kind.parent.converter}:parent>/{kind.path}"
    row = f"{place}/<{kind.converter}:key>"
    return [
        path(f"{place}/new/", _page(kind).as_view(kind=kind, is_new=True), name=f"{kind.name}-new"),
        path(f"{row}/edit/", _page(kind).as_view(kind=kind), name=f"{kind.name}-edit"),
        path(f"{row}/history/", History.as_view(kind=kind), name=f"{kind.name}-history"),
    ]


urlpatterns = [
    *(pattern for kind in TOP for pattern in _top(kind)),
    *(pattern for kind in CHILDREN for pattern in _child(kind)),
    path("projects/<str:reference>/updates/autosave/", UpdateAutosave.as_view(), name="update-autosave"),
    path("updates/take-off/", TakeOff.as_view(), name="update-take-off"),
    path("updates/queue/", UpdateQueue.as_view(), name="update-queue"),
    path("updates/<int:pk>/review/", UpdateReview.as_view(), name="update-review"),
]
