"""The data dictionary as a page and as a file."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.views.generic import TemplateView, View

from projects import permissions
from projects.exports import dictionary, texts
from projects.portfolio.lists import SignedIn


class Dictionary(SignedIn, TemplateView):
    template_name = "portfolio/dictionary.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"entries": dictionary.entries(), "languages": settings.LANGUAGES}


class DictionaryFile(SignedIn, View):
    def get(self, request):
        if not permissions.may_export(request.user):
            raise PermissionDenied
        return texts.answer("dictionary", dictionary.rows())
