"""Draw the figures of the lessons, one file for each. A call returns a `Picture` with the data that it shows.

In each file, a pure function computes the data as a frozen record, and `draw(data, ax=None)` draws it on Axes.
"""
