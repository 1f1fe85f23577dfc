"""`manage.py rebuild_totals`: add up the sums of all projects again, which triggers keep from amount to amount."""

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils.translation import gettext as _

from projects.models import ProjectMoney, sql


class Command(BaseCommand):
    help = "Adds up the sums of money of all projects again. Nobody can change amounts meanwhile."

    def handle(self, *args, **options):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.REBUILD_MONEY)
        self.stdout.write(_("Sums added up: %(count)d.") % {"count": ProjectMoney.objects.count()})
