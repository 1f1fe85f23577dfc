"""Notes of writes tell new rows that nothing refers to yet: they change no page of a project."""

from django.db import migrations

from projects.models import sql


class Migration(migrations.Migration):
    dependencies = [("projects", "0016_second_factor")]

    # Backwards there is nothing to do: the triggers as they were understand the function as it is.
    operations = [migrations.RunSQL(sql.UNSEEN_CHANGES, migrations.RunSQL.noop)]
