"""The data dictionary: every field that a record keeps, in four languages, on a page and in a file."""

import csv
import io

from django.test import Client
from django.utils import translation

from projects.exports import dictionary
from tests import factories
from tests.exports.test_downloads import signed_in


def test_every_field_of_every_record_is_there(db):
    with translation.override("en"):
        found = {(entry.record, entry.name): entry for entry in dictionary.entries()}
    fields = [field for model in dictionary.RECORDS for field in model._meta.concrete_fields]
    assert len(found) == len([field for field in fields if field.name not in dictionary.LEFT_OUT])
    for entry in found.values():
        assert entry.type and all(entry.labels.values()) and len(entry.labels) == 4, entry
    status = found["Project", "status"]
    assert (status.type, dict(status.codes)["suspended"]) == ("code", "suspended")
    assert len(set(status.labels.values())) == 4
    assert found["Project", "main_sector"].code_list == "sectors"
    assert found["Amount", "value_kzt"].unit == "KZT"


def test_the_page_and_the_file(db):
    client = signed_in(factories.analyst())
    page = client.get("/en/dictionary/").content.decode()
    for name in ("planned_start_on", "value_kzt", "is_placeholder"):
        assert f">{name}</th>" in page
    data = client.get("/en/dictionary.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert len(rows) == len(dictionary.entries())
    assert {row["Field"]: row["Label (ru)"] for row in rows if row["Record"] == "Project"}["latitude"]
    for path in ("dictionary/", "dictionary.csv"):
        assert signed_in(factories.outsider()).get(f"/en/{path}").status_code == 403
        assert Client().get(f"/en/{path}").status_code == 302
