"""One's own sign-in: the code after the password, and the second factor from setting up to turning off.

A wrong code is one more failed sign-in for the guard that counts them (django-axes); the device asks for a pause
besides, longer after each (django-otp).
"""

import time
from urllib.parse import quote

import segno
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from django.contrib import messages
from django.contrib.auth import authenticate, get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView
from django_otp.util import random_hex

from projects import second_factor
from projects.forms.second_factor import CodeForm, GivingUpForm, PasswordForm, SignInCodeForm
from projects.second_factor import Wrong
from projects.signin import DEVICE, FRESH, TYPED, password_again
from tracker.errors import locked_out

WAITING, NEW_KEY = "waiting_for_code", "new_second_factor"  # in a session
PATIENCE = 10 * 60  # seconds between the password and the code
FEW = 3  # recovery codes left, at which the person is asked to make new ones


class SignIn(LoginView):
    """Name and password; who has a second factor is asked for a code before the session begins."""

    redirect_authenticated_user = True

    def form_valid(self, form):
        user = form.get_user()
        if second_factor.device_of(user) is None:
            return super().form_valid(form)
        session = self.request.session
        session.cycle_key()
        session[WAITING] = {
            "user": user.pk,
            "password": user.get_session_auth_hash(),
            "backend": user.backend,
            "since": int(time.time()),
            "next": self.get_success_url(),
        }
        return redirect("login-code")


class Refusing(FormView):
    """A form that comes back with 422 and a sentence; wrong codes and passwords count as failed sign-ins."""

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def refuse(self, form, user, field, sentence):
        """The form again, with the sentence at the field."""
        credentials = {"username": user.get_username()}
        user_login_failed.send(sender=type(self).__name__, credentials=credentials, request=self.request)
        form.add_error(field, sentence)
        return self.form_invalid(form)

    def address(self):
        return get_client_ip_address(self.request)

    def is_locked_out(self, user):
        return not AxesProxyHandler.is_allowed(self.request, {"username": user.get_username()})

    def knows_password(self, form):
        """Whether the form has the password of who is signed in; where not, it is said at the field, and counted."""
        name, password = self.request.user.get_username(), form.cleaned_data["password"]
        if authenticate(self.request, username=name, password=password) is not None:
            return True
        form.add_error("password", _("This is not your password."))
        return False


@method_decorator(login_not_required, name="dispatch")
class Code(Refusing):
    """The code of somebody whose password was right; the session begins with it."""

    template_name = "registration/code.html"
    form_class = SignInCodeForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            return redirect("home")
        self.waiting = request.session.get(WAITING, {})
        self.person = get_user_model().objects.filter(pk=self.waiting.get("user"), is_active=True).first()
        is_over = time.time() - self.waiting.get("since", 0) > PATIENCE
        if self.person is None or is_over or self.person.get_session_auth_hash() != self.waiting["password"]:
            return redirect("login")
        if self.is_locked_out(self.person):
            return locked_out(request)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        user, device = self.person, second_factor.device_of(self.person)
        try:
            was_recovery = second_factor.verify(user=user, typed=form.cleaned_data["code"], address=self.address())
        except Wrong as wrong:
            return self.refuse(form, user, "code", str(wrong))
        del self.request.session[WAITING]
        login(self.request, user, backend=self.waiting["backend"])
        self.request.session[DEVICE] = device.pk
        if was_recovery:
            left = second_factor.codes_left(user)
            text = ngettext(
                "A recovery code was used up; %(count)d is left.",
                "A recovery code was used up; %(count)d are left.",
                left,
            )
            messages.warning(self.request, text % {"count": left})
        return HttpResponseRedirect(self.waiting["next"])


class PasswordAgain(RedirectURLMixin, Refusing):
    """The password once more, before a page that decides who gets in; from here back to it."""

    template_name = "registration/password_again.html"
    form_class = PasswordForm
    next_page = "second-factor"

    def dispatch(self, request, *args, **kwargs):
        if self.is_locked_out(request.user):
            return locked_out(request)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"minutes": FRESH // 60, "next": self.get_redirect_url()}

    def form_valid(self, form):
        if not self.knows_password(form):
            return self.form_invalid(form)
        self.request.session[TYPED] = int(time.time())
        return super().form_valid(form)


class SecondFactor(TemplateView):
    """Whether one has a second factor, and what can be done about it."""

    template_name = "registration/second_factor.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        left = second_factor.codes_left(user)
        return super().get_context_data(**kwargs) | {
            "device": second_factor.device_of(user),
            "is_required": second_factor.is_required(user),
            "left": left,
            "are_few": left <= FEW,
        }


class Told(Refusing):
    """A form whose success tells recovery codes, this once."""

    def told(self, codes, leads_to):
        as_file = f"data:text/plain,{quote(chr(10).join(codes))}"
        context = {"codes": codes, "as_file": as_file, "leads_to": leads_to}
        return render(self.request, "registration/recovery_codes.html", context)


class SetUp(RedirectURLMixin, Told):
    """The key as a picture and as text, and the first code; the key is kept in the session until it is confirmed."""

    template_name = "registration/second_factor_new.html"
    form_class = CodeForm

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.device is not None:
            return redirect("second-factor")
        return password_again(request) or super().dispatch(request, *args, **kwargs)

    def get_default_redirect_url(self):
        return reverse("second-factor")

    def get_context_data(self, **kwargs):
        key = self.request.session.setdefault(NEW_KEY, random_hex(20))
        device = second_factor.unsaved_device(self.request.user, key)
        picture = segno.make(device.config_url, error="m").svg_inline(light="#fff", omitsize=True, border=3)
        return super().get_context_data(**kwargs) | {
            "picture": mark_safe(picture),
            "link": device.config_url,
            "key": second_factor.key_as_text(device),
            "is_missing": second_factor.is_missing(self.request.user),
            "next": self.get_redirect_url(),
        }

    def form_valid(self, form):
        user, key = self.request.user, self.request.session.get(NEW_KEY, "")
        try:
            device, codes = second_factor.set_up(
                user=user, key=key, typed=form.cleaned_data["code"], address=self.address()
            )
        except Wrong as wrong:
            form.add_error("code", str(wrong))
            return self.form_invalid(form)
        del self.request.session[NEW_KEY]
        self.request.session[DEVICE] = device.pk
        return self.told(codes, self.get_success_url())


class Own(Refusing):
    """What is asked of somebody who has a second factor."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.device is None:
            return redirect("second-factor")
        if request.user.is_authenticated and self.is_locked_out(request.user):
            return locked_out(request)
        return super().dispatch(request, *args, **kwargs)


class Codes(Own, Told):
    """New recovery codes in place of all former ones."""

    template_name = "registration/second_factor_codes.html"
    form_class = CodeForm

    def dispatch(self, request, *args, **kwargs):
        return password_again(request) or super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        user = self.request.user
        try:
            second_factor.verify(user=user, typed=form.cleaned_data["code"], address=self.address())
        except Wrong as wrong:
            return self.refuse(form, user, "code", str(wrong))
        return self.told(second_factor.renew_codes(user=user, address=self.address()), reverse("second-factor"))


class TurnOff(Own):
    """The second factor is given up, or a new phone takes its place: with the password and a code."""

    template_name = "registration/second_factor_off.html"
    form_class = GivingUpForm

    def form_valid(self, form):
        user = self.request.user
        if not self.knows_password(form):
            return self.form_invalid(form)
        try:
            second_factor.verify(user=user, typed=form.cleaned_data["code"], address=self.address())
        except Wrong as wrong:
            return self.refuse(form, user, "code", str(wrong))
        second_factor.turn_off(user=user, address=self.address())
        del self.request.session[DEVICE]
        messages.success(self.request, _("The second factor is turned off."))
        return redirect("second-factor")
