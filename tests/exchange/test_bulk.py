"""What is written at once is what the same records become one after the other: rows, versions, history, kept sums."""

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from projects.exchange import bulk
from projects.models import Amount, Organisation, Project, ProjectMoney, StageChange
from tests import factories

pytestmark = pytest.mark.django_db
ODD = "Синтетика\t«\\N» \\x \"'%s\n第二行 🏭 {}"
OWN = {"id", "project_id", "organisation_id", "payer_id", "created_at", "updated_at"}  # in which the two differ


def one_by_one(model, records, names=None):
    for record in records:
        record.save(force_insert=names is None)


def at_once(model, records, names=None):
    bulk.insert(model, records) if names is None else bulk.update(model, records, names)


def written(write, given, mark):
    """New projects with their payers, sums and stages, then changed; what the tables hold of them afterwards."""
    projects = [
        Project(reference=f"{mark}-{number}", name_ru=f"{ODD} {number}", aliases="", place=given["place"], **more)
        for number, more in enumerate(({}, {"latitude": Decimal("51.25"), "longitude": Decimal("50")}, {}))
    ]
    payers = [Organisation(kind="company", name_kk=f"{ODD} {number}") for number in range(2)]
    fact = {"statement": given["statement"], "as_of": given["day"]}
    amounts = [
        Amount(project=project, kind=kind, value=Decimal(value), currency=given[currency], payer=payers[0], **fact)
        for project, kind, value, currency in (
            (projects[0], "announced", "1E+9", "KZT"),
            (projects[0], "committed", "12345678901.25", "EUR"),
            (projects[1], "announced", "0.5", "EUR"),
        )
    ]
    moved = {"project": projects[2], "stage": given["stage"], "effective_on": given["day"]}
    log = [StageChange(**moved, statement=given["statement"])]
    with factories.acting(given["user"], reason=ODD):
        for model, records in ((Organisation, payers), (Project, projects), (Amount, amounts), (StageChange, log)):
            write(model, records)
        for project in projects[:2]:
            project.contract_number, project.main_sector = "", given["sector"]
        for amount in amounts[:2]:
            amount.value, amount.payer = Decimal("7.25"), None
        write(Project, projects[:2], ["contract_number", "main_sector"])
        write(Amount, amounts[:2], ["value", "payer"])
    tables = ((Organisation, payers), (Project, projects), (Amount, amounts), (StageChange, log))
    sums = ProjectMoney.objects.filter(project__in=projects).order_by("project", "kind").values()
    return [states(model, [record.pk for record in records], mark) for model, records in tables], [
        {name: value for name, value in row.items() if name not in OWN} for row in sums
    ]


def states(model, keys, mark):
    rows = model.objects.filter(pk__in=keys).order_by("pk").values()
    events = model.pgh_event_model.objects.filter(pgh_obj_id__in=keys).order_by("id", "pgh_id").values()
    unlike = OWN | {"pgh_id", "pgh_obj_id", "pgh_created_at", "pgh_context_id"}
    return [
        {name: str(value).replace(mark, "") for name, value in row.items() if name not in unlike}
        for row in (*rows, *events)
    ]


def test_the_same_as_one_by_one(monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 2)
    day = datetime.date(2025, 10, 10)
    given = {"KZT": factories.currency("KZT"), "EUR": factories.currency("EUR"), "day": day, "user": factories.user()}
    factories.exchange_rate(currency="EUR", day=day, source_rate=500)
    given |= {name: getattr(factories, name)() for name in ("place", "sector", "stage", "statement")}

    rows, sums = written(at_once, given, "SYN-A")

    assert (rows, sums) == written(one_by_one, given, "SYN-B")
    assert [len(found) for found in rows] == [4, 9, 8, 2]
    assert {row["value"] for row in sums if row["value"]} == {Decimal("7.25"), Decimal("3625"), Decimal("250")}


def test_what_one_of_many_breaks_refuses_all(monkeypatch):
    there = factories.project()
    records = [Project(reference=f"SYN-C{number}", name_ru="Синтетика", place=there.place) for number in range(2)]
    records.append(Project(reference=there.reference, name_ru="Синтетика", place=there.place))
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(Project, records)
    assert list(Project.objects.all()) == [there]
