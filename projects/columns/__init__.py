"""One set of columns a noun, shared by page and export: label, sort key, cell."""
