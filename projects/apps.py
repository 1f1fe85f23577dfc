import pgtrigger
from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


def before_migrate(**kwargs):
    """The views of the past are dropped first: PostgreSQL refuses to change columns that a view shows."""
    from projects import timetravel

    timetravel.drop_views()


def after_migrate(plan=(), **kwargs):
    """What is made of the tables as the models say them; not of those of an earlier migration."""
    from projects import database_roles, memory, timetravel
    from tracker.middleware import pending_migrations

    if plan and pending_migrations():
        return
    timetravel.create_views()
    record_links()
    memory.watch_tables()
    database_roles.grant()


def record_links():
    """History of automatic many-to-many tables: migrations do not know their models, hence not their triggers."""
    for model, trigger in pgtrigger.registered():
        if model._meta.auto_created:
            trigger.install(model)


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Investment register")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from projects import signin

        user_logged_in.connect(signin.begin)
        pre_migrate.connect(before_migrate, sender=self)
        post_migrate.connect(after_migrate, sender=self)
