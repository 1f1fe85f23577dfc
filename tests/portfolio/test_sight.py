"""What is confidential is read by those who may and by nobody else: neither its sum nor its words, now or before.

A secret stands in each text and each sum of confidential rows, of some that always were and of some that became so
today; every address of the register is asked for by an analyst, who finds none, and by a reviewer, who finds all.
"""

import datetime
import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone, translation

from projects import models
from projects.models.choices import AmountKind, Inclusion
from tests import factories
from tests.test_timetravel import recorded

YESTERDAY = timezone.now() - datetime.timedelta(days=2)
WHEN = "always", "later"  # confidential from the start, or since today
# What tells nothing of rows that are there: forms, one's own sign-in, the frame; and files that say what others do.
ELSEWHERE = re.compile(
    r"/(new|edit|accounts|gallery|theme|tokens|public|setlang|schema|docs|dictionary)\b|\.pdf|\.pptx"
)
# Where those who may see them find all secrets.
OPEN = re.compile(r"en/(projects/SYN-1|statements|documents|updates/\d+)/$")
# What is looked back to: of each way to read, one.
PAST = re.compile(
    r"^en/((projects|statements|documents|agreements)/(export.csv)?|projects/SYN-1/(brief.docx)?|pivot/|search/.*hush)$"
    r"|^api/v1/(projects/SYN-1|statements|updates|sources|totals)/$|^en/documents/\d+/(file/)?$"
)


class World:
    """The rows, the secrets in them and the keys by which addresses name them."""

    def __init__(self):
        self.secrets = set()
        self.analyst, self.reviewer = factories.analyst(), factories.reviewer()
        with recorded(YESTERDAY):
            self.project = factories.project(
                reference="SYN-1", programme=factories.programme(), place=factories.place()
            )
            self.rows = {when: [*self._amounts(when), *self._documents(when)] for when in WHEN}
            for row in self.rows["always"]:
                self._close(row)
        for row in self.rows["later"]:
            self._close(row)

    def _close(self, row):
        type(row).objects.filter(pk=row.pk).update(is_confidential=True)

    def word(self, *of):
        """A word that stands nowhere else."""
        word = "hush" + "".join(of)
        self.secrets.add(word)
        return word

    def sum(self):
        """A sum whose digits stand nowhere else."""
        number = 7_130_001 + 1_003 * len(self.secrets)
        self.secrets.add(str(number))
        return number

    def _amounts(self, when):
        source = factories.source()
        for kind in AmountKind.values:
            said = f"{self.word('said', kind, when)} {(value := self.sum())}"
            yield factories.amount(
                project=self.project,
                kind=kind,
                value=value,
                note_en=self.word("note", kind, when),
                statement=factories.statement(source=source, text_en=said),
            )
        whole = factories.amount(project=self.project, value=5, kind="committed")
        yield factories.amount(
            project=self.project,
            value=self.sum(),
            included_in=whole,
            inclusion=Inclusion.UNKNOWN,
            statement=factories.statement(source=source, text_en=self.word("part", when)),
        )
        yield self._reported(when)

    def _reported(self, when):
        """A payment that a report brought, with the sums that the report tells of."""
        value = self.sum()
        told = {
            "paid-period": {"was": "", "now": str(value)},
            "paid-total": {"was": str(self.sum()), "now": str(self.sum())},
            "paid-currency": {"was": "KZT", "now": "KZT"},
        }
        update = factories.update(project=self.project, status="approved", changes=told)
        source = factories.source(code=f"report-{update.pk}")
        statement = factories.statement(source=source, text_en=f"{self.word('report', when)} {value}")
        return factories.amount(project=self.project, kind="disbursed", value=value, statement=statement)

    def _documents(self, when):
        document = factories.document(
            title=self.word("title", when), number=self.word("number", when), expires_on=timezone.localdate()
        )
        factories.project_document(project=self.project, document=document, note=self.word("hung", when))
        factories.agreement(project=self.project, document=document)
        factories.milestone(project=self.project, document=document)
        factories.stage_change(project=self.project, stage=factories.stage(f"synthetic_{when}"), document=document)
        obligation = factories.obligation(project=self.project)
        factories.evidence(obligation=obligation, document=document)
        factories.waiver(obligation=obligation, document=document)
        factories.update(
            project=self.project,
            status="approved",
            changes={"document-add": {"was": "", "now": str(document.pk)}},
        )
        source = factories.source(code=f"document-{document.pk}", title_en=str(document))
        factories.party(
            project=self.project,
            statement=factories.statement(source=source, text_en=f"Shown by {self.word('shown', when)}"),
        )
        yield document


def routes(resolver, before=""):
    """The addresses below a resolver, as they are declared; the admin, which analysts never enter, aside."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        elif entry.app_name != "admin":
            yield from routes(entry, route)


def keys():
    """Part of an address -> keys that it is asked for with: of rows that secrets hang on."""
    told = models.Statement.objects.filter(text_en__icontains="hush")
    held = {
        "projects": models.Project.objects.values_list("reference"),
        "programmes": models.Programme.objects.values_list("code"),
        "investors": models.ProjectParty.objects.values_list("organisation")[:1],
        "sources": models.Source.objects.filter(statements__in=told).distinct().values_list("code"),
        "statements": told.filter(text_en__icontains="later").values_list("code")[3:],
        "amounts": models.Amount.objects.filter(is_confidential=True).values_list("pk")[:1],
        "parties": models.ProjectParty.objects.values_list("pk")[:1],
        "milestones": models.Milestone.objects.values_list("pk")[:1],
        "stages": models.StageChange.objects.values_list("pk")[:1],
        "obligations": models.Obligation.objects.values_list("pk")[:1],
        "evidence": models.Evidence.objects.values_list("pk")[:1],
        "waivers": models.Waiver.objects.values_list("pk")[:1],
        "agreements": models.Agreement.objects.values_list("pk")[:1],
        "documents": models.Document.objects.values_list("pk")[:1],
        "updates": models.Update.objects.values_list("pk"),
    }
    return {name: list(dict.fromkeys(key for (key,) in rows)) for name, rows in held.items()}


def addresses():
    """Every address that there is, with the keys of rows that secrets hang on; and what people look for."""
    known = keys()
    with translation.override("en"):
        declared = dict.fromkeys(route for route in routes(get_resolver()) if not ELSEWHERE.search(route))
    for route in declared:
        found = [""]
        for part in re.split(r"(?<=/)", route):
            given = [part]
            if taken := re.search(r"<\w+:(\w+)>", part):
                stem = found[0].rstrip("/").rpartition("/")[2] if found else ""
                of = ["csv"] if taken[1] == "suffix" else known.get(stem, ())
                given = [part.replace(taken[0], str(key)) for key in of]
            found = [before + after for before in found for after in given]
        yield from found
    for statement in models.Statement.objects.filter(code__in=known["statements"]).select_related("source"):
        yield f"en/sources/{statement.source.code}/statements/{statement.code}/history/"
    yield from (f"en/{name}/?q=hush" for name in ("search", "documents", "sources", "statements"))
    yield from ("en/search/?part=palette&q=713", "en/search/?q=Shown by", "en/compare/?key=SYN-1&key=SYN-2")
    yield from (f"en/statements/?source={code}" for code in known["sources"] if "document" in code)


def read(client, address):
    """The words of an answer, its numbers without what parts their digits."""
    response = client.get(f"/{address}")
    assert response.status_code < 500, address
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return re.sub("(?<=\\d)(?:[\\s,\u00a0\u202f]|&nbsp;)(?=\\d)", "", body.decode("utf-8", "ignore"))


@pytest.fixture
def world(db):
    return World()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_secrets_are_found_by_those_who_may_see_them_and_by_nobody_else(world):
    analyst, reviewer = signed_in(world.analyst), signed_in(world.reviewer)
    asked, found = list(addresses()), set()
    assert len(asked) > 80
    then = f"known_at={YESTERDAY + datetime.timedelta(hours=1):%Y-%m-%dT%H:%M}"
    for address in asked:
        for looked in (
            address,
            *([f"{address}{'&' if '?' in address else '?'}{then}"] if PAST.search(address) else ()),
        ):
            words = read(analyst, looked)
            leaked = {secret for secret in world.secrets if secret in words}
            assert not leaked, (looked, leaked)
    for address in sorted(asked, key=lambda address: not OPEN.search(address)):
        if not world.secrets - found:
            break
        found |= {secret for secret in world.secrets - found if secret in read(reviewer, address)}
    assert found == world.secrets
