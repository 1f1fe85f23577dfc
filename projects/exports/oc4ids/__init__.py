"""Projects as a package of the Open Contracting for Infrastructure Data Standard (OC4IDS) 0.9.

A package is for publishing: it has no confidential amount and no confidential document, whoever makes it, and
nothing that is not stated: what is unknown has no key. Money stands in the currency it was stated in. A
programme's headline is no project's budget, so that nobody adds up the same money twice.
"""

import json
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects.exports.oc4ids import faults, mapping, schema

CONTENT_TYPE = "application/json"
MOST = 20  # faults that are told


class Faulty(Exception):
    """The package would not be as the standard asks: `faults` are lines that say where and why. Nothing is sent."""

    def __init__(self, lines):
        self.faults = lines
        sentence = _("No package was made, because it would not follow OC4IDS: %(faults)s")
        super().__init__(sentence % {"faults": "; ".join(lines)})


def write(table, file, *, address, parts=mapping.PARTS, published=None):
    """Write the projects of a table into a binary file, each checked before; one chunk is in memory at a time.

    Takes:
        address: where the package is found (a URI). parts: what is told of each project, as in `mapping`.
        published: the moment of the last change to what is in it; by default now.
    Raises: Faulty; what is in the file by then is no package.
    """
    language = mapping.language_code(get_language())
    head = {
        "uri": address,
        "publishedDate": mapping.moment(published or timezone.now()),
        "version": schema.VERSION,
        "publisher": {"name": settings.PUBLISHER},
        **({"license": settings.PUBLIC_LICENCE} if settings.PUBLIC_LICENCE else {}),
    }
    file.write(json.dumps(head, ensure_ascii=False).removesuffix("}").encode() + b', "projects": [')
    first = None
    with table.reading():
        for row in replace(table, rows=mapping.read(table.rows)).read():
            project = mapping.project(row, language, parts)
            if found := schema.faults_of_project(project):
                raise Faulty([f"{row.reference}: {faults.told(fault)}" for fault in found[:MOST]])
            file.write((b"\n" if first is None else b",\n") + json.dumps(project, ensure_ascii=False).encode())
            first = first or project
    if first is None:
        raise Faulty([_("a package has at least one project, and no project meets these conditions")])
    if found := schema.faults_of_package(head | {"projects": [first]}):
        raise Faulty([faults.told(fault) for fault in found[:MOST]])
    file.write(b"\n]}\n")
