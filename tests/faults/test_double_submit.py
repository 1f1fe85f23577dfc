"""The same form twice, ten times at once, with other content, over somebody else's change: one write, or none."""

import threading

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from projects import actions
from projects.forms import FORMS
from projects.models import Problem, Project, Submission, Update
from tests import factories
from tests.filling import filled

KEY = "5b9c3f52-7a0e-4c5e-8d0c-1d2f5a1b7c11"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def report(project, user, **typed):
    """A valid report on a project, as its form sends it."""
    form = FORMS[Update](user=user, fixed={"project": project})
    return filled(form, **({"narrative": "Synthetic", "submission_key": KEY} | typed))


def at_once(count, act):
    """Run `act(number)` in so many threads that start together; returns what each returned."""
    barrier, answers = threading.Barrier(count), [None] * count

    def run(number):
        try:
            barrier.wait()
            answers[number] = act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db
class TestOneAfterTheOther:
    def test_the_same_key_twice_is_one_write(self):
        editor, project = factories.editor(), factories.project()
        url, data = reverse("update-new", args=[project.reference]), report(project, editor)
        first, second = signed_in(editor).post(url, data), signed_in(editor).post(url, data)
        assert (first.status_code, second.status_code) == (303, 303)
        assert first.url == second.url
        assert Update.objects.count() == Submission.objects.count() == 1

    def test_the_same_key_with_other_content_writes_nothing(self):
        editor, project = factories.editor(), factories.project()
        url = reverse("update-new", args=[project.reference])
        signed_in(editor).post(url, report(project, editor))
        other = signed_in(editor).post(url, report(project, editor, narrative="Something else"))
        assert other.status_code == 422
        assert "already sent with other content" in other.content.decode()
        assert "Something else" in other.content.decode()
        assert KEY not in other.content.decode()
        assert Update.objects.get().narrative == "Synthetic"

    def test_an_edit_sent_twice_is_no_conflict(self):
        editor, project = factories.editor(), factories.project()
        url = reverse("project-edit", args=[project.reference])
        shown = FORMS[Project](instance=project, user=editor)
        data = filled(shown, cadastral_number="1", submission_key=KEY)
        answers = [signed_in(editor).post(url, data) for _time in range(3)]
        assert [answer.status_code for answer in answers] == [303, 303, 303]
        assert Project.objects.get(pk=project.pk).version == 2

    def test_the_key_of_another_person_is_another_key(self):
        project = factories.project()
        url = reverse("update-new", args=[project.reference])
        for user in (factories.editor(), factories.editor()):
            assert signed_in(user).post(url, report(project, user)).status_code == 303
        assert Update.objects.count() == 2

    def test_without_a_key_nothing_is_written(self):
        editor, project = factories.editor(), factories.project()
        url = reverse("update-new", args=[project.reference])
        for key in (None, "", "short", "x" * 101, "a\x00b-------"):
            answer = signed_in(editor).post(url, report(project, editor, submission_key=key))
            assert answer.status_code == 422
            assert 'role="alert"' in answer.content.decode()
        assert not Update.objects.exists()

    def test_a_refused_form_keeps_no_key(self):
        editor, project = factories.editor(), factories.project()
        url = reverse("update-new", args=[project.reference])
        assert signed_in(editor).post(url, report(project, editor, narrative="")).status_code == 422
        assert not Submission.objects.exists()
        assert signed_in(editor).post(url, report(project, editor)).status_code == 303

    def test_what_fails_after_the_write_leaves_nothing(self, monkeypatch):
        """Update and submission are one transaction: where sending is refused, the draft is not kept either."""
        editor, project = factories.editor(), factories.project()

        def refused(**arguments):
            raise actions.Refused("Synthetic refusal.")

        monkeypatch.setattr(actions, "submit_update", refused)
        url = reverse("update-new", args=[project.reference])
        answer = signed_in(editor).post(url, report(project, editor, submit="on"))
        assert answer.status_code == 422
        assert "Synthetic refusal." in answer.content.decode()
        assert not Update.objects.exists()
        assert not Submission.objects.exists()

    def test_a_constraint_met_at_the_last_moment_is_a_sentence(self, monkeypatch):
        """Two people add the same; the form of the second was checked before the first was written."""
        editor, project = factories.editor(), factories.project()
        taken = factories.project(reference="SYN-TAKEN")
        form_class = FORMS[Project]
        monkeypatch.setattr(form_class, "clean_reference", lambda form: form.cleaned_data["reference"])
        monkeypatch.setattr(Project, "validate_constraints", lambda project, exclude=None: None)
        url = reverse("project-edit", args=[project.reference])
        data = filled(form_class(instance=project, user=editor), reference=taken.reference.lower())
        answer = signed_in(editor).post(url, data)
        assert answer.status_code == 422
        assert "Another project has this reference." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_ten_times_at_once_is_one_row(self):
        editor, project = factories.editor(), factories.project()
        url, data = reverse("update-new", args=[project.reference]), report(project, editor)
        clients = [signed_in(editor) for _number in range(10)]
        answers = at_once(10, lambda number: clients[number].post(url, data))
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.url for answer in answers}) == 1
        assert Update.objects.count() == Submission.objects.count() == 1

    def test_ten_edits_of_one_version_one_wins(self):
        editor, project = factories.editor(), factories.project()
        url = reverse("project-edit", args=[project.reference])
        shown = FORMS[Project](instance=project, user=editor)
        forms = [filled(shown, cadastral_number=f"number {n}", submission_key=f"{KEY[:-2]}{n:02d}") for n in range(10)]
        clients = [signed_in(editor) for _number in range(10)]
        answers = at_once(10, lambda number: clients[number].post(url, forms[number]))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [303] + [409] * 9
        winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
        project.refresh_from_db()
        assert (project.version, project.cadastral_number) == (2, f"number {winner}")
        for number, answer in enumerate(answers):
            if answer.status_code == 409:
                page = answer.content.decode()
                assert f"number {winner}" in page
                assert f"number {number}" in page

    def test_ten_projects_at_once_get_ten_references(self):
        factories.place()
        administrator = factories.administrator()
        names = {"name_kk": "а", "name_ru": "б", "reference": ""}
        forms = [filled(FORMS[Project](), submission_key=f"{KEY[:-2]}{n:02d}", **names) for n in range(10)]
        clients = [signed_in(administrator) for _number in range(10)]
        answers = at_once(10, lambda number: clients[number].post(reverse("project-new"), forms[number]))
        assert {answer.status_code for answer in answers} <= {303, 422}
        saved = sum(answer.status_code == 303 for answer in answers)
        assert Project.objects.count() == saved
        assert saved >= 3

    def test_a_decision_on_an_update_is_taken_once(self):
        update = factories.update(status="submitted")
        reviewers = [factories.reviewer() for _number in range(4)]

        def decide(number):
            try:
                return actions.approve_update(by=reviewers[number], update=update).status
            except actions.Refused:
                return "refused"

        assert sorted(at_once(4, decide)) == ["approved", "refused", "refused", "refused"]

    def test_negative_control_without_keys_ten_posts_are_ten_rows(self, monkeypatch):
        """The harness can see duplicates: with a key of its own for each post, there are ten."""
        editor, project = factories.editor(), factories.project()
        url = reverse("update-new", args=[project.reference])
        forms = [report(project, editor, submission_key=f"{KEY[:-2]}{number:02d}") for number in range(10)]
        clients = [signed_in(editor) for _number in range(10)]
        at_once(10, lambda number: clients[number].post(url, forms[number]))
        assert Update.objects.count() == 10

    def test_negative_control_without_versions_the_last_one_wins_silently(self):
        """The harness can see a lost update: written past the version, both are told that they saved."""
        problem = factories.problem()
        for title in ("first", "second"):
            Problem.objects.filter(pk=problem.pk).update(title_en=title)
        problem.refresh_from_db()
        assert (problem.title_en, problem.version) == ("second", 3)

    def test_a_submission_is_unique_in_the_database(self):
        user = factories.outsider()
        Submission.objects.create(user=user, key=KEY, body_hash="0")
        with pytest.raises(IntegrityError, match="submission_once"):
            Submission.objects.create(user=user, key=KEY, body_hash="0")
