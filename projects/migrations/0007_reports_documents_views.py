"""Reports with their values and deadlines, attached documents, stage requirements, closed periods, shared views."""

import datetime
import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import projects.models.progress
from django.conf import settings
from django.db import migrations, models

from projects.migrations._at_once import AtOnce

# Before this migration a stage asked for documents only: taken back, requirements of a fact cannot be kept.
WITHOUT_FACTS = [
    sql.format(table=f"projects_stagerequirement{suffix}")
    for suffix in ("", "event")
    for sql in (
        "ALTER TABLE {table} DISABLE TRIGGER USER",
        "DELETE FROM {table} WHERE document_type_id IS NULL",
        "ALTER TABLE {table} ENABLE TRIGGER USER",
    )
]


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('projects', '0006_whole_points'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce([
        migrations.CreateModel(
            name='DueReport',
            fields=[
                ('pk', models.CompositePrimaryKey('project_id', 'period_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('registered_at', models.DateTimeField(verbose_name='project registered at')),
                ('end_on', models.DateField(verbose_name='end of the period')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='period closed at')),
                ('submitted_at', models.DateTimeField(null=True, verbose_name='submitted at')),
            ],
            options={
                'verbose_name': 'report due',
                'verbose_name_plural': 'reports due',
                'db_table': 'projects_duereport',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
            ],
            options={
                'verbose_name': 'attached document',
                'verbose_name_plural': 'attached documents',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AttachmentEvent',
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
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Autosave',
            fields=[
                ('update', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='autosave', serialize=False, to='projects.update', verbose_name='update')),
                ('page', models.CharField(max_length=100, verbose_name='key of the page')),
                ('typed', models.JSONField(default=dict, verbose_name='as typed')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='revision')),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='saved at')),
            ],
            options={
                'verbose_name': 'unfinished form',
                'verbose_name_plural': 'unfinished forms',
            },
        ),
        migrations.CreateModel(
            name='PeriodReport',
            fields=[
                ('period', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='report', serialize=False, to='projects.reportingperiod', verbose_name='reporting period')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('known_at', models.DateTimeField(verbose_name='closed at')),
                ('content', models.JSONField(verbose_name='content')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
            ],
            options={
                'verbose_name': 'frozen report',
                'verbose_name_plural': 'frozen reports',
                'ordering': ['-known_at'],
            },
        ),
        migrations.AlterModelOptions(
            name='stagerequirement',
            options={'ordering': ['stage', 'document_type', 'fact'], 'verbose_name': 'stage requirement', 'verbose_name_plural': 'stage requirements'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='document',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='document',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='document',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='notice',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='notice',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='notice',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportingperiod',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportingperiod',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reportingperiod',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='savedview',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='savedview',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='savedview',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='staffmember',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='staffmember',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='staffmember',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stagerequirement',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stagerequirement',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stagerequirement',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='subscription',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='subscription',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='subscription',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='update',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='update',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='update',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='stagerequirement',
            name='stage_requirement_unique',
        ),
        migrations.AddField(
            model_name='document',
            name='latitude',
            field=models.DecimalField(decimal_places=6, editable=False, max_digits=9, null=True, verbose_name='latitude'),
        ),
        migrations.AddField(
            model_name='document',
            name='longitude',
            field=models.DecimalField(decimal_places=6, editable=False, max_digits=9, null=True, verbose_name='longitude'),
        ),
        migrations.AddField(
            model_name='document',
            name='taken_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='photo taken at'),
        ),
        migrations.AddField(
            model_name='documentevent',
            name='latitude',
            field=models.DecimalField(decimal_places=6, editable=False, max_digits=9, null=True, verbose_name='latitude'),
        ),
        migrations.AddField(
            model_name='documentevent',
            name='longitude',
            field=models.DecimalField(decimal_places=6, editable=False, max_digits=9, null=True, verbose_name='longitude'),
        ),
        migrations.AddField(
            model_name='documentevent',
            name='taken_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='photo taken at'),
        ),
        migrations.AddField(
            model_name='notice',
            name='mailed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='sent by e-mail at'),
        ),
        migrations.AddField(
            model_name='noticeevent',
            name='mailed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='sent by e-mail at'),
        ),
        migrations.AddField(
            model_name='reportingperiod',
            name='follows_calendar',
            field=models.BooleanField(default=False, help_text='The due date is computed anew when the cycle or the holidays change. Untick to set it by hand.', verbose_name='follows the cycle and the calendar'),
        ),
        migrations.AddField(
            model_name='reportingperiodevent',
            name='follows_calendar',
            field=models.BooleanField(default=False, help_text='The due date is computed anew when the cycle or the holidays change. Untick to set it by hand.', verbose_name='follows the cycle and the calendar'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='as_of_rule',
            field=models.CharField(choices=[('stated', 'as in the address that was saved'), ('month', 'the end of the last month'), ('quarter', 'the end of the last quarter'), ('year', 'the end of the last year')], default='stated', max_length=10, verbose_name='as of'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='views_for_me', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='savedviewevent',
            name='as_of_rule',
            field=models.CharField(choices=[('stated', 'as in the address that was saved'), ('month', 'the end of the last month'), ('quarter', 'the end of the last quarter'), ('year', 'the end of the last year')], default='stated', max_length=10, verbose_name='as of'),
        ),
        migrations.AddField(
            model_name='savedviewevent',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='away_from',
            field=models.DateField(blank=True, null=True, verbose_name='on leave from'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='away_until',
            field=models.DateField(blank=True, null=True, verbose_name='on leave until'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='delegate',
            field=models.ForeignKey(blank=True, help_text="Approves updates in this person's place during the leave.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stands_in_for', to=settings.AUTH_USER_MODEL, verbose_name='delegate'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='language',
            field=models.CharField(blank=True, choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English'), ('zh-hans', 'Chinese')], help_text='Reminders are written in it. Left empty: the language of this installation.', max_length=10, verbose_name='language of messages'),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='superior',
            field=models.ForeignKey(blank=True, help_text="The head of the department; the head's own superior is the deputy akim.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subordinates', to=settings.AUTH_USER_MODEL, verbose_name='superior'),
        ),
        migrations.AddField(
            model_name='staffmemberevent',
            name='away_from',
            field=models.DateField(blank=True, null=True, verbose_name='on leave from'),
        ),
        migrations.AddField(
            model_name='staffmemberevent',
            name='away_until',
            field=models.DateField(blank=True, null=True, verbose_name='on leave until'),
        ),
        migrations.AddField(
            model_name='staffmemberevent',
            name='delegate',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="Approves updates in this person's place during the leave.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='delegate'),
        ),
        migrations.AddField(
            model_name='staffmemberevent',
            name='language',
            field=models.CharField(blank=True, choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English'), ('zh-hans', 'Chinese')], help_text='Reminders are written in it. Left empty: the language of this installation.', max_length=10, verbose_name='language of messages'),
        ),
        migrations.AddField(
            model_name='staffmemberevent',
            name='superior',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="The head of the department; the head's own superior is the deputy akim.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='superior'),
        ),
        migrations.AddField(
            model_name='stagerequirement',
            name='fact',
            field=models.CharField(blank=True, choices=[('investor', 'the investor is known'), ('main_sector', 'main sector'), ('place', 'place'), ('committed', 'committed amount'), ('contract_number', 'contract number'), ('planned_end_on', 'planned end'), ('bin', 'a party with a BIN'), ('started_on', 'actual start'), ('commissioned_on', 'commissioned on')], max_length=20, verbose_name='or a fact'),
        ),
        migrations.AddField(
            model_name='stagerequirementevent',
            name='fact',
            field=models.CharField(blank=True, choices=[('investor', 'the investor is known'), ('main_sector', 'main sector'), ('place', 'place'), ('committed', 'committed amount'), ('contract_number', 'contract number'), ('planned_end_on', 'planned end'), ('bin', 'a party with a BIN'), ('started_on', 'actual start'), ('commissioned_on', 'commissioned on')], max_length=20, verbose_name='or a fact'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='told_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='told last on'),
        ),
        migrations.AddField(
            model_name='subscriptionevent',
            name='told_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='told last on'),
        ),
        migrations.AddField(
            model_name='update',
            name='field_comments',
            field=models.JSONField(blank=True, default=dict, verbose_name="reviewer's comments on single values"),
        ),
        migrations.AddField(
            model_name='update',
            name='holder',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='held_updates', to=settings.AUTH_USER_MODEL, verbose_name='who has it now'),
        ),
        migrations.AddField(
            model_name='updateevent',
            name='field_comments',
            field=models.JSONField(blank=True, default=dict, verbose_name="reviewer's comments on single values"),
        ),
        migrations.AddField(
            model_name='updateevent',
            name='holder',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who has it now'),
        ),
        migrations.AlterField(
            model_name='apitoken',
            name='scope',
            field=models.CharField(choices=[('read', 'reading'), ('write', 'reading and writing'), ('calendar', 'calendar only')], default='read', max_length=10, verbose_name='scope'),
        ),
        migrations.AlterField(
            model_name='savedview',
            name='audience',
            field=models.CharField(choices=[('me', 'only me'), ('person', 'one other person'), ('group', 'a group'), ('all', 'everyone')], default='me', max_length=10, verbose_name='for whom'),
        ),
        migrations.AlterField(
            model_name='savedviewevent',
            name='audience',
            field=models.CharField(choices=[('me', 'only me'), ('person', 'one other person'), ('group', 'a group'), ('all', 'everyone')], default='me', max_length=10, verbose_name='for whom'),
        ),
        migrations.AlterField(
            model_name='stagerequirement',
            name='document_type',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requirements', to='projects.documenttype', verbose_name='document type'),
        ),
        migrations.AlterField(
            model_name='stagerequirementevent',
            name='document_type',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.documenttype', verbose_name='document type'),
        ),
        migrations.AlterField(
            model_name='update',
            name='changes',
            field=models.JSONField(blank=True, default=dict, validators=[projects.models.progress._are_changes], verbose_name='reported values'),
        ),
        migrations.AlterField(
            model_name='updateevent',
            name='changes',
            field=models.JSONField(blank=True, default=dict, validators=[projects.models.progress._are_changes], verbose_name='reported values'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_documentevent" ("content_type", "created_at", "created_by_id", "dated_on", "document_type_id", "expires_on", "file", "file_name", "id", "is_confidential", "latitude", "longitude", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "size", "taken_at", "title", "updated_at", "updated_by_id", "version") VALUES (NEW."content_type", NEW."created_at", NEW."created_by_id", NEW."dated_on", NEW."document_type_id", NEW."expires_on", NEW."file", NEW."file_name", NEW."id", NEW."is_confidential", NEW."latitude", NEW."longitude", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."sha256", NEW."size", NEW."taken_at", NEW."title", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='deda86ff5d16872a2448f8856c8a8cfe9f816be4', operation='INSERT', pgid='pgtrigger_insert_insert_7d063', table='projects_document', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_documentevent" ("content_type", "created_at", "created_by_id", "dated_on", "document_type_id", "expires_on", "file", "file_name", "id", "is_confidential", "latitude", "longitude", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "size", "taken_at", "title", "updated_at", "updated_by_id", "version") VALUES (NEW."content_type", NEW."created_at", NEW."created_by_id", NEW."dated_on", NEW."document_type_id", NEW."expires_on", NEW."file", NEW."file_name", NEW."id", NEW."is_confidential", NEW."latitude", NEW."longitude", NEW."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."sha256", NEW."size", NEW."taken_at", NEW."title", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='5c8a6a2d92d14443330b7886823fc9a9a8bd1d6d', operation='UPDATE', pgid='pgtrigger_update_update_25003', table='projects_document', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_documentevent" ("content_type", "created_at", "created_by_id", "dated_on", "document_type_id", "expires_on", "file", "file_name", "id", "is_confidential", "latitude", "longitude", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sha256", "size", "taken_at", "title", "updated_at", "updated_by_id", "version") VALUES (OLD."content_type", OLD."created_at", OLD."created_by_id", OLD."dated_on", OLD."document_type_id", OLD."expires_on", OLD."file", OLD."file_name", OLD."id", OLD."is_confidential", OLD."latitude", OLD."longitude", OLD."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."sha256", OLD."size", OLD."taken_at", OLD."title", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='6876ebf25601317af8da177ee9a9a4998ae97590', operation='DELETE', pgid='pgtrigger_delete_delete_06eff', table='projects_document', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notice',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_noticeevent" ("created_at", "created_by_id", "id", "key", "mailed_at", "message", "parameters", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_at", "updated_at", "updated_by_id", "url", "user_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."key", NEW."mailed_at", NEW."message", NEW."parameters", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."read_at", NEW."updated_at", NEW."updated_by_id", NEW."url", NEW."user_id", NEW."version"); RETURN NULL;', hash='b5e1416506ce4bb49225d0d7dd4e9b87cc7fc9c1', operation='INSERT', pgid='pgtrigger_insert_insert_c2110', table='projects_notice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notice',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_noticeevent" ("created_at", "created_by_id", "id", "key", "mailed_at", "message", "parameters", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_at", "updated_at", "updated_by_id", "url", "user_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."id", NEW."key", NEW."mailed_at", NEW."message", NEW."parameters", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."read_at", NEW."updated_at", NEW."updated_by_id", NEW."url", NEW."user_id", NEW."version"); RETURN NULL;', hash='b0f7dc19b49986e7f37699103455867ddaa784df', operation='UPDATE', pgid='pgtrigger_update_update_e5bfb', table='projects_notice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notice',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_noticeevent" ("created_at", "created_by_id", "id", "key", "mailed_at", "message", "parameters", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "read_at", "updated_at", "updated_by_id", "url", "user_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."id", OLD."key", OLD."mailed_at", OLD."message", OLD."parameters", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."read_at", OLD."updated_at", OLD."updated_by_id", OLD."url", OLD."user_id", OLD."version"); RETURN NULL;', hash='b09770c0cbecf06358fc216766db1413a25e177a', operation='DELETE', pgid='pgtrigger_delete_delete_7f560', table='projects_notice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportingperiod',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_reportingperiodevent" ("closed_at", "created_at", "created_by_id", "cycle_id", "due_on", "end_on", "follows_calendar", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_on", "updated_at", "updated_by_id", "version") VALUES (NEW."closed_at", NEW."created_at", NEW."created_by_id", NEW."cycle_id", NEW."due_on", NEW."end_on", NEW."follows_calendar", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."start_on", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='461a18bc4e26ec5f5ef62fc797ddf54ad1a9b8d2', operation='INSERT', pgid='pgtrigger_insert_insert_48d01', table='projects_reportingperiod', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportingperiod',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_reportingperiodevent" ("closed_at", "created_at", "created_by_id", "cycle_id", "due_on", "end_on", "follows_calendar", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_on", "updated_at", "updated_by_id", "version") VALUES (NEW."closed_at", NEW."created_at", NEW."created_by_id", NEW."cycle_id", NEW."due_on", NEW."end_on", NEW."follows_calendar", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."start_on", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='40c85946d9d24aacacf56214c5067b20fd7e0617', operation='UPDATE', pgid='pgtrigger_update_update_000d4', table='projects_reportingperiod', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportingperiod',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_reportingperiodevent" ("closed_at", "created_at", "created_by_id", "cycle_id", "due_on", "end_on", "follows_calendar", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_on", "updated_at", "updated_by_id", "version") VALUES (OLD."closed_at", OLD."created_at", OLD."created_by_id", OLD."cycle_id", OLD."due_on", OLD."end_on", OLD."follows_calendar", OLD."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."start_on", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='28039f47a3712ce8f840641f92c8cf19d28f8bd2', operation='DELETE', pgid='pgtrigger_delete_delete_04bae', table='projects_reportingperiod', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedview',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_savedviewevent" ("as_of_rule", "audience", "created_at", "created_by_id", "group_id", "id", "is_default", "name", "owner_id", "path", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "updated_at", "updated_by_id", "version") VALUES (NEW."as_of_rule", NEW."audience", NEW."created_at", NEW."created_by_id", NEW."group_id", NEW."id", NEW."is_default", NEW."name", NEW."owner_id", NEW."path", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."query", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='1f81788fe56c9836fb79c71a4c17f564bf706e05', operation='INSERT', pgid='pgtrigger_insert_insert_f6ff4', table='projects_savedview', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedview',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_savedviewevent" ("as_of_rule", "audience", "created_at", "created_by_id", "group_id", "id", "is_default", "name", "owner_id", "path", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "updated_at", "updated_by_id", "version") VALUES (NEW."as_of_rule", NEW."audience", NEW."created_at", NEW."created_by_id", NEW."group_id", NEW."id", NEW."is_default", NEW."name", NEW."owner_id", NEW."path", NEW."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."query", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='ebf2fa461344ab27f6696bfbc61fe8babef46083', operation='UPDATE', pgid='pgtrigger_update_update_1da64', table='projects_savedview', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='savedview',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_savedviewevent" ("as_of_rule", "audience", "created_at", "created_by_id", "group_id", "id", "is_default", "name", "owner_id", "path", "person_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "query", "updated_at", "updated_by_id", "version") VALUES (OLD."as_of_rule", OLD."audience", OLD."created_at", OLD."created_by_id", OLD."group_id", OLD."id", OLD."is_default", OLD."name", OLD."owner_id", OLD."path", OLD."person_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."query", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='2a5b0db1f221f64b7d44fbe4b3ab22399967ec95', operation='DELETE', pgid='pgtrigger_delete_delete_2b867', table='projects_savedview', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_staffmemberevent" ("away_from", "away_until", "created_at", "created_by_id", "delegate_id", "department_id", "id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "superior_id", "updated_at", "updated_by_id", "user_id", "version") VALUES (NEW."away_from", NEW."away_until", NEW."created_at", NEW."created_by_id", NEW."delegate_id", NEW."department_id", NEW."id", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."superior_id", NEW."updated_at", NEW."updated_by_id", NEW."user_id", NEW."version"); RETURN NULL;', hash='3a2c65eb4409de7777e791c0beb1830d443d556f', operation='INSERT', pgid='pgtrigger_insert_insert_62058', table='projects_staffmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_staffmemberevent" ("away_from", "away_until", "created_at", "created_by_id", "delegate_id", "department_id", "id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "superior_id", "updated_at", "updated_by_id", "user_id", "version") VALUES (NEW."away_from", NEW."away_until", NEW."created_at", NEW."created_by_id", NEW."delegate_id", NEW."department_id", NEW."id", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."superior_id", NEW."updated_at", NEW."updated_by_id", NEW."user_id", NEW."version"); RETURN NULL;', hash='c3cc37ac772bcaaf7862629d287aa2777602a9f3', operation='UPDATE', pgid='pgtrigger_update_update_f8d4d', table='projects_staffmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_staffmemberevent" ("away_from", "away_until", "created_at", "created_by_id", "delegate_id", "department_id", "id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "superior_id", "updated_at", "updated_by_id", "user_id", "version") VALUES (OLD."away_from", OLD."away_until", OLD."created_at", OLD."created_by_id", OLD."delegate_id", OLD."department_id", OLD."id", OLD."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."superior_id", OLD."updated_at", OLD."updated_by_id", OLD."user_id", OLD."version"); RETURN NULL;', hash='fb48da0a913de00084a8812aeaf7f82a5da45ece', operation='DELETE', pgid='pgtrigger_delete_delete_75647', table='projects_staffmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stagerequirement',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_stagerequirementevent" ("created_at", "created_by_id", "document_type_id", "fact", "id", "is_alternative", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stage_id", "updated_at", "updated_by_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."document_type_id", NEW."fact", NEW."id", NEW."is_alternative", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."stage_id", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='f79c828ecd68d9ba66594e528322b6ddbc834431', operation='INSERT', pgid='pgtrigger_insert_insert_f74cf', table='projects_stagerequirement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stagerequirement',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_stagerequirementevent" ("created_at", "created_by_id", "document_type_id", "fact", "id", "is_alternative", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stage_id", "updated_at", "updated_by_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."document_type_id", NEW."fact", NEW."id", NEW."is_alternative", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."stage_id", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='c06fd8c5058d4ef05193f575b187425562404b64', operation='UPDATE', pgid='pgtrigger_update_update_6db21', table='projects_stagerequirement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stagerequirement',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_stagerequirementevent" ("created_at", "created_by_id", "document_type_id", "fact", "id", "is_alternative", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stage_id", "updated_at", "updated_by_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."document_type_id", OLD."fact", OLD."id", OLD."is_alternative", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."stage_id", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='c84c6358cb72e9cc36c86447f84f7568b3e603d7', operation='DELETE', pgid='pgtrigger_delete_delete_96f2e', table='projects_stagerequirement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_subscriptionevent" ("created_at", "created_by_id", "frequency", "id", "last_rows", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "told_on", "updated_at", "updated_by_id", "user_id", "version", "view_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."frequency", NEW."id", NEW."last_rows", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."told_on", NEW."updated_at", NEW."updated_by_id", NEW."user_id", NEW."version", NEW."view_id"); RETURN NULL;', hash='eabe38fcdbcc1de74a813b3b0fc8a6be7397c82d', operation='INSERT', pgid='pgtrigger_insert_insert_d9676', table='projects_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_subscriptionevent" ("created_at", "created_by_id", "frequency", "id", "last_rows", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "told_on", "updated_at", "updated_by_id", "user_id", "version", "view_id") VALUES (NEW."created_at", NEW."created_by_id", NEW."frequency", NEW."id", NEW."last_rows", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."told_on", NEW."updated_at", NEW."updated_by_id", NEW."user_id", NEW."version", NEW."view_id"); RETURN NULL;', hash='df34d27665bc8a4255f269190eda028e7f0bd4af', operation='UPDATE', pgid='pgtrigger_update_update_772e6', table='projects_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subscription',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_subscriptionevent" ("created_at", "created_by_id", "frequency", "id", "last_rows", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "told_on", "updated_at", "updated_by_id", "user_id", "version", "view_id") VALUES (OLD."created_at", OLD."created_by_id", OLD."frequency", OLD."id", OLD."last_rows", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."told_on", OLD."updated_at", OLD."updated_by_id", OLD."user_id", OLD."version", OLD."view_id"); RETURN NULL;', hash='cf27843e7cb01c0d859f1d28da4d4a586c8a6c5b', operation='DELETE', pgid='pgtrigger_delete_delete_083d5', table='projects_subscription', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='update',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_updateevent" ("author_id", "changes", "created_at", "created_by_id", "field_comments", "holder_id", "id", "is_no_change", "narrative", "period_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reported_on", "review_comment", "reviewed_at", "reviewer_id", "status", "submitted_at", "updated_at", "updated_by_id", "version") VALUES (NEW."author_id", NEW."changes", NEW."created_at", NEW."created_by_id", NEW."field_comments", NEW."holder_id", NEW."id", NEW."is_no_change", NEW."narrative", NEW."period_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."project_id", NEW."reported_on", NEW."review_comment", NEW."reviewed_at", NEW."reviewer_id", NEW."status", NEW."submitted_at", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='fb2ac65860fe02f01b3d03f0051145a1ab76eb2d', operation='INSERT', pgid='pgtrigger_insert_insert_69d14', table='projects_update', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='update',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_updateevent" ("author_id", "changes", "created_at", "created_by_id", "field_comments", "holder_id", "id", "is_no_change", "narrative", "period_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reported_on", "review_comment", "reviewed_at", "reviewer_id", "status", "submitted_at", "updated_at", "updated_by_id", "version") VALUES (NEW."author_id", NEW."changes", NEW."created_at", NEW."created_by_id", NEW."field_comments", NEW."holder_id", NEW."id", NEW."is_no_change", NEW."narrative", NEW."period_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."project_id", NEW."reported_on", NEW."review_comment", NEW."reviewed_at", NEW."reviewer_id", NEW."status", NEW."submitted_at", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='aa5baed5b4613b0a5adfb06f931c5f49fc5ce363', operation='UPDATE', pgid='pgtrigger_update_update_ddc21', table='projects_update', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='update',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_updateevent" ("author_id", "changes", "created_at", "created_by_id", "field_comments", "holder_id", "id", "is_no_change", "narrative", "period_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reported_on", "review_comment", "reviewed_at", "reviewer_id", "status", "submitted_at", "updated_at", "updated_by_id", "version") VALUES (OLD."author_id", OLD."changes", OLD."created_at", OLD."created_by_id", OLD."field_comments", OLD."holder_id", OLD."id", OLD."is_no_change", OLD."narrative", OLD."period_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."project_id", OLD."reported_on", OLD."review_comment", OLD."reviewed_at", OLD."reviewer_id", OLD."status", OLD."submitted_at", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='cd69aa95f82722095052557d07a5ba1a6601ecde', operation='DELETE', pgid='pgtrigger_delete_delete_322da', table='projects_update', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='update',
            trigger=pgtrigger.compiler.Trigger(name='period_is_open', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            IF EXISTS (\n                SELECT FROM public.projects_periodreport r WHERE r.period_id IN (NEW.period_id, OLD.period_id)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'update_period_is_open\',\n                    MESSAGE = \'violates check constraint "update_period_is_open"\';\n            END IF;\n            IF TG_OP = \'DELETE\' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ', hash='9caf7583744f52db85eb94eb70e87a7e5ca4f370', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_period_is_open_ad66a', table='projects_update', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), _connector='OR'), name='document_point_on_earth', violation_error_message='Give both latitude (-90 to 90) and longitude (-180 to 180), or neither.'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', 'person'), _negated=True), ('person__isnull', False), _connector='OR'), name='saved_view_person_named', violation_error_message='Choose the person that the view is for.'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('audience', 'person'), _negated=True), ('is_default', False), _connector='OR'), name='saved_view_default_is_own', violation_error_message="What another person's list opens with is that person's choice."),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('audience', 'me'), ('is_default', True)), fields=('owner', 'path'), name='saved_view_one_default', violation_error_message='Another view of yours is opened first already.'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('audience', 'group'), ('is_default', True)), fields=('group', 'path'), name='saved_view_one_default_of_a_group', violation_error_message='Another view of this group is opened first already.'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(condition=models.Q(('audience', 'all'), ('is_default', True)), fields=('path',), name='saved_view_one_default_of_all', violation_error_message='Another view for everyone is opened first already.'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('superior__isnull', True), models.Q(('superior', models.F('user')), _negated=True), _connector='OR'), name='staff_member_is_not_own_superior', violation_error_message='Nobody is their own superior.'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('away_from__isnull', True), ('away_until__isnull', True), ('away_from__lte', models.F('away_until')), _connector='OR'), name='staff_member_leave_in_order', violation_error_message='The end date is before the start date.'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('away_from__isnull', True), models.Q(('away_from__gte', datetime.date(1990, 1, 1)), ('away_from__lt', datetime.date(2100, 1, 1))), _connector='OR'), models.Q(('away_until__isnull', True), models.Q(('away_until__gte', datetime.date(1990, 1, 1)), ('away_until__lt', datetime.date(2100, 1, 1))), _connector='OR')), name='staff_member_dates_in_range', violation_error_message='A date must lie between 1990 and 2099.'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('delegate__isnull', True), models.Q(('away_from__isnull', False), ('away_until__isnull', False), models.Q(('delegate', models.F('user')), _negated=True)), _connector='OR'), name='staff_member_delegate_for_a_leave', violation_error_message='A delegate is somebody else, and for a leave with both its dates.'),
        ),
        migrations.AddConstraint(
            model_name='stagerequirement',
            constraint=models.UniqueConstraint(fields=('stage', 'document_type', 'fact'), name='stage_requirement_unique', nulls_distinct=False, violation_error_message='This is already required for the stage.'),
        ),
        migrations.AddConstraint(
            model_name='stagerequirement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document_type__isnull', False), ('fact', '')), models.Q(('document_type__isnull', True), models.Q(('fact', ''), _negated=True)), _connector='OR'), name='stage_requirement_one_kind', violation_error_message='Choose a document type or a fact, not both.'),
        ),
        migrations.AddConstraint(
            model_name='update',
            constraint=models.CheckConstraint(condition=models.Q(('holder__isnull', True), models.Q(('status', 'submitted'), models.Q(('holder', models.F('author')), _negated=True)), _connector='OR'), name='update_holder_of_a_submitted_one', violation_error_message='Only a submitted update waits for somebody, and never for its author.'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='agreement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.agreement', verbose_name='agreement'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='engagement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.engagement', verbose_name='engagement'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.lead', verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='obligation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.obligation', verbose_name='obligation'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='organisation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.organisation', verbose_name='organisation'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='programme',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.programme', verbose_name='programme'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='shipment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.shipment', verbose_name='shipment'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.source', verbose_name='source'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='update',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='projects.update', verbose_name='update'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='agreement',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.agreement', verbose_name='agreement'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='document',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.document', verbose_name='document'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='engagement',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.engagement', verbose_name='engagement'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='lead',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.lead', verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='obligation',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.obligation', verbose_name='obligation'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='organisation',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.organisation', verbose_name='organisation'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.attachment'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='programme',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.programme', verbose_name='programme'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='shipment',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.shipment', verbose_name='shipment'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='source',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.source', verbose_name='source'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='update',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.update', verbose_name='update'),
        ),
        migrations.AddField(
            model_name='attachmentevent',
            name='updated_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='periodreport',
            name='closed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closed_periods', to=settings.AUTH_USER_MODEL, verbose_name='closed by'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', False), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', False), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', False), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', False), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', False), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', False), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', False), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', False), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', True)), models.Q(('agreement__isnull', True), ('engagement__isnull', True), ('lead__isnull', True), ('obligation__isnull', True), ('organisation__isnull', True), ('programme__isnull', True), ('shipment__isnull', True), ('source__isnull', True), ('update__isnull', False)), _connector='OR'), name='attachment_one_subject', violation_error_message='Choose exactly one record that this belongs to.'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('document', 'programme', 'organisation', 'source', 'engagement', 'agreement', 'lead', 'shipment', 'obligation', 'update'), name='attachment_unique', nulls_distinct=False, violation_error_message='The document is already attached to this record.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='first_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.version = 1;\n            NEW.created_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='1c090e2e8b806f3e7695adb2e4420e2ae8552d37', operation='INSERT', pgid='pgtrigger_first_version_52658', table='projects_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='next_version', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="\n            NEW.version = OLD.version + 1;\n            NEW.created_at = OLD.created_at;\n            NEW.created_by_id = OLD.created_by_id;\n            NEW.updated_at = now();\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='69b38c753571a36196298579d981b0800f78ea8c', operation='UPDATE', pgid='pgtrigger_next_version_d80e5', table='projects_attachment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_attachmentevent" ("agreement_id", "created_at", "created_by_id", "document_id", "engagement_id", "id", "lead_id", "note", "obligation_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "shipment_id", "source_id", "update_id", "updated_at", "updated_by_id", "version") VALUES (NEW."agreement_id", NEW."created_at", NEW."created_by_id", NEW."document_id", NEW."engagement_id", NEW."id", NEW."lead_id", NEW."note", NEW."obligation_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."programme_id", NEW."shipment_id", NEW."source_id", NEW."update_id", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='5a04323347bcbe4c47fbbd00b5e7f96c04740d2a', operation='INSERT', pgid='pgtrigger_insert_insert_600b6', table='projects_attachment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_attachmentevent" ("agreement_id", "created_at", "created_by_id", "document_id", "engagement_id", "id", "lead_id", "note", "obligation_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "shipment_id", "source_id", "update_id", "updated_at", "updated_by_id", "version") VALUES (NEW."agreement_id", NEW."created_at", NEW."created_by_id", NEW."document_id", NEW."engagement_id", NEW."id", NEW."lead_id", NEW."note", NEW."obligation_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."programme_id", NEW."shipment_id", NEW."source_id", NEW."update_id", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='92b442c03d535e4c0a8aebfe320d2953d5b691e0', operation='UPDATE', pgid='pgtrigger_update_update_00b65', table='projects_attachment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_attachmentevent" ("agreement_id", "created_at", "created_by_id", "document_id", "engagement_id", "id", "lead_id", "note", "obligation_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "shipment_id", "source_id", "update_id", "updated_at", "updated_by_id", "version") VALUES (OLD."agreement_id", OLD."created_at", OLD."created_by_id", OLD."document_id", OLD."engagement_id", OLD."id", OLD."lead_id", OLD."note", OLD."obligation_id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."programme_id", OLD."shipment_id", OLD."source_id", OLD."update_id", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='7ceb12afc7fc43ec2f86e647d72eaef3ed1be585', operation='DELETE', pgid='pgtrigger_delete_delete_0f390', table='projects_attachment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attachmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8e32864cc057f71cf3eebd4c667251868af3e34a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_540fb', table='projects_attachmentevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='periodreport',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cb3c35badc510bdc01ea4f29b6657907df87a178', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_be351', table='projects_periodreport', when='BEFORE')),
        ),
        ]),
        migrations.RunSQL(migrations.RunSQL.noop, WITHOUT_FACTS),
    ]
