"""What every template may use: the languages with this page's address in each, the navigation, and the theme."""

import functools

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, get_language_from_path, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from projects import permissions

THEMES = {"auto": _("As the device"), "light": _("Light"), "dark": _("Dark")}

# What is used every day stands in one row, in each language on a screen of 1280 pixels; the rest is behind "More".
NAVIGATION = [
    ("home", _("Dashboard")),
    ("actions", _("Action centre")),
    ("project-list", _("Projects")),
    ("investor-list", _("Investors")),
    ("sector-list", _("Sectors")),
    ("desk", pgettext_lazy("reports on projects", "Updates")),
    ("obligation-list", _("Obligations")),
    ("shipment-list", _("Shipments")),
    ("engagement-list", _("Engagements")),
    ("lead-list", _("Leads")),
    ("file-list", _("Documents")),
]
MORE = [
    ("programme-list", _("Programmes")),
    ("agreement-list", _("Agreements")),
    ("indicator-list", _("Indicators")),
    ("source-list", _("Sources")),
    ("import-list", _("Imports")),
    ("quality", _("Data quality")),
]
ADMINISTRATION = [("audit", _("Who changed what")), ("admin:index", _("Administration"))]


def interface(request):
    address = request.get_full_path()
    theme = request.COOKIES.get("theme", "auto")
    return {
        "language_links": [(code, settings_name(code), in_language(address, code)) for code, _n in settings.LANGUAGES],
        "menu": lambda: menu(request),
        "is_reader": lambda: permissions.may_see_register(request.user),
        "unread": lambda: request.user.unread,
        "theme": theme if theme in THEMES else "auto",
        "themes": THEMES.items(),
        "is_demo": settings.DEMO,
    }


def navigation(request):
    """The main pages in a row and those behind "More", each as (address, label, whether this page is there or below).

    Nothing for a person without a role, whom they all refuse.
    """
    if not permissions.may_see_register(request.user):
        return {}
    more = MORE + ADMINISTRATION * request.user.is_staff
    row, more = _pages(request.path, NAVIGATION), _pages(request.path, more)
    return {"row": row, "more": more}


def menu(request):
    """The navigation as HTML; the same for all who see the same pages at the same place.

    Templates call it only where somebody is signed in: it reads the user, which an error page must not.
    """
    pages = navigation(request)
    if not pages:
        return ""
    row, more = tuple(pages["row"]), tuple(pages["more"])
    return _menu(row, more, request.path if request.path in {url for url, _label, _is_current in row + more} else "")


@functools.lru_cache(maxsize=512)
def _menu(row, more, path):
    is_current_more = any(is_current for _url, _label, is_current in more)
    shown = {"row": row, "more": more, "is_current_more": is_current_more, "path": path}
    return render_to_string("components/navigation.html", shown)


def _pages(path, items):
    language = get_language()
    home = _address("home", language)
    return [
        (url, str(label), path == url or (url != home and path.startswith(url)))  # home is the root of all
        for name, label in items
        if (url := _address(name, language))
    ]


@functools.cache
def _address(name, language):
    """The page's address; None where this installation leaves the page out."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def in_language(address, code):
    """A page's address in another language; addresses that have none stay as they are."""
    current = get_language_from_path(address)
    return f"/{code}{address.removeprefix(f'/{current}')}" if current else address


def settings_name(code):
    """A language's own name for itself."""
    return {"kk": "Қазақша", "ru": "Русский", "en": "English", "zh-hans": "中文"}[code]
