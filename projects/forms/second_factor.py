"""Forms of one's own sign-in: the password once more, a code, and both where the second factor is given up."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.fields import TextField

LENGTH = 40  # characters: twelve digits with whatever stands between them


class CodeForm(forms.Form):
    code = TextField(
        label=_("Code"),
        max_length=LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class SignInCodeForm(CodeForm):
    code = TextField(
        label=_("Code"),
        max_length=LENGTH,
        help_text=_("The six digits that the app on your phone shows. Without the phone: a recovery code."),
        widget=CodeForm.base_fields["code"].widget,
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class GivingUpForm(PasswordForm):
    code = SignInCodeForm.base_fields["code"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["code"].widget.attrs["autofocus"]  # one types the password first
