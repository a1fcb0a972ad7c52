"""Define the capstone: a first draft of a server, a table of the standards' requirements, and the trials of each row.

Each mistake has already appeared in an attack or a lesson. The new part is that the mistakes appear together.
"""
