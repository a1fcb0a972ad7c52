"""The capstone: a first draft of a server, what the standards ask of it row by row, and what is tried for each row.

Nothing here is new: each mistake stood on the ladder or in a lesson. New is that they stand together.
"""
