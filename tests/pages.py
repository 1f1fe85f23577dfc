"""A page as a tree of elements, for tests that ask what stands on it rather than how it is written."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.parts = tag, attributes, parent, []

    def __repr__(self):
        return f"<{self.tag} {self.attributes}>"

    def __getitem__(self, name):
        return self.attributes.get(name)

    @property
    def text(self):
        """The words inside, with single ordinary spaces."""
        return " ".join("".join(self._words()).split())

    def _words(self):
        for part in self.parts:
            yield from [part] if isinstance(part, str) else part._words()

    def inside(self, tag):
        """The nearest element of this tag around this one, or None."""
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above

    def all(self, tag=None, **attributes):
        """The elements below with this tag and these attributes (`data_x` for data-x; True: whatever the value)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        found = []
        for part in self.parts:
            if isinstance(part, str):
                continue
            if tag in (None, part.tag) and all(part._has(name, value) for name, value in wanted.items()):
                found.append(part)
            found += part.all(tag, **attributes)
        return found

    def _has(self, name, value):
        if value is True:
            return name in self.attributes
        if name == "class":
            return value in (self.attributes.get("class") or "").split()
        return self.attributes.get(name) == value

    def one(self, tag=None, **attributes):
        (found,) = self.all(tag, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.root = self.at = Element("", {}, None)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), self.at)
        self.at.parts.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag, attrs):
        self.at.parts.append(Element(tag, dict(attrs), self.at))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.at.tag == tag, f"<{self.at.tag}> is closed by </{tag}>"
            self.at = self.at.parent

    def handle_data(self, data):
        self.at.parts.append(data)


def read(response, status=200):
    """The tree of a page answered so. Elements that are closed out of order fail the test."""
    assert response.status_code == status, (response.request["PATH_INFO"], response.status_code)
    reader = _Reader()
    reader.feed(response.text)
    assert reader.at is reader.root, f"<{reader.at.tag}> is never closed"
    return reader.root


def references(page):
    """The references of a list's rows, in order."""
    return [row["data-reference"] for row in page.all("tr", data_reference=True)]


def figures(page):
    return page.all("data", class_="figure")
