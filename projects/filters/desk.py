"""The query string of the desk: that of the projects list, and the state of the report."""

from django.utils.translation import gettext_lazy as _

from projects import cadence
from projects.filters.base import ChoicesFilter
from projects.filters.projects import ProjectFilterSet
from projects.models.choices import ReportState

SHOWN = [choice for choice in ReportState.choices if choice[0] != ReportState.MISSED]


class ReportFilter(ChoicesFilter):
    def __init__(self):
        super().__init__(None, label=_("Report"), choices=SHOWN)

    def filter(self, queryset, value):
        return queryset.filter(report_state__in=value) if value else queryset


class DeskFilterSet(ProjectFilterSet):
    """Takes the projects of a desk; gives them with what each reports on (`cadence.with_report`)."""

    report = ReportFilter()

    def __init__(self, data=None, queryset=None, *, user=None, projects=None, **kwargs):
        super().__init__(data, cadence.with_report(projects), user=user, **kwargs)
