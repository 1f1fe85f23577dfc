"""Addresses of one's own sign-in: password, second factor, end of the session."""

from django.contrib.auth import views as auth
from django.urls import path

from projects.portfolio import account

urlpatterns = [
    path("login/", account.SignIn.as_view(), name="login"),
    path("login/code/", account.Code.as_view(), name="login-code"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/again/", account.PasswordAgain.as_view(), name="password-again"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("second-factor/", account.SecondFactor.as_view(), name="second-factor"),
    path("second-factor/new/", account.SetUp.as_view(), name="second-factor-new"),
    path("second-factor/codes/", account.Codes.as_view(), name="second-factor-codes"),
    path("second-factor/off/", account.TurnOff.as_view(), name="second-factor-off"),
]
