"""The message catalogues as files: reading, merging, filling, checking and compiling them, in pure Python.

There are two sets, both in LOCALE_PATHS: our own strings (`tracker/locale`), and those that Django and the other
libraries leave untranslated (`tracker/locale_libraries`). Sources are the business of `tracker.messages`.
"""

import difflib
import gettext
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import django
import polib
from django.utils.translation import to_locale

TRACKER = Path(__file__).resolve().parent
OWN = TRACKER / "locale"
LIBRARIES = TRACKER / "locale_libraries"
SOURCE_LANGUAGE = "en"  # strings are written in it, so its catalogue stays empty
LIKENESS = 0.75  # from this ratio on, a vanished string passes its translation on to a new one, as fuzzy

PERCENT = re.compile(r"%(?:\(\w+\))?[-#0+]*\d*(?:\.\d+)?[sdifrxX]")
BRACE = re.compile(r"\{[^{}\s]*\}")
TAG = re.compile(r"</?[a-zA-Z]\w*")
FORMATS = {"python-format": PERCENT, "python-brace-format": BRACE}  # as editors of catalogues know them

Key = tuple[str | None, str]  # context and msgid: what gettext tells strings apart by


@dataclass
class Message:
    """One marked string; `files` are the sources it was found in, relative to the repository."""

    context: str | None
    id: str
    plural: str | None = None
    comments: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the string is called in lists and in files of translations: `context|msgid`, or the msgid."""
        return f"{self.context}|{self.id}" if self.context else self.id


class Catalogue:
    """One .po file of one language, `djangojs.po` being for scripts."""

    def __init__(self, folder: Path, language: str, domain: str = "django"):
        self.language = language
        self.path = folder / to_locale(language) / "LC_MESSAGES" / f"{domain}.po"
        entries = polib.pofile(str(self.path)) if self.path.exists() else []
        self.entries: dict[Key, polib.POEntry] = {(e.msgctxt, e.msgid): e for e in entries if not e.obsolete}
        self.plural_forms = django_plural_forms(language)
        self.number_of_forms = int(re.search(r"nplurals\s*=\s*(\d+)", self.plural_forms)[1])
        form_of = gettext.c2py(self.plural_forms.split("plural=")[-1].rstrip("; "))
        # The first numbers for which each form is used; none for a form that only fractions would use.
        self.examples = [[n for n in range(130) if form_of(n) == form] for form in range(self.number_of_forms)]

    def merge(self, messages: Mapping[Key, Message]) -> None:
        """Make the entries those of `messages`: translations are kept, a changed string keeps the old one as
        fuzzy, vanished strings are dropped."""
        vanished = {key: e for key, e in self.entries.items() if key not in messages and e.translated()}
        merged = {}
        for key, message in messages.items():
            entry = self.entries.get(key) or self._like(message, vanished)
            if bool(entry.msgid_plural) != bool(message.plural):
                _change_plurality(entry, self.number_of_forms if message.plural else 0)
            entry.msgctxt, entry.msgid, entry.msgid_plural = message.context, message.id, message.plural or ""
            entry.comment = "\n".join(message.comments)
            entry.flags = ["fuzzy"] * entry.fuzzy + [
                flag for flag, shape in FORMATS.items() if shape.search(message.id)
            ]
            entry.occurrences, entry.tcomment = [], ""
            if not entry.fuzzy:
                entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
            merged[key] = entry
        self.entries = merged

    def _like(self, message: Message, vanished: Mapping[Key, polib.POEntry]) -> polib.POEntry:
        candidates = {msgid: e for (context, msgid), e in vanished.items() if context == message.context}
        likest = difflib.get_close_matches(message.id, candidates, 1, LIKENESS)
        if not likest:
            empty = dict.fromkeys(range(self.number_of_forms), "") if message.plural else {}
            return polib.POEntry(msgid=message.id, msgid_plural=message.plural or "", msgstr_plural=empty)
        old = candidates[likest[0]]
        return polib.POEntry(
            msgid=message.id,
            previous_msgid=old.msgid,
            msgid_plural=old.msgid_plural,
            msgstr=old.msgstr,
            msgstr_plural=dict(old.msgstr_plural),
            flags=["fuzzy"],
        )

    def save(self) -> bool:
        """Write the file, sorted and without dates or places, so that a diff shows translations and nothing else.
        True if it changed."""
        if not self.entries and not self.path.exists():
            return False
        file = polib.POFile(wrapwidth=0)
        file.metadata = {
            "Language": to_locale(self.language),
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": self.plural_forms,
        }
        file.extend(sorted(self.entries.values(), key=lambda e: (e.msgid.casefold(), e.msgid, e.msgctxt or "")))
        text = f"{file}"
        if self.path.exists() and self.path.read_text(encoding="utf-8") == text:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _replace(self.path, text.encode())
        return True

    def untranslated(self) -> Iterator[polib.POEntry]:
        """Entries without a translation that anybody has confirmed; none in the language of the source."""
        if self.language != SOURCE_LANGUAGE:
            yield from (entry for entry in self.entries.values() if not entry.translated())

    def problems(self, messages: Mapping[Key, Message]) -> Iterator[str]:
        """A line for each string that the sources have and the catalogue lacks, or the other way round, that is
        untranslated or fuzzy, or whose placeholders differ."""
        where = f"{self.path.parent.parent.name}/{self.path.name}"
        for key in messages.keys() - self.entries.keys():
            yield f"{where}: lacks {messages[key].name!r} of {', '.join(messages[key].files)}"
        for _context, msgid in self.entries.keys() - messages.keys():
            yield f"{where}: {msgid!r} is in no source any more"
        for entry in self.untranslated():
            yield f"{where}: {'fuzzy' if entry.fuzzy else 'untranslated'} {entry.msgid!r}"
        for entry in self.entries.values():
            if entry.translated():
                yield from (f"{where}: {entry.msgid!r} {fault}" for fault in self.faults(entry, forms_of(entry)))

    def todo(self, messages: Mapping[Key, Message]) -> dict[str, dict]:
        """What a translator has to write, by name, with whatever helps to write it; see `fill`."""
        tasks = {}
        for entry in self.untranslated():
            message = messages[entry.msgctxt, entry.msgid]
            hints = {
                "context": message.context,
                "plural": message.plural,
                "forms": [", ".join(map(str, n[:6])) for n in self.examples if n] if message.plural else None,
                "comment": entry.comment,
                "was": {"msgid": entry.previous_msgid, "translation": forms_of(entry)} if entry.fuzzy else None,
                "files": message.files,
            }
            tasks[message.name] = {hint: value for hint, value in hints.items() if value}
        return tasks

    def fill(self, answers: Mapping[str, str | list[str]], messages: Mapping[Key, Message]) -> list[str]:
        """Take translations by the names that `todo` gave: a string, or for a plural a list of its forms.

        Returns what is wrong with them; nothing is taken if anything is.
        """
        keys = {message.name: key for key, message in messages.items()}
        faults, taken = [], []
        for name, answer in answers.items():
            if name not in keys:
                faults.append(f"{name!r} is not in the catalogue")
                continue
            entry = self.entries[keys[name]]
            forms = [answer] if isinstance(answer, str) else answer
            if isinstance(forms, list) and entry.msgid_plural:
                # A form that only fractions would use may be left out.
                forms = forms + forms[-1:] * (self.number_of_forms - max(len(forms), sum(map(bool, self.examples))))
            if not (isinstance(forms, list) and all(isinstance(form, str) and form.strip() for form in forms)):
                faults.append(f"{name!r} needs a text, or a list of texts")
            else:
                faults += [f"{name!r} {fault}" for fault in self.faults(entry, forms)]
            taken.append((entry, forms))
        if not faults:
            for entry, forms in taken:
                if entry.msgid_plural:
                    entry.msgstr_plural = dict(enumerate(forms))
                else:
                    entry.msgstr = forms[0]
                entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
                entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
        return faults

    def faults(self, entry: polib.POEntry, forms: list[str]) -> Iterator[str]:
        """Why these forms cannot stand for the entry: their number, placeholders, tags, or blanks at the ends."""
        if len(forms) != (self.number_of_forms if entry.msgid_plural else 1):
            yield f"has {len(forms)} forms"
            return
        for number, form in enumerate(forms):
            # The singular may spell its number out ("one project"); a form for several numbers must show it.
            one_only = entry.msgid_plural and len(self.examples[number]) == 1
            model = entry.msgid_plural if entry.msgid_plural and not one_only else entry.msgid
            allowed = {*marks(entry.msgid), *marks(entry.msgid_plural or "")}
            needed = set(marks(entry.msgid)) & set(marks(model)) if one_only else set(marks(model))
            if not needed <= set(marks(form)) <= allowed:
                yield f"has other placeholders or tags in {form!r}"
            elif not formats_like(model, form):
                yield f"has a % that is no placeholder, or too few or many of them, in {form!r} (%% is a plain %)"
            if [model[:1].isspace(), model[-1:].isspace()] != [form[:1].isspace(), form[-1:].isspace()]:
                yield f"has other blanks at its ends in {form!r}"


def forms_of(entry: polib.POEntry) -> list[str]:
    """The translations of an entry: one, or one per plural form in their order."""
    return [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)] if entry.msgid_plural else [entry.msgstr]


def marks(text: str) -> list[str]:
    """Placeholders and tags, which a translation has to keep."""
    return PERCENT.findall(text.replace("%%", "")) + BRACE.findall(text) + TAG.findall(text)


def formats_like(msgid: str, text: str) -> bool:
    """Whether `text` survives the % operator if `msgid` is meant for it; %% is what templates make of %."""
    placeholders = PERCENT.findall(msgid.replace("%%", ""))
    if not placeholders and "%%" not in msgid:
        return True

    class Values(dict):
        def __missing__(self, _name):
            return 1

    unnamed = [placeholder for placeholder in placeholders if "(" not in placeholder]
    try:
        text % ((1,) * len(unnamed) if unnamed else Values())
    except (TypeError, ValueError):
        return False
    return True


def django_plural_forms(language: str) -> str:
    """The Plural-Forms line of Django's own catalogue, so that its strings and ours agree on their forms."""
    folder = Path(django.__file__).parent / "conf" / "locale" / to_locale(language) / "LC_MESSAGES"
    return polib.mofile(str(folder / "django.mo")).metadata.get("Plural-Forms", "nplurals=2; plural=(n != 1);")


def compile_catalogues(folder: Path) -> list[Path]:
    """Write the .mo beside every .po below `folder` that is newer than its .mo; returns those written."""
    written = []
    for po in sorted(folder.rglob("*.po")):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
            _replace(mo, polib.pofile(str(po)).to_binary())
            written.append(mo)
    return written


def _change_plurality(entry: polib.POEntry, forms: int) -> None:
    """Move what is translated from one form to `forms` forms, or back if there are none, for a person to look at."""
    known = next((form for form in forms_of(entry) if form), "")
    entry.msgstr = "" if forms else known
    entry.msgstr_plural = dict.fromkeys(range(forms), known)
    if known and not entry.fuzzy:
        entry.flags.append("fuzzy")


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new one, never half of it."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)
