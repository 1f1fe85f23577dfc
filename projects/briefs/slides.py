"""A paper as one slide (PPTX), for the headquarters meeting."""

from itertools import groupby

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Mm, Pt
from reportlab.lib.utils import simpleSplit

from projects.briefs import look
from projects.briefs.package import fixed
from projects.briefs.pdf import FONT

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
WIDTH, HEIGHT, MARGIN, GAP, TOP, FOOT = 338.6, 190.5, 10, 8, 29, 22  # mm
BLANK = 6  # the layout without anything
SIZES = (14, 13, 12, 11, 10, 9, 8, 7)  # points, the largest that fits
LEADING, HEADING_GAP = 1.25, 0.5
MM = 72 / 25.4  # points of a millimetre
TAGS = {"kk": "kk-KZ", "ru": "ru-RU", "en": "en-GB", "zh-hans": "zh-CN"}


def write(paper, file, pages=1):
    """Write a paper on one slide. Takes: file, open for bytes."""
    _Slide(paper).write(file)


def _rgb(colour):
    return RGBColor.from_string(colour.lstrip("#").upper())


class _Slide:
    def __init__(self, paper):
        self.paper = paper
        self.presentation = Presentation()
        self.presentation.slide_width, self.presentation.slide_height = Mm(WIDTH), Mm(HEIGHT)
        look.describe(self.presentation.core_properties, paper)
        self.slide = self.presentation.slides.add_slide(self.presentation.slide_layouts[BLANK])

    def write(self, file):
        paper = self.paper
        self.box(MARGIN, 6, WIDTH - 2 * MARGIN, 20, [[(paper.kind, 11, look.ACCENT)], [(paper.title, 22, look.STRONG)]])
        rule = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Mm(MARGIN), Mm(26), Mm(WIDTH - 2 * MARGIN), Mm(0.6))
        self.filled(rule, look.ACCENT)
        columns = self.columns()
        width = (WIDTH - 2 * MARGIN - 2 * GAP) / 3
        height = HEIGHT - TOP - FOOT
        room = [height, height, height - self.map_height(width)]
        size = next((size for size in SIZES if self.fits(columns, width, room, size)), SIZES[-1])
        for number, sections in enumerate(columns):
            lines = [line for section in sections for line in self.lines(section, size)]
            self.box(MARGIN + number * (width + GAP), TOP, width, room[number], lines)
        self.map(MARGIN + 2 * (width + GAP), HEIGHT - FOOT - self.map_height(width), width)
        notes = "  ".join(f"{number}. {text}" for number, text in enumerate(paper.footnotes, 1))
        left = int((WIDTH - 2 * MARGIN) * MM / 2.6) * 4
        notes = Truncator(notes).chars(left)  # all of them stand in the notes of the slide
        self.box(MARGIN, HEIGHT - FOOT + 1, WIDTH - 2 * MARGIN, 15, [[(notes, 6, look.MUTED)]])
        self.box(MARGIN, HEIGHT - 7, WIDTH - 2 * MARGIN, 5, [[(look.footer(paper), 7, look.MUTED)]])
        self.slide.notes_slide.notes_text_frame.text = "\n".join(
            [_("Sources"), *(f"{number}. {text}" for number, text in enumerate(paper.footnotes, 1))]
        )
        fixed(self.presentation.save, file)

    def columns(self):
        """The sections of each of three columns: those of the left, those of the right, the whole ones."""
        found = {"left": [], "right": [], "full": []}
        for place, sections in groupby(self.paper.sections, lambda section: section.place):
            found[place] += sections
        return [found["left"], found["right"], found["full"]]

    def lines(self, section, size):
        """A section as lines of (text, size, colour)."""
        yield [(section.title, size + 1, look.ACCENT)]
        for row in section.rows:
            label, *cells = row if len(row) > 1 else [None, *row]
            line = [(f"{label.text}: ", size, look.TONES.get(label.tone, look.MUTED))] if label else []
            for number, cell in enumerate(cells):
                gap = " · " if number else ""
                line.append((f"{gap}{cell.text}", size, look.TONES.get(cell.tone, look.TEXT)))
                if cell.notes:
                    line.append((f" [{','.join(map(str, cell.notes))}]", size * 0.7, look.MUTED))
            yield line
        if section.more:
            yield [(section.more, size - 1, look.MUTED)]

    def fits(self, columns, width, room, size):
        for sections, height in zip(columns, room, strict=True):
            lines = len(sections) * HEADING_GAP
            for section in sections:
                for line in self.lines(section, size):
                    text = "".join(part[0] for part in line)
                    lines += len(simpleSplit(text, FONT, size, (width - 2) * MM)) or 1
            if lines * size * LEADING > height * MM:
                return False
        return True

    def box(self, x, y, width, height, lines):
        frame = self.slide.shapes.add_textbox(Mm(x), Mm(y), Mm(width), Mm(height)).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Emu(0)
        for number, line in enumerate(lines):
            paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
            for text, size, colour in line:
                run = paragraph.add_run()
                run.text, run.font.size, run.font.name = text, Pt(size), "Arial"
                run.font.color.rgb = _rgb(colour)
                self.spoken(run)
            if number and line[0][2] == look.ACCENT:  # a heading
                paragraph.space_before = Pt(line[0][1] * HEADING_GAP)

    def spoken(self, run):
        """Say the language, by which words are checked, and the letters of Chinese, which Arial does not have."""
        properties = run._r.get_or_add_rPr()
        properties.set("lang", TAGS[self.paper.language])
        chinese = OxmlElement("a:ea")
        chinese.set("typeface", "Microsoft YaHei")
        properties.find(qn("a:latin")).addnext(chinese)

    def filled(self, shape, colour):
        shape.fill.solid()
        shape.fill.fore_color.rgb = _rgb(colour)
        shape.line.fill.background()
        shape.shadow.inherit = False

    def step(self, width):
        return min(width / look.size_of(self.paper.tiles)[1], 20)

    def map_height(self, width):
        return look.size_of(self.paper.tiles)[0] * self.step(width) * 0.55 + 8 if self.paper.tiles else 0

    def map(self, x, y, width):
        if not self.paper.tiles:
            return
        step = self.step(width)
        self.box(x, y, width, 6, [[(self.paper.map_title, 9, look.ACCENT)]])
        for tile, row, column in look.placed(self.paper.tiles):
            left, top = x + column * step, y + 6 + row * step * 0.55
            shape = self.slide.shapes.add_shape(
                MSO_SHAPE.RECTANGLE, Mm(left), Mm(top), Mm(step - 0.7), Mm(step * 0.55 - 0.7)
            )
            self.filled(shape, look.ACCENT if tile.count else look.SUNKEN)
            ink = "#ffffff" if tile.count else look.MUTED
            self.box(left + 0.5, top + 0.5, step - 1.5, 4, [[(f"{tile.name} {tile.count or ''}", 6, ink)]])
