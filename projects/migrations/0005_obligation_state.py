"""What an obligation is on a day."""

from django.db import migrations

from projects.models import sql


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_periods_and_api_tokens")]

    operations = [
        migrations.RunSQL(
            sql.OBLIGATION_ON,
            "DROP FUNCTION tracker_obligation_on, tracker_obligation_periods, tracker_obligation_in, tracker_reached",
        ),
    ]
