"""Whether OC4IDS projects and packages are as the stored schema of the standard asks; nothing is fetched.

Without Django: packages that somebody sent are checked in a process of their own, see `exchange/unpacking.py`.
"""

import json
from functools import cache
from itertools import islice
from pathlib import Path

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FOLDER = Path(__file__).parent
VERSION = "0.9"  # as packages name it; the schema is 0.9.5
MOST = 1000  # faults that are told
LONGEST = 60  # characters of a value that a fault repeats


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


def faults_of_project(project, place=""):
    """What is wrong with a project, none where it is right.

    Args: project: a dictionary, as JSON has it. place: of the project in its package, such as "projects[0]".
    Returns: at most `MOST` tuples (path in the document, rule that is broken, value as text, what the rule asks for).
    """
    return _faults(_validators()[0], project, place)


def faults_of_package(package):
    """The same for a package with its projects.

    Each project is checked by itself: to compare them all with each other takes the square of their number.
    """
    projects = package.get("projects")
    if not isinstance(projects, list) or not projects:
        return _faults(_validators()[1], package, "")
    faults = _faults(_validators()[1], package | {"projects": projects[:1]}, "")
    for number, project in enumerate(projects[1:], 1):
        if len(faults) >= MOST:
            break
        faults += faults_of_project(project, f"projects[{number}]")
    return faults[:MOST]


def _faults(validator, instance, place):
    if validator.is_valid(instance):
        return []
    return [
        (
            path_of(error.absolute_path, place),
            error.validator,
            error.instance[:LONGEST] if isinstance(error.instance, str) else "",
            _missing(error) if error.validator == "required" else error.validator_value,
        )
        for error in islice(validator.iter_errors(instance), MOST)
    ]


def _missing(error):
    return [name for name in error.validator_value if name not in error.instance]


def path_of(parts, place=""):
    """Keys and numbers of items as people write them: projects[0].budget.amount."""
    for part in parts:
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
    return place.removeprefix(".")
