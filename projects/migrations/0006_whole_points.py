"""A point is both coordinates or neither: half a point slipped through, as a CHECK lets NULL pass."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0005_obligation_state'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='place',
            name='place_point_on_earth',
        ),
        migrations.RemoveConstraint(
            model_name='project',
            name='project_point_on_earth',
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), ('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), _connector='OR'), name='place_point_on_earth', violation_error_message='Give both latitude (-90 to 90) and longitude (-180 to 180), or neither.'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__isnull', False), ('longitude__isnull', False), ('latitude__gte', -90), ('latitude__lte', 90), ('longitude__gte', -180), ('longitude__lte', 180)), _connector='OR'), name='project_point_on_earth', violation_error_message='Give both latitude (-90 to 90) and longitude (-180 to 180), or neither.'),
        ),
    ]
