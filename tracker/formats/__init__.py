"""Dates and numbers as each language writes them (FORMAT_MODULE_PATH). Django has no Kazakh ones; of the others
only what differs from Django's is here. Output formats are Django's, input formats Python's `strftime`; ISO dates
are accepted in every language without being named."""
