"""The benchmarks: pages, searches, totals, writes and files over synthetic portfolios of several sizes.

`make bench` prints one JSON object a line; `bench`, `n`, `ours_ms`, `limit_ms` and `ratio` (to the limit) are in each:

- the limit is the best SQL for the same answer on one plain connection; `in_hello` is ours in empty answers of the
  same server in the same run, `bar` how many of these, or of the limit, it may take (`of`), `met` whether it did.
  Milliseconds depend on the machine, these do not.
- "first" is the answer to the first reader after somebody has written; the others are those to everybody after.
- `explain` lines have each query of a page with its plan, as the first reader's page carries them out.

BENCH_SIZES: numbers of projects (default 10000,100000). BENCH_DATABASE: a name; databases that begin with it are
made, filled and kept, for running again. Without it they are dropped.
"""
