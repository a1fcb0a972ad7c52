"""The capstone: a first draft of a server, what the standards ask of it row by row, and the trials for each row.

Each mistake was in an attack or in a lesson before. New is that they appear together.
"""
