"""Mappings of tables that offices keep, and the worker's runs of large imports."""

import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0012_obligations_of_both_sides'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='run', serialize=False, to='projects.importjob', verbose_name='import')),
                ('state', models.CharField(choices=[('waiting', 'waits for the worker'), ('running', 'under way'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'ended by a person'), ('dead', 'interrupted')], default='waiting', max_length=10, verbose_name='state')),
                ('step', models.CharField(blank=True, max_length=20, verbose_name='step')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='of')),
                ('beat_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last heard of at')),
                ('is_cancelled', models.BooleanField(default=False, verbose_name='to be ended')),
                ('message', models.TextField(blank=True, verbose_name='why it ended')),
                ('task_id', models.CharField(blank=True, max_length=36, verbose_name='task')),
            ],
            options={
                'verbose_name': 'run of an import',
                'verbose_name_plural': 'runs of imports',
            },
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('shape', models.CharField(max_length=64, verbose_name='SHA-256 of the headings')),
                ('mapping', models.JSONField(default=dict, verbose_name='mapping')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, help_text='Empty for people who belong to no department.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='saved_mappings', to='projects.organisation', verbose_name='department')),
                ('updated_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'saved mapping',
                'verbose_name_plural': 'saved mappings',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='SavedMappingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('shape', models.CharField(max_length=64, verbose_name='SHA-256 of the headings')),
                ('mapping', models.JSONField(default=dict, verbose_name='mapping')),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Empty for people who belong to no department.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.organisation', verbose_name='department')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.savedmapping')),
                ('updated_by', models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='savedmapping',
            constraint=models.UniqueConstraint(fields=('department', 'shape'), name='saved_mapping_unique', nulls_distinct=False, violation_error_message='A mapping of these headings is kept for this department already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedmapping',
            trigger=pgtrigger.compiler.Trigger(name='first_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.version = 1;\n            NEW.created_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='a1418c1d71ffc75dd5c3f026de187c8fffc29359', operation='INSERT', pgid='pgtrigger_first_version_11a84', table='projects_savedmapping', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedmapping',
            trigger=pgtrigger.compiler.Trigger(name='next_version', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="\n            NEW.version = OLD.version + 1;\n            NEW.created_at = OLD.created_at;\n            NEW.created_by_id = OLD.created_by_id;\n            NEW.updated_at = now();\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='66334dbe78e5c801cd2c9b1b0a09dac6f982c3df', operation='UPDATE', pgid='pgtrigger_next_version_6b2f4', table='projects_savedmapping', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedmapping',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_savedmappingevent" ("created_at", "created_by_id", "department_id", "id", "mapping", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shape", "updated_at", "updated_by_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."department_id", NEW."id", NEW."mapping", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."shape", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='b422a9798353ccfeb8039862bcc18dcb9b37ea90', operation='INSERT', pgid='pgtrigger_insert_insert_44f03', table='projects_savedmapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedmapping',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_savedmappingevent" ("created_at", "created_by_id", "department_id", "id", "mapping", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shape", "updated_at", "updated_by_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."department_id", NEW."id", NEW."mapping", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."shape", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='3a2d89c729bb688b8850b5c15885dbc75df759a7', operation='UPDATE', pgid='pgtrigger_update_update_937ca', table='projects_savedmapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedmapping',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_savedmappingevent" ("created_at", "created_by_id", "department_id", "id", "mapping", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shape", "updated_at", "updated_by_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."department_id", OLD."id", OLD."mapping", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."shape", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='6f0dac1756dd4086509baaf1e67f86f7b1ddf03d', operation='DELETE', pgid='pgtrigger_delete_delete_afe62', table='projects_savedmapping', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedmappingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d810eb018c563b45f3f05be6e91416291c8dceac', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_64a95', table='projects_savedmappingevent', when='BEFORE')),
        ),
    ]
