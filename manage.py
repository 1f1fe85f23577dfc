#!/usr/bin/env python
"""Management commands; where DATABASE_URL is empty the embedded database runs for as long as they need it."""

import os
import signal
import sys

from tracker import database


def main():
    """Run the command of sys.argv; exit 2 with one sentence where the environment is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from tracker.environment import ConfigurationError

    if database.is_embedded():
        os.environ.setdefault("DEMO", "1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with database.running():
            settings.INSTALLED_APPS  # noqa: B018 -- a wrong variable is met here, before the command begins
            execute_from_command_line(sys.argv)
    except (ConfigurationError, database.DatabaseError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
