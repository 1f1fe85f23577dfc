"""The money of each project, derived from the amounts and kept by triggers; notes of changes."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OrderBy

from projects.models import sql

COLUMNS = [
    (f"{prefix}{name}", field)
    for prefix in ("", "open_")
    for name, field in (
        ("value", models.DecimalField(decimal_places=2, max_digits=24, null=True)),
        ("count", models.PositiveIntegerField()),
        ("lower_bounds", models.PositiveIntegerField()),
        ("upper_bounds", models.PositiveIntegerField()),
        ("approximate", models.PositiveIntegerField()),
        ("unconverted", models.PositiveIntegerField()),
    )
]


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_shipment_plans")]

    operations = [
        migrations.CreateModel(
            name="ProjectMoney",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "project_id", "kind", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="money",
                        to="projects.project",
                        verbose_name="project",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("announced", "announced"), ("committed", "committed"), ("disbursed", "disbursed")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                *COLUMNS,
            ],
            options={
                "indexes": [
                    models.Index(
                        F("kind"),
                        OrderBy(F(column), descending=True, nulls_last=True),
                        OrderBy(F("project"), descending=True),
                        name=f"money_by_{column}",
                    )
                    for column in ("value", "open_value")
                ],
            },
        ),
        migrations.RunSQL(sql.CHANGES, sql.DROP_CHANGES),
        migrations.RunSQL(sql.KEEP_MONEY, sql.DROP_MONEY),
        migrations.RunSQL(sql.REBUILD_MONEY, migrations.RunSQL.noop),
    ]
