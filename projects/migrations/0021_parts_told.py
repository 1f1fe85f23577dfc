"""Projects are told of whatever belongs to them, before and after; the number of a reference is found by an index."""

import django.db.models.functions.comparison
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0020_periods_opened_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='amount',
            name='tell_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='milestone',
            name='tell_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='obligation',
            name='tell_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='observation',
            name='tell_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='projectparty',
            name='tell_part',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stagechange',
            name='tell_part',
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(django.db.models.functions.comparison.Cast(models.Func(django.db.models.functions.text.Upper('reference'), models.Value('^WKR-([0-9]+)$'), function='substring', output_field=models.TextField()), models.DecimalField(decimal_places=0, max_digits=36)), name='project_by_own_number'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='amount',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id])  UNION SELECT l.project_id FROM public.projects_amount_candidates l WHERE l.amount_id = NEW.id) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='6e88fb16d69ee5924651add68bb57b68f5a2f1d5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_6c659', table='projects_amount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='milestone',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='babb5c825e284a36cbf218d440625950cea1764e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_79303', table='projects_milestone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='obligation',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='0e60a9cf514911c29dd669f366bbdff1e0306ee2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_3bed3', table='projects_obligation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='observation',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id])  UNION SELECT l.project_id FROM public.projects_observation_candidates l WHERE l.observation_id = NEW.id) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='fbe7ba62ae702e500080f71bfefd7d8d14e47071', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_f906a', table='projects_observation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='phase',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='da4fcd8718d8a742350b33691ec424a4ee22eb17', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_da804', table='projects_phase', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='problem',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='12baf70cc4f847acd7a82e39e30fbf5079eb978e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_ce862', table='projects_problem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='project',
            trigger=pgtrigger.compiler.Trigger(name='tell_no_more', sql=pgtrigger.compiler.UpsertTriggerSql(func='DELETE FROM public.projects_webhookdelivery WHERE project_id = OLD.id; RETURN OLD;', hash='ab65c8f9326d098be1bc980f2e2ff88e8a79cb38', operation='DELETE', pgid='pgtrigger_tell_no_more_3e0bc', table='projects_project', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectdocument',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='21bf09b484072aca51777ad834f15fe88ba35ea1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_37621', table='projects_projectdocument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectlink',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.from_project_id, NEW.to_project_id, OLD.from_project_id, OLD.to_project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='979c587f55b332f4609d12a844bd5495b2204f35', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_cba1c', table='projects_projectlink', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectparty',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id])  UNION SELECT l.project_id FROM public.projects_projectparty_candidates l WHERE l.projectparty_id = NEW.id) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='61cb58cc92eb85f7c7848b1ef35c1c1ca5ad7a4b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_62cd7', table='projects_projectparty', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='projectsector',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='9d74c15cfe63b01c93e56a34e7d6479299ffc8a7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_686a0', table='projects_projectsector', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='shipment',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT l.project_id FROM public.projects_shipment_projects l WHERE l.shipment_id = NEW.id) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='009234c318f068192747c157a3e57487222d8a61', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_c86e7', table='projects_shipment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stagechange',
            trigger=pgtrigger.compiler.Trigger(name='tell_part', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                PERFORM public.tracker_tell('project.changed', touched.key, NULL)\n                FROM (SELECT DISTINCT unnest(ARRAY[NEW.project_id, OLD.project_id]) ) AS touched (key) WHERE touched.key IS NOT NULL;\n                RETURN NULL;\n            ", hash='388b988a2a81f72572a529655aa3d260042deb09', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_tell_part_b6f75', table='projects_stagechange', when='AFTER')),
        ),
    ]
