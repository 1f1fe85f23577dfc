"""Papers made of the register: one page about one record for a meeting, and the monthly report.

`content` is what a paper says, the same for every kind of file; `facts`, `subjects` and `monthly` read it from the
register; `pdf`, `word` and `slides` only lay it out.
"""
