from django.db.migrations.operations.base import Operation


class AtOnce(Operation):
    """Apply the operations of a migration together: all state first, then each new table once, then what is left.

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
        new = self._only_in(app_label, to_state, from_state)
        for model in new.values():
            schema_editor.create_model(model)
        for operation in self.operations:
            if not self._is_part_of(operation, new):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        new = self._only_in(app_label, from_state, to_state)
        for operation in reversed(self.operations):
            if not self._is_part_of(operation, new):
                before = from_state if _model_of(operation) in new else to_state
                operation.database_backwards(app_label, schema_editor, from_state, before)
        for model in new.values():
            schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(model._meta.db_table)} CASCADE")

    def describe(self):
        return "Create and change all tables, constraints, indexes and triggers together"

    def _is_part_of(self, operation, new):
        """Whether creating the new tables does all of the operation."""
        return _model_of(operation) in new and not type(operation).__module__.startswith("pgtrigger")

    def _only_in(self, app_label, state, other):
        """The models with a table of their own that are in one state and not in the other, by name."""
        names = [name for app, name in state.models if app == app_label and (app, name) not in other.models]
        models = [state.apps.get_model(app_label, name) for name in names]
        return {model._meta.model_name: model for model in models if model._meta.managed and not model._meta.proxy}


def _model_of(operation):
    return getattr(operation, "model_name", None) or operation.name.lower()
