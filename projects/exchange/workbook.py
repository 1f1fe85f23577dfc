"""The workbook that is edited outside and brought back: written with hidden numbers and versions, known again by them.

A hidden sheet says which sheet and which heading is what; headings may be moved, sheets renamed in any language.
"""

import datetime
from decimal import Decimal

import xlsxwriter
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from projects import permissions
from projects.exchange.rows import FIELDS, NOUNS, Cell, Problem, Row, Stated
from projects.exchange.values import NAMES, Writer, is_empty, key_of, typed
from projects.exports import one_moment
from projects.exports.reading import CHUNK
from projects.exports.sheets import TEXT_LIMIT, free_name
from projects.models import Organisation, Project
from projects.models.functions import fold

MARK = "investment register workbook"
FORMAT = 1
REGISTER, LISTS = "_register", "_lists"
HIDDEN = ("id", "version")
ABOUT = ("project", "reference", *NAMES)  # the fields of a row that name its project
SPARE = 1000  # rows below the last one that have the drop-down lists too
WIDTHS = {"text": 28, "record": 26, "code": 26, "choice": 16, "date": 12, "number": 18, "flag": 9, "whole": 12}
STRANGE = 5  # headings or sheets that are named where they are not read
LIST_LIMIT = 1000  # rows of a code list that are offered in a drop-down list


# ---- Writing ---------------------------------------------------------------------------------


def write(projects, user, file):
    """Write the workbook of a set of projects, and of what belongs to them, as the user may see it.

    Args:
        projects: a queryset of projects the user may see. file: binary, to write to.
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    writer = _BookWriter(book, user)
    with one_moment():
        for noun in NOUNS.values():
            writer.noun(noun, records(noun, projects, user))
    writer.lists()
    writer.about()
    writer.register()
    book.close()


def records(noun, projects, user):
    """The records of a noun that belong to these projects, as far as the user may see them."""
    if noun.model is Project:
        rows = projects.order_by("reference")
    else:
        chosen = permissions.visible_to(user, noun.model._default_manager.all())
        keys = projects.order_by().values("pk")
        if noun.model is Organisation:
            amounts = permissions.visible_to(user, NOUNS["amounts"].model.objects.filter(project__in=keys))
            parties = NOUNS["parties"].model.objects.filter(project__in=keys)
            rows = chosen.filter(pk__in=parties.values("organisation")) | chosen.filter(pk__in=amounts.values("payer"))
            rows = rows.distinct().order_by("pk")
        else:
            rows = chosen.filter(project__in=keys).order_by("project__reference", "pk")
    related = [
        field.name for field in FIELDS[noun.name].values() if field.kind == "record" and field.name != "statement"
    ]
    if noun.is_sourced:
        related.append("statement")
    return rows.select_related(None).select_related(*related).prefetch_related(None)


class _BookWriter:
    def __init__(self, book, user):
        self.book, self.user = book, user
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.needed = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#FFF2CC"}
        )
        self.formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "number": book.add_format({"num_format": "#,##0.######"}),
            "text": book.add_format({"num_format": "@"}),
        }
        self.sheets, self.offered, self._ranges = [], [], {}

    def noun(self, noun, rows):
        """A sheet of one noun: hidden number and version, then the fields under their headings."""
        name = free_name(self.book, capfirst(noun.label))
        sheet, fields = self.book.add_worksheet(name), list(FIELDS[noun.name].values())
        self.sheets.append((name, noun, fields))
        sheet.freeze_panes(1, 3)
        sheet.set_column(0, 1, 10, None, {"hidden": True})
        for place, heading in enumerate(HIDDEN):
            sheet.write_string(0, place, heading, self.heading)
        for place, field in enumerate(fields, len(HIDDEN)):
            sheet.set_column(place, place, WIDTHS[field.kind], self._format(field))
            sheet.write_string(0, place, field.label, self.needed if field.is_required else self.heading)
        writer, number = Writer(noun), 0
        for number, record in enumerate(rows.iterator(chunk_size=CHUNK), 1):
            sheet.write_string(number, 0, str(record.pk))
            sheet.write_number(number, 1, record.version)
            for place, (field, value) in enumerate(zip(fields, writer.cells(record), strict=True), len(HIDDEN)):
                self._cell(sheet, number, place, field, value)
        sheet.autofilter(0, 0, max(number, 1), len(HIDDEN) + len(fields) - 1)
        self._offer(sheet, number + SPARE, fields, noun.form(user=self.user), writer)

    def _format(self, field):
        if field.kind == "number":
            return self.formats["money" if field.column.decimal_places == 2 else "number"]
        return self.formats.get("date" if field.kind == "date" else "text")

    def _cell(self, sheet, row, place, field, value):
        if value is None:
            return
        if isinstance(value, datetime.date):
            sheet.write_datetime(row, place, value, self.formats["date"])
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, place, value, self._format(field))
        else:  # never as a formula or a link, whatever it begins with
            sheet.write_string(row, place, str(value)[:TEXT_LIMIT], self.formats["text"])

    # ---- Drop-down lists ----

    def _offer(self, sheet, last, fields, form, writer):
        for place, field in enumerate(fields, len(HIDDEN)):
            if source := self._range(field, form, writer):
                sheet.data_validation(
                    1,
                    place,
                    last,
                    place,
                    {
                        "validate": "list",
                        "source": source,
                        "error_type": "warning",
                        "error_title": field.label[:32],
                        "error_message": _("This is not in the list. Keep it all the same?"),
                    },
                )

    def _range(self, field, form, writer):
        """Where the values of a field's list stand on the hidden sheet; None for a field without a list."""
        if field.kind in ("choice", "flag"):
            values = writer.lists[field.name]
        elif field.kind == "code":
            rows = form.fields[field.name].queryset[:LIST_LIMIT]
            values = [writer.name(field.column.related_model, row.pk, lambda row=row: row) for row in rows]
        else:
            return None
        key = tuple(values)
        if key not in self._ranges and values:
            self.offered.append(values)
            column = xlsxwriter.utility.xl_col_to_name(len(self.offered) - 1)
            self._ranges[key] = f"={LISTS}!${column}$1:${column}${len(values)}"
        return self._ranges.get(key)

    def lists(self):
        """The hidden sheet of what may be chosen, a column for each list."""
        sheet = self.book.add_worksheet(LISTS)
        sheet.very_hidden()
        for row in range(max(map(len, self.offered), default=0)):
            for column, values in enumerate(self.offered):
                if row < len(values):
                    sheet.write_string(row, column, values[row])

    # ---- What this is ----

    def about(self):
        """A sheet of advice for the person who edits."""
        sheet = self.book.add_worksheet(free_name(self.book, _("About this file")))
        sheet.set_column(0, 0, 110, self.book.add_format({"text_wrap": True, "valign": "top"}))
        lines = (
            _("Change cells, or write new records into the empty rows below. Bring the file back under “Imports”."),
            _("An emptied cell of a record takes its value away. Deleting a row deletes no record."),
            _("Headings on yellow ground have to be filled in for a new record."),
            _("The other sheets may name a new project by its name, or by a reference that you give it."),
            _("New sums and measured values need no source statement: this file becomes their source."),
            _("Do not copy whole rows, and leave the hidden columns as they are: they tell which record a row is."),
        )
        for number, line in enumerate(lines):
            sheet.write_string(number, 0, line)

    def register(self):
        """The hidden sheet by which the workbook is known again: each sheet with its noun, headings and fields."""
        sheet = self.book.add_worksheet(REGISTER)
        sheet.very_hidden()
        for place, value in enumerate((MARK, FORMAT, timezone.now().isoformat(timespec="seconds"))):
            sheet.write(0, place, value)
        for number, (name, noun, fields) in enumerate(self.sheets, 1):
            sheet.write_string(number, 0, name)
            sheet.write_string(number, 1, noun.name)
            for place, field in enumerate(fields):
                sheet.write_string(number, 2 + 2 * place, field.label)
                sheet.write_string(number, 3 + 2 * place, field.name)


# ---- Reading ---------------------------------------------------------------------------------


def is_ours(book):
    """Whether a Book was taken from this register to be edited."""
    return _register(book) is not None


def _register(book):
    for sheet in book.sheets:
        if sheet.name == REGISTER and sheet.cells and sheet.cells[0][:1] == [MARK]:
            return sheet
    return None


def rows(book):
    """What our own workbook states; the rows of all its sheets about one project are a unit."""
    stated, readers = Stated(()), []
    sheets = {sheet.name: sheet for sheet in book.sheets}
    read = {REGISTER, LISTS}
    for line in _register(book).cells[1:]:
        name, noun, *pairs = line
        if noun not in NOUNS or name not in sheets:
            stated.notes.append(_("The sheet “%(sheet)s” is not in the file: nothing of it changes.") % {"sheet": name})
            continue
        read.add(name)
        headings = {str(heading): field for heading, field in zip(pairs[::2], pairs[1::2], strict=False) if field}
        reader = _SheetReader(sheets[name], NOUNS[noun], headings)
        if reader.problem:
            stated.problems.append(reader.problem)
        else:
            readers.append(reader)
            stated.notes += reader.notes
    about = _("The sheet “%(sheet)s” is not one of the workbook and is not read.")
    strange = [sheet for sheet in book.sheets[: len(read) + STRANGE] if sheet.name not in read and sheet.width > 1]
    stated.notes += [about % {"sheet": sheet.name} for sheet in strange]
    stated.units = _units(readers)
    return stated


def _units(readers):
    """The rows of each project together, those of organisations, which any of them may name, before all."""
    first = [row for reader in readers if reader.noun.model is Organisation for row in reader.rows()]
    if first:
        yield first
    groups, group_of = [], {}  # what names a project -> its group
    for reader in readers:
        for number in reader.numbers() if reader.noun.model is not Organisation else ():
            texts = reader.about(number)
            group = next((group_of[text] for text in texts if text in group_of), None)
            if group is None:
                groups.append(group := [])
            for text in texts:
                group_of.setdefault(text, group)
            group.append((reader, number))
    for group in groups:
        rows = [row for reader, number in group if (row := reader.row(number)) is not None]
        if rows:
            yield rows


class _SheetReader:
    """Reads one sheet of our own workbook: which column is what, then row by row."""

    def __init__(self, sheet, noun, headings):
        self.sheet, self.noun, self.notes, self.problem = sheet, noun, [], None
        head = [typed(value).strip() for value in sheet.cells[0]] if sheet.cells and sheet.first_row == 1 else []
        self.places = {headings[text]: place for place, text in enumerate(head) if text in headings}
        self.places = {name: place for name, place in self.places.items() if name in noun.names}
        self.id, self.version = (head.index(name) if name in head else None for name in HIDDEN)
        if self.id is None or self.version is None:
            text = _(
                "The first row has lost its hidden columns “id” and “version”, by which records are known. "
                "Take the workbook anew and make the changes there."
            )
            self.problem = Problem(sheet.name, 1, 1, text)
        strange = [text for text in head if text and text not in headings and text not in HIDDEN]
        if strange:
            text = _("Sheet “%(sheet)s”: no field of the register has the heading %(headings)s; not read.")
            shown = ", ".join(f"“{heading[:40]}”" for heading in strange[:STRANGE])
            self.notes.append(text % {"sheet": sheet.name, "headings": shown})

    def numbers(self):
        """The numbers of the rows below the headings, as spreadsheets count them."""
        return range(2, len(self.sheet.cells) + 1)

    def rows(self):
        return [row for number in self.numbers() if (row := self.row(number)) is not None]

    def about(self, number):
        """What names the project that a row is, or belongs to."""
        texts = (typed(self._at(number, self.places.get(name))).strip() for name in ABOUT)
        return list(dict.fromkeys(text for name in texts if name for text in (key_of(name).upper(), fold(name))))

    def _at(self, number, place):
        cells = self.sheet.cells[number - 1]
        return cells[place] if place is not None and place < len(cells) else None

    def row(self, number):
        """The record that a row states; None for an empty row."""
        stated = {name: self._at(number, place) for name, place in self.places.items()}
        if all(is_empty(value) for value in stated.values()):
            return None
        key = typed(self._at(number, self.id)).strip()
        sheet = self.sheet.name
        values = {name: Cell(sheet, number, self.places[name] + 1, value) for name, value in stated.items()}
        version = typed(self._at(number, self.version)).strip()
        is_version = version.isascii() and version.isdigit() and len(version) < 10
        return Row(sheet, number, self.noun.name, values, key, int(version) if key and is_version else None)
