"""Whether OC4IDS projects and packages are as the stored schema of the standard asks; nothing is fetched."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FOLDER = Path(__file__).parent
VERSION = "0.9"  # as packages name it; the schema is 0.9.5
MOST = 20  # faults that are told
LONGEST = 200  # characters of the words about a fault


@cache
def _validators():
    """The checks of one project and of a whole package; reading the schemas takes a while, so once a process."""
    project = json.loads((FOLDER / "project-schema.json").read_text())
    package = json.loads((FOLDER / "project-package-schema.json").read_text())
    registry = Registry().with_resource(project["id"], Resource.from_contents(project, DRAFT4))
    return [
        Draft4Validator(schema, registry=registry, format_checker=Draft4Validator.FORMAT_CHECKER)
        for schema in (project, package)
    ]


def faults_of_project(project):
    """What is wrong with a project (a dictionary): at most `MOST` lines of "where: what", none where it is right."""
    return _faults(_validators()[0], project)


def faults_of_package(package):
    """The same for a package with its projects."""
    return _faults(_validators()[1], package)


def _faults(validator, instance):
    if validator.is_valid(instance):
        return []
    found = []
    for error in validator.iter_errors(instance):
        place = ".".join(map(str, error.absolute_path))
        found.append(f"{place or '-'}: {error.message[:LONGEST]}")
        if len(found) == MOST:
            break
    return found
