"""Due dates that follow the calendar, superiors, languages of messages, mailed notices, the view of reports due."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0006_whole_points'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            name='language',
            field=models.CharField(blank=True, choices=[('kk', 'Kazakh'), ('ru', 'Russian'), ('en', 'English'), ('zh-hans', 'Chinese')], help_text='Reminders are written in it. Left empty: the language of this installation.', max_length=10, verbose_name='language of messages'),
        ),
        migrations.AddField(
            model_name='staffmemberevent',
            name='superior',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text="The head of the department; the head's own superior is the deputy akim.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='superior'),
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
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_staffmemberevent" ("created_at", "created_by_id", "department_id", "id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "superior_id", "updated_at", "updated_by_id", "user_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."department_id", NEW."id", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."superior_id", NEW."updated_at", NEW."updated_by_id", NEW."user_id", NEW."version"); RETURN NULL;', hash='6d845d741b1eca1e1ceadef8444126706c32b314', operation='INSERT', pgid='pgtrigger_insert_insert_62058', table='projects_staffmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_staffmemberevent" ("created_at", "created_by_id", "department_id", "id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "superior_id", "updated_at", "updated_by_id", "user_id", "version") VALUES (NEW."created_at", NEW."created_by_id", NEW."department_id", NEW."id", NEW."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."superior_id", NEW."updated_at", NEW."updated_by_id", NEW."user_id", NEW."version"); RETURN NULL;', hash='33fef3f4cefdeb16e91ee816b1f75316b50dc918', operation='UPDATE', pgid='pgtrigger_update_update_f8d4d', table='projects_staffmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='staffmember',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_staffmemberevent" ("created_at", "created_by_id", "department_id", "id", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "superior_id", "updated_at", "updated_by_id", "user_id", "version") VALUES (OLD."created_at", OLD."created_by_id", OLD."department_id", OLD."id", OLD."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."superior_id", OLD."updated_at", OLD."updated_by_id", OLD."user_id", OLD."version"); RETURN NULL;', hash='dd0b9925ddb98955ded5ac1ea56dde8681ef8d1c', operation='DELETE', pgid='pgtrigger_delete_delete_75647', table='projects_staffmember', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.CheckConstraint(condition=models.Q(('superior__isnull', True), models.Q(('superior', models.F('user')), _negated=True), _connector='OR'), name='staff_member_is_not_own_superior', violation_error_message='Nobody is their own superior.'),
        ),
    ]
