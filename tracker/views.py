"""Pages of the frame itself: the choice of colours, and the gallery of components."""

from django.conf import settings
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tracker.context import THEMES
from tracker.errors import BadParameter
from tracker.gallery import samples

YEAR = 365 * 24 * 60 * 60  # seconds


@require_POST
def theme(request):
    """Keep the choice of colours in this browser and go back to the page it was made on."""
    choice = request.POST.get("theme")
    if choice not in THEMES:
        raise BadParameter({"theme": [_("Choose one of the colours offered.")]})
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    # Readable by scripts: theme.js sets the same cookie without a round trip.
    response.set_cookie("theme", choice, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
    return response


@require_GET
def gallery(request):
    """Every component in each of its states, from the templates that the pages use."""
    return render(request, "gallery.html", samples(request.path))
