"""The figures of the lessons, one file each. A call gives a `Picture`, with the data that it shows.

In each file a pure function makes the data, a frozen record, and `draw(data, ax=None)` draws it on Axes.
"""

from __future__ import annotations

from mfa_lab.lab.figures.one_login.login_flow import login_flow
from mfa_lab.lab.figures.one_login.truncation import truncation_figure
from mfa_lab.lab.figures.picture import Picture
from mfa_lab.lab.figures.time.window import window_strip

__all__ = ["Picture", "login_flow", "truncation_figure", "window_strip"]
