"""The capstone: a first draft of a server, the standards' requirements row by row, and the trials for each row.

Each mistake has already appeared in an attack or a lesson. The new part is that they appear together.
"""
