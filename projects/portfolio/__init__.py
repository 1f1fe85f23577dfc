"""Door 1: lists, pages and forms of the register."""
