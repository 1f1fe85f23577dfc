"""Tokens of the API, and calendar periods of recurring obligations."""

import datetime
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from projects.models import sql


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0003_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(sql.PERIOD, "DROP FUNCTION tracker_period(text, date)"),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What the token is used for.', max_length=120, verbose_name='name')),
                ('scope', models.CharField(choices=[('read', 'reading'), ('write', 'reading and writing')], default='read', max_length=10, verbose_name='scope')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True, verbose_name='SHA-256 of the token')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used at')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='expires on')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
                'ordering': ['user', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('token_hash__regex', '^[0-9a-f]{64}$')), name='api_token_is_a_hash'), models.CheckConstraint(condition=models.Q(('expires_on__isnull', True), models.Q(('expires_on__gte', datetime.date(1990, 1, 1)), ('expires_on__lt', datetime.date(2100, 1, 1))), _connector='OR'), name='api_token_dates_in_range', violation_error_message='A date must lie between 1990 and 2099.')],
            },
        ),
    ]
