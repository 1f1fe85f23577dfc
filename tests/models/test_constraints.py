"""Every constraint of the database: raw SQL that breaks it is refused, and its sentence reaches the form."""

import datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.models import CheckConstraint, F, UniqueConstraint
from stdnum import iso6346
from stdnum.cn import uscc

from projects.forms.identifiers import bin_check_digit, bin_error, bin_month, uscc_error
from projects.models import (
    ApiToken,
    ExchangeRate,
    Notice,
    Organisation,
    PeriodReport,
    Project,
    ProjectMoney,
    SavedView,
    Submission,
    Subscription,
    WebhookDelivery,
)
from projects.models.base import Recorded, Sourced, StaleRecord
from tests import factories
from tests.forms.test_forms import maker

pytestmark = pytest.mark.django_db

DAY = datetime.date(2025, 10, 10)
EARLY, LATE = datetime.date(1989, 12, 31), datetime.date(2100, 1, 1)
MOMENT = datetime.datetime(2026, 11, 4, tzinfo=datetime.UTC)
NAMELESS = {"name_kk": "", "name_ru": "", "name_en": "", "name_zh_hans": ""}
SAME = object()  # the row's own key

TRACKED = [
    model
    for model in apps.get_app_config("projects").get_models()
    if not model.__name__.endswith("Event") and not model._meta.proxy
]
CONSTRAINTS = {constraint.name: (model, constraint) for model in TRACKED for constraint in model._meta.constraints}


def orders(start, end):
    return {start: datetime.date(2026, 2, 1), end: datetime.date(2026, 1, 1)}


# CHECK constraints: what an UPDATE sets to break them, on a row of the factory (or with these values of it).
BROKEN = {
    "place_kato_form": {"kato": "27"},
    "place_not_its_own_parent": {"parent_id": SAME},
    "place_point_on_earth": {"latitude": 91, "longitude": 0},
    "sector_not_its_own_parent": {"parent_id": SAME},
    "currency_code_form": None,  # the code is the key: see below
    "unit_factor_positive": {"factor": 0},
    "exchange_rate_positive": {"source_rate": 0},
    "exchange_rate_not_of_tenge": None,
    "saved_view_group_named": {"audience": "group"},
    "saved_view_person_named": {"audience": "person"},
    "saved_view_default_is_own": {
        "audience": "person",
        "person_id": lambda: factories.analyst().pk,
        "is_default": True,
    },
    "import_not_reviewed_by_owner": {"reviewer_id": F("owner_id")},
    "organisation_has_a_name": NAMELESS,
    "organisation_bin_valid": {"bin": "940140000386"},
    "organisation_uscc_valid": {"uscc": "913700007456765903"},
    "organisation_not_its_own_parent": {"parent_id": SAME},
    "staff_member_is_not_own_superior": {"superior_id": F("user_id")},
    "staff_member_leave_in_order": orders("away_from", "away_until"),
    "staff_member_delegate_for_a_leave": {"delegate_id": lambda: factories.analyst().pk},
    "membership_not_of_itself": {"member_id": F("consortium_id")},
    "person_has_a_name": NAMELESS,
    "person_contacts_have_basis": {"phone": "+7"},
    "position_period_in_order": orders("start_on", "end_on"),
    "source_dated_or_unknown": {"published_on": None},
    "statement_has_a_text": {"text_kk": "", "text_ru": "", "text_en": "", "text_zh_hans": ""},
    "document_file_has_hash": {"file": "a.pdf"},
    "document_point_on_earth": {"latitude": 91, "longitude": 0},
    "stage_requirement_one_kind": {"fact": "place"},
    "attachment_one_subject": {"engagement_id": None},
    "programme_has_a_name": NAMELESS,
    "project_has_a_name": NAMELESS,
    "project_reference_form": {"reference": "a b"},
    "project_period_in_order": orders("planned_start_on", "planned_end_on"),
    "project_work_in_order": orders("started_on", "commissioned_on"),
    "project_status_null_not_empty": {"status": ""},
    "project_stop_has_reason": {"status": "cancelled", "status_on": DAY},
    "project_suspended_has_review": {"status": "suspended", "status_on": DAY, "status_reason": "Synthetic"},
    "project_point_on_earth": {"latitude": 50},
    "phase_one_subject": {"project_id": None},
    "phase_period_in_order": orders("start_on", "end_on"),
    "party_one_subject": {"project_id": None},
    "party_share_percent": {"share": Decimal("100.001")},
    "link_not_to_itself": {"to_project_id": F("from_project_id")},
    "amount_dated_or_unknown": {"as_of": None},
    "amount_one_subject": {"project_id": None},
    "amount_positive": {"value": 0},
    "amount_inclusion_has_whole": {"inclusion": "yes"},
    "amount_not_in_itself": {"included_in_id": SAME, "inclusion": "yes"},
    "amount_not_superseding_itself": {"superseded_by_id": SAME},
    "engagement_has_a_name": NAMELESS,
    "engagement_dated_or_unknown": {"held_on": None},
    "participation_of_somebody": {"person_id": None},
    "agreement_has_a_name": NAMELESS,
    "agreement_dated_or_unknown": {"date_precision": "day"},
    "lead_has_a_name": NAMELESS,
    "lead_converted_stage": {"converted_to": factories.project},
    "lead_converted_has_project": {"stage": "converted"},
    "indicator_has_a_name": NAMELESS,
    "indicator_value_dated_or_unknown": {"as_of": None},
    "indicator_value_period_in_order": orders("period_start", "period_end"),
    "indicator_value_is_a_number": {"value": Decimal("1e17")},
    "indicator_value_computed_has_formula": {"is_computed": True},
    "obligation_one_subject": {"organisation": factories.organisation},
    "obligation_target_positive": {"target": 0, "unit": factories.unit},
    "obligation_target_has_unit": {"target": 5},
    "obligation_period_in_order": orders("start_on", "end_on"),
    "evidence_period_in_order": orders("period_start", "period_end"),
    "evidence_not_negative": {"value": -1},
    "evidence_part_of_whole": {"value": 6, "out_of": 5},
    "evidence_tax_says_budget": {"tax_kind": "social"},
    "instrument_period_in_order": orders("valid_from", "valid_to"),
    "obligation_template_target_with_unit": {"target": 5},
    "evidence_decided_by_somebody": {"status": "accepted"},
    "evidence_not_decided_by_author": {"decided_by_id": F("author_id")},
    "waiver_period_in_order": orders("start_on", "end_on"),
    "waiver_has_reason": {"reason": ""},
    "reporting_cycle_due_day": {"due_day": 32},
    "reporting_period_period_in_order": orders("start_on", "end_on"),
    "update_submitted_has_time": {"status": "submitted"},
    "update_reviewed_has_reviewer": {"status": "approved", "submitted_at": MOMENT},
    "update_not_reviewed_by_author": {"reviewer_id": F("author_id")},
    "update_returned_has_comment": {
        "status": "returned",
        "submitted_at": MOMENT,
        "reviewed_at": MOMENT,
        "reviewer": factories.reviewer,
    },
    "update_holder_of_a_submitted_one": {"holder_id": lambda: factories.analyst().pk},
    "update_no_change_is_empty": {"is_no_change": True, "changes": {"a": 1}},
    "milestone_one_subject": {"project_id": None},
    "milestone_planned_or_unknown": {"planned_on": None},
    "observation_dated_or_unknown": {"as_of": None},
    "observation_one_subject": {"programme": factories.programme},
    "observation_period_in_order": orders("period_start", "period_end"),
    "observation_not_negative": {"value": -1},
    "observation_cumulative_covers_value": {"cumulative": 1},
    "problem_period_in_order": orders("raised_on", "closed_on") | {"resolution": "Synthetic"},
    "problem_closed_has_resolution": {"closed_on": DAY},
    "shipment_dated_or_unknown": {"as_of": None},
    "shipment_has_a_name": NAMELESS,
    "shipment_quantity_positive": {"quantity": 0},
    "shipment_quantity_has_unit": {"unit_id": None},
    "shipment_not_same_as_itself": {"same_as_id": SAME},
    "shipment_period_in_order": orders("dispatched_on", "arrived_on"),
    "container_number_valid": {"number": "CSQU3054384"},
    "api_token_is_a_hash": {"token_hash": "x"},
}


def saved_view(**given):
    return factories.saved_view(**given)


def twice(make, **same):
    """Two rows of one factory that agree in what must differ."""
    return lambda: (make(**same), make(**same))


def of_one(parent, make, name, **same):
    """Two rows that belong to one new parent."""

    def rows():
        own = {name: parent()}
        return make(**own, **same), make(**own, **same)

    return rows


def _memberships():
    return of_one(factories.organisation, factories.membership, "consortium", member=factories.organisation())()


def _parties():
    return of_one(factories.project, factories.party, "project", organisation=factories.investor())()


def _subscriptions():
    user, view = factories.analyst(), factories.saved_view()
    for _time in range(2):
        Subscription.objects.create(user=user, view=view, frequency="monthly")


def _defaults(**same):
    for name in ("Synthetic one", "Synthetic two"):
        saved_view(name=name, is_default=True, **same)


def _values():
    same = {"indicator": factories.indicator(), "statement": factories.statement()}
    return twice(factories.indicator_value, **same)()


# UNIQUE and EXCLUDE constraints: a function that writes two rows which may not stand beside each other.
REPEATED = {
    "place_kato_unique": lambda: (factories.place(), factories.place("OTHER", kato="273600000")),
    "stage_requirement_unique": twice(factories.stage_requirement),
    "exchange_rate_unique": twice(factories.exchange_rate),
    "saved_view_name_unique": lambda: twice(saved_view, owner=factories.analyst(), name="Synthetic view")(),
    "saved_view_one_default": lambda: _defaults(owner=factories.analyst()),
    "saved_view_one_default_of_a_group": lambda: _defaults(
        audience="group", group=Group.objects.get_or_create(name="analyst")[0]
    ),
    "saved_view_one_default_of_all": lambda: _defaults(audience="all"),
    "subscription_unique": _subscriptions,
    "notice_once": lambda: twice(Notice.objects.create, user=factories.analyst(), key="k", message="m")(),
    "submission_once": lambda: twice(Submission.objects.create, user=factories.analyst(), key="k", body_hash="h")(),
    "organisation_bin_unique": twice(factories.organisation, bin="251040000012"),
    "organisation_uscc_unique": twice(factories.organisation, uscc="91370700MA3WKRTE1K"),
    "organisation_identifier_unique": lambda: twice(
        factories.organisation, country=factories.country(), other_identifier_scheme="s", other_identifier="1"
    )(),
    "membership_unique": _memberships,
    "attachment_unique": lambda: of_one(
        factories.engagement, factories.attachment, "engagement", document=factories.document()
    )(),
    "document_file_once": twice(factories.document, sha256="0" * 64, file="a.pdf"),
    "programme_sector_unique": lambda: of_one(
        factories.programme, factories.programme_sector, "programme", statement=factories.statement()
    )(),
    "project_reference_any_case": lambda: [factories.project(reference=reference) for reference in ("SYN-a", "syn-A")],
    "project_sector_unique": of_one(factories.project, factories.project_sector, "project"),
    "phase_number_unique": of_one(factories.project, factories.phase, "project"),
    "party_unique": _parties,
    "stage_change_unique": of_one(factories.project, factories.stage_change, "project"),
    "project_document_unique": lambda: of_one(
        factories.project, factories.project_document, "project", document=factories.document()
    )(),
    "participation_unique": lambda: of_one(
        factories.engagement, factories.participation, "engagement", person=factories.person()
    )(),
    "indicator_value_unique": _values,
    "update_one_per_period": lambda: of_one(
        factories.project, factories.update, "project", period=factories.reporting_period()
    )(),
    "period_report_once": of_one(factories.reporting_period, factories.period_report, "period", known_at=MOMENT),
    "reporting_periods_do_not_overlap": lambda: [
        factories.reporting_period(cycle=cycle, start_on=start, end_on=end)
        for cycle in [factories.reporting_cycle()]
        for start, end in [
            (datetime.date(2026, 1, 1), datetime.date(2026, 1, 31)),
            (datetime.date(2026, 1, 31), datetime.date(2026, 2, 28)),
        ]
    ],
    "container_unique": of_one(factories.shipment, factories.container, "shipment"),
    "checkpoint_unique": of_one(factories.shipment, factories.checkpoint, "shipment"),
    "saved_mapping_unique": twice(factories.saved_mapping, shape="0" * 64),
    "webhook_delivery_waits_once": lambda: of_one(
        factories.webhook, factories.webhook_delivery, "webhook", project=factories.project(), attempts=0
    )(),
}
IN_RANGE = {name: model for name, (model, _constraint) in CONSTRAINTS.items() if name.endswith("dates_in_range")}
OTHER_MAKERS = {
    SavedView: saved_view,
    ApiToken: lambda: ApiToken.objects.create(user=factories.analyst(), token_hash="0" * 64),
}


def make(model):
    return (OTHER_MAKERS.get(model) or maker(model))()


def broken_values(name, row):
    """The values that break a CHECK, made for this row."""
    values = {}
    for column, value in BROKEN[name].items():
        values[column] = row.pk if value is SAME else value() if callable(value) else value
    return values


def refused(name):
    """The database refuses, naming this constraint (or the trigger that sees the same circle first)."""
    pattern = f"{name}|no_circle" if "not_" in name else name
    return pytest.raises(IntegrityError, match=pattern)


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if broken])
def test_checks_refuse_what_sql_writes(name):
    model = CONSTRAINTS[name][0]
    row = make(model)
    with refused(name), transaction.atomic():
        model._base_manager.filter(pk=row.pk).update(**broken_values(name, row))


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if broken])
def test_checks_have_a_sentence(name):
    model, constraint = CONSTRAINTS[name]
    row = model._base_manager.get(pk=make(model).pk)
    for column, value in broken_values(name, row).items():
        if isinstance(value, F):
            value = getattr(row, value.name)
        setattr(row, column, value)
    with pytest.raises(ValidationError) as found:
        constraint.validate(model, row)
    assert str(constraint.get_violation_error_message()) in found.value.messages


@pytest.mark.parametrize("name", REPEATED)
def test_what_is_unique_is_not_written_twice(name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        REPEATED[name]()


@pytest.mark.parametrize("day", [EARLY, LATE, "infinity", "-infinity"], ids=str)
@pytest.mark.parametrize("name", IN_RANGE)
def test_dates_lie_in_range(name, day):
    model, constraint = CONSTRAINTS[name]
    fields = [field for field in model._meta.concrete_fields if type(field) is models.DateField]
    fields = [field for field in fields if field.name in _names_in(constraint.condition)]
    fields = fields or [f for f in model._meta.concrete_fields if f.name in _names_in(constraint.condition)]
    assert fields
    row = make(model)
    for field in fields:
        with pytest.raises((IntegrityError, DataError)), transaction.atomic(), connection.cursor() as cursor:
            table = f'"{model._meta.db_table}" SET "{field.column}" = %s'
            cursor.execute(f'UPDATE {table} WHERE "{model._meta.pk.column}" = %s', [day, row.pk])


def _names_in(condition):
    """The columns that a condition speaks of."""
    names = set()
    for child in condition.children:
        names |= _names_in(child) if isinstance(child, models.Q) else {child[0].partition("__")[0]}
    return names


def test_the_two_that_need_a_row_of_their_own():
    with refused("currency_code_form"), transaction.atomic():
        factories.currency("usd")
    with refused("exchange_rate_not_of_tenge"), transaction.atomic():
        ExchangeRate.objects.create(currency=factories.currency(), day=DAY, source_rate=1)


def test_no_constraint_is_left_untested():
    tested = {*BROKEN, *REPEATED, *IN_RANGE}
    assert {name for name in CONSTRAINTS if name not in tested} == set()
    assert {name for name in tested if name not in CONSTRAINTS} == set()


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_every_constraint_speaks_in_sentences(name):
    model, constraint = CONSTRAINTS[name]
    assert isinstance(constraint, CheckConstraint | UniqueConstraint | ExclusionConstraint)
    if (
        model in (Submission, ApiToken, PeriodReport, WebhookDelivery) or name == "project_status_null_not_empty"
    ):  # never typed by a person
        return
    message = constraint.violation_error_message
    assert message != constraint.default_violation_error_message
    assert str(message).endswith(".")


@pytest.mark.parametrize("model", [model for model in TRACKED if issubclass(model, Sourced)], ids=lambda m: m.__name__)
def test_no_fact_without_a_statement(model):
    row = make(model)
    with pytest.raises(IntegrityError, match="not-null"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(statement=None)


NUMBERS = [
    (model, field.column)
    for model in TRACKED
    for field in model._meta.concrete_fields
    # What triggers alone write is summed from numbers that are checked.
    if isinstance(field, models.DecimalField) and field.editable and model is not ProjectMoney
]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(("model", "column"), NUMBERS, ids=lambda part: getattr(part, "__name__", part))
def test_numbers_are_numbers(model, column, value):
    row = make(model)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic(), connection.cursor() as cursor:
        table = f'"{model._meta.db_table}" SET "{column}" = %s'
        cursor.execute(f'UPDATE {table} WHERE "{model._meta.pk.column}" = %s', [value, row.pk])


def test_negative_control_the_same_updates_pass_with_good_values():
    """The tests above see the constraint, not the harness: next door, the same writes are accepted."""
    project = factories.project()
    assert Project.objects.filter(pk=project.pk).update(latitude=50, longitude=51) == 1
    assert Project.objects.filter(pk=project.pk).update(planned_start_on=DAY, planned_end_on=DAY) == 1
    group = Group.objects.get_or_create(name="analyst")[0]
    view = saved_view()
    assert SavedView.objects.filter(pk=view.pk).update(audience="group", group=group) == 1


# ---- Circles longer than one step -------------------------------------------------------------


@pytest.mark.parametrize(
    ("make_row", "parent"),
    [
        (factories.organisation, "parent"),
        (factories.shipment, "same_as"),
        (lambda **given: factories.sector(f"S{next(factories._numbers)}", **given), "parent"),
    ],
    ids=["organisation", "shipment", "sector"],
)
def test_no_circle_of_three(make_row, parent):
    first = make_row()
    second = make_row(**{parent: first})
    third = make_row(**{parent: second})
    with pytest.raises(IntegrityError, match="no_circle"), transaction.atomic():
        type(first)._base_manager.filter(pk=first.pk).update(**{parent: third})
    assert type(first)._base_manager.filter(pk=third.pk).update(**{parent: first}) == 1


# ---- Registration numbers: vectors, in the database and in the form alike ----------------------

BINS = ["940140000385", "941240000193", "971240001315", "020240000555", "970740000838", "990140004654"]
BINS += ["251040000012", "251040000307"]  # synthetic: first and second round of weights
NOT_BINS = ["940140000386", "94014000038", "9401400003855", "941340000385", "940190000385", "94014000038x"]
NOT_BINS += ["２５１０４０００００１２", "", " 940140000385"]
USCCS = ["913700007456765902", "9111000071093123XX", "91370700MA3WKRTE1K"]
NOT_USCCS = ["913700007456765903", "91370000745676590", "91370000745676590I", "x" * 18, "9137A0007456765902"]
CONTAINERS = ["CSQU3054383", "TEMU6079348", "MSKU9070323"]
NOT_CONTAINERS = ["CSQU3054384", "CSQX3054383", "csqu3054383", "CSQU305438", "CSQU30543833"]


def in_database(function, value):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [value])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("number", BINS)
def test_valid_bins(number):
    assert in_database("tracker_bin_is_valid", number)
    assert not bin_error(number)
    assert bin_check_digit(number) == int(number[11])


@pytest.mark.parametrize("number", NOT_BINS)
def test_invalid_bins(number):
    assert not in_database("tracker_bin_is_valid", number)
    assert bin_error(number)


def test_impossible_beginnings_have_no_check_digit():
    assert bin_check_digit("25104000037") is None
    assert not any(in_database("tracker_bin_is_valid", f"25104000037{digit}") for digit in range(10))
    assert all(bin_error(f"25104000037{digit}") for digit in range(10))


def test_form_and_database_agree_about_any_bin():
    """Two thousand numbers, each with every last digit: the same one is right, or none."""
    for serial in range(0, 20_000, 10):
        start = f"2510400{serial:05d}"[:11]
        digit = bin_check_digit(start)
        number = f"{start}{digit if digit is not None else 0}"
        assert in_database("tracker_bin_is_valid", number) == (digit is not None)


def test_the_month_of_a_bin():
    assert bin_month("251040000012") == (2025, 10)
    assert bin_month("940140000385") == (1994, 1)


@pytest.mark.parametrize("number", USCCS)
def test_valid_credit_codes(number):
    assert in_database("tracker_uscc_is_valid", number)
    assert uscc.is_valid(number)
    assert not uscc_error(number)


@pytest.mark.parametrize("number", NOT_USCCS)
def test_invalid_credit_codes(number):
    assert not in_database("tracker_uscc_is_valid", number)
    assert uscc_error(number)


@pytest.mark.parametrize("number", CONTAINERS)
def test_valid_containers(number):
    assert iso6346.is_valid(number)
    assert in_database("tracker_container_is_valid", number)


@pytest.mark.parametrize("number", NOT_CONTAINERS)
def test_invalid_containers(number):
    assert not in_database("tracker_container_is_valid", number)


# ---- Versions ----------------------------------------------------------------------------------


class TestVersions:
    def test_it_grows_by_one_with_each_change(self):
        row = factories.organisation()
        for number in range(2, 5):
            Organisation.objects.filter(pk=row.pk).update(website=f"https://example.org/{number}")
            row.refresh_from_db()
            assert row.version == number

    def test_nothing_changed_is_no_change(self):
        row = factories.organisation()
        row.save()
        Organisation.objects.filter(pk=row.pk).update(website=row.website)
        row.refresh_from_db()
        assert row.version == 1
        assert row.events.count() == 1

    def test_nobody_sets_it(self):
        row = factories.organisation()
        Organisation.objects.filter(pk=row.pk).update(version=99, created_at=MOMENT, updated_at=MOMENT)
        row.refresh_from_db()
        assert row.version == 2
        assert row.created_at != MOMENT
        assert row.updated_at != MOMENT

    def test_a_new_row_begins_at_one(self):
        assert factories.organisation(version=7).events.get().version == 1

    def test_who_made_and_who_changed_it(self):
        first, second = factories.editor(), factories.editor()
        with factories.acting(first):
            row = factories.organisation()
        with factories.acting(second):
            Organisation.objects.filter(pk=row.pk).update(website="https://example.org/")
        row.refresh_from_db()
        assert (row.created_by, row.updated_by) == (first, second)

    def test_a_stale_row_is_not_saved(self):
        row = factories.organisation()
        twin = Organisation.objects.get(pk=row.pk)
        row.website = "https://example.org/1"
        row.save()
        twin.website = "https://example.org/2"
        with pytest.raises(StaleRecord), transaction.atomic():
            twin.save()
        assert Organisation.objects.get(pk=row.pk).website == "https://example.org/1"

    def test_history_is_never_rewritten(self):
        row = factories.organisation()
        for write in ("DELETE FROM projects_organisationevent", "UPDATE projects_organisationevent SET website = 'x'"):
            with pytest.raises(Exception, match="append"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(write)
        assert row.events.count() == 1

    @pytest.mark.parametrize(
        "model", [model for model in TRACKED if issubclass(model, Recorded)], ids=lambda m: m.__name__
    )
    def test_every_table_keeps_its_history(self, model):
        assert model.pgh_event_model
