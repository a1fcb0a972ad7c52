"""The figures of the lessons, one file each, by what they show. A call gives a `Picture`, with the data it shows.

In each file a pure function makes the data, a frozen record, and `draw(data, ax=None)` draws it on Axes.
"""
