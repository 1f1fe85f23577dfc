"""Notices of reports: each step once, to whom it belongs, by a real mail server, also from two runs at once."""

import datetime
import io
import threading

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation

from projects import actions, notices, reminders
from projects.models import Notice, StaffMember, Update
from tests import factories

DUE = datetime.date(2026, 11, 5)
LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def case(db, settings):
    return make_case(settings)


def make_case(settings):
    """A project of an editor who has a head, who has a deputy akim; its report for October is due on 5 November."""
    settings.LANGUAGE_CODE = "en"
    akim = factories.user("synthetic-akim", "leadership", email="akim@example.org")
    head = factories.department_editor("synthetic-head", email="head@example.org")
    editor = factories.editor("synthetic-editor", email="editor@example.org")
    for person, superior, language in ((editor, head, "ru"), (head, akim, "kk")):
        person.staff_member.superior, person.staff_member.language = superior, language
        person.staff_member.save()
    project = factories.project(reference="SYN-1", curator=editor, created_at=LONG_AGO, name_ru="Синтетический")
    return editor, project, factories.reporting_period()


def run(day, **options):
    with time_machine.travel(datetime.datetime(day.year, day.month, day.day, 6, tzinfo=datetime.UTC), tick=False):
        call_command("send_reminders", stdout=io.StringIO(), **options)


def told(box):
    return [address.split("@")[0] for address, _subject, _text in box.take()]


def test_each_step_is_said_once_to_whom_it_belongs(case, box):
    said = {}
    for left in range(10, -9, -1):
        day = DUE - datetime.timedelta(days=left)
        run(day)
        run(day)
        if people := told(box):
            said[left] = people
    assert said == {
        7: ["editor"],
        3: ["editor"],
        1: ["editor"],
        0: ["editor"],
        -1: ["editor", "head"],
        -5: ["akim"],
    }


def test_a_morning_that_was_missed_is_made_up_for_by_the_step_in_force(case, box):
    run(DUE - datetime.timedelta(days=2))
    assert told(box) == ["editor"]
    assert Notice.objects.get().key.endswith(":3")


def test_letters_are_in_the_readers_language_one_a_person(case, box):
    editor, _project, _period = case
    factories.project(reference="SYN-2", curator=editor, created_at=LONG_AGO)
    run(DUE - datetime.timedelta(days=1))
    [(address, subject, text)] = box.take()
    assert address == "editor@example.org" and "2" in subject
    with translation.override("ru"):
        lines = [notices.text_of(notice) for notice in Notice.objects.order_by("pk")]
    assert "SYN-1 Синтетический" in lines[0] and "5 ноября 2026" in lines[0]
    assert all(line in text.replace("\r\n", "\n") for line in lines)


def test_what_was_reported_is_said_no_longer(case, box):
    editor, project, period = case
    run(DUE - datetime.timedelta(days=3))
    assert told(box) == ["editor"]
    update = factories.update(project=project, period=period, author=editor, status="submitted")
    run(DUE + datetime.timedelta(days=1))
    assert told(box) == []
    assert not Notice.objects.filter(read_at=None).exists()
    Update.objects.filter(pk=update.pk).update(
        status="returned", reviewer=factories.reviewer(), reviewed_at=timezone.now(), review_comment="Synthetic"
    )
    run(DUE + datetime.timedelta(days=2))
    assert told(box) == ["editor", "head"]


def test_without_a_curator_those_are_told_who_may_report(case, box):
    _editor, project, _period = case
    project.curator = None
    project.save()
    factories.editor("synthetic-other", places=[factories.place("275400000")], email="other@example.org")
    run(DUE)
    assert told(box) == ["editor", "head"]  # the head edits the sector
    get_user_model().objects.update(is_active=False)
    factories.administrator(email="chief@example.org")
    run(DUE + datetime.timedelta(days=1))
    assert told(box) == ["chief"]


def test_a_letter_that_fails_waits_for_the_next_run_and_stops_no_other(case, box):
    box.refused = {"editor@example.org"}
    with pytest.raises(CommandError, match=rf": {case[0].pk}$"):
        run(DUE + datetime.timedelta(days=1))
    assert told(box) == ["head"]
    assert Notice.objects.get(user__username="synthetic-editor").mailed_at is None
    box.refused = set()
    run(DUE + datetime.timedelta(days=1))
    assert told(box) == ["editor"]


def test_an_update_is_said_to_whom_it_waits_for_until_its_state_changes(case, box, settings):
    settings.SITE_URL = "https://tracker.example.org"
    editor, project, period = case
    head = editor.staff_member.superior
    stand_in, reviewer = factories.analyst(email="stand-in@example.org"), factories.reviewer()
    leave = {"away_from": DUE, "away_until": DUE + datetime.timedelta(days=9), "delegate": stand_in}
    StaffMember.objects.filter(user=head).update(**leave)

    def unread():
        found = Notice.objects.filter(read_at=None, key__startswith="update:").order_by("user__username")
        return {(notice.user, notices.text_of(notice)) for notice in found}

    with translation.override("en"), time_machine.travel("2026-11-04 10:00Z", tick=True):
        update = factories.update(project=project, period=period, author=editor, narrative="Synthetic")
        actions.submit_update(by=editor, update=update)
        waits = "SYN-1 Synthetic project 1: the report of synthetic-editor for October 2026 waits for your decision."
        ((who, text),) = unread()
        assert (who, text.replace(project.name_en, "Synthetic project 1")) == (head, waits)
    run(DUE)  # the leave has begun
    letters = {address: text for address, _subject, text in box.take()}
    assert letters.keys() == {"head@example.org", "stand-in@example.org"}
    assert f"https://tracker.example.org/kk/updates/{update.pk}/review/" in letters["head@example.org"]
    with translation.override("en"), time_machine.travel("2026-11-05 10:00Z", tick=True):
        actions.return_update(by=stand_in, update=update, comment="Synthetic: enclose the act")
        ((who, text),) = unread()
        assert who == editor
        assert text.endswith("was returned. Synthetic: enclose the act")
        actions.submit_update(by=editor, update=update)
        assert {who for who, _text in unread()} == {head, stand_in}
        actions.approve_update(by=head, update=update)  # on to the deputy akim
        ((who, _text),) = unread()
        assert who == head.staff_member.superior
        actions.approve_update(by=who, update=update)
        ((who, text),) = unread()
        assert who == editor
        assert text.endswith("was approved.")
        StaffMember.objects.filter(user=editor).update(superior=None)
        alone = actions.submit_update(by=editor, update=factories.update(project=project, author=editor, narrative="x"))
        assert {who for who, text in unread() if "waits" in text} == {reviewer}
        assert alone.holder is None
    run(DUE + datetime.timedelta(days=1))
    assert told(box) == ["akim", "editor"][1:]  # what was decided meanwhile is not said any more


def test_a_document_that_expires_is_said_to_the_curator(case, box):
    _editor, project, _period = case
    project.status = "suspended"  # owes no reports
    project.status_reason, project.status_on, project.review_on = "Synthetic", DUE, DUE
    project.save()
    document = factories.document(title="Synthetic licence", expires_on=DUE)
    factories.project_document(project=project, document=document)
    said = {}
    for left in (31, 30, 29, 8, 7, 6, 0, -1, -2):
        run(DUE - datetime.timedelta(days=left))
        for _address, _subject, text in box.take():
            said[left] = text
    assert said.keys() == {30, 7, 0, -1}
    assert all("Synthetic licence" in text and "5 ноября 2026" in text for text in said.values())
    (newest,) = Notice.objects.filter(read_at=None)
    assert notices.address_of(newest).endswith(f"/documents/{document.pk}/")
    document.expires_on = DUE + datetime.timedelta(days=365)
    document.save()
    run(DUE + datetime.timedelta(days=3))
    assert not Notice.objects.filter(read_at=None).exists()


def test_the_day_may_be_given(case, box):
    call_command("send_reminders", on="2026-11-04", stdout=io.StringIO())
    assert told(box) == ["editor"]
    with pytest.raises(CommandError, match="2025-10-10"):
        call_command("send_reminders", on="tomorrow")


def test_two_runs_at_once_say_it_once(transactional_db, settings, box):
    """Each in a thread of its own, hence with a connection of its own, beginning together."""
    make_case(settings)
    start, errors = threading.Barrier(4), []

    def go():
        try:
            start.wait()
            reminders.make(DUE)
            reminders.send()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert told(box) == ["editor"]
    assert Notice.objects.count() == 1
