"""The form of a saved view: what it is called, whom it is for, and what it looks back to."""

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from projects import permissions
from projects.models import SavedView
from projects.models.choices import ViewAudience


class ViewForm(forms.ModelForm):
    """Saves a view of `owner`; refuses audiences that the user may not save for (see `permissions.may_share`)."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = SavedView
        fields = ["name", "audience", "person", "group", "is_default", "as_of_rule", "path", "query"]
        widgets = {"path": forms.HiddenInput, "query": forms.HiddenInput}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        people = get_user_model().objects.filter(is_active=True, groups__name__in=permissions.ROLE_NAMES)
        self.fields["person"].queryset = people.exclude(pk=user.pk).distinct().order_by("username")
        self.fields["group"].queryset = Group.objects.filter(name__in=permissions.ROLE_NAMES).order_by("name")
        self.fields["group"].label_from_instance = lambda group: permissions.ROLE_NAMES[group.name]
        self.fields["version"].initial = self.instance.version
        if not self.instance.pk:
            self.instance.owner = user

    def clean(self):
        data = super().clean()
        audience = data.get("audience")
        if audience != ViewAudience.PERSON:
            data["person"] = None
        if audience != ViewAudience.GROUP:
            data["group"] = None
        if audience and not permissions.may_share(self.user, audience, data.get("group"), data.get("is_default")):
            self.add_error("audience", _("Your role does not save views for this audience. Choose “only me”."))
        if self.instance.pk and data.get("version") != self.instance.version:
            self.add_error(None, _("Somebody has changed this view meanwhile. Open it again, then make your change."))
        return data
