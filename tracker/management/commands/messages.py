"""Bring the message catalogues up to date with the sources, check them, and carry translations out and in."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tracker import messages
from tracker.catalogues import LIBRARIES, OWN, SOURCE_LANGUAGE, Catalogue


class Command(BaseCommand):
    help = (
        "Without options: collect every marked string of the sources into the catalogue of each language. "
        "With --libraries, all of it is about the strings that Django and the libraries leave untranslated."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--libraries", action="store_true", help="the catalogues for Django and the libraries")
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--check", action="store_true", help="write nothing; list what is wrong, exit 1 if any is")
        action.add_argument("--todo", metavar="LANGUAGE", help="print as JSON what is untranslated or fuzzy")
        action.add_argument(
            "--fill",
            nargs=2,
            metavar=("LANGUAGE", "FILE"),
            help='take translations from JSON {name of --todo: "text" or [plural forms]}; none if one is faulty',
        )

    def handle(self, *args, check, todo, fill, **options):
        self.libraries = options["libraries"]
        if check:
            self.check_all()
        elif todo:
            tasks = {}
            for catalogue, wanted in self.merged([todo]):
                tasks |= catalogue.todo(wanted)
            self.stdout.write(json.dumps(tasks, ensure_ascii=False, indent=1))
        elif fill:
            self.fill(*fill)
        else:
            for catalogue, _wanted in self.merged(dict(settings.LANGUAGES)):
                changed = catalogue.save()
                count = sum(1 for _ in catalogue.untranslated())
                self.stdout.write(f"{catalogue.path}: {'written' if changed else 'unchanged'}, {count} to translate")

    def pairs(self, languages, corrections=()):
        """Each catalogue of these languages with the messages that it should hold.

        A library's own translation is corrected by giving ours; once given it stays.
        """
        known = dict(settings.LANGUAGES)
        if unknown := set(languages) - set(known):
            raise CommandError(f"No such language: {', '.join(unknown)}. There are {', '.join(known)}.")
        if not self.libraries:
            wanted = messages.extract_messages(messages.source_files())
            for language in languages:
                yield Catalogue(OWN, language), wanted
            return
        for domain in ("django", "djangojs"):
            offered = messages.extract_messages(messages.library_files(domain), messages.LIBRARY_ROOT)
            for language in set(languages) - {SOURCE_LANGUAGE}:
                catalogue = Catalogue(LIBRARIES, language, domain)
                translated = messages.translated_by_libraries(language, domain)
                yield (
                    catalogue,
                    {
                        key: message
                        for key, message in offered.items()
                        if key in catalogue.entries or key not in translated or message.name in corrections
                    },
                )

    def merged(self, languages, corrections=()):
        for catalogue, wanted in self.pairs(languages, corrections):
            catalogue.merge(wanted)
            yield catalogue, wanted

    def check_all(self):
        problems = [p for catalogue, wanted in self.pairs(dict(settings.LANGUAGES)) for p in catalogue.problems(wanted)]
        if not self.libraries:
            problems += messages.unmarked_text(messages.source_files())
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} problems with translations. See manage.py messages --help.")

    def fill(self, language, file):
        try:
            answers = json.loads(Path(file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} cannot be read as JSON: {error}") from error
        if not isinstance(answers, dict):
            raise CommandError(f"{file} holds no JSON object.")
        catalogues, faults, known = list(self.merged([language], answers)), [], set()
        for catalogue, wanted in catalogues:
            names = {message.name for message in wanted.values()} & answers.keys()
            faults += catalogue.fill({name: answers[name] for name in names}, wanted)
            known |= names
        if faults:
            raise CommandError("Nothing was taken:\n" + "\n".join(faults))
        for catalogue, _wanted in catalogues:
            catalogue.save()
        self.stdout.write(f"{len(known)} translations taken.")
        # Sources go on changing while somebody translates.
        for name in sorted(answers.keys() - known):
            self.stdout.write(f"Left out, being in no source: {name!r}")
