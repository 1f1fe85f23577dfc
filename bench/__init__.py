"""The benchmarks: pages, searches and files over synthetic portfolios of several sizes, and the plans of their queries.

`make bench` prints one JSON object a line. Milliseconds depend on the machine; what counts is `ratio`, against a
yardstick measured in the same run. BENCH_SIZES: numbers of projects (default 10000,100000). BENCH_DATABASE: a
database to fill and keep, for running again; without it one is made and dropped.
"""
