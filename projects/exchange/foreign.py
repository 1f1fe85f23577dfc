"""An office's own table on its way into an import: its mapping proposed, answered, kept for the office, and used."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.exchange import workbook
from projects.exchange.mapping import Reader
from projects.exchange.reading import PACKAGE
from projects.exchange.records import to_rows
from projects.models import SavedMapping

QUESTIONS = {
    "names": gettext_lazy("Choose the column that names the project, or the one with its reference."),
    "scale": gettext_lazy("Say in what the amounts are written: in units, thousands, millions or billions."),
    "currency": gettext_lazy("Say in which currency the amounts are."),
    "as_of": gettext_lazy("Say on which day the figures are true."),
}


class Foreign:
    """A Book that was not taken from the register, with the mapping of one of its sheets.

    Raises: ValidationError where no visible sheet has a row of texts, or none below it.
    """

    def __init__(self, book, user, kept=None):
        """Args: user: whose office's mappings are used; kept: what was answered for this file, see `answers`."""
        self.book, self.remembered = book, set()  # shapes that the office has a mapping of
        self.sheets = [sheet for sheet in book.sheets if sheet.cells and not sheet.is_hidden]
        self.reader, self.user, self.kept = Reader(), user, kept or {}
        named = [sheet for sheet in self.sheets if sheet.name == self.kept.get("sheet")]
        found = [(sheet, self.reader.propose(sheet, self._of_office)) for sheet in named or self.sheets]
        found = [(sheet, mapping) for sheet, mapping in found if mapping is not None]
        if not found:
            raise ValidationError(_("The file has no row of headings."), code="headings")
        self.table, self.mapping = max(found, key=lambda pair: (pair[1].shape in self.remembered, _recognised(pair[1])))
        if len(self.table.cells) <= self.mapping.layout.begins:
            raise ValidationError(_("The table has headings and no row below them."), code="rows")
        self.is_known = "columns" in self.kept or self.mapping.shape in self.remembered
        if "columns" in self.kept:
            self.mapping.take(self.kept)
            self.reader.read_headings(self.mapping)
        self.mapping.scale = self.kept.get("scale") or self.mapping.scale
        self.mapping.currency = self.kept.get("currency") or self.mapping.currency

    def _of_office(self, shape):
        row = SavedMapping.objects.filter(department=office_of(self.user), shape=shape).first()
        if row is None:
            return None
        self.remembered.add(shape)
        return row.mapping

    @property
    def titled_day(self):
        """The day in the table's title, or None; a day to come is a plan's and not that of figures."""
        day = self.mapping.as_of
        return day if day and day <= timezone.localdate() else None

    def answers(self):
        """What is kept with the import, so that its file is read the same way again."""
        return self.mapping.as_json() | {"sheet": self.table.name}

    def open_questions(self, as_of):
        """Sentences about what is still to be said. Args: as_of: the day of the import, or None."""
        self.mapping.as_of = as_of or self.mapping.as_of
        return [str(QUESTIONS[name]) for name in self.mapping.questions()]

    def rows(self, as_of):
        """What is Stated, see `records.to_rows`. Raises: ValidationError while questions are open."""
        if sentences := self.open_questions(as_of):
            raise ValidationError(sentences)
        return to_rows(self.reader, self.table, self.mapping)

    def keep(self):
        """Keep the mapping for the next table of the same shape of this office."""
        kept = {"mapping": self.mapping.as_json(), "name": self.table.name[:120]}
        SavedMapping.objects.update_or_create(department=office_of(self.user), shape=self.mapping.shape, defaults=kept)


def day_in_title(book, user, kept=None):
    """The day that an office's own table names as that of its figures; None where none, and of other files.

    Args: as for `Foreign`. Raises: as it does.
    """
    if book.kind == PACKAGE or workbook.is_ours(book):
        return None
    return Foreign(book, user, kept).titled_day


def office_of(user):
    """The department that a person belongs to, or None."""
    member = getattr(user, "staff_member", None)
    return member.department if member else None


def _recognised(mapping):
    """How much of a sheet is understood: columns that fill something, names before all."""
    return sum(column.target != "ignore" for column in mapping.columns) + 100 * ("names" not in mapping.questions())
