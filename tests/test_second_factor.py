"""The second factor: from setting up to turning off, for whom it is asked, and what it leaves for ever."""

import io
import re
import time

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from projects import notices, second_factor
from projects.models import ApiToken, Notice, SecondFactorEvent
from projects.signin import TYPED
from projects.tokens import create_token
from tests import factories

pytestmark = pytest.mark.django_db
LOGIN, CODE, HOME = "/en/accounts/login/", "/en/accounts/login/code/", "/en/"
PAGE, NEW = "/en/accounts/second-factor/", "/en/accounts/second-factor/new/"
KEY = "00112233445566778899aabbccddeeff00112233"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def code(steps=0, key=KEY):
    """The six digits that a phone with the key shows now, or steps of half a minute later."""
    return f"{totp(bytes.fromhex(key)) if not steps else totp(bytes.fromhex(key), t0=-30 * steps):06}"


def equip(person):
    """Give the person a phone, as a page of theirs would. Returns: the recovery codes."""
    with transaction.atomic():
        _device, codes = second_factor.set_up(user=person, key=KEY, typed=code(), address=None)
        TOTPDevice.objects.filter(user=person).update(last_t=-1)  # the code of now may be typed again
    return codes


def sign_in(person, next_page=""):
    """A browser after name and password."""
    client = Client()
    typed = {"username": person.username, "password": factories.PASSWORD, "next": next_page}
    return client, client.post(LOGIN, typed)


def again(person):
    """As if the pauses after wrong codes were over."""
    TOTPDevice.objects.filter(user=person).update(throttling_failure_count=0)


def done_to(person):
    return list(person.second_factor_events.order_by("pk").values_list("change", "by__username"))


class TestSignIn:
    def test_without_a_device_the_password_is_enough(self):
        client, answer = sign_in(factories.analyst())
        assert (answer.status_code, answer.url) == (302, HOME)
        assert client.get(HOME).status_code == 200

    def test_with_one_the_session_begins_with_the_code(self):
        person = factories.analyst()
        equip(person)
        client, answer = sign_in(person, "/en/projects/?q=x")
        assert (answer.status_code, answer.url) == (302, CODE)
        assert client.get(HOME).status_code == 302, "nobody is signed in by the password alone"
        before = client.cookies["sessionid"].value
        wrong = client.post(CODE, {"code": "000 000"})
        assert wrong.status_code == 422
        assert "not valid" in wrong.content.decode()
        again(person)
        now = code()
        answer = client.post(CODE, {"code": f" {now[:3]} {now[3:]} "})
        assert (answer.status_code, answer.url) == (302, "/en/projects/?q=x")
        assert client.cookies["sessionid"].value != before
        assert client.get(HOME).status_code == 200
        other, _answer = sign_in(person)
        assert other.post(CODE, {"code": now}).status_code == 422, "a code is taken once"

    @pytest.mark.parametrize(("steps", "status"), [(1, 302), (3, 422), (-2, 422)])
    def test_a_clock_may_be_one_step_off(self, steps, status):
        person = factories.analyst()
        equip(person)
        client, _answer = sign_in(person)
        assert client.post(CODE, {"code": code(steps)}).status_code == status

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1" * 41, "12\x0034", "٣٣٣٣٣٣", "1234 5678 9012"])
    def test_what_is_no_code_is_told_in_a_sentence(self, typed):
        person = factories.analyst()
        equip(person)
        client, _answer = sign_in(person)
        answer = client.post(CODE, {"code": typed})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()

    def test_wrong_codes_ask_for_a_pause_and_then_lock(self, settings):
        person = factories.analyst()
        equip(person)
        client, _answer = sign_in(person)
        for _number in range(3):
            client.post(CODE, {"code": "000000"})
            TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now() - timezone.timedelta(hours=1))
        TOTPDevice.objects.update(throttling_failure_timestamp=timezone.now())
        assert re.search(r"Try again in \d+ seconds", client.post(CODE, {"code": code()}).content.decode())
        for _number in range(settings.AXES_FAILURE_LIMIT):
            last = client.post(CODE, {"code": "000000"})
        assert last.status_code == 429
        assert AccessAttempt.objects.get().username == person.username
        again(person)
        assert client.post(CODE, {"code": code()}).status_code == 429
        assert sign_in(person)[1].status_code == 429

    def test_a_recovery_code_is_used_once(self):
        person = factories.analyst()
        codes = equip(person)
        assert len(set(codes)) == 10
        assert not StaticToken.objects.filter(token__in=[each.replace(" ", "") for each in codes]).exists()
        client, _answer = sign_in(person)
        assert client.post(CODE, {"code": codes[0].replace(" ", "-")}).status_code == 302
        assert "9 are left" in client.get(HOME).content.decode()
        again, _answer = sign_in(person)
        assert again.post(CODE, {"code": codes[0]}).status_code == 422
        assert done_to(person)[1:] == [("code_used", person.username)]

    @pytest.mark.parametrize("change", ["late", "password", "inactive"])
    def test_the_password_counts_for_a_while_and_while_it_is_the_password(self, change):
        person = factories.analyst()
        equip(person)
        client, _answer = sign_in(person)
        if change == "late":
            session = client.session
            session["waiting_for_code"] |= {"since": int(time.time()) - 601}
            session.save()
        elif change == "password":
            person.set_password("synthetic-password-2")
            person.save()
        else:
            User.objects.update(is_active=False)
        answer = client.post(CODE, {"code": code()})
        assert (answer.status_code, answer.url) == (302, LOGIN)

    def test_nobody_gets_to_the_code_without_a_password(self, client):
        assert client.get(CODE).url == LOGIN
        client.force_login(factories.analyst())
        assert client.get(CODE).url == HOME


class TestSettingUp:
    def test_from_the_picture_to_the_codes(self, client):
        person = factories.analyst()
        client.force_login(person)
        other = Client()
        other.force_login(person)
        assert "It is not set up" in client.get(PAGE).content.decode()
        page = client.get(NEW).content.decode()
        key = client.session["new_second_factor"]
        assert "<svg" in page and " style=" not in page
        assert client.get(NEW).status_code == 200 and client.session["new_second_factor"] == key
        refused = client.post(NEW, {"code": "000000"})
        assert (refused.status_code, TOTPDevice.objects.count()) == (422, 0)
        assert "Look at the clock" in refused.content.decode()
        answer = client.post(NEW, {"code": code(key=key), "next": "/en/projects/"})
        codes = re.findall(r"<code>(\d{4} \d{4} \d{4})</code>", answer.content.decode())
        assert (answer.status_code, len(codes)) == (200, 10)
        assert 'href="/en/projects/"' in answer.content.decode()
        assert answer.headers["Cache-Control"] == "no-store"
        assert client.get(HOME).status_code == 200
        assert "10 recovery codes are left" in client.get(PAGE).content.decode()
        assert client.get(NEW).url == PAGE
        assert other.get(HOME).status_code == 302, "sessions that began with the password alone have ended"
        assert done_to(person) == [("set_up", person.username)]

    def test_no_address_of_others_is_led_to(self, client):
        client.force_login(factories.analyst())
        assert "evil" not in client.get(f"{NEW}?next=//evil.example").content.decode().split("<main", 1)[1]

    def test_new_codes_end_the_former_ones(self, client):
        person = factories.analyst()
        former = equip(person)
        client, _answer = sign_in(person)
        client.post(CODE, {"code": former[0]})
        assert client.post(f"{PAGE}codes/", {"code": "000000"}).status_code == 422
        again(person)
        assert client.post(f"{PAGE}codes/", {"code": code()}).status_code == 200
        assert StaticToken.objects.count() == 10
        assert sign_in(person)[0].post(CODE, {"code": former[1]}).status_code == 422
        assert [change for change, _by in done_to(person)] == ["set_up", "code_used", "codes_renewed"]

    def test_turning_off_asks_for_password_and_code(self):
        person = factories.analyst()
        codes = equip(person)
        client, _answer = sign_in(person)
        client.post(CODE, {"code": codes[0]})
        for typed in ({"password": "wrong", "code": code()}, {"password": factories.PASSWORD, "code": "1"}, {}):
            assert client.post(f"{PAGE}off/", typed).status_code == 422
        assert client.post(f"{PAGE}off/", {"password": factories.PASSWORD, "code": codes[1]}).status_code == 302
        assert client.get(HOME).status_code == 200
        assert (TOTPDevice.objects.count(), StaticToken.objects.count()) == (0, 0)
        assert done_to(person)[-1] == ("turned_off", person.username)
        assert client.get(f"{PAGE}off/").url == PAGE
        assert client.get(f"{PAGE}codes/").url == PAGE


class TestPasswordAgain:
    """What decides who gets in asks for the password once more, a quarter of an hour after it was typed."""

    AGAIN = "/en/accounts/password/again/"

    def later(self, client, minutes):
        session = client.session
        session[TYPED] -= minutes * 60
        session.save()

    @pytest.mark.parametrize("page", [NEW, f"{PAGE}codes/"])
    def test_before_setting_up_and_new_codes(self, client, page):
        person = factories.analyst()
        codes = equip(person) if page != NEW else None
        client, _answer = sign_in(person)
        if codes:
            client.post(CODE, {"code": codes[0]})
        assert client.get(page).status_code == 200, "the sign-in itself counts"
        self.later(client, 16)
        answer = client.get(f"{page}?next=/en/projects/")
        assert (answer.status_code, answer.url) == (302, f"{self.AGAIN}?next={page}%3Fnext%3D/en/projects/")
        form = client.get(answer.url).content.decode()
        assert "For 15 minutes" in form
        assert client.post(page, {"code": "000000"}).status_code == 422, "what was opened in time may be sent"
        self.later(client, 45)
        assert client.post(page, {"code": "000000"}).status_code == 302
        wrong = client.post(self.AGAIN, {"password": "wrong", "next": page})
        assert (wrong.status_code, AccessAttempt.objects.get().username) == (422, person.username)
        assert "This is not your password" in wrong.content.decode()
        right = client.post(self.AGAIN, {"password": factories.PASSWORD, "next": page})
        assert (right.status_code, right.url) == (302, page)
        assert client.get(page).status_code == 200

    def test_it_leads_to_no_address_of_others_and_is_locked_like_a_sign_in(self, client, settings):
        client.force_login(factories.analyst())
        typed = {"password": factories.PASSWORD, "next": "//evil.example"}
        assert client.post(self.AGAIN, typed).url == PAGE
        answers = [client.post(self.AGAIN, {"password": "wrong"}) for _number in range(settings.AXES_FAILURE_LIMIT + 1)]
        assert answers[-1].status_code == 429
        assert client.post(self.AGAIN, typed).status_code == 429

    def test_before_people_are_changed(self, client):
        boss, person = factories.administrator("synthetic-boss"), factories.analyst("synthetic-analyst")
        client.force_login(boss)
        change = reverse("admin:auth_user_change", args=[person.pk])
        pages = [change, reverse("admin:auth_user_add"), reverse("admin:projects_staffmember_add")]
        pages += [reverse("admin:auth_user_password_change", args=[person.pk])]
        assert {client.get(page).status_code for page in pages} == {200}
        self.later(client, 61)
        chosen = {"action": "reset_second_factor", "_selected_action": [str(person.pk)], "index": "0"}
        answers = [client.get(page) for page in pages] + [client.post(page, {}) for page in pages]
        answers += [client.post(reverse("admin:auth_user_changelist"), chosen)]
        assert {answer.url.partition("?")[0] for answer in answers} == {self.AGAIN}
        assert client.get(reverse("admin:auth_user_changelist")).status_code == 200
        auditor = Client()
        auditor.force_login(factories.user(None, "auditor"))
        self.later(auditor, 61)
        assert auditor.get(change).status_code == 200, "who only looks is not asked"


class TestRequired:
    @pytest.fixture
    def people(self):
        return {
            "administrator": factories.administrator(),
            "superuser": factories.user(None, is_superuser=True),
            "analyst": factories.analyst(),
        }

    @pytest.mark.parametrize(
        ("asked_of", "led"),
        [
            ("administrators", {"administrator", "superuser"}),
            ("everyone", {"administrator", "superuser", "analyst"}),
            ("offered", set()),
        ],
    )
    def test_who_lacks_one_does_nothing_else_before(self, settings, people, asked_of, led):
        settings.SECOND_FACTOR = asked_of
        for name, person in people.items():
            client, answer = sign_in(person)
            assert answer.status_code == 302
            home, part = client.get(HOME), client.get("/en/projects/", headers={"HX-Request": "true"})
            token = client.post("/en/tokens/", {"name": "synthetic", "scope": "read"})
            if name not in led:
                assert (home.status_code, part.status_code) == (200, 200), name
                continue
            assert (home.status_code, home.url) == (302, f"{NEW}?next=/en/"), name
            assert (part.status_code, part.headers["HX-Redirect"]) == (200, f"{NEW}?next=/")
            assert (token.status_code, ApiToken.objects.filter(user=person).count()) == (302, 0)
            assert client.get(reverse("admin:index")).status_code == 302
            assert client.get("/api/v1/projects/").status_code == 403
            assert client.get(NEW).status_code == 200
            assert client.post("/en/accounts/logout/").status_code == 302

    def test_tokens_are_keys_of_their_own(self, settings, client, people):
        settings.SECOND_FACTOR = "everyone"
        _row, token = create_token(user=people["administrator"], name="synthetic")
        answer = client.get("/api/v1/projects/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200

    def test_with_one_the_administration_opens(self, settings, people):
        settings.SECOND_FACTOR = "administrators"
        equip(people["administrator"])
        client, _answer = sign_in(people["administrator"], reverse("admin:index"))
        assert client.get(reverse("admin:index")).status_code == 302
        assert client.post(CODE, {"code": code()}).url == reverse("admin:index")
        assert client.get(reverse("admin:index")).status_code == 200


class TestReset:
    def reset(self, client, *people):
        address = reverse("admin:auth_user_changelist")
        keys = [str(person.pk) for person in people]
        return client.post(address, {"action": "reset_second_factor", "_selected_action": keys, "index": "0"})

    def test_an_administrator_resets_it_for_somebody(self, client):
        administrator, person = factories.administrator("synthetic-boss"), factories.analyst()
        equip(person)
        session, _answer = sign_in(person)
        session.post(CODE, {"code": code()})
        client.force_login(administrator)
        assert 'alt="True"' in client.get(reverse("admin:auth_user_changelist")).content.decode()
        assert self.reset(client, person).status_code == 302
        assert session.get(HOME).status_code == 302, "the session of the lost phone has ended"
        assert done_to(person)[-1] == ("reset", "synthetic-boss")
        notice = Notice.objects.get(user=person)
        assert "synthetic-boss has reset" in notices.text_of(notice)
        assert notices.address_of(notice) == PAGE
        assert sign_in(person)[1].url == HOME
        log = client.get(reverse("admin:projects_secondfactorevent_changelist")).content.decode()
        assert "second factor reset" in log

    def test_not_ones_own_nor_that_of_a_superuser(self, client):
        administrator, chief = factories.administrator(), factories.user(None, is_superuser=True)
        equip(chief)
        client.force_login(administrator)
        self.reset(client, chief, administrator)
        assert second_factor.device_of(chief)

    @pytest.mark.parametrize("role", ["auditor", "analyst"])
    def test_not_by_others(self, client, role):
        person = factories.editor()
        equip(person)
        client.force_login(factories.user(None, role))
        assert self.reset(client, person).status_code == 403
        assert second_factor.device_of(person)

    def test_the_command_for_the_last_administrator(self):
        person = factories.administrator("synthetic-last")
        equip(person)
        out = io.StringIO()
        call_command("reset_second_factor", "synthetic-last", stdout=out)
        assert "synthetic-last" in out.getvalue()
        assert done_to(person)[-1] == ("reset", None)
        assert "on the server" in notices.text_of(Notice.objects.get(user=person))
        for name in ("synthetic-last", "synthetic-nobody"):
            with pytest.raises(CommandError, match=name):
                call_command("reset_second_factor", name)

    @pytest.mark.parametrize("change", [lambda rows: rows.update(change="reset"), lambda rows: rows.delete()])
    def test_what_was_done_stays(self, change):
        factories.second_factor_event()
        with pytest.raises(InternalError, match="Cannot update or delete"):
            change(SecondFactorEvent.objects.all())
