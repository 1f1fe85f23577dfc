"""Primary keys of many records, kept as the runs that they come in: a sequence gives them one after the other."""

from bisect import bisect_right

CHUNK = 2000  # keys that are asked for at once


class Keys:
    """A set of keys that were given in rising order."""

    def __init__(self, runs=()):
        """Args: runs: pairs of the first and the last key of each run, in their order."""
        self.runs = [list(run) for run in runs]

    def add(self, key):
        if self.runs and self.runs[-1][1] == key - 1:
            self.runs[-1][1] = key
        else:
            self.runs.append([key, key])

    def __len__(self):
        return sum(last - first + 1 for first, last in self.runs)

    def __contains__(self, key):
        place = bisect_right(self.runs, key, key=lambda run: run[0])
        return place > 0 and key <= self.runs[place - 1][1]

    def chunks(self):
        """Pairs of the first and the last key of parts of the runs, of which each can be asked for in one query."""
        for first, last in self.runs:
            for begin in range(first, last + 1, CHUNK):
                yield begin, min(begin + CHUNK - 1, last)


def within(name, chunk):
    """The condition that a column lies within a chunk of keys: two values, where a list of them takes thousands."""
    return {f"{name}__gte": chunk[0], f"{name}__lte": chunk[1]}
