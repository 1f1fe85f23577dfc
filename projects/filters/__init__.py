"""One FilterSet a noun, shared by page, admin, export and API."""

from projects.filters.projects import ProjectFilterSet

__all__ = ["ProjectFilterSet"]
