"""Imports are reviewed, keep their file and what they wrote."""


import datetime
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0010_money_of_projects'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportedFile',
            fields=[
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='file', serialize=False, to='projects.importjob', verbose_name='import')),
                ('content', models.BinaryField(verbose_name='content')),
                ('preview', models.JSONField(blank=True, default=dict, verbose_name='what it would change')),
                ('fingerprint', models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of the changes')),
                ('choices', models.JSONField(blank=True, default=dict, verbose_name='answers')),
                ('written', models.JSONField(blank=True, default=dict, verbose_name='what it wrote')),
            ],
            options={
                'verbose_name': 'imported file',
                'verbose_name_plural': 'imported files',
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='importjob',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='importjob',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='importjob',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='importjob',
            name='as_of',
            field=models.DateField(blank=True, null=True, verbose_name='figures as of'),
        ),
        migrations.AddField(
            model_name='importjob',
            name='done_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='carried out at'),
        ),
        migrations.AddField(
            model_name='importjob',
            name='reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='importjob',
            name='review_comment',
            field=models.TextField(blank=True, verbose_name="reviewer's comment"),
        ),
        migrations.AddField(
            model_name='importjob',
            name='reviewer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reviewed_imports', to=settings.AUTH_USER_MODEL, verbose_name='reviewer'),
        ),
        migrations.AddField(
            model_name='importjobevent',
            name='as_of',
            field=models.DateField(blank=True, null=True, verbose_name='figures as of'),
        ),
        migrations.AddField(
            model_name='importjobevent',
            name='done_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='carried out at'),
        ),
        migrations.AddField(
            model_name='importjobevent',
            name='reason',
            field=models.CharField(blank=True, max_length=500, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='importjobevent',
            name='review_comment',
            field=models.TextField(blank=True, verbose_name="reviewer's comment"),
        ),
        migrations.AddField(
            model_name='importjobevent',
            name='reviewer',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewer'),
        ),
        migrations.AlterField(
            model_name='importjob',
            name='owner',
            field=models.ForeignKey(blank=True, help_text='Empty where a command on the server brought it in.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to=settings.AUTH_USER_MODEL, verbose_name='brought in by'),
        ),
        migrations.AlterField(
            model_name='importjob',
            name='status',
            field=models.CharField(choices=[('uploaded', 'uploaded'), ('checked', 'checked'), ('refused', 'refused'), ('submitted', 'waits for approval'), ('returned', 'returned'), ('done', 'done'), ('undone', 'taken back')], default='uploaded', max_length=10, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='importjobevent',
            name='owner',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Empty where a command on the server brought it in.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='brought in by'),
        ),
        migrations.AlterField(
            model_name='importjobevent',
            name='status',
            field=models.CharField(choices=[('uploaded', 'uploaded'), ('checked', 'checked'), ('refused', 'refused'), ('submitted', 'waits for approval'), ('returned', 'returned'), ('done', 'done'), ('undone', 'taken back')], default='uploaded', max_length=10, verbose_name='status'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importjob',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_importjobevent" ("as_of", "counts", "created_at", "created_by_id", "done_at", "errors", "file_name", "id", "mapping", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "review_comment", "reviewer_id", "sha256", "status", "updated_at", "updated_by_id", "version") VALUES (NEW."as_of", NEW."counts", NEW."created_at", NEW."created_by_id", NEW."done_at", NEW."errors", NEW."file_name", NEW."id", NEW."mapping", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."reason", NEW."review_comment", NEW."reviewer_id", NEW."sha256", NEW."status", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='71ea4e93269d5f28201168607c7eef38992136ec', operation='INSERT', pgid='pgtrigger_insert_insert_a3ff5', table='projects_importjob', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importjob',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_importjobevent" ("as_of", "counts", "created_at", "created_by_id", "done_at", "errors", "file_name", "id", "mapping", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "review_comment", "reviewer_id", "sha256", "status", "updated_at", "updated_by_id", "version") VALUES (NEW."as_of", NEW."counts", NEW."created_at", NEW."created_by_id", NEW."done_at", NEW."errors", NEW."file_name", NEW."id", NEW."mapping", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."reason", NEW."review_comment", NEW."reviewer_id", NEW."sha256", NEW."status", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='54a0a1fe84ac4e82caa55bbaf32aef2ed34bd693', operation='UPDATE', pgid='pgtrigger_update_update_c328d', table='projects_importjob', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importjob',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_importjobevent" ("as_of", "counts", "created_at", "created_by_id", "done_at", "errors", "file_name", "id", "mapping", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "review_comment", "reviewer_id", "sha256", "status", "updated_at", "updated_by_id", "version") VALUES (OLD."as_of", OLD."counts", OLD."created_at", OLD."created_by_id", OLD."done_at", OLD."errors", OLD."file_name", OLD."id", OLD."mapping", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."reason", OLD."review_comment", OLD."reviewer_id", OLD."sha256", OLD."status", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='2f6281b65043bfaf186babdaa59bbabb5eea0a99', operation='DELETE', pgid='pgtrigger_delete_delete_3be33', table='projects_importjob', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.CheckConstraint(condition=models.Q(('as_of__isnull', True), models.Q(('as_of__gte', datetime.date(1990, 1, 1)), ('as_of__lt', datetime.date(2100, 1, 1))), _connector='OR'), name='import_job_dates_in_range', violation_error_message='A date must lie between 1990 and 2099.'),
        ),
        migrations.AddConstraint(
            model_name='importjob',
            constraint=models.CheckConstraint(condition=models.Q(('reviewer__isnull', True), ('owner__isnull', True), models.Q(('reviewer', models.F('owner')), _negated=True), _connector='OR'), name='import_not_reviewed_by_owner', violation_error_message='Nobody approves an import of their own.'),
        ),
    ]
