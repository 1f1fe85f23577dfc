"""The command gives the bytes of the page's file, and says what it cannot read."""

import pytest
from django.core.management import CommandError, call_command

from tests import factories
from tests.exports.test_downloads import content, signed_in


def exported(tmp_path, **options):
    path = tmp_path / "out"
    call_command("export_projects", output=str(path), language="en", **options)
    return path.read_bytes()


def test_the_same_rows_as_the_page(db, tmp_path):
    for number in range(3):
        project = factories.project(reference=f"SYN-{number}", name_en=f"Synthetic {number}")
        factories.amount(project=project, value=number + 1, is_confidential=number == 1)
    client = signed_in(factories.administrator())
    for form in ("csv", "geojson"):
        for query in ("", "sort=-announced", "q=Synthetic+2", f"as_of={factories.DAY}"):
            made = exported(tmp_path, format=form, query=query)
            assert made == content(client, f"projects/export.{form}?{query}"), (form, query)
    assert exported(tmp_path, format="xlsx", query="")[:2] == b"PK"


@pytest.mark.parametrize("query", ["sector=NO", "sort=x", "as_of=x"])
def test_what_cannot_be_read(db, tmp_path, query):
    with pytest.raises(CommandError, match=query.partition("=")[0]):
        exported(tmp_path, format="csv", query=query)
