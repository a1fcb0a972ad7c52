"""Draw the figures of the lessons, with one file for each figure. A figure is a `Picture` that also holds its data.

In each file, a pure function computes the data as a frozen record, and `draw(data, ax=None)` draws it on Axes.
"""
