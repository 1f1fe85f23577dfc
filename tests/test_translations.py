"""The catalogues are complete, the tools that keep them so work, and numbers and dates are those of each language."""

import json
from datetime import date, datetime
from decimal import Decimal
from gettext import GNUTranslations

import polib
import pytest
from django import forms
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import formats, translation
from django.utils.translation import trans_real

from tracker.catalogues import LIBRARIES, OWN, Catalogue, Message, compile_catalogues
from tracker.messages import (
    ROOT,
    calls_in_python,
    extract_messages,
    source_files,
    translated_by_libraries,
    unmarked_in_python,
    unmarked_in_template,
)

LANGUAGES = [code for code, _name in settings.LANGUAGES]
TRANSLATED = [code for code in LANGUAGES if code != "en"]

# What Russian catalogues translate and no visitor of ours can meet.
ONLY_FOR_DEVELOPERS = {
    "Site Maps": "name of an application that is not installed",
    "Syndication": "name of an application that is not installed",
    "The install worked successfully! Congratulations!": "welcome page of a project without URLs",
    'View <a href="https://docs.djangoproject.com/en/%(version)s/releases/" target="_blank" rel="noopener">'
    "release notes</a> for Django %(version)s": "the same page",
    'You are seeing this page because <a href="https://docs.djangoproject.com/en/%(version)s/ref/settings/#debug" '
    'target="_blank" rel="noopener">DEBUG=True</a> is in your settings file and you have not configured any URLs.': (
        "the same page"
    ),
    "Django Documentation": "the same page",
    "Topics, references, &amp; how-to’s": "the same page",
    "Tutorial: A Polling App": "the same page",
    "Get started with Django": "the same page",
    "Django Community": "the same page",
    "Connect, get help, or contribute": "the same page",
}


@pytest.fixture(scope="session")
def compiled():
    """The catalogues as they are now, also where an older state of them was already loaded."""
    for folder in settings.LOCALE_PATHS:
        compile_catalogues(folder)
    trans_real._translations = {}


# ---- the catalogues -------------------------------------------------------------------------


def test_no_string_is_unmarked_untranslated_or_without_its_placeholders(capsys):
    try:
        call_command("messages", check=True)
    except CommandError:
        pytest.fail(capsys.readouterr().out)


def test_no_string_of_a_library_is_untranslated(capsys):
    try:
        call_command("messages", check=True, libraries=True)
    except CommandError:
        pytest.fail(capsys.readouterr().out)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("language", TRANSLATED)
def test_what_libraries_say_in_russian_they_say_in_every_language(language, domain):
    ours = {key for key, entry in Catalogue(LIBRARIES, language, domain).entries.items() if entry.translated()}
    missing = translated_by_libraries("ru", domain) - translated_by_libraries(language, domain) - ours
    missing = {msgid for _context, msgid in missing if "\0" not in msgid}
    assert not missing - {""} - ONLY_FOR_DEVELOPERS.keys()


@pytest.mark.parametrize("folder", [OWN, LIBRARIES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_django(language, folder):
    catalogue = Catalogue(folder, language)
    if catalogue.path.exists():
        assert polib.pofile(str(catalogue.path)).metadata["Plural-Forms"] == catalogue.plural_forms
    assert catalogue.number_of_forms == {"kk": 2, "ru": 4, "en": 2, "zh-hans": 1}[language]


@pytest.mark.parametrize(
    ("language", "text"), [("kk", "Жою"), ("ru", "Удалить"), ("en", "Delete"), ("zh-hans", "删除")]
)
def test_libraries_speak_each_language(compiled, language, text):
    with translation.override(language):
        assert translation.gettext("Delete") == text


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("kk", "1\xa0ай", "5\xa0ай"), ("ru", "1 месяц", "5 месяцев"), ("zh-hans", "1 月", "5 月")],
)
def test_plurals_of_libraries(compiled, language, one, many):
    with translation.override(language):
        texts = [translation.ngettext("%(num)d month", "%(num)d months", n) % {"num": n} for n in (1, 5)]
    assert [text.replace("\xa0", " ") for text in texts] == [one.replace("\xa0", " "), many.replace("\xa0", " ")]


def test_kazakh_months_and_days(compiled):
    with translation.override("kk"):
        months = [formats.date_format(date(2025, month, 1), "E") for month in range(1, 13)]
        days = [formats.date_format(date(2025, 9, day), "l") for day in range(1, 8)]
        short = [formats.date_format(date(2025, 9, day), "D") for day in range(1, 8)]
    assert " ".join(months) == "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
    assert " ".join(days) == "Дүйсенбі Сейсенбі Сәрсенбі Бейсенбі Жұма Сенбі Жексенбі"
    assert " ".join(short) == "Дс Сс Ср Бс Жм Сб Жс"


# ---- numbers and dates ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "number", "day", "short"),
    [
        ("kk", "134\xa0000\xa0000\xa0000,5", "2025 ж. 10 қазан", "10.10.2025"),
        ("ru", "134\xa0000\xa0000\xa0000,5", "10 октября 2025 г.", "10.10.2025"),
        ("en", "134,000,000,000.5", "10 October 2025", "2025-10-10"),
        ("zh-hans", "134,000,000,000.5", "2025年10月10日", "2025-10-10"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(compiled, language, number, day, short):
    with translation.override(language):
        assert formats.localize(Decimal("134000000000.5")) == number
        assert formats.localize(134000000000) == number[:-2]
        assert formats.localize(date(2025, 10, 10)) == day
        assert formats.date_format(date(2025, 10, 10), "SHORT_DATE_FORMAT") == short
        assert formats.date_format(datetime(2025, 10, 10, 9, 5), "SHORT_DATETIME_FORMAT") == f"{short} 09:05"
        assert formats.time_format(datetime(2025, 10, 10, 9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("language", "month", "moment"),
    [
        ("kk", "2025 ж. қазан", "2025 ж. 10 қазан, 09:05"),
        ("ru", "Октябрь 2025 г.", "10 октября 2025 г., 09:05"),
        ("en", "October 2025", "10 October 2025, 09:05"),
        ("zh-hans", "2025年10月", "2025年10月10日 09:05"),
    ],
)
def test_months_and_moments_are_written_as_the_language_does(compiled, language, month, moment):
    with translation.override(language):
        assert formats.date_format(date(2025, 10, 10), "YEAR_MONTH_FORMAT") == month
        assert formats.date_format(datetime(2025, 10, 10, 9, 5), "DATETIME_FORMAT") == moment


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        *[(language, typed) for language in LANGUAGES for typed in ("2025-10-09", "09.10.2025")],
        ("en", "9 Oct 2025"),
        ("en", "9 October 2025"),
        ("zh-hans", "2025/10/09"),
        ("zh-hans", "2025年10月9日"),
    ],
)
def test_dates_are_read_as_the_language_writes_them(language, typed):
    with translation.override(language):
        assert forms.DateField().clean(typed) == date(2025, 10, 9)


def test_a_date_that_could_be_two_days_is_refused():
    with translation.override("en"), pytest.raises(forms.ValidationError):
        forms.DateField().clean("09/10/2025")


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("kk", "1\xa0234\xa0567,5"),
        ("kk", "1 234 567,5"),
        ("kk", "1234567,5"),
        ("ru", "1 234 567,5"),
        ("en", "1,234,567.5"),
        ("zh-hans", "1,234,567.5"),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(language, typed):
    with translation.override(language):
        assert forms.DecimalField(localize=True).clean(typed) == Decimal("1234567.5")


def test_the_first_input_format_is_what_forms_show():
    shown = {}
    for language in LANGUAGES:
        with translation.override(language):
            shown[language] = str(forms.DateInput().format_value(date(2025, 10, 9)))
    assert shown == {"kk": "09.10.2025", "ru": "09.10.2025", "en": "2025-10-09", "zh-hans": "2025-10-09"}


# ---- collecting -----------------------------------------------------------------------------

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext, npgettext, gettext

# An ordinary comment.
name = _("one " "and two")
# Translators: shown on the
# first page.
title = gettext("Title")
count = ngettext("%(n)s project", "%(n)s projects", 3)
month = pgettext("short month", "May")
several = npgettext("people", "one", "many", 2)
unknown = gettext(row["column"])
"""
TEMPLATE = """
{% load i18n %}
<ul>
    <li>
  {# Translators: a heading #}
  {% translate "Heading" %}</li>
      <li>{% translate "May" context "short month" %}
 {% blocktranslate count n=rows|length trimmed %}
    One row of {{ total }}
 {% plural %}
    {{ n }} rows of {{ total }}, 5 %
 {% endblocktranslate %}
 {% include "pill.html" with label=_("Open") %} {{ value|default:_("Not stated") }}
"""


@pytest.fixture
def sources(tmp_path):
    def write(**texts):
        for name, text in texts.items():
            (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
        return extract_messages(sorted(tmp_path.iterdir()), tmp_path)

    return write


def test_marked_strings_are_collected_from_python_and_templates(sources):
    found = sources(code__py=PYTHON, page__html=TEMPLATE)
    assert {(message.context, message.id, message.plural) for message in found.values()} == {
        (None, "one and two", None),
        (None, "Title", None),
        (None, "%(n)s project", "%(n)s projects"),
        ("short month", "May", None),
        ("people", "one", "many"),
        (None, "Heading", None),
        (None, "One row of %(total)s", "%(n)s rows of %(total)s, 5 %%"),
        (None, "Open", None),
        (None, "Not stated", None),
    }
    assert found[None, "Title"].comments == ["Translators: shown on the", "first page."]
    assert found[None, "Heading"].comments == ["Translators: a heading"]
    assert found["short month", "May"].files == ["code.py", "page.html"]
    assert found[None, "one and two"].comments == []


def test_a_name_of_a_column_is_no_marked_string():
    assert list(calls_in_python('gettext(row["name"])\ngettext(name)')) == []


def test_the_sources_of_the_product_are_found():
    names = {path.relative_to(ROOT).as_posix() for path in source_files()}
    assert {"tracker/settings.py", "projects/apps.py"} <= names
    assert not any("migrations" in name or "tests" in name for name in names)


@pytest.mark.parametrize(
    "source",
    [
        "<p>Words</p>",
        "<p>{% translate 'marked' %} and not</p>",
        '<img alt="Map" src="x.png">',
        '<input placeholder="Name" type="text">',
        '<button aria-label="Close" type="button"></button>',
        '<a title="{% if a %}{% translate "x" %}{% else %}Other{% endif %}" href="#">1</a>',
        '<input type="submit" value="Save">',
        "<p>Әкімдік</p>",
        "<p>金额</p>",
        '{% include "pill.html" with label="Open" %}',
        '{% include "pill.html" with text="not yet" %}',
        '{{ value|default:"Not stated" }}',
        "{% if a %}<span>word</span>{% endif %}",
    ],
)
def test_unmarked_text_in_a_template_is_seen(source):
    assert len(unmarked_in_template(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "{# a comment #}{% comment %}words <p>more</p>{% endcomment %}",
        "{% blocktranslate %}Words {{ here }}{% endblocktranslate %}",
        '<p class="words" data-name="words">{% translate "marked" %}: {{ value }} — 12 %</p>',
        "<script>let words = 1;</script><style>p { color: red }</style>",
        '<span translate="no">KATO <br><b>271010000</b></span>',
        "<kbd>g</kbd> <code>BIN</code>",
        '<input type="hidden" value="words"><input type="text" name="words">',
        '{% include "pill.html" with label=_("Open") kind="primary" %}',
        '{{ value|default:"asc" }}{% url "projects" %}',
        '<a {% if a %}class="b"{% endif %} href="{% url "x" %}">&times; &nbsp;</a>',
        "<!-- words --><!doctype html>",
    ],
)
def test_what_people_do_not_read_is_not_taken_for_unmarked(source):
    assert unmarked_in_template(source) == []


def test_unmarked_text_is_reported_with_its_line():
    assert unmarked_in_template("<ul>\n\n  <li>\n   Words</li></ul>") == [(4, "unmarked text 'Words'")]


@pytest.mark.parametrize(
    "source",
    [
        'x = CharField(verbose_name="name")',
        'class Meta:\n    verbose_name_plural = "projects"',
        'class Stage(models.TextChoices):\n    OPEN = "open", "Open"',
        'x = Field(help_text="Say it")',
        'raise ValidationError("Say it")',
        'x = gettext(f"Hello {name}")',
        'x = _("Hello " + name)',
        'x = _("Hello {}".format(name))',
        'x = ngettext("one" if a else "1", "many", n)',
        "from django.utils.translation import gettext as _t",
    ],
)
def test_unmarked_text_in_python_is_seen(source):
    assert len(unmarked_in_python(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        'x = CharField(_("name"), help_text=_("Say it"))',
        'class Stage(TextChoices):\n    OPEN = "open", _("Open")',
        "x = gettext(name)",
        'x = Field(help_text="")',
        'x = ngettext("one", "many", len(rows))',
        'x = _("Hello %(name)s") % {"name": name}',
        "from django.utils.translation import gettext, gettext_lazy as _",
    ],
)
def test_marked_python_is_left_alone(source):
    assert unmarked_in_python(source) == []


# ---- merging and filling --------------------------------------------------------------------


def wanted(*messages):
    return {(message.context, message.id): message for message in messages}


PROJECT, OPEN, GONE = Message(None, "Project"), Message("verb", "Open"), Message(None, "Gone")
ROWS = Message(None, "One row", "%(n)s rows")
TOTAL = Message(None, "Total of %(sum)s <b>now</b>")


@pytest.fixture
def catalogue(tmp_path):
    """Reads the Russian catalogue of a folder of the test's own, merged with the messages and filled."""

    def read(*messages, answers=None):
        russian = Catalogue(tmp_path, "ru")
        russian.merge(wanted(*messages))
        assert russian.fill(answers or {}, wanted(*messages)) == []
        russian.save()
        return russian

    return read


def test_merging_keeps_translations_and_drops_vanished_strings(catalogue):
    catalogue(PROJECT, OPEN, GONE, answers={"Project": "Проект", "verb|Open": "Открыть", "Gone": "Нет"})
    merged = catalogue(PROJECT, OPEN, Message(None, "Something new"))
    assert {entry.msgid: entry.msgstr for entry in merged.entries.values()} == {
        "Project": "Проект",
        "Open": "Открыть",
        "Something new": "",
    }


def test_a_changed_string_keeps_its_translation_as_fuzzy(catalogue):
    catalogue(Message(None, "The project is late."), answers={"The project is late.": "Проект опаздывает."})
    changed = Message(None, "The projects are late.")
    (entry,) = catalogue(changed).entries.values()
    assert (entry.msgstr, entry.fuzzy, entry.previous_msgid) == ("Проект опаздывает.", True, "The project is late.")
    (again,) = catalogue(changed).entries.values()
    assert again.fuzzy
    assert catalogue(changed).todo(wanted(changed))[changed.id]["was"]["msgid"] == "The project is late."
    (done,) = catalogue(changed, answers={changed.id: "Проекты опаздывают."}).entries.values()
    assert not done.fuzzy and done.previous_msgid is None


def test_a_string_that_gets_a_plural_keeps_its_translation_as_fuzzy(catalogue):
    catalogue(Message(None, "One row"), answers={"One row": "Одна строка"})
    (entry,) = catalogue(ROWS).entries.values()
    assert entry.fuzzy
    assert entry.msgstr_plural == dict.fromkeys(range(4), "Одна строка")


def test_the_same_sources_give_the_same_file(catalogue):
    path = catalogue(ROWS, PROJECT, TOTAL, answers={"Project": "Проект"}).path
    text = path.read_text(encoding="utf-8")
    catalogue(TOTAL, PROJECT, ROWS)
    assert path.read_text(encoding="utf-8") == text
    assert "Date" not in text and "#:" not in text
    assert text.index('"One row"') < text.index('"Project"') < text.index('"Total of')


def test_todo_names_what_helps_to_translate(catalogue):
    rows = Message(None, "One row", "%(n)s rows", ["Translators: of a sheet"], ["a.py", "b.html"])
    assert catalogue(rows, OPEN).todo(wanted(rows, OPEN)) == {
        "One row": {
            "plural": "%(n)s rows",
            "forms": ["1, 21, 31, 41, 51, 61", "2, 3, 4, 22, 23, 24", "0, 5, 6, 7, 8, 9"],
            "comment": "Translators: of a sheet",
            "files": ["a.py", "b.html"],
        },
        "verb|Open": {"context": "verb"},
    }


def test_english_needs_no_translation(tmp_path):
    english = Catalogue(tmp_path, "en")
    english.merge(wanted(PROJECT, ROWS))
    assert list(english.problems(wanted(PROJECT, ROWS))) == []
    assert english.todo(wanted(PROJECT, ROWS)) == {}


def test_a_form_that_only_fractions_would_use_may_be_left_out(catalogue):
    answers = {"One row": ["%(n)s строка", "%(n)s строки", "%(n)s строк"]}
    (entry,) = catalogue(ROWS, answers=answers).entries.values()
    assert list(entry.msgstr_plural.values()) == ["%(n)s строка", "%(n)s строки", "%(n)s строк", "%(n)s строк"]


@pytest.mark.parametrize(
    "answers",
    [
        {"Nothing of ours": "Нет"},
        {"Project": ""},
        {"Project": 5},
        {"Project": ["Проект", "Проекты"]},
        {"Project": " Проект"},
        {"Project": "Проект %(name)s"},
        {"Total of %(sum)s <b>now</b>": "Итого <b>сейчас</b>"},
        {"Total of %(sum)s <b>now</b>": "Итого %(summe)s <b>сейчас</b>"},
        {"Total of %(sum)s <b>now</b>": "Итого %(sum)s сейчас"},
        {"Total of %(sum)s <b>now</b>": "Итого %(sum)s <b>сейчас</b>, 5 %"},
        {"{a} of {b}": "{a} из {c}"},
        {"%s is late": "%d опаздывает"},
        {"%s is late": "Опаздывает"},
        {"One row": ["Одна строка", "%(n)s строки", "%(n)s строк"]},  # the first form is also used for 21 and 31
        {"One row": ["%(n)s строка", "%(n)s строк"]},
    ],
)
def test_a_faulty_translation_is_refused_with_all_that_came_with_it(catalogue, answers):
    messages = wanted(PROJECT, OPEN, ROWS, TOTAL, Message(None, "{a} of {b}"), Message(None, "%s is late"))
    russian = catalogue(*messages.values())
    assert len(russian.fill({"verb|Open": "Открыть"} | answers, messages)) >= 1
    assert not any(entry.translated() for entry in russian.entries.values())


def test_the_form_for_one_alone_may_spell_it_out(tmp_path):
    kazakh = Catalogue(tmp_path, "kk")
    kazakh.merge(wanted(ROWS))
    assert kazakh.fill({"One row": ["Бір жол", "%(n)s жол"]}, wanted(ROWS)) == []


def test_problems_are_listed(catalogue):
    russian = catalogue(PROJECT, GONE, TOTAL, answers={"Project": "Проект"})
    russian.entries[None, TOTAL.id].msgstr = "Итого"
    messages = wanted(PROJECT, TOTAL, Message(None, "New", files=["a.py"]))
    problems = "\n".join(russian.problems(messages))
    assert "lacks 'New' of a.py" in problems
    assert "'Gone' is in no source any more" in problems
    assert "'Total of %(sum)s <b>now</b>' has other placeholders or tags in 'Итого'" in problems
    assert "Project" not in problems


def test_catalogues_are_compiled_when_older(catalogue, tmp_path):
    path = catalogue(PROJECT, TOTAL, ROWS, answers={"Project": "Проект"}).path
    assert compile_catalogues(tmp_path) == [path.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    with path.with_suffix(".mo").open("rb") as file:
        compiled_file = GNUTranslations(file)
    assert compiled_file.gettext("Project") == "Проект"
    assert compiled_file.gettext(TOTAL.id) == TOTAL.id


# ---- the command ----------------------------------------------------------------------------


@pytest.fixture
def own_product(tmp_path, monkeypatch):
    """The command over one small file and empty catalogues."""
    (tmp_path / "projects").mkdir()
    (tmp_path / "projects" / "page.py").write_text('title = gettext("Projects of %(year)s")', encoding="utf-8")
    monkeypatch.setattr("tracker.messages.source_files", lambda: sorted((tmp_path / "projects").iterdir()))
    monkeypatch.setattr("tracker.messages.extract_messages", lambda paths: extract_messages(paths, tmp_path))
    monkeypatch.setattr("tracker.messages.unmarked_text", lambda paths: iter(()))
    monkeypatch.setattr("tracker.management.commands.messages.OWN", tmp_path / "locale")
    return tmp_path


def test_the_way_of_a_translation(own_product, capsys):
    call_command("messages")
    with pytest.raises(CommandError, match="3 problems"):
        call_command("messages", check=True)
    texts = {"kk": "%(year)s жылғы жобалар", "ru": "Проекты %(year)s года", "zh-hans": "%(year)s年的项目"}
    for language, text in texts.items():
        capsys.readouterr()
        call_command("messages", todo=language)
        assert json.loads(capsys.readouterr().out) == {"Projects of %(year)s": {"files": ["projects/page.py"]}}
        answers = own_product / "answers.json"
        answers.write_text(json.dumps({"Projects of %(year)s": text, "Gone": "?"}), encoding="utf-8")
        call_command("messages", fill=[language, str(answers)])
        assert capsys.readouterr().out == "1 translations taken.\nLeft out, being in no source: 'Gone'\n"
    call_command("messages", check=True)


@pytest.mark.parametrize("content", ["{", "[1]", '{"Projects of %(year)s": "Проекты"}'])
def test_a_faulty_file_changes_nothing(own_product, content):
    call_command("messages")
    answers = own_product / "answers.json"
    answers.write_text(content, encoding="utf-8")
    before = (own_product / "locale/ru/LC_MESSAGES/django.po").read_bytes()
    with pytest.raises(CommandError):
        call_command("messages", fill=["ru", str(answers)])
    assert (own_product / "locale/ru/LC_MESSAGES/django.po").read_bytes() == before


def test_an_unknown_language_is_named():
    with pytest.raises(CommandError, match="No such language: xx"):
        call_command("messages", todo="xx")
