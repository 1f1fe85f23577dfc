"""The thirty rules of data quality in one table: how hard each is, where it is enforced, and what it says."""

import inspect
import re
from pathlib import Path

import pytest
from django.utils.translation import gettext, override

from projects import stages
from projects.forms import FORMS, amounts, identifiers, organisations, progress, projects, rules, sourced

REFUSES, ASKS = "E", "W"
TESTS = (Path(__file__).parent / "test_rules.py").read_text()

# number -> (how hard, where, its sentence); E refuses, W is saved with a reason.
RULES = {
    1: (
        REFUSES,
        amounts._positive,
        "The amount must be greater than zero. If it is not known, leave it empty and choose 'not stated'.",
    ),
    2: (REFUSES, amounts.AmountForm.clean, "Choose the currency of this amount."),
    3: (ASKS, amounts._jump, "Was %(before)s, now %(now)s. Are you entering millions?"),
    4: (
        ASKS,
        amounts._paid_within_commitment,
        "Paid so far (%(paid)s) exceeds the commitment (%(promised)s). Add an amendment or correct one of them.",
    ),
    5: (REFUSES, amounts._payment_dated, "A payment cannot be dated after today."),
    6: (ASKS, amounts._payment_dated, "No NBK rate for %(day)s; the rate of %(used)s is used."),
    7: (REFUSES, rules.dates_in_order, "The end date (%(end)s) is before the start date (%(start)s)."),
    8: (REFUSES, rules.not_in_the_future, "An actual date cannot be later than today. Use 'planned'."),
    9: (
        ASKS,
        progress._milestone_late,
        "Planned for %(day)s, now %(count)d days late. Enter the actual date or a new plan with a reason.",
    ),
    10: (REFUSES, progress._unit_given, "Give both the number and the unit."),
    11: (REFUSES, progress._unit_fits, "'%(unit)s' cannot measure “%(metric)s”. Use %(units)s."),
    12: (
        REFUSES,
        identifiers.bin_error,
        "This BIN is not valid: check digit should be %(digit)s. Compare it with the certificate.",
    ),
    13: (REFUSES, organisations._bin, "BIN %(bin)s already belongs to '%(name)s'. Open that card instead?"),
    14: (ASKS, organisations._bin, "The BIN says registered %(bin)s, you entered %(date)s."),
    15: (ASKS, organisations.similar_name, "Looks like '%(name)s'. Is it the same company?"),
    16: (
        REFUSES,
        identifiers.uscc_error,
        "This Chinese credit code is not valid (18 characters, last one is a check character).",
    ),
    17: (REFUSES, projects._commissioned, "Enter the actual commissioning date and attach the act."),
    18: (
        ASKS,
        projects._stage_documented,
        "Not attached: %(documents)s. Stage is shown as 'unconfirmed' until it is.",
    ),
    19: (ASKS, stages.refusals, "You move the project back from %(before)s to %(now)s. Give a reason."),
    20: (
        REFUSES,
        progress._update_in_turn,
        "A later update (%(period)s) exists. Edit that one or choose another period.",
    ),
    21: (
        REFUSES,
        progress._cumulative_grows,
        "Cumulative total fell from %(before)s to %(now)s. Corrections need a reason.",
    ),
    22: (
        REFUSES,
        amounts._sources_add_up,
        "Sources add up to %(total)s, cost is %(cost)s: difference %(difference)s.",
    ),
    23: (REFUSES, projects._shares, "Shares add up to %(total)s %%."),
    24: (REFUSES, progress._local_within_all, "Local workers (%(local)s) exceed all workers (%(all)s)."),
    25: (REFUSES, projects._place_in_region, "The place is outside West Kazakhstan Region."),
    26: (REFUSES, rules.no_circle, "This would make a circle."),
    27: (REFUSES, amounts._parts_within_whole, "Parts exceed the whole."),
    28: (
        REFUSES,
        sourced.SourcedForm.clean,
        "Say where this figure comes from (document, letter, article, statement).",
    ),
    29: (REFUSES, stages.status_refusals, "Give the reason, the date and when it will be looked at again."),
    30: (ASKS, rules.names_translated, "The Kazakh name is empty."),
}


def test_there_are_thirty():
    assert list(RULES) == list(range(1, 31))


@pytest.mark.parametrize("number", RULES)
def test_each_says_its_sentence_where_it_is_enforced(number):
    hardness, where, sentence = RULES[number]
    source = inspect.getsource(where)
    assert sentence in source
    if where.__name__.startswith("_"):
        assert re.search({ASKS: r"\bwarning\b", REFUSES: r"\berror\b|\bneeds_reason\b"}[hardness], source)
    assert re.search(rf"def test_rule_{number}_", TESTS), "a test of its own"
    for language in ("kk", "ru", "zh-hans"):
        with override(language):
            assert gettext(sentence) != sentence


def test_each_rule_is_asked_by_a_form():
    asked = {rule.__qualname__.partition(".")[0] for form in FORMS.values() for rule in form.rules}
    every_form = {"dates_in_order", "not_in_the_future"}  # asked by RecordForm itself
    own = {where.__name__ for _hard, where, _text in RULES.values() if where.__name__.startswith("_")}
    assert own <= asked
    assert {"no_circle", "names_translated"} <= asked
    assert all(name in inspect.getsource(rules) for name in every_form)
