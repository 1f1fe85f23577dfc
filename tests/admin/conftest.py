"""Who looks at the administration, and the form that a page shows, as a browser would send it."""

import re
from html.parser import HTMLParser

import pytest

from tests import factories


class FormReader(HTMLParser):
    """The fields of one form of a page: name -> list of values, as a browser sends them when nothing is changed."""

    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.inside, self.data = form_id, False, {}
        self.select = self.area = None

    def handle_starttag(self, tag, pairs):
        given = dict(pairs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        name = given.get("name")
        if not self.inside or (name or "").find("__prefix__") >= 0:
            return
        if tag == "input" and name and given.get("type") not in ("submit", "file"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self.data.setdefault(name, []).append(given.get("value") or ("on" if "checked" in given else ""))
        elif tag == "select" and name:
            self.select, self.first = name, None
            self.is_many = "multiple" in given
        elif tag == "option" and self.select:
            if "selected" in given:
                self.data.setdefault(self.select, []).append(given.get("value", ""))
            elif self.first is None:
                self.first = given.get("value", "")
        elif tag == "textarea" and name:
            self.area = name
            self.data[name] = [""]

    def handle_data(self, text):
        if self.area:
            self.data[self.area][0] += text

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self.area:
            self.data[self.area][0] = self.data[self.area][0].removeprefix("\n")
            self.area = None
        elif tag == "select" and self.select:
            if self.select not in self.data and not self.is_many and self.first is not None:
                self.data[self.select] = [self.first]
            self.select = None


def read_form(response, form_id):
    """The data of the form with this id in a response."""
    reader = FormReader(form_id)
    reader.feed(response.content.decode())
    assert reader.data, f"no form {form_id}"
    return reader.data


def counts(page, part):
    """(address, value) of each count in the section of the index that has this heading."""
    section = page.split(part, 1)[1].split("</section>", 1)[0]
    return re.findall(r'<a class="figure-link" href="([^"]+)"[^>]*><data class="figure" value="([^"]*)"', section)


@pytest.fixture
def administrator(db):
    return factories.administrator("synthetic-administrator")


@pytest.fixture
def admin_client(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def auditor_client(client, db):
    client.force_login(factories.user("synthetic-auditor", "auditor"))
    return client
