"""An administrator sets up the second factor, signs in with the phone, and with a recovery code, once."""

import re
from base64 import b32decode

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from tests import factories
from tests.journeys.test_accessibility import violations

pytestmark = pytest.mark.browser


def shown_by_phone(key):
    return f"{totp(b32decode(key)):06}"


def test_the_second_factor_of_an_administrator(live_server, transactional_db, browser, settings):
    settings.SECOND_FACTOR = "administrators"
    person = factories.administrator("synthetic-administrator")
    page = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url).new_page()
    page.set_default_timeout(15_000)

    def sign_in(code=None):
        page.goto("/en/projects/")
        page.get_by_label("Username").fill(person.username)
        page.get_by_label("Password").fill(factories.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        if code:
            expect(page.get_by_label("Code")).to_be_focused()
            page.get_by_label("Code").fill(code)
            page.get_by_role("button", name="Sign in").click()

    def sign_out():
        page.get_by_role("button", name="Menu").click()
        page.locator(".account summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Password")).to_be_visible()

    faults = []
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    sign_in()
    expect(page.locator(".qr svg")).to_be_visible()
    faults += violations(page)
    key = page.locator(".key").inner_text().replace(" ", "")
    link = page.get_by_role("link", name="Open the app with the key").get_attribute("href")
    assert (
        re.fullmatch(r"otpauth://totp/Investment%20register%3Asynthetic-administrator\?secret=(\w+)&.*", link)[1] == key
    )
    page.get_by_label("Code").fill(shown_by_phone(key))
    page.get_by_role("button", name="Confirm").click()
    codes = page.locator("#codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    assert saved.value.path().read_text().splitlines() == codes
    faults += violations(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(re.compile(r"/en/projects/$"))

    sign_out()
    TOTPDevice.objects.update(last_t=-1)  # half a minute later
    sign_in(shown_by_phone(key))
    expect(page).to_have_url(re.compile(r"/en/projects/$"))

    sign_out()
    sign_in(codes[0])
    expect(page.get_by_text("A recovery code was used up; 9 are left.")).to_be_visible()

    for name in ("", "codes/", "off/"):
        page.goto(f"/en/accounts/second-factor/{name}")
        faults += violations(page)

    sign_out()
    sign_in(codes[0])
    expect(page.get_by_role("alert")).to_contain_text("This code is not valid")
    faults += violations(page)
    assert page.url.endswith("/en/accounts/login/code/")
    assert not faults
    page.context.close()
