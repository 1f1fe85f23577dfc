"""Names are asked of an index without a queue, a stage is followed once a statement."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from projects.models import sql
from projects.models.functions import FOLDED_NAMES


def _without_queue(model):
    name = f"{model}_names"
    return [
        migrations.RemoveIndex(model, name),
        migrations.AddIndex(model, GinIndex(FOLDED_NAMES, name=name, fastupdate=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("projects", "0021_parts_told")]

    operations = [
        *_without_queue("organisation"),
        *_without_queue("project"),
        migrations.RunSQL(sql.FOLLOW_STAGE, migrations.RunSQL.noop),
        migrations.RunSQL(sql.PLAN_MONEY, migrations.RunSQL.noop),
    ]
