"""Rows for tests. Each function saves one row of its kind and returns it: what a test does not care about
has a sensible default, what it names overrides it. Everything named is called "Synthetic ...".

    project = factories.project(place="273600000")
    factories.amount(project=project, value=5)

A foreign key may be given as a row, or by code for code lists. Parents are made only where none is given.
"""

import contextlib
import datetime
import itertools

import pghistory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from projects import models
from projects.models import choices
from projects.models.attachments import ATTACHED_TO
from projects.models.base import CodeList

_numbers = itertools.count(1)
PASSWORD = "synthetic-password-1"
DAY = datetime.date(2025, 10, 10)


def _row(model, given, **defaults):
    """Save a row of `model`: `given` first, then the defaults; a default that is a function is called only then."""
    values = {
        name: default() if callable(default) else default for name, default in defaults.items() if name not in given
    }
    values |= given
    for name, value in values.items():
        field = next((f for f in model._meta.concrete_fields if f.name == name), None)
        if isinstance(value, str) and field and field.is_relation and issubclass(field.related_model, CodeList):
            values[name] = field.related_model.objects.get(pk=value)
    many = {field.name: values.pop(field.name) for field in model._meta.many_to_many if field.name in values}
    row = model.objects.create(**values)
    for name, rows in many.items():
        getattr(row, name).set(rows)
    return row


def _code(model, code, **values):
    return model.objects.get_or_create(code=code, defaults={"name_en": f"Synthetic {code}"} | values)[0]


def _subject(given, *others):
    """A project of its own, where no other row is named that the new one belongs to."""
    return {} if any(given.get(name) for name in others) else {"project": project}


# ---- Code lists: the rows with these codes, made where the reference lists are not loaded -------------------


def currency(code="KZT", **given):
    return _code(models.Currency, code, **given)


def unit(code="MW", dimension="power", **given):
    return _code(models.Unit, code, dimension=dimension, **given)


def metric(code="capacity_electric", dimension="power", **given):
    return _code(models.Metric, code, dimension=dimension, **given)


def sector(code="ENERGY", **given):
    return _code(models.Sector, code, **given)


def stage(code="construction", group=choices.StageGroup.CONSTRUCTION, **given):
    return _code(models.Stage, code, group=group, **given)


def document_type(code="contract", **given):
    return _code(models.DocumentType, code, **given)


def milestone_kind(code="construction_start", **given):
    return _code(models.MilestoneKind, code, **given)


def obligation_kind(code="TAX", **given):
    return _code(models.ObligationKind, code, **given)


def country(code="CN", **given):
    return _code(models.Place, code, kind=choices.PlaceKind.COUNTRY, **given)


def region(code="KZ-27", **given):
    if "parent" not in given:
        given["parent"] = country("KZ")
    return _code(models.Place, code, kind=choices.PlaceKind.REGION, **given)


def place(code="273600000", **given):
    """A district of the region (Borli unless another KATO code is given)."""
    if "parent" not in given:
        given["parent"] = region()
    kato = code if code.isdigit() and len(code) == 9 else ""
    return _code(models.Place, code, **{"kind": choices.PlaceKind.DISTRICT, "kato": kato} | given)


def exchange_rate(**given):
    return _row(models.ExchangeRate, given, currency=lambda: currency("USD"), day=DAY, source_rate="540.00")


def holiday(**given):
    return _row(models.Holiday, given, day=datetime.date(2026, 12, 16), name_en="Synthetic holiday")


def stage_requirement(**given):
    return _row(models.StageRequirement, given, stage=stage, document_type=document_type)


# ---- People -------------------------------------------------------------------------------------------------


def user(username=None, *roles, places=(), sectors=(), department=None, **given):
    """A user with these role codes; places and sectors (rows) are what an editor answers for."""
    username = username or f"synthetic{next(_numbers)}"
    made = get_user_model().objects.create_user(username, password=PASSWORD, **given)
    made.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    if places or sectors or department:
        member = models.StaffMember.objects.create(user=made, department=department)
        member.places.set(places)
        member.sectors.set(sectors)
    return made


def administrator(username=None, **given):
    return user(username, "administrator", **given)


def editor(username=None, places=None, **given):
    """A district editor, of Borli district unless other places are given."""
    return user(username, "district_editor", places=[place()] if places is None else places, **given)


def department_editor(username=None, sectors=None, **given):
    return user(username, "department_editor", sectors=[sector()] if sectors is None else sectors, **given)


def reviewer(username=None, **given):
    return user(username, "reviewer", **given)


def analyst(username=None, **given):
    return user(username, "analyst", **given)


def outsider(username=None, **given):
    """Signs in, has no role."""
    return user(username, **given)


def staff_member(**given):
    return _row(models.StaffMember, given, user=user)


@contextlib.contextmanager
def acting(by, reason="", door="test"):
    """What is written inside is written by this user, for this reason, through this door."""
    with pghistory.context(user=by.pk, door=door, **({"reason": reason} if reason else {})):
        yield


# ---- Sources ------------------------------------------------------------------------------------------------


def source(**given):
    number = next(_numbers)
    return _row(
        models.Source,
        given,
        code=f"synthetic-{number}",
        kind=choices.SourceKind.REPORT,
        title_en=f"Synthetic source {number}",
        published_on=DAY,
    )


def statement(**given):
    number = next(_numbers)
    return _row(
        models.Statement,
        given,
        code=f"synthetic-s{number}",
        source=source,
        text_en=f"Synthetic statement {number}",
    )


def document(**given):
    return _row(models.Document, given, document_type=document_type, title=f"Synthetic document {next(_numbers)}")


# ---- Organisations ------------------------------------------------------------------------------------------


def organisation(**given):
    return _row(
        models.Organisation,
        given,
        kind=choices.OrganisationKind.COMPANY,
        name_en=f"Synthetic organisation {next(_numbers)}",
    )


def investor(**given):
    return organisation(**{"is_investor": True, "name_en": f"Synthetic investor {next(_numbers)}"} | given)


def membership(**given):
    return _row(
        models.Membership,
        given,
        consortium=lambda: organisation(kind=choices.OrganisationKind.CONSORTIUM),
        member=organisation,
        statement=statement,
    )


def person(**given):
    return _row(models.Person, given, name_en=f"Synthetic person {next(_numbers)}")


def position(**given):
    return _row(models.Position, given, person=person, title_en="Synthetic office")


# ---- Projects -----------------------------------------------------------------------------------------------


def programme(**given):
    number = next(_numbers)
    return _row(models.Programme, given, code=f"synthetic-{number}", name_en=f"Synthetic programme {number}")


def programme_sector(**given):
    return _row(models.ProgrammeSector, given, programme=programme, sector=sector, statement=statement)


def project(**given):
    """A project in Borli district, energy, unless another place or sector (row or code) is given."""
    number = next(_numbers)
    return _row(
        models.Project,
        given,
        reference=f"SYN-{number:04d}",
        name_en=f"Synthetic project {number}",
        place=place,
        main_sector=sector,
    )


def project_sector(**given):
    return _row(models.ProjectSector, given, project=project, sector=lambda: sector("HEALTH"), statement=statement)


def phase(**given):
    return _row(models.Phase, given, number=1, **_subject(given, "programme"))


def party(**given):
    return _row(
        models.ProjectParty,
        given,
        organisation=investor,
        role=choices.PartyRole.INVESTOR,
        statement=statement,
        **_subject(given, "programme"),
    )


def project_link(**given):
    return _row(
        models.ProjectLink,
        given,
        from_project=project,
        kind=choices.LinkKind.SUPPLIES,
        to_project=project,
        statement=statement,
    )


def stage_change(**given):
    return _row(models.StageChange, given, project=project, stage=stage, effective_on=DAY, statement=statement)


def project_document(**given):
    return _row(models.ProjectDocument, given, project=project, document=document)


def amount(**given):
    return _row(
        models.Amount,
        given,
        kind=choices.AmountKind.ANNOUNCED,
        value=1_000_000,
        currency=currency,
        as_of=DAY,
        statement=statement,
        **_subject(given, "programme"),
    )


# ---- Progress -----------------------------------------------------------------------------------------------


def reporting_cycle(**given):
    number = next(_numbers)
    return _row(
        models.ReportingCycle,
        given,
        code=f"synthetic-{number}",
        name_en=f"Synthetic cycle {number}",
        frequency=choices.Frequency.MONTHLY,
        due_day=5,
        is_active=True,
    )


def reporting_period(**given):
    return _row(
        models.ReportingPeriod,
        given,
        cycle=reporting_cycle,
        start_on=datetime.date(2026, 10, 1),
        end_on=datetime.date(2026, 10, 31),
        due_on=datetime.date(2026, 11, 5),
    )


def update(**given):
    """A draft, unless a status is given; then with the times and the reviewer that the status demands."""
    status = given.get("status", choices.UpdateStatus.DRAFT)
    moment = datetime.datetime(2026, 11, 4, 9, tzinfo=datetime.UTC)
    defaults = {"project": project, "author": editor, "narrative": "Synthetic report"}
    if status != choices.UpdateStatus.DRAFT:
        defaults["submitted_at"] = moment
    if status in (choices.UpdateStatus.APPROVED, choices.UpdateStatus.RETURNED):
        defaults |= {"reviewer": reviewer, "reviewed_at": moment, "review_comment": "Synthetic comment"}
    return _row(models.Update, given, **defaults)


def milestone(**given):
    return _row(
        models.Milestone,
        given,
        kind=milestone_kind,
        planned_on=DAY,
        statement=statement,
        **_subject(given, "programme"),
    )


def observation(**given):
    return _row(
        models.Observation,
        given,
        metric=metric,
        status=choices.ObservationStatus.PLANNED,
        value=34,
        unit=unit,
        as_of=DAY,
        statement=statement,
        **_subject(given, "programme"),
    )


def problem(**given):
    return _row(models.Problem, given, project=project, title_en=f"Synthetic problem {next(_numbers)}", raised_on=DAY)


# ---- Obligations --------------------------------------------------------------------------------------------


def obligation(**given):
    return _row(
        models.Obligation,
        given,
        kind=obligation_kind,
        basis=choices.ObligationBasis.ORAL,
        statement=statement,
        **_subject(given, "programme", "organisation"),
    )


def evidence(**given):
    return _row(models.Evidence, given, obligation=obligation, period_end=DAY, author=editor, statement=statement)


def waiver(**given):
    return _row(
        models.Waiver,
        given,
        obligation=obligation,
        start_on=DAY,
        reason="Synthetic reason",
        document=document,
    )


def instrument(code="synthetic_instrument", **given):
    return _code(models.Instrument, code, basis=choices.ObligationBasis.AGREEMENT, **given)


def obligation_template(code="synthetic_instrument.TAX", **given):
    return _code(models.ObligationTemplate, code, **{"instrument": instrument(), "kind": obligation_kind()} | given)


# ---- Shipments ----------------------------------------------------------------------------------------------


def shipment(**given):
    return _row(
        models.Shipment,
        given,
        name_en=f"Synthetic shipment {next(_numbers)}",
        quantity=5,
        unit=lambda: unit("{container}", dimension="container"),
        status=choices.ShipmentStatus.IN_TRANSIT,
        as_of=DAY,
        statement=statement,
    )


def container(**given):
    return _row(models.Container, given, shipment=shipment, number="CSQU3054383")


def checkpoint(**given):
    return _row(
        models.Checkpoint,
        given,
        shipment=shipment,
        kind=choices.CheckpointKind.BORDER,
        reached_on=DAY,
        statement=statement,
    )


# ---- Engagements --------------------------------------------------------------------------------------------


def engagement(**given):
    return _row(
        models.Engagement,
        given,
        kind=choices.EngagementKind.TALKS,
        name_en=f"Synthetic talks {next(_numbers)}",
        held_on=DAY,
        statement=statement,
    )


def participation(**given):
    return _row(models.Participation, given, engagement=engagement, person=person)


def agreement(**given):
    return _row(models.Agreement, given, name_en=f"Synthetic agreement {next(_numbers)}", statement=statement)


def lead(**given):
    return _row(models.Lead, given, name_en=f"Synthetic lead {next(_numbers)}", statement=statement)


def action_item(**given):
    return _row(models.ActionItem, given, engagement=engagement, task_en="Synthetic task")


# ---- Indicators ---------------------------------------------------------------------------------------------


def indicator(**given):
    number = next(_numbers)
    return _row(
        models.Indicator,
        given,
        code=f"synthetic-{number}",
        name_en=f"Synthetic indicator {number}",
        place=region,
        unit=lambda: unit("%", dimension="share"),
        frequency=choices.Frequency.YEARLY,
    )


def indicator_value(**given):
    return _row(
        models.IndicatorValue,
        given,
        indicator=indicator,
        period_start=datetime.date(2024, 1, 1),
        period_end=datetime.date(2024, 12, 31),
        value=25,
        as_of=datetime.date(2024, 12, 31),
        statement=statement,
    )


# ---- Documents ----------------------------------------------------------------------------------------------


def attachment(**given):
    others = [name for name in ATTACHED_TO if given.get(name)]
    return _row(models.Attachment, given, document=document, **({} if others else {"engagement": engagement}))


def period_report(**given):
    moment = datetime.datetime(2026, 11, 6, 9, tzinfo=datetime.UTC)
    defaults = {"as_of": datetime.date(2026, 10, 31), "known_at": moment, "content": {"lines": []}}
    return _row(models.PeriodReport, given, period=reporting_period, closed_by=reviewer, sha256="0" * 64, **defaults)


# ---- Desks --------------------------------------------------------------------------------------------------


def import_job(**given):
    return _row(models.ImportJob, given, file_name="synthetic.xlsx", sha256="0" * 64, owner=user, as_of=DAY)


def saved_mapping(**given):
    return _row(models.SavedMapping, given, name="synthetic", shape=f"{next(_numbers):064d}", mapping={"columns": {}})


def saved_view(**given):
    return _row(models.SavedView, given, name=f"Synthetic view {next(_numbers)}", owner=analyst)


def second_factor_event(**given):
    return _row(models.SecondFactorEvent, given, person=user, change="set_up", ip_address="192.0.2.1")


# ---- Webhooks -----------------------------------------------------------------------------------------------


def webhook(**given):
    return _row(models.Webhook, given, name=f"Synthetic system {next(_numbers)}", address="https://example.org/hook")


def webhook_delivery(**given):
    """A message that has been tried once, so that it is none of those that wait."""
    return _row(models.WebhookDelivery, given, webhook=webhook, event="project.changed", project=project, attempts=1)
