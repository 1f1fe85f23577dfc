"""Every page in a real browser: WCAG 2.2 AA in both colour schemes on a wide screen and on a phone, nothing that the
content security policy refuses, no error in the console, nothing wider than the phone, and not too heavy.

Pages whose address has no parameter are found in the URLconf; for the others EXAMPLES says which row to show, and
a page without an example fails the test.
"""

import gzip
import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, get_resolver, reverse

from projects import models
from tests import factories

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WEIGHT_LIMIT = 100_000  # bytes of one page with all that it loads, compressed
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Parameters of addresses, by the name of the page.
EXAMPLES = {}
# Not pages: answered with a file, a redirect or the outcome of a form.
NO_PAGES = {"logout", "theme"}

LISTEN = """
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


def named_pages(resolver=None, parameters=()):
    """(name, whether the address has parameters) of every page under a language prefix, the admin's own aside."""
    for pattern in (resolver or language_patterns()).url_patterns:
        known = {*parameters, *pattern.pattern.converters}
        if not isinstance(pattern, URLPattern):
            if pattern.app_name != "admin":
                yield from named_pages(pattern, known)
        elif pattern.name not in NO_PAGES:
            yield pattern.name, bool(known)


def language_patterns():
    return next(part for part in get_resolver().url_patterns if type(part.pattern).__name__ == "LocalePrefixPattern")


def addresses():
    """The address of each page, in English, by name."""
    return {
        name: reverse(name, kwargs=EXAMPLES[name]() if has_parameters else None) for name, has_parameters in named_pages()
    }


def test_every_page_with_parameters_has_an_example():
    assert {name for name, has_parameters in named_pages() if has_parameters} == EXAMPLES.keys()


@pytest.fixture
def visitor(live_server, live_brief, client, browser):
    """A browser page, signed in as a member of staff who may do everything."""
    client.force_login(factories.administrator(is_staff=True, is_superuser=True))
    context = browser.new_context(viewport=WIDE)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.add_init_script(LISTEN)
    yield page
    context.close()


def test_pages(visitor, live_server):
    faults, weights = [], {}
    visitor.on("console", lambda message: message.type == "error" and faults.append(f"console: {message.text}"))
    visitor.on("pageerror", lambda error: faults.append(f"script: {error}"))
    bodies = []
    visitor.on("response", bodies.append)
    for name, path in {**addresses(), "admin:index": reverse("admin:index")}.items():
        bodies.clear()
        visitor.set_viewport_size(WIDE)
        answer = visitor.goto(live_server.url + path)
        visitor.wait_for_load_state("networkidle")
        if answer.status != 200 or not answer.headers["content-type"].startswith("text/html"):
            faults.append(f"{name}: {answer.status} {answer.headers['content-type']}")
            continue
        weights[name] = sum(len(gzip.compress(body.body())) for body in bodies if body.ok)
        for size, scheme in ((WIDE, "light"), (WIDE, "dark"), (PHONE, "dark"), (PHONE, "light")):
            visitor.set_viewport_size(size)
            visitor.emulate_media(color_scheme=scheme)
            faults += [f"{name} {size['width']} {scheme}: {fault}" for fault in violations(visitor)]
        if (width := visitor.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            faults.append(f"{name}: {width} pixels wide on a phone of {PHONE['width']}")
        faults += [f"{name}: refused {refused}" for refused in visitor.evaluate("window.refused")]
    faults += [f"{name}: weighs {weight}" for name, weight in weights.items() if weight > WEIGHT_LIMIT]
    assert not faults, "\n".join(faults)


def violations(page):
    """What axe finds, a line for each kind of fault with the first places."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]})
    for rule in found.response["violations"]:
        places = [node["html"][:120] for node in rule["nodes"][:3]]
        yield f"{rule['id']} ({len(rule['nodes'])}): {json.dumps(places, ensure_ascii=False)}"


def test_signing_in_and_errors(live_server, transactional_db, page):
    """The pages that people see who are not signed in."""
    for path in ("/en/accounts/login/", "/kk/accounts/login/?next=/kk/projects/"):
        page.goto(live_server.url + path)
        assert list(violations(page)) == []
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "wrong")
    page.click("main button[type=submit]")
    assert page.get_by_role("alert").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert list(violations(page)) == []
