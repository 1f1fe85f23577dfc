"""The form of an API token: what for, how much it may do, until when."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.forms.fields import DateField
from projects.models import ApiToken
from projects.models.choices import TokenScope

USUAL = datetime.timedelta(days=365)


class TokenForm(forms.ModelForm):
    class Meta:
        model = ApiToken
        fields = ["name", "scope", "expires_on"]
        field_classes = {"expires_on": DateField}
        help_texts = {"expires_on": _("Left empty, it is valid for ever.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["expires_on"] = timezone.localdate() + USUAL
        self.fields["scope"].choices = [(scope.value, scope.label) for scope in (TokenScope.READ, TokenScope.WRITE)]

    def clean_expires_on(self):
        day = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise ValidationError(_("This day is over."))
        return day
