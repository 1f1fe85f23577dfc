"""Addresses are those that Django gives, in every language, whatever the key."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from tracker.addresses import address


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_an_address_is_what_django_gives(language):
    with translation.override(language):
        for key in ("SYN-1", "a b", "жоба 1", "%41", "a?b#c", "ё'\"<&>"):
            assert address("project-detail", key) == reverse("project-detail", args=[key])
        for key in (1, 7777777777, 12345):
            assert address("investor-detail", key) == reverse("investor-detail", args=[key])
