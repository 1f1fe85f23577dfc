"""What the sources ask to have translated, and what they forgot to mark.

GNU gettext is not needed: Python files are read as syntax trees, templates by Django's own `templatize` and
Babel, scripts by Babel. The catalogues that hold the translations are the business of `tracker.catalogues`.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import django
import polib
from babel.messages.extract import extract
from django.apps import apps
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import to_locale
from django.utils.translation.template import TRANSLATOR_COMMENT_MARK, templatize

from tracker.catalogues import Key, Message

ROOT = Path(__file__).resolve().parent.parent
SOURCE_FOLDERS = ("projects", "tracker", "templates")
TEMPLATE_SUFFIXES = (".html", ".txt")

LIBRARY_ROOT = Path(django.__file__).parent.parent
DJANGO_PARTS = ("conf", "core", "db", "forms", "http", "middleware", "template", "utils", "views")
DEVELOPERS_PARTS = {
    "default_urlconf.html",
    "management",
    "checks",
    "checks.py",
    "gis",
    "tests",
    "vendor",
}  # no visitor reads these
UNSEEN = {"django_otp"}  # libraries whose own forms and pages are never shown

# What each marking function is given, in order.
ARGUMENTS: dict[str, tuple[str, ...]] = {"_": ("id",), "gettext_noop": ("id",)}
for _name, _arguments in (
    ("gettext", ("id",)),
    ("ngettext", ("id", "plural")),
    ("pgettext", ("context", "id")),
    ("npgettext", ("context", "id", "plural")),
):
    ARGUMENTS |= {_name: _arguments, f"{_name}_lazy": _arguments}
# The same as Babel wants it said: (1, "c") is the context, other numbers the strings.
BABEL_KEYWORDS = {
    name: tuple((place, "c") if argument == "context" else place for place, argument in enumerate(arguments, 1))
    for name, arguments in ARGUMENTS.items()
}
Call = tuple[str | None, str, str | None, list[str]]  # context, singular, plural, comments

# Names under which people read text: keyword arguments, class attributes and names given to components.
PYTHON_TEXT_NAMES = {
    "description",
    "empty_label",
    "empty_value_display",
    "help_text",
    "label",
    "short_description",
    "verbose_name",
    "verbose_name_plural",
    "violation_error_message",
}
CHOICES_CLASSES = {"Choices", "IntegerChoices", "TextChoices"}
HTML_TEXT_ATTRIBUTES = {"alt", "aria-description", "aria-label", "aria-valuetext", "label", "placeholder", "title"}
COMPONENT_TEXT = re.compile(r"""\b(?:caption|heading|help|hint|label|message|note|text|title)=(["'])(?P<text>.*?)\1""")
FILTER_TEXT = re.compile(r"""\|(?:default|default_if_none|yesno):(["'])(?P<text>.*?)\1""")
LETTER = re.compile(r"[^\W\d_]")


def source_files(root: Path = ROOT) -> Iterator[Path]:
    """Every Python file and template of the product, in a stable order; migrations hold no text of their own."""
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", *TEMPLATE_SUFFIXES) and "migrations" not in path.parts:
                yield path


def library_files(domain: str) -> Iterator[Path]:
    """Files of Django and of the installed libraries whose text reaches people: scripts for the domain djangojs."""
    django_parts = [Path(django.__file__).parent / part for part in DJANGO_PARTS]
    suffixes, folders = (".py", *TEMPLATE_SUFFIXES), [*django_parts, *_library_apps()]
    if domain == "djangojs":
        suffixes, folders = (".js",), _library_apps()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in suffixes and not DEVELOPERS_PARTS & set(path.relative_to(folder).parts):
                yield path


def translated_by_libraries(language: str, domain: str) -> set[Key]:
    """The strings that the catalogues of Django and of the installed libraries themselves translate."""
    return {
        (entry.msgctxt, entry.msgid)
        for folder in (Path(django.__file__).parent / "conf", *_library_apps())
        for path in (folder / "locale" / to_locale(language) / "LC_MESSAGES").glob(f"{domain}.mo")
        for entry in polib.mofile(str(path))
    }


def _library_apps() -> list[Path]:
    own = {ROOT / folder for folder in SOURCE_FOLDERS}
    shown = [app for app in apps.get_app_configs() if app.name not in UNSEEN]
    return [Path(app.path) for app in shown if Path(app.path) not in own]


def extract_messages(paths: Iterable[Path], root: Path = ROOT) -> dict[Key, Message]:
    """The marked strings of these files by (context, msgid), as gettext tells them apart.

    A string that is marked once alone and once with a plural is one message with the plural, as in gettext.
    """
    found: dict[Key, Message] = {}
    for path in paths:
        source = path.read_text(encoding="utf-8")
        signs = ("trans", "_(") if path.suffix in TEMPLATE_SUFFIXES else ("gettext",)
        if not any(sign in source for sign in signs):
            continue  # parsing is slow, and most files of libraries mark nothing
        calls = calls_in_python(source) if path.suffix == ".py" else _calls_by_babel(source, path)
        for context, singular, plural, comments in calls:
            message = found.setdefault((context, singular), Message(context, singular))
            message.plural = message.plural or plural
            message.comments += [comment for comment in comments if comment not in message.comments]
            name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
            if name not in message.files:
                message.files.append(name)
    return found


def calls_in_python(source: str) -> Iterator[Call]:
    """Context, singular, plural and translators' comments of each marking call with literal strings.

    Not Babel: it takes `gettext(row["name"])` for the string "name".
    """
    tokens = tokenize.generate_tokens(io.StringIO(source).readline) if TRANSLATOR_COMMENT_MARK in source else ()
    comments = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    for node in ast.walk(ast.parse(source)):
        arguments = _marking_arguments(node)
        if arguments and all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in arguments.values()):
            strings = {name: argument.value for name, argument in arguments.items()}
            yield strings.get("context"), strings["id"], strings.get("plural"), _comments_above(comments, node.lineno)


def _marking_arguments(node: ast.AST) -> dict[str, ast.expr]:
    """The context, id and plural handed to a marking function; empty for any other node."""
    if not isinstance(node, ast.Call):
        return {}
    names = ARGUMENTS.get(getattr(node.func, "id", getattr(node.func, "attr", "")), ())
    return dict(zip(names, node.args, strict=False)) if len(node.args) >= len(names) else {}


def _comments_above(comments: dict[int, str], line: int) -> list[str]:
    """The comment that ends on the line above and begins with "Translators"; nothing if it begins otherwise."""
    block: list[str] = []
    while line - 1 in comments:
        line -= 1
        block.insert(0, comments[line])
        if block[0].startswith(TRANSLATOR_COMMENT_MARK):
            return block
    return []


def _calls_by_babel(source: str, path: Path) -> Iterator[Call]:
    language = "javascript"
    if path.suffix != ".js":
        # What templatize leaves between the calls is filler, but its indentation would confuse the tokenizer.
        source = "\n".join(line.strip() for line in templatize(source, str(path)).split("\n"))
        language = "python"
    comment_tags = (TRANSLATOR_COMMENT_MARK,)
    for _line, ids, comments, context in extract(language, io.BytesIO(source.encode()), BABEL_KEYWORDS, comment_tags):
        singular, plural = (ids[0], ids[1]) if isinstance(ids, tuple) else (ids, None)
        yield context, singular, plural, comments


def unmarked_text(paths: Iterable[Path], root: Path = ROOT) -> Iterator[str]:
    """A line `file:line: what` for each text that people would read and no translator would see."""
    for path in paths:
        find = unmarked_in_template if path.suffix in TEMPLATE_SUFFIXES else unmarked_in_python
        for line, what in find(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root).as_posix()}:{line}: {what}"


def unmarked_in_template(source: str) -> list[tuple[int, str]]:
    """Line and text of literal words outside of translate and blocktranslate, in source order.

    Seen: text between tags, attributes that are shown or read aloud, words handed to a component
    (`{% include "…" with label="Open" %}`) or to a filter (`|default:"Not stated"`). Not seen: comments, scripts,
    styles, keys, codes and whatever is inside an element with HTML's own `translate="no"` (codes, names of products).
    """
    reader = _TextReader()
    html, found, until = [], [], None
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if until:
            if token.token_type == TokenType.BLOCK and name in until:
                until = None
        elif token.token_type == TokenType.TEXT:
            html.append(token.contents)
            continue
        elif token.token_type == TokenType.BLOCK and name in ("comment", "blocktranslate", "blocktrans"):
            until = (f"end{name}", "endblocktranslate") if name != "comment" else ("endcomment",)
        else:
            found += [(token.lineno, f"unmarked text {text!r} in a tag") for text in _texts_in_token(token)]
        html.append(" " + "\n" * token.contents.count("\n"))
    reader.feed("".join(html))
    reader.close()
    return sorted(found + reader.found)


def _texts_in_token(token: Token) -> Iterator[str]:
    if token.token_type in (TokenType.BLOCK, TokenType.VAR):
        for pattern in (COMPONENT_TEXT, FILTER_TEXT):
            for match in pattern.finditer(token.contents):
                # Values that steer the template ("asc", "primary") are single words in small letters.
                if re.search(r"^[^\W\d_a-z]|[^\W\d_] +[^\W\d_]", match["text"]):
                    yield match["text"]


class _TextReader(HTMLParser):
    """Collects (line, what) of text and readable attributes of HTML in which template tags are blanks."""

    NOT_WORDS = {"code", "kbd", "samp", "script", "style"}
    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.silent: list[str] = []  # open elements from the first one whose text is not for people

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if self.silent or tag in self.NOT_WORDS or attributes.get("translate") == "no":
            if tag not in self.VOID:
                self.silent.append(tag)
            return
        for name, value in attributes.items():
            shown = name in HTML_TEXT_ATTRIBUTES or (
                tag == "input" and name == "value" and attributes.get("type") in ("submit", "button", "reset")
            )
            if shown and value and LETTER.search(value):
                self.found.append((self.getpos()[0], f"unmarked text {value.strip()!r} in the attribute {name}"))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data):
        if not self.silent and LETTER.search(data):
            blank_lines = data[: len(data) - len(data.lstrip())].count("\n")
            self.found.append((self.getpos()[0] + blank_lines, f"unmarked text {' '.join(data.split())!r}"))


def unmarked_in_python(source: str) -> list[tuple[int, str]]:
    """Line and text of literals under the names of PYTHON_TEXT_NAMES, in errors and in labels of choices,
    and of marking calls that no catalogue can hold: the string is put together at run time, or the function has
    a name that strings are not collected by."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.keyword(arg=name, value=ast.Constant(value=str(text))) if name in PYTHON_TEXT_NAMES:
                found.append((node.value.lineno, name, text))
            case ast.ClassDef():
                choices = any(getattr(base, "attr", getattr(base, "id", "")) in CHOICES_CLASSES for base in node.bases)
                for statement in node.body:
                    match statement:
                        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))) if (
                            name in PYTHON_TEXT_NAMES
                        ):
                            found.append((statement.lineno, name, text))
                        case ast.Assign(value=ast.Tuple(elts=[*_, ast.Constant(value=str(text))])) if choices:
                            found.append((statement.lineno, "choice", text))
            case ast.ImportFrom(module="django.utils.translation", names=names):
                found += [(node.lineno, "import", name.asname) for name in names if name.asname not in (None, "_")]
            case ast.Call(func=ast.Name(id="ValidationError"), args=[ast.Constant(value=str(text)), *_]):
                found.append((node.lineno, "error", text))
            case ast.Call():
                run_time = ast.JoinedStr | ast.BinOp | ast.IfExp | ast.Call
                if any(isinstance(argument, run_time) for argument in _marking_arguments(node).values()):
                    found.append((node.lineno, None, ast.unparse(node.func)))
    return sorted((line, _said(name, text)) for line, name, text in found if name is None or LETTER.search(text))


def _said(name, text):
    match name:
        case None:
            return f"the string of {text}() is not a literal"
        case "import":
            return f"strings are not collected by the name {text}"
        case _:
            return f"unmarked text {text!r} as {name}"
