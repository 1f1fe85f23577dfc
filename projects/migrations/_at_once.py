from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    """Apply the operations of a first migration together: all state first, then each table once.

    One by one, each of hundreds of operations makes Django render every model anew: minutes instead of seconds.
    """

    reversible = True
    reduces_to_sql = False

    def __init__(self, operations):
        self.operations = operations

    def deconstruct(self):
        return self.__class__.__name__, [self.operations], {}

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # rendered again, once, when first asked for
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for model in self._models(app_label, to_state):
            schema_editor.create_model(model)
        for operation in self._triggers():
            operation.database_forwards(app_label, schema_editor, to_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self._triggers()):
            operation.database_backwards(app_label, schema_editor, from_state, from_state)
        for model in self._models(app_label, from_state):
            schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(model._meta.db_table)} CASCADE")

    def describe(self):
        return "Create all tables, constraints, indexes and triggers of the register"

    def _triggers(self):
        return [operation for operation in self.operations if type(operation).__module__.startswith("pgtrigger")]

    def _models(self, app_label, state):
        return [
            model
            for model in state.apps.get_app_config(app_label).get_models()
            if model._meta.managed and not model._meta.proxy
        ]
