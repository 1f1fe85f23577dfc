"""What an obligation is on a day."""

from django.db import migrations

from projects.models import sql


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_periods_and_api_tokens")]

    operations = [
        migrations.RunSQL(
            sql.OBLIGATION_ON,
            "DROP FUNCTION tracker_obligation_on(bigint, text, text, numeric, date, date, date, date, integer);"
            "DROP FUNCTION tracker_reached(bigint, text, daterange, date)",
        ),
    ]
