"""The roles, as groups. What each may do is decided in permissions.py."""

from django.db import migrations

ROLES = [
    "district_editor",
    "department_editor",
    "reviewer",
    "analyst",
    "leadership",
    "administrator",
    "auditor",
]


def create(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_triggers"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
