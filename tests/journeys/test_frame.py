"""What the frame of the pages does in a browser: lists that swap, menus, colours, shortcuts, forms that ask."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = pytest.mark.browser


@pytest.fixture
def signed_in(live_server, transactional_db, client):
    """Turns a browser context into that of an administrator."""
    client.force_login(factories.administrator())

    def sign_in(context):
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        return context.new_page()

    return sign_in


@pytest.fixture
def visitor(signed_in, context):
    return signed_in(context)


def test_a_list_swaps_its_results(live_server, live_brief, visitor):
    visitor.goto(f"{live_server.url}/en/projects/")
    visitor.evaluate("window.isSamePage = true")

    visitor.click("[data-facet=sector][data-value='ENERGY.GAS']")

    expect(visitor).to_have_url(re.compile(r"\?sector=ENERGY\.GAS$"))
    expect(visitor.locator("#results tbody tr")).to_have_count(1)
    expect(visitor.locator("header.masthead")).to_have_count(1)
    expect(visitor.locator("[data-facet=sector][data-value='ENERGY.GAS']")).to_be_focused()
    expect(visitor.locator("#languages [hreflang=kk]")).to_have_attribute("href", "/kk/projects/?sector=ENERGY.GAS")
    assert visitor.evaluate("window.isSamePage")

    visitor.click("#results .chip")
    expect(visitor.locator("#results tbody tr")).to_have_count(2)
    expect(visitor.locator("#results")).to_be_focused()
    visitor.go_back()
    expect(visitor.locator("#results tbody tr")).to_have_count(1)

    visitor.context.clear_cookies()
    visitor.click("#results .chip")
    expect(visitor).to_have_url(re.compile("/en/accounts/login/"))


def test_menus_and_colours_without_scripts(live_server, browser, signed_in):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = signed_in(context)
    page.goto(f"{live_server.url}/en/gallery/")
    projects = page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Projects")
    expect(projects).to_be_hidden()

    page.get_by_role("button", name="Menu").click()

    expect(projects).to_be_visible()
    page.locator(".account summary").click()
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_hidden()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_colours_without_another_load(live_server, visitor):
    visitor.goto(f"{live_server.url}/en/gallery/")
    visitor.evaluate("window.isSamePage = true")
    visitor.locator(".account summary").click()

    visitor.get_by_role("button", name="Dark").click()

    expect(visitor.locator("html")).to_have_attribute("data-theme", "dark")
    expect(visitor.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert visitor.evaluate("window.isSamePage")
    visitor.keyboard.press("Escape")
    expect(visitor.locator(".account summary")).to_be_focused()
    visitor.reload()
    expect(visitor.locator("html")).to_have_attribute("data-theme", "dark")


def test_shortcuts_can_be_turned_off(live_server, visitor):
    visitor.goto(f"{live_server.url}/en/gallery/")
    visitor.keyboard.press("/")
    expect(visitor.locator("#search")).to_be_focused()
    visitor.keyboard.type("g?")
    expect(visitor.locator("#search")).to_have_value("g?")

    visitor.locator("h1").click()
    visitor.keyboard.press("?")
    visitor.get_by_label("Shortcuts are on").uncheck()
    visitor.keyboard.press("Escape")
    visitor.keyboard.press("/")
    expect(visitor.locator("#search")).not_to_be_focused()

    visitor.evaluate("localStorage.clear()")
    visitor.reload()
    visitor.keyboard.press("g")
    visitor.keyboard.press("i")
    expect(visitor).to_have_url(re.compile("/en/investors/"))


def test_leaving_a_changed_form_is_asked(live_server, visitor):
    asked = []
    visitor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    visitor.goto(f"{live_server.url}/en/gallery/")
    visitor.reload()
    assert asked == []

    visitor.fill("#id_text", "typed")
    visitor.reload()

    assert asked == ["beforeunload"]
