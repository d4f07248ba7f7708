"""What `feedsvc check` makes of findings: problems with their lines, formats for people and machines, and mends.

Pure: texts and findings in, texts out. Who reads and writes the files is :mod:`feedsvc.cli`.
"""
