"""A row of every kind of record that the administration shows."""

from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import Group, User

from projects import models
from tests import factories

# Where the factory's name does not follow from the model's.
NAMED = {
    models.ProgrammeSector: factories.programme_sector,
    models.ProjectParty: factories.party,
    models.Lead: factories.lead,
}


def row_of(model):
    """A saved row of the model, made with the factory of its name or by hand."""
    if maker := BY_HAND.get(model):
        return maker()
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in model.__name__).lstrip("_")
    return NAMED.get(model, getattr(factories, name, None))()


def _sign_in(model, **more):
    return model.objects.create(
        username="synthetic", ip_address="192.0.2.1", user_agent="synthetic", http_accept="", path_info="/", **more
    )


BY_HAND = {
    models.Place: factories.place,
    models.Investor: lambda: models.Investor.objects.get(pk=factories.investor().pk),
    models.Holiday: lambda: models.Holiday.objects.create(day="2026-12-16", name_en="Synthetic holiday"),
    models.StaffMember: lambda: models.StaffMember.objects.create(user=factories.editor(places=[])),
    models.Notice: lambda: models.Notice.objects.create(
        user=factories.analyst(), key="synthetic", message="Synthetic notice"
    ),
    models.ImportJob: factories.import_job,
    models.ImportedFile: lambda: models.ImportedFile.objects.create(job=factories.import_job(), content=b"synthetic"),
    models.ImportRun: lambda: models.ImportRun.objects.create(job=factories.import_job()),
    models.SavedMapping: lambda: factories.saved_mapping(),
    models.Submission: lambda: models.Submission.objects.create(
        user=factories.analyst(), key="synthetic", body_hash="0" * 64
    ),
    models.Autosave: lambda: models.Autosave.objects.create(update=factories.update(), page="synthetic"),
    models.Subscription: lambda: models.Subscription.objects.create(
        view=factories.saved_view(), user=factories.analyst()
    ),
    models.ApiToken: lambda: models.ApiToken.objects.create(
        user=factories.analyst(), name="synthetic", token_hash="0" * 64
    ),
    User: factories.analyst,
    Group: lambda: Group.objects.create(name="Synthetic group"),
    AccessAttempt: lambda: _sign_in(AccessAttempt, get_data="", post_data="", failures_since_start=9),
    AccessLog: lambda: _sign_in(AccessLog),
}
