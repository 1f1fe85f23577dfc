"""What an import wrote is kept as runs of keys, not key by key: a hundred thousand rows are a few lines."""

from django.db import migrations


def to_runs(apps, schema_editor):
    for file in apps.get_model("projects", "ImportedFile").objects.exclude(written={}):
        for entry in _nouns(file.written):
            entry["created"] = _runs(sorted((int(key), version) for key, version in entry["created"].items()))
        if "statements" in file.written:
            runs = _runs((key, None) for key in sorted(file.written["statements"]))
            file.written["statements"] = [run[:2] for run in runs]
        file.save(update_fields=["written"])


def to_keys(apps, schema_editor):
    for file in apps.get_model("projects", "ImportedFile").objects.exclude(written={}):
        for entry in _nouns(file.written):
            runs = entry["created"]
            entry["created"] = {str(key): version for first, last, version in runs for key in range(first, last + 1)}
        if "statements" in file.written:
            runs = file.written["statements"]
            file.written["statements"] = [key for first, last in runs for key in range(first, last + 1)]
        file.save(update_fields=["written"])


def _nouns(written):
    return [entry for entry in written.values() if isinstance(entry, dict)]


def _runs(pairs):
    """[first key, last key, version] of each run of keys that have one version."""
    runs = []
    for key, version in pairs:
        if runs and runs[-1][1:] == [key - 1, version]:
            runs[-1][1] = key
        else:
            runs.append([key, key, version])
    return runs


class Migration(migrations.Migration):
    dependencies = [("projects", "0017_unseen_changes")]

    operations = [migrations.RunPython(to_runs, to_keys)]
