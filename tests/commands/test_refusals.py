"""Commands that refuse, with a sentence, on a database without rows."""

import pytest
from django.core.management import CommandError, call_command

from projects.models import Project


@pytest.mark.parametrize("number", [-1, 10**7])
def test_impossible_numbers(db, number):
    with pytest.raises(CommandError):
        call_command("make_synthetic", projects=number)


def test_without_reference_lists(db):
    with pytest.raises(CommandError, match="load_reference"):
        call_command("make_synthetic", projects=1)
    assert not Project.objects.exists()
