"""The API: the same rows, filters and sums as the pages, as JSON under /api/v1/."""
