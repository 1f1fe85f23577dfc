"""The administration in a real browser: nothing that the security policy refuses, accessible, on a phone too."""

import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import reverse

from projects.models import Project, ProjectParty
from tests import factories

pytestmark = pytest.mark.browser

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
STANDARDS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# Faults of Django's own parts: the first column of inlines has no heading, a look-up of several has a mark in its list.
OF_DJANGO = {"empty-table-header", "list"}
LISTEN = """
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture
def visitor(live_server, live_brief, client, browser):
    """A browser page, signed in as an administrator; `faults` collects what goes wrong in it."""
    client.force_login(factories.user("synthetic-administrator", is_superuser=True))
    context = browser.new_context(viewport=WIDE, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.faults = []
    page.add_init_script(LISTEN)
    page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    context.close()


def check(page, name):
    """Note what the policy refused, then what axe finds in this scheme and width (axe itself adds a style)."""
    page.faults += [f"{name}: refused {refused}" for refused in page.evaluate("window.refused")]
    heard = list(page.faults)
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", {"runOnly": STANDARDS, "resultTypes": ["violations"]})
    for rule in found["violations"]:
        if rule["id"] not in OF_DJANGO:
            places = [node["html"][:120] for node in rule["nodes"][:3]]
            heard.append(f"{name}: {rule['id']} {json.dumps(places, ensure_ascii=False)}")
    page.faults[:] = heard


def test_pages(visitor):
    project = Project.objects.order_by("pk").first()
    person = factories.editor("synthetic-editor")
    addresses = {
        "index": reverse("admin:index"),
        "list": reverse("admin:projects_project_changelist"),
        "long list": reverse("admin:projects_place_changelist"),
        "form": reverse("admin:projects_project_change", args=[project.pk]),
        "new": reverse("admin:projects_amount_add"),
        "history": reverse("admin:projects_project_history", args=[project.pk]),
        "delete": reverse("admin:projects_unit_delete", args=["MW"]),
        "user": reverse("admin:auth_user_change", args=[person.pk]),
    }
    for name, address in addresses.items():
        for size, scheme in ((WIDE, "light"), (WIDE, "dark"), (PHONE, "light")):
            visitor.set_viewport_size(size)
            visitor.emulate_media(color_scheme=scheme)
            visitor.goto(address)
            visitor.wait_for_load_state("networkidle")
            check(visitor, f"{name} {size['width']} {scheme}")
            if (width := visitor.evaluate("document.documentElement.scrollWidth")) > size["width"]:
                visitor.faults.append(f"{name}: {width} pixels wide on a screen of {size['width']}")
    assert not visitor.faults, "\n".join(visitor.faults)


def test_colours_are_those_chosen_on_the_site(visitor):
    visitor.goto(reverse("admin:index"))
    ground = "getComputedStyle(document.body).backgroundColor"
    before = visitor.evaluate(ground)
    visitor.click("button[name=theme][value=dark]")
    dark = visitor.evaluate(ground)
    assert dark != before
    visitor.goto(reverse("admin:projects_project_changelist"))
    assert visitor.evaluate(ground) == dark
    assert not visitor.faults


def test_looking_up_and_adding_a_party(visitor):
    """Add a row to a project: the look-up finds an organisation in any alphabet, and the row is saved."""
    project = Project.objects.order_by("pk").first()
    factories.organisation(name_kk="Синтетика зауыты", name_en="Synthetic works")
    statement = factories.statement(text_en="Synthetic proof")
    visitor.goto("/en" + reverse("admin:projects_project_change", args=[project.pk])[3:])
    visitor.click("#parties-group summary")
    visitor.click("#parties-group .add-row a")
    row = visitor.locator("#parties-0, #parties-group tr.dynamic-parties").first

    def choose(column, text, name):
        row.locator(f".field-{column} .select2-selection").click()
        visitor.fill(".select2-container--open .select2-search__field", text)
        visitor.locator(".select2-results__option", has_text=name).click()

    choose("organisation", "sintetika zau", "Synthetic works")
    row.locator(".field-role select").select_option("investor")
    choose("statement", statement.code, "Synthetic proof")
    visitor.fill("#id_change_reason", "Synthetic letter")
    visitor.click("[name=_continue]")
    visitor.locator(".messagelist .success").wait_for()
    assert str(ProjectParty.objects.get(project=project).organisation.name_en) == "Synthetic works"
    assert visitor.evaluate("window.refused") == []
    assert not visitor.faults


def test_a_conflict_is_shown(visitor):
    project = Project.objects.order_by("pk").first()
    visitor.goto("/en" + reverse("admin:projects_project_change", args=[project.pk])[3:])
    Project.objects.filter(pk=project.pk).update(name_en="Synthetic theirs")
    visitor.fill("#id_name_en", "Synthetic mine")
    visitor.click("[name=_save]")
    visitor.locator(".errorlist", has_text="Synthetic theirs").first.wait_for()
    assert visitor.input_value("#id_name_en") == "Synthetic mine"
    assert not visitor.faults


def test_dates_are_chosen_from_the_calendar(visitor):
    project = Project.objects.order_by("pk").first()
    visitor.goto("/kk" + reverse("admin:projects_project_change", args=[project.pk])[3:])
    visitor.click(".field-planned_start_on .datetimeshortcuts a >> nth=1")
    visitor.click(".calendarbox:visible td:not(.nonday) a >> nth=9")
    assert visitor.input_value("#id_planned_start_on")
    assert visitor.evaluate("window.refused") == []
    assert not visitor.faults
