"""Files become Posts: scan the directory, read each file, parse what it says.

Reading order: ``scan``, ``parse``, then what ``parse`` calls.
"""
