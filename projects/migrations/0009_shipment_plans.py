"""The planned arrival of shipments, kept beside what is expected now."""

import datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0008_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='shipment',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='shipment',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='shipment',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='shipment',
            name='shipment_dates_dates_in_range',
        ),
        migrations.AddField(
            model_name='shipment',
            name='planned_on',
            field=models.DateField(blank=True, help_text='The plan is kept; a delay is entered as the day that is expected now.', null=True, verbose_name='arrival planned for'),
        ),
        migrations.AddField(
            model_name='shipmentevent',
            name='planned_on',
            field=models.DateField(blank=True, help_text='The plan is kept; a delay is entered as the day that is expected now.', null=True, verbose_name='arrival planned for'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shipment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_shipmentevent" ("arrived_on", "as_of", "bound", "certainty", "consignee_id", "consignor_id", "created_at", "created_by_id", "date_precision", "destination_id", "dispatched_on", "dispatched_precision", "expected_on", "id", "milestone_id", "name_en", "name_kk", "name_ru", "name_zh_hans", "note_en", "note_kk", "note_ru", "note_zh_hans", "origin_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "programme_id", "quantity", "same_as_id", "statement_id", "status", "unit_id", "updated_at", "updated_by_id", "version", "waybill") VALUES (NEW."arrived_on", NEW."as_of", NEW."bound", NEW."certainty", NEW."consignee_id", NEW."consignor_id", NEW."created_at", NEW."created_by_id", NEW."date_precision", NEW."destination_id", NEW."dispatched_on", NEW."dispatched_precision", NEW."expected_on", NEW."id", NEW."milestone_id", NEW."name_en", NEW."name_kk", NEW."name_ru", NEW."name_zh_hans", NEW."note_en", NEW."note_kk", NEW."note_ru", NEW."note_zh_hans", NEW."origin_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."planned_on", NEW."programme_id", NEW."quantity", NEW."same_as_id", NEW."statement_id", NEW."status", NEW."unit_id", NEW."updated_at", NEW."updated_by_id", NEW."version", NEW."waybill"); RETURN NULL;', hash='fd53006800acc96b27404ab5d0b76bf33d9ed0bc', operation='INSERT', pgid='pgtrigger_insert_insert_78c77', table='projects_shipment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shipment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "projects_shipmentevent" ("arrived_on", "as_of", "bound", "certainty", "consignee_id", "consignor_id", "created_at", "created_by_id", "date_precision", "destination_id", "dispatched_on", "dispatched_precision", "expected_on", "id", "milestone_id", "name_en", "name_kk", "name_ru", "name_zh_hans", "note_en", "note_kk", "note_ru", "note_zh_hans", "origin_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "programme_id", "quantity", "same_as_id", "statement_id", "status", "unit_id", "updated_at", "updated_by_id", "version", "waybill") VALUES (NEW."arrived_on", NEW."as_of", NEW."bound", NEW."certainty", NEW."consignee_id", NEW."consignor_id", NEW."created_at", NEW."created_by_id", NEW."date_precision", NEW."destination_id", NEW."dispatched_on", NEW."dispatched_precision", NEW."expected_on", NEW."id", NEW."milestone_id", NEW."name_en", NEW."name_kk", NEW."name_ru", NEW."name_zh_hans", NEW."note_en", NEW."note_kk", NEW."note_ru", NEW."note_zh_hans", NEW."origin_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."planned_on", NEW."programme_id", NEW."quantity", NEW."same_as_id", NEW."statement_id", NEW."status", NEW."unit_id", NEW."updated_at", NEW."updated_by_id", NEW."version", NEW."waybill"); RETURN NULL;', hash='47a658ef0eda3881e3a0320073955e377b1abe72', operation='UPDATE', pgid='pgtrigger_update_update_58d52', table='projects_shipment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shipment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "projects_shipmentevent" ("arrived_on", "as_of", "bound", "certainty", "consignee_id", "consignor_id", "created_at", "created_by_id", "date_precision", "destination_id", "dispatched_on", "dispatched_precision", "expected_on", "id", "milestone_id", "name_en", "name_kk", "name_ru", "name_zh_hans", "note_en", "note_kk", "note_ru", "note_zh_hans", "origin_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "programme_id", "quantity", "same_as_id", "statement_id", "status", "unit_id", "updated_at", "updated_by_id", "version", "waybill") VALUES (OLD."arrived_on", OLD."as_of", OLD."bound", OLD."certainty", OLD."consignee_id", OLD."consignor_id", OLD."created_at", OLD."created_by_id", OLD."date_precision", OLD."destination_id", OLD."dispatched_on", OLD."dispatched_precision", OLD."expected_on", OLD."id", OLD."milestone_id", OLD."name_en", OLD."name_kk", OLD."name_ru", OLD."name_zh_hans", OLD."note_en", OLD."note_kk", OLD."note_ru", OLD."note_zh_hans", OLD."origin_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."planned_on", OLD."programme_id", OLD."quantity", OLD."same_as_id", OLD."statement_id", OLD."status", OLD."unit_id", OLD."updated_at", OLD."updated_by_id", OLD."version", OLD."waybill"); RETURN NULL;', hash='fd533c2aec70052fffb7aec019343eda5f6bbcce', operation='DELETE', pgid='pgtrigger_delete_delete_08bc3', table='projects_shipment', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='shipment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dispatched_on__isnull', True), models.Q(('dispatched_on__gte', datetime.date(1990, 1, 1)), ('dispatched_on__lt', datetime.date(2100, 1, 1))), _connector='OR'), models.Q(('planned_on__isnull', True), models.Q(('planned_on__gte', datetime.date(1990, 1, 1)), ('planned_on__lt', datetime.date(2100, 1, 1))), _connector='OR'), models.Q(('expected_on__isnull', True), models.Q(('expected_on__gte', datetime.date(1990, 1, 1)), ('expected_on__lt', datetime.date(2100, 1, 1))), _connector='OR'), models.Q(('arrived_on__isnull', True), models.Q(('arrived_on__gte', datetime.date(1990, 1, 1)), ('arrived_on__lt', datetime.date(2100, 1, 1))), _connector='OR')), name='shipment_dates_dates_in_range', violation_error_message='A date must lie between 1990 and 2099.'),
        ),
    ]
