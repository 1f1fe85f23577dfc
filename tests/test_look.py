"""The look: components, sheets and scripts keep the rules that make the pages safe, light, readable and printable."""

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from tests import factories, pages
from tracker import context, errors

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates/components").glob("*.html"))
SHEETS = [ROOT / f"static/css/{name}.css" for name in ("tokens", "base", "components", "print")]  # admin.css aside
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
FRAME = {
    "languages",
    "masthead",
    "navigation",
    "account",
    "footer",
    "shortcuts",
    "palette",
}  # once on every page, hence no samples in the gallery

SHEETS_LIMIT = 15_000  # bytes, compressed
SCRIPTS_LIMIT = 8_000
READABLE = 4.5  # contrast of text, WCAG 2.2 success criterion 1.4.3
VISIBLE = 3  # contrast of the edges of controls and of marks, 1.4.11


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.fixture
def analyst(client, db):
    client.force_login(factories.user(None, "analyst"))
    return client


class TestTemplates:
    @pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
    def test_nothing_that_the_content_security_policy_refuses(self, path):
        text = path.read_text()
        assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|hx-on|hx-vars", text)
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script, "inline script"

    @pytest.mark.parametrize("path", TEMPLATES, ids=names(TEMPLATES))
    def test_no_asset_from_outside(self, path):
        assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"'](?:https?:)?//", path.read_text())

    @pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
    def test_a_component_says_what_it_takes(self, path):
        header = re.match(r"{% comment %}(.+?){% endcomment %}", path.read_text(), re.S)
        assert header, "a component starts with a comment"
        assert re.search(r"Inputs: |Reads the context", header[1])

    @pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
    def test_the_gallery_shows_every_component(self, path):
        gallery = (ROOT / "templates/gallery.html").read_text()
        assert path.stem in FRAME or f'"components/{path.name}"' in gallery

    def test_icons_that_are_used_are_drawn(self):
        drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons/sprite.svg").read_text()))
        used = {name for path in TEMPLATES for name in re.findall(r'icon\.html" with name="([^"]+)"', path.read_text())}
        assert used <= drawn


class TestSheets:
    def test_they_are_small(self):
        assert len(gzip.compress(b"".join(path.read_bytes() for path in SHEETS))) < SHEETS_LIMIT
        assert len(gzip.compress(b"".join(path.read_bytes() for path in SCRIPTS))) < SCRIPTS_LIMIT

    @pytest.mark.parametrize("path", SHEETS + SCRIPTS, ids=names(SHEETS + SCRIPTS))
    def test_nothing_is_fetched_from_outside(self, path):
        assert not re.search(r"url\(|@import|https?://|\beval\(|new Function|innerHTML", path.read_text())

    def test_colours_are_tokens(self):
        for path in SHEETS:
            if path.name not in ("tokens.css", "print.css"):
                assert not re.search(r"#[0-9a-f]{3,8}\b", path.read_text()), path.name

    def test_every_token_that_is_used_exists(self):
        text = "".join(path.read_text() for path in SHEETS)
        assert set(re.findall(r"var\((--[\w-]+)", text)) <= set(re.findall(r"(--[\w-]+):", text))

    def test_every_class_that_is_styled_is_used(self):
        styled = {name for path in SHEETS for name in re.findall(r"\.([a-z][\w-]*)(?![^{}]*;)", path.read_text())}
        sources = [*TEMPLATES, *(ROOT / "projects").rglob("*.py"), *SCRIPTS]
        text = "".join(path.read_text() for path in sources)
        set_by_libraries = {"errorlist", "htmx-request"}
        composed = {f"{kind}-{name}" for kind, known in COMPOSED.items() for name in known}
        assert {name for name in styled - set_by_libraries - composed if not re.search(rf"\b{name}\b", text)} == set()


COMPOSED = {
    "pill": ("grey", "blue", "green", "amber", "red"),
    "notice": ("info", "success", "warning", "error"),
    "shade": range(6),
    "tile-row": range(1, 7),
    "tile-column": range(1, 7),
}


class TestColours:
    """The tokens of both schemes against each other, so that no page has to be looked at to know."""

    @pytest.fixture(params=["light", "dark"])
    def colour(self, request):
        text = (ROOT / "static/css/tokens.css").read_text()
        pairs = re.findall(r"(--[\w-]+): light-dark\((#\w+), (#\w+)\)|(--[\w-]+): (#\w+);", text)
        scheme = {(a or b): {"light": light or one, "dark": dark or one} for a, light, dark, b, one in pairs}
        return lambda name: scheme[f"--{name}"][request.param]

    @pytest.mark.parametrize("ground", ["ground", "surface", "sunken", "accent-soft"])
    @pytest.mark.parametrize("text", ["text", "muted", "accent", "accent-strong"])
    def test_text_is_readable_on_every_ground(self, colour, text, ground):
        assert contrast(colour(text), colour(ground)) >= READABLE

    @pytest.mark.parametrize("tone", ["grey", "blue", "green", "amber", "red"])
    def test_pills_and_notices_are_readable(self, colour, tone):
        assert contrast(colour(tone), colour(f"{tone}-soft")) >= READABLE
        assert contrast(colour(tone), colour("ground")) >= READABLE

    def test_buttons_and_masthead_are_readable(self, colour):
        assert contrast(colour("on-accent"), colour("accent")) >= READABLE
        assert contrast(colour("on-accent"), colour("accent-strong")) >= READABLE
        assert contrast(colour("on-band"), colour("band")) >= READABLE
        assert contrast(colour("on-band-muted"), colour("band")) >= READABLE

    @pytest.mark.parametrize("ground", ["ground", "surface", "sunken"])
    def test_edges_of_controls_are_visible(self, colour, ground):
        assert contrast(colour("line-strong"), colour(ground)) >= VISIBLE
        assert contrast(colour("accent"), colour(ground)) >= VISIBLE


def contrast(one, other):
    """The contrast ratio of two colours (#rgb or #rrggbb), 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestGallery:
    def test_it_needs_signing_in(self, client, db):
        response = client.get("/en/gallery/")
        assert response.status_code == 302
        assert response["Location"].startswith("/en/accounts/login/?next=")

    @pytest.mark.parametrize("language", ["kk", "ru", "en", "zh-hans"])
    def test_it_shows_in_each_language(self, analyst, language):
        response = analyst.get(f"/{language}/gallery/")
        assert response.status_code == 200
        assert f'<html lang="{language}"' in response.text

    def test_a_field_leads_to_its_help_and_errors(self, analyst):
        html = analyst.get("/en/gallery/").text
        assert 'aria-describedby="faulty_text_helptext faulty_text_error" id="faulty_text"' in html
        assert 'id="faulty_text_helptext"' in html
        assert 'id="faulty_text_error"' in html
        assert '<a href="#faulty_text">' in html


class TestTheme:
    def test_the_choice_is_kept_and_shown(self, analyst):
        response = analyst.post("/en/theme/", {"theme": "dark", "next": "/en/gallery/?q=x"})
        assert (response.status_code, response["Location"]) == (302, "/en/gallery/?q=x")
        assert response.cookies["theme"]["samesite"] == "Lax"
        assert 'data-theme="dark"' in analyst.get("/en/gallery/").text

    @pytest.mark.parametrize("place", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
    def test_it_never_leads_elsewhere(self, analyst, place):
        assert analyst.post("/en/theme/", {"theme": "dark", "next": place})["Location"] == "/"

    @pytest.mark.parametrize("choice", [None, "", "pink", "dark\x00", "x" * 10_000])
    def test_other_choices_are_refused_by_name(self, analyst, choice):
        response = analyst.post("/en/theme/", {} if choice is None else {"theme": choice})
        assert response.status_code == 400
        assert "<code>theme</code>" in response.text
        assert "theme" not in response.cookies

    def test_a_foreign_cookie_is_ignored(self, client, db):
        client.cookies["theme"] = '"><script>'
        assert 'data-theme="auto"' in client.get("/en/accounts/login/").text

    def test_it_is_posted_by_people_signed_in(self, analyst, client, db):
        answer = analyst.get("/en/theme/")  # as after signing in again
        page = pages.read(answer, 405)
        assert "POST" in answer["Allow"] and "what a form sends" in page.one("h1").text
        client.logout()
        assert client.post("/en/theme/", {"theme": "dark"})["Location"].startswith("/en/accounts/login/")


class TestFrame:
    def test_signing_in_and_out(self, client, db):
        user = factories.user(None, "analyst")
        page = client.post("/en/accounts/login/", {"username": user.username, "password": "wrong"})
        assert page.status_code == 200
        assert 'role="alert"' in page.text
        there = {"username": user.username, "password": factories.PASSWORD, "next": "/en/gallery/"}
        assert client.post("/en/accounts/login/", there)["Location"] == "/en/gallery/"
        assert client.post("/en/accounts/logout/").status_code == 302
        assert client.get("/en/gallery/").status_code == 302

    def test_another_language_keeps_the_address(self, analyst):
        html = analyst.get("/en/gallery/?q=catalyst&sort=-name").text
        assert 'href="/kk/gallery/?q=catalyst&amp;sort=-name" lang="kk"' in html

    def test_the_page_one_is_on_is_marked(self, analyst, rf):
        home, projects = reverse("home"), reverse("project-list")
        user = factories.user(None, "analyst")
        for path, current in ((home, {home}), (projects, {projects}), (f"{projects}X-1/", {projects})):
            request = rf.get(path)
            request.user = user
            assert {url for url, _label, is_current in context.navigation(request)["row"] if is_current} == current

    def test_administration_is_offered_to_staff(self, rf, db):
        for is_staff in (True, False):
            request = rf.get("/en/")
            request.user = factories.user(None, "analyst", is_staff=is_staff)
            offered = {url for url, _label, _is_current in context.navigation(request)["more"]}
            assert (reverse("admin:index") in offered) is is_staff

    def test_who_has_no_role_is_told_whom_to_ask(self, client, db):
        """No page is offered that refuses again."""
        factories.administrator("synthetic-administrator", email="synthetic@example.org")
        client.force_login(factories.outsider("synthetic-outsider"))
        page = pages.read(client.get("/en/"), status=403)
        assert page.one("h1").text == "No role yet"
        for words in ("synthetic-administrator", "synthetic@example.org", "signed in as synthetic-outsider"):
            assert words in page.one("main").text
        assert not page.all("nav", class_="navigation") and not page.all("form", class_="search")
        assert {link["href"] for link in page.one("main").all("a")} == {"mailto:synthetic@example.org"}
        assert "/en/accounts/logout/" in {form["action"] for form in page.one("main").all("form")}

    @pytest.mark.parametrize("language", ["kk", "ru", "en", "zh-hans"])
    def test_an_error_page_stands_without_the_database(self, rf, language):
        """No fixture gives this test a database, so any query raises; nor may it ask who is there."""

        class Unknown:
            def __getattr__(self, name):
                raise AssertionError(name)

        request = rf.get(f"/{language}/projects/?q=1")
        request.user = Unknown()
        with translation.override(language):
            response = errors.server_error(request)
        assert response.status_code == 500
        assert '<nav class="navigation"' not in response.content.decode()

    def test_unknown_addresses_keep_the_frame(self, analyst):
        response = analyst.get("/en/no-such-page/")
        assert response.status_code == 404
        assert 'class="masthead"' in response.text

    def test_every_template_compiles(self):
        for path in TEMPLATES:
            get_template(str(path.relative_to(ROOT / "templates")))
