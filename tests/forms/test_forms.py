"""Every form, unchanged: what it shows of a row is what it reads back, in each language."""

import pytest
from django.utils import translation

from projects.forms import FORMS
from projects.models.base import Recorded
from tests import factories
from tests.filling import filled

MAKERS = {"ProjectParty": factories.party}


def maker(model):
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in model.__name__).lstrip("_")
    return MAKERS.get(model.__name__) or getattr(factories, name, None)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["kk", "ru", "en", "zh-hans"])
@pytest.mark.parametrize("model", [model for model in FORMS if maker(model)], ids=lambda model: model.__name__)
def test_what_is_shown_is_read_back(model, language):
    row = model.objects.get(pk=maker(model)().pk)
    form_class = FORMS[model]
    with translation.override(language):
        form = form_class(filled(form_class(instance=row)), instance=row)
        assert form.is_valid(), form.errors
        assert not set(form.changed_data) - {"submission_key"}
        form.save()
    if issubclass(model, Recorded):
        row.refresh_from_db()
        assert row.version == 1


def test_every_noun_has_a_form_and_a_factory():
    assert {model.__name__ for model in FORMS if not maker(model)} == set()
