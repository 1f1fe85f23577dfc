"""What was done with second factors is kept for ever."""

import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0015_parts_of_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondFactorEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('change', models.CharField(choices=[('set_up', 'second factor set up'), ('code_used', 'recovery code used'), ('codes_renewed', 'recovery codes made anew'), ('turned_off', 'second factor turned off'), ('reset', 'second factor reset')], max_length=20, verbose_name='what happened')),
                ('ip_address', models.GenericIPAddressField(blank=True, null=True, verbose_name='network address')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='time')),
                ('by', models.ForeignKey(blank=True, help_text='Empty where a command on the server did it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_factor_events', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'change of a second factor',
                'verbose_name_plural': 'changes of second factors',
                'ordering': ['-id'],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactorevent',
            trigger=pgtrigger.compiler.Trigger(name='never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f9c7317eab9d2f441e1f5e8af7f27c18d7b00178', operation='UPDATE OR DELETE', pgid='pgtrigger_never_changes_27596', table='projects_secondfactorevent', when='BEFORE')),
        ),
    ]
