"""The query string of the list of imports."""

from django.utils.translation import gettext_lazy as _

from projects.filters.base import SearchFilter
from projects.filters.parts import NounFilterSet, by_choice
from projects.models import ImportJob
from projects.models.choices import ImportStatus
from projects.models.functions import Fold


class ImportFilterSet(NounFilterSet):
    q = SearchFilter(Fold("file_name", "sha256"))
    status = by_choice("status", ImportStatus, _("Status"))

    class Meta:
        model = ImportJob
        fields = []
