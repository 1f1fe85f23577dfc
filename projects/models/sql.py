"""The SQL that the first migration installs before the tables: functions used by indexes and constraints."""

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
"""

# One letter for one letter wherever possible, so that the beginning of a word folds to the beginning of
# its folded form: «Қазақстан», «казахстан» and "qazaqstan" give one string. The letter h goes (sh, kh, zh).
_LETTERS = {
    **dict(zip("абвггдеёжзийіклмнңоөпрстуұүфхчшщыэәқғ", "abvggdeezziiiklmnnooprstuuufkcssieakg", strict=True)),
    **dict(zip("qywjäöüğñşıçóúáéíāēīōū", "kivzaougnsicouaeiaeiou", strict=True)),
}
_DROPPED = "hһьъ''ʼ’`«»\"„“”"
FOLDED_LETTERS = {**_LETTERS, "ц": "ts", "ю": "iu", "я": "ia", **dict.fromkeys(_DROPPED, "")}  # for folding in Python

# The database looks for each letter from the first of these on: the commonest come first, those that stay too.
_COMMON = " оаеинтсрлкдмвпу0123456789etaonrislcdum:;.,ыгбзійқөңғәүұұ"
_ORDERED = dict.fromkeys(_COMMON) | _LETTERS
_KEPT = {letter: _LETTERS.get(letter, letter) for letter in _ORDERED}

FOLD = f"""
CREATE OR REPLACE FUNCTION tracker_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(
    translate(
      replace(replace(replace(lower(value), 'ц', 'ts'), 'ю', 'iu'), 'я', 'ia'),
      '{"".join(_KEPT)}{_DROPPED}', '{"".join(_KEPT.values())}'),
    '\\s+', ' ', 'g')
$$;
"""

# Order of the Kazakh alphabet without ICU, the same as kk-x-icu; right for Russian and Latin too.
SORT_KEY = """
CREATE OR REPLACE FUNCTION tracker_sort_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT translate(lower(value),
    'аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя',
    'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийк')
$$;
"""

# BIN: r = sum of digit * weight mod 11, weights 1..11; if 10, weights 3..11, 1, 2; if 10 again, impossible.
# Digit 5 is 4, 5 or 6 (kind of entity), digit 6 is 0 to 3 (head, branch, office, farm).
BIN = """
CREATE OR REPLACE FUNCTION tracker_bin_check_digit(value text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN first < 10 THEN first WHEN second < 10 THEN second END
  FROM (
    SELECT sum(digit * i) % 11 AS first, sum(digit * ((i + 1) % 11 + 1)) % 11 AS second
    FROM (SELECT i, substr(value, i, 1)::integer AS digit FROM generate_series(1, 11) AS i) AS digits
  ) AS remainders
$$;
CREATE OR REPLACE FUNCTION tracker_bin_is_valid(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN value ~ '^[0-9]{2}(0[1-9]|1[0-2])[456][0-3][0-9]{6}$'
    THEN COALESCE(public.tracker_bin_check_digit(value) = right(value, 1)::integer, false)
    ELSE false END
$$;
"""

# GB 32100-2015: weights 3^i mod 31; check = (31 - sum mod 31) mod 31 in an alphabet without I, O, S, V, Z.
USCC = """
CREATE OR REPLACE FUNCTION tracker_uscc_is_valid(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN value ~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$' THEN (
    SELECT (31 - sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(value, i, 1)) - 1)
        * (ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28])[i]) % 31) % 31
      = strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', right(value, 1)) - 1
    FROM generate_series(1, 17) AS i)
    ELSE false END
$$;
"""

# ISO 6346: letters count 10..38 without the multiples of 11, each place times 2^i; mod 11, 10 counts as 0.
CONTAINER = """
CREATE OR REPLACE FUNCTION tracker_container_is_valid(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN value ~ '^[A-Z]{3}[UJZ][0-9]{7}$' THEN (
    SELECT sum((CASE WHEN c ~ '[0-9]' THEN c::integer
        ELSE 10 + (ascii(c) - 65) + (ascii(c) - 65 + 9) / 10 END) * (1 << (i - 1))) % 11 % 10
      = right(value, 1)::integer
    FROM (SELECT i, substr(value, i, 1) AS c FROM generate_series(1, 10) AS i) AS letters)
    ELSE false END
$$;
"""

FUNCTIONS = [FOLD, SORT_KEY, BIN, USCC, CONTAINER]

PERIOD = """
CREATE OR REPLACE FUNCTION tracker_period(frequency text, on_day date) RETURNS daterange
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT daterange(first, (first + make_interval(months => length))::date)
  FROM (
    SELECT length, make_date(
      extract(year FROM on_day)::integer, (extract(month FROM on_day)::integer - 1) / length * length + 1, 1) AS first
    FROM (VALUES ('monthly', 1), ('quarterly', 3), ('half_yearly', 6), ('yearly', 12)) AS lengths (code, length)
    WHERE code = frequency
  ) AS periods
$$;
"""

# What an obligation is on a day: the rules are told where it is asked, at `Obligation.objects.with_state`.
OBLIGATION_ON = """
CREATE OR REPLACE FUNCTION tracker_reached(
  obligation bigint, dimension text, level text, period daterange, on_day date
) RETURNS numeric LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN COALESCE((
    SELECT CASE
      WHEN dimension = 'share' AND sum(e.out_of) > 0
        THEN trunc(100 * sum(e.value) FILTER (WHERE e.out_of IS NOT NULL) / sum(e.out_of), 6)
      WHEN dimension IN ('share', 'rank') THEN (array_agg(e.value ORDER BY e.id DESC))[1]
      ELSE sum(e.value) END
    FROM (
      SELECT c.id, c.value, c.out_of, c.period_end, max(c.period_end) OVER () AS latest
      FROM projects_evidence c
      WHERE c.obligation_id = obligation AND c.status = 'accepted' AND c.value IS NOT NULL
        AND c.decided_on <= on_day AND c.period_end <= on_day AND c.period_end <@ period
        AND (level = '' OR c.budget_level = level)
    ) AS e
    WHERE dimension IS NULL OR dimension NOT IN ('share', 'rank', 'job') OR e.period_end = e.latest
  ), 0);
END $$;
CREATE OR REPLACE FUNCTION tracker_obligation_in(
  obligation bigint, dimension text, level text, target numeric, start_on date, deadline date,
  period daterange, on_day date, due_within integer
) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  judged date := CASE WHEN period IS NULL THEN on_day ELSE least(on_day, deadline) END;
  reached numeric := tracker_reached(
    obligation, dimension, level, COALESCE(period, daterange(NULL, on_day, '[]')), on_day);
BEGIN
  RETURN jsonb_build_object(
    'state', CASE
      WHEN EXISTS (
        SELECT FROM projects_waiver w WHERE w.obligation_id = obligation
          AND w.start_on <= judged AND (w.end_on IS NULL OR w.end_on >= judged)
      ) THEN 'waived'
      WHEN target IS NULL THEN 'no_target'
      WHEN reached >= target THEN 'met'
      WHEN deadline < on_day THEN 'overdue'
      WHEN COALESCE(start_on <= on_day, true) AND deadline - on_day <= due_within THEN 'due'
      WHEN reached > 0 THEN 'partly'
      ELSE 'not_due' END,
    'reached', reached::text, 'share', (div(reached * 10000, target) / 10000)::text, 'deadline', deadline,
    'period_from', lower(period), 'period_to', upper(period) - 1);
END $$;
CREATE OR REPLACE FUNCTION tracker_obligation_periods(
  obligation bigint, dimension text, level text, frequency text, target numeric,
  start_on date, due_on date, end_on date, on_day date, due_within integer, at_most integer
) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  period daterange := tracker_period(frequency, greatest(least(on_day, end_on), start_on));
  rows jsonb := '[]';
BEGIN
  IF period IS NULL THEN
    RETURN jsonb_build_array(tracker_obligation_in(
      obligation, dimension, level, target, start_on, COALESCE(due_on, end_on), NULL, on_day, due_within));
  END IF;
  LOOP
    rows := rows || tracker_obligation_in(
      obligation, dimension, level, target, start_on, least(upper(period) - 1, end_on), period, on_day, due_within);
    period := tracker_period(frequency, lower(period) - 1);
    EXIT WHEN jsonb_array_length(rows) >= at_most OR COALESCE(upper(period) <= start_on, true);
  END LOOP;
  RETURN rows;
END $$;
CREATE OR REPLACE FUNCTION tracker_obligation_on(
  obligation bigint, dimension text, level text, frequency text, target numeric,
  start_on date, due_on date, end_on date, on_day date, due_within integer
) RETURNS jsonb LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  periods jsonb := tracker_obligation_periods(
    obligation, dimension, level, frequency, target, start_on, due_on, end_on, on_day, due_within, 2);
  judged jsonb := CASE WHEN periods #>> '{1,state}' = 'overdue' THEN periods -> 1 ELSE periods -> 0 END;
BEGIN
  IF EXISTS (
    SELECT FROM projects_waiver w WHERE w.obligation_id = obligation
      AND w.start_on <= on_day AND (w.end_on IS NULL OR w.end_on >= on_day)
  ) THEN
    RETURN judged || '{"state": "waived"}';
  END IF;
  RETURN judged;
END $$;
"""

# After the tables: official rates, the frozen tenge value of amounts, the stage of projects, no circles.
RATE_ON = """
CREATE OR REPLACE FUNCTION tracker_rate_row(code text, on_day date)
RETURNS TABLE (rate numeric, day date) LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT r.source_rate / r.quant, r.day FROM public.projects_exchangerate r
  WHERE r.currency_id = code AND r.day <= on_day AND r.day >= on_day - 10
  ORDER BY r.day DESC, r.origin DESC LIMIT 1
$$;
CREATE OR REPLACE FUNCTION tracker_rate_on(code text, on_day date) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN code = 'KZT' THEN 1 ELSE (SELECT rate FROM public.tracker_rate_row(code, on_day)) END
$$;
"""

# Named to run before the version trigger (BEFORE triggers fire in alphabetical order).
PRICE_AMOUNT = """
CREATE OR REPLACE FUNCTION tracker_price_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.rate IS NOT NULL AND OLD.rate IS NOT NULL
     AND (NEW.value, NEW.currency, NEW.as_of) IS NOT DISTINCT FROM (OLD.value, OLD.currency, OLD.as_of) THEN
    NEW.rate = OLD.rate; NEW.rate_on = OLD.rate_on; NEW.value_kzt = OLD.value_kzt;  -- written once
    RETURN NEW;
  END IF;
  NEW.rate = NULL; NEW.rate_on = NULL;
  IF NEW.currency = 'KZT' THEN
    NEW.rate = 1; NEW.rate_on = NEW.as_of;
  ELSIF NEW.as_of IS NOT NULL THEN
    SELECT r.rate, r.day INTO NEW.rate, NEW.rate_on FROM public.tracker_rate_row(NEW.currency, NEW.as_of) r;
  END IF;
  NEW.value_kzt = round(NEW.value * NEW.rate, 2);
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS a_price_amount ON projects_amount;
CREATE TRIGGER a_price_amount BEFORE INSERT OR UPDATE ON projects_amount
  FOR EACH ROW EXECUTE FUNCTION tracker_price_amount();
"""

# Once a statement, for all the projects that it has touched.
FOLLOW_STAGE = """
CREATE OR REPLACE FUNCTION tracker_follow_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE projects_project p SET stage_id = s.code, stage_group = COALESCE(s."group", p.stage_group)
  FROM (SELECT DISTINCT project_id AS id FROM changed) AS touched LEFT JOIN LATERAL (
    SELECT g.code, g."group" FROM projects_stagechange c JOIN projects_stage g ON g.code = c.stage_id
    WHERE c.project_id = touched.id AND c.effective_on <= CURRENT_DATE + 1
    ORDER BY c.effective_on DESC, c.id DESC LIMIT 1
  ) AS s ON true
  WHERE p.id = touched.id AND p.stage_id IS DISTINCT FROM s.code;
  RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS follow_stage ON projects_stagechange;
DROP TRIGGER IF EXISTS follow_stage_of_new ON projects_stagechange;
DROP TRIGGER IF EXISTS follow_stage_of_changed ON projects_stagechange;
DROP TRIGGER IF EXISTS follow_stage_of_deleted ON projects_stagechange;
CREATE TRIGGER follow_stage_of_new AFTER INSERT ON projects_stagechange
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_follow_stage();
CREATE TRIGGER follow_stage_of_changed AFTER UPDATE ON projects_stagechange
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_follow_stage();
CREATE TRIGGER follow_stage_of_deleted AFTER DELETE ON projects_stagechange
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_follow_stage();
"""


def no_circle(table, key, parent):
    """SQL of a trigger that refuses a row which, followed upwards by `parent`, comes back to itself (rule 26)."""
    return f"""
CREATE OR REPLACE FUNCTION tracker_{table}_{parent}_no_circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    WITH RECURSIVE above({key}, up) AS (
      SELECT {key}, {parent} FROM {table} WHERE {key} = NEW.{parent}
      UNION
      SELECT t.{key}, t.{parent} FROM {table} t JOIN above a ON t.{key} = a.up
    ) SELECT 1 FROM above WHERE {key} = NEW.{key}
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{table}_{parent}_no_circle',
      MESSAGE = 'violates check constraint "{table}_{parent}_no_circle"';
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS {parent}_no_circle ON {table};
CREATE TRIGGER {parent}_no_circle BEFORE INSERT OR UPDATE OF {parent} ON {table}
  FOR EACH ROW WHEN (NEW.{parent} IS NOT NULL) EXECUTE FUNCTION tracker_{table}_{parent}_no_circle();
"""


TRIGGERS = [
    RATE_ON,
    PRICE_AMOUNT,
    FOLLOW_STAGE,
    no_circle("projects_place", "code", "parent_id"),
    no_circle("projects_sector", "code", "parent_id"),
    no_circle("projects_organisation", "id", "parent_id"),
    no_circle("projects_amount", "id", "included_in_id"),
    no_circle("projects_shipment", "id", "same_as_id"),
]

# A view in each schema that the register is read from (`public` now, `past` for another day): which reports are owed.
DUE_REPORTS = """
CREATE VIEW {schema}.projects_duereport AS
SELECT p.id AS project_id, r.id AS period_id, u.id AS update_id, p.created_at AS registered_at,
  r.end_on, r.due_on, r.closed_at,
  CASE WHEN u.status IN ('submitted', 'approved') THEN u.submitted_at END AS submitted_at
FROM {schema}.projects_reportingcycle c
JOIN {schema}.projects_reportingperiod r ON r.cycle_id = c.id
CROSS JOIN {schema}.projects_project p
LEFT JOIN {schema}.projects_update u ON u.project_id = p.id AND u.period_id = r.id
WHERE c.is_active AND NOT p.is_placeholder AND (
  p.status IS NULL OR p.status NOT IN ('cancelled', 'suspended') OR u.status IN ('submitted', 'approved'))
"""

# What is confidential today, or was when it was deleted: views of `public`, that say so when looking back too.
CONFIDENTIAL = """
CREATE VIEW public.projects_confidential{name} AS
SELECT id FROM public.projects_{name} WHERE is_confidential
UNION ALL SELECT pgh_obj_id FROM public.projects_{name}event WHERE is_confidential AND pgh_label = 'delete'
"""
# The statements that confidential amounts rest on, or ever did.
WITHHELD_STATEMENTS = """
CREATE VIEW public.projects_withheldstatement AS
SELECT e.statement_id AS id FROM public.projects_amountevent e
WHERE e.pgh_obj_id IN (SELECT id FROM public.projects_confidentialamount)
"""

# (event, id of the project, id of the update or NULL) -> a message to each webhook in use.
TELL = """
CREATE OR REPLACE FUNCTION tracker_tell(what text, about bigint, report bigint) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO public.projects_webhookdelivery
    (webhook_id, event, project_id, update_id, created_at, attempts, next_at, error)
  SELECT w.id, what, about, report, now(), 0, now(), '' FROM public.projects_webhook w
  WHERE w.is_active AND about IS NOT NULL
  ON CONFLICT DO NOTHING
$$;
"""

# How often each person calls the API: one row a person. What is unlogged is empty after a crash, no harm here.
API_USE = "CREATE UNLOGGED TABLE tracker_api_use (person bigint PRIMARY KEY, minute bigint, requests integer)"

# The money of each project and kind, as `Amount.objects.on_projects` adds it up: the rows of `ProjectMoney`.
_COUNTED = """
  sum(a.value_kzt) FILTER (WHERE {shown}) AS {prefix}value,
  count(a.id) FILTER (WHERE {shown}) AS {prefix}count,
  count(a.id) FILTER (WHERE {shown} AND a.bound IN ('gt', 'ge')) AS {prefix}lower_bounds,
  count(a.id) FILTER (WHERE {shown} AND a.bound IN ('lt', 'le')) AS {prefix}upper_bounds,
  count(a.id) FILTER (WHERE {shown} AND a.bound = 'approx') AS {prefix}approximate,
  count(a.id) FILTER (WHERE {shown} AND a.value_kzt IS NULL) AS {prefix}unconverted"""
MONEY_COLUMNS = [
    f"{prefix}{name}"
    for prefix in ("", "open_")
    for name in ("value", "count", "lower_bounds", "upper_bounds", "approximate", "unconverted")
]
PROJECT_MONEY = f"""
SELECT p.id AS project_id, k.kind,{_COUNTED.format(prefix="", shown="true")},{
    _COUNTED.format(prefix="open_", shown="NOT a.is_confidential")
}
FROM {{schema}}.projects_project p
CROSS JOIN (VALUES ('announced'), ('committed'), ('disbursed')) AS k (kind)
LEFT JOIN ({{schema}}.projects_amount a LEFT JOIN {{schema}}.projects_amount w ON w.id = a.included_in_id)
  ON a.project_id = p.id AND a.kind = k.kind AND a.superseded_by_id IS NULL AND (
    a.inclusion = 'no'
    OR a.inclusion = 'yes' AND w.project_id IS NULL AND w.inclusion IS DISTINCT FROM 'unknown')
WHERE {{condition}}
GROUP BY p.id, k.kind
"""
REBUILD_MONEY = f"""
LOCK TABLE projects_amount, projects_project IN SHARE MODE;
DELETE FROM projects_projectmoney;
INSERT INTO projects_projectmoney (project_id, kind, {", ".join(MONEY_COLUMNS)})
{PROJECT_MONEY.format(schema="public", condition="true")}
"""
# Always in the order of the projects, so that two writers of the same ones wait and never block each other; and
# read again once the row is ours, so that the second writer sees what the first one has written.
KEEP_MONEY = f"""
CREATE OR REPLACE FUNCTION tracker_keep_money(changed bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM projects_projectmoney WHERE project_id = ANY(changed) AND kind = 'announced'
  ORDER BY project_id FOR UPDATE;
  INSERT INTO projects_projectmoney AS kept (project_id, kind, {", ".join(MONEY_COLUMNS)})
  SELECT * FROM ({PROJECT_MONEY.format(schema="public", condition="p.id = ANY(changed)")}) AS now
  ORDER BY project_id, kind
  ON CONFLICT (project_id, kind) DO UPDATE
  SET ({", ".join(MONEY_COLUMNS)}) = ROW({", ".join(f"EXCLUDED.{name}" for name in MONEY_COLUMNS)})
  WHERE ({", ".join(f"kept.{name}" for name in MONEY_COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in MONEY_COLUMNS)});
END $$;
CREATE OR REPLACE FUNCTION tracker_money_of_projects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM tracker_keep_money(ARRAY(SELECT id FROM changed));
  ELSE
    DELETE FROM projects_projectmoney WHERE project_id IN (SELECT id FROM changed);
  END IF;
  RETURN NULL;
END $$;
-- An amount counts by what its whole is: a change of the whole touches its parts' projects, and who writes a part
-- holds the whole still (FOR SHARE) until the part is there for all to see.
CREATE OR REPLACE FUNCTION tracker_money_of_amounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[];
BEGIN
  IF TG_OP <> 'DELETE' THEN
    PERFORM FROM projects_amount WHERE id IN (SELECT included_in_id FROM changed) ORDER BY id FOR SHARE;
  END IF;
  touched := ARRAY(
    SELECT project_id FROM changed WHERE project_id IS NOT NULL
    UNION SELECT part.project_id FROM projects_amount part
      WHERE part.included_in_id IN (SELECT id FROM changed) AND part.project_id IS NOT NULL);
  IF TG_OP = 'UPDATE' THEN
    touched := touched || ARRAY(SELECT DISTINCT project_id FROM before WHERE project_id IS NOT NULL);
  END IF;
  PERFORM tracker_keep_money(touched);
  RETURN NULL;
END $$;
CREATE TRIGGER keep_money_of_new AFTER INSERT ON projects_project
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_money_of_projects();
CREATE TRIGGER keep_money_of_deleted AFTER DELETE ON projects_project
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_money_of_projects();
CREATE TRIGGER keep_money_of_new AFTER INSERT ON projects_amount
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_money_of_amounts();
CREATE TRIGGER keep_money_of_changed AFTER UPDATE ON projects_amount
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_money_of_amounts();
CREATE TRIGGER keep_money_of_deleted AFTER DELETE ON projects_amount
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tracker_money_of_amounts();
"""
# A statement about a thousand projects is planned as one about ten: by index. Told their number, the planner reads all
# the amounts of the register instead, as it does not know that new projects have none.
PLAN_MONEY = "ALTER FUNCTION tracker_keep_money(bigint[]) SET plan_cache_mode = force_generic_plan"
DROP_MONEY = """
DROP TRIGGER keep_money_of_new ON projects_project;
DROP TRIGGER keep_money_of_deleted ON projects_project;
DROP TRIGGER keep_money_of_new ON projects_amount;
DROP TRIGGER keep_money_of_changed ON projects_amount;
DROP TRIGGER keep_money_of_deleted ON projects_amount;
DROP FUNCTION tracker_money_of_projects(), tracker_money_of_amounts(), tracker_keep_money(bigint[]);
"""

# A number that no state of the data shares with another: the sum of random steps, one for each statement that wrote.
# Nobody waits for anybody, as nobody changes a row of another; now and then the steps are added up into one.
CHANGES = """
CREATE TABLE projects_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  step numeric NOT NULL DEFAULT 1 + floor(random() * 4294967296)
);
CREATE OR REPLACE FUNCTION tracker_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own bigint;
BEGIN
  INSERT INTO public.projects_change DEFAULT VALUES RETURNING id INTO own;
  IF own % 500 = 0 THEN
    WITH gone AS (
      DELETE FROM public.projects_change
      WHERE id IN (SELECT id FROM public.projects_change WHERE id < own FOR UPDATE SKIP LOCKED) RETURNING step
    ) UPDATE public.projects_change SET step = step + (SELECT COALESCE(sum(gone.step), 0) FROM gone) WHERE id = own;
  END IF;
  RETURN NULL;
END $$;
"""
DROP_CHANGES = "DROP FUNCTION tracker_note_change() CASCADE; DROP TABLE projects_change"

# The notes also say whose figures a statement may have changed, so that those of all others need not be made anew. The
# argument of the trigger: the column with the key of the project; "apart" for rows that no figure of a project hangs
# on (noted as -1); none for rows that may touch any project (noted as NULL, as are statements about many).
BLOCK = 10  # bits: projects are noted in blocks of 1024 keys
PARTS_OF_CHANGES = f"""
ALTER TABLE projects_change ADD COLUMN block bigint;
CREATE OR REPLACE FUNCTION tracker_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint[]; added bigint;
BEGIN
  IF TG_NARGS = 0 OR TG_OP = 'TRUNCATE' THEN
    touched := ARRAY[NULL];
  ELSIF TG_ARGV[0] = 'apart' THEN
    touched := ARRAY[-1];
  ELSE
    EXECUTE format('SELECT array_agg(DISTINCT %I >> {BLOCK}) FROM changed', TG_ARGV[0]) INTO touched;
    IF TG_OP = 'UPDATE' THEN
      EXECUTE format(
        'SELECT array_agg(block) FROM (SELECT unnest($1) UNION SELECT %I >> {BLOCK} FROM before) AS noted (block)',
        TG_ARGV[0]
      ) USING touched INTO touched;
    END IF;
    IF cardinality(touched) > 16 THEN
      touched := ARRAY[NULL];
    END IF;
  END IF;
  WITH notes AS (INSERT INTO public.projects_change (block) SELECT unnest(touched) RETURNING id)
  SELECT max(id) INTO added FROM notes WHERE id % 500 = 0;
  IF added IS NOT NULL THEN
    WITH gone AS (
      DELETE FROM public.projects_change
      WHERE id IN (SELECT id FROM public.projects_change WHERE id < added FOR UPDATE SKIP LOCKED)
      RETURNING block, step
    ) INSERT INTO public.projects_change (block, step) SELECT block, sum(step) FROM gone GROUP BY block;
  END IF;
  RETURN NULL;
END $$;
"""
WHOLE_CHANGES = CHANGES.partition(");")[2] + "ALTER TABLE projects_change DROP COLUMN block;"

# "unseen", noted as -2: new rows that no page of a project tells of before another row refers to them.
UNSEEN_CHANGES = PARTS_OF_CHANGES.partition(";")[2].replace(
    "ELSIF TG_ARGV[0] = 'apart' THEN",
    "ELSIF TG_ARGV[0] = 'unseen' THEN\n    touched := ARRAY[-2];\n  ELSIF TG_ARGV[0] = 'apart' THEN",
)
