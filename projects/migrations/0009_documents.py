"""Documents on any record, facts that stages ask for, frozen reports of closed periods."""

import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0008_report'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            model_name='stagerequirement',
            name='fact',
            field=models.CharField(blank=True, choices=[('investor', 'the investor is known'), ('main_sector', 'main sector'), ('place', 'place'), ('committed', 'committed amount'), ('contract_number', 'contract number'), ('planned_end_on', 'planned end'), ('bin', 'a party with a BIN'), ('started_on', 'actual start'), ('commissioned_on', 'commissioned on')], max_length=20, verbose_name='or a fact'),
        ),
        migrations.AddField(
            model_name='stagerequirementevent',
            name='fact',
            field=models.CharField(blank=True, choices=[('investor', 'the investor is known'), ('main_sector', 'main sector'), ('place', 'place'), ('committed', 'committed amount'), ('contract_number', 'contract number'), ('planned_end_on', 'planned end'), ('bin', 'a party with a BIN'), ('started_on', 'actual start'), ('commissioned_on', 'commissioned on')], max_length=20, verbose_name='or a fact'),
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
            model_name='update',
            trigger=pgtrigger.compiler.Trigger(name='period_is_open', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n            IF EXISTS (\n                SELECT FROM public.projects_periodreport r WHERE r.period_id IN (NEW.period_id, OLD.period_id)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'update_period_is_open\',\n                    MESSAGE = \'violates check constraint "update_period_is_open"\';\n            END IF;\n            IF TG_OP = \'DELETE\' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ', hash='9caf7583744f52db85eb94eb70e87a7e5ca4f370', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_period_is_open_ad66a', table='projects_update', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), _connector='OR'), name='document_point_on_earth', violation_error_message='Give both latitude (-90 to 90) and longitude (-180 to 180), or neither.'),
        ),
        migrations.AddConstraint(
            model_name='stagerequirement',
            constraint=models.UniqueConstraint(fields=('stage', 'document_type', 'fact'), name='stage_requirement_unique', nulls_distinct=False, violation_error_message='This is already required for the stage.'),
        ),
        migrations.AddConstraint(
            model_name='stagerequirement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document_type__isnull', False), ('fact', '')), models.Q(('document_type__isnull', True), models.Q(('fact', ''), _negated=True)), _connector='OR'), name='stage_requirement_one_kind', violation_error_message='Choose a document type or a fact, not both.'),
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
    ]
