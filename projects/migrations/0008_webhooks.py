"""Webhooks with their messages, written by trigger; how often each person calls the API."""

import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from projects.migrations._at_once import AtOnce
from projects.models import sql


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0007_reports_documents_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(sql.API_USE, "DROP TABLE tracker_api_use"),
        AtOnce([
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('name', models.CharField(help_text='Which system it is.', max_length=120, verbose_name='name')),
                ('address', models.URLField(max_length=500, verbose_name='web address')),
                ('secret_number', models.PositiveSmallIntegerField(default=1, help_text='Enter another number to get a new secret.', verbose_name='number of the secret')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('update.approved', 'update approved'), ('project.published', 'project made public'), ('project.changed', 'project changed')], max_length=20, verbose_name='event')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created at')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered at')),
                ('status_code', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='answer')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='what went wrong')),
            ],
            options={
                'verbose_name': 'message to a webhook',
                'verbose_name_plural': 'messages to webhooks',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='WebhookEvent',
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
                ('name', models.CharField(help_text='Which system it is.', max_length=120, verbose_name='name')),
                ('address', models.URLField(max_length=500, verbose_name='web address')),
                ('secret_number', models.PositiveSmallIntegerField(default=1, help_text='Enter another number to get a new secret.', verbose_name='number of the secret')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='amount',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', COALESCE(NEW.project_id, OLD.project_id), NULL); RETURN NULL;", hash='16b6f513c0075e4209b1b29c9f48d4b270bf7c82', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_6c659', table='projects_amount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='milestone',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', COALESCE(NEW.project_id, OLD.project_id), NULL); RETURN NULL;", hash='b05eb9c78dd1f4da6a420d79c415854853f77bc8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_79303', table='projects_milestone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligation',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', COALESCE(NEW.project_id, OLD.project_id), NULL); RETURN NULL;", hash='777fa08423d7b51d598e08604763263a0a1975e8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_3bed3', table='projects_obligation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='observation',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', COALESCE(NEW.project_id, OLD.project_id), NULL); RETURN NULL;", hash='23226ecf970f8daba050ffe5ff9514c81207d924', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_f906a', table='projects_observation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='tell_new', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', NEW.id, NULL); RETURN NULL;", hash='98ed8dffe0158ecf1203337123275fd0b6050cb6', operation='INSERT', pgid='pgtrigger_tell_new_96f77', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='tell_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="PERFORM public.tracker_tell('project.changed', NEW.id, NULL); RETURN NULL;", hash='c7b0a28bfb3d379ec6bd14226df2a4cefa2a8c23', operation='UPDATE', pgid='pgtrigger_tell_changed_7855f', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='tell_new_public', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."is_public")', func="PERFORM public.tracker_tell('project.published', NEW.id, NULL); RETURN NULL;", hash='b0f033b9331f5ff55c047288143d719369dc28bc', operation='INSERT', pgid='pgtrigger_tell_new_public_ab11b', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='tell_public', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."is_public" AND NOT OLD."is_public")', func="PERFORM public.tracker_tell('project.published', NEW.id, NULL); RETURN NULL;", hash='27bdfa7a574f18986b32c78c43602fda1e133459', operation='UPDATE', pgid='pgtrigger_tell_public_8dcdc', table='projects_project', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectparty',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', COALESCE(NEW.project_id, OLD.project_id), NULL); RETURN NULL;", hash='752d9cc1205a59345c9c20351f1f07865fb63282', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_62cd7', table='projects_projectparty', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stagechange',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="PERFORM public.tracker_tell('project.changed', COALESCE(NEW.project_id, OLD.project_id), NULL); RETURN NULL;", hash='f1d539d07a60aad7aa2612a8a55bec24d7df60bd', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_b6f75', table='projects_stagechange', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='update',
            trigger=pgtrigger.compiler.Trigger(name='tell_approved', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."status" = \'approved\' AND OLD."status" IS DISTINCT FROM (NEW."status"))', func="PERFORM public.tracker_tell('update.approved', NEW.project_id, NEW.id); RETURN NULL;", hash='17f832e7d656dd522fa9ee20b660076f4affeb54', operation='UPDATE', pgid='pgtrigger_tell_approved_d9283', table='projects_update', when='AFTER')),
        ),
        migrations.AddField(
            model_name='webhook',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='webhook',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.project', verbose_name='project'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='update',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.update', verbose_name='update'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='webhook',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='projects.webhook', verbose_name='webhook'),
        ),
        migrations.AddField(
            model_name='webhookevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='webhookevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.webhook'),
        ),
        migrations.AddField(
            model_name='webhookevent',
            name='updated_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhook',
            trigger=pgtrigger.compiler.Trigger(name='first_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.version = 1;\n            NEW.created_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='aab2b87072997d35d988bb6a673eb3993a0b09a2', operation='INSERT', pgid='pgtrigger_first_version_34100', table='projects_webhook', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhook',
            trigger=pgtrigger.compiler.Trigger(name='next_version', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="\n            NEW.version = OLD.version + 1;\n            NEW.created_at = OLD.created_at;\n            NEW.created_by_id = OLD.created_by_id;\n            NEW.updated_at = now();\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='b62a6dda656fffec47482efeae144d902a0ccc82', operation='UPDATE', pgid='pgtrigger_next_version_13f3a', table='projects_webhook', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhook',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_webhookevent" ("address", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_number", "updated_at", "updated_by_id", "version") VALUES (NEW."address", NEW."created_at", NEW."created_by_id", NEW."id", NEW."is_active", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."secret_number", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='dc1621f2a143b4d6e0415e9bba423baf79ff5e61', operation='INSERT', pgid='pgtrigger_insert_insert_36343', table='projects_webhook', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhook',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_webhookevent" ("address", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_number", "updated_at", "updated_by_id", "version") VALUES (NEW."address", NEW."created_at", NEW."created_by_id", NEW."id", NEW."is_active", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."secret_number", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='513d3861458446b74e496d49d925ae2f98682422', operation='UPDATE', pgid='pgtrigger_update_update_f7408', table='projects_webhook', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhook',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_webhookevent" ("address", "created_at", "created_by_id", "id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "secret_number", "updated_at", "updated_by_id", "version") VALUES (OLD."address", OLD."created_at", OLD."created_by_id", OLD."id", OLD."is_active", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."secret_number", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='43805322f9a922981f7cb54389606ce5ac838d4e', operation='DELETE', pgid='pgtrigger_delete_delete_54292', table='projects_webhook', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='webhook_delivery_waiting'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(condition=models.Q(('attempts', 0)), fields=('webhook', 'event', 'project', 'update'), name='webhook_delivery_waits_once', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='webhookevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='49a706cb5f88eea2e162d9d6e8129b53c6a0ff73', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_51b98', table='projects_webhookevent', when='BEFORE')),
        ),
        ]),
        migrations.RunSQL(sql.TELL, migrations.RunSQL.noop),
    ]
