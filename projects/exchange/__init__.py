"""Door 3: tables that offices bring and take away: headings and fields, changes to confirm, undo."""
