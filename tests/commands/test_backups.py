"""Backup and restore with real servers: equal after a round trip; damage is named; nothing is lost by mistake."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tracker import database


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Runs manage.py on a server of its own, with one attached file; `target` is another one to restore into."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "media/documents").mkdir(parents=True)
    (folder / "media/documents/synthetic.txt").write_text("Synthetic attachment")
    with database.throwaway() as source, database.throwaway() as target:

        def run(*arguments, on=source, media="media"):
            variables = {"DATABASE_URL": on, "MEDIA_ROOT": str(folder / media), "LANGUAGE_CODE": "en", "DEMO": "1"}
            return subprocess.run(
                [sys.executable, "manage.py", *map(str, arguments)],
                cwd=settings.BASE_DIR,
                env=os.environ | variables,
                capture_output=True,
                text=True,
            )

        run.folder, run.target = folder, target
        for command in ("migrate", "load_reference"):
            done = run(command, "-v0")
            assert done.returncode == 0, done.stderr
        done = run("backup", folder / "backup")
        assert done.returncode == 0, done.stderr
        yield run


def restored(site, *arguments):
    return site("restore", *arguments, on=site.target, media="restored")


def test_a_round_trip_gives_the_same_site(site):
    done = restored(site, site.folder / "backup")
    assert done.returncode == 0, done.stderr
    assert (site.folder / "restored/documents/synthetic.txt").read_text() == "Synthetic attachment"
    assert restored(site, site.folder / "backup").returncode == 1  # not empty any more
    assert site("check_integrity", on=site.target, media="restored").returncode == 0
    done = site("backup", site.folder / "second", on=site.target, media="restored")
    assert done.returncode == 0, done.stderr
    first, second = (json.loads((site.folder / name / "manifest.json").read_text()) for name in ("backup", "second"))
    assert first["tables"] == second["tables"] and first["files"] == second["files"]
    assert restored(site, site.folder / "backup", "--replace").returncode == 0


def test_damage_is_named_and_nothing_is_restored(site):
    subprocess.run(["cp", "-r", site.folder / "backup", site.folder / "damaged"], check=True)
    dump = site.folder / "damaged/database.dump"
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    done = restored(site, site.folder / "damaged", "--replace")
    assert done.returncode == 1 and "“database.dump”" in done.stderr
    assert restored(site, site.folder / "backup", "--verify-only").returncode == 0
    (site.folder / "damaged/manifest.json").unlink()
    done = restored(site, site.folder / "damaged", "--replace")
    assert done.returncode == 1 and "no complete backup" in done.stderr


def test_no_backup_over_another(site):
    done = site("backup", site.folder / "backup")
    assert done.returncode == 1 and "not empty" in done.stderr
