"""Notes of what was written say whose figures it touches, so that those of all others are kept."""

from django.db import migrations

from projects.models import sql


class Migration(migrations.Migration):
    dependencies = [("projects", "0014_orders_and_states")]

    operations = [migrations.RunSQL(sql.PARTS_OF_CHANGES, sql.WHOLE_CHANGES)]
