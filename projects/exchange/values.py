"""A value of the register and a cell: how it is written, whether a cell still says it, and how a cell is read."""

import datetime
import re
from collections import defaultdict
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import override

from projects import permissions
from projects.exchange.rows import FIELDS, LANGUAGES, NOUNS, Row
from projects.forms.amounts import currency_of
from projects.forms.fields import clean_text
from projects.forms.lookups import NAMED, SEPARATOR, key_field, written
from projects.models import Currency, Organisation, Place, Programme, Project, Statement
from projects.models.functions import fold, keys_of_names

DIGITS = 15  # that a spreadsheet keeps of a number
BIN_DIGITS = 12
NAMES = [f"name_{code.replace('-', '_')}" for code in LANGUAGES]
NUMBERS = (int, float, Decimal)
DIFFERENT = ("text", "record")  # kinds of fields that say something else in each row
REMEMBERED = 20_000  # values of cells that are read once
ALIKE = 0.8  # how much of a name must be the same for it to be meant perhaps, from 0 to 1


def key_of(text):
    """What names a row in «name · key», or the whole text."""
    return clean_text(str(text)).rpartition(SEPARATOR)[2].strip()


def plain(value):
    """A number as a spreadsheet keeps it, in digits: no exponent, no noise after the fifteenth digit."""
    value = Decimal(f"{value:.{DIGITS}g}") if isinstance(value, float) else Decimal(value)
    return f"{value.normalize():f}" if value.is_finite() else str(value)


def typed(value):
    """A cell as a person would have typed it into a form."""
    if value is None:
        return ""
    if isinstance(value, NUMBERS) and not isinstance(value, bool):
        return plain(value)
    if isinstance(value, datetime.datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def is_empty(value):
    return value is None or (isinstance(value, str) and not value.strip())


def _yes_and_no():
    found = {"1": True, "0": False, "true": True, "false": False}
    for code in LANGUAGES:
        with override(code):
            found |= {str(_("yes")).casefold(): True, str(_("no")).casefold(): False}
    return found


class Known:
    """The rows of the register that cells may name, read in few queries, as far as the user may see them.

    `new` holds what the file itself adds: model -> key or folded name -> the records, not in the register when the
    file began to be read. Of the portions of a file that came before, the organisations stay known.
    """

    def __init__(self, user):
        self.user = user
        self.new = {Project: defaultdict(list), Organisation: defaultdict(list)}
        self.own_from = {}  # model -> the first key that this file was given: what is there from it on is not looked at
        self.lasting = {}  # id of an organisation of an earlier portion -> what it is called in the digest
        self._texts_of = defaultdict(set)  # id of a new record -> what names it
        self._by_key, self._by_name = {Programme: None}, {Programme: defaultdict(list)}
        self._forget()

    def _forget(self):
        self.new[Project].clear()
        kept = {id(record) for rows in self.new[Organisation].values() for record in rows}
        for key in [key for key in self._texts_of if key not in kept]:
            del self._texts_of[key]
        for model in (Project, Organisation, Statement):
            self._by_key[model], self._by_name[model] = {}, defaultdict(list)

    def leave(self, made):
        """A portion was planned, and perhaps written: forget its rows, but for the organisations that it adds.

        Args: made: its new records of all kinds.
        """
        for record in made:
            model = type(record)
            if record.pk is not None:
                self.own_from[model] = min(record.pk, self.own_from.get(model, record.pk))
            if model is Organisation:
                self.lasting[id(record)] = f"organisation {len(self.lasting)}"
        self._forget()

    def before_this(self, rows):
        """Of a queryset, the rows that this file has not added."""
        return rows.filter(pk__lt=self.own_from[rows.model]) if rows.model in self.own_from else rows

    def add_new(self, record, key=""):
        """Let cells name a record that the file adds."""
        texts = {key.upper(), *(fold(name) for column in NAMES if (name := getattr(record, column)))} - {""}
        self._name(record, texts)

    def _name(self, record, texts):
        found = self.new[type(record)]
        for text in texts:
            found[text].append(record)
        self._texts_of[id(record)] |= texts

    def prepare_for(self, by_noun):
        """Read what the cells of a file may name, once for each table. Args: by_noun: key of NOUNS -> Rows."""
        texts = defaultdict(set)
        for noun, rows in by_noun.items():
            named = [item for item in FIELDS[noun].values() if item.kind == "record"]
            own = NOUNS[noun].model if noun in ("projects", "organisations") else None
            for row in rows:
                for item in named:
                    value = row.values[item.name].value if item.name in row.values else None
                    if not is_empty(value) and not isinstance(value, Row):
                        texts[item.column.related_model].add(typed(value))
                if own and not row.key:
                    names = ("reference", "uscc", *NAMES)
                    texts[own] |= {typed(row.values[name].value) for name in names if name in row.values}
                    if "bin" in row.values:  # without the zeros that a spreadsheet takes away
                        texts[own].add(typed(row.values["bin"].value).zfill(BIN_DIGITS))
        for model, found in texts.items():
            self.prepare(model, found - {""})

    def prepare(self, model, texts):
        """Read what these texts may name, at once."""
        rows = self.before_this(permissions.visible_to(self.user, model._default_manager.all()))
        if model is Project:
            rows = rows.prefetch_related("main_sector", "place", "stage", "programme", "department")
        if model is Programme:
            if self._by_key[model] is None:
                self._by_key[model] = {}
                self._remember(model, rows)
            return
        keys = {key_of(text).upper() for text in texts}
        if model is Project:
            self._remember(model, rows.annotate(upper=Upper("reference")).filter(upper__in=keys))
        elif model is Statement:
            self._remember(model, rows.annotate(upper=Upper("code")).filter(upper__in=keys))
        else:
            numbers = [key for key in keys if re.fullmatch(r"[0-9]{1,18}", key)]
            named = Q(pk__in=numbers) | Q(bin__in=numbers) | Q(uscc__in=[key for key in keys if len(key) == 18])
            self._remember(model, rows.filter(named))
        left = {fold(text.strip()) for text in texts if key_of(text).upper() not in self._by_key[model]} - {""}
        if left and model is not Statement:
            self._remember(model, rows.filter(pk__in=keys_of_names(model._base_manager, left)))

    def _remember(self, model, rows):
        for row in rows:
            keys = {str(getattr(row, key_field(model)))}
            if model is Organisation:
                keys |= {row.bin, row.uscc}
            for key in keys - {""}:
                self._by_key[model].setdefault(key.upper(), row)
            if model is not Statement:
                for name in {fold(name) for column in NAMES if (name := getattr(row, column))}:
                    if row not in self._by_name[model][name]:
                        self._by_name[model][name].append(row)

    def replace(self, record, other):
        """Let cells that name a new record mean another one, of the register or of the file."""
        found, texts = self.new[type(record)], self._texts_of.pop(id(record), set())
        for text in texts:
            found[text] = [row for row in found[text] if row is not record and row is not other]
        self._name(other, texts)

    def named(self, model, text):
        """The rows of the register that have this name in one of the languages."""
        return self._by_name[model].get(fold(text.strip()), [])

    def by_key(self, model, key):
        return self._by_key[model].get(key.upper())

    def find(self, model, text):
        """The one record that a text names: of the register, or new in the file. Raises: ValidationError."""
        key, new = key_of(text).upper(), self.new.get(model, {})
        if row := self.by_key(model, key):
            return row
        found = new.get(key) or self._by_name.get(model, {}).get(fold(text.strip()), []) or new.get(fold(text.strip()))
        if not found:
            message = _("“%(text)s” is not in the register, nor added by this file.")
            raise ValidationError(message % {"text": clean_text(text)[:80]})
        if len(found) > 1:
            message = _("Several have the name “%(text)s”: %(names)s. Write the reference or the number instead.")
            names = "; ".join(written(row) if row.pk else str(row) for row in found[:NAMED])
            raise ValidationError(message % {"text": clean_text(text)[:80], "names": names})
        return found[0]


class Reader:
    """Reads the cells of one noun with the fields of its form."""

    def __init__(self, noun, known):
        self.noun, self.known = noun, known
        self.form = noun.form(user=known.user)
        self.fields = FIELDS[noun.name]
        self.yes_and_no = _yes_and_no()
        self._lists, self._marks, self._read = {}, {}, {}
        self.mark = ""  # what stood beside the number that was read last

    def form_field(self, field):
        return self.form.fields[field.name]

    def is_same(self, field, record, value):
        """Whether a cell says what the record has; a quick look that errs only on the side of reading it."""
        old = getattr(record, field.column.attname)
        if is_empty(value):
            return old is None or old == ""
        if isinstance(value, Row) or old is None:
            return False
        kind = field.kind
        if kind == "text":
            return typed(value).strip() == old.strip()
        if kind in ("number", "whole"):
            return isinstance(value, NUMBERS) and plain(float(value)) == plain(float(old))
        if kind == "date":
            return isinstance(value, datetime.date) and typed(value) == old.isoformat()
        if kind == "choice":
            return field.words.get(str(value).strip().casefold()) == old
        if kind == "flag":
            return self.yes_and_no.get(typed(value).strip().casefold()) is old
        if kind == "code":
            return key_of(typed(value)).upper() == old.upper()
        row = getattr(record, field.name)
        return key_of(typed(value)).upper() == str(getattr(row, key_field(type(row)))).upper()

    def read(self, field, value):
        """The value that a cell states, as the form would give it; None for an empty one. Raises: ValidationError.

        Cells of a column say the same again and again: what they mean is looked for once. Names differ from row to row.
        """
        if field.kind in DIFFERENT:
            return self._cleaned(field, value)
        said = (field.name, type(value), value)
        if said not in self._read:
            if len(self._read) == REMEMBERED:
                self._read.clear()
            cleaned = self._cleaned(field, value)
            self._read[said] = cleaned, getattr(self.form_field(field), "mark", "")
        cleaned, self.mark = self._read[said]
        return cleaned

    def _cleaned(self, field, value):
        form_field = self.form_field(field)
        if field.is_required and is_empty(value):
            raise ValidationError(form_field.error_messages["required"])
        if field.kind == "record":
            return None if is_empty(value) else self.known.find(field.column.related_model, typed(value))
        text = typed(value)
        if field.kind == "code":
            return None if is_empty(value) else self._code(field, form_field, text)
        if field.kind == "flag":
            return self._flag(text)
        if field.kind == "choice":
            text = self._choice(field, text)
        if field.name == "bin" and isinstance(value, NUMBERS):
            text = text.zfill(BIN_DIGITS)  # a spreadsheet takes the zeros before a number away
        cleaned = form_field.clean(text)
        return None if cleaned == "" and field.column.null else cleaned

    def currency(self):
        """The currency that stood beside the amount that was read last, or None. Raises: ValidationError."""
        mark = self.mark
        if not mark:
            return None
        if mark not in self._marks:
            self._marks[mark] = currency_of(mark)
        if self._marks[mark] is None:
            raise ValidationError(_("“%(mark)s” is not a currency of the list.") % {"mark": mark})
        return self._marks[mark]

    def _flag(self, text):
        found = self.yes_and_no.get(text.strip().casefold(), None if text.strip() else False)
        if found is None:
            raise ValidationError(_("Write “%(yes)s” or “%(no)s”.") % {"yes": _("yes"), "no": _("no")})
        return found

    @staticmethod
    def _choice(field, text):
        if not text.strip():
            return ""
        code = field.words.get(text.strip().casefold())
        if code is None:
            message = _("“%(text)s” is not in the list. Choose one of: %(choices)s.")
            choices = ", ".join(label for _code, label in field.choices())
            raise ValidationError(message % {"text": clean_text(text)[:80], "choices": choices})
        return code

    def _code(self, field, form_field, text):
        """A row of a code list: by code, name in any language, symbol, or another spelling."""
        if field.name not in self._lists:
            self._lists[field.name] = self._spellings(form_field.queryset)
        spellings = self._lists[field.name]
        found = self._spelt(spellings, text)
        if found is None:
            if field.name == "place" and self._spelt(
                self._places, text
            ):  # rule 25: the list of this field is the region
                raise ValidationError(form_field.error_messages["invalid_choice"])
            raise ValidationError(self._unknown(spellings, text))
        return found

    @cached_property
    def _places(self):
        """Spellings of all places of the world that the register knows."""
        return self._spellings(Place.objects.defer("boundary"))

    @staticmethod
    def _spelt(spellings, text):
        return spellings.get(key_of(text).upper()) or spellings.get(fold(text.strip()))

    @staticmethod
    def _unknown(spellings, text):
        """The sentence about a name that is not in the list, with those that look like it in any language."""
        typed = {"text": clean_text(text)[:80]}
        near = get_close_matches(fold(text.strip())[:80], spellings, NAMED, ALIKE)
        if near:
            names = dict.fromkeys(str(spellings[name]) for name in near)
            message = _("“%(text)s” is not in the list. Perhaps this is meant: %(names)s.")
            return message % (typed | {"names": "; ".join(names)})
        message = _("“%(text)s” is not in the list. Write one of its names or codes, for example “%(example)s”.")
        return message % (typed | {"example": next((str(row) for row in spellings.values()), "")})

    @staticmethod
    def _spellings(rows):
        """code or folded name -> row; what two rows have in common names neither."""
        found, several = {}, set()
        for row in rows:
            names = [getattr(row, name) for name in NAMES]
            names += [getattr(row, f"symbol_{code.replace('-', '_')}", "") for code in LANGUAGES]
            names += [getattr(row, "symbol", ""), *getattr(row, "aliases", "").split("|")]
            for name in {fold(name.strip()) for name in names if name} - {""}:
                if found.setdefault(name, row) is not row:
                    several.add(name)
        for name in several:
            del found[name]
        return found | {row.pk.upper(): row for row in rows}


class Writer:
    """Writes values of one noun as the cells of the workbook have them."""

    def __init__(self, noun):
        self.fields = list(FIELDS[noun.name].values())
        self._names = {}
        self._labels = {
            field.name: dict(field.choices()) | {None: None} for field in self.fields if field.kind == "choice"
        }
        self._flags = {True: str(_("yes")), False: str(_("no"))}

    @cached_property
    def lists(self):
        """name of a field -> what its cells may be chosen from."""
        found = {name: [label for label in labels.values() if label] for name, labels in self._labels.items()}
        found |= {field.name: list(self._flags.values()) for field in self.fields if field.kind == "flag"}
        return found

    def cells(self, record):
        """The values of a record, in the order of the fields."""
        return [self.cell(field, record) for field in self.fields]

    def cell(self, field, record):
        value = getattr(record, field.column.attname)
        if value is None or value == "":
            return None
        if field.kind == "choice":
            return self._labels[field.name].get(value, value)
        if field.kind == "flag":
            return self._flags[value]
        if field.kind in ("code", "record"):
            return self.name(field.column.related_model, value, lambda: getattr(record, field.name))
        return value

    def name(self, model, key, row):
        """How cells name a row. Args: row: a function without arguments, called once for each row."""
        known = self._names.setdefault(model, {})
        if key not in known:
            found = row()
            is_short = model in (Project, Statement, Currency)
            known[key] = str(getattr(found, key_field(model))) if is_short else written(found)
        return known[key]
