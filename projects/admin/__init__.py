"""Door 5: the admin, where administrators edit everything and auditors look.

Importing `site` from here has all models registered.
"""

from projects.admin import (  # noqa: F401 - each registers its models
    codelists,
    desks,
    engagements,
    indicators,
    obligations,
    organisations,
    people,
    progress,
    projects,
    shipments,
    sources,
)
from projects.admin.site import site

__all__ = ["site"]
