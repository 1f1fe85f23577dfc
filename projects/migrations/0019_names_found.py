"""Whether a name is on record is an index's answer, and folding looks for the commonest letters first."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from projects.models import sql
from projects.models.functions import FOLDED_NAMES


class Migration(migrations.Migration):
    dependencies = [("projects", "0018_runs_of_keys")]

    operations = [
        migrations.RunSQL(sql.FOLD, migrations.RunSQL.noop),
        migrations.AddIndex("organisation", GinIndex(FOLDED_NAMES, name="organisation_names")),
        migrations.AddIndex("project", GinIndex(FOLDED_NAMES, name="project_names")),
    ]
