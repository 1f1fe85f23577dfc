"""The few rows that are confidential, and those that were when they were deleted, by an index each."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from projects.migrations._at_once import AtOnce


def index(model, column, name, **condition):
    made = models.Index(fields=[column], name=name, condition=models.Q(is_confidential=True, **condition))
    return AddIndexConcurrently(model, made)


class Migration(migrations.Migration):
    atomic = False  # as indexes that are made beside writers ask for

    dependencies = [("projects", "0022_many_rows_at_once")]

    operations = [
        AtOnce(
            [
                index("amount", "id", "amount_confidential"),
                index("document", "id", "document_confidential"),
                index("amountevent", "pgh_obj", "amount_confidential_gone", pgh_label="delete"),
                index("documentevent", "pgh_obj", "document_confidential_gone", pgh_label="delete"),
            ]
        )
    ]
