"""People in front of browsers of their own."""

import pytest
from django.test import Client


@pytest.fixture
def sign_in(live_server, transactional_db, browser):
    """Opens a browser of its own for a person."""

    def opened(user):
        client = Client()
        client.force_login(user)
        context = browser.new_context(viewport={"width": 390, "height": 844}, base_url=live_server.url)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    return opened
