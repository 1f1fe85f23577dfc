"""Briefs and the monthly report: equal to the register, the same for the same inputs, readable in four languages."""

import io
import re

import pytest
from django.test import Client
from django.utils import timezone, translation
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics

from projects import models
from projects.briefs import look, pdf, slides
from tests import factories
from tests.pages import read

LANGUAGES = ["kk", "ru", "en", "zh-hans"]
STATION = "WKR-0001"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
DAYS = "?as_of=2026-11-01&known_at=2099-01-01T00:00&since=2025-10-01"


@pytest.fixture
def analyst(brief):
    client = Client()
    client.force_login(factories.analyst())
    return client


def addresses():
    """The address of a brief of each kind, without language and ending."""
    engagement = models.Engagement.objects.filter(leads__isnull=False).first()
    investor = models.Organisation.objects.filter(is_investor=True, name_en="VEGA Power").get()
    programme = models.Programme.objects.get()
    return [
        f"projects/{STATION}/brief",
        f"programmes/{programme.code}/brief",
        f"investors/{investor.pk}/brief",
        f"engagements/{engagement.pk}/brief",
        "places/CN-JS/brief",
    ]


def text_of(response):
    """The words of a PDF as one line, and its number of pages."""
    pages = PdfReader(io.BytesIO(response.content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages)), len(pages)


def squeezed(text):
    return re.sub(r"\s+", "", text)


def words_of_docx(response):
    document = Document(io.BytesIO(response.content))
    return {paragraph.text for paragraph in document.element.body.iter(qn("w:p"))}, document.sections[
        0
    ].footer.paragraphs[0].text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_in_each_language_with_every_letter(analyst, language):
    """One page each, the record's own name on it, no letter that the font has not, the same facts in all files."""
    known = pdfmetrics.getFont(pdf.FONT).face.charToGlyph
    station = models.Project.objects.get(reference=STATION)
    with translation.override(language):
        name, statement = str(station), models.Statement.objects.get(code="s8").text
    for address in addresses() if language == "zh-hans" else addresses()[:1]:
        response = analyst.get(f"/{language}/{address}.pdf{DAYS}")
        text, pages = text_of(response)
        assert pages == 1, address
        missing = {letter for letter in text if ord(letter) > 31 and ord(letter) not in known}
        assert not missing and "\ufffd" not in text, (address, missing)
        mark = response.headers["X-Content-SHA256"]
        assert mark[: look.MARK] in text
        words, foot = words_of_docx(analyst.get(f"/{language}/{address}.docx{DAYS}"))
        assert mark[: look.MARK] in foot
        assert sum(squeezed(cell) in squeezed(text) for cell in words if cell) > len(words) * 0.7
        (slide,) = Presentation(io.BytesIO(analyst.get(f"/{language}/{address}.pptx{DAYS}").content)).slides
        shown = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        runs = [properties for shape in slide.shapes for properties in shape._element.iter(f"{{{A}}}rPr")]
        assert {properties.get("lang") for properties in runs} == {slides.TAGS[language]}
        assert {properties.find(f"{{{A}}}ea").get("typeface") for properties in runs} == {"Microsoft YaHei"}
        assert mark[: look.MARK] in shown
        if STATION in address:
            for file in (text, " ".join(words), shown + slide.notes_slide.notes_text_frame.text):
                assert squeezed(name) in squeezed(file) and squeezed(statement) in squeezed(file)


@pytest.mark.parametrize("suffix", ["pdf", "docx", "pptx"])
def test_the_same_inputs_give_the_same_file(analyst, suffix):
    address = f"/en/projects/{STATION}/brief.{suffix}{DAYS}"
    first, again = analyst.get(address), analyst.get(address)
    assert first.content == again.content
    factories.observation(project=models.Project.objects.get(reference=STATION), value=7)
    assert analyst.get(address).headers["X-Content-SHA256"] != first.headers["X-Content-SHA256"]
    other_day = analyst.get(address.replace("2026-11-01", "2026-11-02"))
    assert other_day.headers["X-Content-SHA256"] != first.headers["X-Content-SHA256"]


@pytest.mark.parametrize("as_of", ["", "&as_of=2026-11-01"])
def test_each_number_is_the_register_s(analyst, as_of):
    """The sums of a programme's brief and of a month are those of the list; a project's sums those of its page."""
    project = models.Project.objects.get(reference=STATION)
    factories.amount(project=project, value=5_000_000_000, kind="committed")
    factories.amount(project=project, value=250_000_000, kind="disbursed", bound="approx")
    programme = models.Programme.objects.get().code
    listed = read(analyst.get(f"/en/projects/?programme={programme}{as_of}"))
    totals = [element.text for element in listed.all("data", data_total=True) if element["value"]]
    assert len(totals) >= 3
    brief, _pages = text_of(analyst.get(f"/en/programmes/{programme}/brief.pdf?{as_of}"))
    month, _pages = text_of(analyst.get(f"/en/reports/monthly.pdf?month=2026-11&programme={programme}{as_of}"))
    for figure in totals:
        assert squeezed(figure) in squeezed(brief), figure
        assert squeezed(figure) in squeezed(month), figure
    page = read(analyst.get(f"/en/projects/{STATION}/?{as_of}"))
    words, _pages = text_of(analyst.get(f"/en/projects/{STATION}/brief.pdf?{as_of}"))
    stated = [e.text for s in page.all("section", id="money") for e in s.all("data") if e["data-unit"] != "KZT"]
    stated += ["KZT 5 bn", "≈ KZT 250 mln", "34 MW", "USD 30 mln"]
    for figure in stated:
        assert squeezed(figure) in squeezed(words), figure
    assert "not stated in source" in words


def test_the_brief_of_a_place_tells_what_changed_there(analyst):
    """What was added since a day in the place and in what lies in it; nothing since a later day."""
    today = timezone.localdate()
    factories.project(name_en="Synthetic plant")  # in a district of the region
    here = models.Project.objects.filter(place__in=models.Place.objects.within(["KZ-27"])).count()
    for place, noun in (("CN-JS", "Lead (7)"), ("KZ-27", f"roject ({here})")):
        words, _foot = words_of_docx(analyst.get(f"/en/places/{place}/brief.docx?since={today}"))
        assert any(title.startswith("Changed in the register since") for title in words)
        assert any(noun in cell for cell in words), place


def test_who_may_have_a_brief(analyst):
    """An analyst without the confidential sum, an editor with it, nobody else anything."""
    project = models.Project.objects.get(reference=STATION)
    factories.amount(project=project, value=77_000_000, kind="committed", is_confidential=True)
    address = f"/en/projects/{STATION}/brief"
    editor, outsider = Client(), Client()
    editor.force_login(factories.editor())
    outsider.force_login(factories.outsider())
    for suffix in ("pdf", "docx", "pptx"):
        assert outsider.get(f"{address}.{suffix}").status_code == 403
        assert Client().get(f"{address}.{suffix}").status_code == 302
    assert "KZT77mln" in squeezed(text_of(editor.get(f"{address}.pdf"))[0])
    assert "77mln" not in squeezed(text_of(analyst.get(f"{address}.pdf"))[0])
    assert "77mln" not in squeezed(text_of(analyst.get("/en/reports/monthly.pdf?month=2026-11"))[0])


@pytest.mark.parametrize(
    "address, status",
    [
        (f"projects/{STATION}/brief.pdf?since=2025-13-01", 400),
        (f"projects/{STATION}/brief.pdf?since=2099-01-01", 400),
        (f"projects/{STATION}/brief.exe", 404),
        ("projects/none/brief.pdf", 404),
        ("places/XX/brief.pdf", 404),
        ("reports/monthly.pdf?month=2026", 400),
        ("reports/monthly.pdf?month=2099-01", 400),
        ("reports/monthly.pdf?sector=none", 400),
        ("reports/monthly.pptx", 404),
        ("reports/monthly.docx", 200),
    ],
)
def test_addresses_that_cannot_be_answered(analyst, address, status):
    assert analyst.get(f"/en/{address}").status_code == status


def test_contacts_lead_to_their_engagements(analyst):
    """Each number of the table of contacts is the number of rows that it opens."""
    page = read(analyst.get("/en/engagements/contacts/"))
    numbers = page.all("data", data_kind="engagements")
    assert len(numbers) > 5
    for number in numbers:
        rows = read(analyst.get(number.inside("a")["href"])).all("tr", data_id=True)
        assert len(rows) == int(number["value"]), number.inside("a")["href"]
    place = read(analyst.get("/en/places/CN-SD/"))
    assert place.one("section", id="engagements").all("a")
