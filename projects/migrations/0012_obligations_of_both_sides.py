"""What each side owes: whose turn it is, the budget that counts, wholes of shares, instruments and what they ask."""

import datetime
import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from projects.migrations._at_once import AtOnce
from projects.models import sql


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0011_imports_with_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce([
        migrations.CreateModel(
            name='Instrument',
            fields=[
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name_kk', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_ru', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_zh_hans', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('basis', models.CharField(choices=[('oral', 'oral statement'), ('agreement', 'agreement'), ('law', 'law'), ('permit', 'permit condition')], max_length=10, verbose_name='basis')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='concluded from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='concluded to')),
            ],
            options={
                'verbose_name': 'instrument',
                'verbose_name_plural': 'instruments',
                'ordering': ['position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='InstrumentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('code', models.CharField(max_length=40, serialize=False, verbose_name='code')),
                ('name_kk', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_ru', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_zh_hans', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('basis', models.CharField(choices=[('oral', 'oral statement'), ('agreement', 'agreement'), ('law', 'law'), ('permit', 'permit condition')], max_length=10, verbose_name='basis')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='concluded from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='concluded to')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ObligationTemplate',
            fields=[
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('name_kk', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_ru', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_zh_hans', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('side', models.CharField(choices=[('investor', 'investor'), ('region', 'region')], default='investor', max_length=10, verbose_name='who owes')),
                ('strength', models.CharField(choices=[('must', 'must'), ('should', 'should')], default='must', max_length=10, verbose_name='strength')),
                ('frequency', models.CharField(choices=[('once', 'once'), ('monthly', 'every month'), ('quarterly', 'every quarter'), ('half_yearly', 'every half-year'), ('yearly', 'every year'), ('not_stated', 'not stated in source')], default='not_stated', max_length=20, verbose_name='frequency')),
                ('clause', models.CharField(blank=True, max_length=100, verbose_name='clause')),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True, verbose_name='target')),
                ('budget_level', models.CharField(blank=True, choices=[('local', 'local budget'), ('republican', 'republican budget')], max_length=10, verbose_name='budget that counts')),
            ],
            options={
                'verbose_name': 'obligation of an instrument',
                'verbose_name_plural': 'obligations of instruments',
                'ordering': ['instrument', 'position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='ObligationTemplateEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                ('code', models.CharField(max_length=40, serialize=False, verbose_name='code')),
                ('name_kk', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_ru', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_en', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('name_zh_hans', models.CharField(blank=True, max_length=300, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('side', models.CharField(choices=[('investor', 'investor'), ('region', 'region')], default='investor', max_length=10, verbose_name='who owes')),
                ('strength', models.CharField(choices=[('must', 'must'), ('should', 'should')], default='must', max_length=10, verbose_name='strength')),
                ('frequency', models.CharField(choices=[('once', 'once'), ('monthly', 'every month'), ('quarterly', 'every quarter'), ('half_yearly', 'every half-year'), ('yearly', 'every year'), ('not_stated', 'not stated in source')], default='not_stated', max_length=20, verbose_name='frequency')),
                ('clause', models.CharField(blank=True, max_length=100, verbose_name='clause')),
                ('target', models.DecimalField(blank=True, decimal_places=6, max_digits=24, null=True, verbose_name='target')),
                ('budget_level', models.CharField(blank=True, choices=[('local', 'local budget'), ('republican', 'republican budget')], max_length=10, verbose_name='budget that counts')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='evidence',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='obligation',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='obligation',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='obligation',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='evidence',
            name='budget_level',
            field=models.CharField(blank=True, choices=[('local', 'local budget'), ('republican', 'republican budget')], max_length=10, verbose_name='paid to'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='out_of',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='Of a share: all workers, all purchases. Then the value is the part, counted in the same unit.', max_digits=24, null=True, verbose_name='out of'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='tax_kind',
            field=models.CharField(blank=True, choices=[('corporate_income', 'corporate income tax'), ('personal_income', 'personal income tax'), ('social', 'social tax'), ('property', 'property tax'), ('land', 'land tax'), ('vehicle', 'vehicle tax'), ('value_added', 'value added tax'), ('import_duty', 'import duty'), ('other', 'other tax or payment')], max_length=20, verbose_name='kind of tax'),
        ),
        migrations.AddField(
            model_name='evidenceevent',
            name='budget_level',
            field=models.CharField(blank=True, choices=[('local', 'local budget'), ('republican', 'republican budget')], max_length=10, verbose_name='paid to'),
        ),
        migrations.AddField(
            model_name='evidenceevent',
            name='out_of',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='Of a share: all workers, all purchases. Then the value is the part, counted in the same unit.', max_digits=24, null=True, verbose_name='out of'),
        ),
        migrations.AddField(
            model_name='evidenceevent',
            name='tax_kind',
            field=models.CharField(blank=True, choices=[('corporate_income', 'corporate income tax'), ('personal_income', 'personal income tax'), ('social', 'social tax'), ('property', 'property tax'), ('land', 'land tax'), ('vehicle', 'vehicle tax'), ('value_added', 'value added tax'), ('import_duty', 'import duty'), ('other', 'other tax or payment')], max_length=20, verbose_name='kind of tax'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='budget_level',
            field=models.CharField(blank=True, choices=[('local', 'local budget'), ('republican', 'republican budget')], help_text='Of taxes: only payments to this budget count. Tax paid is not the same as tax to the region.', max_length=10, verbose_name='budget that counts'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='metric',
            field=models.ForeignKey(blank=True, help_text='Citizens and residents of the region are two different counters.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='projects.metric', verbose_name='what is measured'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='owned_obligations', to=settings.AUTH_USER_MODEL, verbose_name='responsible person'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('investor', 'investor'), ('region', 'region')], help_text='Left empty: of the side that owes; of the region while evidence waits for a decision.', max_length=10, verbose_name='whose turn'),
        ),
        migrations.AddField(
            model_name='obligationevent',
            name='budget_level',
            field=models.CharField(blank=True, choices=[('local', 'local budget'), ('republican', 'republican budget')], help_text='Of taxes: only payments to this budget count. Tax paid is not the same as tax to the region.', max_length=10, verbose_name='budget that counts'),
        ),
        migrations.AddField(
            model_name='obligationevent',
            name='metric',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Citizens and residents of the region are two different counters.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.metric', verbose_name='what is measured'),
        ),
        migrations.AddField(
            model_name='obligationevent',
            name='owner',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible person'),
        ),
        migrations.AddField(
            model_name='obligationevent',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('investor', 'investor'), ('region', 'region')], help_text='Left empty: of the side that owes; of the region while evidence waits for a decision.', max_length=10, verbose_name='whose turn'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_evidenceevent" ("author_id", "budget_level", "certainty", "comment", "created_at", "created_by_id", "decided_by_id", "decided_on", "document_id", "id", "obligation_id", "out_of", "period_end", "period_start", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statement_id", "status", "tax_kind", "updated_at", "updated_by_id", "value", "version") VALUES (NEW."author_id", NEW."budget_level", NEW."certainty", NEW."comment", NEW."created_at", NEW."created_by_id", NEW."decided_by_id", NEW."decided_on", NEW."document_id", NEW."id", NEW."obligation_id", NEW."out_of", NEW."period_end", NEW."period_start", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."statement_id", NEW."status", NEW."tax_kind", NEW."updated_at", NEW."updated_by_id", NEW."value", NEW."version"); RETURN NULL;', hash='a053d88887206cd81ca885ef4ee31b6d160f6087', operation='INSERT', pgid='pgtrigger_insert_insert_5c6e1', table='projects_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_evidenceevent" ("author_id", "budget_level", "certainty", "comment", "created_at", "created_by_id", "decided_by_id", "decided_on", "document_id", "id", "obligation_id", "out_of", "period_end", "period_start", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statement_id", "status", "tax_kind", "updated_at", "updated_by_id", "value", "version") VALUES (NEW."author_id", NEW."budget_level", NEW."certainty", NEW."comment", NEW."created_at", NEW."created_by_id", NEW."decided_by_id", NEW."decided_on", NEW."document_id", NEW."id", NEW."obligation_id", NEW."out_of", NEW."period_end", NEW."period_start", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."statement_id", NEW."status", NEW."tax_kind", NEW."updated_at", NEW."updated_by_id", NEW."value", NEW."version"); RETURN NULL;', hash='934425f50d787ccf3caa5757cd66043eb9620dbc', operation='UPDATE', pgid='pgtrigger_update_update_10eeb', table='projects_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_evidenceevent" ("author_id", "budget_level", "certainty", "comment", "created_at", "created_by_id", "decided_by_id", "decided_on", "document_id", "id", "obligation_id", "out_of", "period_end", "period_start", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "statement_id", "status", "tax_kind", "updated_at", "updated_by_id", "value", "version") VALUES (OLD."author_id", OLD."budget_level", OLD."certainty", OLD."comment", OLD."created_at", OLD."created_by_id", OLD."decided_by_id", OLD."decided_on", OLD."document_id", OLD."id", OLD."obligation_id", OLD."out_of", OLD."period_end", OLD."period_start", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."statement_id", OLD."status", OLD."tax_kind", OLD."updated_at", OLD."updated_by_id", OLD."value", OLD."version"); RETURN NULL;', hash='032cedf535b8a13feffa6778fcc58cf80e593d96', operation='DELETE', pgid='pgtrigger_delete_delete_971d2', table='projects_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_obligationevent" ("agreement_id", "basis", "budget_level", "certainty", "clause", "created_at", "created_by_id", "description_en", "description_kk", "description_ru", "description_zh_hans", "due_on", "end_on", "engagement_id", "frequency", "id", "instrument_id", "kind_id", "metric_id", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "project_id", "responsible_id", "side", "start_on", "statement_id", "strength", "target", "unit_id", "updated_at", "updated_by_id", "version", "waits_for") VALUES (NEW."agreement_id", NEW."basis", NEW."budget_level", NEW."certainty", NEW."clause", NEW."created_at", NEW."created_by_id", NEW."description_en", NEW."description_kk", NEW."description_ru", NEW."description_zh_hans", NEW."due_on", NEW."end_on", NEW."engagement_id", NEW."frequency", NEW."id", NEW."instrument_id", NEW."kind_id", NEW."metric_id", NEW."organisation_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."programme_id", NEW."project_id", NEW."responsible_id", NEW."side", NEW."start_on", NEW."statement_id", NEW."strength", NEW."target", NEW."unit_id", NEW."updated_at", NEW."updated_by_id", NEW."version", NEW."waits_for"); RETURN NULL;', hash='dfd67d7d06b9821081ca0b06da83d8ea85c1c8af', operation='INSERT', pgid='pgtrigger_insert_insert_2b790', table='projects_obligation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_obligationevent" ("agreement_id", "basis", "budget_level", "certainty", "clause", "created_at", "created_by_id", "description_en", "description_kk", "description_ru", "description_zh_hans", "due_on", "end_on", "engagement_id", "frequency", "id", "instrument_id", "kind_id", "metric_id", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "project_id", "responsible_id", "side", "start_on", "statement_id", "strength", "target", "unit_id", "updated_at", "updated_by_id", "version", "waits_for") VALUES (NEW."agreement_id", NEW."basis", NEW."budget_level", NEW."certainty", NEW."clause", NEW."created_at", NEW."created_by_id", NEW."description_en", NEW."description_kk", NEW."description_ru", NEW."description_zh_hans", NEW."due_on", NEW."end_on", NEW."engagement_id", NEW."frequency", NEW."id", NEW."instrument_id", NEW."kind_id", NEW."metric_id", NEW."organisation_id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."programme_id", NEW."project_id", NEW."responsible_id", NEW."side", NEW."start_on", NEW."statement_id", NEW."strength", NEW."target", NEW."unit_id", NEW."updated_at", NEW."updated_by_id", NEW."version", NEW."waits_for"); RETURN NULL;', hash='133b4494eb484dc341b0f6dff1afd31444aee7f7', operation='UPDATE', pgid='pgtrigger_update_update_8676f', table='projects_obligation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_obligationevent" ("agreement_id", "basis", "budget_level", "certainty", "clause", "created_at", "created_by_id", "description_en", "description_kk", "description_ru", "description_zh_hans", "due_on", "end_on", "engagement_id", "frequency", "id", "instrument_id", "kind_id", "metric_id", "organisation_id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "project_id", "responsible_id", "side", "start_on", "statement_id", "strength", "target", "unit_id", "updated_at", "updated_by_id", "version", "waits_for") VALUES (OLD."agreement_id", OLD."basis", OLD."budget_level", OLD."certainty", OLD."clause", OLD."created_at", OLD."created_by_id", OLD."description_en", OLD."description_kk", OLD."description_ru", OLD."description_zh_hans", OLD."due_on", OLD."end_on", OLD."engagement_id", OLD."frequency", OLD."id", OLD."instrument_id", OLD."kind_id", OLD."metric_id", OLD."organisation_id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."programme_id", OLD."project_id", OLD."responsible_id", OLD."side", OLD."start_on", OLD."statement_id", OLD."strength", OLD."target", OLD."unit_id", OLD."updated_at", OLD."updated_by_id", OLD."version", OLD."waits_for"); RETURN NULL;', hash='83c022bb948f2b221ec42825e4819a6c13213d5d', operation='DELETE', pgid='pgtrigger_delete_delete_6d671', table='projects_obligation', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('out_of__isnull', True), models.Q(('out_of__gt', 0), ('out_of__lt', Decimal('1E+17')), ('value__isnull', False), ('value__lte', models.F('out_of'))), _connector='OR'), name='evidence_part_of_whole', violation_error_message='The part cannot be greater than the whole.'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('budget_level', ''), ('tax_kind', '')), models.Q(models.Q(('tax_kind', ''), _negated=True), models.Q(('budget_level', ''), _negated=True)), _connector='OR'), name='evidence_tax_says_budget', violation_error_message='Of a tax, give both its kind and the budget that it was paid to.'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='obligation',
            name='instrument',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='obligations', to='projects.instrument', verbose_name='instrument'),
        ),
        migrations.AddField(
            model_name='obligationevent',
            name='instrument',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.instrument', verbose_name='instrument'),
        ),
        migrations.AddField(
            model_name='instrumentevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='instrumentevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.instrument'),
        ),
        migrations.AddField(
            model_name='instrumentevent',
            name='updated_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='obligationtemplate',
            name='created_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='obligationtemplate',
            name='instrument',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='projects.instrument', verbose_name='instrument'),
        ),
        migrations.AddField(
            model_name='obligationtemplate',
            name='kind',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='projects.obligationkind', verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='obligationtemplate',
            name='metric',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.metric', verbose_name='what is measured'),
        ),
        migrations.AddField(
            model_name='obligationtemplate',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.unit', verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='obligationtemplate',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='instrument',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.instrument', verbose_name='instrument'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='kind',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.obligationkind', verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='metric',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.metric', verbose_name='what is measured'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='projects.obligationtemplate'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='unit',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.unit', verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='obligationtemplateevent',
            name='updated_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_from__lte', models.F('valid_to')), _connector='OR'), name='instrument_period_in_order', violation_error_message='The end date is before the start date.'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('valid_from__isnull', True), models.Q(('valid_from__gte', datetime.date(1990, 1, 1)), ('valid_from__lt', datetime.date(2100, 1, 1))), _connector='OR'), models.Q(('valid_to__isnull', True), models.Q(('valid_to__gte', datetime.date(1990, 1, 1)), ('valid_to__lt', datetime.date(2100, 1, 1))), _connector='OR')), name='instrument_dates_in_range', violation_error_message='A date must lie between 1990 and 2099.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='first_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.version = 1;\n            NEW.created_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='9a4f6bc0df529b0552ff11667b3d6c9730933050', operation='INSERT', pgid='pgtrigger_first_version_38734', table='projects_instrument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='next_version', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="\n            NEW.version = OLD.version + 1;\n            NEW.created_at = OLD.created_at;\n            NEW.created_by_id = OLD.created_by_id;\n            NEW.updated_at = now();\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='11c0c778115a41bd8c2df4ed5df501b334d1a682', operation='UPDATE', pgid='pgtrigger_next_version_bb3ae', table='projects_instrument', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_instrumentevent" ("basis", "code", "created_at", "created_by_id", "is_active", "name_en", "name_kk", "name_ru", "name_zh_hans", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "updated_at", "updated_by_id", "valid_from", "valid_to", "version") VALUES (NEW."basis", NEW."code", NEW."created_at", NEW."created_by_id", NEW."is_active", NEW."name_en", NEW."name_kk", NEW."name_ru", NEW."name_zh_hans", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."code", NEW."position", NEW."updated_at", NEW."updated_by_id", NEW."valid_from", NEW."valid_to", NEW."version"); RETURN NULL;', hash='0d3758c7b0f9d529754e99a462351b14087a4f26', operation='INSERT', pgid='pgtrigger_insert_insert_ad8f4', table='projects_instrument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_instrumentevent" ("basis", "code", "created_at", "created_by_id", "is_active", "name_en", "name_kk", "name_ru", "name_zh_hans", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "updated_at", "updated_by_id", "valid_from", "valid_to", "version") VALUES (NEW."basis", NEW."code", NEW."created_at", NEW."created_by_id", NEW."is_active", NEW."name_en", NEW."name_kk", NEW."name_ru", NEW."name_zh_hans", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."code", NEW."position", NEW."updated_at", NEW."updated_by_id", NEW."valid_from", NEW."valid_to", NEW."version"); RETURN NULL;', hash='799c1347ebeac90ba71b2c0432023aae099cefcb', operation='UPDATE', pgid='pgtrigger_update_update_1dd10', table='projects_instrument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_instrumentevent" ("basis", "code", "created_at", "created_by_id", "is_active", "name_en", "name_kk", "name_ru", "name_zh_hans", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "updated_at", "updated_by_id", "valid_from", "valid_to", "version") VALUES (OLD."basis", OLD."code", OLD."created_at", OLD."created_by_id", OLD."is_active", OLD."name_en", OLD."name_kk", OLD."name_ru", OLD."name_zh_hans", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."code", OLD."position", OLD."updated_at", OLD."updated_by_id", OLD."valid_from", OLD."valid_to", OLD."version"); RETURN NULL;', hash='a1dc6c901444bec9ef0d12c638382af567221ace', operation='DELETE', pgid='pgtrigger_delete_delete_2faed', table='projects_instrument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrumentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a1ab6626e72901b0758aa503bda105a5f425a8c4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a05e7', table='projects_instrumentevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='obligationtemplate',
            constraint=models.CheckConstraint(condition=models.Q(('target__isnull', True), models.Q(('target__gt', 0), ('target__lt', Decimal('1E+17')), ('unit__isnull', False)), _connector='OR'), name='obligation_template_target_with_unit', violation_error_message='A target is greater than zero and has a unit.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligationtemplate',
            trigger=pgtrigger.compiler.Trigger(name='first_version', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            NEW.version = 1;\n            NEW.created_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='9cb374eae9785ade02bf09bb857273d2e78b1d9d', operation='INSERT', pgid='pgtrigger_first_version_a238a', table='projects_obligationtemplate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligationtemplate',
            trigger=pgtrigger.compiler.Trigger(name='next_version', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func="\n            NEW.version = OLD.version + 1;\n            NEW.created_at = OLD.created_at;\n            NEW.created_by_id = OLD.created_by_id;\n            NEW.updated_at = now();\n            NEW.updated_by_id = NULLIF(NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user', '')::bigint;\n            RETURN NEW;\n        ", hash='bfff4a969972400c5d80047a2fb2fa039cb1392e', operation='UPDATE', pgid='pgtrigger_next_version_f9c10', table='projects_obligationtemplate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligationtemplate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_obligationtemplateevent" ("budget_level", "clause", "code", "created_at", "created_by_id", "frequency", "instrument_id", "is_active", "kind_id", "metric_id", "name_en", "name_kk", "name_ru", "name_zh_hans", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "side", "strength", "target", "unit_id", "updated_at", "updated_by_id", "version") VALUES (NEW."budget_level", NEW."clause", NEW."code", NEW."created_at", NEW."created_by_id", NEW."frequency", NEW."instrument_id", NEW."is_active", NEW."kind_id", NEW."metric_id", NEW."name_en", NEW."name_kk", NEW."name_ru", NEW."name_zh_hans", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."code", NEW."position", NEW."side", NEW."strength", NEW."target", NEW."unit_id", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='0ee574bec5b43eaae3aa8eef95121b6b8a6ff377', operation='INSERT', pgid='pgtrigger_insert_insert_f7fcc', table='projects_obligationtemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligationtemplate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_obligationtemplateevent" ("budget_level", "clause", "code", "created_at", "created_by_id", "frequency", "instrument_id", "is_active", "kind_id", "metric_id", "name_en", "name_kk", "name_ru", "name_zh_hans", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "side", "strength", "target", "unit_id", "updated_at", "updated_by_id", "version") VALUES (NEW."budget_level", NEW."clause", NEW."code", NEW."created_at", NEW."created_by_id", NEW."frequency", NEW."instrument_id", NEW."is_active", NEW."kind_id", NEW."metric_id", NEW."name_en", NEW."name_kk", NEW."name_ru", NEW."name_zh_hans", NEW."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."code", NEW."position", NEW."side", NEW."strength", NEW."target", NEW."unit_id", NEW."updated_at", NEW."updated_by_id", NEW."version"); RETURN NULL;', hash='a8a250ca910ec55854ab11189f3b1d7430516cf6', operation='UPDATE', pgid='pgtrigger_update_update_e58a7', table='projects_obligationtemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligationtemplate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_obligationtemplateevent" ("budget_level", "clause", "code", "created_at", "created_by_id", "frequency", "instrument_id", "is_active", "kind_id", "metric_id", "name_en", "name_kk", "name_ru", "name_zh_hans", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "side", "strength", "target", "unit_id", "updated_at", "updated_by_id", "version") VALUES (OLD."budget_level", OLD."clause", OLD."code", OLD."created_at", OLD."created_by_id", OLD."frequency", OLD."instrument_id", OLD."is_active", OLD."kind_id", OLD."metric_id", OLD."name_en", OLD."name_kk", OLD."name_ru", OLD."name_zh_hans", OLD."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."code", OLD."position", OLD."side", OLD."strength", OLD."target", OLD."unit_id", OLD."updated_at", OLD."updated_by_id", OLD."version"); RETURN NULL;', hash='1ee77fe52aeabdc28c59115425e762c247f3963b', operation='DELETE', pgid='pgtrigger_delete_delete_37544', table='projects_obligationtemplate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligationtemplateevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6256c7b09a01b5d2f76ba2ec53384bc29790dc51', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_110ea', table='projects_obligationtemplateevent', when='BEFORE')),
        ),
        ]),
        migrations.RunSQL(
            "DROP FUNCTION IF EXISTS tracker_obligation_on(bigint, text, text, numeric, date, date, date, date, integer);"
            "DROP FUNCTION IF EXISTS tracker_reached(bigint, text, daterange, date);" + sql.OBLIGATION_ON,
            migrations.RunSQL.noop,
        ),
    ]
