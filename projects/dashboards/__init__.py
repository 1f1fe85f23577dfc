"""Door 2: boards over the same rows as the lists."""
