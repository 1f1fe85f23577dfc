"""What every template may use: the languages with this page's address in each, and the theme."""

from django.conf import settings
from django.urls import translate_url

THEMES = ("auto", "light", "dark")


def interface(request):
    address = request.get_full_path()
    theme = request.COOKIES.get("theme", "auto")
    return {
        "language_links": [(code, settings_name(code), translate_url(address, code)) for code, _n in settings.LANGUAGES],
        "theme": theme if theme in THEMES else "auto",
        "is_demo": settings.DEMO,
    }


def settings_name(code):
    """A language's own name for itself."""
    return {"kk": "Қазақша", "ru": "Русский", "en": "English", "zh-hans": "中文"}[code]
