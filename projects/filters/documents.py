"""The query string of the list of documents."""

from django.db.models import Q, TextField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.filters.base import CodesFilter, FlagFilter, SearchFilter
from projects.filters.parts import NounFilterSet
from projects.models import Document, DocumentType
from projects.models.functions import Fold
from projects.models.sources import EXPIRES_SOON

SEARCHED = Fold(
    *(Coalesce(name, Value(""), output_field=TextField()) for name in ("title", "number", "file_name", "sha256"))
)


def _expiring():
    return Q(pk__in=Document.objects.expiring(timezone.localdate(), EXPIRES_SOON).values("pk"))


def _expired():
    return Q(pk__in=Document.objects.expired(timezone.localdate()).values("pk"))


class DocumentFilterSet(NounFilterSet):
    q = SearchFilter(SEARCHED)
    kind = CodesFilter(
        lambda codes: Q(document_type__in=codes), label=_("Document type"), queryset=DocumentType.objects.all()
    )
    expiring = FlagFilter(_expiring, label=_("Expires within 30 days"))
    expired = FlagFilter(_expired, label=_("Expired"))
    without_file = FlagFilter(lambda: Q(file=""), label=_("Without a file"))

    class Meta:
        model = Document
        fields = []
