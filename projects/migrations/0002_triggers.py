"""Triggers over several tables: frozen tenge values, stages that follow their log, no circles."""

from django.db import migrations

from projects.models import sql


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [migrations.RunSQL(trigger, migrations.RunSQL.noop) for trigger in sql.TRIGGERS]
