"""Tables that offices bring and take away: headings and fields, what they change, writing and taking back.

Below the doors: the pages, the commands and the background work call the same functions.
"""
