"""Synthetic projects in any number, for trying the register and measuring it: the same for the same seed.

What the dice say of each project goes into a temporary table by COPY; from there whole tables are written at once,
with the versions, prices, sums and history that the triggers would have given each row (a test compares them).
Webhooks are told nothing of synthetic projects.
"""

import contextlib
import datetime
import io
import json
import random
import uuid

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext as _

from projects.models import (
    Amount,
    Organisation,
    Place,
    Project,
    ProjectMoney,
    ProjectParty,
    Sector,
    Source,
    Stage,
    StageChange,
    Statement,
    Update,
    sql,
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
BATCH = 50_000  # projects of one COPY
LARGE = 5000  # projects from which on it is quicker to make the indexes again
WRITTEN = (Project, StageChange, ProjectParty, Amount, Update)

DEALT = """
CREATE TEMPORARY TABLE synthetic (
  id bigint DEFAULT nextval(pg_get_serial_sequence('projects_project', 'id')), number integer, sector text, place text,
  stage text, stage_group text, status text, announced_on date, start_on date, end_on date,
  statement_id bigint, organisation_id bigint, cents bigint[], currencies text[]
) ON COMMIT DROP
"""
DEALT_COLUMNS = (
    "number, sector, place, stage, stage_group, status, announced_on, start_on, end_on, statement_id, organisation_id, "
    "cents, currencies"
)
# What makes a large load slow row by row and is quickly made again for whole tables: (how to drop, how to make).
IN_THE_WAY = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[]) AND NOT indisunique
UNION ALL
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
  format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype = 'f'
"""
# All but the note that the table has changed.
TRIGGERS = """
SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger
WHERE tgrelid = ANY(%s::regclass[]) AND NOT tgisinternal AND tgname NOT LIKE 'note_change%%' AND tgenabled <> 'D'
"""


class NoGround(Exception):
    """The reference lists that synthetic projects stand on are not loaded."""


@transaction.atomic
def make(count, seed=1):
    """Bring the number of synthetic projects up to `count`, each with 5 updates, 3 amounts, an investor and a stage.

    A project follows from its number and the seed alone. Nothing that is there is changed; nobody else can write to
    these tables meanwhile.
    Returns: how many projects were added, and how many were there before.
    Raises: NoGround.
    """
    there = Project.objects.filter(reference__startswith="SYN-").order_by().count()
    if count <= there:
        return 0, there
    ground = _Ground(seed)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '512MB'")
        cursor.execute(DEALT)
        for start in range(there + 1, count + 1, BATCH):
            ground.deal(cursor, range(start, min(start + BATCH, count + 1)))
        cursor.execute("ANALYZE synthetic")
        tables = [model._meta.db_table for model in WRITTEN]
        kept = [*(model.pgh_event_model._meta.db_table for model in WRITTEN), ProjectMoney._meta.db_table]
        large = [*tables, *kept] if count - there > max(there, LARGE) else []
        with _at_rest(cursor, tables, large):
            ground.write(cursor)
        for table in large:
            cursor.execute(f'ANALYZE "{table}"')
        cursor.execute("DROP TABLE synthetic")
    return count - there, there


@contextlib.contextmanager
def _at_rest(cursor, tables, large):
    """Inside, the triggers of the tables are off, and `large` ones have neither foreign keys nor plain indexes."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was written before must not wait for checks any more
    cursor.execute(TRIGGERS, [tables])
    triggers = cursor.fetchall()
    for table, name in triggers:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    cursor.execute(IN_THE_WAY, {"tables": large})
    dropped = cursor.fetchall()
    for drop, _make in dropped:
        cursor.execute(drop)
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _drop, make_again in dropped:
        cursor.execute(make_again)
    for table, name in triggers:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _insert(cursor, model, source, parameters=(), **values):
    """Write rows of a recorded model and the first state of each in its history.

    Args:
        source: SQL of what follows FROM, with its parameters. values: SQL of columns; of others the default is taken.
    """
    columns = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key or "id" in values}
    defaults = {name: field for name, field in columns.items() if name not in values}
    given = [field.get_db_prep_save(field.get_default(), connection) for field in defaults.values()]
    written = ", ".join(f'"{columns[name].column}"' for name in (*values, *defaults))
    event = model.pgh_event_model._meta
    states = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    cursor.execute(
        f"""
        WITH made AS (
          INSERT INTO "{model._meta.db_table}" ({written})
          SELECT {", ".join((*values.values(), *(f"%s::{field.db_type(connection)}" for field in defaults.values())))}
          FROM {source}
          RETURNING *
        )
        INSERT INTO "{event.db_table}" ({states}, pgh_obj_id, pgh_label, pgh_created_at, pgh_context_id, pgh_context)
        SELECT {states}, id, 'insert', now(), %s::uuid, %s::jsonb FROM made
        """,
        [*given, *parameters, *_context()],
    )


def _context():
    """What the history says of the rows: as the triggers take it from the session, one for all."""
    return str(uuid.uuid4()), json.dumps({"door": "command", "reason": "make_synthetic"})


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

    def deal(self, cursor, numbers):
        """Put what the dice say of the projects of these numbers into the temporary table."""
        lines = io.StringIO()
        for number in numbers:
            lines.write("\t".join(map(str, self._dealt(number))) + "\n")
        lines.seek(0)
        cursor.copy_expert(f"COPY synthetic ({DEALT_COLUMNS}) FROM STDIN", lines)

    def _dealt(self, number):
        dice = random.Random(f"{self.seed}-{number}")
        announced = FIRST_DAY + datetime.timedelta(dice.randrange(DAYS))
        start = announced + datetime.timedelta(dice.randrange(30, 400))
        stage, group = dice.choice(self.stages)
        sector, place = dice.choice(self.sectors), dice.choice(self.places)
        status = dice.choice([ProjectStatus.ONGOING, ProjectStatus.ONGOING, ProjectStatus.DELAYED, r"\N"])
        end = start + datetime.timedelta(dice.randrange(200, 1500))
        statement, investor = dice.choice(self.statements), dice.choice(self.investors)
        cents, sums, currencies = dice.randrange(10**9, 10**14), [], []
        for _kind in AMOUNTS:
            sums.append(str(cents))
            currencies.append(dice.choice(CURRENCIES))
            cents = dice.randrange(1, cents + 1)
        lists = (f"{{{','.join(sums)}}}", f"{{{','.join(currencies)}}}")
        return number, sector, place, stage, group, status, announced, start, end, statement, investor, *lists

    def write(self, cursor):
        """Write the dealt projects with all that belongs to them. The triggers are at rest."""
        _insert(
            cursor,
            Project,
            "synthetic",
            id="id",
            reference="'SYN-' || lpad(number::text, 7, '0')",
            name_kk="'Synthetic жоба ' || number",
            name_ru="'Synthetic проект ' || number",
            name_en="'Synthetic project ' || number",
            name_zh_hans="'Synthetic 项目 ' || number",
            main_sector_id="sector",
            place_id="place",
            stage_id="stage",
            stage_group="stage_group",
            status="status",
            announced_on="announced_on",
            planned_start_on="start_on",
            planned_end_on="end_on",
        )
        common = {"project_id": "id", "statement_id": "statement_id"}
        _insert(cursor, StageChange, "synthetic", **common, stage_id="stage", effective_on="announced_on")
        party = {"organisation_id": "organisation_id", "role": f"'{PartyRole.INVESTOR}'"}
        _insert(cursor, ProjectParty, "synthetic", **common, **party)
        _insert(
            cursor,
            Amount,
            """synthetic CROSS JOIN unnest(%s, cents, currencies) AS stated (kind, cents, currency)
            LEFT JOIN (
              SELECT asked.*, found.rate, found.day AS rate_on
              FROM (SELECT DISTINCT unnest(currencies) AS currency, announced_on AS day FROM synthetic) AS asked
              CROSS JOIN LATERAL tracker_rate_row(asked.currency, asked.day) AS found
            ) AS official ON official.currency = stated.currency AND official.day = announced_on
            CROSS JOIN LATERAL (
              SELECT CASE WHEN stated.currency = 'KZT' THEN 1 ELSE official.rate END AS rate,
                CASE WHEN stated.currency = 'KZT' THEN announced_on ELSE official.rate_on END AS rate_on
            ) AS priced""",
            [list(AMOUNTS)],
            **common,
            kind="stated.kind",
            value="stated.cents / 100.0",
            currency_id="stated.currency",
            as_of="announced_on",
            date_precision=f"'{DatePrecision.DAY}'",
            rate="priced.rate",
            rate_on="priced.rate_on",
            value_kzt="round(stated.cents / 100.0 * priced.rate, 2)",
        )
        told = f"CASE WHEN told.status <> '{UpdateStatus.DRAFT}' THEN %s END"
        reviewed = f"CASE WHEN told.status = '{UpdateStatus.APPROVED}' THEN %s END"
        _insert(
            cursor,
            Update,
            """synthetic CROSS JOIN unnest(%s) WITH ORDINALITY AS told (status, turn)
            CROSS JOIN LATERAL (SELECT announced_on + 30 * turn::integer AS day) AS day
            CROSS JOIN LATERAL (SELECT (day + time '09:00') AT TIME ZONE %s AS at) AS moment""",
            [list(UPDATES), settings.TIME_ZONE],
            project_id="id",
            status="told.status",
            narrative="format('Synthetic report %%s on SYN-%%s', turn, lpad(number::text, 7, '0'))",
            author_id=str(self.author),
            created_at="at",
            submitted_at=told % "at",
            reported_on=told % "day",
            reviewer_id=reviewed % self.reviewer,
            reviewed_at=reviewed % "at",
        )
        cursor.execute(
            f"INSERT INTO projects_projectmoney (project_id, kind, {', '.join(sql.MONEY_COLUMNS)}) "
            + sql.PROJECT_MONEY.format(schema="public", condition="p.id IN (SELECT id FROM synthetic)")
        )


def _nobody(name):
    """The key of a user who cannot sign in: updates have an author."""
    user, _made = get_user_model().objects.get_or_create(
        username=name, defaults={"is_active": False, "password": make_password(None)}
    )
    return user.pk
