"""Closed periods: the frozen report never changes, whatever is written later; corrections are told beside it."""

import datetime
import random
from decimal import Decimal

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.urls import reverse
from django.utils import translation

from projects import actions, closing, notices
from projects.actions import Refused
from projects.forms import FORMS
from projects.models import Amount, Notice, PeriodReport, Project, ReportingPeriod, Update
from tests import factories
from tests.pages import read

pytestmark = pytest.mark.django_db

END = datetime.date(2026, 10, 31)
BEFORE, AFTER = datetime.date(2026, 10, 5), datetime.date(2026, 11, 5)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def period():
    return factories.reporting_period()


@pytest.fixture
def projects():
    factories.metric("physical_progress", dimension="share")
    found = [factories.project(announced_on=BEFORE) for _number in range(3)]
    for number, project in enumerate(found):
        factories.amount(project=project, value=100 + number, as_of=BEFORE)
        factories.stage_change(project=project, stage=factories.stage(), effective_on=BEFORE)
        progress(project, 10 * number + 5, BEFORE)
    return found


def progress(project, value, day):
    metric = factories.metric("physical_progress", dimension="share")
    unit = factories.unit("%", dimension="share")
    return factories.observation(project=project, metric=metric, unit=unit, value=value, status="actual", as_of=day)


def close(period, by=None):
    return closing.close_period(by=by or factories.reviewer(), period=period)


def line(report, project):
    return next(line for line in report.content["lines"] if line["reference"] == project.reference)


def test_a_report_says_what_was_true_on_the_last_day(period, projects):
    first = projects[0]
    factories.amount(project=first, value=7, kind="disbursed", as_of=AFTER)  # known, but of a later day
    factories.amount(project=first, value=9, kind="disbursed", as_of=BEFORE, is_confidential=True)
    factories.project(announced_on=AFTER)
    progress(first, 50, AFTER)
    report = close(period)
    assert [row["reference"] for row in report.content["lines"]] == [project.reference for project in projects]
    said = line(report, first)
    assert (said["stage"], said["progress"]) == ("construction", "5")
    assert said["announced"] == {"value": "100.00", "bound": "eq", "count": 1, "unconverted": 0}
    assert said["disbursed"]["value"] is None
    assert report.content["totals"]["announced"]["value"] == "303.00"
    period.refresh_from_db()
    assert (report.as_of, report.known_at) == (END, period.closed_at)
    assert closing.is_intact(report)


# Each writes something at random that may change what a report would say now.
CHANGES = [
    lambda rng, project: factories.amount(
        project=project, value=rng.randint(1, 10**9), kind=rng.choice(closing.KINDS), as_of=rng.choice([BEFORE, AFTER])
    ),
    lambda rng, project: Amount.objects.filter(project=project).update(value=rng.randint(1, 10**9)),
    lambda rng, project: Amount.objects.filter(project=project).delete(),
    lambda rng, project: progress(project, rng.randint(0, 100), rng.choice([BEFORE, AFTER])),
    lambda rng, project: factories.stage_change(
        project=project,
        stage=factories.stage(rng.choice("abc")),
        effective_on=END - datetime.timedelta(rng.randint(0, 300)),
    ),
    lambda rng, project: Project.objects.filter(pk=project.pk).update(name_en=f"Synthetic {rng.random()}"),
    lambda rng, project: Project.objects.filter(pk=project.pk).update(announced_on=rng.choice([BEFORE, AFTER])),
    lambda rng, project: factories.project(announced_on=BEFORE),
]


@pytest.mark.parametrize("seed", range(5))
def test_no_later_change_changes_the_report(period, projects, seed):
    """Random writes: the stored content and its hash stay; what is recomputed for the day differs and is told."""
    report, rng = close(period), random.Random(seed)
    for _time in range(8):
        change = rng.choice(CHANGES)
        try:
            with transaction.atomic():
                change(rng, rng.choice(projects))
        except IntegrityError:  # the same stage on the same day again
            continue
    kept = PeriodReport.objects.get(pk=report.pk)
    assert (kept.content, kept.sha256) == (report.content, report.sha256)
    assert closing.sha256_of(kept.content) == report.sha256
    now = closing.content(as_of=END)["lines"]
    told = {(c.reference, c.name) for c in closing.corrections(kept, factories.reviewer())}
    then = {row["reference"]: row for row in kept.content["lines"]}
    today = {row["reference"]: row for row in now}
    expected = {
        (reference, name)
        for reference in then.keys() | today.keys()
        for name in (*closing.FACTS, *closing.KINDS)
        if then.get(reference, {}).get(name) != today.get(reference, {}).get(name)
    }
    assert told == expected


def test_a_project_with_another_reference_is_the_same_project(period, projects):
    report = close(period)
    Project.objects.filter(pk=projects[0].pk).update(reference="SYN-RENAMED")
    assert closing.corrections(report, factories.reviewer()) == []


def test_a_correction_names_who_when_and_why(client, period, projects):
    report, editor = close(period), factories.editor(first_name="Synthetic", last_name="Editor")
    with factories.acting(editor, reason="The letter said 200"):
        Amount.objects.filter(project=projects[0]).update(value=Decimal(200))
    with pgtrigger.ignore():  # the test is one transaction, which began before the period was closed
        newest = Amount.pgh_event_model.objects.order_by("-pgh_id")[:1].values("pgh_id")
        written = Amount.pgh_event_model.objects.filter(pgh_id__in=newest)
        written.update(pgh_created_at=report.known_at + datetime.timedelta(hours=1))
    (correction,) = closing.corrections(report, factories.analyst())
    assert (correction.reference, correction.name) == (projects[0].reference, "announced")
    assert (correction.then["value"], correction.now["value"]) == ("100.00", "200.00")
    ((who, _when, why),) = correction.changes
    assert (who, why) == ("Synthetic Editor", "The letter said 200")
    client.force_login(factories.analyst())
    page = read(client.get(reverse("period-detail", args=[period.pk])))
    assert "100" in page.one("section", id="report").text
    row = page.one("section", id="corrections").one("tr", data_reference=projects[0].reference).text
    for words in ("KZT 100", "KZT 200", "Synthetic Editor", "The letter said 200"):
        assert words in row
    assert report.sha256 in page.text
    assert "corrected later" in page.one("section", id="report").one("tr", data_reference=projects[0].reference).text


def test_the_lines_add_up_with_what_is_not_allocated(client, period, projects):
    """A programme's headline beyond its projects is a line of its own, and corrected like the others."""
    programme = factories.programme()
    Project.objects.update(programme=programme)
    whole = factories.amount(programme=programme, project=None, value=1000, as_of=BEFORE)
    Amount.objects.filter(project=projects[0]).update(included_in=whole, inclusion="yes")
    report = close(period)
    values = [Decimal(row["announced"]["value"]) for row in report.content["lines"]]
    assert values == [100, 101, 102, 900]
    assert Decimal(report.content["totals"]["announced"]["value"]) == sum(values)
    Amount.objects.filter(pk=whole.pk).update(value=2000)
    (correction,) = closing.corrections(report, factories.analyst())
    assert (correction.reference, correction.now["value"]) == (programme.code, "1900.00")
    client.force_login(factories.analyst())
    page = read(client.get(reverse("period-detail", args=[period.pk])))
    assert "not allocated" in page.one("section", id="report").text
    link = page.one("section", id="corrections").one("a", href=programme.get_absolute_url())
    assert client.get(link["href"]).status_code == 200


def test_a_change_of_a_later_day_corrects_nothing(period, projects):
    report = close(period)
    factories.amount(project=projects[0], value=7, kind="disbursed", as_of=AFTER)
    progress(projects[0], 80, AFTER)
    assert closing.corrections(report, factories.reviewer()) == []


class TestClosing:
    def test_only_once_only_when_over_and_only_when_all_is_decided(self, period):
        update = factories.update(period=period, status="submitted")
        with pytest.raises(Refused, match="wait for review: 1"):
            close(period)
        Update.objects.filter(pk=update.pk).update(status="draft")
        today = datetime.date.today()
        later = factories.reporting_period(start_on=today, end_on=today, due_on=today)
        with pytest.raises(Refused, match="not over yet"):
            close(later)
        close(period)
        with pytest.raises(Refused, match="is frozen"):
            close(period)
        assert PeriodReport.objects.count() == 1

    def test_by_whom(self, client, period):
        url = reverse("period-detail", args=[period.pk])
        for user, status in (
            (factories.analyst(), 403),
            (factories.editor(), 403),
            (factories.outsider(), 403),
            (factories.reviewer(), 303),
        ):
            client.force_login(user)
            may = status == 303
            if user.groups.exists():
                assert ("Close the period" in client.get(url).content.decode()) is may
            assert client.post(url).status_code == status
        with pytest.raises(Refused):
            closing.close_period(by=factories.editor(), period=factories.reporting_period())
        assert client.post(url).status_code == 422  # closed already

    def test_the_database_keeps_it(self, period):
        report = close(period)
        for write in (
            "UPDATE projects_periodreport SET content = '{}'",
            "DELETE FROM projects_periodreport",
        ):
            with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(write)
        assert PeriodReport.objects.get().sha256 == report.sha256

    def test_nothing_is_written_into_a_closed_period(self, period):
        update = factories.update(period=period, status="approved")
        close(period)
        for write in (
            lambda: Update.objects.filter(pk=update.pk).update(narrative="Synthetic"),
            lambda: Update.objects.filter(pk=update.pk).delete(),
            lambda: factories.update(period=period),
            lambda: Update.objects.filter(pk=factories.update().pk).update(period=period),
        ):
            with pytest.raises(IntegrityError, match="update_period_is_open"), transaction.atomic():
                write()

    @pytest.mark.parametrize("status", ["draft", "returned"])
    def test_what_was_not_sent_goes_on_without_the_period(self, period, status):
        update = factories.update(period=period, status=status)
        close(period)
        update.refresh_from_db()
        assert (update.period, update.status, update.narrative) == (None, status, "Synthetic report")
        assert actions.submit_update(by=update.author, update=update).status == "submitted"

    def test_nobody_types_the_time_of_closing(self):
        assert "closed_at" not in FORMS[ReportingPeriod]().fields


class TestOpeningAgain:
    def test_by_whom_and_why(self, client, period):
        """A reviewer with a reason; an analyst sees the page and not the button; somebody without a role, nothing."""
        close(period)
        page, url = (reverse(name, args=[period.pk]) for name in ("period-detail", "period-reopen"))
        reviewer = factories.reviewer(first_name="Synthetic", last_name="Reviewer")
        for user, sees in ((factories.editor(), 200), (factories.analyst(), 200), (factories.outsider(), 403)):
            client.force_login(user)
            found = client.get(page)
            assert (found.status_code, "Open the period again" in found.content.decode()) == (sees, False)
            assert client.post(url, {"reason": "A late report"}).status_code == 403
            with pytest.raises(Refused, match="Only a reviewer"):
                closing.reopen_period(by=user, period=period, reason="A late report")
        client.force_login(reviewer)
        assert read(client.get(page)).one("section", id="reopen")
        for reason in ("", "  ", "x" * 1001):
            refused = client.post(url, {"reason": reason})
            assert (refused.status_code, reason.strip() in refused.content.decode()) == (422, True)
        assert client.post(url, {"reason": "A late report <b>"}).status_code == 303
        assert client.post(url, {"reason": "Twice"}).status_code == 422
        client.force_login(factories.analyst())
        told = read(client.get(page)).one("section", id="closings").text
        for words in ("A late report <b>", "Synthetic Reviewer"):
            assert words in told
        assert "open again" in read(client.get(reverse("period-list"))).one("tr", data_id=str(period.pk)).text

    def test_it_takes_reports_until_it_is_closed_anew(self, client, period, projects):
        first = close(period)
        closing.reopen_period(by=factories.reviewer(), period=period, reason="A late report")
        update = factories.update(period=period, project=projects[0], status="approved")
        Amount.objects.filter(project=projects[0]).update(value=Decimal(500))
        second = close(period)
        assert Update.objects.filter(pk=update.pk).exists()
        with pytest.raises(IntegrityError, match="update_period_is_open"), transaction.atomic():
            Update.objects.filter(pk=update.pk).update(narrative="Synthetic")
        kept = PeriodReport.objects.get(pk=first.pk)
        assert (line(kept, projects[0])["announced"]["value"], closing.is_intact(kept)) == ("100.00", True)
        assert line(second, projects[0])["announced"]["value"] == "500.00"
        client.force_login(factories.analyst())
        page = read(client.get(reverse("period-detail", args=[period.pk])))
        assert second.sha256 in page.text
        earlier = reverse("period-report", args=[period.pk, first.pk])
        assert page.one("section", id="closings").one("a")["href"] == earlier
        assert first.sha256 in read(client.get(earlier)).text
        assert client.get(reverse("period-report", args=[period.pk, 0])).status_code == 404

    def test_who_is_told(self, period):
        """Who owes a report, has begun one or closed the period; not who opens it. Closing anew settles it."""
        owes, done, wrote, closed = factories.editor(), factories.editor(), factories.editor(), factories.reviewer()
        moment = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)
        late, reported = (factories.project(curator=who, created_at=moment) for who in (owes, done))
        factories.update(project=late, period=period, author=wrote)
        sent = factories.update(project=reported, period=period, author=done)
        Update.objects.filter(pk=sent.pk).update(
            status="approved", submitted_at=moment, reviewed_at=moment, reviewer=closed
        )
        close(period, by=closed)
        by = factories.reviewer(first_name="Synthetic", last_name="Reviewer")
        closing.reopen_period(by=by, period=period, reason="A late report")
        told = Notice.objects.filter(key__startswith=notices.PERIOD)
        assert {notice.user for notice in told} == {owes, wrote, closed}
        notice = told.first()
        assert notices.text_of(notice) == (
            "Synthetic Reviewer has opened the reporting period October 2026 again: A late report"
        )
        assert notices.address_of(notice) == reverse("period-detail", args=[period.pk])
        close(period)
        assert not told.filter(read_at=None).exists()


def test_the_list_of_periods(client, period):
    close(period)
    opened = factories.reporting_period(start_on=datetime.date(2026, 9, 1), end_on=datetime.date(2026, 9, 30))
    client.force_login(factories.analyst())
    page = read(client.get(reverse("period-list")))
    assert {row["data-id"] for row in page.all("tr", data_id=True)} == {str(period.pk), str(opened.pk)}
    assert "open" in page.one("tr", data_id=str(opened.pk)).text
    assert "open" not in page.one("tr", data_id=str(period.pk)).text
