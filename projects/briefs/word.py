"""A paper as DOCX, to be edited before a meeting."""

from itertools import groupby

from django.utils.translation import gettext as _
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from projects.briefs import look
from projects.briefs.content import Cell
from projects.briefs.package import fixed

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SIZE = 9.5
WIDTH = 182  # mm between the margins


def write(paper, file, pages=1):
    """Write a paper. Takes: file, open for bytes; pages: 1 for small print, None: as many as it needs."""
    _Writer(paper, SIZE if pages is None else SIZE - 1, in_columns=bool(pages)).write(file)


def _rgb(colour):
    return RGBColor.from_string(colour.lstrip("#").upper())


class _Writer:
    def __init__(self, paper, size, in_columns):
        self.paper, self.size, self.in_columns = paper, size, in_columns
        self.document = Document()
        look.describe(self.document.core_properties, paper)
        normal = self.document.styles["Normal"]
        normal.font.name, normal.font.size = "Arial", Pt(size)
        normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Microsoft YaHei")
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), paper.language)
        language.set(qn("w:eastAsia"), "zh-CN")
        normal.element.rPr.append(language)
        normal.paragraph_format.space_after = Pt(0)
        page = self.document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin = page.right_margin = Mm(14)
        page.top_margin, page.bottom_margin = Mm(12), Mm(14)

    def write(self, file):
        paper = self.paper
        self.text(paper.kind, self.size, look.ACCENT)
        self.text(paper.title, 16, look.STRONG, style="Title")
        if paper.lead:
            self.text(paper.lead, self.size, look.MUTED)
        has_map = False
        for is_whole, sections in groupby(paper.sections, lambda section: section.place == "full"):
            if is_whole or not self.in_columns:
                for section in sections:
                    self.section(self.document, section, WIDTH)
            else:
                self.band(list(sections), with_map=not has_map)
                has_map = True
        if not has_map:
            self.map(self.document, WIDTH)
        if paper.footnotes:
            self.heading(self.document, _("Sources"))
            for number, text in enumerate(paper.footnotes, 1):
                self.text(f"{number}. {text}", 7.5, look.MUTED)
        foot = self.document.sections[0].footer.paragraphs[0]
        self.run(foot, look.footer(paper), 7, look.MUTED)
        fixed(self.document.save, file)

    def run(self, paragraph, text, size, colour=look.TEXT):
        run = paragraph.add_run(text)
        run.font.size, run.font.color.rgb = Pt(size), _rgb(colour)
        return run

    def text(self, text, size, colour=look.TEXT, style=None, at=None):
        """A paragraph at the end of `at`: the document, or a cell."""
        paragraph = (at or self.document).add_paragraph(style=style)
        self.run(paragraph, text, size, colour)
        return paragraph

    def heading(self, at, title):
        paragraph = self.text(title, 10.5, look.ACCENT, style="Heading 2", at=at)
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(5), Pt(1)

    def table(self, at, rows, widths):
        """An empty table at the end of `at`, its columns of these widths in millimetres."""
        table = at.add_table(rows, len(widths))
        table.autofit = False
        if at is not self.document:  # a cell ends with an empty paragraph, which is to take no room
            at.paragraphs[-1].paragraph_format.line_spacing = Pt(1)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
            for place in column.cells:
                place.width = Mm(width)
        return table

    def band(self, sections, with_map):
        """Sections side by side, in two columns; the map below those on the right."""
        half = WIDTH / 2
        left, right = self.table(self.document, 1, [half, half]).rows[0].cells
        for section in sections:
            self.section(left if section.place == "left" else right, section, half - 5)
        if with_map:
            self.map(right, half - 5)
        for place in (left, right):
            if len(place.paragraphs) > 1:
                place._tc.remove(place.paragraphs[0]._p)  # the empty one that a cell begins with

    def section(self, at, section, width):
        self.heading(at, section.title)
        heads = [[Cell(label, tone="unknown") for label in section.head]] if section.head else []
        rows = heads + section.rows
        table = self.table(at, len(rows), [width * share for share in look.shares(section)])
        for places, row in zip(table.rows, rows, strict=True):
            for place, cell in zip(places.cells, row, strict=False):
                self.cell(place.paragraphs[0], cell)
        if section.more:
            self.text(section.more, self.size - 1, look.MUTED, at=at)

    def cell(self, paragraph, cell):
        self.run(paragraph, cell.text, self.size, look.TONES.get(cell.tone, look.TEXT))
        if cell.notes:
            self.run(paragraph, ",".join(map(str, cell.notes)), self.size, look.MUTED).font.superscript = True

    def map(self, at, width):
        tiles = self.paper.tiles
        if not tiles:
            return
        self.heading(at, self.paper.map_title)
        rows, columns = look.size_of(tiles)
        table = self.table(at, rows, [min(width / columns, 26)] * columns)
        for tile, row, column in look.placed(tiles):
            place = table.cell(row, column)
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), (look.ACCENT if tile.count else look.SUNKEN).lstrip("#"))
            place._tc.get_or_add_tcPr().append(shade)
            words = f"{tile.name}: {tile.count}" if tile.count else tile.name
            self.run(place.paragraphs[0], words, 6, "#ffffff" if tile.count else look.MUTED)
        if self.paper.map_note:
            self.text(self.paper.map_note, self.size - 1, look.MUTED, at=at)
