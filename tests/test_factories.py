"""Each factory makes a row that the forms' own rules and the database accept."""

import inspect

import pytest

from tests import factories

MAKERS = {
    name: maker
    for name, maker in inspect.getmembers(factories, inspect.isfunction)
    if maker.__module__ == factories.__name__ and not name.startswith("_") and name != "acting"
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", MAKERS)
def test_each_factory_makes_a_valid_row(name):
    row = MAKERS[name]()
    row.full_clean()
    assert row.pk
    assert type(row).objects.filter(pk=row.pk).exists()
