"""Every row of the brief, opened and saved unchanged: the forms ask nothing about it and change nothing."""

import pytest
from django.utils import translation

from projects.forms import FORMS
from tests.filling import filled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model.__name__)
def test_rows_of_the_brief_pass_their_forms(brief, model):
    with translation.override("ru"):
        for row in model._default_manager.all()[:60]:
            standing = model._default_manager.get(pk=row.pk)
            form = FORMS[model](filled(FORMS[model](instance=row)), instance=standing)
            assert form.is_valid(), (row, form.errors)
            assert not set(form.changed_data) - {"submission_key"}, row
            form.save()
            standing.refresh_from_db()
            assert standing.version == row.version
