"""Every page in a real browser: WCAG 2.2 AA in both colour schemes on a wide screen and on a phone, nothing that the
content security policy refuses, no error in the console, nothing wider than the phone, and not too heavy.

Pages whose address has no parameter are found in the URLconf; ROWS says of which row the others are shown. A page of
a new kind without a row fails the test.
"""

import gzip
import io
import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth import get_user_model
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone, translation

from projects import models
from projects.exchange import jobs
from tests import factories

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WEIGHT_LIMIT = 100_000  # bytes of one page with all that it loads, compressed
STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # what a scheme may spoil
MEASURES = {"type": "rule", "values": ["target-size", "scrollable-region-focusable", "color-contrast"]}  # a phone

# The parameter of an address and the table whose first row is shown, by the name of the page.
ROWS = {
    "project-detail": ("reference", models.Project),
    "programme-detail": ("code", models.Programme),
    "investor-detail": ("pk", models.Organisation),
    "source-detail": ("code", models.Source),
    "engagement-detail": ("pk", models.Engagement),
    "agreement-detail": ("pk", models.Agreement),
    "lead-detail": ("pk", models.Lead),
    "shipment-detail": ("pk", models.Shipment),
    "obligation-detail": ("pk", models.Obligation),
    "indicator-detail": ("code", models.Indicator),
    "update-detail": ("pk", models.Update),
    "file-detail": ("pk", models.Document),
    "period-detail": ("pk", models.ReportingPeriod),
    "update-review": ("pk", models.Update),
    "project-edit": ("key", models.Project, "reference"),
    "project-history": ("key", models.Project, "reference"),
    "amount-new": ("parent", models.Project, "reference"),
    "project-compliance": ("key", models.Project, "reference"),
    "project-of-instrument": ("parent", models.Project, "reference"),
    "project-timeline": ("reference", models.Project),
    "place-detail": ("code", models.Place),
    "checkpoint-next": ("parent", models.Shipment, "pk"),
    "import-detail": ("pk", models.ImportJob),
    "import-mapping": ("pk", models.ImportJob),
}
# One page for every kind of record: an example of it is enough.
SAME = ("-new", "-edit", "-history", "-compliance", "-of-instrument")
FILES = ("-export", "-brief", "-report", "-workbook", "-marked", "-file")
# Not pages: answered with a redirect or a file, or part of a page.
NO_PAGES = {
    "file-content",
    "login",
    "logout",
    "theme",
    "pivot-csv",
    "calendar-feed",
    "import-run",
    "view-open",
    # For who has a second factor: see its own journey.
    "login-code",
    "second-factor-codes",
    "second-factor-off",
    # Not there unless switched on: see the test of the public page.
    "public-list",
    "public-map",
    "public-project",
}
# States that a page has beside its usual one: address, status.
STATES = {
    "list with filters": (
        "project-list",
        "?sector=ENERGY&sector=OIL&placeholders=include&sort=-name&currency=USD",
        200,
    ),
    "list without rows": ("project-list", "?q=nothing-of-this-name", 200),
    "parameters refused": ("project-list", "?sector=%00&per_page=7", 400),
}

LISTEN = """
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


def named_pages(resolver, parameters=()):
    """(name, whether the address has parameters) of every page below the resolver, the admin's own aside."""
    for pattern in resolver.url_patterns:
        known = {*parameters, *pattern.pattern.converters}
        if not isinstance(pattern, URLPattern):
            if pattern.app_name != "admin":
                yield from named_pages(pattern, known)
        elif pattern.name not in NO_PAGES and not pattern.name.endswith(FILES) and _can_be_read(pattern.callback):
            yield pattern.name, bool(known)


def _can_be_read(view):
    page = getattr(view, "view_class", None)
    return page is None or (hasattr(page, "get") and "get" in page.http_method_names)


def pages():
    """What `named_pages` gives of the pages under a language prefix."""
    parts = get_resolver().url_patterns
    return list(named_pages(next(part for part in parts if type(part.pattern).__name__ == "LocalePrefixPattern")))


def addresses():
    """(name, address, expected status) of each page and state, in Kazakh: its words are the longest."""
    with translation.override("kk"):
        plain = [(name, reverse(name), 200) for name, has_parameters in pages() if not has_parameters]
        rows = [(name, reverse(name, kwargs=parameters(*row)), 200) for name, row in ROWS.items()]
        states = [(name, reverse(page) + query, status) for name, (page, query, status) in STATES.items()]
        return [*plain, *rows, *states, ("admin:index", reverse("admin:index"), 200)]


def parameters(name, model, field=None):
    return {name: model.objects.order_by("pk").values_list(field or name, flat=True).first()}


def test_every_kind_of_page_has_a_row():
    with_parameters = {name for name, has_parameters in pages() if has_parameters}
    assert {name for name in with_parameters if not name.endswith(SAME)} <= ROWS.keys()
    assert all(any(name.endswith(ending) for name in ROWS) for ending in SAME)


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


def bring_in_a_table():
    """An import of a table of somebody's own, explained and checked."""
    owner, day = get_user_model().objects.get(is_superuser=True), timezone.localdate()
    file = io.BytesIO("Жоба;Сома, млн теңге\nSynthetic;5\n".encode())
    job = jobs.receive(by=owner, file=file, name="synthetic.csv", as_of=day)
    jobs.map_columns(by=owner, job=job, foreign=jobs.foreign_of(job), as_of=day)


PARTS = 2  # of the walk, for as many cores


@pytest.mark.parametrize("part", range(PARTS))
def test_pages(visitor, live_server, part):
    factories.update(project=models.Project.objects.first(), status="submitted")
    factories.reporting_period()
    factories.project_document(project=models.Project.objects.first())
    bring_in_a_table()
    faults, bodies = [], []
    visitor.on("console", lambda message: message.type == "error" and faults.append(f"console: {message.text}"))
    visitor.on("pageerror", lambda error: faults.append(f"script: {error}"))
    visitor.on("response", lambda response: bodies.append(response))
    weights = {}
    for name, path, status in addresses()[part::PARTS]:
        bodies.clear()
        visitor.set_viewport_size(WIDE)
        answer = visitor.goto(live_server.url + path)
        if answer.status != status or not answer.headers["content-type"].startswith("text/html"):
            faults.append(f"{name}: {answer.status} {answer.headers['content-type']}")
            continue
        weights[name] = sum(len(gzip.compress(body.body())) for body in bodies if body.ok)
        for size, scheme, rules in (
            (WIDE, "light", STANDARDS),
            (WIDE, "dark", COLOURS),
            (PHONE, "dark", MEASURES),
        ):
            visitor.set_viewport_size(size)
            visitor.emulate_media(color_scheme=scheme)
            visitor.evaluate("Promise.all(document.getAnimations().map((change) => change.finished))")
            faults += [f"{name} {size['width']} {scheme}: {fault}" for fault in violations(visitor, rules)]
        if (width := visitor.evaluate("document.documentElement.scrollWidth")) > PHONE["width"]:
            faults.append(f"{name}: {width} pixels wide on a phone of {PHONE['width']}")
        faults += [f"{name}: refused {refused}" for refused in visitor.evaluate("window.refused")]
    faults = [fault for fault in faults if "status of 400" not in fault]  # the browser's word on STATES
    faults += [f"{name}: weighs {weight}" for name, weight in weights.items() if weight > WEIGHT_LIMIT]
    assert not faults, "\n".join(faults)


def violations(page, rules=STANDARDS):
    """What axe finds, a line for each kind of fault with the first places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", {"runOnly": rules, "resultTypes": ["violations"]})
    for rule in found["violations"]:
        places = [node["html"][:120] for node in rule["nodes"][:3]]
        yield f"{rule['id']} ({len(rule['nodes'])}): {json.dumps(places, ensure_ascii=False)}"


def test_signing_in_and_errors(live_server, transactional_db, page, settings):
    """The pages that people see who are not signed in."""
    settings.PUBLIC_PAGE = True
    project = factories.project(is_public=True)
    factories.amount(project=project)
    public = [f"/kk/public/{path}" for path in ("", "map/", f"projects/{project.reference}/")]
    for path in (*public, "/en/accounts/login/", "/kk/accounts/login/?next=/kk/projects/"):
        page.goto(live_server.url + path)
        assert list(violations(page)) == []
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "wrong")
    page.click("main button[type=submit]")
    assert page.get_by_role("alert").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert list(violations(page)) == []
