"""Synthetic projects in any number, for trying the register and measuring it: the same for the same seed.

Written by COPY; versions, prices and history come from the same triggers as for every other row.
"""

import datetime
import io
import json
import random
from decimal import Decimal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.models import (
    Amount,
    Organisation,
    Place,
    Project,
    ProjectParty,
    Sector,
    Source,
    Stage,
    StageChange,
    Statement,
    Update,
)
from projects.models.choices import (
    AmountKind,
    DatePrecision,
    OrganisationKind,
    PartyRole,
    PlaceKind,
    ProjectStatus,
    SourceKind,
    UpdateStatus,
)

SOURCE = "synthetic"
STATEMENTS, INVESTORS = 100, 200  # on which the figures rest; among whom the projects are dealt out
UPDATES = (*[UpdateStatus.APPROVED] * 3, UpdateStatus.SUBMITTED, UpdateStatus.DRAFT)
AMOUNTS = (AmountKind.ANNOUNCED, AmountKind.COMMITTED, AmountKind.DISBURSED)
CURRENCIES = ("KZT", "KZT", "KZT", "USD", "CNY")
COUNTRIES = ("CN", "CN", "CN", "TR", "DE", "KR", "KZ")
FIRST_DAY, DAYS = datetime.date(2020, 1, 1), 2190
BATCH = 2000  # projects of one COPY

# For the transaction: what the history says of the rows (COPY takes nothing from Python's context), and a setting
# that the triggers ask for. Where it was never made, each asking fails inside a subtransaction, which costs more
# with every row that waits for its deferred checks.
SETTINGS = """
SELECT set_config('pghistory.context_id', gen_random_uuid()::text, true),
       set_config('pghistory.context_metadata', %s, true), set_config('pgtrigger.ignore', '{}', true)
"""


class NoGround(Exception):
    """The reference lists that synthetic projects stand on are not loaded."""


@transaction.atomic
def make(count, seed=1):
    """Bring the number of synthetic projects up to `count`, each with 5 updates, 3 amounts, an investor and a stage.

    A project follows from its number and the seed alone. Nothing that is there is changed.
    Returns: how many projects were added, and how many were there before.
    Raises: NoGround.
    """
    there = Project.objects.filter(reference__startswith="SYN-").order_by().count()
    if count <= there:
        return 0, there
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS, [json.dumps({"door": "command", "reason": "make_synthetic"})])
    ground = _Ground(seed)
    for start in range(there + 1, count + 1, BATCH):
        ground.write(range(start, min(start + BATCH, count + 1)))
    with connection.cursor() as cursor:
        for model in (Project, Update, Amount, ProjectParty, StageChange):
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')
    return count - there, there


class _Table:
    """Rows for one COPY: what is not given takes the default of its column."""

    def __init__(self, model):
        self.model = model
        self.lines = io.StringIO()
        self.columns = {f.attname: f for f in model._meta.concrete_fields if f.name != "version"}
        self.defaults = {name: self._text(column, column.get_default()) for name, column in self.columns.items()}

    def add(self, **values):
        texts = self.defaults | {name: self._text(self.columns[name], value) for name, value in values.items()}
        self.lines.write("\t".join(texts.values()) + "\n")

    @staticmethod
    def _text(column, value):
        if isinstance(column, models.JSONField):
            return json.dumps(value)
        return r"\N" if value is None else str(value)

    def write(self):
        names = ", ".join(f'"{column.column}"' for column in self.columns.values())
        self.lines.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert(f'COPY "{self.model._meta.db_table}" ({names}) FROM STDIN', self.lines)


class _Ground:
    """What synthetic projects stand on: a source with statements, people, investors, and the code lists."""

    def __init__(self, seed):
        self.seed = seed
        districts = Place.objects.within([settings.HOME_REGION]).filter(kind__in=[PlaceKind.DISTRICT, PlaceKind.CITY])
        self.places = list(districts.order_by("code").values_list("code", flat=True))
        self.sectors = list(Sector.objects.filter(is_active=True).order_by("code").values_list("code", flat=True))
        self.stages = list(Stage.objects.filter(needs_date=False).order_by("code").values_list("code", "group"))
        countries = Place.objects.filter(code__in=COUNTRIES).values_list("code", flat=True)
        if not (self.places and self.sectors and self.stages and countries):
            raise NoGround(_("The reference lists are missing. Load them first: manage.py load_reference."))
        self.countries = [code for code in COUNTRIES if code in set(countries)]
        self.statements = self._statements()
        self.investors = self._investors()
        self.author, self.reviewer = (_nobody(f"synthetic-{role}") for role in ("author", "reviewer"))

    def _statements(self):
        source, _made = Source.objects.get_or_create(
            code=SOURCE,
            defaults={"kind": SourceKind.REPORT, "title_en": "Synthetic source", "published_on": FIRST_DAY},
        )
        for number in range(STATEMENTS):
            text = f"Synthetic statement {number + 1}"
            Statement.objects.get_or_create(
                code=f"{SOURCE}-{number + 1}", defaults={"source": source, "position": number + 1, "text_en": text}
            )
        return list(Statement.objects.filter(source=source).order_by("pk").values_list("pk", flat=True))

    def _investors(self):
        for number in range(INVESTORS):
            Organisation.objects.get_or_create(
                name_en=f"Synthetic investor {number + 1}",
                defaults={
                    "kind": OrganisationKind.COMPANY,
                    "is_investor": True,
                    "country_id": self.countries[number % len(self.countries)],
                },
            )
        named = Organisation.objects.filter(name_en__startswith="Synthetic investor ", is_investor=True)
        return list(named.order_by("pk").values_list("pk", flat=True)[:INVESTORS])

    def write(self, numbers):
        """Write the projects of these numbers with all that belongs to them."""
        tables = {model: _Table(model) for model in (Project, StageChange, ProjectParty, Amount, Update)}
        keys = {model: iter(_new_keys(model, len(numbers) * times)) for model, times in self.rows_of_each.items()}
        for number in numbers:
            self._add(number, tables, {model: keys[model] for model in keys})
        for table in tables.values():
            table.write()

    rows_of_each = {Project: 1, StageChange: 1, ProjectParty: 1, Amount: len(AMOUNTS), Update: len(UPDATES)}

    def _add(self, number, tables, keys):
        dice = random.Random(f"{self.seed}-{number}")
        reference, key = f"SYN-{number:07d}", next(keys[Project])
        announced = FIRST_DAY + datetime.timedelta(dice.randrange(DAYS))
        start = announced + datetime.timedelta(dice.randrange(30, 400))
        stage, group = dice.choice(self.stages)
        tables[Project].add(
            id=key,
            reference=reference,
            name_kk=f"Synthetic жоба {number}",
            name_ru=f"Synthetic проект {number}",
            name_en=f"Synthetic project {number}",
            name_zh_hans=f"Synthetic 项目 {number}",
            main_sector_id=dice.choice(self.sectors),
            place_id=dice.choice(self.places),
            stage_id=stage,
            stage_group=group,
            status=dice.choice([ProjectStatus.ONGOING, ProjectStatus.ONGOING, ProjectStatus.DELAYED, None]),
            announced_on=announced,
            planned_start_on=start,
            planned_end_on=start + datetime.timedelta(dice.randrange(200, 1500)),
        )
        common = {"project_id": key, "statement_id": dice.choice(self.statements)}
        tables[StageChange].add(id=next(keys[StageChange]), **common, stage_id=stage, effective_on=announced)
        tables[ProjectParty].add(
            id=next(keys[ProjectParty]), **common, organisation_id=dice.choice(self.investors), role=PartyRole.INVESTOR
        )
        cents = dice.randrange(10**9, 10**14)
        for kind in AMOUNTS:
            tables[Amount].add(
                id=next(keys[Amount]),
                **common,
                kind=kind,
                value=Decimal(cents).scaleb(-2),
                currency_id=dice.choice(CURRENCIES),
                as_of=announced,
                date_precision=DatePrecision.DAY,
            )
            cents = dice.randrange(1, cents + 1)
        for turn, status in enumerate(UPDATES, 1):
            moment = datetime.datetime.combine(
                announced + datetime.timedelta(30 * turn), datetime.time(9), timezone.get_default_timezone()
            )
            tables[Update].add(
                id=next(keys[Update]),
                project_id=key,
                status=status,
                narrative=f"Synthetic report {turn} on {reference}",
                author_id=self.author,
                created_at=moment,
                **_told(status, moment, self.reviewer),
            )


def _told(status, moment, reviewer):
    """What a submitted and a reviewed update say besides."""
    told = {}
    if status != UpdateStatus.DRAFT:
        told = {"submitted_at": moment, "reported_on": moment.date()}
    if status == UpdateStatus.APPROVED:
        told |= {"reviewer_id": reviewer, "reviewed_at": moment}
    return told


def _nobody(name):
    """The key of a user who cannot sign in: updates have an author."""
    user, _made = get_user_model().objects.get_or_create(
        username=name, defaults={"is_active": False, "password": make_password(None)}
    )
    return user.pk


def _new_keys(model, count):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]
