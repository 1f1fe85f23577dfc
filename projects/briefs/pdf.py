"""A paper as PDF: A4, one font for all four languages, the same bytes for the same content."""

import io
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table

from projects.briefs import look

CONTENT_TYPE = "application/pdf"
FONT = "Register Sans"
MARGIN = 14 * mm
WIDTH, HEIGHT = A4
INNER = WIDTH - 2 * MARGIN
GAP = 6 * mm
SCALES = (1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)  # of the text, until it is one page
SIZE = 9  # points

pdfmetrics.registerFont(TTFont(FONT, Path(__file__).parent / "fonts" / "RegisterSans.ttf"))


def write(paper, file, pages=1):
    """Write a paper. Takes: file, open for bytes; pages: how many it should have at most, None: as many as it needs."""
    for scale in SCALES if pages else (0.95,):
        content = io.BytesIO()
        if _Layout(paper, scale, in_columns=bool(pages)).build(content) <= (pages or 10**6):
            break
    else:  # too much for a page even in small print: readable on several
        content = io.BytesIO()
        _Layout(paper, 0.9, in_columns=False).build(content)
    file.write(content.getvalue())


class _Layout:
    def __init__(self, paper, scale, in_columns):
        self.paper, self.scale, self.in_columns = paper, scale, in_columns
        self.wrap = "CJK" if paper.language.startswith("zh") else None

    def style(self, size, colour=look.TEXT, **options):
        size *= self.scale
        return ParagraphStyle(
            "",
            fontName=FONT,
            fontSize=size,
            leading=size * 1.28,
            textColor=HexColor(colour),
            wordWrap=self.wrap,
            **options,
        )

    def text(self, text, size=SIZE, colour=look.TEXT, **options):
        return Paragraph(escape(text), self.style(size, colour, **options))

    def cell(self, cell, size=SIZE - 1, is_label=False):
        colour = look.TONES.get(cell.tone, look.MUTED if is_label else look.TEXT)
        marks = (
            f"<super size={size * self.scale * 0.7:.2f}>{','.join(map(str, cell.notes))}</super>" if cell.notes else ""
        )
        return Paragraph(escape(cell.text) + marks, self.style(size, colour))

    def build(self, file):
        """Returns: the number of pages."""
        document = BaseDocTemplate(
            file,
            pagesize=A4,
            invariant=1,
            title=self.paper.title,
            subject=self.paper.kind,
            author=_("Investment register"),
            keywords=self.paper.hash,
            lang=self.paper.language,
        )
        frame = Frame(MARGIN, MARGIN, INNER, HEIGHT - 1.6 * MARGIN, 0, 0, 0, 0)
        document.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=self.footer))
        try:
            document.build(self.story())
        except Exception as error:  # a column that is longer than a page
            if "too large" not in str(error):
                raise
            return 10**9
        return document.page

    def story(self):
        paper = self.paper
        story = [self.text(paper.kind, 8, look.ACCENT), self.text(paper.title, 15, look.STRONG)]
        if paper.lead:
            story.append(self.text(paper.lead, 9, look.MUTED, spaceBefore=2))
        has_map = False
        for is_whole, sections in groupby(paper.sections, lambda section: section.place == "full"):
            if is_whole or not self.in_columns:
                story += [part for section in sections for part in self.section(section, INNER)]
                continue
            story.append(self.band(list(sections), with_map=not has_map))
            has_map = True
        if not has_map:
            story += self.map(INNER)
        if paper.footnotes:
            story += self.heading(_("Sources"), INNER)
            story += [self.text(f"{n}. {text}", 6.5, look.MUTED) for n, text in enumerate(paper.footnotes, 1)]
        return story

    def band(self, sections, with_map):
        """Sections side by side, in two columns; the map below those on the right."""
        half = (INNER - GAP) / 2
        columns = {"left": [], "right": []}
        for section in sections:
            columns[section.place] += self.section(section, half)
        if with_map:
            columns["right"] += self.map(half)
        table = Table([[columns["left"], "", columns["right"]]], colWidths=[half, GAP, half])
        table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_NO_PADDING])
        return table

    def heading(self, title, width):
        rule = Drawing(width, 2)
        rule.add(Rect(0, 0, width, 0.6, fillColor=HexColor(look.LINE), strokeColor=None))
        return [Spacer(1, 5 * self.scale), self.text(title, 10, look.ACCENT), rule]

    def section(self, section, width):
        found = self.heading(section.title, width)
        rows = [
            [self.cell(cell, is_label=not section.head and n == 0 and len(row) > 1) for n, cell in enumerate(row)]
            for row in section.rows
        ]
        if section.head:
            rows.insert(0, [self.text(label, 7, look.MUTED) for label in section.head])
        table = Table(rows, colWidths=[width * share for share in look.shares(section)], repeatRows=bool(section.head))
        line = ("LINEBELOW", (0, 0), (-1, -2), 0.25, HexColor(look.LINE))
        pad = 1.3 * self.scale
        table.setStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                ("TOPPADDING", (0, 0), (-1, -1), pad),
                ("BOTTOMPADDING", (0, 0), (-1, -1), pad),
                *([line] if len(rows) > 1 else []),
            ]
        )
        found.append(table)
        if section.more:
            found.append(self.text(section.more, 7, look.MUTED))
        return found

    def map(self, width):
        tiles = self.paper.tiles
        if not tiles:
            return []
        rows, columns = look.size_of(tiles)
        step = min(width / columns, 14 * mm * self.scale)
        longest = max(pdfmetrics.stringWidth(word, FONT, 5) for tile in tiles for word in tile.name.split())
        size = min(5 * self.scale, 5 * (step - 4.5) / longest)  # no word is wider than its tile
        drawing = Drawing(width, rows * step * 0.62)
        for tile, row, column in look.placed(tiles):
            x, y = column * step, (rows - 1 - row) * step * 0.62
            colour = look.ACCENT if tile.count else look.SUNKEN
            drawing.add(Rect(x, y, step - 1.5, step * 0.62 - 1.5, fillColor=HexColor(colour), strokeColor=None))
            ink = white if tile.count else HexColor(look.MUTED)
            for line, words in enumerate(simpleSplit(tile.name, FONT, size, step - 3)[:2], 1):
                top = y + step * 0.62 - 1.5 - line * size * 1.15
                drawing.add(String(x + 2, top, words, fontName=FONT, fontSize=size, fillColor=ink))
            if tile.count:
                number = String(x + 2, y + 2.5, str(tile.count), fontName=FONT, fontSize=8 * self.scale, fillColor=ink)
                drawing.add(number)
        found = [*self.heading(self.paper.map_title, width), Spacer(1, 3), drawing]
        if self.paper.map_note:
            found.append(self.text(self.paper.map_note, 7, look.MUTED))
        return found

    def footer(self, canvas, document):
        canvas.setFont(FONT, 6.5)
        canvas.setFillColor(HexColor(look.MUTED))
        canvas.drawString(MARGIN, MARGIN * 0.55, look.footer(self.paper))
        canvas.drawRightString(WIDTH - MARGIN, MARGIN * 0.55, str(document.page))


_NO_PADDING = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
